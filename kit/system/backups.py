"""What saves the data of the stores, and what runs it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.commands.shell import commands
from kit.system.dumps import NO_TRAIL, Trail, written
from kit.system.landings import of_script, of_workload
from kit.system.model import Schedule

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.commands.command import Command
    from kit.sources.commands.scripts import Script
    from kit.sources.containers.compose import ComposeService
    from kit.sources.formats.nodes import Node
    from kit.sources.kubernetes.manifests import Manifest

_SAVING = {
    "pg_dump": "postgres", "pg_dumpall": "postgres", "pg_basebackup": "postgres", "wal-g": "postgres",
    "pgbackrest": "postgres", "barman": "postgres", "mysqldump": "mysql", "mariadb-dump": "mysql",
    "xtrabackup": "mysql", "mongodump": "mongodb", "etcdctl": "etcd", "restic": "", "borg": "", "velero": "",
    "duplicity": "", "kopia": "",
}  # fmt: skip
_OWN_FORMAT = frozenset({"pg_basebackup", "wal-g", "pgbackrest", "barman", "xtrabackup"})
"""What only the same tool, or a server that is put onto the files, can read."""
_UPLOAD = re.compile(
    r"\baws s3 (?:cp|sync|mv)\b|\bgsutil\b|\bgcloud storage\b|\brclone\b|\baz storage\b|\bmc (?:cp|mirror|pipe)\b"
    r"|\bs3cmd\b|\bb2 (?:upload|sync)\b|\b(?:rsync|scp)\b[^\n]*\w:|\brestic\b[^\n]*(?:s3:|b2:|azure:|gs:|sftp:)"
    r"|\bwal-g\b|RESTIC_REPOSITORY"
)
_BACKUP_IMAGE = re.compile(r"backup|restic|borgmatic|wal-g|pgbackrest|velero|databack", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Backup:
    """A command that saves a store.

    `engine` is "" where the tool saves files of any kind. `format`: plain, plain.gz, custom, directory, tar, archive.
    `off_site` True where the result leaves the machine or cluster. `lands` says where it lands otherwise: "emptyDir",
    "container", "claim:<name>", "volume:<name>", "host:<path>", "" where that cannot be told. `schedules` are what runs it
    by the clock. `trail` is what it leaves for a restore to find; empty where one file saves several stores.
    """

    engine: str
    tool: str
    format: str
    at: At
    off_site: bool
    lands: str
    lands_at: At
    schedules: tuple[Schedule, ...]
    checked: bool
    trail: Trail = NO_TRAIL


def is_gone(backup: Backup) -> bool:
    """Whether the result does not outlive the container or pod that makes it."""
    return not backup.off_site and backup.lands in {"emptyDir", "container"}


def backups(project: Project) -> tuple[Backup, ...]:
    """Every backup that scripts, manifests, pipelines, Makefiles or compose services make."""
    made = (_in_scripts, _in_makefiles, _in_manifests, _in_pipelines, _in_compose)
    return tuple(backup for find in made for backup in find(project))


def interval_hours(expression: str) -> float | None:
    """The longest usual wait between two runs, in hours, of a cron expression or "@every 6h"; None where it cannot be
    told."""
    named = {
        "@hourly": 1.0,
        "@daily": 24.0,
        "@midnight": 24.0,
        "@weekly": 168.0,
        "@monthly": 744.0,
        "@yearly": 8784.0,
    }
    fields = expression.split()
    every = re.fullmatch(r"@every (\d+)([smh])", expression.strip())
    if every is not None:
        return int(every[1]) / {"s": 3600, "m": 60, "h": 1}[every[2]]
    if expression.strip() in named:
        return named[expression.strip()]
    if len(fields) != 5:
        return None
    minute, hour, day, _, weekday = fields
    if weekday not in {"*", "?", "0-6", "1-7"}:
        return 72.0 if weekday in {"1-5", "MON-FRI"} else 168.0 / max(len(weekday.split(",")), 1)
    if day not in {"*", "?"} and not day.startswith("*/1"):
        return 744.0 / max(len(day.split(",")), 1)
    return _within_day(minute, hour)


def _within_day(minute: str, hour: str) -> float:
    step = re.fullmatch(r"(?:\*|\d+(?:-\d+)?)/(\d+)", hour)
    if step:
        return float(step[1])
    if hour == "*":
        fine = re.fullmatch(r"\*/(\d+)", minute)
        return int(fine[1]) / 60 if fine else 1.0
    times = sorted(int(h) for h in hour.split(",") if h.isdigit())
    return (
        float(max((b - a for a, b in zip(times, [*times[1:], times[0] + 24], strict=True)), default=24))
        if times
        else 24.0
    )


def _in_scripts(project: Project) -> Iterator[Backup]:
    for script in project.scripts:
        engines = [(command, engine) for command in script.commands if (engine := _saves(command)) is not None]
        if not engines:
            continue
        text = without_comments(project.files.text(script.path))
        trail = written(text)
        checked = "pipefail" in text or re.search(r"\bset -[a-z]*e", text) is not None
        jobs = list(_jobs_of(project, script.path))
        clock = [*_schedules_of(project, script.path), *(s for m in jobs for s in _clock(project, m)), *_loop(script)]
        if not clock and _moves(script.path, text):
            continue
        for command, engine in engines:
            named = " ".join([text, *trail.names])
            lands, at = (
                of_workload(jobs[0], named, command) if jobs else of_script(project, script.path, trail, command)
            )
            tool, form = command.program, _format(project, command)
            off_site = bool(_UPLOAD.search(text))
            once, alone = tuple(dict.fromkeys(clock)), trail if len(engines) == 1 else NO_TRAIL
            yield Backup(engine, tool, form, command.at, off_site, lands, at, once, checked, alone)


def _loop(script: Script) -> Iterator[Schedule]:
    """A script that saves, sleeps and begins again keeps the time by itself."""
    for command in script.commands:
        waits = re.fullmatch(r"(\d{2,7})([smh]?)", command.args[0]) if command.args else None
        if command.program == "sleep" and waits is not None and int(waits[1]) * _SECONDS[waits[2]] >= 600:
            yield Schedule(f"@every {waits[1]}{waits[2] or 's'}", script.path, command.at, "code")


def _sleeps(service: ComposeService) -> Schedule | None:
    """A container whose command saves, sleeps and begins again."""
    for told in (service.command, service.entrypoint):
        waits = re.search(r"\bsleep (\d{2,7})([smh]?)\b", told.text) if told is not None else None
        if told is not None and waits is not None and int(waits[1]) * _SECONDS[waits[2]] >= 600:
            return Schedule(f"@every {waits[1]}{waits[2] or 's'}", service.name, told.at, "compose")
    return None


_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def _in_makefiles(project: Project) -> Iterator[Backup]:
    for makefile in project.makefiles:
        for name, target in makefile.targets.items():
            text = "\n".join(c.text for c in target.commands)
            runs = re.compile(rf"\bmake\b.*\b{re.escape(name)}\b")
            clock = tuple(s for s in project.system.schedules if runs.search(s.runs))
            for command in target.commands:
                engine = _saves(command)
                if engine is not None:
                    form, off_site = _format(project, command), bool(_UPLOAD.search(text))
                    # make stops at the first command that fails; a pipe hides all but its last
                    checked = not command.piped
                    yield Backup(engine, command.program, form, command.at, off_site, "", command.at, clock, checked)


def _jobs_of(project: Project, path: str) -> Iterator[Manifest]:
    """The workloads whose container runs a script: by its command, or by the command of the image it is in."""
    name = posixpath.basename(path)
    starts = {
        d.at: dockerfile
        for service in project.system.own
        for dockerfile in project.dockerfiles
        if service.build is not None and dockerfile.path == service.build.dockerfile
        for d in service.deployments
    }
    for manifest in project.manifests.effective.workloads:
        for container in manifest.containers:
            image = starts.get(container.at)
            start = image.command() if image is not None and not container.command else None
            if name in " ".join(container.command) or (start is not None and name in start.text):
                yield manifest


def _clock(project: Project, manifest: Manifest) -> list[Schedule]:
    when = manifest.schedule
    return [s for s in project.system.schedules if when is not None and s.at == when.at]


def _in_manifests(project: Project) -> Iterator[Backup]:
    for manifest in project.manifests.effective.workloads:
        for command in container_commands(manifest):
            engine = _saves(command)
            if engine is None:
                continue
            text = "\n".join(" ".join(c.command) for c in manifest.containers)
            lands, at = of_workload(manifest, text, command)
            clock = [
                s for s in project.system.schedules if manifest.schedule is not None and s.at == manifest.schedule.at
            ]
            checked = "set -e" in text or "pipefail" in text or "|" not in text
            yield Backup(
                engine,
                command.program,
                _format_of(text, command),
                command.at,
                bool(_UPLOAD.search(text)),
                lands,
                at,
                tuple(clock),
                checked,
                written(text),
            )


def _in_pipelines(project: Project) -> Iterator[Backup]:
    for workflow in project.workflows:
        text = "\n".join(c.text for c in workflow.commands)
        clock = tuple(s for s in project.system.schedules if s.source == "workflow" and s.at.path == workflow.path)
        for command in workflow.commands:
            engine = _saves(command)
            if engine is not None and clock:
                yield Backup(
                    engine,
                    command.program,
                    _format(project, command),
                    command.at,
                    bool(_UPLOAD.search(text)),
                    "",
                    command.at,
                    clock,
                    True,
                    written(text),
                )


def _in_compose(project: Project) -> Iterator[Backup]:
    for file in project.compose:
        for service in file.services:
            if (
                file.environment not in {"development", "test"}
                and service.image
                and service.build is None
                and _BACKUP_IMAGE.search(service.image)
                and not _built_here(project, service.name)
            ):
                at = service.node.at_or_self("image")
                where = next((f"host:{v.source}" for v in service.volumes if v.source), "")
                schedule = next(
                    (
                        Schedule(n.text, service.name, n.at, "compose")
                        for k, n in _environment(service.node)
                        if "SCHEDULE" in k or "CRON" in k
                    ),
                    _sleeps(service),
                )
                off_site = any(
                    "S3" in k or "AWS" in k or "RESTIC_REPOSITORY" in k for k, _ in _environment(service.node)
                )
                yield Backup(
                    _engine_of(service.image),
                    service.image.split(":")[0],
                    "archive",
                    at,
                    off_site,
                    where,
                    at,
                    (schedule,) if schedule else (),
                    True,
                )


def _built_here(project: Project, name: str) -> bool:
    """Whether the project builds the service: then its scripts are read."""
    service = project.system.service(name)
    return service is not None and service.build is not None


def _environment(node: Node) -> list[tuple[str, Node]]:
    found = node.get("environment")
    return list(found.items()) if found is not None else []


def _engine_of(image: str) -> str:
    names = {
        "postgres": "postgres",
        "pg": "postgres",
        "mysql": "mysql",
        "maria": "mysql",
        "mongo": "mongodb",
        "redis": "redis",
    }
    return next((engine for word, engine in names.items() if word in image.lower()), "")


_ADDRESS = r"\b(?:{})\s[^\n|;]*?\s(?:-h|--host|--uri|-d|--dbname)[= ]?\s*[\"']?([^\s\"']+)"
_FROM = re.compile(_ADDRESS.format("pg_dump|pg_dumpall|mysqldump|mariadb-dump|mongodump"))
_INTO = re.compile(_ADDRESS.format("psql|pg_restore|mysql|mariadb|mongorestore"))
_MOVING = re.compile(r"(?i)migrat|clone|transfer|(?:^|[/_-])(?:copy|move|sync)[_-]")


def _moves(path: str, text: str) -> bool:
    """Whether a script that no clock runs takes data from one database to another: what lies between is no backup."""
    if re.search(r"(?i)backup", posixpath.basename(path)) or _UPLOAD.search(text):
        return False
    joined = re.sub(r"\\\n\s*", " ", text)
    sources, targets = set(_FROM.findall(joined)), set(_INTO.findall(joined))
    return bool(sources and targets - sources) or _MOVING.search(path) is not None


def _saves(command: Command) -> str | None:
    """The engine that a command saves; None where it saves nothing."""
    program = posixpath.basename(command.program)
    words = " ".join(command.args)
    if re.search(r"pg_basebackup\b.*\s(?:-R|--write-recovery-conf|-\w*R\w*)(?:\s|$)", f"{program} {words}"):
        return None  # it sets up a replica, which follows every mistake at once
    if program in {"docker", "docker-compose", "kubectl", "podman", "ssh"}:
        inner = next(
            (
                name
                for name in _SAVING
                if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", words) and _SAVING[name]
            ),
            None,
        )
        return _SAVING[inner] if inner else None
    if program == "redis-cli":
        return "redis" if "--rdb" in words or re.search(r"\b(bgsave|save)\b", words, re.IGNORECASE) else None
    if program in _SAVING:
        verbs = {
            "restic": "backup",
            "etcdctl": "snapshot save",
            "borg": "create",
            "velero": "create",
            "wal-g": "push",
            "pgbackrest": "backup",
            "barman": "backup",
            "kopia": "snapshot",
        }
        wanted = verbs.get(program)
        return _SAVING[program] if (wanted is None or wanted in words) and "--version" not in words else None
    return None


def without_comments(text: str) -> str:
    """A shell text whose comments are blanked: what they speak of is not done."""
    return re.sub(r"(?m)^[ \t]*#(?!!).*$|(?<=\s)#\s[^\n]*$", "", text)


def _format(project: Project, command: Command) -> str:
    return _format_of(line_around(project, command), command)


def _format_of(text: str, command: Command) -> str:
    words = f"{command.text} {' '.join(command.args)}"
    if "mongodump" in words:
        return "archive" if "--archive" in words else "directory"
    if command.program in _OWN_FORMAT:
        return command.program
    found = re.search(r"(?:-F\s?|--format[= ])(c|d|t|p|custom|directory|tar|plain)\b", words)
    letter = found[1][0] if found else "p"
    named = {"c": "custom", "d": "directory", "t": "tar"}.get(letter)
    return named or ("plain.gz" if re.search(r"\|\s*(gzip|pigz)|\.gz\b", text) else "plain")


def line_around(project: Project, command: Command) -> str:
    lines = project.files.lines(command.at.path)
    first = (command.at.line or 1) - 1
    last = command.at.end_line or first + 1
    return " ".join(lines[max(0, first - 1) : last + 1])


def container_commands(manifest: Manifest) -> Iterator[Command]:
    for container in manifest.containers:
        words = container.command
        if words:
            text = words[-1] if len(words) > 1 and words[0].endswith("sh") else " ".join(words)
            at = (
                container.node.at_or_self("args")
                if container.get("args") is not None
                else container.node.at_or_self("command")
            )
            yield from commands(text, at.path, at.line or 1, directory=None)


def _schedules_of(project: Project, path: str) -> Iterator[Schedule]:
    """What runs a script by the clock: a schedule that names it, or starts a container of Compose that runs it."""
    name = posixpath.basename(path)
    told = (
        (s.name, f"{s.command.text if s.command else ''} {s.entrypoint.text if s.entrypoint else ''}")
        for file in project.compose
        for s in file.services
    )
    started = [
        re.compile(rf"\b(?:run|up|start|exec)\b.*\s{re.escape(service)}(?:\s|$)")
        for service, words in told
        if name in words
    ]
    for schedule in project.system.schedules:
        if (
            name in schedule.runs
            or any(s.search(schedule.runs) for s in started)
            or (
                schedule.source == "workflow"
                and any(name in c.text for w in project.workflows if w.path == schedule.at.path for c in w.commands)
            )
        ):
            yield schedule
