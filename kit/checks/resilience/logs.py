"""What does nothing but write down that something went wrong."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

LOGS = re.compile(
    r"^(?:this\.)?(?:console|\w*[lL]og(?:ger)?|\w+\.log(?:ger)?|Sentry|sentry_sdk|logging|structlog)\.\w+$|^(?:print|log|logError|captureException)$"
)
"""Calls that write a line of a log."""
_ELSE = [{"kind": "throw_statement"}, {"kind": "await_expression"}, {"kind": "if_statement"}]
_CALLS = [{"kind": "call_expression"}, {"kind": "new_expression"}]


def only_logs(body: SgNode) -> bool:
    """Whether a piece of JavaScript calls nothing but loggers, and throws and decides nothing."""
    if body.find(any=_ELSE) is not None:
        return False
    calls = [(call, call.range().start.index, call.range().end.index) for call in body.find_all(any=_CALLS)]
    written = [(first, last) for call, first, last in calls if LOGS.match(_callee(call))]
    return all(any(a <= first and last <= b for a, b in written) for _, first, last in calls)


def _callee(call: SgNode) -> str:
    function = call.field("function")
    return function.text() if function is not None else ""
