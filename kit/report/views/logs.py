"""Logs that were given: errors by service, what repeats, and what should not stand in them."""

from __future__ import annotations

from collections.abc import Iterator

from kit.model import At
from kit.project import Project
from kit.report.blocks import Cell, Chart, Mark, Table, columns, empty
from kit.report.charts import bars
from kit.report.display import Display, figure_json, show
from kit.report.theme import fill_color
from kit.report.views.common import at_cell
from kit.report.words import count
from kit.sources.evidence.model import EvidenceFile, Log

LEVELS = ("fatal", "error", "warn", "info", "debug", "trace", "none")
MOST = 20


def told(project: Project) -> Display:
    """Entries by service and level with the share of errors, the messages that repeat, and secrets and personal data,
    masked."""
    found = [(f, r) for f in project.evidence or () for r in f.records if isinstance(r, Log)]
    if not found:
        fill = "Files named under evidence.logs in the params (JSON lines or plain) would be counted here."
        return show(empty("No log was given", fill))
    rows = list(_services(found))[:MOST]
    return show(_shares(rows), _repeated(found), _exposed(found))


def _services(found: list[tuple[EvidenceFile, Log]]) -> Iterator[tuple[str, dict[str, int]]]:
    """Each service of each log with its entries by level; a log that names no service as a whole."""
    for file, log in found:
        services = log.services or {file.path.rpartition("/")[2]: log.levels}
        yield from services.items()


def _shares(rows: list[tuple[str, dict[str, int]]]) -> Chart:
    shares = [100 * _errors(levels) / max(1, sum(levels.values())) for _, levels in rows]
    worst = max(range(len(rows)), key=lambda i: shares[i])
    title = f"{rows[worst][0]}: {shares[worst]:.1f} % of its entries are errors"
    figure = bars(
        [name for name, _ in rows],
        shares,
        texts=[
            f"{share:.1f} %, {_errors(levels)} of {sum(levels.values())}"
            for share, (_, levels) in zip(shares, rows, strict=True)
        ],
        colors=[fill_color("fail" if share > 1 else "pass") for share in shares],
        unit="Errors in per cent of entries",
    )
    heads = columns("Service", *((level.capitalize(), "number") for level in LEVELS[:-1]), ("No level", "number"))
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(levels.get(level, 0) for level in LEVELS)) for name, levels in rows
    )
    return Chart(title, figure_json(figure), f"{title}.", Table("Entries by service and level", heads, cells))


def _errors(levels: dict[str, int]) -> int:
    return levels.get("error", 0) + levels.get("fatal", 0)


def _repeated(found: list[tuple[EvidenceFile, Log]]) -> Table | None:
    every = sorted(((r, f) for f, log in found for r in log.repeated), key=lambda p: -p[0].count)[:MOST]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            r.count,
            Mark("fail" if r.level in ("error", "fatal") else "unknown", r.level or "no level"),
            r.message,
            at_cell(At(f.path, r.line)),
        )
        for r, f in every
    )
    heads = columns(("Times", "number"), "Level", ("Message", "code"), "First")
    return Table("Messages that repeat, numbers and ids folded", heads, rows) if rows else None


def _exposed(found: list[tuple[EvidenceFile, Log]]) -> Table | None:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            e.what,
            Mark("fail" if not e.personal else "partial", "personal" if e.personal else "secret"),
            e.count,
            e.shown,
            at_cell(At(f.path, e.line)),
        )
        for f, log in found
        for e in log.exposed
    )
    heads = columns("What", "Kind", ("Lines", "number"), ("Masked", "code"), "First")
    return Table(f"{count(len(rows), 'kind')} of secrets and personal data", heads, rows) if rows else None
