"""Whether a service tells that it works, and whether that is true."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.images import ASIDE
from kit.checks.shared.services import METRICS, folders_of, line_of, running
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import word_set
from kit.system.model import Route, Service, Store
from kit.system.probes import asked_by
from kit.system.scope import within

HEALTH = re.compile(
    r"/(?:[\w-]+/)*(_?health[\w-]*|[\w-]*[-_]health(?:[-_]?check|z)?|grpc\.health\.v1\.Health/Check|_?livez|readyz|(?:is[-_]?)?ready|is[-_]?(?:alive|healthy|up)|readiness|liveness|live|alive|status|ping|heartbeat|up)(?:/[\w{}-]*)?/?$",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"select 1|\$queryRaw|\.ping\(|\.query\(|execute\(|raw\(|isReady|connected|readyState|authenticate\(|(?-i:HealthCheck(?!Re(?:quest|sponse)))|\.pingCheck|check\w*\(|Ping\(|PingContext|\.status\b.*503|is_healthy|isHealthy|is_ready|readiness",
    re.IGNORECASE,
)


@check(
    "OBS-007",
    "Every service that answers has a health endpoint",
    Severity.HIGH,
    Clause.EXECUTION,
    effort_hours=1,
)
def has_health_endpoint(project: Project) -> Iterator[Fact]:
    """
    Without an address that tells whether it works, no balancer, no orchestrator and no person can tell a hanging service
    from a busy one.

    Decides: each service that serves routes has one for health, readiness or liveness; gRPC services count by their health
    service.

    Fix: serve `GET /health` that answers 200 when the process works, and `GET /ready` that also asks its stores.

    Blind to: endpoints that a framework adds without a trace in the code.

    See: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
    """
    for service in running(project):
        if not service.routes or service.kind == "function" or all(METRICS.search(r.path) for r in service.routes):
            continue
        health = health_routes(service)
        if health:
            yield ok(f"{service.name}: answers {health[0].method} {health[0].path}.", health[0])
        elif (spoken := _spoken_of(project, service)) is not None:
            yield unknown(f"{service.name}: a path of health is named here; whether it is served is not seen.", spoken)
        elif service.kind == "web" and service.framework not in {"nextjs", "express", "fastify"}:
            yield unknown(
                f"{service.name}: no health route was found; a server-side framework may answer for it.",
                service.routes[0],
            )
        elif (asked := _asked_instead(project, service)) is not None:
            yield partial(
                f"{service.name}: its health check asks {asked[0].path}, which is there for something else.",
                asked[1],
                asked[0],
                severity=Severity.MEDIUM,
            )
        elif any(not r.prefix_known for r in service.routes) and len(service.routes) < 3:
            yield unknown(f"{service.name}: its routes could not all be told.", service.routes[0])
        else:
            yield bad(
                f"{service.name}: of {plural(len(service.routes), 'route')}, none tells whether it works.",
                service.routes[0],
                severity=None if service.kind != "web" and _orchestrated(service) else Severity.MEDIUM,
            )


def _orchestrated(service: Service) -> bool:
    """Whether something restarts the service, or sends it requests, by what it answers: more than one host's Docker."""
    return any(not d.target.startswith("compose:") and d.environment not in ASIDE for d in service.deployments)


def _asked_instead(project: Project, service: Service) -> tuple[Route, At] | None:
    """The ordinary route that a health check of the service's container asks, and where: itself or by its script."""
    built = service.build.dockerfile if service.build is not None else None
    told = [(p.command or "", p.path, p.at) for d in service.deployments for p in d.probes]
    told += [(i.value, None, i.at) for d in project.dockerfiles if d.path == built for i in d.of("HEALTHCHECK")]
    scripts = {path.rpartition("/")[2]: path for path in (*project.code.files(), *(s.path for s in project.scripts))}
    for command, path, at in told:
        inside = (project.files.text(scripts[n]) for n in re.findall(r"[\w-]+\.\w{2,3}\b", command) if n in scripts)
        paths = {path, asked_by(command)[0], *(p for text in inside for p in _PATHS.findall(text))}
        route = next((r for r in service.routes if r.path in paths and r.method in {"GET", "ANY", "HEAD"}), None)
        if route is not None:
            return route, at
    return None


