"""Syntax of a later Python is put in older words, line by line."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.code.newer_python import GAP, older


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type A = int\n", "A = int\n"),
        ("def f[T: (int, str)](x: T): ...\n", "def f(x: T): ...\n"),
        ("class A[\n    T,\n](B[T]): ...\n", "class A(\n\nB[T]): ...\n"),
        ("try: ...\nexcept A, b.C: ...\n", "try: ...\nexcept (A, b.C): ...\n"),
        ("try: ...\nexcept (A, B) as e: ...\n", "try: ...\nexcept (A, B) as e: ...\n"),
        ('x = f"é {d["k"]}"\n', f'x = """é {GAP}"""\n'),
        ("x = [1]\n", "x = [1]\n"),
    ],
)
def test_each_form_has_an_older_one(text: str, expected: str) -> None:
    assert older(text) == expected
    ast.parse(older(text))


def test_lines_stay_where_they_are() -> None:
    text = 'def f[\n    T,\n](x: T):\n    return f"{\n        x["a"]\n    } b"\n\ny = 1\n'
    tree = ast.parse(older(text))
    assert [node.lineno for node in tree.body] == [1, 8]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="def class[T](x):\n f\"'{}=,except type", max_size=80))
def test_any_text_keeps_its_lines(text: str) -> None:
    assert older(text).count("\n") == text.count("\n")
