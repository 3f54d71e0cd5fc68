"""Ignore rules nest as git's do."""

from __future__ import annotations

import time
from pathlib import Path

from kit.sources.tree.ignore import IgnoreRules


def rules(top: Path, **files: str) -> IgnoreRules:
    for folder, text in files.items():
        place = top if folder == "root" else top / folder
        place.mkdir(exist_ok=True)
        (place / ".gitignore").write_text(text)
    return IgnoreRules(top)


def test_a_pattern_ignores_at_any_depth(tmp_path: Path) -> None:
    found = rules(tmp_path, root="*.log\nbuild/\n")

    assert found.ignored("a/b/x.log")
    assert found.ignored("a/build/out.txt")
    assert not found.ignored("a/build.txt")


def test_the_deeper_file_decides(tmp_path: Path) -> None:
    found = rules(tmp_path, root="*.log\n", a="!keep.log\n")

    assert not found.ignored("a/keep.log")
    assert found.ignored("b/keep.log")


def test_what_is_in_an_ignored_folder_cannot_come_back(tmp_path: Path) -> None:
    found = rules(tmp_path, root="/a/\n", a="!keep.log\n")

    assert found.ignored("a/keep.log")


def test_local_excludes_count_last(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("!shown.txt\n")
    found = IgnoreRules(tmp_path, ["*.txt"])

    assert found.ignored("hidden.txt")
    assert not found.ignored("shown.txt")


def test_a_pattern_with_many_stars_is_matched_fast(tmp_path: Path) -> None:
    found = rules(tmp_path, root="*a*a*a*a*a*a*a*a*b\n")
    begun = time.perf_counter()

    assert not found.ignored("a" * 250)
    assert found.ignored("a" * 250 + "b")
    assert time.perf_counter() - begun < 1


def test_a_pattern_that_takes_ages_is_left_out_and_reported(tmp_path: Path) -> None:
    found = rules(tmp_path, root="a/**/a/**/a/**/a/**/b\nx\n")

    assert found.ignored("x")
    assert not found.ignored("a/" * 200 + "b")
    assert found.problems[0].at.line == 1


def test_an_ignore_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("*.txt\n")
    (tmp_path / ".gitignore").symlink_to("elsewhere")

    assert not IgnoreRules(tmp_path).ignored("a.txt")
