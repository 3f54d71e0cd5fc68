"""What do the handlers of requests do that holds up others?"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.shared.judged import JS, judged, owner, runs
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import node_at
from kit.system.model import Route, Service

_FUNCTIONS = frozenset(
    {"arrow_function", "function_expression", "function_declaration", "method_definition", "function"}
)
_WHOLE = (
    re.compile(r"\.findMany\((?:\s*\)|\s*\{)"),
    re.compile(r"\b[A-Z]\w*\.find\(\s*(?:\{\s*\}\s*)?\)"),
    re.compile(r"\.(?:findAll|findAndCountAll)\(\s*(?:\{|\))"),
    re.compile(r"[rR]epo\w*\.(?:find|findAll)\(\s*\)"),
    re.compile(
        r"\.query\.all\(\)|\.objects\.all\(\)|\.scalars\(\)\.all\(\)|\.query\(\w+\)\.all\(\)|\bselect\([\w.]+\)\)\)?\.all\(\)"
    ),
    re.compile(r"\.scalars\(\s*select\([\w.]+\)(?:\.order_by\([\w., ()]{0,80}\))?\s*\)"),
    re.compile(r"collection\(['\"]\w+['\"]\)\.find\(\s*(?:\{\s*\})?\s*\)"),
    re.compile(
        r"\b(?:query|execute)\(\s*[\"'`]\s*SELECT \* FROM \w+\s*(?:ORDER BY [\w ,.]+)?;?\s*[\"'`]", re.IGNORECASE
    ),
)
_PAGED = re.compile(  # a `count` that is asked for, not one that is told
    r"(?i)\blimit|\btake\b|\bskip\b|\boffset\b|pag(e|ing|inat)|cursor|top\(|first\(|\[:\w|slice\(|['\"]count['\"]|(?:query|args|params|input)\.count\b|\bcount\s*[:=]\s*(?:int|\w*parse|math|min|number|query)|pageable|per_page|fetchmany|batch"
)
_BLOCKING_PY = re.compile(
    r"^(requests\.(get|post|put|patch|delete|head|request)|time\.sleep|urllib\.request\.urlopen|subprocess\.(run|call|check_call|check_output)|os\.system|httpx\.(get|post|put|patch|delete|request))$"
)
_BLOCKING_JS = r"(?:^|\.)(readFileSync|writeFileSync|appendFileSync|execSync|execFileSync|spawnSync|pbkdf2Sync|scryptSync|hashSync|compareSync|gzipSync|gunzipSync|deflateSync|readdirSync)$"
_ASKED = re.compile(
    r"(?:this\.)?(?:prisma|db|tx|\w*[rR]epo(?:sitory)?|manager|[A-Z]\w+)(?:\.\w+)?\.(?:findUnique|findUniqueOrThrow|findFirst|findOne|findOneBy|findById|findByPk|findMany)\("
)
_ASKED_PY = re.compile(
    r"(?:self\.|db\.)?(?:session|db|conn|cursor|cur)\.(?:get|exec|execute|query|scalar|scalars)\(|\.objects\.(?:get|filter)\("
)


@check("PRF-007", "Lists are read in pages", Severity.MEDIUM, Clause.EXECUTION, effort_hours=2)
def lists_are_paged(project: Project) -> Iterator[Fact]:
    """
    A list without a limit grows with its table, until one request takes the memory of the service.

    Decides: handlers of GET routes whose path does not end in a parameter, where the handler itself reads all of a table and
    names no limit, page or cursor.

    Fix: take a limit with a maximum, and a cursor.
    - prisma: `take: Math.min(limit, 100), cursor`.
    - node: `Math.min(limit, 100)`.
    - django: a paginator with `max_page_size = 100`.
    - fastapi: `limit: int = Query(50, le=100)`.
    - python: `min(limit, 100)`.
    - spring: a `Pageable`, and `spring.data.web.pageable.max-page-size: 100`.
    - go: `LIMIT $1` with `min(limit, 100)`.

    Blind to: queries that handlers leave to other functions, and tables that stay small.

    See: https://use-the-index-luke.com/no-offset
    """
    for service in judged(project):
        for route in service.routes:
            if route.method == "GET" and not route.path.endswith("}") and runs(route.at.path):
                yield from _list(project, service, route)


def _list(project: Project, service: Service, route: Route) -> Iterator[Fact]:
    lines = project.code.text(route.at.path).splitlines()
    first = (route.at.line or 1) - 1
    body = lines[first : _end(project, route, lines)]
    text = "\n".join(body)
    whole = min((m.start() for p in _WHOLE if (m := p.search(text))), default=None)
    if whole is None:
        return
    line = first + 1 + text.count("\n", 0, whole)
    if _PAGED.search(text):
        yield ok(f"{service.name}: GET {route.path} reads a page.", At(route.at.path, line))
    elif not re.search(r"\b(\w*[iI]d|owner|user\w*|slug|author|tenant)\s*[:=]", text[whole : whole + 300]):
        yield bad(
            f"{service.name}: GET {route.path} reads all that the table holds; each new row makes it slower and larger.",
            At(route.at.path, line),
        )


def _end(project: Project, route: Route, lines: list[str]) -> int:
    """The last line of a route's handler: of the call, or of the function under a decorator."""
    first, last = route.at.line or 1, route.at.end_line or route.at.line or 1
    if last > first + 1 or lines[first - 1].rstrip().endswith(");"):
        return last
    module = project.code.python(route.at.path) if project.code.language(route.at.path) == "python" else None
    for node in ast.walk(module) if module is not None else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
            d.lineno == first for d in [node, *node.decorator_list]
        ):
            return node.end_lineno or last
    stop = next((n for n in range(last, min(last + 25, len(lines))) if re.match(r"\s{0,4}\}\)?;?\s*$", lines[n])), last)
    return stop + 1


