"""Whole answers of earlier runs, by the hash of everything that they depend on, and what single areas of them made.

An entry is a folder: the files that a run wrote, and a manifest with the hash of each, which paths outside of the index
the run looked for, and the run in outline or, of an area, the hash of each file that it read. It is made beside its
place and moved there, so that two runs at once never see half of one; an entry that is damaged, or whose paths have
come or gone, is no answer. Nothing but entries is ever removed from the folder, whatever else lies there, and no link
in it is followed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from kit.execute.outline import Outline, outline_from
from kit.report.stale import remove_stale

VARIABLE = "READINESS_CACHE"
"""The environment variable that names another folder for the cache."""

MAX_BYTES = 1_000_000_000
"""How much the cache may hold; the entries that were used longest ago go first."""

_MANIFEST = "manifest.json"
_MAX_MANIFEST_BYTES = 20_000_000
_FILES = "files"
_NEW = ".new-"
_NO_ANSWER = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading an entry may raise that is damaged, made up, or of a project that is another now."""
_LEFT_AFTER = 86_400.0
"""Seconds after which an entry that is still being made belongs to a run that was killed."""


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
            manifest = self._manifest(entry, on_disk)
            outline = outline_from(manifest["outline"])
            with _copies(entry / _FILES, manifest["files"], out) as beside:
                remove_stale(out, {name.partition("/")[0] for name in manifest["files"]})
                _replace(beside, out)
        except _NO_ANSWER:
            return None
        _used(entry)
        return outline

    def part(self, key: str, place: Path, on_disk: Callable[[str], bool], digests: Mapping[str, str]) -> bool:
        """Put what is kept of an area under the key into a folder. False where there is nothing, or where a file that
        the area read has another hash in `digests` now."""
        entry = self.folder / key
        try:
            manifest = self._manifest(entry, on_disk)
            if any(digests.get(path) != digest for path, digest in manifest["read"].items()):
                return False
            with _copies(entry / _FILES, manifest["files"], place) as beside:
                for name in manifest["files"]:
                    (place / name).parent.mkdir(parents=True, exist_ok=True)
                    (beside / name).replace(place / name)
        except _NO_ANSWER:
            return False
        _used(entry)
        return True

    def keep(self, key: str, out: Path, names: tuple[str, ...], outline: Outline, on_disk: Mapping[str, bool]) -> None:
        """Keep what a run has written: the files and folders `names` of `out`."""
        with suppress(OSError):
            self._keep(key, out, names, {"outline": outline.as_data(), "on_disk": dict(on_disk)})
            self._prune()

    def keep_part(
        self, key: str, place: Path, names: tuple[str, ...], on_disk: Mapping[str, bool], read: Mapping[str, str]
    ) -> None:
        """Keep what an area has made: the files `names` of a folder. `read` is the hash of each file that it read."""
        with suppress(OSError):
            self._keep(key, place, names, {"on_disk": dict(on_disk), "read": dict(read)})

    def _keep(self, key: str, out: Path, names: tuple[str, ...], manifest: dict[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _require_private(self.folder)
        made = Path(tempfile.mkdtemp(prefix=_NEW, dir=self.folder))
        try:
            files = _copied(out, names, made / _FILES)
            (made / _MANIFEST).write_text(json.dumps({**manifest, "files": files}), "utf-8")
            _remove(self.folder / key)
            made.rename(self.folder / key)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _manifest(self, entry: Path, on_disk: Callable[[str], bool]) -> Any:
        """The manifest of an entry. Raises LookupError where a path that was looked for has come or gone, and as
        reading does for one that is damaged."""
        _require_private(self.folder)
        manifest = json.loads(_plain(entry, _MANIFEST, _MAX_MANIFEST_BYTES).read_bytes())
        looked_for: Mapping[str, bool] = manifest["on_disk"]
        if any(on_disk(path) is not there for path, there in looked_for.items()):
            raise LookupError
        return manifest

    def _prune(self) -> None:
        used = {entry: entry.stat().st_mtime for entry in self._entries()}
        entries = sorted(used, key=lambda entry: used[entry])
        for left in [e for e in entries if e.name.startswith(_NEW)]:
            entries.remove(left)
            if used[left] < time.time() - _LEFT_AFTER:
                _remove(left)
        sizes = {e: sum(f.lstat().st_size for f in e.rglob("*")) for e in entries}
        held = sum(sizes.values())
        for entry in entries[:-1]:
            if held <= MAX_BYTES:
                return
            _remove(entry)
            held -= sizes[entry]

    def _entries(self) -> Iterator[Path]:
        """The folders that hold what an entry holds and nothing else: the variable may name any folder."""
        for place in self.folder.iterdir():
            if place.is_dir() and not place.is_symlink():
                names = {p.name for p in place.iterdir()}
                if names == {_MANIFEST, _FILES} or (place.name.startswith(_NEW) and names <= {_MANIFEST, _FILES}):
                    yield place


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


def _used(entry: Path) -> None:
    with suppress(OSError):  # a cache that may only be read answers as well
        os.utime(entry)


def _require_private(folder: Path) -> None:
    """Raise PermissionError where everybody may write into the folder, and so make up an answer."""
    if folder.stat().st_mode & stat.S_IWOTH:
        raise PermissionError(f"{folder} may be written to by everybody")


def _plain(root: Path, name: str, most: int) -> Path:
    """The plain file of that relative path. Raises ValueError for one that lies elsewhere, or is more than so many
    bytes: who may write to the cache shall not have other files read, overwritten, or waited for."""
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or PurePosixPath(name).is_absolute() or "\\" in name or ":" in parts[0]:
        raise ValueError(f"{name} leads elsewhere")
    place = root
    for part in ("", *parts):
        place = place / part
        if place.is_symlink():
            raise ValueError(f"{name} is a link")
    found = place.stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > most:
        raise ValueError(f"{name} is no file of the kit")
    return place


def _remove(place: Path) -> None:
    if place.is_symlink():
        place.unlink()
    shutil.rmtree(place, ignore_errors=True)


def _copied(out: Path, names: tuple[str, ...], target: Path) -> dict[str, str]:
    """Copy files and folders; the hash of each file by its path.

    Raises OSError where a copy is gone already: the cache may be emptied meanwhile, and the rest of an entry is none.
    """
    found: dict[str, str] = {}
    for name in names:
        sources = (p for p in (out / name).rglob("*") if p.is_file()) if (out / name).is_dir() else (out / name,)
        for source in sources:
            path = source.relative_to(out)
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / path)
            found[path.as_posix()] = _hash(target / path)
    return dict(sorted(found.items()))


@contextmanager
def _copies(source: Path, files: Mapping[str, str], out: Path) -> Iterator[Path]:
    """A folder within `out` that holds copies of the files, each checked, until the block ends.

    Raises ValueError where one is not what it was, OSError where one is gone.
    """
    out.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".partial-", dir=out))
    try:
        for name, digest in files.items():
            place = beside / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_plain(source, name, MAX_BYTES), place)
            if _hash(place) != digest:
                raise ValueError(f"{name} is not what was kept")
        yield beside
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
