"""Does it come back, in time, and has anybody tried?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.recovery.saved import LASTING, is_run_elsewhere, lasting
from kit.model import At, Clause, Fact, Severity, Strength, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.system.backups import Backup, interval_hours
from kit.system.dumps import mismatch
from kit.system.model import Schedule

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "twelve": 12, "fifteen": 15,
    "thirty": 30, "an": 1, "a": 1,
}  # fmt: skip
_AMOUNT = (
    rf"(?P<number>\d+(?:\.\d+)?|{'|'.join(_NUMBERS)})[\s-]*"
    r"(?P<unit>min(?:ute)?s?|h(?:(?:ou)?rs?)?|s(?:ec(?:ond)?s?)?|m|d(?:ay)?s?)\b"
)
_OBJECTIVE = re.compile(
    rf"\b(?P<what>RPO|RTO|recovery (?:point|time) objective)\b[^\n]{{0,60}}?(?<![\w.]){_AMOUNT}", re.IGNORECASE
)
_MAY_BE_LOST = re.compile(
    rf"(?<![\w.])(?:(?:lose|loss of)\s+(?:at most|no more than|up to|not more than)|at most)\s+(?:the last\s+)?{_AMOUNT}"
    r"(?:\s+of\s+(?:data|\w+))?(?:\s+(?:may|can|is|are)\s+(?:be\s+)?lost)?",
    re.IGNORECASE,
)
_HOURS = {"s": 1 / 3600, "m": 1 / 60, "h": 1.0, "d": 24.0}


@check("REC-004", "Restore can read what backup writes", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=3)
def restore_reads_backup(project: Project) -> Iterator[Fact]:
    """
    The day of the restore is the wrong day to learn that `psql` cannot read a custom-format dump, or that nobody decrypts
    what the backup encrypts.

    Decides: for each engine that is saved there is a restore command in scripts, manifests or pipelines, and one of them
    reads the format that the backup writes, undoes its compression and encryption with the same tool and options, and
    looks for the file names and in the bucket that the backup writes.

    Fix: restore a custom, directory or tar dump with `pg_restore`, a plain one with `psql`; undo in reverse order what the
    backup does to it; take bucket and name from one place for both.

    Blind to: names and buckets that only variables give. A cache that is saved need not be restored.

    See: https://www.postgresql.org/docs/current/app-pgrestore.html
    """
    for engine in dict.fromkeys(b.engine for b in project.backups if b.engine in LASTING):
        made = [b for b in project.backups if b.engine == engine]
        found = [r for r in project.restores if r.engine == engine]
        if not found:
            yield _unread(project, engine, made[0])
            continue
        for backup in made:
            fits = [r for r in found if backup.format in r.reads]
            reasons = [mismatch(backup.trail, r.trail) for r in fits]
            if None in reasons:
                fit = fits[reasons.index(None)]
                yield ok(f"{fit.tool} reads the {_named(backup)} dump that {backup.tool} writes.", fit, backup)
            elif fits:
                yield bad(f"{fits[0].tool} cannot bring back what {backup.tool} saves: {reasons[0]}.", fits[0], backup)
            else:
                yield bad(
                    f"{found[0].tool} cannot read the {_named(backup)} dump that {backup.tool} writes at {backup.at}: a restore fails.",
                    found[0],
                    backup,
                )


_BRINGS_BACK = re.compile(
    r"\b(?:pg_restore|mongorestore|backup-fetch|pgbackrest[^\n]{0,80} restore|barman recover|restic[^\n]{0,80} restore"
    r"|xtrabackup[^\n]{0,80}--(?:copy|move)-back|mysql\b[^\n|]{0,120}<|psql\b[^\n|]{0,120}(?:<|-f)|\|\s*(?:psql|mysql)\b)"
)


def _unread(project: Project, engine: str, backup: Backup) -> Fact:
    """A store that no command of the project brings back; a paper that says which do weighs something."""
    said = f"The {engine} store is saved, and nothing in the project brings it back"
    for paper in project.markdown:
        found = _BRINGS_BACK.search(project.files.text(paper.path))
        if found is not None:
            line = project.files.text(paper.path).count("\n", 0, found.start()) + 1
            words = f"{said} but people who follow {paper.path}."
            return partial(words, backup, At(paper.path, line), severity=Severity.MEDIUM)
    return bad(f"{said}.", backup)


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
    Severity.LOW,
    Clause.DEPLOYMENT,
    effort_hours=2,
    documents=True,
)
def objectives_are_kept(project: Project) -> Iterator[Fact]:
    """
    Without an RPO and an RTO nobody can say whether a nightly backup is enough. A statement alone saves nothing: it weighs
    little beside the backup, and a schedule that misses it much.

    Decides: figures for RPO and RTO in the project's documents and in comments of scripts and manifests, and for each
    kind of store the longest wait between two scheduled backups against the RPO. Continuous archiving is left alone. Figures
    of the params file stand beside them; where the two differ, or the project says none, it holds in part.

    Fix: write down how much data may be lost and how long recovery may take, and set the backup's schedule by it.

    Blind to: objectives in contracts, so that none is unknown where others run all the stores; REC-070 holds the schedule against those of the params file.

    See: https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/disaster-recovery-dr-objectives.html
    """
    if not lasting(project):
        return
    stated = list(_stated(project))
    wanted = {"RPO": project.thresholds.rpo, "RTO": project.thresholds.rto}
    if not stated and not any(wanted.values()):
        yield _silent(project)
        return
    for what, demanded in wanted.items():
        said = next(((hours, at) for name, hours, at in stated if name == what), None)
        yield _said(what, said, demanded.total_seconds() / 3600 if demanded is not None else None, stated)
    yield from _kept(project, stated)


def _silent(project: Project) -> Fact:
    """No paper says an objective; for stores that others run it may stand in what was agreed with them."""
    words = "No RPO and no RTO is stated anywhere in the project"
    if project.backups or not all(is_run_elsewhere(project, store) for store in lasting(project)):
        return bad(f"{words}.", At("."))
    return unknown(
        f"{words}; its stores are run elsewhere, and what is agreed for them is in none of its files.", At(".")
    )


def _said(
    what: str, said: tuple[float, At] | None, demanded: float | None, stated: list[tuple[str, float, At]]
) -> Fact:
    """What the project's papers say of an objective, beside what the params file demands."""
    if said is None:
        at = stated[0][2] if stated else At(".")
        if demanded is None:
            return partial(f"No {what} is stated.", at)
        return partial(
            f"{what}: the params file says {_hours_text(demanded)}, and no paper of the project says any.", at
        )
    words = f"{what} is stated: {_hours_text(said[0])}"
    if demanded is not None and demanded != said[0]:
        return partial(f"{words}; the params file says {_hours_text(demanded)}.", said[1])
    return ok(f"{words}.", said[1], strength=Strength.DOCUMENTED)


