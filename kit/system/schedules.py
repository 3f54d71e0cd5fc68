"""What runs by the clock: CronJobs, scheduled pipelines, crontabs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kit.model import At
from kit.system.model import Schedule

if TYPE_CHECKING:
    from kit.project import Project

_CRON_LINE = re.compile(
    r"^\s*(?P<when>@(?:hourly|daily|weekly|monthly|yearly)|(?:[\d*/,-]+\s+){4}[\d*/,\w-]+)\s+(?P<what>[^\s#].*)$"
)
_ECHOED = re.compile(r"(?P<when>(?:[\d*/,-]+ ){4}[\d*/,-]+) (?P<what>[^\"'|]+)")


def schedules(project: Project) -> tuple[Schedule, ...]:
    """Every schedule that a manifest, pipeline, crontab or script installs."""
    return (*_cron_jobs(project), *_pipelines(project), *_crontabs(project))


def _cron_jobs(project: Project) -> Iterator[Schedule]:
    for manifest in project.manifests.effective.of("CronJob"):
        if manifest.schedule is not None:
            runs = " ".join(" ".join(c.command) or c.image or "" for c in manifest.containers)
            yield Schedule(manifest.schedule.text, f"{manifest.name} {runs}".strip(), manifest.schedule.at, "cronjob")


def _pipelines(project: Project) -> Iterator[Schedule]:
    for workflow in project.workflows:
        for expression, at in workflow.schedules:
            text = " ".join(c.text for c in workflow.commands)
            yield Schedule(expression, f"{workflow.name} {text}".strip()[:400], at, "workflow")


def _crontabs(project: Project) -> Iterator[Schedule]:
    for path in project.files.glob("**/crontab*", "**/*.cron", "**/cron/*", "**/cron.d/*", "**/*.crontab"):
        for number, line in enumerate(project.files.lines(path), start=1):
            found = _CRON_LINE.match(line)
            if found:
                yield Schedule(found["when"], found["what"], At(path, number), "crontab")
    for script in project.scripts:
        for command in script.commands:
            found = _ECHOED.search(command.text) if "crontab" in " ".join(project.files.lines(script.path)) else None
            if found:
                yield Schedule(found["when"], found["what"].strip(), command.at, "crontab")
