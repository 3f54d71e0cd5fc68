"""What a view's `get_permissions` of REST framework answers: for each action, and for each method."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

from kit.sources.code.python_module import Function, elements, last_name, literal_text

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Asked(NamedTuple):
    """A request as a view sees it: the action of a viewset, where it is one, and the method."""

    action: str
    method: str


class Answer(NamedTuple):
    """The permissions that are asked for: those of `node`; without it those that the class states, where `sure`."""

    node: ast.AST | None
    sure: bool = True


_STATED = Answer(None)
_UNSURE = Answer(None, sure=False)


def permissions_for(function: Function, asked: Asked) -> Answer:
    """What `get_permissions` returns for a request, as far as its branches ask for the action and the method alone."""
    answer, _ = _walk(function.body, asked, _STATED)
    return answer or _UNSURE


def _walk(statements: Iterable[ast.stmt], asked: Asked, current: Answer) -> tuple[Answer | None, Answer]:
    """What the statements return, if they do, and the permissions that are set where they end."""
    for statement in statements:
        returned: Answer | None = None
        if isinstance(statement, ast.Return):
            return _value(statement.value, asked, current), current
        if isinstance(statement, ast.If):
            holds = _holds(statement.test, asked)
            if holds is None:
                return _UNSURE, current
            returned, current = _walk(statement.body if holds else statement.orelse, asked, current)
        elif isinstance(statement, ast.Assign) and any("permission" in last_name(t) for t in statement.targets):
            current = _value(statement.value, asked, current)
        elif not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr | ast.Pass):
            return _UNSURE, current
        if returned is not None:
            return returned, current
    return None, current


def _value(node: ast.expr | None, asked: Asked, current: Answer) -> Answer:
    if isinstance(node, ast.List | ast.Tuple):
        return Answer(node)
    if isinstance(node, ast.IfExp):
        holds = _holds(node.test, asked)
        return _UNSURE if holds is None else _value(node.body if holds else node.orelse, asked, current)
    if isinstance(node, ast.ListComp):
        return _value(node.generators[0].iter, asked, current)
    if isinstance(node, ast.Call) and last_name(node) == "get_permissions":
        return current
    if isinstance(node, ast.Name | ast.Attribute) and "permission" in last_name(node):
        return current
    return _UNSURE


def _holds(test: ast.expr, asked: Asked) -> bool | None:
    """Whether a condition holds for a request; None where it asks for anything else."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _holds(test.operand, asked)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        parts = [_holds(value, asked) for value in test.values]
        decided = isinstance(test.op, ast.Or)
        return decided if decided in parts else None if None in parts else not decided
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test, asked)
    return None


def _compared(test: ast.Compare, asked: Asked) -> bool | None:
    value = {"action": asked.action, "method": asked.method}.get(last_name(test.left))
    operator, other = test.ops[0], test.comparators[0]
    if not value:
        return None
    if last_name(other) == "SAFE_METHODS":
        known: set[str | None] = set(_SAFE)
    else:
        known = {literal_text(item) for item in elements(other)}
    if None in known:
        return None
    if isinstance(operator, ast.In | ast.Eq):
        return value in known
    return value not in known if isinstance(operator, ast.NotIn | ast.NotEq) else None
