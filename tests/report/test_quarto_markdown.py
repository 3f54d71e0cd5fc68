"""A document as Quarto's Markdown: nothing of a project is read as Markdown, shortcode, fence or setting."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kit.report.blocks import Prose
from kit.report.document import Section
from kit.report.quarto import markdown
from kit.report.quarto.render import QuartoFailed, offline
from tests.report.documents import HOSTILE, document

SIGNS = st.text(st.sampled_from("`{}<>=#:[]()!@$\\\"'-_*~^|\n ab"), max_size=60)


def outside(source: str) -> str:
    """What stands in no raw block."""
    return re.sub(r"^(`{3,})\{=\w+\}\n.*?\n\1$", "", source, flags=re.MULTILINE | re.DOTALL)


@given(SIGNS)
def test_words_in_a_heading_come_out_as_they_went_in(said: str) -> None:
    html = MarkdownIt().render(f"# {markdown.plain(said)} {{#id}}")
    escaped = (
        " ".join(said.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )

    html = html.replace("\u200b", "")  # keeps signs of shortcodes apart
    assert html.strip() == f"<h1>{f'{escaped} {{#id}}'.strip()}</h1>"


@settings(deadline=None)
@given(SIGNS)
def test_no_content_ends_its_raw_block(said: str) -> None:
    block = markdown.raw("html", f"{said}x")

    assert outside(block).strip() == ""
    assert [t.type for t in MarkdownIt().parse(block)] == ["fence"]


@settings(deadline=None, max_examples=20)
@given(SIGNS)
def test_nothing_of_a_project_stands_outside_of_raw_blocks_but_as_references(said: str) -> None:
    for kind in ("html", "typst"):
        left = outside(markdown.report(document(f"{said}{HOSTILE}"), kind))

        assert "{{<" not in left and "```" not in left and ":::" not in left and "<script" not in left


def test_no_shortcode_stands_in_the_html_of_a_block() -> None:
    assert "{{<" not in markdown.report(document(HOSTILE), "html")


def test_a_pages_settings_hold_no_words_of_a_project_as_markup() -> None:
    source = markdown.page(Section("a", HOSTILE, (Prose((HOSTILE,)),)))
    settings_text = source.split("---\n")[1]

    assert set(json.loads(settings_text)) == {"title", "pagetitle"}
    assert "{{<" not in settings_text and "<script" not in settings_text


def test_paper_holds_no_html_and_pages_no_typst() -> None:
    shown = document("A text")

    assert "{=html}" not in markdown.report(shown, "typst")
    assert "{=typst}" not in markdown.report(shown, "html")


def test_every_section_is_a_heading_with_its_anchor_in_both() -> None:
    shown = document("A text")
    ids = [section.id for _, section in shown.walk()]

    for kind in ("html", "typst"):
        assert re.findall(r"^#+ .* \{#([\w-]+)\}$", markdown.report(shown, kind), re.MULTILINE) == ids


def test_a_page_that_would_fetch_from_another_host_is_refused() -> None:
    assert offline('<script src="site_libs/x.js"></script>') == '<script src="site_libs/x.js"></script>'
    with pytest.raises(QuartoFailed, match="another host"):
        offline('<link rel="stylesheet" href="https://cdn.example/x.css">')
