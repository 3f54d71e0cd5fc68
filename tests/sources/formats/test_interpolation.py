from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.interpolation import interpolate

GIVEN = {"A": "1", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A-${A}", "1-1"),
        ("${B:-x}", "x"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY-x}", ""),
        ("${A:+set}", "set"),
        ("${B+set}", ""),
        ("${B:-${C:-${A}}}", "1"),
        ("${B:-http://h:$A/}", "http://h:1/"),
        ("$$A and $$", "$A and $"),
        ("100$ and $1", "100$ and $1"),
    ],
)
def test_variables_are_filled_in(text: str, expected: str) -> None:
    assert interpolate(text, GIVEN.get).text == expected


@pytest.mark.parametrize("text", ["$B", "${B}", "${B:?must be set}", "${B#prefix}", "${B", "${-}", "${"])
def test_what_nothing_gives_stays_as_written(text: str) -> None:
    assert interpolate(text, GIVEN.get).text == text


def test_references_say_default_and_requirement() -> None:
    found = interpolate("${B:?must be set}${C:-d}$D", GIVEN.get)

    assert [(r.name, r.default, r.required) for r in found.references] == [
        ("B", None, True),
        ("C", "d", False),
        ("D", None, False),
    ]
    assert found.unresolved == ("B", "D")


def test_a_backslash_escapes_where_it_is_the_escape() -> None:
    assert interpolate("\\$A $A", GIVEN.get, "\\").text == "$A 1"


@given(st.text(alphabet="${}A:-?+\\ x", max_size=60))
def test_any_text_is_filled_in_without_raising(text: str) -> None:
    assert interpolate(text, GIVEN.get).text is not None


def test_a_variable_that_doubles_line_after_line_stays_small() -> None:
    value = "x" * 10
    for _ in range(60):
        value = interpolate("$A$A", {"A": value}.get).text

    assert len(value) < 200_000


def test_deep_nesting_ends() -> None:
    assert interpolate("${B:-" * 500 + "}" * 500, GIVEN.get).references