@check(
    "PRF-010", "Nothing blocks the event loop while requests wait", Severity.MEDIUM, Clause.EXECUTION, effort_hours=2
)
def nothing_blocks(project: Project) -> Iterator[Fact]:
    """
    One process answers many requests in turns. A call that waits without giving up its turn stops them all.

    Decides: in Python's `async def`: requests, `time.sleep`, subprocess; in handlers of JavaScript (functions that take a
    request): calls that end in `Sync`; per file.

    Fix: wait without holding the loop, or hand the work to a thread.
    - python: `await asyncio.sleep(1)`, `httpx.AsyncClient`, `await asyncio.to_thread(work)`.
    - node: `await fs.promises.readFile(path)`.

    Blind to: blocking inside of functions that handlers call, and long computations.

    See: https://nodejs.org/en/learn/asynchronous-work/dont-block-the-event-loop
    """
    found: dict[str, list[tuple[str, At]]] = defaultdict(list)
    for name, at in (*_blocking_python(project), *_blocking_javascript(project)):
        found[at.path].append((name, at))
    for path, calls in found.items():
        names = ", ".join(sorted({name for name, _ in calls}))
        yield bad(
            f"{owner(project, path)}: {names} in {plural(len(calls), 'place')} of asynchronous handlers; every other request waits meanwhile.",
            *(at for _, at in calls[:5]),
        )
    loops = [
        s
        for s in judged(project)
        if s.routes and (s.language in JS or s.framework in {"fastapi", "starlette", "aiohttp", "sanic"})
    ]
    for service in loops:
        if not any(path.startswith("" if service.root == "." else f"{service.root}/") for path in found):
            yield ok(f"{service.name}: no blocking call in an asynchronous handler.", service)


def _blocking_python(project: Project) -> Iterator[tuple[str, At]]:
    for path in project.code.holding("async def", languages=("python",)):
        module = project.code.python(path) if runs(path) else None
        for node in ast.walk(module) if module is not None else ():
            if isinstance(node, ast.AsyncFunctionDef):
                for call in _own_calls(node):
                    name = ast.unparse(call.func)
                    if _BLOCKING_PY.match(name):
                        yield name, At(path, call.lineno, call.end_lineno)


