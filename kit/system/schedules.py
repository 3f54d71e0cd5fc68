"""What runs by the clock: CronJobs, scheduled pipelines, crontabs, timers, and what playbooks write."""

from __future__ import annotations

import posixpath
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
    """Every schedule that a manifest, pipeline, crontab, script, timer or playbook installs."""
    return (*_cron_jobs(project), *_pipelines(project), *_crontabs(project), *_timers(project), *_of_playbooks(project))


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


_AT_HOUR = re.compile(r"(?:\*-\*-\*\s+)?(\d{1,2}):(\d{2})(?::\d{2})?")


def _timers(project: Project) -> Iterator[Schedule]:
    """Timers of systemd, with what their unit starts."""
    for path in project.files.glob("**/*.timer"):
        for node in project.documents.get(path).root.each("Timer", "OnCalendar"):
            daily = _AT_HOUR.fullmatch(node.text)
            when = (
                f"{int(daily[2])} {int(daily[1])} * * *"
                if daily
                else f"@{node.text}"
                if node.text.isalpha()
                else node.text
            )
            unit = project.documents.get(path.removesuffix(".timer") + ".service").root
            started = unit.get("Service", "ExecStart")
            yield Schedule(when, started.text if started is not None else posixpath.basename(path), node.at, "timer")


_FIELDS = ("minute", "hour", "day", "month", "weekday")
_LOOKED_UP = re.compile(r"""lookup\(\s*['"](?:ansible\.builtin\.)?(?:template|file)['"]\s*,\s*['"]([^'"]+)['"]""")
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_VARIABLES = ("**/group_vars/**/*.y*ml", "**/host_vars/**/*.y*ml", "**/defaults/*.y*ml", "**/vars/*.y*ml")


def _of_playbooks(project: Project) -> Iterator[Schedule]:
    """The module `cron` of Ansible; a job that is looked up in a file is what that file says."""
    jobs = [task for task in project.tasks if task.module == "cron" and task.text("state") != "absent"]
    given = _variables(project) if jobs else {}
    for task in jobs:
        special, job = task.text("special_time"), task.text("job")
        when = f"@{special}" if special else " ".join(task.text(field) or "*" for field in _FIELDS)
        looked_up = _LOOKED_UP.search(job)
        found = project.files.ending(looked_up[1].replace("../", "")) if looked_up is not None else None
        if job:
            runs = project.files.text(found).strip()[:2000] if found else job
            yield Schedule(_VARIABLE.sub(lambda m: given.get(m[1], m[0]), when), runs, task.at, "crontab")


def _variables(project: Project) -> dict[str, str]:
    """The plain values that an inventory or a role gives; the first of a name counts."""
    given: dict[str, str] = {}
    for path in project.files.glob(*_VARIABLES):
        root = project.documents.get(path).root
        for key, node in root.items() if root is not None else ():
            given.setdefault(key, node.text)
    return {key: text for key, text in given.items() if text}
