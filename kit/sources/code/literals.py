"""Object literals of JavaScript and TypeScript as trees of nodes, followed through the project's own modules."""

from __future__ import annotations

import posixpath

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.js import JsProject
from kit.sources.code.js_module import JsModule, arguments, string_value, unwrap
from kit.sources.formats.nodes import Node, Scalar

COMPUTED = "${code}"
"""What stands for a value that only running the code would tell, or for that part of a text."""

MAX_DEPTH = 40
MAX_NODES = 20_000

_CONSTANTS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "undefined": None}


class Literals:
    """Reads literals without running anything. `home` is the folder that the program would be started in."""

    def __init__(self, project: JsProject, home: str) -> None:
        self.project = project
        self.home = home
        self._left = MAX_NODES

    def exported(self, path: str) -> Node | None:
        """The object that a module exports as a whole; None where it exports none, or a computed one."""
        module = self.project.module(path)
        found = self.project.exported(module, "default") if module is not None else None
        if found is None or found.node is None:
            return None
        node = self.node(found.node, found.module)
        return node if node.is_map else None

    def node(self, value: SgNode, module: JsModule, depth: int = 0) -> Node:
        """The value as a tree. What is followed stands where it is written."""
        value = unwrap(value)
        at, kind = module.at(value), value.kind()
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            return Node(COMPUTED, at)
        if kind == "object":
            entries = self._entries(value, module, depth)
            return Node(entries if entries is not None else COMPUTED, at)
        if kind == "array":
            items = self._items(value, module, depth)
            return Node(items if items is not None else COMPUTED, at)
        if kind in {"string", "template_string"}:
            literal = string_value(value)
            return Node(literal if literal is not None else self._template(value, module, depth), at)
        if kind in _CONSTANTS or value.text() == "undefined":
            return Node(_CONSTANTS[value.text()], at)
        return Node(_number(value.text()), at) if kind == "number" else self._followed(value, module, depth)

    def _entries(self, value: SgNode, module: JsModule, depth: int) -> dict[str, Node] | None:
        """None where a part is computed that may hold any key."""
        entries: dict[str, Node] = {}
        for part in value.named_children():
            kind, key = part.kind(), part.field("key")
            given = part.field("value")
            if kind == "comment":
                continue
            if kind == "spread_element":
                spread = self.node(part.named_children()[0], module, depth + 1)
                if not isinstance(spread.data, dict):
                    return None
                entries.update(spread.data)
            elif kind == "shorthand_property_identifier":
                entries[part.text()] = self._entry(part, part, module, depth)
            elif kind == "pair" and key is not None and given is not None and key.kind() != "computed_property_name":
                entries[string_value(key) or key.text()] = self._entry(key, given, module, depth)
            elif kind != "method_definition":
                return None
        return entries

    def _entry(self, key: SgNode, value: SgNode, module: JsModule, depth: int) -> Node:
        """A scalar, and what is written here, stands at its key."""
        node, name = self.node(value, module, depth + 1), string_value(key) or key.text()
        start = module.at(key)
        nested = node.is_map or node.is_list
        if not nested:
            return Node(node.data, At(start.path, start.line, module.at(value).end_line), key=name)
        here = node.at == module.at(unwrap(value))
        return Node(node.data, At(start.path, start.line, node.at.end_line) if here else node.at, key=name)

    def _items(self, value: SgNode, module: JsModule, depth: int) -> list[Node] | None:
        items: list[Node] = []
        for part in value.named_children():
            if part.kind() == "spread_element":
                spread = self.node(part.named_children()[0], module, depth + 1)
                if not isinstance(spread.data, list):
                    return None
                items += spread.data
            elif part.kind() != "comment":
                items.append(self.node(part, module, depth + 1))
        return items

    def _template(self, value: SgNode, module: JsModule, depth: int) -> str:
        pieces = []
        for child in value.named_children():
            inner = child.named_children() if child.kind() == "template_substitution" else None
            if inner is None:
                pieces.append("$" if child.text() == r"\$" else child.text())
            else:
                pieces.append(self.node(inner[0], module, depth + 1).text or COMPUTED if inner else COMPUTED)
        return "".join(pieces)

    def _followed(self, value: SgNode, module: JsModule, depth: int) -> Node:
        at = module.at(value)
        if value.text().startswith("process.env."):
            name = value.text().removeprefix("process.env.")
            return Node(f"${{env:{name}}}" if name.isidentifier() else COMPUTED, at)
        if value.kind() == "call_expression" and self._names_folder(value, module):
            return Node(posixpath.relpath(posixpath.dirname(module.path) or ".", self.home or "."), at)
        found = self.project.resolve(value, module)
        if found is None:
            return Node(COMPUTED, at)
        if found.node is None:
            return self._whole(found.module, depth)
        same = found.module is module and found.node.range().start == value.range().start
        return Node(COMPUTED, at) if same else self.node(found.node, found.module, depth + 1)

    def _whole(self, module: JsModule, depth: int) -> Node:
        """A module as a mapping of what it exports."""
        names = [*module.exports, *(given for _, _, given in module.reexports)]
        if "*" in names:
            return Node(COMPUTED, At(module.path))
        found = {name: self.project.exported(module, name) for name in names if name != "default"}
        return Node(
            {n: self.node(f.node, f.module, depth + 1) for n, f in found.items() if f and f.node is not None},
            At(module.path),
        )

    def _names_folder(self, call: SgNode, module: JsModule) -> bool:
        """Whether a function of the project is asked for this file's folder as seen from the working directory."""
        if [argument.text() for argument in arguments(call)] != ["__dirname"]:
            return False
        function = self.project.function(call.field("function"), module)
        return function is not None and function.node is not None and "process.cwd()" in function.node.text()


def _number(text: str) -> Scalar:
    plain = text.replace("_", "")
    try:
        return int(plain) if plain.isdigit() else float(plain)
    except ValueError:
        return COMPUTED
