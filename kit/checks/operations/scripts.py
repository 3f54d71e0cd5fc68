"""Scripts that people run in earnest: do they stop at a failure, and do they speak of what is there?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.operations.closed import always_unavailable
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import Command
from kit.sources.commands.scripts import Script
from kit.system.pipeline_acts import pipelines

_EARNEST = re.compile(
    r"deploy|smoke|release|backup|restore|migrat|rollback|rotate|provision|promote|failover|health", re.IGNORECASE
)
_LOCAL_URL = re.compile(r"https?://(?:localhost|127\.0\.0\.1)(?::(?P<port>\d{2,5}))?(?P<path>/[\w./-]*)?")
_EXPECTED = re.compile(
    r"\b(except|catch|isinstance)\b|501|NotImplementedError\)?:\s*$|must be implemented|should be implemented|subclass"
    # Of gRPC's health service only Check has to answer.
    r"|\bhealth\w*\.\w*UNIMPLEMENTED|health.{0,20}\bWatch\b",
    re.IGNORECASE,
)
_BASED = re.compile(r"\$\{?\w*(?:base|url|host|api|address|endpoint|target)\w*\}?(/[\w./-]+)", re.IGNORECASE)
_UNFINISHED = re.compile(
    r"\b(not[ _-]?(?:yet[ _-]?)?implemented|NotImplementedError|unimplemented!|todo!\(|stub(?:bed)? (?:implementation|out)|placeholder implementation)\b",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"\babstract class\b|ABC\b|@abstractmethod|Protocol\b|interface \w+")
_ACT = re.compile(
    r"\b(throw|raise|panic|return|reject|abort|unimplemented|todo)\b|\.(status|send|sendStatus|json|code|Error|WriteHeader|set_code)\(|http\.Error\("
)
_COMMENT = ("#", "//", "*", "/*", "import ", "from ")


def earnest(project: Project) -> list[Script]:
    """The production scripts whose names say that they change or save a running system, and those that a job calls which
    deploys."""
    called = _called_to_deploy(project)
    return [
        s
        for s in project.scripts
        if (_EARNEST.search(posixpath.basename(s.path)) or posixpath.basename(s.path) in called)
        and project.files.class_of(s.path) is FileClass.PRODUCTION
    ]


def _called_to_deploy(project: Project) -> set[str]:
    """The names of the shell scripts that stand in jobs that deploy, whatever way they get to the machine."""
    called: set[str] = set()
    for pipeline in pipelines(project):
        for job in pipeline.workflow.jobs:
            if job.at.end_line and pipeline.of_job(job, "deploy"):
                lines = project.files.text(job.at.path).splitlines()[(job.at.line or 1) - 1 : job.at.end_line]
                called.update(name for line in lines for name in re.findall(r"([\w.-]{1,80}\.sh)\b", line))
    return called


@check("OPS-010", "Operational scripts stop at a failure", Severity.MEDIUM, Clause.EXECUTION, effort_hours=0.5)
def scripts_stop(project: Project) -> Iterator[Fact]:
    """
    A deploy script that goes on after a failed step leaves the system between two versions and reports success.

    Decides: shell scripts whose name speaks of deploying, releasing, migrating, backing up or restoring, or that
    a job calls which deploys, set `errexit`; and whether `psql`, which ends well whatever became of the statements of a
    file, is told to stop at the first that fails. For a restore the latter weighs less: dumps bring harmless errors.

    Fix: begin the script with `set -euo pipefail`, and give psql `-v ON_ERROR_STOP=1`.

    Blind to: scripts that check each status themselves.

    See: https://www.gnu.org/software/bash/manual/html_node/The-Set-Builtin.html
    """
    for script in earnest(project):
        if script.shell != "bash" or len(script.commands) < 2:
            continue
        first = script.commands[0]
        if "errexit" in script.options:
            kept = "pipefail" in script.options or "|" not in project.files.text(script.path)
            at = _line(project, script, re.compile(r"set -\w*e|-o errexit|^#!.*-\w*e"))
            yield (ok if kept else partial)(
                f"{script.path} stops at the first failure{'' if kept else '; a failure inside of a pipe is missed'}.",
                at or first,
            )
        else:
            yield bad(f"{script.path} goes on after a step has failed.", At(script.path, 1), first)
        yield from _statements(project, script)


def _statements(project: Project, script: Script) -> Iterator[Fact]:
    """Files of SQL that psql runs to their end, whatever fails in them."""
    if "ON_ERROR_STOP" in project.files.text(script.path):
        return
    found = [c for c in script.commands if "psql" in c.words and _takes_file(c)]
    if found:
        restores = re.search(r"(?i)restor", script.path) is not None
        said = f"{script.path}: psql goes on after a statement has failed, and ends as if none had"
        yield (partial if restores else bad)(f"{said}.", *found[:4], severity=Severity.LOW if restores else None)


def _takes_file(command: Command) -> bool:
    return bool(command.reads or {"-f", "--file"} & set(command.args) or "--file=" in command.text)


@check("OPS-005", "Health scripts ask what is there", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1)
def health_scripts_ask_what_is_there(project: Project) -> Iterator[Fact]:
    """
    A health script that asks a port nobody listens on is red on a good day and ignored on a bad one.

    Decides: the local addresses in operational scripts against the ports that services publish or listen on, and the paths
    against the routes of the service behind the port.

    Fix: correct the port or path in the script.

    Blind to: ports that only a host maps.

    See: https://sre.google/sre-book/practical-alerting/
    """
    ports: dict[int, list[str]] = {}
    for service in project.system.services:
        for port in service.ports:
            if port.number:
                ports.setdefault(port.number, []).append(service.name)
        for deployment in service.deployments:
            for port in deployment.ports:
                for number in {
                    port.host,
                    port.number if deployment.target.startswith(("kube", "kust", "helm")) else port.host,
                } - {None}:
                    ports.setdefault(int(number or 0), []).append(service.name)
    if not ports:
        return
    for script in earnest(project):
        for number, line in enumerate(project.files.lines(script.path), start=1):
            at = At(script.path, number)
            for found in _LOCAL_URL.finditer(line):
                if found["port"]:
                    yield _asked(project, script, at, int(found["port"]), found["path"] or "/", ports)
            for path in _BASED.findall(line) if re.search(r"\b(curl|wget|http)\b", line) else ():
                yield from _served(project, script, at, path)


def _served(project: Project, script: Script, at: At, path: str) -> Iterator[Fact]:
    """A path behind an address that is a variable: it has to be a route of some service."""
    routes = [r for s in project.system.own for r in s.routes]
    if len(routes) < 3 or not all(r.prefix_known for r in routes):
        return
    if any(_fits(r.path, path) for r in routes):
        yield ok(f"{script.path} asks {path}, which is served.", at)
    else:
        yield bad(f"{script.path} asks {path}, which no service serves.", at)


def _fits(route: str, path: str) -> bool:
    pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(route.rstrip("/") or "/")).replace("[^/]+\\*", ".*")
    return re.fullmatch(pattern, path.rstrip("/") or "/") is not None


def _asked(project: Project, script: Script, at: At, port: int, path: str, ports: dict[int, list[str]]) -> Fact:
    if port not in ports:
        return bad(f"{script.path} asks port {port}, which no service publishes or listens on.", at)
    services = [s for s in project.system.own if s.name in ports[port] and s.routes]
    served = {r.path.rstrip("/") or "/" for s in services for r in s.routes}
    if (
        services
        and all(r.prefix_known for s in services for r in s.routes)
        and (path.rstrip("/") or "/") not in served
        and "{" not in "".join(served)
        and path != "/"
    ):
        return unknown(
            f"{script.path} asks {path} on port {port}; no route of {services[0].name} is known by that path.",
            at,
        )
    return ok(f"{script.path} asks port {port}, where {ports[port][0]} is.", at)


@check(
    "OPS-011",
    "Nothing unfinished is on a production path",
    Severity.MEDIUM,
    Clause.SPECIFICATION,
    effort_hours=8,
)
def nothing_unfinished(project: Project) -> Iterator[Fact]:
    """
    "Not implemented" in code that users can reach is a feature that was sold and is not there.

    Decides: production code that raises or returns "not implemented", and handlers whose whole body answers 501 or 503;
    abstract methods, interfaces and tests are left out.

    Fix: implement it, or take the route and its menu entry out until it is.

    Blind to: features that are missing without a word.

    See: https://cwe.mitre.org/data/definitions/758.html
    """
    found = list(_answered(project))
    for path in project.code.holding("mplemented", "todo!(", "stub"):
        lines = project.files.lines(path)
        if _ABSTRACT.search("\n".join(lines)):
            continue
        for number, line in enumerate(lines, start=1):
            known = any(at.path == path and (at.line or 0) <= number <= (at.end_line or 0) for at in found)
            if not known and _UNFINISHED.search(line) and not _EXPECTED.search(line) and _acts(lines, number):
                found.append(At(path, number))
    for at in found[:15]:
        yield bad("Production code says here that it is not implemented.", at)
    if len(found) > 15:
        yield bad(
            f"{len(found) - 15} more places in production code say that they are not implemented.",
            *found[15:20],
        )
    closed = [(route, at) for route, at in always_unavailable(project) if at.path not in {f.path for f in found}]
    for route, at in closed[:5]:
        yield bad(f"{route.method} {route.path} answers 503 whatever is asked: the feature is not there.", at)
    if not found and not closed and project.code.files():
        yield ok("No production code says that it is not implemented.", At("."))


def _acts(lines: list[str], number: int) -> bool:
    """Whether a line, or one of the two above that it goes on, raises or answers; a guard against an absent method and
    the definition of the error itself do not count."""
    line = lines[number - 1]
    above = [text.rstrip() for text in lines[max(0, number - 3) : number - 1]]
    if line.lstrip().startswith(_COMMENT) or re.search(r"\bclass\b|\bsuper\(", line):
        return False
    if re.search(r"\bif\b.*(!|\bnot\b|is None|== ?null)", " ".join([*above[-1:], line])):
        return False
    begun = [text for text in above if text.endswith(("(", ",", "{"))]
    return any(_ACT.search(text) for text in (line, *begun[-2:]))


def _answered(project: Project) -> Iterator[At]:
    """Handlers that answer 501, from the comment that says what is missing."""
    pattern = re.compile(
        r"(?:status|sendStatus|status_code|code|HTTP_)\W{0,3}\(?\s*501\b|StatusNotImplemented|HTTP_501|NOT_IMPLEMENTED\b"
    )
    for path in project.code.holding("501", "StatusNotImplemented", "NOT_IMPLEMENTED"):
        lines = project.files.lines(path)
        for number, line in enumerate(lines, start=1):
            if pattern.search(line) and _acts(lines, number):
                note = next(
                    (n for n in range(number, max(0, number - 4), -1) if re.search(r"TODO|FIXME", lines[n - 1])), number
                )
                yield At(path, note, number)


def _line(project: Project, script: Script, pattern: re.Pattern[str]) -> At | None:
    lines = project.files.lines(script.path)
    return next((At(script.path, n) for n, text in enumerate(lines, start=1) if pattern.search(text)), None)
