"""Edits of node trees. Nodes are frozen: an edit gives a new tree whose untouched parts keep their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from kit.model import At
from kit.sources.formats.nodes import Node, Scalar

Edit = Callable[[Node], Node | None]
"""What becomes of a node; None takes it away."""


def scalar(value: Scalar, at: At, key: str | None = None) -> Node:
    """A scalar that stands at `at`."""
    return Node(value, at, key=key)


def with_entry(node: Node, key: str, value: Node) -> Node:
    """The mapping with that entry added or replaced; a node that is no mapping becomes one."""
    entries = dict(node.data) if isinstance(node.data, dict) else {}
    entries[key] = value
    return replace(node, data=entries)


def without_entry(node: Node, key: str) -> Node:
    """The mapping without that entry."""
    if not isinstance(node.data, dict) or key not in node.data:
        return node
    return replace(node, data={k: v for k, v in node.data.items() if k != key})


def with_value(node: Node, route: tuple[str, ...], value: Node) -> Node:
    """The tree with `value` at the route of keys; missing mappings stand at the value's place."""
    if not route:
        return value
    child = node.get(route[0]) or Node({}, value.at, key=route[0])
    return with_entry(node, route[0], with_value(child, route[1:], value))


def edited(node: Node, route: tuple[str, ...], edit: Edit) -> Node:
    """The tree with `edit` applied to every node that the route leads to; `*` is every key or item."""
    return _edited(node, route, edit) or replace(node, data=None)


def _edited(node: Node, route: tuple[str, ...], edit: Edit) -> Node | None:
    if not route:
        return edit(node)
    step, rest = route[0], route[1:]
    if isinstance(node.data, list):
        if step != "*":
            return node
        return replace(node, data=_kept(_edited(item, rest, edit) for item in node.data))
    if not isinstance(node.data, dict) or (step != "*" and step not in node.data):
        return node
    changed = {k: _edited(v, rest, edit) if step in {"*", k} else v for k, v in node.data.items()}
    return replace(node, data={k: v for k, v in changed.items() if v is not None})


def _kept(nodes: Iterable[Node | None]) -> list[Node]:
    return [node for node in nodes if node is not None]


def relocated(node: Node, place: Callable[[At], At]) -> Node:
    """The tree with every place mapped: for text that was generated or that stands inside another file."""
    seen: dict[int, Node] = {}

    def moved(old: Node) -> Node:
        if id(old) not in seen:
            seen[id(old)] = _moved(old)
        return seen[id(old)]

    def _moved(old: Node) -> Node:
        at = place(old.at)
        key_line = place(At(old.at.path, old.key_line)).line if old.key_line is not None else None
        if isinstance(old.data, dict):
            return replace(old, data={k: moved(v) for k, v in old.data.items()}, at=at, key_line=key_line)
        if isinstance(old.data, list):
            return replace(old, data=[moved(v) for v in old.data], at=at, key_line=key_line)
        return replace(old, at=at, key_line=key_line)

    return moved(node)


def shifted(node: Node, path: str, lines: int) -> Node:
    """The tree as it stands in `path`, `lines` further down."""

    def place(at: At) -> At:
        first = None if at.line is None else at.line + lines
        return At(path, first, None if at.end_line is None else at.end_line + lines)

    return relocated(node, place)
