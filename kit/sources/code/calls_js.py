"""How a JavaScript call states a route: its place in a chain, its methods, its handler."""

from __future__ import annotations

from ast_grep_py import SgNode

from kit.sources.code.js_module import callee_name, string_value, unwrap


def position_of(call: SgNode) -> int:
    """Where a call is made: in a chain the place of the method's name, else its start."""
    function = call.field("function")
    prop = function.field("property") if function is not None else None
    return int((prop or call).range().start.index)


def method_name_of(node: SgNode) -> SgNode | None:
    """Where a chained call begins: at its own method, not at the chain's root."""
    function = node.field("function") if node.kind() == "call_expression" else None
    return function.field("property") if function is not None else None


def covers(outer: str, path: str) -> bool:
    """True where a guard put at one path guards another: `/api` and `/api/*` cover `/api/users`."""
    outer = outer.rstrip("*").rstrip("/")
    return not outer or path == outer or path.startswith(f"{outer}/")


def flat(nodes: list[SgNode]) -> list[SgNode]:
    """The nodes, arrays among them by their items."""
    return [inner for node in nodes for inner in (node.named_children() if node.kind() == "array" else [node])]


def methods_of(node: SgNode | None) -> list[str]:
    """The methods that a string or an array of strings names; every one where none can be told."""
    if node is None:
        return ["GET"]
    node = unwrap(node)
    named = [string_value(n) for n in (node.named_children() if node.kind() == "array" else [node])]
    found = [name.upper() for name in named if name]
    return ["ANY" if name in {"*", "ALL"} else name for name in found] or ["ANY"]


def handler_name(node: SgNode | None) -> str:
    """The last name of what answers; empty for a function written in place."""
    return callee_name(node).rsplit(".", 1)[-1] if node is not None else ""
