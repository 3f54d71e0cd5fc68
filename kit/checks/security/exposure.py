"""What is shown to the world that is meant for operators and developers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.security.catch_all import shown_messages
from kit.checks.security.common import ASIDE, SPRING_SETTINGS, mentions, served
from kit.checks.security.desktops import open_desktops
from kit.checks.shared.calls import calls, is_on, runs
from kit.checks.shared.error_handlers import mounted_handler, written_handlers
from kit.checks.shared.images import is_optional
from kit.checks.shared.meant import is_development_mode
from kit.checks.shared.texts import at_offset
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import node_at
from kit.sources.commands.command import word_set
from kit.sources.containers.compose import ComposeService
from kit.system.images import parse_image
from kit.system.scope import within

_ACTUATOR = re.compile(r"(?m)^[ \t]*(?:management\.endpoints\.web\.exposure\.include[ \t]*=|include:)[ \t]*['\"]?\*")


_CONSOLES = re.compile(
    r"(?:^|/)(adminer|phpmyadmin|pgadmin4?|mongo-express|redis-commander|redisinsight|kafka-ui|akhq|flower|kibana|phpredisadmin|cloudbeaver|dozzle|portainer(?:-ce)?|mailhog|mailpit|maildev|mailcatcher)(?::|@|$)"
)
_WATCHING = {
    "prometheus": 9090,
    "alertmanager": 9093,
    "pushgateway": 9091,
    "jaegertracing/all-in-one": 16686,
    "jaegertracing/jaeger": 16686,
    "jaeger-query": 16686,
    "zipkin": 9411,
    "opensearch-dashboards": 5601,
    "kafdrop": 9000,
    "cadvisor": 8080,
}
"""Images whose pages show the system to whoever comes, and the port of those pages."""
_PASSWORD = re.compile(r"web\.config\.file")
"""The option by which Prometheus and what is made beside it take a password."""
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})

_INTERNAL = word_set("debug pprof profiler phpinfo heapdump graphiql swagger telescope horizon bull-board")


@check("SEC-013", "What is for operators is not shown to the world", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=1)
def internals_are_not_public(project: Project) -> Iterator[Fact]:
    """
    Metrics, heap dumps, profilers and database consoles tell a stranger how the system is built, some of them its secrets.

    Decides: Spring's actuator with every endpoint, H2's console and security that is switched off, Go's profiler on
    the server's own mux, directory listings, consoles for stores, queues and monitoring (Prometheus, Alertmanager, Jaeger)
    that compose files outside development publish, remote desktops without a password, and routes for debugging that
    nothing guards.

    Fix: serve them on a port that is not published, or put authentication in front.

    Blind to: network rules that keep the world out, and consoles that only a proxy leads to.

    See: https://owasp.org/Top10/A05_2021-Security_Misconfiguration/
    """
    yield from _actuators(project)
    yield from _switches(project)
    yield from _listings(project)
    yield from _consoles(project)
    yield from open_desktops(project)
    yield from _debug_routes(project)


def _actuators(project: Project) -> Iterator[Fact]:
    for path in project.files.glob(*SPRING_SETTINGS, classes={FileClass.PRODUCTION}):
        text = project.files.text(path)
        found = _ACTUATOR.search(text) if "exposure" in text else None
        if found and project.files.environment_of(path) not in ASIDE:
            at = at_offset(path, text, found.end())
            owners = [p for p in project.packages if within(path, p.dir)]
            guarded = any("security" in d.name for p in owners for d in p.dependencies)
            say, grave = (partial, Severity.LOW) if guarded else (bad, Severity.HIGH)
            yield say(
                "Every actuator endpoint is served, heap dumps and the environment among them.", at, severity=grave
            )
    for path in project.code.holding('"net/http/pprof"', languages=("go",)):
        at = next(i.at for i in project.code.imports(path) if i.module == "net/http/pprof")
        if re.search(r"ListenAndServe\([^,]+,\s*nil\)", project.code.text(path)) and runs(path):
            yield bad("Go's profiler is served with everything else, on the default mux.", at)


_H2 = re.compile(
    r"(?m)^[ \t]*(?:spring\.)?h2\.console\.enabled[ \t]*[=:][ \t]*true|^([ \t]*)h2:[ \t]*\n\1[ \t]+console:[ \t]*\n(?:\1[ \t]+[^\n]*\n){0,3}?\1[ \t]+enabled:[ \t]*true"
)
_OTHERS = re.compile(r"web-allow-others[ \t]*[=:][ \t]*true|webAllowOthers[ \t]*[=:][ \t]*true")
_OFF = re.compile(r"(?m)^[ \t]*((?:management\.|spring\.)?security\.(?:basic\.)?enabled?)[ \t]*[=:][ \t]*false")


def _switches(project: Project) -> Iterator[Fact]:
    """What a line of Spring's settings opens: the console of H2, and everything."""
    for path in project.files.glob(*SPRING_SETTINGS, classes={FileClass.PRODUCTION}):
        text = project.files.text(path)
        if project.files.environment_of(path) in ASIDE:
            continue
        if found := _H2.search(text):
            open_to_all = _OTHERS.search(text) is not None
            whom = "everybody" if open_to_all else "whoever reaches the process from its own machine"
            grave = Severity.HIGH if open_to_all else Severity.MEDIUM
            yield bad(f"H2's console is served to {whom}.", at_offset(path, text, found.end()), severity=grave)
        if found := _OFF.search(text):
            at = at_offset(path, text, found.start(1))
            yield bad(f"{found[1]} switches security off.", at, severity=Severity.HIGH)


