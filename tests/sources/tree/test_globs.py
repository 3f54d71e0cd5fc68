"""Globs as JavaScript's tools write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.tree.globs import glob


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("**/*.test.ts", "a.test.ts"),
        ("**/*.test.ts", "src/deep/a.test.ts"),
        ("src/**/*.{ts,tsx}", "src/x.tsx"),
        ("**/?(*.)+(spec|test).[jt]s?(x)", "src/a.spec.ts"),
        ("**/__tests__/**/*.[jt]s?(x)", "src/__tests__/deep/a.jsx"),
        ("src/**", "src/a/b.ts"),
        ("./src/*.js", "src/a.js"),
    ],
)
def test_a_path_is_matched(pattern: str, path: str) -> None:
    found = glob(pattern)

    assert found is not None
    assert found.fullmatch(path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [("*.ts", "src/a.ts"), ("**/*.test.ts", "a.spec.ts"), ("src/*.js", "src/a/b.js"), ("[!a].js", "a.js")],
)
def test_a_path_is_not_matched(pattern: str, path: str) -> None:
    found = glob(pattern)

    assert found is not None
    assert not found.fullmatch(path)


def test_what_cannot_be_read_is_none() -> None:
    assert glob("!(a).js") is None
    assert glob("{a,b") is None
    assert glob("a*" * 20) is None


@given(st.text(alphabet="ab*?+@!(){}[]|,/.\\", max_size=40))
def test_any_text_gives_a_pattern_or_none(text: str) -> None:
    found = glob(text)

    assert found is None or isinstance(found.pattern, str)
