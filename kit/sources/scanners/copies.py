"""Copies of the files that a scanner is given: nothing beside them, so nothing of the project configures it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from kit.sources.tree.files import FileIndex

_PRAGMA = re.compile(
    r"(?i)(hadolint\s+(?:global\s+)?ignor)e|(zizmor:\s*ignor)e|(squawk-ignor)e|(pragma:?\s*(?:allow|white)lis)t"
    r"|((?:checkov|bridgecrew):ski)p|(shellcheck\s+disabl)e|(squawk-disabl)e"
)
"""Comments that silence a scanner. An accepted risk is a waiver with an owner and an end; the kit knows no other."""
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")

Namer = Callable[[int, str], str | None]
"""The number and path of a file to the name of its copy; None where the scanner cannot be given it."""


def copy(files: FileIndex, paths: Iterable[str], folder: Path, name: Namer) -> dict[str, str]:
    """Write the texts of the paths into the folder. Returns the name of each copy to the path that it is of.

    Lines stay where they are; comments that would silence a scanner are broken in the copy.
    """
    made: dict[str, str] = {}
    for number, path in enumerate(paths):
        called = name(number, path)
        text = files.text(path)
        if called is None or not text:
            continue
        place = folder / called
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(unsilenced(text), "utf-8", errors="replace", newline="\n")
        made[called] = path
    return made


def unsilenced(text: str) -> str:
    """The text with what would silence a scanner broken, each character in its place."""
    return _PRAGMA.sub(lambda m: m[0][:-1] + "_", text)


def numbered(suffix: str = "") -> Namer:
    """Names that are numbers, with this suffix or the file's own: no name of a project reaches a command."""

    def name(number: int, path: str) -> str:
        own = posixpath.splitext(path)[1]
        return f"{number:05}{suffix or (own if _SUFFIX.fullmatch(own) else '')}"

    return name
