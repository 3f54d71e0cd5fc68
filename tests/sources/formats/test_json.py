"""JSON becomes nodes with lines; comments and trailing commas do not matter."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.json import is_clean, parse_json


def test_entries_have_the_line_of_their_key_and_end_with_their_value() -> None:
    document = parse_json('{\n  "a": {\n    "b": [\n      1,\n      2\n    ]\n  },\n  "c": null\n}\n', "a.json")

    node = document.get("a", "b")
    assert node is not None
    assert (node.at.line, node.at.end_line, node.key) == (3, 6, "b")
    assert document.root.value == {"a": {"b": [1, 2]}, "c": None}


def test_comments_and_trailing_commas_are_taken() -> None:
    document = parse_json('// a\n{\n  /* b\n */ "a": "//x /* y",\n  "b": [1, 2,], // c\n}\n', "tsconfig.json")

    assert document.error is None
    assert document.root.value == {"a": "//x /* y", "b": [1, 2]}
    assert document.get("b") is not None
    assert document.get("b").line == 5  # type: ignore[union-attr]


def test_a_key_given_twice_is_a_problem() -> None:
    document = parse_json('{"a": 1,\n"a": 2}', "a.json")

    assert document.root.value == {"a": 2}
    assert (document.problems[0].at.line, "line 1" in document.problems[0].message) == (2, True)


@pytest.mark.parametrize(("text", "line"), [('{"a": 1\n "b": 2}', 2), ("", 1), ("{'a': 1}", 1), ('["a]', 1)])
def test_what_is_no_json_has_an_error_with_its_line(text: str, line: int) -> None:
    document = parse_json(text, "a.json")

    assert document.roots == ()
    assert document.error is not None
    assert document.error.at.line == line


@pytest.mark.parametrize("text", ["[" + "1," * 300_001 + "1]", "[" * 100_000, "[" * 150 + "]" * 150, "NaN", "1" * 5000])
def test_what_goes_beyond_limits_has_an_error(text: str) -> None:
    assert parse_json(text, "a.json").error is not None


def test_a_template_is_told_apart() -> None:
    document = parse_json('{"name": {{ cookiecutter.name }}}', "package.json")

    assert (document.template, document.error, document.roots) == (True, None, ())


def test_numbers_keep_their_text() -> None:
    document = parse_json('{"version": 1.10, "s": "\\u00e4"}', "a.json")

    assert document.get("version").raw == "1.10"  # type: ignore[union-attr]
    assert document.get("s").value == "ä"  # type: ignore[union-attr]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, st.sampled_from([None, 2]))
def test_values_come_back_as_they_were(value: object, indent: int | None) -> None:
    document = parse_json(json.dumps(value, indent=indent), "a.json")

    assert document.error is None
    assert document.root.value == value


@given(st.one_of(st.text(max_size=60), st.text(alphabet='{}[]",:\\/*1a \n', max_size=60)))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    document = parse_json(text, "a.json")

    assert (document.error is None) == (bool(document.roots) or document.template)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('{"a": [1, {"b": null}]}', True),
        ('// a comment\n{"a": 1,}', True),
        ('{"a": 1, "a": 2}', False),
        ('{"a": NaN}', False),
        ('{"a": ', False),
        ("{{ values }}", False),
        ("[" * 102 + "]" * 102, False),
        ("[" * 101 + "]" * 101, True),
        ("[" * 5000 + "]" * 5000, False),
    ],
)
def test_what_is_clean_parses_without_error_or_problem(text: str, clean: bool) -> None:
    document = parse_json(text, "a.json")

    assert is_clean(text) is clean
    assert (document.error is None and not document.problems and not document.template) is clean
