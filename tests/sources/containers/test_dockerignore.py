from __future__ import annotations

import time
from collections.abc import Mapping
from textwrap import dedent
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sources.containers.dockerignore import DockerIgnore, dockerignore
from kit.sources.tree.files import FileIndex


class Files(dict[str, str]):
    def text(self, path: str) -> str:
        return self[path]


def ignore(files: Mapping[str, str], context: str, dockerfile: str | None = None) -> DockerIgnore:
    return dockerignore(cast(FileIndex, Files(files)), context, dockerfile)


PATTERNS = dedent(
    """
    # built
    node_modules
    !node_modules/keep
    **/*.log
    *.md
    !README.md
    /dist
    ./build/
    **.tmp
    """
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("node_modules/a", True),
        ("node_modules/keep/a", False),
        ("sub/node_modules/a", False),
        ("a/b.log", True),
        ("b.log", True),
        ("note.md", True),
        ("sub/note.md", False),
        ("README.md", False),
        ("dist/a.js", True),
        ("build/a", True),
        ("a/b.tmp", True),
    ],
)
def test_patterns_start_at_the_context(path: str, expected: bool) -> None:
    assert ignore({".dockerignore": PATTERNS}, ".").ignores(path) is expected


def test_everything_but_one_folder() -> None:
    found = ignore({".dockerignore": "*\n!src\n"}, "")

    assert found.ignores("package.json")
    assert not found.ignores("src/a.js")


@pytest.mark.parametrize("pattern", ["**", "**/", "*"])
def test_a_double_star_ignores_everything(pattern: str) -> None:
    assert ignore({".dockerignore": pattern}, ".").ignores("a/b")


def test_paths_are_relative_to_the_project_and_those_outside_the_context_are_ignored() -> None:
    found = ignore({"api/.dockerignore": "*.log"}, "./api")

    assert found.ignores("api/a.log")
    assert not found.ignores("api/a.py")
    assert found.ignores("web/a.py")


def test_the_ignore_file_of_a_dockerfile_comes_first() -> None:
    files = {".dockerignore": "a", "docker/Dockerfile.dockerignore": "b"}

    assert ignore(files, ".", "docker/Dockerfile").path == "docker/Dockerfile.dockerignore"
    assert ignore(files, ".", "Dockerfile").ignores("a")


def test_without_an_ignore_file_nothing_is_ignored() -> None:
    found = ignore({}, ".")

    assert (found.path, found.at.path) == (None, ".")
    assert not found.ignores("a")


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z/x", True),
        ("a/**", "a/b", True),
        ("a/**", "b/a/b", False),
        ("?.[ct]s", "x.ts", True),
        ("[^a].js", "a.js", False),
        ("[^a].js", "b.js", True),
        ("\\*.js", "*.js", True),
        ("\\*.js", "a.js", False),
        (".", "a", False),
    ],
)
def test_wildcards_follow_the_rules_of_docker(pattern: str, path: str, expected: bool) -> None:
    assert ignore({".dockerignore": pattern}, ".").ignores(path) is expected


def test_no_pattern_takes_long() -> None:
    started = time.perf_counter()
    found = ignore({".dockerignore": "**/a/" * 15 + "b\n" + "*a" * 200 + "b\n"}, ".")

    assert not found.ignores("a/" * 300 + "c")
    assert not found.ignores("a" * 3000)
    assert time.perf_counter() - started < 5


@given(st.text("*?[]!^\\/.a#", max_size=12), st.text("a./*", min_size=1, max_size=12))
def test_any_pattern_is_read_without_raising(pattern: str, path: str) -> None:
    assert ignore({".dockerignore": pattern}, ".").ignores(path) in {True, False}


def test_broken_and_absurd_patterns_are_left_out() -> None:
    found = ignore({".dockerignore": "[\n!\n" + "a/" * 500 + "\nb\n"}, ".")

    assert found.ignores("b")
    assert not found.ignores("c")
