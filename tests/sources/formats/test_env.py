"""Env, INI and properties files become nodes with lines."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.env import parse_env, parse_ini, parse_properties
from kit.sources.formats.nodes import Document


def spans(document: Document) -> dict[str, tuple[int | None, int | None]]:
    return {key: (node.at.line, node.at.end_line) for key, node in document.root.items()}


def test_variables_have_values_and_lines() -> None:
    document = parse_env(
        dedent("""\
            # comment

            export A=1 # why
            B="one
            two"
            C='${X}'
            D=
            E
            F=${HOME}/x
        """),
        ".env",
    )

    assert document.root.value == {
        "A": "1",
        "B": "one\ntwo",
        "C": "${X}",
        "D": "",
        "E": None,
        "F": "${HOME}/x",
    }
    assert spans(document) == {"A": (3, 3), "B": (4, 5), "C": (6, 6), "D": (7, 7), "E": (8, 8), "F": (9, 9)}


def test_what_is_no_assignment_and_what_comes_twice_are_problems() -> None:
    document = parse_env("A=1\nthis is no assignment\nA=2\n", ".env")

    assert document.root.value == {"A": "2"}
    assert [problem.at.line for problem in document.problems] == [2, 3]


def test_sections_hold_their_entries() -> None:
    document = parse_ini(
        dedent("""\
            root = true
            [db]
            url = a
              b
            ; comment
            name: x
            flag
            [empty]
        """),
        "a.ini",
    )

    assert document.root.value == {
        "root": "true",
        "db": {"url": "a\nb", "name": "x", "flag": None},
        "empty": {},
    }
    assert spans(document) == {"root": (1, 1), "db": (2, 7), "empty": (8, 8)}


def test_a_section_that_comes_again_goes_on() -> None:
    document = parse_ini("[a]\nx=1\n[b]\n[a]\ny=2\nx=3\n", "a.ini")

    assert document.root.value == {"a": {"x": "3", "y": "2"}, "b": {}}
    assert document.problems[0].at.line == 6


def test_a_line_without_a_key_is_a_problem() -> None:
    assert parse_ini("[a]\n= 1\n", "a.ini").problems[0].at.line == 2


def test_properties_are_joined_and_unescaped() -> None:
    document = parse_properties("a=1\nb : x\\\n   y\n! no\nc\\ d e\\u0041\nf=C:\\\\x\n=1\na=2\n", "a.properties")

    assert document.root.value == {"a": "2", "b": "xy", "c d": "eA", "f": "C:\\x"}
    assert document.get("b").at.end_line == 3  # type: ignore[union-attr]
    assert [problem.at.line for problem in document.problems] == [7, 8]


def test_a_key_given_twice_makes_a_list_in_a_unit_of_systemd_alone() -> None:
    text = "[Service]\nEnvironment=A=1\nEnvironment=B=2\n"

    assert not parse_ini(text, "shop.service").problems
    assert parse_ini(text, "shop.cfg").problems[0].at.line == 3


@pytest.mark.parametrize("parse", [parse_env, parse_ini, parse_properties])
def test_length_has_a_limit(parse: Callable[[str, str], Document]) -> None:
    assert parse("a=1\n" * 30_000, "a").error is not None


@pytest.mark.parametrize("parse", [parse_env, parse_ini, parse_properties])
@given(text=st.one_of(st.text(max_size=60), st.text(alphabet="aB=:#;[]\\\"' \t\n${}", max_size=60)))
def test_any_text_is_read_without_an_exception(parse: Callable[[str, str], Document], text: str) -> None:
    document = parse(text, "a")

    last = text.count("\n") + text.count("\r") + 1
    for node in document.root.walk():
        assert 1 <= (node.at.line or 0) <= (node.at.end_line or 0) <= last