def _own_calls(function: ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    """The calls of a function itself, those of functions in it left out."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node
        waiting += ast.iter_child_nodes(node)


def _blocking_javascript(project: Project) -> Iterator[tuple[str, At]]:
    for match in project.code.find(
        kind="call_expression", languages=JS, needles=("Sync(",), has={"field": "function", "regex": _BLOCKING_JS}
    ):
        function = match.node.field("function")
        if runs(match.path) and function is not None and any(_handles(n) for n in match.node.ancestors()):
            yield function.text().rsplit(".", 1)[-1], At(match.path, match.at.line)


def _handles(node: SgNode) -> bool:
    if node.kind() not in _FUNCTIONS:
        return False
    given = node.field("parameters")
    return given is not None and bool(re.match(r"\(\s*(\{[^}]*\}\s*,\s*)?_?(req|request|ctx|context)\b", given.text()))


@check("PRF-011", "No query for each row", Severity.LOW, Clause.EXECUTION, effort_hours=2)
def no_query_per_row(project: Project) -> Iterator[Fact]:
    """
    A query inside of a loop costs a round trip for each row: quick with ten, minutes with ten thousand.

    Decides: reads through Prisma, TypeORM, Mongoose, Sequelize, SQLAlchemy or Django that stand inside of a loop in the
    services' code, per file.

    Fix: read all rows with one query before the loop.
    - prisma: `where: { id: { in: ids } }`.
    - mongoose: `find({ _id: { $in: ids } })`.
    - django: `select_related` or `prefetch_related`.
    - sqlalchemy: `joinedload`.
    - java: `JOIN FETCH`, or an entity graph.
    - go, node, python: `WHERE id = ANY($1)`.

    Blind to: relations that an ORM loads by itself when they are touched.

    See: https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html
    """
    found: dict[str, list[At]] = defaultdict(list)
    for at in (*_asked_javascript(project), *_asked_python(project)):
        found[at.path].append(at)
    for path, places in found.items():
        yield bad(
            f"{owner(project, path)}: {'a query' if len(places) == 1 else f'{len(places)} queries'} inside of a loop; the time grows with the rows.",
            *places[:5],
        )


def _asked_javascript(project: Project) -> Iterator[At]:
    for match in project.code.find(kind="await_expression", languages=JS, needles=(".find",)):
        if runs(match.path) and _ASKED.match(match.text.removeprefix("await").lstrip()) and _in_loop(match.node):
            yield node_at(match.path, match.node)


def _in_loop(node: SgNode) -> bool:
    inner = node
    for above in node.ancestors():
        if above.kind() in {"for_in_statement", "for_statement"}:
            body = above.field("body")
            return body is not None and body.range().start.index <= inner.range().start.index
        if above.kind() in _FUNCTIONS:
            return False
    return False


def _asked_python(project: Project) -> Iterator[At]:
    for path in project.code.holding("sqlalchemy", "sqlmodel", "django.db", "models import", languages=("python",)):
        module = project.code.python(path) if runs(path) else None
        for loop in ast.walk(module) if module is not None else ():
            if isinstance(loop, ast.For | ast.AsyncFor):
                places = (n for s in loop.body for n in ast.walk(s) if isinstance(n, ast.Call))
                asked = next((n for n in places if _reads(n)), None)
                if asked is not None:
                    yield At(path, asked.lineno, asked.end_lineno)


def _reads(call: ast.Call) -> bool:
    text = ast.unparse(call)[:200]
    return bool(_ASKED_PY.match(text) or re.match(r"\w+\.objects\.(get|filter)\(", text)) and not re.search(
        r"(?i)insert\(|update\(|delete\(|INSERT|UPDATE|DELETE", text
    )
