"""Whatever lies in the cache's folder: an answer that was kept, or none; nothing else is read, overwritten or removed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.execute import cache as cache_module
from kit.execute.cache import Cache
from kit.execute.outline import Outline, VerdictLine

OUTLINE = Outline(
    score=71.5,
    confidence=60.0,
    risk_score=4.2,
    areas=(),
    verdicts=(VerdictLine("production", "NO-GO", ("a reason",)),),
    strictest="production",
    blockers=(),
    notices=(),
    missing=(),
    files=3,
    summary="{}\n",
    seconds={},
)
PAGE = "<p>" * 2000


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """What a run has written."""
    place = tmp_path / "first"
    (place / "site").mkdir(parents=True)
    (place / "report.html").write_text(PAGE, "utf-8")
    (place / "site/index.html").write_text(PAGE, "utf-8")
    return place


@pytest.fixture
def cache(tmp_path: Path, out: Path) -> Cache:
    """A cache that holds it under `k`."""
    made = Cache(tmp_path / "cache")
    keep(made, out)
    return made


def keep(cache: Cache, out: Path, key: str = "k") -> None:
    """Keep what was written."""
    cache.keep(key, out, ("report.html", "site"), OUTLINE, {})


def answer(cache: Cache, out: Path, key: str = "k") -> Outline | None:
    """Ask for it."""
    return cache.answer(key, out, lambda _: False)


def edit(entry: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest as somebody would who wants to be believed."""
    data = json.loads((entry / "manifest.json").read_bytes())
    change(data)
    (entry / "manifest.json").write_text(json.dumps(data), "utf-8")


def digest(path: Path) -> str:
    """Its SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["../../planted", "/{}/planted", "site/../../../planted", "", ".", "..\\planted"])
def test_no_manifest_has_a_file_written_outside_of_the_output(cache: Cache, tmp_path: Path, name: str) -> None:
    name, entry = name.format(tmp_path), cache.folder / "k"
    (tmp_path / "cache/planted").write_text("planted", "utf-8")
    (entry / "planted").write_text("planted", "utf-8")
    edit(entry, lambda data: data["files"].update({name: digest(entry / "planted")}))

    assert answer(cache, tmp_path / "second") is None
    assert not list(tmp_path.glob("second/*"))
    assert not (tmp_path / "planted").exists()


@pytest.mark.parametrize("linked", ["", "manifest.json", "files", "files/site", "files/site/index.html"])
def test_no_link_in_an_entry_is_followed(cache: Cache, tmp_path: Path, linked: str) -> None:
    place = cache.folder / "k" / linked
    moved = tmp_path / "elsewhere"
    place.rename(moved)
    place.symlink_to(moved)

    assert answer(cache, tmp_path / "second") is None
    assert moved.exists()


def test_a_link_in_place_of_an_entry_is_replaced_and_what_it_leads_to_stays(cache: Cache, out: Path) -> None:
    (cache.folder / "linked").symlink_to(out)

    keep(cache, out, "linked")

    assert (out / "report.html").is_file()
    assert not (cache.folder / "linked").is_symlink()
    assert answer(cache, out.parent / "second", "linked") == OUTLINE


@pytest.mark.parametrize("name", ["manifest.json", "files/report.html"])
def test_pipes_and_endless_files_keep_nobody_waiting(cache: Cache, tmp_path: Path, name: str) -> None:
    place = cache.folder / "k" / name
    place.unlink()
    os.mkfifo(place)
    assert answer(cache, tmp_path / "second") is None
    place.unlink()
    with place.open("wb") as stream:
        stream.truncate(4 << 40)
    assert answer(cache, tmp_path / "second") is None


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "[" * 100_000,
        '{"on_disk": [], "outline": {}, "files": {}}',
        '{"on_disk": {"\\u0000": true}, "outline": {}, "files": {}}',
        '{"on_disk": {}, "outline": [], "files": []}',
    ],
)
def test_a_manifest_of_another_shape_is_no_answer(cache: Cache, tmp_path: Path, text: str) -> None:
    (cache.folder / "k/manifest.json").write_text(text, "utf-8")

    assert answer(cache, tmp_path / "second") is None


def test_what_is_no_entry_is_never_removed(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "MAX_BYTES", 100)
    home = tmp_path / "home"
    for name in ("letters", "k0/files", ".new-letters", "empty"):
        (home / name).mkdir(parents=True)
        (home / name / "mine.txt").write_text("x" * 1000, "utf-8")
        os.utime(home / name, (1, 1))
    (home / "everything").symlink_to("/")
    (home / "note.txt").write_text("x" * 1000, "utf-8")
    before = {p for p in home.rglob("*") if not p.is_relative_to(home / "everything")}

    for key in ("k1", "k2"):
        keep(Cache(home), out, key)

    assert before <= set(home.rglob("*"))
    assert not (home / "k1").exists() and (home / "k2").is_dir()


def test_what_a_killed_run_was_keeping_goes_after_a_day(cache: Cache, out: Path) -> None:
    for name, age in ((".new-old", 1), (".new-now", None)):
        (cache.folder / name / "files").mkdir(parents=True)
        if age:
            os.utime(cache.folder / name, (age, age))

    keep(cache, out)

    assert sorted(p.name for p in cache.folder.iterdir()) == [".new-now", "k"]


def test_a_folder_that_everybody_may_write_to_is_not_believed(cache: Cache, out: Path, tmp_path: Path) -> None:
    cache.folder.chmod(0o777)

    keep(cache, out, "other")

    assert answer(cache, tmp_path / "second") is None
    assert [p.name for p in cache.folder.iterdir()] == ["k"]


def test_the_folder_is_for_its_user_only(cache: Cache) -> None:
    assert cache.folder.stat().st_mode & 0o077 == 0


def test_a_cache_that_may_only_be_read_answers(cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "utime", refuse)

    assert answer(cache, tmp_path / "second") == OUTLINE


def test_runs_at_once_and_deletions_in_the_midst_give_whole_answers_or_none(
    cache: Cache, out: Path, tmp_path: Path
) -> None:
    done, wrong = threading.Event(), []

    def read(number: int) -> None:
        place = tmp_path / f"reader{number}"
        while not done.is_set():
            found = answer(cache, place)
            pages = [p.read_text("utf-8") for p in (place / "report.html", place / "site/index.html") if p.exists()]
            if found not in (None, OUTLINE) or set(pages) - {PAGE} or (found and len(pages) != 2):
                wrong.append((found, pages))
            shutil.rmtree(place, ignore_errors=True)

    def write() -> None:
        for _ in range(40):
            keep(cache, out)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(2)]
    writers = [threading.Thread(target=write) for _ in range(2)]
    for thread in (*threads, *writers):
        thread.start()
    for _ in range(10):
        shutil.rmtree(cache.folder, ignore_errors=True)
    for writer in writers:
        writer.join()
    done.set()
    for thread in threads:
        thread.join()
    keep(cache, out)

    assert not wrong
    assert answer(cache, tmp_path / "last") == OUTLINE
    assert sorted(p.name for p in cache.folder.iterdir()) == ["k"]