def _kept(project: Project, stated: list[tuple[str, float, At]]) -> Iterator[Fact]:
    rpo = next(((hours, at) for name, hours, at in stated if name == "RPO"), None)
    timed = [(b, s, h) for b in project.backups for s in b.schedules if (h := interval_hours(s.expression)) is not None]
    if rpo is None or any(
        "archive_command" in project.files.text(p) for p in project.files.paths if p.endswith(".conf")
    ):
        return
    for engine in dict.fromkeys(b.engine for b, _, _ in timed):
        of_one = [t for t in timed if t[0].engine == engine]
        yield _compared(*min(of_one, key=lambda t: t[2]), rpo)


def _compared(backup: Backup, schedule: Schedule, hours: float, rpo: tuple[float, At]) -> Fact:
    if hours > rpo[0]:
        return bad(
            f"{backup.tool} runs every {_hours_text(hours)}; the stated RPO is {_hours_text(rpo[0])}.",
            schedule,
            rpo[1],
            severity=Severity.HIGH,
        )
    words = f"{backup.tool} runs every {_hours_text(hours)}, within the RPO of {_hours_text(rpo[0])}."
    return ok(words, schedule, rpo[1])


def _stated(project: Project) -> Iterator[tuple[str, float, At]]:
    """What is stated, hours and place: by documents first, then by the comments of scripts and manifests."""
    papers = [d.path for d in project.markdown]
    configs = [p for p in project.files.paths if p.endswith(_COMMENTED)]
    for path in [*papers, *configs]:
        text = project.files.text(path)
        if any(mark in text for mark in ("RPO", "RTO", "bjective")) or (
            path in papers and ("lose" in text or "loss" in text)
        ):
            for number, line in enumerate(text.splitlines(), start=1):
                if path in papers or "#" in line:
                    yield from ((what, hours, At(path, number)) for what, hours in _amounts(line, paper=path in papers))


_COMMENTED = (".yml", ".yaml", ".sh", ".tf", "crontab")


def _amounts(line: str, *, paper: bool) -> Iterator[tuple[str, float]]:
    for found in _OBJECTIVE.finditer(line):
        what = "RPO" if found["what"].upper() == "RPO" or "point" in found["what"].lower() else "RTO"
        yield what, _in_hours(found)
    lost = _MAY_BE_LOST.search(line) if paper else None
    if lost is not None and re.search(r"\blos(?:e|t|s)\b", lost[0], re.IGNORECASE):
        yield "RPO", _in_hours(lost)


def _in_hours(found: re.Match[str]) -> float:
    number = found["number"].lower()
    return float(_NUMBERS.get(number) or number) * _HOURS[found["unit"][0].lower()]


def _hours_text(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:g} hour{'' if hours == 1 else 's'}"
