"""Recovery: how often data is saved and how long it takes to be back, against what the owner demands."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Protocol

from kit.checks.recovery.saved import lasting
from kit.model import At
from kit.project import Project
from kit.report.blocks import Chart, Mark, Table, columns, empty
from kit.report.charts import Span
from kit.report.charts_system import recovery
from kit.report.display import Display, figure_json, show
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count
from kit.system.backups import interval_hours
from kit.system.model import Schedule

BACKUP = re.compile(r"backup|pg_?dump|mysqldump|mongodump|snapshot|wal-g|barman|restic|velero", re.IGNORECASE)
NO_BACKUP = re.compile(r"restore|verify|check|test", re.IGNORECASE)
FILES = ("**/*backup*", "**/*restore*", "**/*pg_dump*", "**/*disaster*recovery*")


class Objectives(Protocol):
    """What the owner demands: None where it was never said."""

    @property
    def rto(self) -> timedelta | None: ...
    @property
    def rpo(self) -> timedelta | None: ...


def timeline(project: Project, thresholds: Objectives) -> Display:
    """The hours between two backups, which is what may be lost, against RPO and RTO."""
    rpo, rto = _hours(thresholds.rpo), _hours(thresholds.rto)
    backups = [(s, interval_hours(s.expression)) for s in schedules(project)]
    timed = [(s, hours) for s, hours in backups if hours]
    said = _objectives(rpo, rto)
    if not timed:
        fill = "A cron job, a scheduled workflow or a crontab line that makes a backup would be drawn here."
        return show(empty(_why_none(project), f"{said} {fill}"))
    best = min(hours for _, hours in timed)
    allowed = f"{time_words(rpo)} of data may be lost" if rpo else "the params file gives no RPO"
    title = f"A backup is made every {time_words(best)}; {allowed}"
    figure = recovery([_span(s, hours, rpo) for s, hours in timed], rpo, rto)
    return show(Chart(title, figure_json(figure), f"{title}. {said}", _table(timed, rpo)))


def _why_none(project: Project) -> str:
    """What it means that nothing makes a backup by the clock: a loss only where the project itself keeps data."""
    stores = lasting(project)
    if not stores:
        return "No store with data was found, and nothing makes a backup by the clock"
    if all(store.managed for store in stores):
        return "The data are kept outside of the project; whether they are saved by the clock is not seen here"
    return "Nothing makes a backup by the clock"


def material(project: Project) -> Display:
    """The files that speak of backup and restore, with what runs each."""
    paths = sorted(set(project.files.glob(*FILES)))
    if not paths:
        fill = "Scripts, manifests and documents whose names speak of backup or restore would be listed here."
        return show(empty("No file of the project is about backup or restore", fill))
    rows = tuple((at_cell(At(p)), project.files.class_of(p).value, _run_by(project, p)) for p in paths)
    return show(Table(f"{count(len(rows), 'file')} about backup and restore", columns("File", "Class", "Run by"), rows))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "recovery", "Recovery checks by service or file"))


def schedules(project: Project) -> list[Schedule]:
    """Everything that makes a backup by the clock, each command once."""
    found = {(s.runs, s.expression): s for s in _timetable(project) if _backs_up(s.runs)}
    return list(found.values())


def _timetable(project: Project) -> list[Schedule]:
    return [*project.system.schedules, *(s for service in project.system.services for s in service.schedules)]


def _backs_up(runs: str) -> bool:
    """True where what runs speaks of a backup and its last word of no restore test."""
    return bool(BACKUP.search(runs)) and not NO_BACKUP.search(runs.rsplit("/", 1)[-1])


def time_words(hours: float) -> str:
    """Hours as a person says them: "15 minutes", "6 hours", "7 days"."""
    if hours < 1:
        return count(round(hours * 60), "minute")
    return count(round(hours), "hour") if hours < 48 else count(round(hours / 24), "day")


def _span(schedule: Schedule, hours: float, rpo: float | None) -> Span:
    outcome = "unknown" if rpo is None else "pass" if hours <= rpo else "fail"
    return Span(schedule.runs, 0, hours, f"every {time_words(hours)}", outcome)


def _table(timed: list[tuple[Schedule, float]], rpo: float | None) -> Table:
    rows = tuple(
        (s.runs, s.expression, hours, Mark(_span(s, hours, rpo).outcome), s.source, at_cell(s.at)) for s, hours in timed
    )
    heads = columns("Runs", ("Schedule", "code"), ("Hours between", "number"), "Against RPO", "By", "Where")
    return Table("Backups by the clock", heads, rows)


def _objectives(rpo: float | None, rto: float | None) -> str:
    said = f"At most {time_words(rpo)} of data may be lost." if rpo else "No RPO was given in the params file."
    back = f"The system must be back within {time_words(rto)}." if rto else "No RTO was given."
    return f"{said} {back}"


def _hours(duration: timedelta | None) -> float | None:
    return duration.total_seconds() / 3600 if duration else None


def _run_by(project: Project, path: str) -> Mark:
    name = path.rsplit("/", 1)[-1]
    found = next((s for s in _timetable(project) if name in s.runs or s.at.path == path), None)
    if found:
        return Mark("pass", "by the clock", str(found.at))
    runs = path in {*(s.path for s in project.scripts), *project.code.files(every_class=True)}
    return Mark("unknown", "nothing by the clock") if runs else Mark("not_applicable", "no program")
