"""What an earlier run left in a folder and a later one does not write. Light to import."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection
from pathlib import Path

OPTIONAL = ("report.html", "report.pdf", "site")
"""What a run writes only where it is asked to, or could make it."""


def remove_stale(out: Path, written: Collection[str]) -> None:
    """Remove a page, a PDF and a site that an earlier run wrote, by its `run.json`, and that are not `written` anew:
    beside newer results they would pass for theirs. Anything else in the folder stays."""
    for name in (set(OPTIONAL) & _listed(out)) - set(written):
        path = out / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _listed(out: Path) -> set[str]:
    """What the last run in this folder says that it wrote."""
    try:
        listed = json.loads((out / "run.json").read_text("utf-8"))["outputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in listed if isinstance(name, str)} if isinstance(listed, list) else set()
