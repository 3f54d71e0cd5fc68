"""Do the health checks of images and compose files ask what the service really serves?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kit.checks.shared.images import ASIDE, images
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
def health_checks_ask_what_is_there(project: Project) -> Iterator[Fact]:
    """
    A health check that asks the wrong path calls a sound container sick for ever: what waits for it never starts.

    Decides: path and port of each HTTP check in `HEALTHCHECK` and in compose files that are not for development or
    tests, against the ports that the process listens on and the routes that its code serves.

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
    for image in images(project):
        check_ = image.dockerfile.healthcheck(image.stage)
        owner = project.system.service(image.name)
        path, port = asked_by(check_.value) if check_ is not None else (None, None)
        if check_ is not None and owner is not None and path is not None:
            yield from _asked(project, owner, None, path, port, check_.at, {})


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
