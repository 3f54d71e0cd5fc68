"""Files written whole or not at all, and text that every format can carry."""

from __future__ import annotations

import os
import re
from pathlib import Path

from kit.sources.tree.text import visible

_NOT_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(path: Path, text: str) -> Path:
    """Write a UTF-8 file whole or not at all: beside its place first, then moved there. Returns the path.

    Pages and Markdown are written without signs that act instead of being seen.

    Raises OSError where the folder cannot be made or written to.
    """
    text = visible(text) if path.suffix in {".html", ".md", ".svg"} else text
    return write_bytes(path, text.encode("utf-8", "replace"))


def write_bytes(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all, as `write` does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def printable(text: str) -> str:
    """The text without the characters that XML, JSON readers or spreadsheets choke on."""
    return _NOT_TEXT.sub("", text)


def one_line(text: str, most: int = 300) -> str:
    """The text on one line, cut with an ellipsis to `most` characters."""
    joined = " ".join(printable(text).split())
    return joined if len(joined) <= most else joined[: most - 1].rstrip() + "…"
