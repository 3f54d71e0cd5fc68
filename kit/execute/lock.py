"""One run at a time in an output folder: a lock that the system takes back when its process ends, however it ends."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kit.params import ParamsError

try:
    import fcntl
except ImportError:  # Windows: two runs into one folder at once are not kept apart there
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"
_LEFT = (".*.part", ".*.old", ".partial-*")
"""What a killed run leaves beside files and folders that it was about to replace."""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the folder for one run, making it where it is not there; take away what a killed run left half-written.

    Raises ParamsError where another run holds it. Leaves no folder behind that is empty and was not there before.
    """
    if fcntl is None:
        yield
        return
    made = _make(out)
    handle = _take(out)
    try:
        _clear(out)
        yield
    finally:
        (out / LOCK).unlink(missing_ok=True)
        os.close(handle)
        with suppress(OSError):
            for folder in made:
                folder.rmdir()


def _make(out: Path) -> list[Path]:
    """Make the folder and those above it. Returns the new ones, the deepest first."""
    missing = [place for place in (out, *out.parents) if not place.exists()]
    out.mkdir(parents=True, exist_ok=True)
    return missing


def _clear(out: Path) -> None:
    for left in (path for pattern in _LEFT for path in out.glob(pattern)):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _take(out: Path) -> int:
    # A record lock is not handed down to forked workers, which may outlive a killed run for a moment.
    while True:
        handle = os.open(out / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            message = f"--out {out}: another run is writing there; wait for its end, or name another folder with --out"
            raise ParamsError(message) from None
        if _same(handle, out / LOCK):
            return handle
        os.close(handle)  # the run before took its file away between our two calls


def _same(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
