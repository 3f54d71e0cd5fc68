"""Every style on paper: each section of its document is found in the text of the PDF."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kit.report.pdf import SignOff, available, render_pdf
from kit.report.styles import STYLES, build_document
from tests.report.documents import MOMENT
from tests.report.poor import material

PDFTOTEXT = shutil.which("pdftotext")
pytestmark = [
    pytest.mark.skipif(not available(), reason="needs the pdf extra"),
    pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext"),
    pytest.mark.xdist_group("poor"),
]


MOST_PAGES = 60
"""What somebody still prints; the charts of notebooks are not among what is set here."""


@pytest.mark.parametrize("style", STYLES)
def test_every_section_of_a_style_is_in_its_pdf(style: str, tmp_path: Path) -> None:
    document = build_document(material(), style)
    path = tmp_path / "report.pdf"
    pdf = render_pdf(document, MOMENT, SignOff(("CTO",), "ab" * 32))
    path.write_bytes(pdf)

    said = subprocess.run([str(PDFTOTEXT), str(path), "-"], capture_output=True, text=True, check=True).stdout
    squeezed = re.sub(r"[\s\u200b]+", "", said)
    titles = [section.title for _, section in document.walk()]

    assert [title for title in titles if re.sub(r"\s+", "", title) not in squeezed] == []
    assert len(pdf) < 3_000_000
    assert said.count("\f") <= MOST_PAGES
    assert squeezed.count("ab" * 32) == 1
