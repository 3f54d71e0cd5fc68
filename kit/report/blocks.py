"""What a report is made of: tables, charts, notices and big numbers, as data.

A block carries no HTML. Notebooks store it as JSON beside what Jupyter shows, and a renderer makes its own
markup from that JSON, so nothing that a project's files say can reach a page as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kit.model import At, Evidence

Kind = Literal["text", "number", "code"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """An outcome in a cell: drawn as shape and word. `text` says more, `at` is its `path:line`."""

    outcome: str
    text: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A `path:line` of the project in a cell."""

    at: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A link within the report: `target` as "check-CON-001" or "finding-<fingerprint>"."""

    target: str
    text: str


Cell = str | int | float | None | Mark | Place | Ref


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and how its plain values are set: text, right-aligned number or code."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table under a caption. `folded` opens on demand; `matrix` centres all but the first column."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    folded: bool = False
    matrix: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A plotly figure under a sentence that states what it shows, with the same data as words and as a table.

    `figure` is plotly's JSON without a template; `text` is the alternative for who cannot see it.
    """

    title: str
    figure: Json
    text: str
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A few words of the report itself. `tone`: info, empty (nothing to show, and what would fill it), or an
    outcome. `items` follow as a list."""

    text: str
    tone: str = "info"
    title: str = ""
    items: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One big number: its label, the value as shown, and an outcome or status for its colour.

    `terms` are shown when it is unfolded: each a name and what it adds.
    """

    label: str
    value: str
    unit: str = ""
    status: str = ""
    note: str = ""
    terms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Big numbers in a row."""

    figures: tuple[Figure, ...]


Block = Table | Chart | Notice | Figures


def place(located: At | Evidence) -> Place:
    """The cell for a place."""
    return Place(located.path if located.line is None else f"{located.path}:{located.line}")


def columns(*names: str | tuple[str, Kind]) -> tuple[Column, ...]:
    """Columns from names, or from names with their kinds."""
    return tuple(Column(n) if isinstance(n, str) else Column(*n) for n in names)


def empty(what: str, fill: str) -> Notice:
    """Said where there is nothing to show: what is missing, and what would fill it."""
    return Notice(fill, tone="empty", title=what)


def to_json(block: Block) -> Json:
    """The block as JSON; a chart's figure is left out, for it is stored beside as plotly's own."""
    if isinstance(block, Table):
        return _table_json(block)
    if isinstance(block, Chart):
        table = _table_json(block.table) if block.table else None
        return {"block": "chart", "title": block.title, "text": block.text, "table": table}
    if isinstance(block, Notice):
        items = [_cell_json(c) for c in block.items]
        return {
            "block": "notice",
            "text": block.text,
            "tone": block.tone,
            "title": block.title,
            "items": items,
        }
    return {"block": "figures", "figures": [_figure_json(f) for f in block.figures]}


def from_json(data: Mapping[str, Any], figure: Json | None = None) -> Block:
    """The block that `to_json` wrote; `figure` is the plotly JSON that stood beside a chart.

    Raises KeyError, TypeError or ValueError for anything else.
    """
    kind = data["block"]
    if kind == "table":
        return _table(data)
    if kind == "chart":
        return Chart(
            str(data["title"]),
            figure or {},
            str(data["text"]),
            _table(data["table"]) if data["table"] else None,
        )
    if kind == "notice":
        items = tuple(_cell(c) for c in data["items"])
        return Notice(str(data["text"]), str(data["tone"]), str(data["title"]), items)
    if kind == "figures":
        return Figures(tuple(_figure(f) for f in data["figures"]))
    raise ValueError(f"unknown block {kind!r}")


def cell_text(cell: Cell) -> str:
    """The cell as plain text."""
    if isinstance(cell, Mark):
        return f"{cell.outcome.replace('_', ' ')}{': ' + cell.text if cell.text else ''}"
    if isinstance(cell, Place):
        return cell.at
    if isinstance(cell, Ref):
        return cell.text
    return "" if cell is None else str(cell)


def plain(block: Block) -> str:
    """The block as plain text, for terminals and readers without a screen."""
    if isinstance(block, Table):
        return _plain_table(block)
    if isinstance(block, Chart):
        return f"{block.title}\n{block.text}"
    if isinstance(block, Notice):
        return "\n".join(filter(None, [block.title, block.text, *(f"- {cell_text(i)}" for i in block.items)]))
    return "\n".join(f"{f.label}: {f.value} {f.unit}".rstrip() for f in block.figures)


def _plain_table(table: Table) -> str:
    lines = [table.caption, " | ".join(c.name for c in table.columns)]
    return "\n".join([*lines, *(" | ".join(map(cell_text, row)) for row in table.rows)])


def _table_json(table: Table) -> Json:
    return {
        "block": "table",
        "caption": table.caption,
        "columns": [[c.name, c.kind] for c in table.columns],
        "rows": [[_cell_json(c) for c in row] for row in table.rows],
        "note": table.note,
        "folded": table.folded,
        "matrix": table.matrix,
    }


def _table(data: Mapping[str, Any]) -> Table:
    heads = tuple(Column(str(name), kind) for name, kind in data["columns"])
    rows = tuple(_row(row) for row in data["rows"])
    return Table(str(data["caption"]), heads, rows, str(data["note"]), bool(data["folded"]), bool(data["matrix"]))


def _row(cells: Iterable[Any]) -> tuple[Cell, ...]:
    return tuple(_cell(c) for c in cells)


def _cell_json(cell: Cell) -> Any:
    if isinstance(cell, Mark):
        return {"mark": cell.outcome, "text": cell.text, "at": cell.at}
    if isinstance(cell, Place):
        return {"at": cell.at}
    if isinstance(cell, Ref):
        return {"ref": cell.target, "text": cell.text}
    return cell


def _cell(data: Any) -> Cell:
    if not isinstance(data, Mapping):
        return data if data is None or isinstance(data, int | float) else str(data)
    if "mark" in data:
        return Mark(str(data["mark"]), str(data["text"]), str(data["at"]))
    if "ref" in data:
        return Ref(str(data["ref"]), str(data["text"]))
    return Place(str(data["at"]))


def _figure_json(figure: Figure) -> Json:
    return {
        "label": figure.label,
        "value": figure.value,
        "unit": figure.unit,
        "status": figure.status,
        "note": figure.note,
        "terms": [list(term) for term in figure.terms],
    }


def _figure(data: Mapping[str, Any]) -> Figure:
    terms: Sequence[Sequence[Any]] = data["terms"]
    label, value, unit, status, note = (str(data[k]) for k in ("label", "value", "unit", "status", "note"))
    return Figure(label, value, unit, status, note, tuple((str(name), str(adds)) for name, adds in terms))