def _listings(project: Project) -> Iterator[Fact]:
    for use in project.middleware:
        if use.name.split(".")[0] in {"serve-index", "express-status-monitor"} and use.mounted is not False:
            what = "Folders can be listed" if "index" in use.name else "The state of the process is shown"
            yield bad(f"{what} by everyone.", use)
    for config in project.nginx:
        if project.files.class_of(config.path) is FileClass.PRODUCTION and not config.included:
            for directive in config.walk():
                if directive.name == "autoindex" and directive.value == "on":
                    yield bad("nginx lists the files of this folder to everyone.", directive)


def _consoles(project: Project) -> Iterator[Fact]:
    seen: set[At] = set()
    for file in project.compose:
        if file.environment in ASIDE or project.files.class_of(file.path) is not FileClass.PRODUCTION:
            continue
        for service in (s for s in file.services if not is_optional(s)):
            named, page = _console(service)
            outside = (p for p in service.ports if p.address not in _LOCAL and p.host is not None)
            published = [p for p in outside if page in {None, p.container}]
            if named and published and published[0].at not in seen:
                seen.add(published[0].at)
                grave = Severity.LOW if file.environment == "unknown" else Severity.MEDIUM
                environment = None if file.environment == "unknown" else file.environment
                yield bad(
                    f"{service.name}: the console {named} is published on all addresses.",
                    published[0],
                    severity=grave,
                    environment=environment,
                )


def _console(service: ComposeService) -> tuple[str | None, int | None]:
    """The name of the console that a service is, and the port of its pages where it has others too."""
    found = _CONSOLES.search(service.image or "") or _asking_nobody(service)
    if found is not None:
        return found[1], None
    image = parse_image(service.image)
    if image is None or any(_PASSWORD.search(node.text) for node in service.node.strings()):
        return None, None
    name = "/".join(image.name.lower().split("/")[-2:])
    known = name if name in _WATCHING else image.base.lower()
    return (known, _WATCHING[known]) if known in _WATCHING else (None, None)


def _asking_nobody(service: ComposeService) -> re.Match[str] | None:
    """Flower, which a command of Celery starts, where nothing gives it a password."""
    command = service.node.get("command")
    if command is None:
        return None
    words = " ".join(n.text for n in command.children()) if command.is_list else command.text
    started = re.search(r"\bcelery\b.*\s(flower)\b", words)
    asks = "auth" in words or any(re.search(r"FLOWER_.*AUTH", name) for name in service.environment)
    return None if asks else started


def _debug_routes(project: Project) -> Iterator[Fact]:
    seen: set[At] = set()
    for service, routes in served(project):
        for route in routes:
            internal = _INTERNAL & set(route.path.lower().strip("/").split("/"))
            if internal and route.auth is False and route.framework != "spring-actuator" and route.at not in seen:
                seen.add(route.at)
                said = f"{service.name}: {route.path} is for operators, and nothing asks who calls."
                yield partial(said, route, severity=Severity.LOW)


_STACK = re.compile(
    r"(?:res(?:ponse)?|reply|ctx)\b[^;\n]{0,80}\.(?:send|json|end|render)\([^;\n]{0,160}\b(?:err|error|e|ex)\.stack\b"
    r"|ctx\.body\s*=[^;\n]{0,120}\.stack\b|(?:return|Response|jsonify|HTTPException)\b[^\n]{0,160}traceback\.format_exc\(\)"
)


_SHOWN_IN_DEVELOPMENT = re.compile(
    r"NODE_ENV\s*[!=]==?\s*['\"](?:development|production)['\"][^;\n]{0,60}\?[^;\n]{0,60}\.stack\b"
)
_SERIALIZED = re.compile(r"\b(?:const|let|var)\s+(\w{1,80})\s*=\s*serializeError\(")
_DETAILS = re.compile(
    r"(?m)^[ \t]*(?:server\.error\.)?include-stacktrace\s*[:=]\s*['\"]?always|^[ \t]*(?:server\.error\.)?include-exception\s*[:=]\s*true"
)


