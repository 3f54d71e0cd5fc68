"""Lines that a backslash at their end continues, as makefiles and requirements files write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kit.model import At


def continued_lines(
    text: str, path: str, limit: int, keeps_breaks: Callable[[str], bool] = lambda _: False
) -> Iterator[tuple[str, At]]:
    """The lines of the first `limit`, each joined with those that continue it, and where they stand.

    A line for whose first line `keeps_breaks` is true keeps its backslashes and breaks.
    """
    lines = text.replace("\r\n", "\n").split("\n")[:limit]
    index = 0
    while index < len(lines):
        first, line = index, lines[index]
        while line.endswith("\\") and index + 1 < len(lines):
            index += 1
            line = f"{line}\n{lines[index]}" if keeps_breaks(lines[first]) else f"{line[:-1]} {lines[index]}"
        yield line, At(path, first + 1, index + 1)
        index += 1
