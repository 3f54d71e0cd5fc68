"""TOML becomes nodes with lines."""

from __future__ import annotations

import tomllib
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.toml import parse_toml

TEXT = dedent('''\
    title = "a"
    [tool.x]
    b."c.d" = """
    one
    two
    """
    on = true

    [[items]]
    q = [1, # one
      2.5]
    [items.sub]
    w = 1
    [[items]]
    r = {a = 1, b.c = 'x'}
    d = 1979-05-27
    e = "\\u00e4"
''')


def test_tables_and_their_arrays_are_nested() -> None:
    document = parse_toml(TEXT, "a.toml")

    assert document.error is None
    assert document.root.value == {
        "title": "a",
        "tool": {"x": {"b": {"c.d": "one\ntwo\n"}, "on": True}},
        "items": [
            {"q": [1, 2.5], "sub": {"w": 1}},
            {"r": {"a": 1, "b": {"c": "x"}}, "d": "1979-05-27", "e": "ä"},
        ],
    }


@pytest.mark.parametrize(
    ("route", "lines"),
    [
        (("title",), (1, 1)),
        (("tool",), (2, 7)),
        (("tool", "x", "b", "c.d"), (3, 6)),
        (("items", 0), (9, 13)),
        (("items", 0, "q"), (10, 11)),
        (("items", 1, "r", "b", "c"), (15, 15)),
    ],
)
def test_every_value_knows_its_lines(route: tuple[str | int, ...], lines: tuple[int, int]) -> None:
    node = parse_toml(TEXT, "a.toml").get(*route)

    assert node is not None
    assert (node.at.line, node.at.end_line) == lines


@pytest.mark.parametrize(("text", "line"), [("a = 1\nb = \n", 2), ("a = 1\na = 2\n", 2), ("a = [1\n", None)])
def test_what_is_no_toml_has_an_error(text: str, line: int | None) -> None:
    document = parse_toml(text, "a.toml")

    assert document.roots == ()
    assert document.error is not None
    assert document.error.at.line == line


def test_a_template_is_told_apart() -> None:
    document = parse_toml("name = {{ cookiecutter.name }}\n", "pyproject.toml")

    assert (document.template, document.error) == (True, None)


def test_a_key_of_countless_parts_is_refused() -> None:
    assert parse_toml("a." * 100_000, "a.toml").error is not None


def test_nesting_has_a_limit() -> None:
    assert parse_toml("a = " + "[" * 3000 + "]" * 3000, "a.toml").error is not None
    assert parse_toml("a = " + "[" * 150 + "]" * 150, "a.toml").error is not None


@given(st.one_of(st.text(max_size=60), st.text(alphabet="ab.=[]{}\"',#1- \n", max_size=60)))
def test_any_text_is_read_as_tomllib_reads_it(text: str) -> None:
    document = parse_toml(text, "a.toml")

    try:
        expected = tomllib.loads(text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff"))
    except ValueError:
        assert document.roots == ()
    else:
        assert document.error is not None or document.root.value == expected
