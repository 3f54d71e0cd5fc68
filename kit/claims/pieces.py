"""Paragraphs cut into what each states: lines that begin with a sign or a label, and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kit.claims import marks
from kit.claims.model import Stated

_BEGINS = re.compile(
    rf"\s*(?:[-*+•–·▪▸►→◦]\s+|\d+[.)]\s+|\[[ xX~\-/!✓✔]\]\s|[{marks.PASSES}{marks.PARTLY}{marks.FAILS}]|:\w+:\s"
    r"|[A-Z][^:.|]{1,40}:\s)"
)
_BULLET = re.compile(r"^\s*(?:[-*+•–·▪▸►→◦]|\d+[.)])\s+")
_END = re.compile(r"(?<=[.!?])[\"')\]]?\s+(?=[A-Z0-9\"'(`])")
_NO_END = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|approx|cf|no|fig|incl|resp|min|max)|\b[A-Z]|\d)\.$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one statement is made of, with its lines (1-based)."""

    text: str
    line: int
    end_line: int
    kind: str
    section: tuple[str, ...] = ()
    mark: Stated | None = None
    columns: tuple[str, ...] = ()

    def within(self, section: tuple[str, ...], kind: str) -> Piece:
        """The piece below these headings."""
        return replace(self, section=section, kind=kind)


def lines_of(text: str, first: int) -> Iterator[Piece]:
    """A paragraph's parts: a line that begins like an item starts one, others continue what is above."""
    begun: Piece | None = None
    for offset, line in enumerate(text.split("\n")):
        number = first + offset
        if begun is None or _BEGINS.match(line):
            if begun is not None:
                yield begun
            kind = "item" if offset or _BEGINS.match(line) else "sentence"
            begun = Piece(_BULLET.sub("", line).strip(), number, number, kind)
        else:
            begun = replace(begun, text=f"{begun.text} {line.strip()}", end_line=number)
    if begun is not None and begun.text:
        yield begun


def sentences(piece: Piece) -> Iterator[Piece]:
    """A paragraph's sentences; each keeps the lines of the whole where they cannot be told."""
    start = 0
    parts: list[str] = []
    for found in _END.finditer(piece.text):
        if not _NO_END.search(piece.text[start : found.start()]):
            parts.append(piece.text[start : found.start()])
            start = found.end()
    parts.append(piece.text[start:])
    yield from (replace(piece, text=part.strip()) for part in parts if part.strip())
