"""Whole answers of earlier runs, by the hash of everything that they depend on.

An entry is a folder: the files that a run wrote, and a manifest with the hash of each, the run in outline, and which
paths outside of the index the run looked for. It is made beside its place and moved there, so that two runs at once
never see half of one; an entry that is damaged, or whose paths have come or gone, is no answer.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.execute.outline import Outline, outline_from
from kit.report.stale import remove_stale

VARIABLE = "READINESS_CACHE"
"""The environment variable that names another folder for the cache."""

MAX_BYTES = 1_000_000_000
"""How much the cache may hold; the entries that were used longest ago go first."""

_MANIFEST = "manifest.json"
_FILES = "files"


@dataclass(frozen=True, slots=True)
class Cache:
    """The cache in a folder. Whatever fails in it is a miss: an assessment never depends on it."""

    folder: Path

    def answer(self, key: str, out: Path, on_disk: Callable[[str], bool]) -> Outline | None:
        """The answer kept under the key, its files copied into `out`; None where there is none that still holds.

        `on_disk` tells whether a path of the project is there.
        """
        entry = self.folder / key
        try:
            manifest = json.loads((entry / _MANIFEST).read_bytes())
            looked_for: Mapping[str, bool] = manifest["on_disk"]
            if any(on_disk(path) is not there for path, there in looked_for.items()):
                return None
            outline = outline_from(manifest["outline"])
            _bring(entry / _FILES, manifest["files"], out)
            os.utime(entry)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return outline

    def keep(self, key: str, out: Path, names: tuple[str, ...], outline: Outline, on_disk: Mapping[str, bool]) -> None:
        """Keep what a run has written: the files and folders `names` of `out`."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
            try:
                files = _copied(out, names, made / _FILES)
                self._write(made, {"outline": outline.as_data(), "on_disk": dict(on_disk), "files": files})
                shutil.rmtree(self.folder / key, ignore_errors=True)
                made.rename(self.folder / key)
            finally:
                shutil.rmtree(made, ignore_errors=True)
            self._prune()

    def _write(self, entry: Path, manifest: dict[str, Any]) -> None:
        (entry / _MANIFEST).write_text(json.dumps(manifest), "utf-8")

    def _prune(self) -> None:
        entries = sorted((e for e in self.folder.iterdir() if e.is_dir()), key=lambda e: e.stat().st_mtime)
        sizes = {e: sum(f.stat().st_size for f in e.rglob("*") if f.is_file()) for e in entries}
        held = sum(sizes.values())
        for entry in entries[:-1]:
            if held <= MAX_BYTES:
                return
            shutil.rmtree(entry, ignore_errors=True)
            held -= sizes[entry]


def default_cache() -> Cache | None:
    """The cache of this user: the folder that the variable names, else where the system keeps caches.

    None where the variable is empty, or the user has no home that could be written to.
    """
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Cache(Path(named)) if named else None
    import platformdirs

    try:
        return Cache(Path(platformdirs.user_cache_dir("readiness-kit", appauthor=False)) / "runs")
    except (OSError, RuntimeError):
        return None


def _copied(out: Path, names: tuple[str, ...], target: Path) -> dict[str, str]:
    """Copy files and folders; the hash of each file by its path."""
    for name in names:
        source, place = out / name, target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, place)
        else:
            shutil.copyfile(source, place)
    found = sorted(p for p in target.rglob("*") if p.is_file())
    return {p.relative_to(target).as_posix(): _hash(p) for p in found}


def _bring(source: Path, files: Mapping[str, str], out: Path) -> None:
    """Copy the files beside their places, check each, and only then move them there.

    Raises ValueError where one is not what it was, OSError where one is gone.
    """
    out.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".partial-", dir=out))
    try:
        for name, digest in files.items():
            place = beside / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, place)
            if _hash(place) != digest:
                raise ValueError(f"{name} is not what was kept")
        remove_stale(out, {name.partition("/")[0] for name in files})
        _replace(beside, out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _replace(beside: Path, out: Path) -> None:
    for new in sorted(beside.iterdir()):
        old = out / new.name
        if old.is_dir():
            shutil.rmtree(old)
        new.replace(old)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
