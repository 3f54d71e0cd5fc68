"""`--renderer quarto` with the real Quarto: the sections of the built-in renderer, and nothing from any network."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kit.project import open_project
from kit.report import pdf, quarto
from kit.report.sections.material import Material
from tests.findings import assess, finding
from tests.report.documents import HOSTILE, MOMENT, document

PDFTOTEXT = shutil.which("pdftotext")
REMOTE = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"'](?:https?:)?//")
pytestmark = [
    pytest.mark.quarto,
    pytest.mark.skipif(not quarto.available(), reason="needs the quarto command"),
    pytest.mark.xdist_group("quarto"),
]


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    root = tmp_path_factory.mktemp("shop")
    (root / "app.py").write_text("print('hello')\n")
    found = finding(path="app.py", message=HOSTILE, title=HOSTILE)
    return Material(assess(found), open_project(str(root), "shop"))


def test_the_page_has_every_section_and_fetches_nothing(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RK_SECRET", "unmistakably-told")
    shown = document(HOSTILE)

    html = quarto.render_html(shown, material)

    assert [s.id for _, s in shown.walk() if f'id="{s.id}"' not in html] == []
    assert REMOTE.search(html) is None
    assert "<script>alert(1)" not in html
    assert "unmistakably-told" not in html
    assert "Unable to display output" not in html


@pytest.mark.skipif(not pdf.available() or PDFTOTEXT is None, reason="needs the pdf extra and pdftotext")
def test_the_pdf_has_every_section(tmp_path: Path) -> None:
    shown = document(HOSTILE)
    path = tmp_path / "report.pdf"
    path.write_bytes(quarto.render_pdf(shown, MOMENT, pdf.SignOff(("CTO",), "ab" * 32)))

    said = subprocess.run([str(PDFTOTEXT), str(path), "-"], capture_output=True, text=True, check=True).stdout
    squeezed = re.sub(r"[\s\u200b]+", "", said)

    assert [s.title for _, s in shown.walk() if re.sub(r"\s+", "", s.title) not in squeezed] == []
    assert "root:" not in said
