"""What becomes of a message of Kafka whose handling fails?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.resilience.logs import LOGS, only_logs
from kit.checks.shared.judged import JS, owner, runs
from kit.model import At, Fact, bad, ok
from kit.project import Project
from kit.sources.code.index import node_at

_PYTHON = ("aiokafka", "confluent_kafka", "from kafka import", "import kafka")
_LOST = "an error is logged and the offset moves on: a message whose handling fails once is never handled"


def messages_are_kept(project: Project) -> Iterator[Fact]:
    """Consumers of Kafka that catch what goes wrong: whether they do more than log it."""
    for path in project.code.holding("eachMessage", languages=JS):
        root = project.code.tree(path) if runs(path) else None
        for caught in _of_kafkajs(root) if root is not None else ():
            yield _told(project, path, node_at(path, caught), only_logs=only_logs(caught))
    for path in project.code.holding(*_PYTHON, languages=("python",)):
        module = project.code.python(path) if runs(path) else None
        for handler in _of_python(module) if module is not None else ():
            lines = At(path, handler.lineno, handler.end_lineno)
            yield _told(project, path, lines, only_logs=_only_logs_python(handler))


def _told(project: Project, path: str, at: At, *, only_logs: bool) -> Fact:
    name = owner(project, path)
    if only_logs:
        return bad(f"{name}: a consumer of Kafka swallows errors; {_LOST}.", at)
    return ok(f"{name}: what becomes of a message that cannot be handled is seen to.", at)


def _of_kafkajs(root: SgNode) -> Iterator[SgNode]:
    """The catch clauses around what handlers of messages do."""
    for pair in root.find_all(any=[{"kind": "pair"}, {"kind": "method_definition"}]):
        key = pair.field("key") or pair.field("name")
        body = pair.field("value") or pair.field("body")
        if key is None or body is None or key.text() != "eachMessage":
            continue
        handed = _handed_on(root, body)
        yield from _caught(body if handed is None else handed)


def _handed_on(root: SgNode, body: SgNode) -> SgNode | None:
    """The method of the file that a handler hands the message to, where it does nothing else."""
    if body.find(kind="try_statement") is not None:
        return None
    called = re.findall(r"\bthis\.(\w+)\(", body.text())
    if len(called) != 1:
        return None
    return root.find(kind="method_definition", has={"field": "name", "regex": f"^{called[0]}$"})


def _caught(body: SgNode) -> Iterator[SgNode]:
    """The catch clauses of the outermost blocks in which something is waited for."""
    for tried in body.find_all(kind="try_statement"):
        inner = any(
            n.kind() == "try_statement" for n in tried.ancestors() if n.range().start.index > body.range().start.index
        )
        block, caught = tried.field("body"), tried.field("handler")
        if not inner and block is not None and caught is not None and block.find(kind="await_expression") is not None:
            yield caught


def _of_python(module: ast.Module) -> Iterator[ast.ExceptHandler]:
    """The handlers of everything around what loops over messages do."""
    for loop in ast.walk(module):
        if not _is_consuming(loop):
            continue
        for tried in ast.walk(loop):
            for handler in tried.handlers if isinstance(tried, ast.Try) and _calls(tried) else ():
                kind = ast.unparse(handler.type) if handler.type is not None else ""
                if kind in {"", "Exception", "BaseException"}:
                    yield handler
            if isinstance(tried, ast.Try):
                break


def _is_consuming(node: ast.AST) -> bool:
    if isinstance(node, ast.For | ast.AsyncFor):
        return re.search(r"consumer$", ast.unparse(node.iter)) is not None
    return isinstance(node, ast.While) and any(
        isinstance(n, ast.Call) and re.search(r"consumer\.(?:poll|getone)$", ast.unparse(n.func))
        for n in ast.walk(node)
    )


def _calls(tried: ast.Try) -> bool:
    return any(isinstance(n, ast.Await | ast.Call) for s in tried.body for n in ast.walk(s))


def _only_logs_python(handler: ast.ExceptHandler) -> bool:
    if any(isinstance(n, ast.Raise | ast.Return | ast.Break | ast.If | ast.Await) for n in ast.walk(handler)):
        return False
    calls = [s.value for s in handler.body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    others = [s for s in handler.body if not isinstance(s, ast.Pass | ast.Continue | ast.Expr)]
    return not others and all(LOGS.match(ast.unparse(c.func)) or ".exception" in ast.unparse(c.func) for c in calls)
