"""Does the running program treat its database well: connections and transactions?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from ast_grep_py import SgNode

from kit.checks.data.common import owners
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT, Match, node_at

_SINGLE = re.compile(
    r"^(?:psycopg2?|pymysql|MySQLdb|mysql\.connector|pyodbc|oracledb|asyncpg)\.connect\(|^await (?:asyncpg|psycopg)"
)
_POOLED_PYTHON = re.compile(
    r"\bcreate_(?:async_)?engine\(|ConnectionPool\(|create_pool\(|SQLALCHEMY_DATABASE_URI|CONN_MAX_AGE"
)
_FUNCTIONS = (
    "function_declaration",
    "arrow_function",
    "method_definition",
    "function_expression",
    "generator_function",
)
_WRITES = re.compile(
    r"^(?:this\.)?(?:\w+\.)?(?:\w*prisma\w*|db)\.\w+\.(?:create|update|delete|upsert|createMany|updateMany|deleteMany)$",
    re.IGNORECASE,
)


@check("DAT-010", "Connections to the database are pooled and limited", Severity.LOW, Clause.EXECUTION, effort_hours=2)
def connections_are_pooled(project: Project) -> Iterator[Fact]:
    """
    A database takes a hundred connections or so; a program that opens one for each request, or without a limit, uses
    them up under its first load, for everybody.

    Decides: Go's `sql.Open` has a `SetMaxOpenConns` beside it; Python services that answer requests have a pool and no
    bare `connect`; Node services make no pool or Prisma client inside of a function that requests call.

    Fix: one pool for each process, with a limit: replicas × limit stays below the database's `max_connections`.

    Blind to: poolers in front of the database.

    See: https://www.postgresql.org/docs/current/runtime-config-connection.html
    """
    yield from _of_go(project)
    yield from _of_python(project)
    yield from _of_node(project)
    yield from _made_again(project)


def _made_again(project: Project) -> Iterator[Fact]:
    """Pools that a function makes and hands to whoever calls it, where handlers of requests do."""
    for match in project.code.find(kind="call_expression", languages=JAVASCRIPT, needles=("knex(", "createPool(")):
        if match.text.split("(")[0] in {"knex", "Knex", "createPool", "mysql.createPool"}:
            maker = next((n for n in match.node.ancestors() if n.kind() == "function_declaration"), None)
            named = maker.field("name") if maker is not None else None
            asked = _asked_by_handlers(project, str(named.text())) if named is not None else None
            if asked is not None:
                yield bad(
                    f"`{match.text.split('(')[0]}(...)` within a function that handlers call: each request makes a pool of its own.",
                    match,
                    asked,
                    severity=Severity.MEDIUM,
                )


def _asked_by_handlers(project: Project, maker: str) -> At | None:
    """Where a file that serves routes calls the function from within another one."""
    called = re.compile(rf"^[ \t]+(?:[^\n/]{{0,80}}[\s(=])?{re.escape(maker)}\(\)")
    serving = {route.at.path for service in project.system.own for route in service.routes}
    for path in project.code.holding(f"{maker}(", languages=JAVASCRIPT):
        lines = project.code.text(path).splitlines() if path in serving else []
        number = next((n for n, line in enumerate(lines, 1) if called.match(line)), None)
        if number is not None:
            return At(path, number, number)
    return None


def _of_go(project: Project) -> Iterator[Fact]:
    limited = {project.code.unit(p) for p in project.code.holding("SetMaxOpenConns", "MaxConns", languages=("go",))}
    for match in project.code.find(
        kind="call_expression", languages=("go",), needles=("sql.Open", "sqlx.Connect", "sqlx.Open", "pgxpool.")
    ):
        name = match.text.split("(")[0]
        if name in {"sql.Open", "sqlx.Connect", "sqlx.Open", "sqlx.MustConnect"}:
            if project.code.unit(match.path) in limited:
                yield ok(f"{name}: the pool has a limit.", match)
            else:
                yield bad(
                    f"{name}: the pool has no limit; under load it opens connections until the database refuses.", match
                )
        elif name.startswith("pgxpool.New"):
            yield ok("pgxpool has a limit of its own.", match)


def _of_python(project: Project) -> Iterator[Fact]:
    for match in project.code.find(
        kind="call",
        languages=("python",),
        needles=("psycopg", "pymysql", "MySQLdb", "mysql.connector", "asyncpg", "create_engine", "create_async_engine"),
    ):
        text = match.text
        if _SINGLE.match(text) and _answers(project, match.path) and _inside(match, ("function_definition",)):
            yield bad(
                f"`{text.split('(')[0]}` opens a connection of its own each time it is called.",
                match,
                severity=Severity.MEDIUM,
            )
        elif re.match(r"^(?:\w+\.)*create_(?:async_)?engine\(", text):
            yield ok("The engine keeps a pool with a limit.", match)


def _of_node(project: Project) -> Iterator[Fact]:
    found: dict[str, list[Match]] = defaultdict(list)
    for match in project.code.find(
        kind="new_expression", languages=JAVASCRIPT, needles=("PrismaClient(", "new Pool(", "new DataSource(")
    ):
        name = match.text.split("(")[0].removeprefix("new ").strip()
        if name in {"PrismaClient", "Pool", "pg.Pool", "DataSource"} and _answers(project, match.path):
            found[name].append(match)
    for name, matches in found.items():
        inside = [m for m in matches if name == "PrismaClient" and _inside(m, _FUNCTIONS) and not _kept(m)]
        for match in inside:
            yield bad(
                f"`new {name}` within a function: each call makes a pool of its own.", match, severity=Severity.MEDIUM
            )
        if len({m.path for m in matches}) > 1 and not inside and name == "PrismaClient":
            yield partial(
                f"`new {name}` in {plural(len({m.path for m in matches}), 'file')}: each makes a pool of its own in one process.",
                *matches[:5],
            )
        elif not inside:
            yield ok(f"`new {name}`: one pool for the process.", matches[0])


def _kept(match: Match) -> bool:
    """Whether the client is kept beyond the call: assigned to a field, a global or an outer name."""
    kinds = [n.kind() for n in match.node.ancestors()]
    line = next(
        (
            n.text()
            for n in match.node.ancestors()
            if n.kind() in {"assignment_expression", "return_statement", "class_body"}
        ),
        "",
    )
    names = [
        n.field("name") for n in match.node.ancestors() if n.kind() in {"function_declaration", "method_definition"}
    ]
    maker = any(
        n is not None
        and re.search(r"client|singleton|constructor|connect|prisma|get|create|make|main", n.text(), re.IGNORECASE)
        for n in names
    )
    return (
        bool(line)
        or maker
        or "class_body" in kinds[:3]
        or ("variable_declarator" in kinds[:4] and "arrow_function" in kinds[:3])
    )


def _answers(project: Project, path: str) -> bool:
    """Whether the file belongs to a service that answers requests, and not to a script beside it."""
    if re.search(r"(?:^|/)(?:scripts?|seeds?|tools?|bin|migrations?|hack|prisma|cli|examples?)/|seed", path.lower()):
        return False
    return any(
        s.kind in {"api", "web"} and any(not _HEALTH.search(r.path) for r in s.routes) for s in owners(project, path)
    )


_HEALTH = re.compile(r"health|ready|live|metrics|ping|status|openapi|docs|redoc", re.IGNORECASE)


def _inside(match: Match, kinds: Iterable[str]) -> bool:
    return any(n.kind() in kinds for n in match.node.ancestors())


@check("DAT-011", "Writes that belong together are one transaction", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=3)
def writes_are_atomic(project: Project) -> Iterator[Fact]:
    """
    Two writes, one after the other, are one write when the process ends between them: an order without its lines, money
    taken without a booking.

    Decides: functions that write twice through a Prisma client outside of `$transaction`, and Python functions that
    commit twice in a row.

    Fix: put the writes into one transaction, with one commit at the end.
    - prisma: `prisma.$transaction(async (tx) => { ... })`.
    - typeorm: `dataSource.transaction(async (manager) => { ... })`.
    - mongoose: `session.withTransaction(async () => { ... })`.
    - sequelize: `sequelize.transaction(async (t) => { ... })`.
    - django: `with transaction.atomic():`.
    - sqlalchemy: `with session.begin():`.
    - spring: `@Transactional`.
    - gorm: `db.Transaction(func(tx *gorm.DB) error { ... })`.
    - go: `db.BeginTx(ctx, nil)`.
    - dotnet: `BeginTransactionAsync()`.

    Blind to: other libraries; writes that call each other across functions; pairs of writes that need not belong
    together.

    See: https://www.postgresql.org/docs/current/tutorial-transactions.html
    """
    torn = (
        ("more than one write outside of a transaction", list(_twice_in_node(project))),
        ("more than one commit in a row", list(_twice_in_python(project))),
    )
    for what, found in torn:
        units: dict[str, list[tuple[str, SgNode]]] = defaultdict(list)
        for path, function in found:
            units[project.code.unit(path)].append((path, function))
        for unit, functions in units.items():
            yield _torn(unit, functions, what)
    if not any(found for _, found in torn) and (held := _held_together(project)) is not None:
        yield ok("Writes are held together by a transaction.", held)


def _torn(unit: str, functions: list[tuple[str, SgNode]], what: str) -> Fact:
    names = listed((_name(f) for _, f in functions), 4)
    where = "" if unit == "." else f"{unit}: "
    return partial(
        f"{where}{what} ({names}): a failure in between leaves half of it.", *(_head(p, f) for p, f in functions[:12])
    )


def _held_together(project: Project) -> At | None:
    for path in project.code.holding(
        "$transaction(", "session.begin(", "transaction.atomic", languages=(*JAVASCRIPT, "python")
    ):
        for number, line in enumerate(project.code.text(path).split("\n"), start=1):
            if _TRANSACTION.search(line):
                return At(path, number)
    return None


_TRANSACTION = re.compile(r"\$transaction\(|session\.begin\(|transaction\.atomic")


def _head(path: str, function: SgNode) -> At:
    line = node_at(path, function).line
    return At(path, line, line)


def _name(function: SgNode) -> str:
    """The function's own name, or that of what it is bound or handed to."""
    kinds = {"variable_declarator", "pair", "call_expression", "public_field_definition"}
    holder = next(
        (n for n in (function, *function.ancestors()) if n.field("name") is not None or n.kind() in kinds), None
    )
    shown = next(
        (n for key in ("name", "key", "function") if holder is not None and (n := holder.field(key)) is not None), None
    )
    words = re.findall(r"[\w.$]+", shown.text()) if shown is not None else []
    return words[0][:50] if words else "a function"