_SPOKEN = re.compile(
    r"""["'`](?:/[\w-]{1,30}){0,3}/(?:_?health[\w-]{0,12}|_?livez|_?readyz|liveness|readiness|is-?ready|ping)["'`]""",
    re.I,
)


def _spoken_of(project: Project, service: Service) -> At | None:
    """Where the service's own code, outside of what calls others, names a path of health in a router not read here, or a
    library that services share maps one."""
    if service.language == "csharp":
        running = (s for s in project.system.services if s.deployments or s.build or s.entrypoints)
        owned = tuple(folders_of(project, service) for service in running)
        for path in project.code.holding("MapHealthChecks(", "UseHealthChecks(", languages=("csharp",)):
            if not any(within(path, folder) for folders in owned for folder in folders):
                return line_of(project, path, r"(?:Map|Use)HealthChecks\(")
    folders = folders_of(project, service)
    for path in project.code.holding("health", "livez", "readyz", "liveness", "readiness", "/ping", "ready"):
        language = project.code.language(path)
        if language == service.language and any(within(path, folder) for folder in folders):
            text = project.code.text(path)
            for found in _SPOKEN.finditer(text):
                line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
                if _ROUTED.search(line):
                    return at_offset(path, text, found.start())
    return None


_ROUTED = re.compile(
    r"rout|handle|endpoint|mapping|path\(|@path|\bmux\b|\b(?:app|server|srv|r|e|g|api|this)\.\w+\($", re.I
)
_PATHS = re.compile(r"://[^/\s\"'`]{1,80}(/[\w./-]*)")
"""The paths of addresses in a script, whatever stands for host and port."""


def health_routes(service: Service) -> list[Route]:
    """The routes that tell of health, readiness last."""
    return [
        r
        for r in service.routes
        if HEALTH.search("/" + r.path.lstrip("/")) and r.method in {"GET", "ANY", "HEAD", "GRPC"}
    ]


@check(
    "OBS-008",
    "Readiness looks at what the service depends on",
    Severity.MEDIUM,
    Clause.EXECUTION,
    effort_hours=2,
)
def readiness_looks(project: Project) -> Iterator[Fact]:
    """
    A readiness endpoint that always says yes sends requests to a service that has lost its database.

    Decides: for each service with stores, whether the handler of some health route, also one in another file, mentions a
    store, a query, a ping or a health library; a route for readiness that only answers a constant is told beside it.

    Fix: let `/ready` run `SELECT 1` and `PING` with a short time limit, and answer 503 when one fails; keep `/health` for
    the process alone.

    Blind to: what handlers call in further files.

    See: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
    """
    blind: dict[tuple[Route, bool], list[tuple[str, list[str]]]] = {}
    for service in running(project):
        health = health_routes(service)
        health = [r for r in health if within(r.at.path, service.root)] or health
        stores = [s for s in service.stores if s.engine != "sqlite" and _of_one_code(project, service, s, health)]
        if not health or not stores:
            continue
        asking = next((r for r in health if _asks(project, service, r)), None)
        idle = next((r for r in health if _READY.search(r.path) and _is_constant(project, service, r)), None)
        if (
            asking is not None
            and idle is not None
            and not any(_READY.search(r.path) for r in health if _asks(project, service, r))
        ):
            words = f"{idle.path} always says yes; only {asking.path} asks what the service depends on"
            yield partial(f"{service.name}: {words}, which nobody sends requests by.", idle, asking)
        elif asking is not None:
            yield ok(f"{service.name}: {asking.path} asks what the service depends on.", asking)
        elif any(r.at.line is None or r.framework in {"actuator", "spring"} for r in health):
            yield unknown(f"{service.name}: what {health[0].path} looks at is a library's matter.", health[0])
        else:
            route = idle or next((r for r in health if _READY.search(r.path)), health[-1])
            constant = _is_constant(project, service, route)
            blind.setdefault((route, constant), []).append((service.name, [s.engine for s in stores]))
    for (route, constant), services in blind.items():
        names = ", ".join(name for name, _ in services)
        engines = listed(sorted({engine for _, found in services for engine in found}))
        how = "always says yes and looks at nothing, not even at" if constant else "answers without a look at"
        yield bad(f"{names}: {route.path} {how} {engines}.", route)


