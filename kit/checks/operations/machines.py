"""What operations do to the machines: deploys that delete data, and services that run as root."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.shared.images import ASIDE
from kit.checks.shared.texts import at_offset
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import Command
from kit.system.pipeline_acts import is_preview, pipelines

_DEPLOYS = re.compile(
    r"(?:^|[^a-z])(?:re)?deploy|release|rollout|update|upgrade|(?:^|[^a-z])prod(?:uction)?(?:[^a-z]|$)", re.IGNORECASE
)
_ASIDE = re.compile(
    r"test|smoke|e2e|dev|local|clean|teardown|destroy|reset|undeploy|uninstall|demo|preview", re.IGNORECASE
)
_DELETES = (
    (re.compile(r"^docker volume (?:rm|prune)\b"), "removes volumes"),
    (
        re.compile(r"^(?:docker compose|docker-compose)\b.* down\b.*\s(?:-v|--volumes)(?:\s|$)"),
        "removes the volumes of the stack",
    ),
    (re.compile(r"^docker system prune\b.*--volumes\b"), "removes volumes that no container holds at that moment"),
    (re.compile(r"^kubectl delete\b.*\b(?:pvc|persistentvolumeclaims?|pv)\b"), "deletes volume claims"),
    (
        re.compile(r"^(?:dropdb|prisma migrate reset|npx prisma migrate reset)\b|\bDROP DATABASE\b"),
        "drops the database",
    ),
    (re.compile(r"^terraform destroy\b.*-auto-approve\b"), "destroys the infrastructure"),
)
_HOUSEKEEPING = re.compile(r"until=|label=")


@check("OPS-064", "Deploys delete no data", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def deploys_delete_nothing(project: Project) -> Iterator[Fact]:
    """
    A deploy that removes volumes to get over an error takes the database with it, on the day on which something is wrong
    anyway.

    Decides: scripts whose names say that they deploy, release or update, and the jobs of pipelines that deploy: commands
    that remove volumes, claims, databases or the infrastructure. What is for tests and development is left out.

    Fix: take the command out; what has to be removed, a person removes, after a backup.

    Blind to: commands that only a variable names.

    See: https://docs.docker.com/reference/cli/docker/volume/rm/
    """
    found = [(path, c, what) for path, c in _deploying(project) if (what := _deletes(c)) is not None]
    for path, command, what in found:
        yield bad(f"{path}: the deploy {what} (`{' '.join(command.text.split())[:60]}`).", command)
    if not found and (first := next(_deploying(project), None)) is not None:
        yield ok("Deploys delete no data.", first[1])


def _deploying(project: Project) -> Iterator[tuple[str, Command]]:
    for script in project.scripts:
        name = posixpath.basename(script.path)
        judged = project.files.class_of(script.path) is FileClass.PRODUCTION
        if judged and _DEPLOYS.search(name) and not _ASIDE.search(script.path):
            text = project.files.text(script.path)
            yield from ((script.path, command) for command in script.commands if not _is_confirmed(text, command))
    for pipeline in pipelines(project):
        for job in pipeline.workflow.jobs:
            deploys = any(not is_preview(project, pipeline, job) for _ in pipeline.of_job(job, "deploy"))
            if deploys and not _ASIDE.search(job.id) and not pipeline.of_job(job, "test"):
                yield from ((pipeline.path, command) for command in job.commands)


LINES_ABOVE = 12
_ASKS = re.compile(r"(?m)^\s*(?:read\s+(?:-\w+\s+)*[\"']?\w|select\s+\w+\s+in\b)")


def _is_confirmed(text: str, command: Command) -> bool:
    """Whether a command runs only where a person has just answered a question."""
    line = command.at.line or 1
    above = text.splitlines()[max(line - 1 - LINES_ABOVE, 0) : line - 1]
    return command.conditional and _ASKS.search("\n".join(above)) is not None


def _deletes(command: Command) -> str | None:
    text = " ".join(command.text.split())[:2000].removeprefix("sudo ")
    if _HOUSEKEEPING.search(text):
        return None
    return next((what for pattern, what in _DELETES if pattern.search(text)), None)


@check(
    "OPS-065",
    "Services of the machine come back and do not run as root",
    Severity.MEDIUM,
    Clause.DEPLOYMENT,
    effort_hours=1,
)
def units_have_users(project: Project) -> Iterator[Fact]:
    """
    A service that systemd starts without a user runs as root: a hole in it is a hole in the machine. One without
    `Restart=` stays down after its first crash, one that nobody enabled after the next reboot.

    Decides: the systemd units of the project that start a program, templates of Ansible among them: `User=` names another
    than root, or `DynamicUser=yes`; `Restart=` is set. The tasks of Ansible that start a unit which no task enables.

    Fix: `User=app` and `Group=app`, or `DynamicUser=yes`; `Restart=on-failure`; `enabled: true` beside `state: started`.

    Blind to: drop-ins that the machine adds, programs that give up their rights.

    See: https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#User=
    """
    yield from _enabled(project)
    for path in project.files.glob("*.service", "*.service.j2"):
        text = project.files.text(path)
        production = (
            project.files.class_of(path) is FileClass.PRODUCTION and project.files.environment_of(path) not in ASIDE
        )
        started = re.search(r"(?m)^ExecStart\s*=\s*(.+)$", text)
        if not production or started is None or re.search(r"(?mi)^Type\s*=\s*oneshot", text):
            continue
        yield from _comes_back(path, text, at_offset(path, text, started.start()))
        user = re.search(r"(?m)^User\s*=\s*(\S+)", text)
        free = (user is not None and user[1] not in {"root", "0"}) or re.search(
            r"(?mi)^DynamicUser\s*=\s*(?:yes|true|1)", text
        )
        at = at_offset(path, text, (user or started).start())
        if free or re.search(r"docker(?:-| )compose|\bdocker\b|podman", started[1]):
            yield ok(f"{path}: does not run as root.", at)
        else:
            yield bad(f"{path}: no user is named; the service runs as root.", at)


def _comes_back(path: str, text: str, at: At) -> Iterator[Fact]:
    restart = re.search(r"(?mi)^Restart\s*=\s*(\S+)", text)
    if restart is not None and restart[1].lower() != "no":
        yield ok(f"{path}: is started again after a crash.", at_offset(path, text, restart.start()))
    elif not re.search(
        r"(?mi)^Type\s*=\s*forking|^\[Timer\]|^ExecStart\s*=\s*\S*(?:docker|podman)(?:-| )compose|^RemainAfterExit\s*=\s*(?:yes|true)",
        text,
    ):
        yield bad(f"{path}: no Restart=; after its first crash the service stays down.", at)


_UNITS = ("systemd", "systemd_service", "service")


def _enabled(project: Project) -> Iterator[Fact]:
    """Units of the project that its tasks start and none enables; those of packages are enabled by these."""
    tasks = [t for t in project.tasks if t.module in _UNITS and _is_production(project, t.at.path)]
    own = {posixpath.basename(p).partition(".service")[0] for p in project.files.glob("*.service", "*.service.j2")}
    enabled = {_unit(t.text("name")) for t in tasks if t.text("enabled").lower() in {"true", "yes"}}
    told: set[str] = set()
    for task in tasks:
        unit = _unit(task.text("name"))
        starts = task.text("state") in {"started", "restarted"}
        if starts and unit in own and unit not in enabled | told:
            told.add(unit)
            yield bad(f"{unit}: is started and never enabled; after a reboot of the machine it stays down.", task)


def _unit(name: str) -> str:
    return name.strip().removesuffix(".service")


def _is_production(project: Project, path: str) -> bool:
    return project.files.class_of(path) is FileClass.PRODUCTION and project.files.environment_of(path) not in ASIDE
