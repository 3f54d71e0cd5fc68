"""Is what must outlive a request kept where every process sees it?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.data.common import ASIDE, RELATIONAL, owners
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT, node_at
from kit.system.model import Service

_HELD = re.compile(
    r"session|token|login|attempt|user|cart|basket|order|queue|job|lock|limit|hits|otp|code|nonce|visit|request|pending|message|socket|room|online",
    re.IGNORECASE,
)

_FINE = re.compile(
    r"cache|memo|pool|client|instance|conn|registr|handler|listener|metric|counter|gauge|schema|singleton|config|option|route|plugin|loader|model",
    re.IGNORECASE,
)

_MADE_JS = re.compile(r"^(?:new (?:Map|Set)(?:<.*>)?\(\s*\)|\{\s*\}|\[\s*\])(?:\s+as .+)?$", re.DOTALL)


def replicas(service: Service) -> tuple[int, At | None]:
    """The most processes of a service that run side by side outside of development and tests, and where that is said."""
    counted = [
        (max(d.replicas or 1, d.max_replicas or 1), d.at)
        for d in service.deployments
        if d.environment not in ASIDE and not d.workload.endswith("init")
    ]
    return max(counted, key=lambda c: c[0], default=(1, None))


@check(
    "DAT-012",
    "What must outlive a request is not kept in one process",
    Severity.HIGH,
    Clause.INVARIANTS,
    effort_hours=4,
)
def state_is_shared(project: Project) -> Iterator[Fact]:
    """
    What one process keeps in its memory the other replicas do not know: people are logged out, limits count for each
    process alone, and a restart forgets it all.

    Decides: sessions without a store, sockets without an adapter, a database in a file, and collections of a module that
    its functions fill, for services of which more than one process runs. Caches are left out.

    Fix: keep it in Redis or the database.

    Blind to: stickiness of a load balancer; state in libraries that are not known here.

    See: https://12factor.net/processes
    """
    for service in project.system.own:
        if service.root is not None and (service.routes or service.listens):
            number, at = replicas(service)
            yield from _sessions(project, service, number)
            yield from _file_database(service, number)
            if number > 1 and at is not None:
                yield from _collections(project, service, number, at)
                yield from _sockets(project, service, number, at)


def _sockets(project: Project, service: Service, number: int, at: At) -> Iterator[Fact]:
    """Rooms of socket.io: each process knows those who are connected to it, unless an adapter tells the others."""
    holding = project.code.holding("socket.io", "@WebSocketGateway(", languages=JAVASCRIPT)
    texts = {p: project.code.text(p) for p in holding if service in owners(project, p)}
    rooms = re.compile(r"\b(?:io|server|socket|client)\s*\.\s*(?:to|in|join)\(|\bio\.emit\(|\bserver\.emit\(")
    made = [p for p, t in texts.items() if re.search(r"@WebSocketGateway\(|new (?:Socket)?Server\(|\bio\(", t)]
    used = next((p for p in made if rooms.search(texts[p])), None)
    adapted = project.code.holding("createAdapter(", "redis-adapter", "useWebSocketAdapter", "RedisIoAdapter")
    if used is None:
        return
    if any(service in owners(project, p) for p in adapted):
        yield ok(f"{service.name}: an adapter tells the other processes who is in a room.", At(used))
        return
    match = rooms.search(texts[used])
    line = texts[used].count("\n", 0, match.start()) + 1 if match else 1
    yield bad(
        f"{service.name}: rooms of socket.io without an adapter: of {number} processes each reaches those who are connected to it alone.",
        At(used, line),
        at,
    )


def _sessions(project: Project, service: Service, number: int) -> Iterator[Fact]:
    for match in project.code.find(kind="call_expression", languages=JAVASCRIPT, needles=("express-session",)):
        if re.match(r"^(?:session|expressSession)\(", match.text) and service in owners(project, match.path):
            if re.search(r"\bstore\b", match.text):
                yield ok(f"{service.name}: sessions are kept in a store.", match)
            else:
                grade = Severity.HIGH if number > 1 else Severity.MEDIUM
                yield bad(
                    f"{service.name}: sessions are kept in the process: a restart logs everybody out, and no second process knows them.",
                    match,
                    severity=grade,
                )


def _file_database(service: Service, number: int) -> Iterator[Fact]:
    files = [s for s in service.stores if s.engine == "sqlite"]
    if not files or any(s.engine in RELATIONAL - {"sqlite"} for s in service.stores):
        return
    deployed = [d for d in service.deployments if d.environment not in ASIDE]
    if number > 1:
        yield bad(
            f"{service.name}: {number} processes, each with a database file of its own.",
            files[0],
            *[d.at for d in deployed[:2]],
        )
    elif deployed and not any(source for d in deployed for source, _, _ in d.volumes):
        yield bad(
            f"{service.name}: the database is a file in the container, which is deleted with it.",
            files[0],
            *[d.at for d in deployed[:2]],
        )


def _collections(project: Project, service: Service, number: int, at: At) -> Iterator[Fact]:
    for path in sorted({r.at.path for r in service.routes} | {e.path for e in service.entrypoints}):
        root = project.code.tree(path)
        if root is None or project.code.language(path) not in (*JAVASCRIPT, "python"):
            continue
        text = project.code.text(path)
        for name, place in _module_collections(root, path):
            if _filled(name, text) and not _FINE.search(name) and not _is_memo(name, text):
                grade = Severity.HIGH if _HELD.search(name) else Severity.MEDIUM
                yield bad(
                    f"{service.name}: `{name}` is filled at run time in the memory of one of {number} processes; the others do not know what is in it.",
                    place,
                    at,
                    severity=grade,
                )


def _module_collections(root: SgNode, path: str) -> Iterator[tuple[str, At]]:
    """Names of a module that are bound to an empty collection."""
    for statement in root.children():
        inner = (
            statement.child(1)
            if statement.kind() == "export_statement" and len(statement.children()) > 1
            else statement
        )
        for node in (
            inner.find_all(kind="variable_declarator")
            if inner is not None and inner.kind() in {"lexical_declaration", "variable_declaration"}
            else ()
        ):
            name, value = node.field("name"), node.field("value")
            if name is not None and value is not None and _MADE_JS.match(value.text()):
                yield str(name.text()), node_at(path, node)
        made = statement.child(0) if path.endswith(".py") and statement.kind() == "expression_statement" else None
        if made is not None and made.kind() == "assignment":
            left, right = made.field("left"), made.field("right")
            if (
                left is not None
                and right is not None
                and re.fullmatch(
                    r"\{\s*\}|\[\s*\]|dict\(\)|set\(\)|list\(\)|defaultdict\(\w+\)|deque\(\)", right.text()
                )
            ):
                yield str(left.text()), node_at(path, made)


def _filled(name: str, text: str) -> bool:
    """Whether code that is indented, thus within a function, puts something in."""
    one = re.escape(name)
    return (
        re.search(
            rf"^[ \t]+.*(?<![\w.]){one}(?:\.(?:set|add|push|append|update|setdefault|unshift)\(|\[[^\]\n]+\]\s*(?:\+|-|\|\|)?=(?!=))",
            text,
            re.MULTILINE,
        )
        is not None
    )


def _is_memo(name: str, text: str) -> bool:
    """Whether what is missing is looked up and then kept: a cache, whatever it is called."""
    one = re.escape(name)
    missing = rf"if (?P<key>[\w.]{{1,60}}) not in {one}:|if \(!{one}\.has\((?P<js>[\w.]{{1,60}})\)\)"
    asked = re.search(missing, text)
    if asked is None:
        return False
    key = re.escape(asked["key"] or asked["js"])
    awaited = rf"^[ \t]+{one}(?:\[{key}\] = |\.set\({key}, ).{{0,80}}?(?:await |\.(?:query|execute|scalar|get|find\w*|fetch\w*|load\w*)\()"
    return re.search(awaited, text, re.MULTILINE) is not None
