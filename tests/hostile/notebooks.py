"""A folder with one of the kit's notebooks, for runs that prove something that is the same for all of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from kit.execute.notebooks import bundled


def alone(name: str, folder: Path) -> Path:
    """The folder, made, with this notebook in it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(bundled() / f"{name}.ipynb", folder)
    return folder
