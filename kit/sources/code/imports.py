"""What a file imports: module, names and whether the module is the project's own by its spelling."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from kit.model import At


@dataclass(frozen=True, slots=True)
class Import:
    """One import. `names` are the names taken from the module; empty where the module itself is imported.

    `relative` is True for `from . import x`, `./x` and `../x`; `type_only` where nothing of it is left when the program
    runs (`import type`, `if TYPE_CHECKING:`); `guarded` where its failure is caught; `inner` within a function.
    """

    module: str
    names: tuple[str, ...]
    at: At
    relative: bool = False
    type_only: bool = False
    guarded: bool = False
    inner: bool = False


def imports_in(path: str, tree: ast.Module | SgNode | None, language: str = "python") -> tuple[Import, ...]:
    """The imports of a parsed file, in order; nothing for a language whose imports are not read."""
    if tree is None:
        return ()
    if isinstance(tree, ast.Module):
        return tuple(sorted(_python(path, tree), key=lambda i: i.at.line or 0))
    if language in {"javascript", "typescript", "tsx"}:
        return tuple(sorted(_javascript(path, tree), key=lambda i: i.at.line or 0))
    kind = {"go": "import_spec", "java": "import_declaration"}.get(language)
    return tuple(_spelled(path, node) for node in tree.find_all(kind=kind)) if kind else ()


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a statement."""

    type_only: bool = False
    guarded: bool = False
    inner: bool = False


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _python(path: str, module: ast.Module) -> Iterator[Import]:
    stack: list[tuple[ast.AST, _Around]] = [(module, _Around())]
    while stack:
        node, around = stack.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _of_python(path, node, around)
        elif isinstance(node, ast.Try | ast.TryStar):
            caught = _Around(around.type_only, guarded=True, inner=around.inner)
            parts = (node.body, node.handlers, node.orelse, node.finalbody)
            stack += [(child, caught) for part in parts for child in part]
        elif isinstance(node, ast.If):
            types = "TYPE_CHECKING" in ast.dump(node.test)
            body = _Around(around.type_only or types, True, around.inner)
            stack += [(child, body) for child in (*node.body, *node.orelse)]
        elif isinstance(node, ast.stmt | ast.Module | ast.ExceptHandler | ast.match_case):
            inner = around.inner or isinstance(node, _FUNCTIONS)
            within = _Around(around.type_only, around.guarded, inner)
            blocks = (getattr(node, name, None) for name in ("body", "orelse", "finalbody", "handlers", "cases"))
            stack += [(child, within) for block in blocks if isinstance(block, list) for child in block]


def _of_python(path: str, node: ast.Import | ast.ImportFrom, around: _Around) -> Iterator[Import]:
    at = At(path, node.lineno, node.end_lineno)
    context = (around.type_only, around.guarded, around.inner)
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, (), at, False, *context) for alias in node.names)
    else:
        names = tuple(alias.name for alias in node.names)
        yield Import("." * node.level + (node.module or ""), names, at, node.level > 0, *context)


def _javascript(path: str, root: SgNode) -> Iterator[Import]:
    for node in root.find_all(
        any=[
            {"kind": "import_statement"},
            {"kind": "export_statement", "has": {"field": "source", "kind": "string"}},
        ]
    ):
        source = node.field("source")
        if source is not None:
            yield _of(path, node, source, *_taken(node))
    calls = {"kind": "call_expression", "has": {"field": "function", "regex": r"^(require|import)$"}}
    for call in root.find_all(**calls):
        arguments = call.field("arguments")
        given = [child for child in arguments.children() if child.is_named()] if arguments is not None else []
        if given and given[0].kind() == "string":
            kinds = {ancestor.kind() for ancestor in call.ancestors()}
            yield _of(path, call, given[0], (), False, "try_statement" in kinds, bool(_JS_FUNCTIONS & kinds))


_JS_FUNCTIONS = frozenset({"function_declaration", "function_expression", "arrow_function", "method_definition"})


def _taken(node: SgNode) -> tuple[tuple[str, ...], bool]:
    """The names that a statement takes, and whether all of it is types."""
    head = [child.text() for child in node.children()[:2]]
    specifiers = list(node.find_all(any=[{"kind": "import_specifier"}, {"kind": "export_specifier"}]))
    names = tuple(name.text() for s in specifiers if (name := s.field("name")) is not None)
    typed = bool(specifiers) and all(s.text().startswith("type ") for s in specifiers)
    whole = any(child.kind() in {"identifier", "namespace_import"} for n in node.children() for child in n.children())
    return names, head[1:] == ["type"] or (typed and not whole)


def _of(
    path: str,
    node: SgNode,
    source: SgNode,
    names: tuple[str, ...],
    type_only: bool = False,
    guarded: bool = False,
    inner: bool = False,
) -> Import:
    module = source.text().strip("'\"`")
    span = node.range()
    at = At(path, span.start.line + 1, span.end.line + 1)
    return Import(module, names, at, module.startswith("."), type_only, guarded, inner)


def _spelled(path: str, node: SgNode) -> Import:
    line = node.range().start.line + 1
    text = node.text().removeprefix("import ").removeprefix("static ").rstrip(";").strip()
    return Import(text.split()[-1].strip('"`'), (), At(path, line, line))