def _twice_in_node(project: Project) -> Iterator[tuple[str, SgNode]]:
    for path in project.code.holding("prisma.", "Prisma", languages=JAVASCRIPT):
        root = project.code.tree(path)
        if root is None or re.search(r"(?:^|/)(?:seeds?|scripts?|prisma)/|seed|backfill", path.lower()):
            continue
        writes: dict[int, tuple[SgNode, list[SgNode]]] = {}
        for call in root.find_all(kind="call_expression"):
            callee = call.field("function")
            if callee is not None and callee.kind() == "member_expression" and _WRITES.match(callee.text()):
                line = list(call.ancestors())
                function = next((n for n in line if n.kind() in _FUNCTIONS), None)
                if function is not None and not any(
                    n.kind() == "call_expression" and "$transaction" in n.text()[:200].split("(")[0] for n in line
                ):
                    writes.setdefault(function.range().start.index, (function, []))[1].append(call)
        yield from ((path, function) for function, calls in writes.values() if _in_a_row(calls, "statement_block"))


def _twice_in_python(project: Project) -> Iterator[tuple[str, SgNode]]:
    for path in project.code.holding(".commit()", languages=("python",)):
        root = project.code.tree(path)
        if root is None or re.search(
            r"(?:^|/)(?:scripts?|migrations?|alembic|seeds?|management|tasks)/|seed|backfill", path.lower()
        ):
            continue
        commits: dict[int, tuple[SgNode, list[SgNode]]] = {}
        for call in root.find_all(kind="call"):
            callee = call.field("function")
            if callee is not None and re.search(r"(?:session|db)\.commit$", callee.text()):
                function = next((n for n in call.ancestors() if n.kind() == "function_definition"), None)
                if function is not None:
                    commits.setdefault(function.range().start.index, (function, []))[1].append(call)
        yield from ((path, function) for function, calls in commits.values() if _in_a_row(calls, "block"))


def _in_a_row(calls: list[SgNode], block: str) -> bool:
    """Whether some call surely may follow another in one run: both in one block, no branch that ends between them."""
    for first, second in pairwise(calls):
        ancestors = [n.range().start.index for n in first.ancestors() if n.kind() == block]
        shared = next((n for n in second.ancestors() if n.kind() == block and n.range().start.index in ancestors), None)
        if shared is None:
            continue
        branch = next((c for c in shared.children() if _holds(c, first)), None)
        other = next((c for c in shared.children() if _holds(c, second)), None)
        if branch is None or other is None or _holds(branch, second):
            continue
        ends = re.search(r"\breturn\b|\bthrow\b|\braise\b|\bcontinue\b", branch.text()) and branch.kind() in {
            "if_statement",
            "try_statement",
            "switch_statement",
        }
        if not ends:
            return True
    return False


def _holds(node: SgNode, inner: SgNode) -> bool:
    span, wanted = node.range(), inner.range()
    return bool(span.start.index <= wanted.start.index and wanted.end.index <= span.end.index)
