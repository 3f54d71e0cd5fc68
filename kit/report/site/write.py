"""A folder written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from kit.sources.tree.text import visible


def write_folder(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files beside the folder's place, then put them there in place of what was; returns the folder.

    Raises OSError where it cannot be written to.
    """
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    before = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        for name, content in files.items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = visible(content) if isinstance(content, str) and name.endswith(".html") else content
            path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
        if folder.exists():
            folder.rename(before)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(before, ignore_errors=True)
    return folder