def _of_one_code(project: Project, service: Service, store: Store, health: list[Route]) -> bool:
    """Whether the store is the service's own affair: its code speaks to it, or the shared code that tells of health."""
    shared = [f for f in folders_of(project, service) if within(store.at.path, f)]
    return within(store.at.path, service.root) or any(within(r.at.path, folder) for r in health for folder in shared)


_READY = re.compile(r"/(?:readyz|ready|readiness)/?$", re.IGNORECASE)
_CONSTANT = re.compile(
    r"(?:=>|\{|:\n|return)\s*(?:\{\s*)?(?:return\s+)?(?:await\s+)?(?:res|reply|response|ctx|c|w)?[.\w]*\(?[^;]{0,20}(?:ok|up|ready|alive|true|200)\b",
    re.IGNORECASE,
)


def _asks(project: Project, service: Service, route: Route) -> bool:
    name = re.escape(route.handler.rsplit(".", 1)[-1])
    own = rf"(?<![.\w]){name}\s*\(" if name else r"(?!)"  # what the handler is called asks nothing
    body = re.sub(own, "", "\n".join(_bodies(project, service, route)))
    return bool(_ASKING.search(body)) and not re.search(r"^\W*(return|res)\W.{0,40}ok\W{0,6}$", body)


def _is_constant(project: Project, service: Service, route: Route) -> bool:
    """Whether the handler was found, is short, calls nothing but the answer and says that all is well."""
    own, *elsewhere = _bodies(project, service, route)
    count = (route.at.end_line or route.at.line or 1) - (route.at.line or 1) + 1
    body = elsewhere[-1] if elsewhere else "\n".join(own.split("\n")[:count])
    calls = set(re.findall(r"(\w+)\s*\(", body)) - _ANSWERS - {route.handler.rsplit(".", 1)[-1]}
    return not calls and "await" not in body and _CONSTANT.search(body) is not None


_ANSWERS = word_set(
    "get head send sendStatus status json jsonify end code text JSON String Response JSONResponse route head api_route make_response "
    "function async"
)


def _bodies(project: Project, service: Service, route: Route) -> list[str]:
    """The lines of a route, and those of its handler where that is defined elsewhere in the service."""
    lines = project.files.lines(route.at.path)
    first = (route.at.line or 1) - 1
    found = ["\n".join(lines[first : max(route.at.end_line or first, first + 18)])]
    name = route.handler.rsplit(".", 1)[-1]
    if not re.fullmatch(r"\w{3,}", name):
        return found
    defined = re.compile(
        rf"(?m)^(?P<indent>[ \t]*)(?:[\w<>@ \t]{{0,60}}\b(?:function|def|const|let|static|func|public)\b[^\n=;]{{0,60}}?\b|exports\.|(?:async\s+)?){name}\b\s*[=(:<]"
    )
    for path in project.code.holding(name):
        if within(path, service.root) and path != route.at.path:
            text = project.code.text(path)
            found += [_block(text, m.start(), m["indent"]) for m in defined.finditer(text)]
    return found


def _block(text: str, start: int, indent: str) -> str:
    """A definition up to the next line that stands no deeper, closing brackets left out."""
    head, *rest = text[start : start + 2500].split("\n")
    kept = [head]
    for line in rest:
        if (
            line.strip()
            and not line.startswith((indent + " ", indent + "\t"))
            and not line.strip().startswith(("}", ")"))
        ):
            break
        kept.append(line)
    return "\n".join(kept)
