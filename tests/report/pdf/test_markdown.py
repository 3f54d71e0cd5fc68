"""An analyst's Markdown on paper: a few kinds of nodes, and nothing of it as markup."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kit.report.pdf.markdown import nodes_of


def test_headings_paragraphs_lists_and_code_are_told_apart() -> None:
    nodes = nodes_of("# Title\n\nSome `code` and **bold** text.\n\n1. one\n2. two\n\n```\nx = 1\n```\n")

    assert nodes[0] == {"h": [{"text": "Title"}]}
    assert nodes[1]["p"][1:4] == [{"text": "code", "code": True}, {"text": " and "}, {"text": "bold", "strong": True}]
    assert nodes[2] == {"list": [[{"p": [{"text": "one"}]}], [{"p": [{"text": "two"}]}]], "ordered": True}
    assert nodes[3] == {"code": "x = 1"}


def test_html_stays_text_and_an_image_is_its_alternative() -> None:
    said = str(nodes_of("<b>loud</b> ![a picture](http://evil.example/x.png)"))

    assert "<b>" in said and "a picture" in said
    assert "evil.example" not in said


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(nodes_of(text), list)
