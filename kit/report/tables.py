"""Findings as pandas frames and as tables of the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from kit.model import Check, Finding, Outcome, Severity
from kit.report.blocks import Cell, Column, Kind, Mark, Place, Ref, Table, cell_text, columns, place
from kit.report.texts import text
from kit.report.words import sentence

SEVERITY_ORDER = {severity: i for i, severity in enumerate(Severity)}
OUTCOME_ORDER = {
    o: i
    for i, o in enumerate(
        (Outcome.FAIL, Outcome.PARTIAL, Outcome.ERROR, Outcome.UNKNOWN, Outcome.PASS, Outcome.NOT_APPLICABLE)
    )
}
FRAME_COLUMNS = (
    "severity",
    "outcome",
    "check",
    "title",
    "message",
    "path",
    "line",
    "fix",
    "environment",
    "file_class",
    "waived",
    "blocker",
    "effort_hours",
    "fingerprint",
)


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """One row per finding, the worst first; columns as FRAME_COLUMNS."""
    return pd.DataFrame([_row(f) for f in ranked(findings)], columns=list(FRAME_COLUMNS))


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Open findings first, blockers before all, then by severity, outcome and place."""
    return sorted(findings, key=_rank)


def frame_table(frame: pd.DataFrame, caption: str, kinds: Mapping[str, Kind] | None = None, **more: Any) -> Table:
    """A pandas frame as a table; `kinds` by column, numbers are told by their type. `more`: fields of
    Table."""
    heads = tuple(Column(str(name), _kind(frame, str(name), kinds or {})) for name in frame.columns)
    rows = tuple(tuple(_plain(v) for v in row) for row in frame.itertuples(index=False, name=None))
    return Table(caption, heads, rows, **more)


def findings_table(findings: Sequence[Finding], caption: str, *, folded: bool = False) -> Table:
    """Findings with severity, what was seen, where, and the way to each."""
    rows = tuple(
        (Ref(f"finding-{f.fingerprint}", f.check), severity_mark(f), f.message, where(f)) for f in ranked(findings)
    )
    return Table(caption, columns("Check", "Severity", "What was seen", "Where"), rows, folded=folded)


def checks_table(checks: Sequence[Check], findings: Sequence[Finding], caption: str) -> Table:
    """What each check examined: how many things held, did not, and could not be seen."""
    by_check: dict[str, Counter[Outcome]] = {c.id: Counter() for c in checks}
    for finding in findings:
        by_check.setdefault(finding.check, Counter())[finding.outcome] += 1
    rows = tuple(_check_row(c, by_check[c.id]) for c in checks)
    heads = columns("Check", "Question", ("Held", "number"), ("Open", "number"), ("Not seen", "number"), "Result")
    return Table(caption, heads, rows)


def outcome_matrix(
    findings: Iterable[Finding],
    things_of: Callable[[Finding], Iterable[str]],
    caption: str,
    *,
    checks: Callable[[Finding], bool] = lambda _: True,
    first: str = "Control",
    note: str = "",
) -> Table | None:
    """Checks down, things across, the worst outcome in each cell with its place; None where nothing was
    examined."""
    cells: dict[tuple[str, str], Finding] = {}
    titles: dict[str, str] = {}
    things: dict[str, None] = {}
    for finding in findings:
        if finding.outcome is Outcome.NOT_APPLICABLE or not checks(finding):
            continue
        for thing in things_of(finding):
            things[thing] = None
            titles[finding.check] = finding.title
            key = (finding.check, thing)
            cells[key] = min((cells.get(key, finding), finding), key=lambda f: OUTCOME_ORDER[f.outcome])
    if not cells:
        return None
    names = sorted(things)
    rows = tuple(_matrix_row(c, titles[c], names, cells) for c in sorted(titles))
    return Table(caption, columns(first, *names), rows, note, matrix=True)


def outcomes_by_thing(
    findings: Iterable[Finding], things_of: Callable[[Finding], Iterable[str]], caption: str
) -> Table:
    """One row per thing examined: how many checks hold there, and which do not."""
    things: dict[str, list[Finding]] = {}
    for finding in findings:
        for thing in things_of(finding) if finding.outcome is not Outcome.NOT_APPLICABLE else ():
            things.setdefault(thing, []).append(finding)
    rows = tuple(_thing_row(thing, things[thing]) for thing in sorted(things))
    heads = columns("Service or file", ("Held", "number"), ("Not seen", "number"), "Does not hold")
    return Table(caption, heads, rows)


