"""Alarms of reports that the params file names, as those of scanners that we run: at the project's own places."""

from __future__ import annotations

from collections.abc import Iterator

from kit.model import At, Severity
from kit.project import Project
from kit.scanners.table import table
from kit.sources.evidence.model import EvidenceFile, Issue, Issues
from kit.sources.evidence.places import ours
from kit.sources.scanners.model import Alarm, Level

_TOPICS = {"security": "any", "configuration": "any", "secrets": "secrets"}
_LEVELS: dict[Severity, Level] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}


def reported(project: Project) -> Iterator[Alarm]:
    """The alarms of scanners in evidence files whose place is of the project; once where it was run by us, too."""
    asked = {scan.scanner for scan in project.scans or () if not scan.error}
    for file in project.evidence or ():
        for run in file.records:
            if isinstance(run, Issues) and run.topic in _TOPICS and run.tool.lower() not in asked:
                yield from (alarm for issue in run.found if (alarm := _alarm(project, file, run, issue)) is not None)


def _alarm(project: Project, file: EvidenceFile, run: Issues, issue: Issue) -> Alarm | None:
    path = ours(project.files, issue.path, file.path) if issue.path else None
    if path is None:
        return None
    line = issue.at or 1
    known = run.tool.lower() in table()
    level = _LEVELS[issue.severity] if issue.severity is not None else issue.level
    return Alarm(
        scanner=run.tool.lower() if known else run.tool,
        path=path,
        line=line,
        end_line=max(line, issue.end or line),
        rule=issue.rule,
        level=level,
        message=issue.message,
        table="" if known else _TOPICS[run.topic],
        told=At(file.path, issue.line),
    )