@check("SEC-022", "Errors do not show the inside", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=1)
def errors_show_nothing(project: Project) -> Iterator[Fact]:
    """
    A stack trace in an answer gives a stranger file names, versions and queries to work with.

    Decides: answers that hold a stack, handlers for development that are mounted, Spring's `include-stacktrace`,
    applications made in debug mode, and Express without an error handler: its own answers with the stack wherever
    `NODE_ENV` is not production. Handlers of every error (`@ExceptionHandler(Exception.class)`,
    `exception_handler(Exception)`, error middleware of Express) that answer with the error's own message, whatever the
    mode.

    Fix: log the error with an id, and answer with the id alone.

    Blind to: messages of errors that single routes answer with, and what errors with names of the project's own say.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html
    """
    wrong = [
        *_answered_stacks(project),
        *_answered_whole(project),
        *_for_development(project),
        *_by_express(project),
        *_by_mode(project),
    ]
    told = {(at.path, at.line) for fact in wrong for at in fact.at}
    wrong += [f for f in _by_message(project) if not any((at.path, at.line) in told for at in f.at)]
    yield from wrong
    first = next((routes[0] for _, routes in served(project)), None)
    if first is not None and not wrong:
        yield ok("No answer holds a stack, and no handler for development is mounted.", first)


def _by_message(project: Project) -> Iterator[Fact]:
    for said, at in shown_messages(project):
        yield bad(f"{said}: it may name tables, hosts and paths.", at)


def _by_express(project: Project) -> Iterator[Fact]:
    """Express answers what no handler takes with the stack, unless NODE_ENV says production."""
    for service, _ in served(project):
        if service.framework != "express":
            continue
        written = written_handlers(project, service)
        made = mentions(project, service, r"=\s*express\(\)|require\(['\"]express['\"]\)\(\)", "express")
        if made is None or mounted_handler(project, service, written):
            continue
        said = f"{service.name}: no error handler is mounted, and Express's own answers with the stack"
        modes = [
            (d, e) for d in service.deployments if d.environment not in ASIDE for e in d.env if e.name == "NODE_ENV"
        ]
        wrong = [(d, e) for d, e in modes if is_development_mode(e.name, e.value)]
        for deployment, mode in wrong:
            environment = None if deployment.environment == "unknown" else deployment.environment
            yield bad(f"{said} under NODE_ENV={mode.value}.", made, mode, environment=environment)
        if not modes:
            yield unknown(f"{said} unless NODE_ENV is production, which nothing here says.", made)


def _by_mode(project: Project) -> Iterator[Fact]:
    """Answers that hold the stack in development alone, where a deployment for others runs in that mode."""
    for service, _ in served(project):
        shown = mentions(project, service, _SHOWN_IN_DEVELOPMENT.pattern, ".stack")
        if shown is None or not runs(shown.path):
            continue
        for deployment in service.deployments:
            for one in deployment.env if deployment.environment not in ASIDE else ():
                if one.name == "NODE_ENV" and is_development_mode(one.name, one.value):
                    environment = None if deployment.environment == "unknown" else deployment.environment
                    said = f"{service.name}: answers hold the stack of an error under NODE_ENV={one.value}."
                    yield bad(said, shown, one, environment=environment)


def _answered_stacks(project: Project) -> Iterator[Fact]:
    for path in project.code.holding(".stack", "format_exc"):
        text = project.code.text(path)
        for found in _STACK.finditer(text):
            before = text[max(0, found.start() - 200) : found.end()]
            if runs(path) and not re.search(r"NODE_ENV|isDev|isProd|development|DEBUG|debug", before):
                yield bad("The answer holds the stack of the error.", at_offset(path, text, found.end()))


def _answered_whole(project: Project) -> Iterator[Fact]:
    """Errors that are turned into an object, stack and all, and answered."""
    for path in project.code.holding("serialize-error"):
        text = project.code.text(path)
        for made in _SERIALIZED.finditer(text) if runs(path) else ():
            answered = rf"\breturn\s[^;\n]{{0,80}}\([^;\n]{{0,120}}\b{re.escape(made[1])}\b|\.(?:json|send)\([^;\n]{{0,120}}\b{re.escape(made[1])}\b"
            if (found := re.compile(answered).search(text, made.end(), made.end() + 600)) is not None:
                line = text.count("\n", 0, found.start()) + 1
                yield bad("The answer holds the error as an object, with its stack.", At(path, line))


def _for_development(project: Project) -> Iterator[Fact]:
    for use in project.middleware:
        if (
            use.name in {"errorhandler", "express-error-handler", "DebugToolbarExtension"}
            and use.mounted is not False
            and not _in_branch(project, use.at)
        ):
            yield bad(f"{use.name} shows stacks to whoever causes an error; it is for development.", use)
    for path in project.files.glob(*SPRING_SETTINGS, classes={FileClass.PRODUCTION}):
        text = project.files.text(path)
        if (said := _DETAILS.search(text)) and project.files.environment_of(path) not in ASIDE:
            yield bad("Errors are answered with their stack.", at_offset(path, text, said.end()))
    for call in calls(project, "FastAPI", "Starlette", languages=("python",), needles=("debug=True",)):
        if is_on(call.option("debug")):
            yield bad(
                "The application is made in debug mode: errors are answered with their stack.",
                node_at(call.path, call.node),
            )


def _in_branch(project: Project, at: At) -> bool:
    """Whether the lines just above ask for the environment."""
    lines = project.files.lines(at.path)[max(0, (at.line or 1) - 6) : at.line]
    return any(re.search(r"NODE_ENV|development|isDev|DEBUG", line) for line in lines)
