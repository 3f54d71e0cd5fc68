"""How do processes end, and what is left when one of them is gone?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kit.checks.resilience.common import JS, judged, mentions, owner, packages, runs, settings
from kit.checks.shared.calls import calls
from kit.checks.shared.services import library
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import node_at
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

    Fix: `process.once("SIGTERM", () => server.close(() => process.exit(0)))`, with a limit shorter than the platform's.

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


@check("RES-008", "Jobs that fail are tried again or kept", Severity.MEDIUM, Clause.UNDEFINED, effort_hours=2)
def jobs_are_kept(project: Project) -> Iterator[Fact]:
    """
    A job that fails once and is gone is an order not shipped, and nobody knows which.

    Decides: Celery tasks state retries; BullMQ and Bull queues state `attempts`; SQS queues in Terraform have a
    `redrive_policy`; RabbitMQ consumers' queues have a dead-letter exchange.

    Fix: `@app.task(autoretry_for=(Exception,), retry_backoff=True, max_retries=6)`, `attempts: 5` with a backoff, and a
    dead-letter queue with an alert on it.

    Blind to: retries that a framework of the project adds, and jobs that are safe to lose.

    See: https://docs.celeryq.dev/en/stable/userguide/tasks.html#retrying
    """
    yield from _celery(project)
    yield from _bull(project)
    yield from _brokers(project)


def _celery(project: Project) -> Iterator[Fact]:
    periodic = "\n".join(
        project.code.text(p)
        for p in project.code.holding("beat_schedule", "crontab(", "add_periodic_task", languages=("python",))
    )
    for path in project.code.holding("celery", "shared_task", ".task", languages=("python",)):
        module = project.code.python(path) if runs(path) else None
        for node in ast.walk(module) if module is not None else ():
            if isinstance(node, ast.FunctionDef) and (options := _task(node, project.code.text(path))) is not None:
                name = f"{owner(project, path)}: the task {node.name}"
                at = At(path, node.lineno, node.end_lineno)
                if {
                    "autoretry_for",
                    "retry_backoff",
                    "max_retries",
                    "**",
                    "base",
                } & options or ".retry(" in ast.unparse(node):
                    yield ok(f"{name} is tried again when it fails.", at)
                elif node.name not in periodic:
                    yield bad(f"{name} is not tried again when it fails; what it should have done is lost.", at)


def _task(node: ast.FunctionDef, text: str) -> frozenset[str] | None:
    """The options of a Celery task, None where a function is none."""
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        name = ast.unparse(call.func if call else decorator)
        if name == "shared_task" or (
            re.fullmatch(r"\w*(app|celery)\w*\.task", name, re.IGNORECASE) and "elery" in text
        ):
            return frozenset((k.arg or "**") for k in call.keywords) if call else frozenset()
    return None


def _bull(project: Project) -> Iterator[Fact]:
    for path in project.code.holding("bullmq", '"bull"', "'bull'", languages=JS):
        root = project.code.tree(path) if runs(path) else None
        made = (
            root.find_all(kind="new_expression", has={"field": "constructor", "regex": "^(Queue|Bull)$"})
            if root
            else ()
        )
        for node in made:
            text = project.code.text(path)
            where = f"{owner(project, path)}: the queue"
            if re.search(r"\battempts\b|defaultJobOptions", text):
                yield ok(f"{where} tries a job again.", node_at(path, node))
            else:
                yield bad(
                    f"{where} tries each job once; what fails is kept in the failed set and not done.",
                    node_at(path, node),
                )


def _brokers(project: Project) -> Iterator[Fact]:
    for folder in project.terraform:
        for resource in folder.resources:
            if resource.type == "aws_sqs_queue" and not re.search(r"dlq|dead", resource.name, re.IGNORECASE):
                apart = any(r.type == "aws_sqs_queue_redrive_policy" for r in folder.resources)
                aside = apart or "redrive_policy" in resource.node
                yield (ok if aside else bad)(
                    f"queue {resource.name}: messages that fail again and again {'are put aside' if aside else 'come back until they expire, and are lost then'}.",
                    resource,
                )
    for call in calls(project, "consume", "basic_consume", "Consume", needles=("amqp", "pika", "rabbitmq")):
        text = project.code.text(call.path)
        # the answers of remote calls come through queues of one connection that end with it
        if ("amqp" in text or "pika" in text) and not re.search(r"(?i)rpc|reply_?to|exclusive\s*[:=]\s*true", text):
            kept = re.search(r"(?i)dead_?-?letter|x-dead", text)
            where = owner(project, call.path)
            yield (
                ok(f"{where}: messages that fail are put aside.", call)
                if kept
                else bad(
                    f"{where}: this queue has no dead-letter exchange; a message that cannot be handled is lost or comes back for ever.",
                    call,
                )
            )


@check(
    "RES-010", "Servers limit how long and how large a request may be", Severity.LOW, Clause.EXECUTION, effort_hours=1
)
def servers_have_limits(project: Project) -> Iterator[Fact]:
    """
    A few slow or huge requests can hold a whole server when nothing ends them.

    Decides: Go servers state read timeouts, body parsers have a limit of at most 20 MB, gunicorn and Node servers have no
    timeout of 0.

    Fix: `&http.Server{ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second}`, `express.json({ limit: "100kb" })`.

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
