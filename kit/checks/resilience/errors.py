"""What becomes of an error inside of the system?"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.checks.resilience.uncaught import going_on
from kit.checks.shared.error_handlers import mounted_handler, written_handlers
from kit.checks.shared.judged import JS, judged, mentions, owner, packages, runs
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import node_at
from kit.system.model import Service
from kit.system.scope import within

_ASYNC_ERRORS = (
    "express-async-errors",
    "express-promise-router",
    "@awaitjs/express",
    "express-async-handler",
    "@fastify/express",
)
_EXPECTED = re.compile(
    r"JSON\.parse|new URL\(|decodeURI|localStorage|sessionStorage|unlink|rmSync|\brm\(|mkdir|existsSync|access\(|statSync|\bstat\(|require\(|import\(|\.close\(|\.abort\(|\.quit\(|"
    r"disconnect|releasePointerCapture|cancel\(|kill\(|\.end\(|sleep|Notification|navigator\.|document\.|window\."
)
_BROAD = frozenset({"Exception", "BaseException"})
_IO_ERROR = re.compile(
    r"Request|HTTP|Operational|Database|SMTP|Redis|Integrity|SQLAlchemy|psycopg|PyMongo|ClientError|KafkaError|AMQP"
)


@check(
    "RES-005", "Errors that nobody expects are answered in one place", Severity.MEDIUM, Clause.UNDEFINED, effort_hours=2
)
def errors_are_answered(project: Project) -> Iterator[Fact]:
    """
    Without a handler for what was not foreseen, callers get a stack trace or a page of HTML, and nobody is told.

    Decides: Express and Koa applications mount an error handler (four parameters, or a name that says so), Flask ones
    register one; NestJS, Fastify, FastAPI, Django, Spring and ASP.NET bring one.

    Fix: mount one last that logs the error and answers 500 without its details.
    - nestjs: `app.useGlobalFilters(...)`.
    - fastify: `app.setErrorHandler(...)`.
    - express: `app.use((err, req, res, next) => { logger.error({ err }); res.status(500).json({ error: "internal" });
      })`.
    - fastapi: `@app.exception_handler(Exception)`.
    - flask: `@app.errorhandler(Exception)`.
    - django: `handler500`.
    - spring: `@RestControllerAdvice` with `@ExceptionHandler(Exception.class)`.
    - gin: `router.Use(gin.Recovery())`.
    - go: a middleware that recovers.
    - dotnet: `app.UseExceptionHandler()`.

    Blind to: handlers that a library mounts under another name.

    See: https://expressjs.com/en/guide/error-handling.html
    """
    for service in judged(project):
        if not service.routes or service.framework is None:
            continue
        if service.framework == "express":
            yield _express(project, service)
        elif service.framework in _ANSWERED:
            yield _answered(project, service, _ANSWERED[service.framework])


class _Sign(NamedTuple):
    """What says that a framework's errors are answered, the words to look for it by, and what is said where nothing
    does: None where the framework answers by itself."""

    pattern: str
    needles: tuple[str, ...]
    lacking: str | None = None
    severity: Severity = Severity.MEDIUM


_BROUGHT = _Sign(
    r"ControllerAdvice|setErrorHandler|exception_handler|useGlobalFilters|APP_FILTER|@Catch\(",
    ("ControllerAdvice", "setErrorHandler", "exception_handler", "useGlobalFilters", "APP_FILTER", "@Catch("),
)
_ANSWERED = {
    "flask": _Sign(
        r"errorhandler|register_error_handler|init_app\(app\).*sentry|sentry_sdk\.init",
        ("errorhandler", "error_handler", "sentry_sdk"),
        "no error handler; callers get Flask's page of HTML for every fault.",
        Severity.LOW,
    ),
    "koa": _Sign(
        r"\.on\(['\"]error|koa-error|koa-json-error|onerror",
        ("error",),
        "nothing handles the errors of the application.",
    ),
    **dict.fromkeys(("nestjs", "fastify", "fastapi", "django", "spring", "spring-actuator", "aspnet"), _BROUGHT),
}


def _answered(project: Project, service: Service, sign: _Sign) -> Fact:
    found = mentions(project, service, sign.pattern, *sign.needles)
    if found is None and sign.lacking is not None:
        return bad(f"{service.name}: {sign.lacking}", service.routes[0], severity=sign.severity)
    tail = "" if found else ", by the framework"
    return ok(f"{service.name}: errors are answered in one place{tail}.", found or service.routes[0])


def _express(project: Project, service: Service) -> Fact:
    made = _application(project, service)
    written = written_handlers(project, service)
    mounted = mounted_handler(project, service, written)
    if mounted is not None:
        name, at = mounted
        said = f"{name} answers errors" if name else "errors are answered in one place"
        return ok(f"{service.name}: {said}.", at)
    if written:
        name, at = next(iter(written.items()))
        return bad(
            f"{service.name}: the error handler {name} is written and no application mounts it; faults are answered by Express's default page.",
            made,
            at,
        )
    return bad(
        f"{service.name}: no error handler is mounted; faults are answered by Express's default page, and logged nowhere else.",
        made,
    )


def _application(project: Project, service: Service) -> At:
    found = mentions(project, service, r"=\s*express\(\)", "express()")
    return found or service.routes[0].at


@check("RES-006", "No error is swallowed", Severity.MEDIUM, Clause.UNDEFINED, effort_hours=1)
def errors_are_not_swallowed(project: Project) -> Iterator[Fact]:
    """
    A handler that does nothing turns a failure into a wrong result that nobody hears of.

    Decides: handlers of everything (`except Exception: pass`, an empty `catch`, `.catch(() => {})`) and of outside systems'
    errors with an empty body, per file; those with a comment that says why, those around what is expected to fail (parsing,
    closing, deleting), and narrow types are left out. Also a handler of `uncaughtException` that logs and lets the process
    go on.

    Fix: log the error with what was attempted and let it go on, or catch the one type that is expected. After an
    `uncaughtException` end the process, and let what started it start another.

    Blind to: handlers that log and go on with a half-done change.

    See: https://docs.python.org/3/howto/logging.html#when-to-use-logging
    """
    found: dict[str, list[At]] = defaultdict(list)
    for at in (*_python(project), *_javascript(project), *_braces(project)):
        found[at.path].append(at)
    for path, places in found.items():
        what = "an error is caught and dropped" if len(places) == 1 else f"{len(places)} handlers drop what they catch"
        yield bad(f"{owner(project, path)}: {what}; what failed here goes unnoticed.", *places[:5])
    yield from going_on(project)
    for service in judged(project):
        if not any(within(path, service.root) for path in found):
            yield ok(f"{service.name}: no handler drops an error.", service)


def _python(project: Project) -> Iterator[At]:
    for path in project.code.holding("except", languages=("python",)):
        module = project.code.python(path) if runs(path) else None
        lines = project.code.text(path).splitlines()
        for node in ast.walk(module) if module is not None else ():
            if isinstance(node, ast.Try) and not _tries_import(node):
                for handler in node.handlers:
                    if _is_wide(handler) and _does_nothing(handler) and not _explained(handler, lines):
                        yield At(path, handler.lineno, handler.end_lineno)


def _tries_import(node: ast.Try) -> bool:
    return all(isinstance(s, ast.Import | ast.ImportFrom) for s in node.body) or bool(
        _CLEANS.search(ast.unparse(node.body[-1]))
    )


_CLEANS = re.compile(r"\.(close|unlink|rmtree|remove|kill|terminate|disconnect|rollback|cancel|shutdown)\(")


def _is_wide(handler: ast.ExceptHandler) -> bool:
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    texts = [ast.unparse(n) if n is not None else "BaseException" for n in names]
    return any(t.rsplit(".", 1)[-1] in _BROAD or _IO_ERROR.search(t) for t in texts)


def _does_nothing(handler: ast.ExceptHandler) -> bool:
    return all(
        isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)) for s in handler.body
    )


def _explained(handler: ast.ExceptHandler, lines: list[str]) -> bool:
    return any("#" in line for line in lines[handler.lineno - 1 : handler.end_lineno or handler.lineno])


def _javascript(project: Project) -> Iterator[At]:
    for match in project.code.find(kind="catch_clause", languages=JS, needles=("catch",)):
        body = match.node.field("body")
        tried = match.node.parent()
        if runs(match.path) and body is not None and not body.text().strip("{} \n\t\r;") and not _expected(tried):
            yield node_at(match.path, match.node)
    for match in project.code.find(
        kind="call_expression",
        languages=JS,
        needles=(".catch(",),
        regex=r"\.catch\(\s*(\(\w*\)|\w+)\s*=>\s*\{\s*\}\s*\)$",
    ):
        if runs(match.path) and not _EXPECTED.search(match.text):
            end = match.at.end_line
            yield At(match.path, end, end)


def _expected(tried: SgNode | None) -> bool:
    body = tried.field("body") if tried is not None else None
    return body is not None and bool(_EXPECTED.search(body.text()))


def _braces(project: Project) -> Iterator[At]:
    for match in project.code.find(kind="catch_clause", languages=("java", "csharp"), needles=("catch",)):
        text = match.text
        body = text[text.find("{") :].strip("{} \n\t\r")
        if (
            runs(match.path)
            and not body
            and not re.search(r"Interrupted|NotFound|NumberFormat|Cancel", text.split("{")[0])
        ):
            yield match.at


@check(
    "RES-007",
    "Errors of asynchronous handlers reach the error handler",
    Severity.MEDIUM,
    Clause.UNDEFINED,
    effort_hours=2,
)
def async_errors_arrive(project: Project) -> Iterator[Fact]:
    """
    Express 4 does not wait for a handler's promise: when it fails the caller waits for ever, and newer versions of Node end
    the process.

    Decides: in services on Express 4 without a wrapper library, handlers written `async` in place that wait for something
    outside of `try`, per file.

    Fix: move to Express 5, or `import "express-async-errors"` before the routes.

    Blind to: handlers that are defined in other files.

    See: https://expressjs.com/en/guide/error-handling.html
    """
    for service in judged(project):
        four = _express_four(project, service)
        if four is None:
            continue
        wrapper = next((d for p in packages(project, service) if (d := p.depends_on(*_ASYNC_ERRORS))), None)
        found = {} if wrapper else _bare_handlers(project, service)
        for places in found.values():
            yield bad(
                f"{service.name}: {plural(len(places), 'async handler')} on Express 4 may fail without an answer; the caller waits, and the process may end.",
                *places[:5],
                At(four.path, four.line),
            )
        if wrapper is not None:
            yield ok(f"{service.name}: {wrapper.name} takes the errors of async handlers.", wrapper)
        elif not found:
            yield ok(f"{service.name}: no async handler on Express 4 is left without a catch.", four)


def _express_four(project: Project, service: Service) -> At | None:
    for package in packages(project, service):
        declared = package.depends_on("express")
        if declared is not None and declared.kind != "dev":
            locked = package.lockfile.packages.get("express", ()) if package.lockfile else ()
            version = declared.spec.lstrip("^~=v>< ") if declared.spec[:1] not in "*l" else next(iter(locked), "")
            return declared.at if version.split(".")[0] == "4" else None
    return None


def _bare_handlers(project: Project, service: Service) -> dict[str, list[At]]:
    found: dict[str, list[At]] = defaultdict(list)
    paths = {r.at.path for r in service.routes if r.framework in {"", "express"}}
    for path in sorted(paths):
        root = project.code.tree(path) if runs(path) and project.code.language(path) in JS else None
        for call in (
            root.find_all(
                kind="call_expression", has={"field": "function", "regex": r"\.(get|post|put|patch|delete|all|use)$"}
            )
            if root
            else ()
        ):
            given = call.field("arguments")
            for handler in given.children() if given is not None else ():
                if (
                    handler.kind() in {"arrow_function", "function_expression"}
                    and handler.text().startswith("async")
                    and _waits_bare(handler)
                ):
                    found[path].append(node_at(path, handler))
    return found


def _waits_bare(handler: SgNode) -> bool:
    """Whether a handler waits outside of a `try`, and none of the functions in it does the waiting."""
    for wait in handler.find_all(kind="await_expression"):
        for above in wait.ancestors():
            if above.kind() in {"try_statement", "arrow_function", "function_expression", "function_declaration"}:
                if above.range() == handler.range():
                    return ".catch(" not in wait.text()
                break
    return False
