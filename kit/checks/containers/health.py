"""Do the health checks of images and compose files ask what the service really serves?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kit.checks.containers.tools import lacking_tool
from kit.checks.shared.crowd import joined
from kit.checks.shared.deployed import grade
from kit.checks.shared.images import ASIDE, images, services
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.system.model import Deployment, Service
from kit.system.probes import asked_by


@check(
    "CON-022",
    "Health checks ask a path and port that the service has",
    Severity.HIGH,
    Clause.EXECUTION,
    effort_hours=0.5,
)
@joined("things that health checks ask")
def health_checks_ask_what_is_there(project: Project) -> Iterator[Fact]:
    """
    A health check that asks the wrong path calls a sound container sick for ever: what waits for it never starts.

    Decides: path and port of each HTTP check in `HEALTHCHECK` and in compose files that are not for development or
    tests, against the ports that the process listens on and the routes that its code serves; and whether the image has
    the `curl` or `wget` that asks, where its base is one of which that is known. A check that ends in `|| true` or
    `|| echo` can never fail, and watches nothing.

    Fix: ask a path and port that the service has; the nearest route is named with the finding.

    Blind to: checks that run a program of the image, ports that only a variable from outside decides.

    See: https://docs.docker.com/reference/compose-file/services/#healthcheck
    """
    for service in project.system.own:
        for deployment in service.deployments:
            place = {"environment": None if deployment.environment == "unknown" else deployment.environment}
            for probe in deployment.probes if deployment.environment not in ASIDE else ():
                if probe.kind == "healthcheck" and probe.path is not None:
                    port = probe.port if isinstance(probe.port, int) else None
                    yield from _asked(project, service, deployment, probe.path, port, probe.at, place)
    yield from _without_tool(project)
    yield from _never_failing(project)
    for image in images(project):
        check_ = image.dockerfile.healthcheck(image.stage)
        owner = project.system.service(image.name)
        path, port = asked_by(check_.value) if check_ is not None else (None, None)
        if check_ is not None and owner is not None and path is not None:
            facts = _asked(project, owner, None, path, port, check_.at, {})
            yield from (_milder(project, owner, fact) for fact in facts)


def _milder(project: Project, service: Service | None, fact: Fact) -> Fact:
    """What an image's own check says is asked by Docker and compose alone: elsewhere nobody waits for it."""
    live = {f"compose:{file.path}" for file in project.compose if file.live}
    asked = service is not None and any(d.target in live for d in service.deployments)
    return fact if asked or not fact.outcome.open else replace(fact, severity=Severity.MEDIUM)


_SWALLOWED = re.compile(r"(?:\|\||;)\s*(?:true|:|exit 0|echo\b[^|&;]{0,200})[\s'\")\]]*$")


def _never_failing(project: Project) -> Iterator[Fact]:
    """Checks whose last word is a command that always succeeds."""
    message = "the health check ends in a command that always succeeds; whatever breaks, it is called healthy."
    for image in images(project):
        own = image.dockerfile.healthcheck(image.stage)
        if own is not None and _SWALLOWED.search(own.body.strip()):
            yield bad(f"{image.name}: {message}", own, severity=Severity.MEDIUM)
    for file, service in services(project):
        check_ = service.healthcheck
        if check_ is not None and not check_.disabled and _SWALLOWED.search((check_.command or "").strip()):
            at = check_.node.at_or_self("test")
            yield bad(f"{service.name}: {message}", at, severity=Severity.MEDIUM, **grade(file.environment))


def _without_tool(project: Project) -> Iterator[Fact]:
    for image in images(project):
        own = image.dockerfile.healthcheck(image.stage)
        lacking = (
            lacking_tool(image.dockerfile, image.stage, " ".join(own.args) if own and own.json else own.body)
            if own
            else None
        )
        if own is not None and lacking is not None:
            owner = project.system.service(image.name)
            yield _milder(project, owner, bad(_no_tool(image.name, lacking[0]), own, lacking[1]))
    dockerfiles = {d.path: d for d in project.dockerfiles if d.error is None and d.stages}
    for file, service in services(project):
        check_, build = service.healthcheck, service.build
        if check_ is None or check_.disabled or not check_.command:
            continue
        dockerfile = dockerfiles.get(build.dockerfile) if build is not None else None
        if dockerfile is not None and build is not None:
            stage = (dockerfile.stage(build.target) if build.target else None) or dockerfile.final
            lacking = lacking_tool(dockerfile, stage, check_.command)
            if lacking is not None:
                yield bad(
                    _no_tool(service.name, lacking[0]),
                    check_.node.at_or_self("test"),
                    lacking[1],
                    **grade(file.environment),
                )


def _no_tool(name: str, tool: str) -> str:
    return f"{name}: the health check calls {tool}, which the image does not have; the container never gets healthy."


def _asked(
    project: Project,
    service: Service,
    deployment: Deployment | None,
    path: str,
    port: int | None,
    at: At,
    place: dict[str, Any],
) -> Iterator[Fact]:
    name = f"{service.name}: the health check"
    listens = project.serving.listening(service, deployment)
    if port is not None and listens.on(port) is False:
        ports = ", ".join(map(str, sorted(listens.ports)))
        yield bad(f"{name} asks port {port}, but the process listens on {ports}.", at, *listens.ports.values(), **place)
        return
    served = project.serving.serves(service, path)
    if served.holds:
        yield ok(f"{name} asks {path}, which it serves.", at, *filter(None, [served.route]), **place)
    elif served.holds is None:
        yield unknown(f"{name} asks {path}; that it is served cannot be seen.", at, **place)
    else:
        near = f"; the nearest is {served.route.path}" if served.route is not None else ""
        yield bad(f"{name} asks {path}, which is not served{near}.", at, *filter(None, [served.route]), **place)
