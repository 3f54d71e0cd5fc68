"""What each service shows of itself: logs, metrics, traces, errors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.observability.health import health_routes
from kit.checks.shared.services import METRICS, MOUNTING, first_mention, folders_of, library, line_of, running
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.system.model import Route, Service
from kit.system.scope import covers, within

_LOGGERS = (
    "pino", "winston", "bunyan", "nestjs-pino", "pino-http", "@logtail/node", "tslog", "consola", "log4js", "roarr", "structlog",
    "python-json-logger", "loguru", "json-log-formatter", "logfire", "aws-lambda-powertools", "go.uber.org/zap", "github.com/rs/zerolog",
    "github.com/sirupsen/logrus", "logstash-logback-encoder", "logback-json-classic", "logback-jackson", "@aws-lambda-powertools/logger", "tracing-subscriber",
)  # fmt: skip
_METRICS = (
    "prom-client", "express-prom-bundle", "prometheus-client", "prometheus-fastapi-instrumentator", "starlette-exporter", "prometheus-flask-exporter",
    "django-prometheus", "@willsoto/nestjs-prometheus", "github.com/prometheus/client_golang", "micrometer-registry-prometheus", "spring-boot-starter-actuator",
    "@opentelemetry/sdk-metrics", "opentelemetry-sdk", "hot-shots", "statsd", "fastify-metrics", "datadog", "dd-trace", "newrelic", "@opentelemetry/sdk-node", "applicationinsights",
)  # fmt: skip
_TRACES = (
    "@opentelemetry/sdk-node", "@opentelemetry/api", "opentelemetry-sdk", "opentelemetry-distro", "opentelemetry-api", "dd-trace", "ddtrace", "newrelic", "elastic-apm-node", "elastic-apm",
    "jaeger-client", "go.opentelemetry.io/otel", "micrometer-tracing-bridge-otel", "micrometer-tracing-bridge-brave", "spring-cloud-starter-sleuth", "opentelemetry-spring-boot-starter", "aws-xray-sdk", "logfire", "@google-cloud/trace-agent",
    "spring-boot-starter-zipkin", "spring-boot-starter-opentelemetry", "spring-cloud-starter-zipkin", "spring-cloud-sleuth-zipkin", "micrometer-tracing", "apm-toolkit-trace",
    "quarkus-opentelemetry", "opentelemetry-sdk-extension-autoconfigure", "github.com/openzipkin/zipkin-go", "opentelemetry.extensions.hosting",
)  # fmt: skip
_ERRORS = (
    "@sentry/node",
    "@sentry/nextjs",
    "@sentry/react",
    "@sentry/browser",
    "@sentry/nestjs",
    "sentry-sdk",
    "rollbar",
    "@bugsnag/js",
    "bugsnag",
    "@honeybadger-io/js",
    "raygun",
    "newrelic",
    "dd-trace",
    "ddtrace",
    "elastic-apm-node",
    "posthog-node",
    "io.sentry",
    "sentry-spring-boot-starter",
    "github.com/getsentry/sentry-go",
)
_JSON_IN_CODE = (
    "JSONFormatter", "JsonFormatter", "JSONRenderer", "slog.NewJSONHandler", "LogstashEncoder", "json_formatter", "JsonEncoder", "serilog", "Serilog",
    "AddJsonConsole",
)  # fmt: skip
_LOG_SETTINGS = (
    "**/log4j2*.*",
    "**/logback*.xml",
    "**/application*.y*ml",
    "**/application*.properties",
    "**/appsettings*.json",
)
_JSON_IN_SETTINGS = re.compile(
    r"<Json(?:Template)?Layout\b|LogstashEncoder|JsonEncoder|JsonLayout|JsonTemplateLayout|structured\.format|\"FormatterName\"\s*:\s*\"json\"|^\s*structured:\s*$"
)
_PRINTS = {
    "javascript": "console.log(",
    "typescript": "console.log(",
    "python": "print(",
    "go": "fmt.Print",
    "java": "System.out.print",
}
_NOT_SERVED = re.compile(
    r"(^|/)(scripts?|tools?|cli|bin|seeds?|prisma|migrations?|alembic|cmd|examples?|config|public|static|benchmarks?)(/|$)|\.config\.|(^|/)(setup|manage|gulpfile|webpack)[\w.]*$"
)


def _by_code(services: list[Service]) -> Iterator[tuple[str, list[Service]]]:
    """The services of each folder of code, under the names of all that run that code."""
    same: dict[str | None, list[Service]] = {}
    for service in services:
        same.setdefault(service.root, []).append(service)
    yield from ((listed(each.name for each in group), group) for group in same.values())


@check("OBS-001", "Services log in a form that machines read", Severity.MEDIUM, Clause.EXECUTION, effort_hours=4)
def logs_are_structured(project: Project) -> Iterator[Fact]:
    """
    Free text cannot be counted, filtered by request or alerted on.

    Decides: each service depends on a structured logger and uses it, or sets a JSON formatter.

    Fix: log through a structured logger or a JSON encoder, with the request's id in each line.
    - nestjs: nestjs-pino.
    - node: pino.
    - python: structlog.
    - go: `slog.NewJSONHandler`.
    - spring: `logging.structured.format.console: ecs`, or logstash-logback-encoder.
    - java: logstash-logback-encoder.
    - dotnet: `AddJsonConsole()`.
    - php: Monolog with its `JsonFormatter`.
    - ruby: lograge.
    - rust: `tracing_subscriber::fmt().json()`.

    Blind to: formatters that a platform adds.

    See: https://12factor.net/logs
    """
    silent: list[Service] = []
    for service in running(project):
        found = library(project, service, _LOGGERS)
        used = first_mention(project, service, _JSON_IN_CODE) or _json_in_settings(project, service)
        if found is not None:
            yield ok(f"{service.name}: logs through {found[0]}.", At(found[1].path, found[1].line))
        elif used is not None:
            yield ok(f"{service.name}: logs as JSON.", used)
        elif (own := _own_logger(project, service)) is not None:
            yield ok(f"{service.name}: logs through the logger that comes with it.", own)
        else:
            silent.append(service)
    yield from (bad(f"{names}: no structured logger.", *group) for names, group in _by_code(silent))


_OWN_LOGGER = re.compile(r"\b[fF]astify\(\{[^;]{0,300}?\blogger\s*:\s*(?!false)|\"log/slog\"")
"""Loggers with fields that come with a framework or a language and want no dependency."""


def _own_logger(project: Project, service: Service) -> At | None:
    folders = folders_of(project, service)
    for path in project.code.holding("astify(", '"log/slog"'):
        weighs = covers(folders, path) and project.files.class_of(path) is FileClass.PRODUCTION
        found = _OWN_LOGGER.search(project.code.text(path)) if weighs else None
        if found is not None:
            return at_offset(path, project.code.text(path), found.start())
    return None


def _json_in_settings(project: Project, service: Service) -> At | None:
    """Where a logging configuration beside the code sets a JSON layout."""
    for path in project.files.glob(*_LOG_SETTINGS):
        if within(path, service.root):
            for number, line in enumerate(project.files.lines(path), start=1):
                if _JSON_IN_SETTINGS.search(line):
                    return At(path, number)
    return None


@check("OBS-012", "Production code logs through a logger", Severity.LOW, Clause.EXECUTION, effort_hours=2)
def no_prints(project: Project) -> Iterator[Fact]:
    """
    A print has no level, no time and no request; it cannot be turned off, and nobody searches it.

    Decides: `console.log`, `print`, `fmt.Print`, `System.out` in the services' code, counted per service; scripts and
    configuration are left out.

    Fix: use the service's logger with a level.

    Blind to: command-line tools inside of a service's folder.

    See: https://12factor.net/logs
    """
    for service in running(project):
        needle = _PRINTS.get(service.language or "")
        if needle is None or service.kind == "web":
            continue
        places = list(_prints(project, service, needle))
        if len(places) > 2:
            yield bad(f"{service.name}: {len(places)} places print in place of logging.", *places[:5])
        elif not places:
            yield ok(f"{service.name}: logs through a logger alone.", service)


def _prints(project: Project, service: Service, needle: str) -> Iterator[At]:
    pattern = re.compile(rf"(?<![\w.]){re.escape(needle)}")
    for path in project.code.holding(needle):
        if within(path, service.root) and not _NOT_SERVED.search(path):
            for number, line in enumerate(project.code.text(path).splitlines(), start=1):
                if pattern.search(line) and not line.lstrip().startswith(("#", "//", "*", '"', "'")):
                    yield At(path, number)


@check("OBS-002", "Services export metrics", Severity.MEDIUM, Clause.EXECUTION, effort_hours=4)
def metrics_are_exported(project: Project) -> Iterator[Fact]:
    """
    What is not measured is noticed by customers first.

    Decides: each service serves a metrics route, depends on a metrics or APM library, or registers metrics; a library
    without a route or exporter holds in part.

    Fix: serve `/metrics` with request rate, errors and duration, and the depth of each queue.

    Blind to: metrics that a mesh or a platform takes from outside.

    See: https://prometheus.io/docs/practices/instrumentation/
    """
    silent: list[Service] = []
    for service in running(project):
        route = next((r for r in service.routes if METRICS.search(r.path)), None)
        found = library(project, service, _METRICS)
        found = None if found is not None and _only_traces(project, service, found[0]) else found
        folders = folders_of(project, service)
        registered = next((m for m in project.metrics if covers(folders, m.at.path)), None)
        if route is not None:
            yield ok(f"{service.name}: metrics are served at {route.path}.", route)
        elif registered is not None or (found is not None and service.kind == "worker"):
            yield ok(f"{service.name}: registers metrics.", registered or found[1])  # type: ignore[index]
        elif found is not None and (found[0] in MOUNTING or not found[0].startswith("prom")):
            yield ok(f"{service.name}: {found[0]} reports metrics.", found[1])
        elif found is not None:
            yield partial(f"{service.name}: {found[0]} is there, and no route serves its metrics.", found[1])
        else:
            silent.append(service)
    yield from (bad(f"{names}: exports no metrics.", *group) for names, group in _by_code(silent))


_OF_BOTH = frozenset({"opentelemetry-sdk", "@opentelemetry/sdk-node"})
"""Libraries for traces as for metrics: what they are started for, the code says."""


def _only_traces(project: Project, service: Service, name: str) -> bool:
    """Whether the code that starts such a library speaks of its traces, and nowhere of metrics."""
    traced = first_mention(project, service, ("opentelemetry",)) is not None
    return name in _OF_BOTH and traced and first_mention(project, service, ("metric", "Metric", "Meter")) is None


@check("OBS-009", "Requests can be traced across services", Severity.LOW, Clause.EXECUTION, effort_hours=8)
def requests_can_be_traced(project: Project) -> Iterator[Fact]:
    """
    In a system of several services the slow one is found by its trace, or by guessing.

    Decides: in systems with more than one service, each depends on a tracing library.

    Fix: start OpenTelemetry before anything else, and set `OTEL_EXPORTER_OTLP_ENDPOINT`.
    - node: `node --require @opentelemetry/auto-instrumentations-node/register`.
    - python: `opentelemetry-instrument` before the command.
    - spring: `micrometer-tracing-bridge-otel` and an exporter, or `-javaagent:opentelemetry-javaagent.jar`.
    - java: `-javaagent:opentelemetry-javaagent.jar`.
    - go: `otelhttp.NewHandler` around the handler, and `otelhttp.NewTransport` in the client.
    - dotnet: `AddOpenTelemetry().WithTracing(...)`.
    - php, ruby, rust: the SDK of the language.

    Blind to: agents that are attached when the process starts.

    See: https://opentelemetry.io/docs/
    """
    services = running(project)
    for service in services if len(services) > 1 else ():
        found = library(project, service, _TRACES)
        yield (
            ok(f"{service.name}: traced through {found[0]}.", found[1])
            if found
            else bad(f"{service.name}: not traced.", service)
        )


@check("OBS-010", "Errors are collected", Severity.LOW, Clause.EXECUTION, effort_hours=2)
def errors_are_collected(project: Project) -> Iterator[Fact]:
    """
    An exception that only a log file knows of is found when somebody complains.

    Decides: some service depends on an error tracker or APM agent and its code starts it.

    Fix: start Sentry or its like at the entry point with the release and environment set.

    Blind to: log platforms that group errors.

    See: https://docs.sentry.io/platforms/
    """
    services = running(project)
    for service in services:
        found = library(project, service, _ERRORS)
        if found is not None:
            yield ok(f"{service.name}: errors go to {found[0]}.", found[1])
            return
    if services:
        yield bad("No service reports its errors anywhere.", services[0])


@check("OBS-011", "Log lines of one request can be told together", Severity.LOW, Clause.EXECUTION, effort_hours=2)
def requests_have_ids(project: Project) -> Iterator[Fact]:
    """
    Of ten thousand lines a minute nobody can tell which belong to the request that failed.

    Decides: each service that answers requests of users (not of probes and scrapes alone) sets or passes on a request or correlation id; one that only reads it from
    a header does not hold where no code, proxy or ingress of the project sets that header.

    Fix: take `X-Request-Id` from the caller or make one, put it on every log line and into every call onwards.

    Blind to: ids that a mesh adds.

    See: https://www.w3.org/TR/trace-context/
    """
    marks = (
        "x-request-id",
        "X-Request-ID",
        "X-Request-Id",
        "correlation_id",
        "correlationId",
        "CorrelationId",
        "x-correlation-id",
        "request_id",
        "requestId",
        "genReqId",
        "traceparent",
        "AsyncLocalStorage",
        "trace_id",
        "traceId",
        "asgi-correlation-id",
    )
    for service in running(project):
        asked = _asked_by_users(service)
        if asked and service.kind != "function":
            place = first_mention(project, service, marks)
            traced = library(project, service, _TRACES)
            read = _only_read(project, service, marks) if traced is None else None
            if read is not None:
                say = f"{service.name}: reads the request's id from a header, and nothing here makes one or sends it: it stays empty."
                yield bad(say, read)
            elif place is not None or traced is not None:
                yield ok(f"{service.name}: requests carry an id.", place or traced[1])  # type: ignore[index]
            else:
                yield bad(f"{service.name}: nothing ties the log lines of a request together.", asked[0])


def _asked_by_users(service: Service) -> list[Route]:
    """The routes that others than probes and scrapes call."""
    health = health_routes(service)
    return [
        r
        for r in service.routes
        if r not in health and r.framework != "spring-actuator" and not r.path.rstrip("/").endswith("metrics")
    ]


_READ = r"(?i)(?:headers?\s*(?:\[|\.get\()|header\(|\.get\(|GetHeader\()\s*['\"]x-(?:request|correlation)-id['\"]"
_MADE = re.compile(
    r"(?i)uuid|nanoid|ulid|cuid|random_?bytes|token_hex|genReqId|pino-http|express-request-id|correlationid|requestid\.new|middleware\.requestid"
    r"|asgi.correlation|AsyncLocalStorage|MDC\.put|['\"]x-(?:request|correlation)-id['\"]\s*[:,]|header\w*\[['\"]x-(?:request|correlation)-id['\"]\]\s*="
)
"""What makes an id, or sends it on."""


def _only_read(project: Project, service: Service, marks: tuple[str, ...]) -> At | None:
    """Where a service reads the id of a request that nothing in the project makes."""
    folders = folders_of(project, service)
    reading = [p for p in project.code.holding(*marks) if covers(folders, p)]
    found = next((at for p in reading if (at := line_of(project, p, _READ)) is not None), None)
    if found is None or project.manifests.effective.of("Ingress"):
        return None
    if any(_MADE.search(project.code.text(p)) for p in project.code.holding(*marks, "genReqId", "pino-http")):
        return None
    return None if any("request_id" in d.value for c in project.nginx for d in c.walk()) else found
