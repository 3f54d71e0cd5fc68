"""Both renderers tell the same sections in the same order: each style's headings, on the page and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from kit.report.builtin import render_page
from kit.report.pdf import SignOff
from kit.report.pdf.data import document_data
from kit.report.pdf.paper import for_paper
from kit.report.quarto import markdown
from kit.report.sections.appendix import EVIDENCE
from kit.report.styles import STYLES, build_document
from kit.report.texts import text
from tests.report.documents import MOMENT
from tests.report.poor import GROUP, material

pytestmark = GROUP

BUILT_IN = re.compile(
    r'<header class="heading"><h[2-6]>(.*?)</h|<details class="fold-section"[^>]*>\s*<summary><span class="what">(.*?)</span>'
)
FENCED = re.compile(r"^(`{3,})\{=\w+\}\n.*?^\1$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.*?)(?: \{#[^}]*\})?$", re.MULTILINE)


def of_quarto(source: str) -> list[str]:
    """The headings of Quarto's Markdown, but for the one above the appendix."""
    said = [unescape(title) for title in HEADING.findall(FENCED.sub("", source))]
    return [title for title in said if title != text("paper.appendix")]


def of_sections(sections: list[Any], *, closed: frozenset[str] = frozenset()) -> Iterator[str]:
    """The titles in the data of the built-in PDF; sections that are `closed` are drawn by the template alone."""
    for section in sections:
        if section["id"] not in closed:
            yield section["title"].replace("\u200b", "")
            yield from of_sections(section["sections"])


@pytest.mark.parametrize("style", STYLES)
def test_the_page_has_the_same_headings_by_both_renderers(style: str) -> None:
    document = build_document(material(), style)

    lists = {text(f"page.{name}") for name in ("what-if", "findings", "checks")}
    said = [unescape(a or b) for a, b in BUILT_IN.findall(render_page(document, material()))]
    built_in = [title for title in said if title not in lists]
    by_quarto = of_quarto(markdown.report(document, "html", {}, frozenset({EVIDENCE})))

    assert len(built_in) > 20
    assert by_quarto == built_in
    assert tuple(built_in[: len(document.headings())]) == document.headings()


@pytest.mark.parametrize("style", STYLES)
def test_the_paper_has_the_same_headings_by_both_renderers(style: str) -> None:
    printed = for_paper(build_document(material(), style))
    data = document_data(printed, MOMENT, SignOff((), "ab" * 32))

    by_quarto = of_quarto(markdown.report(printed, "typst", paper=frozenset({EVIDENCE})))
    built_in = [
        *of_sections(data["sections"]),
        *of_sections(data["appendix"], closed=frozenset({EVIDENCE})),
    ]

    assert len(built_in) > 20
    assert by_quarto == built_in
