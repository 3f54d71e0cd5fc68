"""Is what was read and is written back still what it was when it was read?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.shared.calls import JAVASCRIPT, Call, calls, option, unwrap
from kit.model import Clause, Fact, Severity, bad
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import node_at

_FUNCTIONS = frozenset({
    "function_declaration", "arrow_function", "method_definition", "function_expression", "function_definition",
    "method_declaration", "func_literal",
})  # fmt: skip
_HOLDS = re.compile(
    r"(?i)FOR UPDATE|with_for_update|select_for_update|redlock|\block\(|\.lock\b|advisory|\bnx\b|watch\(|\.eval\(|version|Serializable|RepeatableRead|pessimistic|optimistic|\bF\("
)
_COSTLY = re.compile(
    r"(?i)balance|stock|quantity|seats?|credits?|remaining|available|inventory|capacity|tickets?|funds|wallet"
)
_STORE = re.compile(r"(?i)(?:redis|cache|kv|client|store|rdb)\w*$")


@check(
    "DAT-066", "What is read and written back is not overwritten", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=3
)
def nothing_is_overwritten(project: Project) -> Iterator[Fact]:
    """
    Two requests read the same balance, both add to it, and the second to write wins: the first is lost. It happens under
    load only, and nothing reports it.

    Decides: numbers that a function reads from a row or a key and writes back plus or minus something, without a lock, a
    version or an isolation level in the function: `update` of Prisma with `row.field - n`, `obj.field -= n` before
    `save()` or `commit()` in Python, `get` and `set` of one key of Redis.

    Fix: let the database count, as `UPDATE ... SET stock = stock - n` and `INCRBY` do.
    - prisma: `{ decrement: n }`.
    - mongoose: `{ $inc: { stock: -n } }`.
    - django: `F("stock") - n`.
    - sqlalchemy: `Item.stock - n` in an `update`.

    Blind to: locks that a caller takes.

    See: https://martinfowler.com/eaaCatalog/optimisticOfflineLock.html
    """
    yield from _of_client(project)
    yield from _of_keys(project)
    yield from _of_python(project)


def _function(node: SgNode) -> SgNode | None:
    return next((n for n in node.ancestors() if n.kind() in _FUNCTIONS), None)


def _of_client(project: Project) -> Iterator[Fact]:
    names = ("update", "updateMany", "updateOne", "findByIdAndUpdate")
    for call in calls(project, *names, languages=JAVASCRIPT):
        data = next((found for a in call.args if (found := option(a, "data", "$set")) is not None), None)
        function = _function(call.node)
        if data is None or function is None or _HOLDS.search(function.text()):
            continue
        for pair in unwrap(data).children():
            key, value = (pair.field("key"), pair.field("value")) if pair.kind() == "pair" else (None, None)
            if key is None or value is None:
                continue
            name = re.escape(key.text().strip("'\""))
            counted = re.match(rf"^\(?(\w+)[?!]?\.{name}\)?\s*[+-]\s*[\w.]+$", value.text())
            if counted is not None and re.search(rf"\b{counted[1]}\s*=\s*await\b", function.text()):
                yield _lost(key.text().strip("'\""), call.path, pair)


def _of_keys(project: Project) -> Iterator[Fact]:
    for call in calls(
        project, "set", "setex", "put", languages=("python", *JAVASCRIPT), needles=("redis", "Redis", "cache")
    ):
        owner = call.callee.rpartition(".")[0]
        function = _function(call.node)
        if function is None or len(call.args) < 2 or not _STORE.search(owner):
            continue
        body = function.text()
        key = re.escape(call.args[0].text()[:100])
        read = re.search(rf"\b(\w+)\s*=\s*[^\n]{{0,40}}{re.escape(owner)}\.get\(\s*{key}\s*[),]", body)
        if read is None or _HOLDS.search(body.replace("cache.lock", "")):
            continue
        if _counts(call, read[1]):
            yield bad(
                f"`{call.args[0].text()[:60]}` is read, changed and written back: of two that do so at once, one is lost.",
                call,
            )


def _counts(call: Call, name: str) -> bool:
    """Whether the value that is written is the one that was read, plus or minus something."""
    return any(
        re.search(rf"\b{re.escape(name)}\)*(?:\s*\|\|\s*0\)*|\s*\?\?\s*0\)*|\s+or\s+0\)*)?\s*[+-]\s*\w", a.text())
        for a in call.args[1:]
    )


_CHANGED = re.compile(r"^(?P<owner>\w+)\.(?P<field>\w+)$")


def _of_python(project: Project) -> Iterator[Fact]:
    for match in project.code.find(
        kind="augmented_assignment", languages=("python",), needles=(".save(", ".commit(", "session")
    ):
        left, function = match.node.field("left"), _function(match.node)
        named = _CHANGED.match(left.text()) if left is not None else None
        if named is None or function is None or named["owner"] in {"self", "cls"} or not _COSTLY.search(named["field"]):
            continue
        body = function.text()
        written = re.search(rf"\b{named['owner']}\.save\(|\.commit\(", body)
        asked = rf"\b{named['owner']}\s*=\s*(?:await\s+)?[^\n]{{0,120}}(?:\.get\(|\.first\(|\.one\w*\(|get_object_or_404\(|scalar\w*\()"
        if written and re.search(asked, body) and not _HOLDS.search(body):
            yield _lost(named["field"], match.path, match.node)


def _lost(field: str, path: str, node: SgNode) -> Fact:
    grade = Severity.HIGH if _COSTLY.search(field) else Severity.LOW
    return bad(
        f"`{field}` is counted from what was read before: of two requests at once, one is lost.",
        node_at(path, node),
        severity=grade,
    )
