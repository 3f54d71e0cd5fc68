"""What the handler of a route does, as far as its own lines show: does it only answer, does it ask who calls?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from kit.checks.shared.handlers import handler, statement
from kit.project import Project
from kit.sources.code.python_module import last_name
from kit.sources.code.words import refuses, suggests_auth, words_of
from kit.sources.commands.command import word_set
from kit.system.model import Route

_CHANGES = word_set(
    "add save insert create update upsert delete remove commit flush persist write store put push publish send emit enqueue "
    "delay apply schedule submit place cancel approve reject assign grant revoke set start stop restart reset trigger dispatch "
    "process run pay charge refund transfer upload move rename sync record register subscribe mark toggle enable disable lock "
    "unlock merge replace bulk increment decrement incr decr presign presigned generate issue sign hold release post patch exec"
)
_LOOKS_UP = word_set(
    "get find query select search list fetch load read calculate compute count preview predict forecast estimate compress "
    "decompress encode decode validate check parse convert compare lookup"
)


_STORES = word_set(
    "save insert create update upsert delete remove destroy commit flush persist publish enqueue charge refund upload cancel "
    "approve reject assign grant revoke add append write transfer deduct increment decrement bulk emit produce execute drop make open close kick ban block"
)
_CALLED = re.compile(r"([\w.]{0,120}?)\b(\w{1,60})\s*(?:<[^<>()]{0,80}>)?\(")
_REPLIES = re.compile(r"(?:^|\.)(?:res|resp|response|reply|Response|Object|crypto|JSON|Date|URL|document|headers)\.")
_WRITES_SQL = re.compile(r"(?i)\b(?:insert\s+into|update\s+\w+\s+set|delete\s+from)\b")


def is_sure_to_change(project: Project, route: Route, beside: Iterable[Route]) -> bool:
    """Whether it is seen that a route changes something: by its method, by what its handler is called or calls, or by the
    routes beside it that replace or delete what it makes. A POST may as well be a question that is too long for a path."""
    if route.method != "POST" or _handler(project, route) is not None:
        return True  # of Python, `only_answers` has left the questions out
    name = route.handler.rsplit(".", 1)[-1]
    last = next((part for part in reversed(route.path.split("/")) if part and not part.startswith("{")), "")
    if {*words_of(name), *words_of(last)} & (_CHANGES | _STORES):
        return True
    below = re.compile(rf"{re.escape(route.path.rstrip('/'))}(?:/\{{[^/]*\}})?/?")
    if any(other.method in {"PUT", "PATCH", "DELETE"} and below.fullmatch(other.path) for other in beside):
        return True
    text = _text(project, route)
    return _WRITES_SQL.search(text) is not None or any(_stores(*found) for found in _CALLED.findall(text))


def _stores(before: str, called: str) -> bool:
    return not _REPLIES.search(before) and bool(set(words_of(called)) & _STORES)


_OPENED = re.compile(
    r"\b(?:skip_?auth\w{0,20}|no_?auth|allow_?anonymous|is_?public)\b['\"]?\s?[:=]\s?true\b"
    r"|\b(?:require_?auth\w{0,20}|auth_?required|authenticate)\b['\"]?\s?[:=]\s?false\b",
    re.IGNORECASE,
)


def is_open_on_purpose(project: Project, route: Route) -> bool:
    """Whether the handler itself switches off what asks who calls: `parse(request, { skipAuth: true })`. That strangers
    may call it is decided there, and not forgotten."""
    return _OPENED.search(_text(project, route)) is not None


def _text(project: Project, route: Route) -> str:
    """The handler's text, its strings kept, for SQL may stand in one; where it is not known the route's."""
    found = handler(project, route)
    return found.body if found is not None else statement(project, route)


def only_answers(project: Project, route: Route) -> bool:
    """Whether a handler of Python behind a POST looks things up or computes, and calls nothing that sounds like a change:
    a question too long for a path. One that only refuses (501) changes nothing either."""
    handler = _handler(project, route)
    if handler is None or route.method != "POST":
        return handler is not None and _refuses_all(handler)
    if _refuses_all(handler):
        return True
    called = [last_name(c.func) for c in _calls(handler) if isinstance(c.func, ast.Name | ast.Attribute)]
    said = {word for name in called if not name[:1].isupper() for word in words_of(name)}  # a class is made, not done
    return not said & _CHANGES and (bool(said & _LOOKS_UP) or not said) and not _writes(handler)


def asks_by_hand(project: Project, route: Route) -> bool:
    """Whether the body of a Python handler calls what tells who the caller is, without the framework's help."""
    handler = _handler(project, route)
    return handler is not None and any(suggests_auth(last_name(c.func)) for c in _calls(handler))


def refuses_elsewhere(project: Project, route: Route) -> bool:
    """Whether a view of Django, which stands in another file than its path, turns strangers away itself."""
    name = route.handler.rsplit(".", 1)[-1]
    if route.framework != "django" or not name.isidentifier():
        return False
    for path in project.code.holding(f"def {name}(", languages=("python",)):
        module = project.code.python(path)
        for node in module.body if module is not None else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                return refuses("\n".join(map(ast.unparse, node.body)))
    return False


def _handler(project: Project, route: Route) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    module = project.code.python(route.at.path) if route.at.path.endswith(".py") else None
    name, line = route.handler.rsplit(".", 1)[-1], route.at.line or 0
    for node in ast.walk(module) if module is not None else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first <= line <= (node.end_lineno or node.lineno):
                return node
    return None


def _calls(handler: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    """The calls of the body; what makes an error is none of the handler's work."""
    waiting: list[ast.AST] = list(handler.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise):
            continue
        if isinstance(node, ast.Call):
            yield node
        waiting.extend(ast.iter_child_nodes(node))


def _writes(handler: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether an attribute, or an entry of what is not the handler's own, gets a value or goes."""
    names = [n for n in ast.walk(handler) if isinstance(n, ast.Name)]
    own = {n.id for n in names if isinstance(n.ctx, ast.Store)}
    for node in ast.walk(handler):
        if isinstance(node, ast.Global | ast.Delete):
            return True
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            root: ast.expr = node
            while isinstance(root, ast.Subscript | ast.Attribute):
                root = root.value
            if not isinstance(root, ast.Name) or root.id not in own:
                return True
    return False


def _refuses_all(handler: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a handler is a promise only: nothing but words and an error stands in it."""
    body = [s for s in handler.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    return len(body) == 1 and isinstance(body[0], ast.Raise)
