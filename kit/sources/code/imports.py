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
    `relative` is True for `from . import x`, `./x` and `../x`."""

    module: str
    names: tuple[str, ...]
    at: At
    relative: bool = False


def imports_in(path: str, tree: ast.Module | SgNode | None, language: str = "python") -> tuple[Import, ...]:
    """The imports of a parsed file, in order; nothing for a language whose imports are not read."""
    if tree is None:
        return ()
    if isinstance(tree, ast.Module):
        return tuple(_python(path, tree))
    if language in {"javascript", "typescript", "tsx"}:
        return tuple(sorted(_javascript(path, tree), key=lambda i: i.at.line or 0))
    kind = {"go": "import_spec", "java": "import_declaration"}.get(language)
    return tuple(_spelled(path, node) for node in tree.find_all(kind=kind)) if kind else ()


def _python(path: str, module: ast.Module) -> Iterator[Import]:
    nodes = [n for n in ast.walk(module) if isinstance(n, ast.Import | ast.ImportFrom)]
    for node in sorted(nodes, key=lambda n: n.lineno):
        at = At(path, node.lineno, node.end_lineno)
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, (), at) for alias in node.names)
        else:
            names = tuple(alias.name for alias in node.names)
            yield Import("." * node.level + (node.module or ""), names, at, node.level > 0)


def _javascript(path: str, root: SgNode) -> Iterator[Import]:
    for node in root.find_all(
        any=[
            {"kind": "import_statement"},
            {"kind": "export_statement", "has": {"field": "source", "kind": "string"}},
        ]
    ):
        source = node.field("source")
        names = (
            n.field("name") for n in node.find_all(any=[{"kind": "import_specifier"}, {"kind": "export_specifier"}])
        )
        if source is not None:
            yield _of(path, node, source, tuple(name.text() for name in names if name))
    calls = {"kind": "call_expression", "has": {"field": "function", "regex": r"^(require|import)$"}}
    for call in root.find_all(**calls):
        argument = call.find(kind="string")
        if argument is not None:
            yield _of(path, call, argument, ())


def _of(path: str, node: SgNode, source: SgNode, names: tuple[str, ...]) -> Import:
    module = source.text().strip("'\"`")
    span = node.range()
    return Import(module, names, At(path, span.start.line + 1, span.end.line + 1), module.startswith("."))


def _spelled(path: str, node: SgNode) -> Import:
    line = node.range().start.line + 1
    text = node.text().removeprefix("import ").removeprefix("static ").rstrip(";").strip()
    return Import(text.split()[-1].strip('"`'), (), At(path, line, line))
