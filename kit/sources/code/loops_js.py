"""Calls made in a loop over a literal list, one by one: `routes.forEach((r) => app.use(r.path,
r.router))`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from kit.sources.code.js import JsProject
from kit.sources.code.js_module import FUNCTIONS, JsModule, arguments, method_of, pair, parameters, unwrap

MAX_ITEMS = 200


@dataclass
class Substitution:
    """A call's arguments, and what those stand for that the loop's variable gives."""

    arguments: list[SgNode]
    given: dict[int, tuple[SgNode, JsModule]] = field(default_factory=dict)

    def of(self, node: SgNode) -> SgNode:
        """The argument, or what the loop puts in its place."""
        return self.given[node.range().start.index][0] if node.range().start.index in self.given else node

    def module_of(self, node: SgNode, module: JsModule) -> JsModule:
        """The module that the argument, or what stands for it, is written in."""
        return self.given[node.range().start.index][1] if node.range().start.index in self.given else module


def repetitions(call: SgNode, module: JsModule, project: JsProject) -> Iterator[Substitution]:
    """The call once, or once per item of the list that the loop around it goes through."""
    given = arguments(call)
    loop = _loop_around(given) if any(_root(node) is not None for node in given) else None
    found = project.resolve(loop[1], module) if loop else None
    items = found.node if found and found.node is not None else unwrap(loop[1]) if loop else None
    if loop is None or items is None or items.kind() != "array":
        yield Substitution(given)
        return
    where = found.module if found else module
    for item in items.named_children()[:MAX_ITEMS]:
        yield Substitution(given, dict(_taken(given, loop[0], unwrap(item), where)))


def _taken(
    given: list[SgNode], variable: SgNode, item: SgNode, module: JsModule
) -> Iterator[tuple[int, tuple[SgNode, JsModule]]]:
    for node in given:
        value: SgNode | None = None
        if variable.kind() == "identifier" and node.kind() == "member_expression" and _root(node) == variable.text():
            prop = node.field("property")
            value = pair(item, prop.text()) if prop is not None else None
        elif node.kind() == "identifier" and node.text() == variable.text():
            value = item
        elif node.kind() == "identifier" and variable.kind() == "object_pattern":
            value = pair(item, node.text())
        if value is not None:
            yield node.range().start.index, (unwrap(value), module)


def _root(node: SgNode) -> str | None:
    while node.kind() == "member_expression":
        inner = node.field("object")
        if inner is None:
            return None
        node = inner
    return node.text() if node.kind() == "identifier" else None


def _loop_around(given: list[SgNode]) -> tuple[SgNode, SgNode] | None:
    """The variable and the list of the `forEach`, `map` or `for … of` whose variable an argument uses."""
    names = {_root(node) for node in given} - {None}
    for outer in given[0].ancestors():
        if outer.kind() in FUNCTIONS:
            found = _for_each(outer)
        elif outer.kind() == "for_in_statement":
            found = (outer.field("left"), outer.field("right"))
        else:
            continue
        if found and found[0] is not None and found[1] is not None and _binds(found[0], names):
            return found[0], found[1]
    return None


def _for_each(function: SgNode) -> tuple[SgNode | None, SgNode | None] | None:
    holder = function.parent()
    call = holder.parent() if holder is not None and holder.kind() == "arguments" else None
    method = method_of(call) if call is not None else None
    names = parameters(function)
    return (names[0], method[0]) if method and method[1] in {"forEach", "map"} and names else None


def _binds(variable: SgNode, names: set[str | None]) -> bool:
    if variable.kind() == "object_pattern":
        return any(child.text() in names for child in variable.named_children())
    return variable.text() in names
