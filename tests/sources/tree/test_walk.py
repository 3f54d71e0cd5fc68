"""The walk takes plain files, and names them so that they can be written anywhere."""

from __future__ import annotations

import os
from pathlib import Path

from kit.sources.tree.ignore import IgnoreRules
from kit.sources.tree.walk import reason, shown, walk


def test_tracked_paths_that_lead_out_or_into_git_are_not_taken(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("x")
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    (root / ".git/config").write_text("x")

    found = walk(root, IgnoreRules(root), ["../outside.txt", ".git/config", "absent.txt"])

    assert found.entries == {}
    assert found.problems == []


def test_an_entry_knows_its_size_and_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("four")
    (tmp_path / "b.txt").symlink_to("a.txt")

    entries = walk(tmp_path, IgnoreRules(tmp_path), ()).entries

    assert (entries["b.txt"].size, entries["b.txt"].link) == (4, True)
    assert entries["b.txt"].real == entries["a.txt"].real


def test_names_become_unicode() -> None:
    assert shown("größe.txt") == "größe.txt"
    assert shown(os.fsdecode(b"\xff.txt")) == "\\xff.txt"


def test_a_reason_names_no_path_of_the_machine() -> None:
    assert reason(PermissionError(13, "Permission denied", "/home/someone/a.txt")) == "Permission denied"
    assert reason(ValueError("embedded null byte")) == "embedded null byte"
