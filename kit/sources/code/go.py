"""Go packages joined: constants, functions and fields by folder, names by the scope they are bound in."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.index import CodeIndex, node_at
from kit.sources.code.mounts import Key, Prefix

FUNCTIONS = ("function_declaration", "method_declaration", "func_literal")
_TEXTS = frozenset(["interpreted_string_literal", "raw_string_literal"])
MAX_HOPS = 8


class Value(NamedTuple):
    """An expression or parameter with its file."""

    file: GoFile
    node: SgNode


class GoFile:
    """One file: its functions and what each binds."""

    def __init__(self, path: str, root: SgNode) -> None:
        self.path = path
        self.folder = posixpath.dirname(path)
        self.root = root
        self.functions = sorted(root.find_all(any=[{"kind": kind} for kind in FUNCTIONS]), key=_span)
        self.bindings: dict[str, list[tuple[int, int, SgNode]]] = defaultdict(list)
        kinds = [
            "short_var_declaration",
            "var_spec",
            "const_spec",
            "assignment_statement",
            "parameter_declaration",
        ]
        for node in root.find_all(any=[{"kind": kind} for kind in kinds]):
            self._bind(node)

    def at(self, node: SgNode) -> At:
        """The place of a node."""
        return node_at(self.path, node)

    def key(self, node: SgNode) -> Key:
        """The identity of what this expression makes."""
        span = node.range()
        return (self.path, span.start.index, span.end.index)

    def lookup(self, name: str, position: int) -> SgNode | None:
        """What a name is bound to at a position, in the innermost function, the latest binding before it."""
        bound = self.bindings.get(name, ())
        found = [b for b in bound if b[0] <= position < b[1] and _before(b[2], position)]
        return max(found, key=lambda b: (b[0], b[2].range().start.index))[2] if found else None

    def imports(self) -> dict[str, str]:
        """Package name to import path."""
        found = {}
        for spec in self.root.find_all(kind="import_spec"):
            path, name = spec.field("path"), spec.field("name")
            if path is not None:
                text = path.text().strip('"`')
                found[name.text() if name is not None else _package_name(text)] = text
        return found

    def _bind(self, node: SgNode) -> None:
        start, end = self._scope(node)
        if node.kind() == "parameter_declaration":
            for name in node.field_children("name"):
                self.bindings[name.text()].append((start, end, name))
            return
        left, right = node.field("left"), node.field("right")
        names = left.named_children() if left is not None else node.field_children("name")
        value = right or node.field("value")
        values = [child for child in value.named_children() if child.kind() != "comment"] if value is not None else []
        for name, given in zip(names, values if len(values) == len(names) else values * len(names), strict=False):
            self.bindings[name.text()].append((start, end, given))

    def _scope(self, node: SgNode) -> tuple[int, int]:
        position = node.range().start.index
        around = [_span(f) for f in self.functions if _span(f)[0] <= position < _span(f)[1]]
        return max(around) if around else (0, self.root.range().end.index + 1)


class GoProject:
    """All Go of a project."""

    def __init__(self, code: CodeIndex) -> None:
        self.code = code
        self._files: dict[str, GoFile] = {}
        self._folders: dict[str, str | None] = {}

    def file(self, path: str) -> GoFile | None:
        """The file at a path, parsed once."""
        if path not in self._files:
            root = self.code.tree(path)
            if root is None:
                return None
            self._files[path] = GoFile(path, root)
        return self._files[path]

    def files(self, *needles: str) -> Iterator[GoFile]:
        """The production files whose text holds one of the needles; all where none is given."""
        paths = self.code.holding(*needles, languages=("go",)) if needles else self.code.files("go")
        for path in paths:
            file = self.file(path)
            if file is not None:
                yield file

    @cached_property
    def _constants(self) -> dict[tuple[str, str], Value]:
        found: dict[tuple[str, str], Value] = {}
        for file in self.files():
            for spec in file.root.find_all(any=[{"kind": "const_spec"}, {"kind": "var_spec"}]):
                holder = spec.parent()
                outer = holder.parent() if holder is not None else None
                value = spec.field("value")
                if value is not None and outer is not None and outer.kind() in {"source_file", *_DECLARATIONS}:
                    for name, given in zip(spec.field_children("name"), value.named_children(), strict=False):
                        found.setdefault((file.folder, name.text()), Value(file, given))
        return found

    @cached_property
    def _functions(self) -> dict[str, list[Value]]:
        found: dict[str, list[Value]] = defaultdict(list)
        for file in self.files():
            for function in file.functions:
                name = function.field("name")
                if name is not None:
                    found[name.text()].append(Value(file, function))
        return found

    @cached_property
    def _fields(self) -> dict[tuple[str, str], Value]:
        """Struct fields by folder: `s.router = …` and `&Server{router: …}`."""
        found: dict[tuple[str, str], Value] = {}
        for file in self.files():
            for node in file.root.find_all(kind="assignment_statement"):
                left, right = node.field("left"), node.field("right")
                target = left.named_children()[0] if left is not None and left.named_children() else None
                if target is not None and target.kind() == "selector_expression" and right is not None:
                    field = target.field("field")
                    if field is not None and right.named_children():
                        found.setdefault((file.folder, field.text()), Value(file, right.named_children()[0]))
            for node in file.root.find_all(kind="keyed_element"):
                parts = [inner for child in node.named_children() for inner in (child.named_children() or [child])]
                if len(parts) >= 2:
                    found.setdefault((file.folder, parts[0].text()), Value(file, parts[1]))
        return found

    def resolve(self, node: SgNode, file: GoFile, hops: int = 0) -> Value | None:
        """The expression or parameter behind a name, a field, or a constant of this or another package."""
        if hops > MAX_HOPS:
            return None
        if node.kind() == "identifier":
            bound = file.lookup(node.text(), node.range().start.index)
            if bound is not None and bound.kind() == "identifier" and bound.range() != node.range():
                is_parameter = (parent := bound.parent()) is not None and parent.kind() == "parameter_declaration"
                return Value(file, bound) if is_parameter else self.resolve(bound, file, hops + 1)
            return Value(file, bound) if bound is not None else self._constants.get((file.folder, node.text()))
        if node.kind() == "selector_expression":
            operand, field = node.field("operand"), node.field("field")
            if operand is None or field is None:
                return None
            path = file.imports().get(operand.text())
            folder = self._folder(path) if path else None
            if path:
                return self._constants.get((folder, field.text())) if folder is not None else None
            return self._fields.get((self._home(operand, file, hops), field.text()))
        return None

    def _home(self, operand: SgNode, file: GoFile, hops: int) -> str:
        """The folder of the type of a value: that of the function that made it, else the file's own."""
        made = self.resolve(operand, file, hops + 1) if operand.kind() == "identifier" else None
        maker = self.function(made.node, made.file) if made and made.node.kind() == "call_expression" else None
        return maker.file.folder if maker else file.folder

    def _folder(self, path: str) -> str | None:
        """The folder that an import path means: the one that shares the longest end with it, at least its
        last part."""
        if path not in self._folders:
            parts = path.split("/")

            def shared(folder: str) -> int:
                pairs = zip(reversed(folder.split("/")), reversed(parts), strict=False)
                return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))

            best = max(self._all_folders, key=lambda folder: (shared(folder), -len(folder)), default=None)
            self._folders[path] = best if best is not None and shared(best) else None
        return self._folders[path]

    @cached_property
    def _all_folders(self) -> list[str]:
        return sorted({posixpath.dirname(path) for path in self.code.files("go")})

    def function(self, call: SgNode, file: GoFile) -> Value | None:
        """The function of the project that a call calls, by name and package."""
        callee = call.field("function")
        if callee is None:
            return None
        if callee.kind() == "func_literal":
            return Value(file, callee)
        operand, field = callee.field("operand"), callee.field("field")
        name = (field or callee).text()
        candidates = self._functions.get(name, [])
        path = file.imports().get(operand.text()) if operand is not None else None
        if path:
            folder = self._folder(path)
            return next((v for v in candidates if v.file.folder == folder), None)
        own = [v for v in candidates if v.file.folder == file.folder]
        methods = own or (candidates if operand is not None else [])
        return methods[0] if len(methods) == 1 or own else None

    def text(self, node: SgNode | None, file: GoFile, hops: int = 0) -> Prefix:
        """The text of an expression as far as it can be told."""
        if node is None:
            return Prefix()
        if node.kind() in _TEXTS:
            return Prefix(node.text().strip('"`'))
        if hops > MAX_HOPS:
            return Prefix("", False)
        if node.kind() == "call_expression" and _callee(node) in {"path.Join", "url.JoinPath"}:
            parts = [self.text(each, file, hops + 1) for each in arguments(node)]
            return Prefix("/".join(["", *(p.path.strip("/") for p in parts)]), all(p.known for p in parts))
        if node.kind() == "call_expression":  # a function that puts something before a path
            given = (self.text(each, file, MAX_HOPS) for each in arguments(node)[:2])
            return Prefix(next((g.path for g in given if g.known and g.path.startswith("/")), ""), False)
        if node.kind() == "binary_expression":
            left, right = node.field("left"), node.field("right")
            outer, inner = self.text(left, file, hops + 1), self.text(right, file, hops + 1)
            return Prefix(outer.path + inner.path, outer.known and inner.known)
        found = self.resolve(node, file)
        text = self.text(found.node, found.file, hops + 1) if found and found.node != node else Prefix("", False)
        declared = self._constants.get((file.folder, node.text())) if not text.known else None
        # a package variable that is set anew from the environment: what it is declared with is its default
        return self.text(declared.node, declared.file, MAX_HOPS) if declared else text


