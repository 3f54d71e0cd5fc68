from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import sample

from kit.report.exports import EXPORTS, write, write_exports
from kit.report.exports.files import one_line, printable


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_with_its_folder(tmp_path: Path) -> None:
    path = write(tmp_path / "a" / "b.txt", "größer\n")

    assert path.read_text("utf-8") == "größer\n"
    assert names(path.parent) == ["b.txt"]


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "b.txt", "old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write(path, "new")

    assert path.read_text() == "old"
    assert names(tmp_path) == ["b.txt"]


def test_a_stray_surrogate_does_not_stop_a_write(tmp_path: Path) -> None:
    assert write(tmp_path / "x", "a\udc80b").read_text() == "a?b"


def test_every_export_is_written(tmp_path: Path) -> None:
    paths = write_exports(sample(), tmp_path / "out")

    assert sorted(p.name for p in paths) == sorted(EXPORTS) == names(tmp_path / "out")


@given(st.text())
def test_one_line_is_one_printable_line(text: str) -> None:
    line = one_line(text, 40)

    assert len(line) <= 40
    assert len(line.splitlines()) <= 1
    assert printable(line) == line
