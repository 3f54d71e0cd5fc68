"""How do processes end, and what is left when one of them is gone?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.calls import calls
from kit.checks.shared.judged import JS, judged, mentions, owner, packages, runs, settings
from kit.checks.shared.services import library
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.system.model import Deployment, Service
from kit.system.scope import within

_PYTHON_SERVERS = (
    "uvicorn",
    "gunicorn",
    "hypercorn",
    "granian",
    "daphne",
    "celery",
    "waitress",
    "uwsgi",
    "fastapi",
    "dramatiq",
    "arq",
    "rq",
)
_JS_ENDINGS = (
    "@godaddy/terminus",
    "http-terminator",
    "stoppable",
    "close-with-grace",
    "fastify-graceful-shutdown",
    "http-graceful-shutdown",
    "lightship",
)
_SELF_ENDING = frozenset({"nextjs", "aspnet", "remix", "nuxt"})
_CLOSES = re.compile(
    r"\.close\(|\.stop\(|terminate\(|shutdown\(|Shutdown\(|GracefulStop|\$disconnect|destroy\(|tryShutdown|drain"
)


@check("RES-004", "Services end gracefully", Severity.MEDIUM, Clause.EXECUTION, effort_hours=2)
def services_end_gracefully(project: Project) -> Iterator[Fact]:
    """
    At every release the platform sends SIGTERM and later kills. A service that does not listen cuts off the requests that
    it is answering.

    Decides: each service handles SIGTERM, or its server does: uvicorn, gunicorn, Celery, Next.js, ASP.NET, NestJS with
    `enableShutdownHooks`, Spring with `server.shutdown=graceful` (the default since Boot 3.4).

    Fix: at SIGTERM take no new requests, finish those that run and end, within a limit shorter than the platform's.
    - nestjs: `app.enableShutdownHooks()`.
    - node: `process.once("SIGTERM", () => server.close(() => process.exit(0)))`.
    - go: `signal.NotifyContext(ctx, syscall.SIGTERM)` and `server.Shutdown(ctx)`.
    - spring: `server.shutdown: graceful`.
    - java: `Runtime.getRuntime().addShutdownHook(...)`.
    - python: `signal.signal(signal.SIGTERM, stop)`, or a server that does so.

    Blind to: handlers in libraries of others, and signals that never arrive because a shell stands before the process.

    See: https://12factor.net/disposability
    """
    endings = {
        "python": _python_ends,
        "java": _java_ends,
        "kotlin": _java_ends,
        "go": _go_ends,
        **dict.fromkeys(JS, _javascript_ends),
    }
    seen: set[At] = set()
    for service in judged(project):
        language = (
            "java"
            if any(p.ecosystem in {"maven", "gradle"} for p in packages(project, service))
            else service.language or ""
        )
        end = endings.get(language)
        if service.kind == "function":
            continue
        if service.framework in _SELF_ENDING or service.language == "csharp":
            yield ok(f"{service.name}: its framework ends requests before the process.", service)
            continue
        fact = (
            end(project, service)
            if end is not None
            else unknown(f"{service.name}: how it ends cannot be told from here.", service)
        )
        if not fact.outcome.open or fact.at[0] not in seen:  # services that share their start share the fault
            yield fact
        seen |= set(fact.at)


def _javascript_ends(project: Project, service: Service) -> Fact:
    found = library(project, service, _JS_ENDINGS)
    hooks = mentions(
        project,
        service,
        r"enableShutdownHooks|gracefulShutdown:|createTerminus|closeWithGrace",
        "enableShutdownHooks",
        "gracefulShutdown:",
        "createTerminus",
        "closeWithGrace",
    )
    handled = mentions(project, service, r"SIGTERM", "SIGTERM")
    if found or hooks:
        return ok(f"{service.name}: ends gracefully.", hooks or found[1])  # type: ignore[index]
    if handled is not None:
        if _CLOSES.search(project.code.text(handled.path)):
            return ok(f"{service.name}: closes what is open when it is told to end.", handled)
        return partial(f"{service.name}: hears SIGTERM and closes nothing; requests in flight are cut.", handled)
    return _unheard(project, service)


def _unheard(project: Project, service: Service) -> Fact:
    listening = next(
        (fact for fact in project.listens if within(fact.at.path, service.root) and runs(fact.at.path)), None
    )
    place = listening.at if listening else mentions(project, service, r"\.listen\(", ".listen(")
    if place is None and not service.routes:
        return unknown(f"{service.name}: nothing handles SIGTERM, and where it starts was not found.", service)
    cut = "the jobs that it works on" if service.kind == "worker" else "requests in flight"
    return bad(f"{service.name}: nothing handles SIGTERM; {cut} are cut at every release.", place or service.routes[0])


def _python_ends(project: Project, service: Service) -> Fact:
    handled = mentions(project, service, r"SIGTERM", "SIGTERM")
    server = next((d for p in packages(project, service) if (d := p.depends_on(*_PYTHON_SERVERS))), None)
    if handled is not None:
        return ok(f"{service.name}: hears SIGTERM.", handled)
    if server is not None:
        return ok(f"{service.name}: {server.name} ends gracefully.", server)
    grpc = mentions(project, service, r"grpc\.server\(|wait_for_termination", "grpc.server(")
    served = grpc or mentions(project, service, r"\bapp\.run\(", "app.run(")
    if served is not None:
        message = f"{service.name}: nothing handles SIGTERM; requests in flight are cut at every release."
        return bad(message, served)
    return unknown(f"{service.name}: which server runs it cannot be told from its dependencies.", service)


def _java_ends(project: Project, service: Service) -> Fact:
    for path in settings(project, service):
        for number, line in enumerate(project.files.lines(path), start=1):
            if re.match(r"\s*(server\.)?shutdown\s*[:=]\s*[\"']?graceful", line):
                return ok(f"{service.name}: Spring ends requests before the process.", At(path, number))
    handled = mentions(project, service, r"addShutdownHook|awaitTermination", "addShutdownHook", "awaitTermination")
    if handled is not None:
        return ok(f"{service.name}: has a shutdown hook.", handled)
    if not (service.framework or "").startswith("spring"):
        return unknown(f"{service.name}: how it ends cannot be told from here.", service)
    version = _boot_version(project, service)
    if version is None:
        return unknown(
            f"{service.name}: Spring's version cannot be told; before 3.4 `server.shutdown=graceful` must be set.",
            service,
        )
    if version >= (3, 4):
        return ok(f"{service.name}: Spring Boot ends gracefully by default since 3.4.", service)
    return bad(
        f"{service.name}: `server.shutdown=graceful` is not set, so requests in flight are cut at every release.",
        service,
    )


def _boot_version(project: Project, service: Service) -> tuple[int, int] | None:
    builds = [
        p.path
        for p in project.packages
        if p.ecosystem in {"maven", "gradle"} and (within(p.path, service.root) or p.dir == ".")
    ]
    for path in builds:
        text = project.files.text(path)
        found = re.search(
            r"spring-boot-starter-parent</artifactId>\s*<version>(\d+)\.(\d+)|org\.springframework\.boot['\"]\)?\s*version\s*\(?['\"](\d+)\.(\d+)|<spring-boot\.version>(\d+)\.(\d+)",
            text,
        )
        if found:
            numbers = [int(g) for g in found.groups() if g]
            return numbers[0], numbers[1]
    return None


def _go_ends(project: Project, service: Service) -> Fact:
    handled = mentions(
        project,
        service,
        r"signal\.Notify|syscall\.SIGTERM|GracefulStop\(|\.Shutdown\(",
        "signal.Notify",
        "SIGTERM",
        "GracefulStop(",
        ".Shutdown(",
    )
    if handled is not None:
        return ok(f"{service.name}: hears SIGTERM.", handled)
    serving = mentions(project, service, r"ListenAndServe|\.Serve\(|\.Run\(\"?:", "ListenAndServe", ".Serve(", ".Run(")
    if serving is not None:
        return bad(f"{service.name}: nothing handles SIGTERM; requests in flight are cut at every release.", serving)
    return unknown(f"{service.name}: nothing handles SIGTERM, and where it starts was not found.", service)


@check(
    "RES-010", "Servers limit how long and how large a request may be", Severity.LOW, Clause.EXECUTION, effort_hours=1
)
def servers_have_limits(project: Project) -> Iterator[Fact]:
    """
    A few slow or huge requests can hold a whole server when nothing ends them.

    Decides: Go servers state read timeouts, body parsers have a limit of at most 20 MB, gunicorn and Node servers have no
    timeout of 0.

    Fix: limit what a request may take, in time and in size.
    - express: `express.json({ limit: "100kb" })`.
    - node: `server.requestTimeout` and a limit of the body.
    - go: `&http.Server{ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second}`.

    Blind to: limits of a proxy before the service, which another check looks at.

    See: https://blog.cloudflare.com/exposing-go-on-the-internet/
    """
    yield from _go_servers(project)
    for call in calls(
        project,
        "json",
        "urlencoded",
        "raw",
        "text",
        "bodyParser",
        languages=JS,
        needles=("express", "body-parser", "bodyParser"),
    ):
        if re.search(r"(express|[bB]ody_?[pP]arser)\.(json|urlencoded|raw|text)$", call.callee):
            limit = call.option("limit")
            large = limit is not None and _megabytes(limit.text()) > 20
            message = f"{owner(project, call.path)}: {call.callee} takes bodies of up to {limit.text() if limit else '100 kB'}"
            yield bad(f"{message}; a few of them fill the memory.", call) if large else ok(f"{message}.", call)
    for match in project.code.find(
        kind="assignment_expression",
        languages=JS,
        needles=("requestTimeout", "headersTimeout"),
        regex=r"\.(requestTimeout|headersTimeout|timeout)\s*=\s*0\b",
    ):
        yield bad(
            f"{owner(project, match.path)}: the server's time limit is turned off; slow callers hold it for ever.",
            match,
        )


def _go_servers(project: Project) -> Iterator[Fact]:
    for call in calls(project, "ListenAndServe", "ListenAndServeTLS", languages=("go",)):
        if call.callee.startswith("http."):
            yield bad(
                f"{owner(project, call.path)}: http.{call.name} has no time limits; slow callers hold connections for ever.",
                call,
            )
    for match in project.code.find(kind="composite_literal", languages=("go",), needles=("http.Server{",)):
        if match.text.startswith("http.Server{") and runs(match.path):
            limited = re.search(r"Read(Header)?Timeout", match.text) or re.search(
                r"\.Read(Header)?Timeout\s*=", project.code.text(match.path)
            )
            where = owner(project, match.path)
            yield (
                ok(f"{where}: the server has a read timeout.", match)
                if limited
                else bad(
                    f"{where}: an http.Server without ReadHeaderTimeout; slow callers hold connections for ever.", match
                )
            )


def _megabytes(text: str) -> float:
    found = re.fullmatch(r"[\"'`]?\s*(\d{1,12}(?:\.\d+)?)\s*(kb|mb|gb|b)?\s*[\"'`]?", text.strip(), re.IGNORECASE)
    if found is None:
        return 0
    return float(found[1]) * {"kb": 1 / 1000, "mb": 1, "gb": 1000}.get((found[2] or "b").lower(), 1e-6)


@check("RES-011", "No single machine or process carries everything", Severity.LOW, Clause.DEPLOYMENT, effort_hours=16)
def nothing_stands_alone(project: Project) -> Iterator[Fact]:
    """
    What exists once is down when its machine is. That may be accepted, and then by somebody who knows.

    Decides: for each deployment target that is not for development or tests: stores that run in the cluster with one
    replica; compose targets that put all services on one host.

    Fix: use a managed store with a standby, or a replicated one; write down how long a rebuild takes where one machine is
    accepted.

    Blind to: clusters with a single node, and managed services' settings outside of the project.

    See: https://learn.microsoft.com/en-us/azure/well-architected/reliability/redundancy
    """
    for service in project.system.services:
        if service.kind == "store":
            real = [
                d
                for d in service.deployments
                if d.environment in {"production", "unknown"} and d.workload in {"Deployment", "StatefulSet"}
            ]
            for deployment in sorted(real, key=lambda d: d.environment != "production")[:1]:
                yield _store(service, deployment)
    for target, environment, at in project.system.targets:
        if target.startswith("compose:") and environment == "production":
            count = sum(any(d.target == target for d in s.deployments) for s in project.system.services)
            if count > 1:
                yield partial(
                    f"{target.removeprefix('compose:')}: {plural(count, 'service')} on one host; when it is down, all are.",
                    at,
                    environment=environment,
                )


def _store(service: Service, deployment: Deployment) -> Fact:
    where = deployment.target.split(":", 1)[-1]
    if (deployment.replicas or 1) > 1:
        return ok(
            f"{service.name}: {deployment.replicas} copies in {where}.", deployment, environment=deployment.environment
        )
    return bad(
        f"{service.name}: runs once in {where}; while it restarts or moves, everything that needs it fails.",
        deployment,
        environment=deployment.environment,
    )
