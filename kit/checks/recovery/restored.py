"""Does it come back, in time, and has anybody tried?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.recovery.saved import LASTING, lasting
from kit.model import At, Clause, Fact, Severity, Strength, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.system.backups import Backup, interval_hours

_OBJECTIVE = re.compile(
    r"\b(?P<what>RPO|RTO|recovery (?:point|time) objective)\b[^\n]{0,60}?(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>min(?:ute)?s?|h(?:our)?s?|s(?:ec(?:ond)?s?)?|m|d(?:ay)?s?)\b",
    re.IGNORECASE,
)
_HOURS = {"s": 1 / 3600, "m": 1 / 60, "h": 1.0, "d": 24.0}


@check("REC-004", "Restore can read what backup writes", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=3)
def restore_reads_backup(project: Project) -> Iterator[Fact]:
    """
    The day of the restore is the wrong day to learn that `psql` cannot read a custom-format dump.

    Decides: for each engine that is saved there is a restore command in scripts, manifests or pipelines, and one of them
    reads the format that the backup writes.

    Fix: restore a custom, directory or tar dump with `pg_restore`, a plain one with `psql`.

    Blind to: file names and encryption between the two. A cache that is saved need not be restored.

    See: https://www.postgresql.org/docs/current/app-pgrestore.html
    """
    for engine in dict.fromkeys(b.engine for b in project.backups if b.engine in LASTING):
        made = [b for b in project.backups if b.engine == engine]
        found = [r for r in project.restores if r.engine == engine]
        if not found:
            yield bad(f"The {engine} store is saved, and nothing in the project brings it back.", made[0])
            continue
        for backup in made:
            fits = next((r for r in found if backup.format in r.reads), None)
            if fits is not None:
                yield ok(f"{fits.tool} reads the {_named(backup)} dump that {backup.tool} writes.", fits, backup)
            else:
                yield bad(
                    f"{found[0].tool} cannot read the {_named(backup)} dump that {backup.tool} writes at {backup.at}: a restore fails.",
                    found[0],
                    backup,
                )


def _named(backup: Backup) -> str:
    return {"plain.gz": "compressed plain", "plain": "plain"}.get(backup.format, f"{backup.format}-format")


@check("REC-005", "Something tries the restore", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=6)
def restore_is_tried(project: Project) -> Iterator[Fact]:
    """
    A backup that was never restored is a hope.

    Decides: a pipeline or schedule runs a restore.

    Fix: restore last night's backup into an empty database once a week in a scheduled pipeline, and query it.

    Blind to: drills that people hold; attest them with who, when and how long it took.

    See: https://sre.google/sre-book/data-integrity/
    """
    if not project.backups:
        return
    tried = next((r for r in project.restores if r.runs), None)
    if tried is not None:
        yield ok(f"{tried.tool} is run by a pipeline or schedule.", *tried.runs[:1], tried)
    elif project.restores:
        yield bad("No pipeline or schedule ever runs the restore.", project.restores[0])


@check(
    "REC-006",
    "Recovery objectives are stated, and the schedule keeps them",
    Severity.MEDIUM,
    Clause.DEPLOYMENT,
    effort_hours=2,
    documents=True,
)
def objectives_are_kept(project: Project) -> Iterator[Fact]:
    """
    Without an RPO and an RTO nobody can say whether a nightly backup is enough.

    Decides: figures for RPO and RTO in the project's documents, and the longest wait between two scheduled backups against
    the RPO that they state.

    Fix: write down how much data may be lost and how long recovery may take, and set the backup's schedule by it.

    Blind to: objectives in contracts; the params file's thresholds are compared in the report.

    See: https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/disaster-recovery-dr-objectives.html
    """
    if not lasting(project):
        return
    stated = list(_stated(project))
    if not stated:
        yield bad("No RPO and no RTO is stated anywhere in the project.", At("."))
        return
    for what in ("RPO", "RTO"):
        said = next(((hours, at) for name, hours, at in stated if name == what), None)
        if said is None:
            yield partial(f"No {what} is stated.", stated[0][2])
        else:
            yield ok(f"{what} is stated: {_hours_text(said[0])}.", said[1], strength=Strength.DOCUMENTED)
    yield from _kept(project, stated)


def _kept(project: Project, stated: list[tuple[str, float, At]]) -> Iterator[Fact]:
    rpo = next(((hours, at) for name, hours, at in stated if name == "RPO"), None)
    timed = [(b, s, h) for b in project.backups for s in b.schedules if (h := interval_hours(s.expression)) is not None]
    if rpo is None or not timed:
        return
    backup, schedule, hours = min(timed, key=lambda t: t[2])
    if hours > rpo[0]:
        yield bad(
            f"{backup.tool} runs every {_hours_text(hours)}; the stated RPO is {_hours_text(rpo[0])}.",
            schedule,
            rpo[1],
            severity=Severity.HIGH,
        )
    else:
        yield ok(
            f"{backup.tool} runs every {_hours_text(hours)}, within the RPO of {_hours_text(rpo[0])}.", schedule, rpo[1]
        )


def _stated(project: Project) -> Iterator[tuple[str, float, At]]:
    for document in project.markdown:
        text = project.files.text(document.path)
        if "RPO" not in text and "RTO" not in text and "bjective" not in text:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            for found in _OBJECTIVE.finditer(line):
                what = "RPO" if found["what"].upper() == "RPO" or "point" in found["what"].lower() else "RTO"
                yield what, float(found["number"]) * _HOURS[found["unit"][0].lower()], At(document.path, number)


def _hours_text(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:g} hour{'' if hours == 1 else 's'}"
