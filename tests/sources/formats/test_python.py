"""Python is parsed, never run; what a string in it holds can be written to any file."""

from __future__ import annotations

import ast

import pytest

from kit.sources.containers.dockerfile import parse
from kit.sources.formats.hcl import parse_hcl
from kit.sources.formats.json import loads, parse_json
from kit.sources.formats.python import parse_module


def test_half_a_surrogate_pair_is_shown_as_what_cannot_be_shown() -> None:
    tree = parse_module('a = "x\\ud800y"\nb = "\\U0001F600"')

    assert [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)] == ["x�y", "😀"]


def test_what_is_no_python_raises_what_the_interpreter_says() -> None:
    with pytest.raises(SyntaxError):
        parse_module("def (")


def test_json_hcl_and_dockerfiles_hold_no_half_surrogate_pairs_either() -> None:
    assert loads('{"a\\ud800": ["\\udfff", "\\ud83d\\ude00"]}') == {"a�": ["�", "😀"]}
    assert parse_json('{"a": "\\ud800"}', "a.json").root.value == {"a": "�"}
    assert parse_hcl('a = "x\\ud800"', "a.tf").root.value == {"a": "x�"}
    assert parse('FROM a\nCMD ["\\ud800"]\n', "Dockerfile").stages[0].instructions[-1].args == ("�",)
