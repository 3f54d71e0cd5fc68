"""The columns of a table on paper: how wide each is, and a wide matrix in parts that fit the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kit.report.blocks import Cell, Column, Mark, Place, Table, cell_text
from kit.report.pdf.words import breakable, longest_word
from kit.report.svg.text import width
from kit.report.texts import text as worded

PAGE = 482.0
"""Points between the margins of an A4 page."""

SIZE, SMALL = 8.2, 7.4
GAP = 8.0
"""Points between two columns."""

FIRST = 0.3
"""The part of the page that the first column of a matrix takes."""

NARROWEST = 24.0
"""Points that a column of a matrix takes at least."""

MANY = 7
"""Columns from which on a table is set smaller."""

WHOLE = 10
"""Columns up to which a matrix is set as a table is, each column as wide as its words ask for."""

PLACED = 4
"""How many times wider than a mark a place stands in a matrix."""

_SIGN = 14.0
_LONGEST = 600.0
_MONO = 0.6


@dataclass(frozen=True, slots=True)
class Part:
    """A table or a part of one. `widths` in points, together the page's; `upright`: the heads read upwards."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    upright: bool = False
    small: bool = False


def ordinary(table: Table) -> Part:
    """The whole table with columns as wide as their words ask for, within the page."""
    small = len(table.columns) >= MANY
    least, wanted = _asked(table, SMALL if small else SIZE)
    return Part(table.columns, table.rows, _shared(least, wanted), small=small)


def _asked(table: Table, size: float) -> tuple[list[float], list[float]]:
    """The least width of each column, and the one that it would rather have."""
    columns = [[row[i] for row in table.rows] for i in range(len(table.columns))]
    least = [_least(c, cells, size) for c, cells in zip(table.columns, columns, strict=True)]
    wanted = [max(_wanted(c, cells, size), low) for c, cells, low in zip(table.columns, columns, least, strict=True)]
    return least, wanted


def parted(table: Table) -> list[Part]:
    """A matrix as parts, each with the first column and as many of the others as the page holds."""
    rows = tuple((row[0], *map(_terse, row[1:])) for row in table.rows)
    for whole in (table, replace(table, rows=rows)):
        if len(table.columns) <= WHOLE and sum(_asked(whole, SMALL)[0]) <= PAGE:
            return [replace(ordinary(whole), small=True)]
    others = len(table.columns) - 1
    room = PAGE * (1 - FIRST)
    most = max(int(room / NARROWEST), 1)
    count = max(-(-others // most), 1)
    size = -(-others // count) if others else 0
    parts = []
    for start in range(1, others + 1, size or 1):
        chosen = [0, *range(start, min(start + size, others + 1))]
        parts.append(_matrix_part(table, chosen))
    return parts or [ordinary(table)]


def _matrix_part(table: Table, chosen: Sequence[int]) -> Part:
    columns = tuple(table.columns[i] for i in chosen)
    rows = tuple(tuple(row[i] for i in chosen) for row in table.rows)
    weights = [PLACED if any(isinstance(row[i], Place) for row in rows) else 1 for i in range(1, len(chosen))]
    each = min(PAGE * (1 - FIRST) / sum(weights), 110.0)
    upright = any(width(longest_word(breakable(c.name)), SMALL) > each - 4 for c in columns[1:])
    first = PAGE - each * sum(weights)
    terse = each < 62
    kept = tuple((row[0], *(_terse(cell) if terse else cell for cell in row[1:])) for row in rows)
    return Part(columns, kept, (min(first, 260.0), *(each * weight for weight in weights)), upright, small=True)


def _terse(cell: Cell) -> Cell:
    """An outcome as its shape alone, where there is no room for words."""
    return Mark(cell.outcome, "\u200b") if isinstance(cell, Mark) and cell.outcome else cell


def _least(column: Column, cells: Sequence[Cell], size: float) -> float:
    """The width of the longest word that cannot be broken."""
    words = [width(longest_word(breakable(column.name)), size, bold=True)]
    words += [_extra(cell, column) + _wide(longest_word(breakable(_said(cell))), cell, column, size) for cell in cells]
    return min(max(words), 130.0) + GAP


def _wanted(column: Column, cells: Sequence[Cell], size: float) -> float:
    """The width at which no cell needs a second line, within reason."""
    lines = [width(column.name, size, bold=True) + 2]
    lines += [_extra(cell, column) + _wide(_said(cell), cell, column, size) for cell in cells]
    return min(max(lines), _LONGEST) + GAP


def _said(cell: Cell) -> str:
    said = worded("page.whole") if isinstance(cell, Place) and cell.at == "." else cell_text(cell)
    return said if not isinstance(cell, Mark) or not cell.at else max(said, cell.at, key=len)


def _wide(text: str, cell: Cell, column: Column, size: float) -> float:
    mono = isinstance(cell, Place) or column.kind == "code"
    return len(text) * _MONO * size if mono else width(text, size) * 1.04


def _extra(cell: Cell, column: Column) -> float:
    return _SIGN if isinstance(cell, Mark) and column.kind != "code" else 0.0


def _shared(least: Sequence[float], wanted: Sequence[float]) -> tuple[float, ...]:
    """Widths that add up to the page: each its least, and the rest by what is still wanted."""
    total = sum(wanted)
    if total <= PAGE:
        spare = (PAGE - total) * 0.999
        widest = max(range(len(wanted)), key=lambda i: wanted[i])
        return tuple(w + spare if i == widest else w for i, w in enumerate(wanted))
    floor = sum(least)
    if floor >= PAGE:
        return tuple(low * PAGE / floor for low in least)
    more = [(want - low) ** 0.75 for want, low in zip(wanted, least, strict=True)]
    return tuple(low + (PAGE - floor) * part / sum(more) for low, part in zip(least, more, strict=True))
