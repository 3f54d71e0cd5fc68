"""What was looked at and what could not be seen: the honest half of every area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kit.model import Check, Finding, Outcome
from kit.project import Project
from kit.report.blocks import Block, Cell, Notice, Place, Table, columns, place
from kit.report.display import Display, show
from kit.report.overview import unseen
from kit.report.tables import checks_table
from kit.report.words import count

PATHS_SHOWN = 40


def looked_at(project: Project, checks: Sequence[Check], findings: Sequence[Finding]) -> Display:
    """The checks with what each examined, the files they rest on, what could not be seen, and the known
    limits."""
    asked = _checks(checks, findings) if checks else None
    return show(asked, _files(findings), _unread(project), _unseen(findings), _blind(checks))


def _checks(checks: Sequence[Check], findings: Sequence[Finding]) -> Block:
    examined = sum(f.outcome is not Outcome.NOT_APPLICABLE for f in findings)
    return checks_table(checks, findings, f"{count(len(checks), 'check')} examined {count(examined, 'thing')}")


def _files(findings: Sequence[Finding]) -> Block | None:
    counts = Counter(e.path for f in findings for e in f.evidence)
    if not counts:
        return None
    shown = counts.most_common(PATHS_SHOWN)
    rows: tuple[tuple[Cell, ...], ...] = tuple((Place(path), number) for path, number in shown)
    more = len(counts) - len(shown)
    note = f"{count(more, 'further file')} with fewer." if more else ""
    heads = columns("File or folder", ("Findings that rest on it", "number"))
    return Table(f"{count(len(counts), 'file')} that evidence stands in", heads, rows, note, folded=True)


def _unread(project: Project) -> Block | None:
    problems = project.files.problems
    if not problems:
        return None
    rows: tuple[tuple[Cell, ...], ...] = tuple((place(p.at), p.message) for p in problems[:PATHS_SHOWN])
    return Table(
        count(len(problems), "file not read as it stands", "files not read as they stand"),
        columns("File", "Why"),
        rows,
        folded=True,
    )


def _unseen(findings: Sequence[Finding]) -> Block | None:
    return unseen(findings) if any(f.outcome in {Outcome.UNKNOWN, Outcome.ERROR} for f in findings) else None


def _blind(checks: Sequence[Check]) -> Block | None:
    if not checks:
        return Notice("No check of this area is installed.", tone="empty", title="Nothing was judged")
    rows: tuple[tuple[Cell, ...], ...] = tuple((f"{c.id} {c.title}", c.blind_to) for c in checks)
    return Table("What these checks cannot see", columns("Check", "Blind to"), rows, folded=True)
