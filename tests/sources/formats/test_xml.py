"""XML with lines, and nothing expanded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.nodes import Problem
from kit.sources.formats.xml import MAX_DEPTH, Element, parse_xml


def test_elements_have_text_lines_and_no_namespace() -> None:
    root = parse_xml('<p xmlns="urn:x">\n  <a b="1">t</a>\n  <a>\n    u\n  </a>\n</p>', "pom.xml")
    assert isinstance(root, Element)

    assert [(a.text, a.at.line, a.at.end_line) for a in root.each("a")] == [("t", 2, 2), ("u", 3, 5)]
    assert root.children[0].attributes == {"b": "1"}
    assert (root.find("a"), root.find("gone")) == ("t", None)


def test_entities_are_refused() -> None:
    problem = parse_xml('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "pom.xml")

    assert isinstance(problem, Problem)
    assert "entities" in problem.message


def test_what_is_broken_or_too_deep_is_a_problem() -> None:
    assert isinstance(parse_xml("<a><b></a>", "x"), Problem)
    assert isinstance(parse_xml("", "x"), Problem)
    assert isinstance(parse_xml("<a>" * (MAX_DEPTH + 1), "x"), Problem)


@given(st.text(alphabet="<>/ab &;!\"'=\x00\ud800", max_size=60))
def test_no_text_raises(text: str) -> None:
    assert isinstance(parse_xml(text, "x"), Element | Problem)


def test_what_is_lacking_at_the_end_is_told_on_a_line_that_there_is() -> None:
    problem = parse_xml("\n", "pom.xml")

    assert isinstance(problem, Problem)
    assert problem.at.line == 1
