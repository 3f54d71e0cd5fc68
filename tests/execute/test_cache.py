"""The cache answers with what was kept, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kit.execute import cache as cache_module
from kit.execute.cache import VARIABLE, Cache, default_cache
from kit.execute.outline import AreaLine, BlockerLine, Outline, VerdictLine

OUTLINE = Outline(
    score=71.5,
    confidence=60.0,
    risk_score=4.2,
    areas=(AreaLine("Data", "RED", None, 0.0, {"pass": 1}),),
    verdicts=(VerdictLine("production", "NO-GO", ("a reason",)),),
    strictest="production",
    blockers=(BlockerLine("DAT-001", "critical", "a.sql:3", "It drops."),),
    notices=("a note",),
    missing=(),
    files=3,
    summary="{}\n",
    seconds={"read": 0.1},
)


@pytest.fixture
def kept(tmp_path: Path) -> Cache:
    out = tmp_path / "first"
    (out / "notebooks").mkdir(parents=True)
    (out / "report.html").write_text("<p>", "utf-8")
    (out / "notebooks/01.ipynb").write_text("{}", "utf-8")
    (out / "mine.txt").write_text("not the run's", "utf-8")
    made = Cache(tmp_path / "cache")
    made.keep("k", out, ("report.html", "notebooks"), OUTLINE, {"dist": False})
    return made


def absent(_: str) -> bool:
    return False


def test_an_answer_is_the_files_and_the_outline_that_were_kept(kept: Cache, tmp_path: Path) -> None:
    again = tmp_path / "second"

    assert kept.answer("k", again, absent) == OUTLINE
    assert (again / "report.html").read_text("utf-8") == "<p>"
    assert (again / "notebooks/01.ipynb").is_file()
    assert sorted(p.name for p in again.iterdir()) == ["notebooks", "report.html"]


def test_what_was_there_of_the_same_name_is_replaced_and_a_stale_pdf_goes(kept: Cache, tmp_path: Path) -> None:
    out = tmp_path / "second"
    (out / "notebooks").mkdir(parents=True)
    for name in ("notebooks/99-old.ipynb", "report.pdf", "readme.txt"):
        (out / name).write_text("old", "utf-8")
    (out / "run.json").write_text(json.dumps({"outputs": ["report.pdf"]}), "utf-8")

    kept.answer("k", out, absent)

    assert sorted(p.name for p in (out / "notebooks").iterdir()) == ["01.ipynb"]
    assert not (out / "report.pdf").exists()
    assert (out / "readme.txt").is_file()


def test_another_key_or_a_path_that_has_come_is_no_answer_and_writes_nothing(kept: Cache, tmp_path: Path) -> None:
    assert kept.answer("other", tmp_path / "second", absent) is None
    assert kept.answer("k", tmp_path / "second", lambda path: path == "dist") is None
    assert not (tmp_path / "second").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda entry: (entry / "files/report.html").write_text("<script>", "utf-8"),
        lambda entry: (entry / "files/report.html").unlink(),
        lambda entry: (entry / "manifest.json").write_text("{", "utf-8"),
        lambda entry: (entry / "manifest.json").write_text("{}", "utf-8"),
        lambda entry: (entry / "manifest.json").unlink(),
    ],
)
def test_a_damaged_entry_is_no_answer_and_leaves_the_folder_as_it_was(
    kept: Cache, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    out = tmp_path / "second"
    out.mkdir()
    (out / "report.html").write_text("mine", "utf-8")

    damage(kept.folder / "k")

    assert kept.answer("k", out, absent) is None
    assert [p.name for p in out.iterdir()] == ["report.html"]
    assert (out / "report.html").read_text("utf-8") == "mine"


def test_the_entries_used_longest_ago_go_when_there_are_too_many_bytes(
    kept: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "MAX_BYTES", 10)

    kept.keep("newer", tmp_path / "first", ("report.html",), replace(OUTLINE, files=4), {})

    assert kept.answer("k", tmp_path / "second", absent) is None
    assert kept.answer("newer", tmp_path / "second", absent) is not None


def test_a_cache_that_cannot_be_written_to_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    blocked = Cache(tmp_path / "file" / "cache")
    (tmp_path / "report.html").write_text("", "utf-8")

    blocked.keep("k", tmp_path, ("report.html",), OUTLINE, {})

    assert blocked.answer("k", tmp_path / "out", absent) is None


def test_a_variable_names_the_folder_and_an_empty_one_means_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/somewhere")
    assert default_cache() == Cache(Path("/somewhere"))
    monkeypatch.setenv(VARIABLE, "")
    assert default_cache() is None
    monkeypatch.delenv(VARIABLE)
    found = default_cache()
    assert found is not None
    assert "readiness-kit" in str(found.folder)