def _thing_row(thing: str, findings: Sequence[Finding]) -> tuple[Cell, ...]:
    counts = Counter(f.outcome for f in findings)
    opened = dict.fromkeys(f"{f.title} ({f.check})" for f in ranked(findings) if f.outcome.open)
    state = Mark("fail", "; ".join(opened)) if opened else Mark("pass", "nothing open")
    return (thing, counts[Outcome.PASS], counts[Outcome.UNKNOWN], state)


def where(finding: Finding) -> Cell:
    """The first place of a finding."""
    return place(finding.evidence[0]) if finding.evidence else None


def wheres(findings: Sequence[Finding]) -> Cell:
    """The first place of findings that are told as one, and how many more there are."""
    first, more = where(findings[0]), len(findings) - 1
    return text("views.alike-where", first=cell_text(first), count=more) if more else first


def severity_mark(finding: Finding) -> Mark:
    """What a hard blocker comes to, the severity of anything else that is open, the outcome otherwise."""
    if finding.outcome.open and finding.blocker:
        return Mark("critical", sentence(finding.blocker))
    if finding.outcome.open:
        return Mark(finding.severity.value)
    return Mark(finding.outcome.value)


def worst_open(findings: Iterable[Finding]) -> Severity | None:
    """The gravest severity among the open findings."""
    return min((f.severity for f in findings if f.open), key=SEVERITY_ORDER.__getitem__, default=None)


def _rank(finding: Finding) -> tuple[Any, ...]:
    first = finding.evidence[0] if finding.evidence else None
    at = (first.path, first.line or 0) if first else ("", 0)
    blocks = finding.blocker is None or not finding.open
    return (
        not finding.open,
        blocks,
        SEVERITY_ORDER[finding.severity],
        OUTCOME_ORDER[finding.outcome],
        finding.check,
        at,
    )


def _row(f: Finding) -> tuple[Any, ...]:
    first = f.evidence[0] if f.evidence else None
    at = (first.path, first.line) if first else (None, None)
    waived = f.waived.reason if f.waived else None
    head = (f.severity.value, f.outcome.value, f.check, f.title, f.message, *at, f.fix)
    return (*head, f.environment, f.file_class.value, waived, f.blocker, f.effort_hours, f.fingerprint)


def _check_row(check: Check, counts: Counter[Outcome]) -> tuple[Cell, ...]:
    held, unseen = counts[Outcome.PASS], counts[Outcome.UNKNOWN]
    opened = counts[Outcome.FAIL] + counts[Outcome.PARTIAL]
    worst = min((o for o, n in counts.items() if n), key=OUTCOME_ORDER.__getitem__, default=Outcome.NOT_APPLICABLE)
    return (Ref(f"check-{check.id}", check.id), check.title, held, opened, unseen, Mark(worst.value))


def _matrix_row(
    check: str, title: str, things: Sequence[str], cells: Mapping[tuple[str, str], Finding]
) -> tuple[Cell, ...]:
    found = [cells.get((check, thing)) for thing in things]
    return (Ref(f"check-{check}", title), *(_matrix_cell(f) for f in found))


def _matrix_cell(finding: Finding | None) -> Cell:
    if finding is None:
        return None
    first = finding.evidence[0] if finding.evidence and finding.outcome.open else None
    where = f"{first.path.rsplit('/', 1)[-1]}:{first.line}" if first and first.line else ""
    return Mark(finding.outcome.value, at=where)


def _kind(frame: pd.DataFrame, name: str, kinds: Mapping[str, Kind]) -> Kind:
    if name in kinds:
        return kinds[name]
    return "number" if pd.api.types.is_numeric_dtype(frame[name]) else "text"


def _plain(value: Any) -> Cell:
    if isinstance(value, Mark | Place | Ref):
        return value
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return None
    if hasattr(value, "item"):
        value = value.item()  # a numpy scalar becomes Python's own
    return value if isinstance(value, int | float) else str(value)
