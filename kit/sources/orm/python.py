"""Python source through `ast`, never imported: the texts, names and calls of models and migrations."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from kit.model import At
from kit.sources.code.newer_python import GAP, older
from kit.sources.formats.nodes import Problem
from kit.sources.formats.python import parse_module
from kit.sources.tree.files import FileIndex

_MARKERS = (
    "alembic.ini",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "pipfile",
    "manage.py",
)
_PASSES_THROUGH = frozenset({"f", "text", "dedent", "cleandoc", "quoted_name", "DDL", "_", "gettext_lazy"})
_MAX_DEPTH = 40


class Unread:
    """The value of an expression that cannot be told."""


UNREAD = Unread()


@dataclass(frozen=True)
class Module:
    """A Python file: its tree, the values its names are bound to, its functions."""

    path: str
    tree: ast.Module
    names: Mapping[str, ast.expr] = field(default_factory=dict)
    functions: Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)

    def at(self, node: ast.AST) -> At:
        """The lines of a node."""
        line, end = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
        return At(self.path, line, end if end != line else None)


def read_module(text: str, path: str) -> Module | Problem:
    """The file as a module, or what keeps it from being one. Never raises."""
    tree = _parsed(text, path)
    if isinstance(tree, Problem):
        # The project may be written for a Python later than the one that runs here.
        tree = _parsed(older(text), path)
    if isinstance(tree, Problem):
        return tree
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    return Module(path, tree, dict(_bindings(tree.body)), functions)


def _parsed(text: str, path: str) -> ast.Module | Problem:
    try:
        return parse_module(text)
    except SyntaxError as error:
        return Problem(f"This is not Python: {error.msg}.", At(path, error.lineno))
    except (ValueError, RecursionError, MemoryError):
        return Problem("This could not be read as Python.", At(path))


def _bindings(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def dotted(node: ast.AST | None) -> str:
    """The dotted name of a name, attribute or called function: "sa.Column"; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return dotted(node.func) if isinstance(node, ast.Call) else ""


def last(node: ast.AST | None) -> str:
    """The last part of a dotted name: "Column"."""
    return dotted(node).rpartition(".")[2]


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The argument of that name."""
    return next((k.value for k in call.keywords if k.arg == name), None)


def argument(call: ast.Call, index: int, *names: str) -> ast.expr | None:
    """The argument at that place or under one of those names."""
    for name in names:
        if (found := keyword(call, name)) is not None:
            return found
    plain = not any(isinstance(a, ast.Starred) for a in call.args[: index + 1])
    return call.args[index] if plain and index < len(call.args) else None


def value(node: ast.expr | None, names: Mapping[str, ast.expr], depth: int = 0) -> Any:
    """What an expression is: a text, number, truth value, None or a list of those; else UNREAD."""
    if isinstance(node, ast.Constant):
        return node.value
    if node is None or depth > _MAX_DEPTH:
        return UNREAD
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [value(item, names, depth + 1) for item in node.elts]
    if isinstance(node, ast.Name):
        return value(names.get(node.id), names, depth + 1)
    if isinstance(node, ast.Call) and last(node) in _PASSES_THROUGH and node.args:
        return value(node.args[0], names, depth + 1)
    written = text(node, names, depth)
    return UNREAD if written is None or GAP in written else written


def text(node: ast.expr | None, names: Mapping[str, ast.expr], depth: int = 0) -> str | None:
    """A text with GAP for what cannot be told of it; None where the expression is no text."""
    if depth > _MAX_DEPTH:
        return None
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_piece(part, names, depth + 1) for part in node.values)
    if isinstance(node, ast.Name):
        return text(names.get(node.id), names, depth + 1) if node.id in names else None
    if isinstance(node, ast.BinOp):
        return _joined(node, names, depth + 1)
    if isinstance(node, ast.Call):
        return _called(node, names, depth + 1)
    return None


def _piece(part: ast.expr, names: Mapping[str, ast.expr], depth: int) -> str:
    inner = part.value if isinstance(part, ast.FormattedValue) else part
    return text(inner, names, depth) or (GAP if isinstance(part, ast.FormattedValue) else "")


def _joined(node: ast.BinOp, names: Mapping[str, ast.expr], depth: int) -> str | None:
    left, right = text(node.left, names, depth), text(node.right, names, depth)
    if isinstance(node.op, ast.Mod) and left is not None:
        return left + GAP
    if not isinstance(node.op, ast.Add) or (left is None and right is None):
        return None
    return (left if left is not None else GAP) + (right if right is not None else GAP)


def _called(node: ast.Call, names: Mapping[str, ast.expr], depth: int) -> str | None:
    if last(node) in _PASSES_THROUGH and node.args:
        return text(node.args[0], names, depth)
    if not isinstance(node.func, ast.Attribute):
        return None
    inner = text(node.func.value, names, depth)
    if inner is None or node.func.attr in {"strip", "bindparams", "lower", "upper", "execution_options"}:
        return inner
    return inner + GAP if node.func.attr == "format" else None


def first_line(node: ast.expr | None, names: Mapping[str, ast.expr]) -> int:
    """The line on which the text of an expression begins."""
    if isinstance(node, ast.Name) and node.id in names:
        return first_line(names[node.id], names)
    if isinstance(node, ast.Call) and last(node) in _PASSES_THROUGH and node.args:
        return first_line(node.args[0], names)
    return getattr(node, "lineno", 1)


class Roots:
    """The folders that hold a Python project: a service of its own within the repository."""

    def __init__(self, files: FileIndex) -> None:
        self._folders = {str(PurePosixPath(path).parent) for path in files.named(*_MARKERS)}

    def of(self, path: str) -> str:
        """The nearest such folder above the file, "." where there is none."""
        parents = (str(parent) for parent in PurePosixPath(path).parents)
        return next((parent for parent in parents if parent in self._folders), ".")
