"""Backups and restores against what the owner demands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from kit.checks.recovery.saved import lasting
from kit.model import At, Clause, Fact, Severity, Strength, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.system.backups import interval_hours

_RESTORES = re.compile(r"restore|recover|drill", re.IGNORECASE)


@check("REC-070", "Backups and restores keep the owner's objectives", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=4)
def objectives_of_the_owner_are_kept(project: Project) -> Iterator[Fact]:
    """
    The recovery point objective says how much may be lost; the schedule of the backup says how much is.

    Decides: `thresholds.rpo` against the longest wait between two scheduled backups of each engine; `thresholds.rto` against the
    seconds that a command of the params file took whose name speaks of a restore or drill. What nothing schedules or times is
    unknown.

    Fix: run the backup as often as the objective asks, or archive the log continuously; time a restore into an empty server
    with a command of the params file.

    Blind to: backups of a provider, and how long it takes to notice that a restore is wanted.

    See: https://sre.google/sre-book/data-integrity/
    """
    rpo, rto = project.thresholds.rpo, project.thresholds.rto
    if rpo is not None and lasting(project):
        yield from _points(project, rpo)
    if rto is not None and lasting(project):
        yield from _times(project, rto)


def _points(project: Project, rpo: timedelta) -> Iterator[Fact]:
    limit = rpo.total_seconds() / 3600
    timed = [(b, s, h) for b in project.backups for s in b.schedules if (h := interval_hours(s.expression)) is not None]
    for engine in dict.fromkeys(b.engine for b, _, _ in timed):
        backup, schedule, hours = min((t for t in timed if t[0].engine == engine), key=lambda t: t[2])
        said = f"{backup.tool} runs every {_words(hours)}; at most {_words(limit)} of data may be lost"
        yield ok(f"{said}.", schedule) if hours <= limit else bad(f"{said}.", schedule)
    if not timed:
        message = f"At most {_words(limit)} of data may be lost, and no schedule of a backup is seen; a schedule in the project, or an attestation, would show it."
        yield unknown(message, At("."))


def _times(project: Project, rto: timedelta) -> Iterator[Fact]:
    limit = rto.total_seconds()
    timed = [r for r in project.ran or () if _RESTORES.search(r.name) and r.ended == "exited" and r.code == r.expect]
    for run in timed:
        said = f"{run.name} took {_words(run.seconds / 3600)}; the system must be back within {_words(limit / 3600)}"
        grade = ok if run.seconds <= limit else bad
        yield grade(f"{said}.", At("."), strength=Strength.MEASURED, about=f"command {run.name}")
    if not timed:
        message = f"The system must be back within {_words(limit / 3600)}, and no restore was timed. A command of the params file does: {{name: restore drill, run: [scripts/restore.sh], area: recovery}}."
        yield unknown(message, At("."))


def _words(hours: float) -> str:
    for unit, length in (("day", 24.0), ("hour", 1.0), ("minute", 1 / 60)):
        if hours >= length * (2 if unit == "day" else 1):
            count = hours / length
            return f"{count:g} {unit}{'' if count == 1 else 's'}"
    return f"{hours * 3600:.3g} seconds"
