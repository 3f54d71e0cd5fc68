"""Which file of the project a path means that another tool wrote, whatever folder that tool ran in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from kit.sources.evidence.model import EvidenceFile, Issues
from kit.sources.tree.files import FileIndex

MOST_LINES = 200
"""Lines of one secret that are hidden: a key has some tens of them."""
_DRIVE = re.compile(r"(?:file:/{2,3})?(?:[A-Za-z]:)?")


def ours(files: FileIndex, path: str, near: str = "") -> str | None:
    """The project's file, or None where there is none, or several that it could be.

    A path holds where all of it, or all of the project's, is the end of the other. Of several that match equally
    the one that shares the most folders with `near`, the evidence file's own path, is meant.
    """
    plain = _DRIVE.sub("", path.replace("\\", "/"), count=1)
    plain = posixpath.normpath(plain).lstrip("/")
    if plain in files and not near.startswith("../"):
        return _nearest([p for p in (_beside(files, plain, near), plain) if p], near) or plain
    parts = plain.split("/")
    found: dict[int, list[str]] = {}
    for candidate in files.named(parts[-1]):
        own = candidate.split("/")
        shared = _shared(reversed(own), reversed(parts))
        if shared in (len(own), len(parts)):
            found.setdefault(shared, []).append(candidate)
    return _nearest(found[max(found)], near) if found else None


def leaks(files: FileIndex, evidence: EvidenceFile) -> Iterator[tuple[str, int]]:
    """Path and line of the project wherever the file says that a secret stands."""
    for record in evidence.records:
        if isinstance(record, Issues) and record.topic == "secrets":
            for issue in record.found:
                path = ours(files, issue.path, evidence.path) if issue.path else None
                first = issue.at or 1
                last = min(issue.end or first, first + MOST_LINES)
                yield from ((path, line) for line in range(first, last + 1) if path)


def _beside(files: FileIndex, path: str, near: str) -> str | None:
    """The same path below one of the folders that the evidence file lies in: that of a package among several."""
    folder = posixpath.dirname(near)
    while folder:
        if f"{folder}/{path}" in files:
            return f"{folder}/{path}"
        folder = posixpath.dirname(folder)
    return None


def _nearest(candidates: list[str], near: str) -> str | None:
    if len(candidates) <= 1:
        return next(iter(candidates), None)
    ranked = sorted(candidates, key=lambda c: -_shared(c.split("/"), near.split("/")))
    first, second = (_shared(c.split("/"), near.split("/")) for c in ranked[:2])
    return ranked[0] if first > second else None


def _shared(one: Iterable[str], other: Iterable[str]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
