"""One Python file: its nodes by type, what each scope binds, and small readers of `ast` nodes."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple, TypeVar, cast

from kit.model import At
from kit.sources.code.mounts import Key

Scope = tuple[str, ...]
Function = ast.FunctionDef | ast.AsyncFunctionDef
N = TypeVar("N", bound=ast.AST)


class Placed(NamedTuple):
    """A syntax node with the scope it stands in: the names of the classes and functions around it."""

    node: ast.AST
    scope: Scope


class ImportedName(NamedTuple):
    """A name bound by an import: `attribute` is None where the module itself is bound."""

    module: str
    attribute: str | None
    level: int


_BINDING = frozenset(
    {ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg,
     ast.Import, ast.ImportFrom, ast.With, ast.AsyncWith}
)  # fmt: skip
_KEPT = frozenset(
    {ast.Call, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.Subscript, ast.Compare,
     ast.Assign, ast.AnnAssign, ast.AugAssign, ast.If}
)  # fmt: skip
_LEAVES = frozenset([ast.Load, ast.Store, ast.Del, ast.Name, ast.Constant, ast.Pass, str, type(None)])
"""What holds nothing of interest is not walked: it is most of a file."""
MAX_DEPTH = 120


class PythonModule:
    """One file: every node by type, and what each scope binds."""

    def __init__(self, path: str, tree: ast.Module, source: str) -> None:
        self.path = path
        self.tree = tree
        self.source = source
        self.bindings: dict[tuple[Scope, str], ast.AST] = {}
        self.imports: dict[tuple[Scope, str], ImportedName] = {}
        self.stars: list[ImportedName] = []
        self._nodes: dict[type[ast.AST], list[Placed]] = defaultdict(list)
        self._read()

    def all(self, *kinds: type[N]) -> Iterator[tuple[N, Scope]]:
        """Every node of these types with its scope, in the order of the lines."""
        found = [placed for kind in kinds for placed in self._nodes[kind]]
        found.sort(key=lambda p: (getattr(p.node, "lineno", 0), getattr(p.node, "col_offset", 0)))
        return ((cast("N", node), scope) for node, scope in found)

    def functions(self) -> Iterator[tuple[Function, Scope]]:
        """Every function and method with its scope."""
        return ((n, s) for n, s in self.definitions() if isinstance(n, Function))

    def definitions(self) -> Iterator[tuple[Function | ast.ClassDef, Scope]]:
        """Every function, method and class with its scope."""
        kinds: tuple[type[ast.AST], ...] = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        found: Iterator[tuple[ast.AST, Scope]] = self.all(*kinds)
        return ((n, s) for n, s in found if isinstance(n, Function | ast.ClassDef))

    def at(self, node: ast.AST) -> At:
        """The place of a node; of a definition the place of its first decorator or its first line."""
        line = getattr(node, "lineno", None)
        return At(self.path, line, line if isinstance(node, Function) else getattr(node, "end_lineno", line))

    def key(self, node: ast.AST) -> Key:
        """The identity of the thing that this expression makes."""
        return (self.path, getattr(node, "lineno", 0), getattr(node, "col_offset", 0))

    @cached_property
    def lines(self) -> list[str]:
        """The text of the file by lines."""
        return self.source.splitlines()

    def text(self, node: ast.AST) -> str:
        """The lines that a node stands on."""
        first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", None)
        return "\n".join(self.lines[first - 1 : last or first])

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Each node's parent."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def _read(self) -> None:
        stack: list[tuple[ast.AST, Scope, int]] = [(self.tree, (), 0)]
        while stack:
            node, scope, depth = stack.pop()
            if type(node) in _KEPT:
                self._nodes[type(node)].append(Placed(node, scope))
            if type(node) in _BINDING:
                self._bind(node, scope)
            if depth > MAX_DEPTH:
                _prune(node)
                continue
            inner = (*scope, node.name) if isinstance(node, Function | ast.ClassDef) else scope
            for name in reversed(node._fields):
                outside = scope if name == "decorator_list" else inner
                value = getattr(node, name, None)
                if isinstance(value, list):
                    stack.extend((v, outside, depth + 1) for v in reversed(value) if type(v) not in _LEAVES)
                elif isinstance(value, ast.AST) and type(value) not in _LEAVES:
                    stack.append((value, outside, depth + 1))

    def _bind(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            self._bind_targets(node, scope)
        elif isinstance(node, Function | ast.ClassDef):
            self.bindings.setdefault((scope, node.name), node)
        elif isinstance(node, ast.arg):
            self.bindings.setdefault((scope, node.arg), node)
        elif isinstance(node, ast.Import):
            self._bind_import(node, scope)
        elif isinstance(node, ast.ImportFrom):
            self._bind_from(node, scope)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name):
                    self.bindings.setdefault((scope, item.optional_vars.id), item.context_expr)

    def _bind_targets(self, node: ast.Assign | ast.AnnAssign | ast.NamedExpr, scope: Scope) -> None:
        if node.value is None:
            return
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                self.bindings.setdefault((scope, target.id), node.value)
            elif _of_self(target) and len(scope) > 1:  # `self.app = …` belongs to the class
                self.bindings.setdefault((scope[:-1], f"self.{last_name(target)}"), node.value)

    def _bind_import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            module = alias.name if alias.asname else name
            self.imports.setdefault((scope, name), ImportedName(module, None, 0))

    def _bind_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            found = ImportedName(node.module or "", alias.name, node.level)
            if alias.name == "*":
                self.stars.append(found)
            else:
                self.imports.setdefault((scope, alias.asname or alias.name), found)


def _prune(node: ast.AST) -> None:
    """Take away what is nested too deep for readers that descend by recursion."""
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.expr):
            setattr(node, name, ast.copy_location(ast.Constant(None), value))
        elif isinstance(value, list) and value and isinstance(value[0], ast.AST):
            setattr(node, name, [])


def _of_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """The value of a keyword argument, or None."""
    return next((k.value for k in call.keywords if k.arg in names), None)


def argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """The value of an argument given by position or by name, or None."""
    found = keyword(call, *names)
    return found if found is not None else call.args[position] if len(call.args) > position else None


def returned(function: Function) -> Iterator[ast.expr]:
    """What a function returns or yields, outside of the functions within it."""
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop(0)
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            yield node.value
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))


def elements(node: ast.AST | None) -> list[ast.expr]:
    """The items of a list, tuple or set display; the expression itself where it is none."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return node.elts
    return [node] if isinstance(node, ast.expr) else []


def literal_text(node: ast.AST | None) -> str | None:
    """The value of a text literal, or None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def last_name(node: ast.AST | None) -> str:
    """The rightmost name of an expression: `a.b.c` and `a.b.c(...)` give "c"."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
