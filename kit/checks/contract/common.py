"""Services with an API, each with the specification that describes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kit.checks.observability.common import running
from kit.project import Project
from kit.sources.openapi import ApiOperation, OpenApi
from kit.system.model import Route, Service

_SHARE = 0.4


@dataclass(frozen=True)
class Api:
    """A service, its routes that can be compared, and the specification of them where there is one."""

    service: Service
    routes: tuple[Route, ...]
    specification: OpenApi | None


def apis(project: Project) -> list[Api]:
    """The services with more than two HTTP routes. A specification belongs to the one that serves most of it."""
    found = []
    taken: dict[str, str] = {}
    services = [(s, _routes(s)) for s in running(project)]
    for specification in project.openapi:
        if specification.error is None and specification.operations:
            scores = {s.name: _share(specification, routes) for s, routes in services}
            best = max(scores, key=lambda name: scores[name], default=None)
            if best is not None and scores[best] >= _SHARE:
                taken.setdefault(best, specification.path)
    by_path = {o.path: o for o in project.openapi}
    for service, routes in services:
        if len(routes) > 2:
            found.append(Api(service, routes, by_path.get(taken.get(service.name, ""))))
    return found


def alike(operation: ApiOperation, route: Route) -> bool:
    """Whether the route serves the operation, whatever base path one of them leaves out."""
    if route.method not in {operation.method, "ANY"} and not (route.method == "HEAD" and operation.method == "GET"):
        return False
    wanted, served = _steps(operation.path), _steps(route.path)
    shorter = min(len(wanted), len(served))
    return (bool(shorter) and wanted[-shorter:] == served[-shorter:]) or wanted == served


def shown(path: str) -> str:
    """A path at the beginning of a sentence."""
    return path


def _share(specification: OpenApi, routes: tuple[Route, ...]) -> float:
    served = sum(any(alike(o, r) for r in routes) for o in specification.operations)
    return served / len(specification.operations)


def _routes(service: Service) -> tuple[Route, ...]:
    return tuple(r for r in service.routes if r.method not in {"GRPC", "WS"} and r.mounted is not False)


def _steps(path: str) -> list[str]:
    return [re.sub(r"\{[^}]*\}|:\w+", "{}", step) for step in path.strip("/").split("/") if step]
