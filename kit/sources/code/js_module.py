"""One JavaScript or TypeScript file: its scopes, what each binds, its imports and exports."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.index import node_at
from kit.sources.code.mounts import Key

FUNCTIONS = frozenset({
    "function_declaration", "function_expression", "arrow_function", "method_definition",
    "generator_function", "generator_function_declaration",
})  # fmt: skip
CLASSES = frozenset(["class_declaration", "class", "abstract_class_declaration"])
_WRAPPERS = frozenset({
    "await_expression", "as_expression", "satisfies_expression", "parenthesized_expression",
    "non_null_expression",
})  # fmt: skip
_SHARED = ["variable_declarator", "assignment_expression", "import_statement", "export_statement"]
_SHARED += ["class_declaration", "class", *sorted(FUNCTIONS)]
_BY_LANGUAGE = {
    "javascript": [*_SHARED, "field_definition"],
    "typescript": [*_SHARED, "public_field_definition", "abstract_class_declaration"],
    "tsx": [*_SHARED, "public_field_definition", "abstract_class_declaration"],
}


MAX_LINKS = 40
"""How far a chain of members is spelled out."""


class Scope(NamedTuple):
    """The span of a function or class; `outer` is the index of the scope around it, -1 for the file."""

    start: int
    end: int
    node: SgNode
    outer: int


class Binding(NamedTuple):
    """A name in a scope (-1: the file) and the expression, definition or parameter it stands for. `member` is
    what is taken of the expression in a destructuring."""

    scope: int
    node: SgNode
    member: str = ""


class ImportedName(NamedTuple):
    """A name bound by an import: `name` is "default", "*" for the whole module, or an export's name."""

    specifier: str
    name: str


