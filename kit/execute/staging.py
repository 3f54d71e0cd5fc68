"""Where a run works before its results are whole: a folder in `--out` that an interrupted run leaves for the next."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kit.params import ParamsError

PARTIAL = ".partial"


class Staging:
    """The working folder of one run. `key` names all that the run depends on: what a run of another key left is
    thrown away, what one of the same key finished is kept."""

    def __init__(self, out: Path, key: str) -> None:
        self.out = out
        self.folder = out / PARTIAL
        self.notebooks = self.folder / "notebooks"
        self._mark = self.folder / "key"
        if self._mark.is_file() and self._mark.read_text("utf-8") != key:
            shutil.rmtree(self.folder)
        self.notebooks.mkdir(parents=True, exist_ok=True)
        self._mark.write_text(key, "utf-8")
        self._done = self.folder / "done"
        self._done.mkdir(exist_ok=True)

    def finished(self, name: str) -> bool:
        """Whether a notebook was run to its end by a run of the same key."""
        return (self._done / name).is_file() and (self.notebooks / name).is_file()

    def finish(self, name: str) -> None:
        """Note that a notebook was run to its end."""
        (self._done / name).touch()

    def publish_notebooks(self, names: tuple[str, ...]) -> None:
        """Move the executed notebooks into place; those of an earlier run that this one lacks go away."""
        target = self.out / "notebooks"
        target.mkdir(exist_ok=True)
        for old in target.glob("*.ipynb"):
            if old.name not in names:
                old.unlink()
        for name in names:
            if (self.notebooks / name).is_file():
                (self.notebooks / name).replace(target / name)

    def remove(self) -> None:
        """The run is whole: nothing is left to go on from."""
        shutil.rmtree(self.folder, ignore_errors=True)


def require_writable(out: Path) -> None:
    """Raise ParamsError where the folder could not be written to; nothing is written to find out."""
    place = out
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise ParamsError(f"--out {out}: {place} is a file; name a folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise ParamsError(f"--out {out}: no permission to write to {place}; name another folder with --out")
