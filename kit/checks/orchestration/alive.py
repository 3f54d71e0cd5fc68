"""Do liveness probes ask the process alone?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.orchestration.common import grade, groups, service_of
from kit.checks.shared.crowd import joined
from kit.checks.shared.handlers import handler
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.kubernetes.pods import ContainerProbe
from kit.system.model import Route, Service
from kit.system.scope import within

_ASKS = re.compile(
    r"(?i:select\s+1\b)|\$queryRaw|\$runCommandRaw|\.(?i:ping)(?:Context|Check|_ping)?\(|\b(?:db|database|typeOrm|mongoose|prisma|redis|kafka)\w*\.pingCheck\("
    r"|\bcheck_?(?i:database|db|redis|mongo\w*|postgres|mysql|kafka|rabbit\w*)\w*\(|\.authenticate\(\)|ensure_connection\(|connection\.readyState"
    r"|\bdataSource\.(?:query|isInitialized)\b|\b(?:pool|client|knex|sequelize|db|conn|session|connection|database)\.(?:query|execute|raw|command)\("
)
_REFUSES = re.compile(
    r"\b50[03]\b|SERVICE_UNAVAILABLE|ServiceUnavailable|StatusServiceUnavailable|InternalServerError"
    r"|\bhealth\w*\.check\(\s*\["
)
_MORE = re.compile(r"\bawait\b|\.then\(|\berr\b")
"""Handlers that wait for something else, which may be a store."""
_MANAGED = frozenset({"postgres", "mysql", "mongodb", "redis", "rabbitmq", "elasticsearch", "cassandra"})
"""Stores that Spring's health endpoint asks by itself."""
_TOLD = re.compile(r"management[.\s:]+(?:\S+\s+){0,6}?health[.:\s]+(?:db|redis|mongo|rabbit|elasticsearch|defaults)\b")
_INDENTED = re.compile(
    r"(?m)^[ \t]*health:[ \t]*\n(?:[ \t]+\w+:.*\n)*?[ \t]+(?:db|redis|mongo|rabbit|elasticsearch|defaults):"
)


@check("ORC-036", "Liveness probes ask the process alone", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1)
@joined("liveness probes that ask stores")
def liveness_asks_the_process(project: Project) -> Iterator[Fact]:
    """
    A liveness probe that fails when the database is away makes Kubernetes restart every pod for what no restart mends: a
    short outage of one store becomes a loop of restarts, and cold pods meet the store when it is back.

    Decides: the handler of the route that each liveness probe asks: whether it asks a store and answers with an error where
    that fails. Of Spring's `/actuator/health`, whether the service has a store that it asks by itself.

    Fix: point the liveness probe at a route that answers from the process alone (`/live`,
    `/actuator/health/liveness`), and let the readiness probe ask the stores.

    Blind to: what handlers ask in further functions, handlers of other languages than Go, Node and Python.

    See: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
    """
    for group in groups(project):
        for workload in group.workloads:
            for container in workload.containers:
                service = service_of(project, workload, container)
                for probe in container.probes:
                    if service is not None and probe.kind == "liveness" and probe.mode == "http" and probe.path:
                        for message, *places, good in _told(project, service, probe):
                            name = f"{container.name}: the liveness probe"
                            yield (ok if good else bad)(f"{name} {message}", *places, **grade(group))


def _told(project: Project, service: Service, probe: ContainerProbe) -> Iterator[tuple[str, At, At, bool]]:
    path, asked = probe.path or "/", probe.node.at_or_self("httpGet", "path")
    served = project.serving.serves(service, path)
    if served.holds is not True or served.route is None:
        return
    route = served.route
    if route.framework == "spring-actuator":
        engines = sorted({s.engine for s in service.stores if s.engine in _MANAGED})
        if path.rstrip("/").endswith("/health") and engines and not _is_set(project, service):
            words = f"asks {path}, which fails with {engines[0]}: the pods are restarted for what no restart mends."
            yield words, asked, route.at, False
        return
    body = _body(project, service, route)
    if body is None:
        return
    found = _ASKS.search(body[0])
    if found is not None and _REFUSES.search(body[0]) is not None:
        at = At(body[1].path, (body[1].line or 1) + body[0].count("\n", 0, found.start()))
        words = f"asks {path}, which fails when a store is away: the pods are restarted for what no restart mends."
        yield words, asked, at, False
    elif found is None and not _MORE.search(body[0]):
        yield f"asks {path}, which asks no store.", asked, route.at, True


def _is_set(project: Project, service: Service) -> bool:
    """Whether the settings of a service say which health indicators count."""
    names = ("application*.yml", "application*.yaml", "application*.properties")
    paths = (p for p in project.files.glob(*names) if service.root is not None and within(p, service.root))
    return any(_TOLD.search(t) or _INDENTED.search(t) for t in map(project.files.text, paths))


def _body(project: Project, service: Service, route: Route) -> tuple[str, At] | None:
    """The body of what answers a route, and where it begins."""
    if project.code.language(route.at.path) == "go":
        return _of_go(project, service, route)
    found = handler(project, route)
    return (found.body, found.at(0)) if found is not None else None


def _of_go(project: Project, service: Service, route: Route) -> tuple[str, At] | None:
    lines = project.code.text(route.at.path).split("\n")
    first, last = route.at.line or 1, route.at.end_line or route.at.line or 1
    stated = "\n".join(lines[first - 1 : last])
    if "func(" in stated:
        return stated, At(route.at.path, first)
    name = route.handler.rsplit(".", 1)[-1]
    if not re.fullmatch(r"\w{3,}", name):
        return None
    defined = re.compile(rf"(?m)^func (?:\([^)\n]*\) )?{name}\([^\n]*\{{\n(?P<body>(?:.*\n)*?)\}}")
    paths = (p for p in project.code.holding(name, languages=("go",)) if within(p, service.root or "."))
    found = [(p, m) for p in paths for m in defined.finditer(project.code.text(p))]
    if len(found) != 1:
        return None
    path, match = found[0]
    return match["body"], At(path, project.code.text(path).count("\n", 0, match.start("body")) + 1)