class JsModule:
    """The file's tables. Positions are character offsets."""

    def __init__(self, path: str, root: SgNode, language: str) -> None:
        self.path = path
        self.root = root
        self.typed = language != "javascript"
        self.scopes: list[Scope] = []
        self.bindings: dict[str, list[Binding]] = defaultdict(list)
        self.imports: dict[str, ImportedName] = {}
        self.exports: dict[str, SgNode] = {}
        self.reexports: list[tuple[str, str, str]] = []
        kinds = [{"kind": kind} for kind in _BY_LANGUAGE[language]]
        nodes = sorted(root.find_all(any=kinds), key=lambda n: (n.range().start.index, -n.range().end.index))
        self._open_scopes(nodes)
        for node in nodes:
            self._read(node)

    def at(self, node: SgNode) -> At:
        """The place of a node."""
        return node_at(self.path, node)

    def key(self, node: SgNode) -> Key:
        """The identity of the thing that this expression makes."""
        span = node.range()
        return (self.path, span.start.index, span.end.index)

    def scope_at(self, position: int) -> int:
        """The index of the innermost scope around a position; -1 for the file."""
        index = bisect_right(self._starts, position) - 1
        while index >= 0 and self.scopes[index].end <= position:
            index = self.scopes[index].outer
        return index

    def lookup(self, name: str, position: int) -> Binding | None:
        """What a name stands for at a position, the innermost scope first."""
        candidates = self.bindings.get(name, ())
        scope = self.scope_at(position) if candidates else -1
        while candidates:
            found = next((b for b in candidates if b.scope == scope), None)
            if found or scope < 0:
                return found
            scope = self.scopes[scope].outer
        return None

    def calls(self, *names: str) -> Iterator[SgNode]:
        """Calls of methods of these names (`x.name(...)`) in the order of the source, chains from their root
        on."""
        member = {
            "kind": "member_expression",
            "has": {"field": "property", "regex": f"^({'|'.join(names)})$"},
        }
        found = self.root.find_all(kind="call_expression", has={"field": "function", **member})
        return iter(sorted(found, key=_called_at))

    @cached_property
    def _starts(self) -> list[int]:
        return [scope.start for scope in self.scopes]

    def _open_scopes(self, nodes: list[SgNode]) -> None:
        for node in nodes:
            if node.kind() in FUNCTIONS or node.kind() in CLASSES:
                span = node.range()
                outer = len(self.scopes) - 1
                while outer >= 0 and self.scopes[outer].end <= span.start.index:
                    outer = self.scopes[outer].outer
                self.scopes.append(Scope(span.start.index, span.end.index, node, outer))

    def _read(self, node: SgNode) -> None:
        kind = node.kind()
        if kind in FUNCTIONS or kind in CLASSES:
            self._definition(node)
        elif kind == "variable_declarator":
            self._declarator(node)
        elif kind == "assignment_expression":
            self._assignment(node)
        elif kind.endswith("field_definition"):
            self._field(node)
        elif kind == "import_statement":
            self._import(node)
        else:
            self._export(node)

    def _bind(self, name: str, node: SgNode, scope: int, member: str = "") -> None:
        self.bindings[name].append(Binding(scope, node, member))

    def _definition(self, node: SgNode) -> None:
        start = node.range().start.index
        name = node.field("name")
        if name is not None and node.kind() != "method_definition":
            self._bind(name.text(), node, self.scope_at(start - 1) if start else -1)
        if node.kind() in FUNCTIONS:
            inside = self.scope_at(start)
            for parameter in parameters(node):
                self._bind(parameter.text(), parameter, inside)

    def _declarator(self, node: SgNode) -> None:
        name, value = node.field("name"), node.field("value")
        if name is None or value is None:
            return
        scope = self.scope_at(node.range().start.index)
        required = required_module(value)
        if name.kind() == "object_pattern":
            for taken, bound in destructured(name):
                if required:
                    self.imports.setdefault(bound, ImportedName(required, taken))
                else:
                    self._bind(bound, value, scope, taken)
        elif required and unwrap(value).kind() == "call_expression":
            self.imports.setdefault(name.text(), ImportedName(required, "default"))
        else:
            self._bind(name.text(), value, scope)

    def _assignment(self, node: SgNode) -> None:
        left, right = node.field("left"), node.field("right")
        if left is None or right is None:
            return
        target = left.text()
        if target == "module.exports":
            self._export_value(right)
        elif target.startswith(("exports.", "module.exports.")):
            self.exports.setdefault(target.rsplit(".", 1)[-1], right)
        elif left.kind() == "identifier":
            self._bind(target, right, self.scope_at(node.range().start.index))
        elif target.startswith("this."):
            self._bind(target, right, self._class_at(node.range().start.index))

    def _export_value(self, value: SgNode) -> None:
        while value.kind() == "assignment_expression":
            value = value.field("right") or value
        self.exports.setdefault("default", value)
        for name, node in pairs(unwrap(value)):
            self.exports.setdefault(name, node)

    def _field(self, node: SgNode) -> None:
        name, value = node.field("name") or node.field("property"), node.field("value")
        if name is not None and value is not None:
            self._bind(f"this.{name.text()}", value, self._class_at(node.range().start.index))

    def _class_at(self, position: int) -> int:
        scope = self.scope_at(position)
        while scope >= 0 and self.scopes[scope].node.kind() not in CLASSES:
            scope = self.scopes[scope].outer
        return scope

    def _import(self, node: SgNode) -> None:
        source = node.field("source")
        if source is None:
            return
        specifier = string_value(source) or ""
        for part in node.find_all(any=[{"kind": k} for k in ("import_specifier", "namespace_import")]):
            name, alias = part.field("name"), part.field("alias")
            if part.kind() == "namespace_import":
                bound = part.named_children()[-1].text() if part.named_children() else ""
                self.imports.setdefault(bound, ImportedName(specifier, "*"))
            elif name is not None:
                self.imports.setdefault((alias or name).text(), ImportedName(specifier, name.text()))
        clause = node.find(kind="import_clause")
        for child in clause.children() if clause else ():
            if child.kind() == "identifier":
                self.imports.setdefault(child.text(), ImportedName(specifier, "default"))

    def _export(self, node: SgNode) -> None:
        source = node.field("source")
        specifier = string_value(source) if source is not None else None
        for part in node.find_all(kind="export_specifier"):
            name, alias = part.field("name"), part.field("alias")
            if name is not None and specifier:
                self.reexports.append((specifier, name.text(), (alias or name).text()))
            elif name is not None:
                self.exports.setdefault((alias or name).text(), name)
        if specifier and any(child.kind() == "*" for child in node.children()):
            self.reexports.append((specifier, "*", "*"))
        value, declaration = node.field("value"), node.field("declaration")
        if value is not None or any(child.kind() == "=" for child in node.children()):
            self._export_value(value or node.children()[-2])
        elif declaration is not None:
            self._export_declaration(node, declaration)

    def _export_declaration(self, node: SgNode, declaration: SgNode) -> None:
        name = declaration.field("name")
        if any(child.kind() == "default" for child in node.children()):
            self.exports.setdefault("default", declaration)
        elif name is not None:
            self.exports.setdefault(name.text(), declaration)
        for declarator in declaration.children():
            bound = declarator.field("name") if declarator.kind() == "variable_declarator" else None
            if bound is not None and bound.kind() == "object_pattern":
                for _, alias in destructured(bound):
                    self.exports.setdefault(alias, bound)
            elif bound is not None:
                self.exports.setdefault(bound.text(), declarator.field("value") or bound)