_DECLARATIONS = ("const_declaration", "var_declaration", "var_spec_list")


def arguments(call: SgNode) -> list[SgNode]:
    """The arguments of a call, without comments."""
    given = call.field("arguments")
    return [child for child in given.named_children() if child.kind() != "comment"] if given is not None else []


def _callee(call: SgNode) -> str:
    """What a call calls, as it is written: `path.Join`."""
    callee = call.field("function")
    return callee.text() if callee is not None else ""


def selected(call: SgNode) -> tuple[SgNode, str] | None:
    """Operand and name of `operand.Name(…)`; None for any other call."""
    callee = call.field("function") if call.kind() == "call_expression" else None
    if callee is None or callee.kind() != "selector_expression":
        return None
    operand, field = callee.field("operand"), callee.field("field")
    return (operand, field.text()) if operand is not None and field is not None else None


def parameters(function: SgNode) -> list[tuple[SgNode, str]]:
    """Name and type of each parameter of a function, in order."""
    holder = function.field("parameters")
    found = []
    for declaration in holder.named_children() if holder is not None else ():
        kind = declaration.field("type")
        found += [(name, kind.text() if kind is not None else "") for name in declaration.field_children("name")]
    return found


def _before(value: SgNode, position: int) -> bool:
    """True where a binding's value is complete at a position, or is the very name there (a parameter)."""
    span = value.range()
    return bool(span.end.index <= position or span.start.index == position)


def _span(node: SgNode) -> tuple[int, int]:
    return node.range().start.index, node.range().end.index


def _package_name(path: str) -> str:
    parts = path.split("/")
    last = parts[-2] if len(parts) > 1 and parts[-1][:1] == "v" and parts[-1][1:].isdigit() else parts[-1]
    return last.removeprefix("go-").rsplit(".v", 1)[0]
