"""A run that was cut off is gone on with, and only by the same run."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.execute.request import key_of
from kit.execute.staging import Staging, require_writable
from kit.params import ParamsError


def finished(staging: Staging, name: str) -> None:
    (staging.notebooks / name).write_text("{}", "utf-8")
    staging.finish(name)


def test_what_a_run_of_the_same_key_finished_is_kept(tmp_path: Path) -> None:
    finished(Staging(tmp_path, "a"), "09-data.ipynb")

    assert Staging(tmp_path, "a").finished("09-data.ipynb")


def test_what_a_run_of_another_key_left_is_thrown_away(tmp_path: Path) -> None:
    finished(Staging(tmp_path, "a"), "09-data.ipynb")

    assert not Staging(tmp_path, "b").finished("09-data.ipynb")


def test_a_notebook_that_was_cut_off_is_not_finished(tmp_path: Path) -> None:
    staging = Staging(tmp_path, "a")
    (staging.notebooks / "09-data.ipynb").write_text("{", "utf-8")

    assert not Staging(tmp_path, "a").finished("09-data.ipynb")


def test_published_notebooks_take_the_place_of_an_earlier_runs(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "old.ipynb").touch()
    staging = Staging(tmp_path, "a")
    finished(staging, "09-data.ipynb")

    staging.publish_notebooks(("09-data.ipynb",))
    staging.remove()

    assert [p.name for p in (tmp_path / "notebooks").iterdir()] == ["09-data.ipynb"]
    assert [p.name for p in tmp_path.iterdir()] == ["notebooks"]


def test_the_key_changes_with_any_input() -> None:
    assert key_of({"a": "1"}, policy="p") == key_of({"a": "1"}, policy="p")
    assert key_of({"a": "1"}, policy="p") != key_of({"a": "2"}, policy="p")
    assert key_of({"a": "1"}, policy="p") != key_of({"a": "1"}, policy="q")


def test_an_out_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").touch()

    with pytest.raises(ParamsError, match="is a file; name a folder"):
        require_writable(tmp_path / "x" / "y")