def _called_at(call: SgNode) -> int:
    function = call.field("function")
    prop = function.field("property") if function else None
    return prop.range().start.index if prop else 0


def parameters(function: SgNode) -> list[SgNode]:
    """The names of a function's parameters, in order; one that is taken apart stands as its pattern."""
    single = function.field("parameter")
    if single is not None:
        return [single]
    formal = function.field("parameters")
    found = []
    for parameter in formal.named_children() if formal else ():
        if parameter.kind() == "comment":
            continue
        if parameter.kind() == "assignment_pattern":
            found.append(parameter.field("left") or parameter)
        else:
            found.append(parameter.field("pattern") or parameter)
    return found


def destructured(pattern: SgNode) -> Iterator[tuple[str, str]]:
    """Name taken and name bound of each part of `{a, b: c, d = 1}`."""
    for part in pattern.named_children():
        kind = part.kind()
        if kind == "shorthand_property_identifier_pattern":
            yield part.text(), part.text()
        elif kind == "object_assignment_pattern":
            left = part.field("left")
            if left is not None:
                yield left.text(), left.text()
        elif kind == "pair_pattern":
            key, value = part.field("key"), part.field("value")
            if key is not None and value is not None:
                bound = value.field("left") if value.kind() == "assignment_pattern" else value
                yield key.text().strip("'\""), (bound or value).text()


def unwrap(node: SgNode) -> SgNode:
    """The expression inside of `await`, `as`, `satisfies`, `!` and parentheses."""
    while node.kind() in _WRAPPERS:
        children = [child for child in node.named_children() if child.kind() != "comment"]
        if not children:
            break
        node = children[0]
    return node


def pairs(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    """Key and value of an object literal's entries; of `{a}` the name twice; of a method the method."""
    for part in node.named_children() if node.kind() == "object" else ():
        if part.kind() == "pair":
            key, value = part.field("key"), part.field("value")
            if key is not None and value is not None:
                yield key.text().strip("'\"`"), value
        elif part.kind() == "shorthand_property_identifier":
            yield part.text(), part
        elif part.kind() == "method_definition":
            name = part.field("name")
            if name is not None:
                yield name.text(), part


def pair(node: SgNode | None, *names: str) -> SgNode | None:
    """The value under one of these keys of an object literal, or None."""
    return next((value for key, value in pairs(node) if key in names), None) if node is not None else None


def string_value(node: SgNode | None) -> str | None:
    """The text of a string literal or of a template without substitutions; None for anything else."""
    if node is None or node.kind() not in {"string", "template_string"}:
        return None
    children = node.named_children()
    if any(child.kind() == "template_substitution" for child in children):
        return None
    return "".join(child.text() for child in children)


def arguments(call: SgNode) -> list[SgNode]:
    """The arguments of a call or `new`, without comments."""
    found = call.field("arguments")
    if found is None or found.kind() == "template_string":
        return []
    return [child for child in found.named_children() if child.kind() != "comment"]


def required_module(node: SgNode) -> str | None:
    """The module of `require("x")`, `require("x").default`, `await import("x")`; None for anything else."""
    node = unwrap(node)
    if node.kind() == "member_expression":
        prop, inner = node.field("property"), node.field("object")
        return required_module(inner) if inner is not None and prop is not None and prop.text() == "default" else None
    function = node.field("function") if node.kind() == "call_expression" else None
    if function is None or function.text() not in {"require", "import"}:
        return None
    given = arguments(node)
    return string_value(given[0]) if given else None


def method_of(call: SgNode) -> tuple[SgNode, str] | None:
    """Receiver and method name of `receiver.name(...)`; None for any other call."""
    function = call.field("function") if call.kind() == "call_expression" else None
    if function is None or function.kind() != "member_expression":
        return None
    receiver, prop = function.field("object"), function.field("property")
    return (receiver, prop.text()) if receiver is not None and prop is not None else None


def callee_name(node: SgNode) -> str:
    """The dotted name as written: of `passport.authenticate("jwt")` "passport.authenticate"; "" for a function."""
    parts: list[str] = []
    while len(parts) <= MAX_LINKS:
        node = unwrap(node)
        inner = node.field("function") or node.field("constructor")
        if node.kind() == "member_expression":
            prop = node.field("property")
            parts.append(prop.text() if prop is not None else "")
            inner = node.field("object")
        elif node.kind() not in {"call_expression", "new_expression"}:
            parts.append(node.text() if node.kind() in _NAMED else "")
            break
        if inner is None:
            break
        node = inner
    return ".".join(part for part in reversed(parts) if part)


_NAMED = frozenset(["identifier", "shorthand_property_identifier", "this"])
