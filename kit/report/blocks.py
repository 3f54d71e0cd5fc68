"""What a report is made of: tables, charts, checklists, excerpts, entries, as data.

A block carries no HTML. Notebooks store it as JSON beside what Jupyter shows, and a renderer makes its own
markup from that JSON, so nothing that a project's files say can reach a page as markup.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from kit.model import At, Evidence

Kind = Literal["text", "number", "code"]
State = Literal["done", "open", "partly", "unknown", "not_applicable"]
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


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs of the report's own words; code stands in `backticks`."""

    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Markdown:
    """What an analyst wrote in a notebook. HTML in it is text, images are left out."""

    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A plain list, numbered where `ordered`; texts may hold `code`."""

    items: tuple[Cell, ...]
    ordered: bool = False
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a checklist: what must be so, whether it is, why that is known, and where it was seen."""

    label: str
    state: State
    note: str = ""
    refs: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    """Boxes that evidence has ticked, or not."""

    caption: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a file with their numbers, secrets masked, or of a console (`first_line` None, no numbers).

    `highlight` is the first and the last line that are meant; the others are context.
    """

    at: str
    lines: tuple[str, ...]
    first_line: int | None = None
    highlight: tuple[int, int] | None = None
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled line of an entry: words, or an excerpt. `copy`: the words are meant to be pasted."""

    label: str
    text: str = ""
    excerpt: Excerpt | None = None
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered finding: rating, outcome, and its rows (observation, evidence, impact, fix, effort ...).

    `blocker` says in two words what cannot happen while it is open, empty where it is no blocker.
    """

    number: int
    title: str
    severity: str
    outcome: str
    fingerprint: str
    check: str
    at: str = ""
    blocker: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is not better: a gate of the policy in words, and what stands behind it."""

    verdict: str
    text: str
    behind: tuple[Cell, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of one environment. `numbers` says its score, confidence and risk in a sentence."""

    environment: str
    word: str
    meaning: str
    numbers: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts side by side, the strictest environment first."""

    verdicts: tuple[Verdict, ...]


Block = Table | Chart | Notice | Figures | Prose | Markdown | Listing | Checklist | Excerpt | Entry | Verdicts


def place(located: At | Evidence) -> Place:
    """The cell for a place."""
    return Place(located.path if located.line is None else f"{located.path}:{located.line}")


def columns(*names: str | tuple[str, Kind]) -> tuple[Column, ...]:
    """Columns from names, or from names with their kinds."""
    return tuple(Column(n) if isinstance(n, str) else Column(*n) for n in names)


def empty(what: str, fill: str) -> Notice:
    """Said where there is nothing to show: what is missing, and what would fill it."""
    return Notice(fill, tone="empty", title=what)


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
    return "\n".join(line for line in _PLAIN[type(block)](block) if line)


def _plain_chart(chart: Chart) -> list[str]:
    return [chart.title, chart.text]


def _plain_notice(notice: Notice) -> list[str]:
    return [notice.title, notice.text, *(f"- {cell_text(i)}" for i in notice.items)]


def _plain_figures(figures: Figures) -> list[str]:
    return [f"{f.label}: {f.value} {f.unit}".rstrip() for f in figures.figures]


def _plain_listing(listing: Listing) -> list[str]:
    signs = (f"{i}." if listing.ordered else "-" for i in range(1, len(listing.items) + 1))
    return [listing.caption, *(f"{sign} {cell_text(i)}" for sign, i in zip(signs, listing.items, strict=True))]


def _plain_checklist(checklist: Checklist) -> list[str]:
    return [checklist.caption, *(f"[{_TICKS[i.state]}] {_noted(i.label, i.note)}" for i in checklist.items)]


def _plain_excerpt(excerpt: Excerpt) -> list[str]:
    first = excerpt.first_line
    numbered = (f"{first + i:>5}  {line}" for i, line in enumerate(excerpt.lines)) if first else excerpt.lines
    return [excerpt.caption, excerpt.at, *numbered]


def _plain_entry(entry: Entry) -> list[str]:
    lines = [f"{entry.number}. {entry.title} ({entry.blocker or entry.severity}) {entry.at}".rstrip()]
    for row in entry.rows:
        lines += [f"{row.label}: {row.text}".rstrip()] if row.text else _plain_excerpt(row.excerpt or Excerpt("", ()))
    return lines


def _plain_verdicts(verdicts: Verdicts) -> list[str]:
    return [
        line for v in verdicts.verdicts for line in (f"{v.environment}: {v.word}", *(f"- {r.text}" for r in v.reasons))
    ]


def _noted(label: str, note: str) -> str:
    return f"{label} ({note})" if note else label


_TICKS: dict[State, str] = {"done": "x", "open": " ", "partly": "~", "unknown": "?", "not_applicable": "-"}


def _plain_table(table: Table) -> list[str]:
    lines = [table.caption, " | ".join(c.name for c in table.columns)]
    return [*lines, *(" | ".join(map(cell_text, row)) for row in table.rows)]


_PLAIN: dict[type, Callable[[Any], list[str]]] = {
    Table: _plain_table,
    Chart: _plain_chart,
    Notice: _plain_notice,
    Figures: _plain_figures,
    Prose: lambda prose: list(prose.paragraphs),
    Markdown: lambda markdown: [markdown.text],
    Listing: _plain_listing,
    Checklist: _plain_checklist,
    Excerpt: _plain_excerpt,
    Entry: _plain_entry,
    Verdicts: _plain_verdicts,
}
