"""The PDF: every section in it, every text as text, tagged, the same bytes each time, and no file read but its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.report.blocks import Column, Mark, Markdown, Notice, Prose, Table
from kit.report.document import Document, Section
from kit.report.pdf import PdfMissing, SignOff, available, render, render_pdf
from tests.report.documents import HOSTILE, MOMENT, document

pytestmark = pytest.mark.skipif(not available(), reason="needs the pdf extra")
PDFTOTEXT = shutil.which("pdftotext")
SIGN_OFF = SignOff(("Security Architect", HOSTILE), "ab" * 32)


def pdf_of(shown: Document) -> bytes:
    return render_pdf(shown, MOMENT, SIGN_OFF)


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "report.pdf"
    path.write_bytes(pdf)
    if PDFTOTEXT is None:
        pytest.skip("needs pdftotext")
    said = subprocess.run([PDFTOTEXT, "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    return re.sub(r"\s+", " ", said.replace("\u200b", ""))


def test_every_section_stands_in_the_text(tmp_path: Path) -> None:
    said = text_of(pdf_of(document()), tmp_path)

    assert "Contents" in said
    for title in ("At a glance", "1. Deployment", "1.1 A text", "Security", "Glossary", "Appendix", "Sign-off"):
        assert said.count(title) >= 2, title
    assert re.search(r"Page 2 of \d+", said)
    assert "Security Architect" in said


def test_a_projects_words_are_printed_as_they_stand(tmp_path: Path) -> None:
    said = text_of(pdf_of(document(HOSTILE)), tmp_path).replace(" ", "")

    for word in (
        '#include"/etc/passwd"',
        '#read("/etc/passwd")',
        "$x^2$",
        "<script>alert(1)</script>",
        '#panic("run")',
    ):
        assert word in said
    assert "root:" not in said


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).map(
        lambda noise: noise + "#`$*_@<>\\\"[]{}()/=-+~'" + noise
    )
)
def test_no_text_can_break_the_pages(text: str) -> None:
    assert pdf_of(document(text)).startswith(b"%PDF-")


def test_letters_that_the_fonts_lack_do_not_stop_it() -> None:
    assert pdf_of(document("報告 تقرير \u202eabc\u200f")).startswith(b"%PDF-")


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf_of(document()) == pdf_of(document())


def test_the_file_says_what_it_is_and_is_tagged() -> None:
    pdf = pdf_of(document())

    assert b"A shop: production readiness" in pdf
    assert b"/MarkInfo" in pdf and b"/StructTreeRoot" in pdf
    assert b"pdfuaid" in pdf


def test_the_hash_of_what_is_signed_is_on_the_last_page(tmp_path: Path) -> None:
    said = text_of(pdf_of(document()), tmp_path)

    assert "ab" * 32 in said.rsplit("Sign-off", 1)[1].replace(" ", "")


def test_a_long_table_repeats_its_heads(tmp_path: Path) -> None:
    rows = tuple((f"row {i}", Mark("pass")) for i in range(300))
    table = Table("Long", (Column("Unmistakable head"), Column("Result")), rows)
    shown = replace(document(), sections=(Section("long", "Long", (table,)),), appendix=())

    said = text_of(pdf_of(shown), tmp_path)

    assert said.count("Unmistakable head") >= 5
    assert "row 0 " in said and "row 299" in said


def test_a_paragraph_longer_than_a_page_goes_on(tmp_path: Path) -> None:
    long = Prose((" ".join(f"word{i}" for i in range(3000)),))
    shown = replace(document(), sections=(Section("long", "Long", (long,)),), appendix=())

    said = text_of(pdf_of(shown), tmp_path)

    assert "word0 " in said and "word2999" in said


def test_a_heading_stands_on_the_page_of_what_it_introduces(tmp_path: Path) -> None:
    sections = []
    for number in range(30):
        filler = Section(f"filler-{number}", "Filler", tuple(Prose((f"Line {i}.",)) for i in range(number)))
        blocks = (
            Prose((f"Question {number}.",)),
            Markdown("Explained."),
            Notice(f"Answer {number}."),
        )
        sections += [filler, Section(f"area-{number}", "Area", blocks)]
    shown = replace(document(), sections=(Section("all", "All", (), sections=tuple(sections)),), appendix=())
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf_of(shown))
    if PDFTOTEXT is None:
        pytest.skip("needs pdftotext")

    said = subprocess.run([PDFTOTEXT, str(path), "-"], capture_output=True, text=True, check=True).stdout
    pages = [page.replace("\u200b", "") for page in said.split("\f")]

    torn = [n for n in range(30) if not any(f"Question {n}." in page and f"Answer {n}." in page for page in pages)]
    assert torn == []


def test_without_typst_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "available", lambda: False)

    with pytest.raises(PdfMissing, match=re.escape('pip install "readiness-kit[pdf]"')):
        pdf_of(document())


def test_the_core_does_without_typst() -> None:
    code = "import sys; sys.modules['typst'] = None; import kit.report.pdf"
    subprocess.run([sys.executable, "-c", code], check=True)
