"""Alembic: revision files to operations on the way up and down, ordered by what each revises."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from kit.model import At
from kit.sources.code.newer_python import GAP
from kit.sources.formats.nodes import Problem
from kit.sources.orm.alembic_ops import HANDLERS, Call, execute
from kit.sources.orm.model import Migration, MigrationSet, Operation
from kit.sources.orm.python import Module, dotted, keyword, last, read_module, text, value
from kit.sources.orm.replay import flagged
from kit.sources.orm.sqlfiles import OWN
from kit.sources.tree.files import FileIndex

_MAX_DEPTH = 12
_MAX_LOOP = 200


def alembic_sets(files: FileIndex) -> tuple[MigrationSet, ...]:
    """The sets of revisions, one per folder, in the order in which Alembic runs them."""
    folders: dict[str, list[str]] = defaultdict(list)
    for path in files.glob("*.py", classes=OWN):
        if "down_revision" in files.text(path):
            folders[str(PurePosixPath(path).parent)].append(path)
    found = (_set(files, folder, paths) for folder, paths in sorted(folders.items()))
    return tuple(made for made in found if made is not None)


def _set(files: FileIndex, folder: str, paths: list[str]) -> MigrationSet | None:
    dialect = _dialect([files.text(path) for path in paths])
    read = [made for path in paths if (made := revision(files.text(path), path, dialect)) is not None]
    whole = [m for m in read if m.error is None]
    if not whole:
        return None
    ordered, heads, missing = order(whole)
    problems = tuple(m.error for m in read if m.error is not None)
    numbered = tuple(replace(m, order=i) for i, m in enumerate(ordered))
    return MigrationSet("alembic", folder, At(folder), flagged(numbered, dialect), heads, dialect, missing, problems)


def _dialect(sources: list[str]) -> str | None:
    for word, dialect in (("postgresql", "postgres"), ("mysql", "mysql"), ("mssql", "tsql")):
        if any(f"dialects import {word}" in s or f"dialects.{word}" in s for s in sources):
            return dialect
    return None


def order(found: list[Migration]) -> tuple[list[Migration], tuple[str, ...], tuple[str, ...]]:
    """The migrations with parents first, the heads, and the parents that no file has."""
    by_revision = {m.revision: m for m in found}
    named = {parent for m in found for parent in m.parents}
    done: dict[str, Migration] = {}
    waiting = sorted(found, key=lambda m: m.path)
    while waiting:
        ready = [m for m in waiting if all(p in done or p not in by_revision for p in m.parents)]
        for migration in ready or waiting:  # a circle is left in the order of names
            done[migration.revision] = migration
        waiting = [m for m in waiting if m.revision not in done]
    heads = tuple(sorted(r for r in by_revision if r not in named))
    return list(done.values()), heads, tuple(sorted(named - set(by_revision)))


def revision(source: str, path: str, dialect: str | None = None) -> Migration | None:
    """The migration of a revision file, None where it is none. Never raises."""
    module = read_module(source, path)
    if isinstance(module, Problem):
        return Migration(path, At(path), "alembic", 0, (), error=module)
    own, parents = (
        value(module.names.get("revision"), module.names),
        value(module.names.get("down_revision"), {}),
    )
    if not isinstance(own, str) or "upgrade" not in module.functions:
        return None
    up, down = module.functions["upgrade"], module.functions.get("downgrade")
    operations = tuple(Walker(module, dialect).body(up.body))
    undone = tuple(Walker(module, dialect).body(down.body)) if down is not None else ()
    listed = parents if isinstance(parents, list) else [parents]
    return Migration(
        path, module.at(up), "alembic", 0, operations,
        down=_does_something(down) or not _does_something(up),
        revision=own, parents=tuple(p for p in listed if isinstance(p, str)),
        down_operations=undone, down_at=module.at(down) if down is not None else None,
    )  # fmt: skip


def _does_something(function: ast.FunctionDef | ast.AsyncFunctionDef | None) -> bool:
    body = function.body if function is not None else []
    return any(
        not isinstance(step, ast.Pass | ast.Raise)
        and not (isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant))
        for step in body
    )


class Walker:
    """Follows the statements of a function: loops over what is written out unrolled, every branch taken."""

    def __init__(
        self, module: Module, dialect: str | None, names: Mapping[str, ast.expr] | None = None, depth: int = 0
    ) -> None:
        self._module = module
        self._dialect = dialect
        self._names: dict[str, ast.expr] = dict(module.names if names is None else names)
        self._depth = depth
        self._batches: dict[str, tuple[str | None, Any]] = {}

    def body(self, statements: list[ast.stmt]) -> Iterator[Operation]:
        """The operations of statements, in order."""
        for statement in statements:
            yield from self._statement(statement)

    def _statement(self, node: ast.stmt) -> Iterator[Operation]:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            yield from self._assign(node)
        elif isinstance(node, ast.With):
            yield from self._with(node)
        elif isinstance(node, ast.For):
            yield from self._for(node)
        elif isinstance(node, ast.If | ast.While):
            yield from self.body(node.body)
            yield from self.body(node.orelse)
        elif isinstance(node, ast.Try):
            for part in (node.body, *(h.body for h in node.handlers), node.orelse, node.finalbody):
                yield from self.body(part)
        elif isinstance(node, ast.Expr | ast.Return) and node.value is not None:
            yield from self._expression(node.value)

    def _assign(self, node: ast.Assign | ast.AnnAssign) -> Iterator[Operation]:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is None:
            return
        for target in targets:
            if isinstance(target, ast.Name):
                self._names[target.id] = node.value
        yield from self._expression(node.value)

    def _with(self, node: ast.With) -> Iterator[Operation]:
        for item in node.items:
            call, name = item.context_expr, item.optional_vars
            if isinstance(call, ast.Call) and last(call) == "batch_alter_table" and isinstance(name, ast.Name):
                table = value(call.args[0], self._names) if call.args else None
                schema = value(keyword(call, "schema"), self._names)
                self._batches[name.id] = (table if isinstance(table, str) else None, schema)
        yield from self.body(node.body)

    def _for(self, node: ast.For) -> Iterator[Operation]:
        items = node.iter
        if isinstance(items, ast.Name):
            items = self._names.get(items.id, items)
        listed = items.elts if isinstance(items, ast.List | ast.Tuple | ast.Set) else None
        if listed is None or len(listed) > _MAX_LOOP:
            yield from self.body(node.body)
            return
        for item in listed:
            self._bind(node.target, item)
            yield from self.body(node.body)

    def _bind(self, target: ast.expr, item: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._names[target.id] = item
        elif isinstance(target, ast.Tuple) and isinstance(item, ast.Tuple | ast.List):
            for part, inner in zip(target.elts, item.elts, strict=False):
                self._bind(part, inner)

    def _expression(self, node: ast.expr) -> Iterator[Operation]:
        """The operations of the outermost calls in an expression that make any."""
        if isinstance(node, ast.Await):
            yield from self._expression(node.value)
        elif isinstance(node, ast.Call):
            made = self._call(node)
            if made is not None:
                yield from made
            else:
                for inner in (node.func, *node.args):
                    yield from self._expression(inner)
        elif isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            yield from self._expression(node.value)

    def _call(self, node: ast.Call) -> list[Operation] | None:
        """What one call does; None where what is inside of it may do something."""
        receiver, method = dotted(node.func).rpartition(".")[::2]
        call = Call(node, self._names, self._module.path, self._dialect)
        if receiver in self._batches:
            table, schema = self._batches[receiver]
            return HANDLERS[method](call.within(table, schema)) if method in HANDLERS else []
        if receiver.rpartition(".")[2] == "op" and method in HANDLERS:
            return HANDLERS[method](call)
        if method == "execute":
            return execute(call)
        if method in {"create_all", "drop_all"} or (method in {"create", "drop"} and "__table__" in receiver):
            return [call.code()]
        if not receiver and method in self._module.functions:
            return self._inlined(node, self._module.functions[method], call)
        given = {dotted(a) for a in node.args}
        if not receiver and {"op", "batch_op", "bind", "conn", "connection", "session"} & given:
            return [call.code()]
        return None

    def _inlined(self, node: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef, call: Call) -> list[Operation]:
        """A function of the same file, followed with the arguments that it is given."""
        if self._depth >= _MAX_DEPTH:
            return [call.code()]
        names = dict(self._module.names)
        parameters = [a.arg for a in function.args.args]
        names.update(zip(parameters, (self._resolved(a) for a in node.args), strict=False))
        names.update({k.arg: self._resolved(k.value) for k in node.keywords if k.arg})
        return list(Walker(self._module, self._dialect, names, self._depth + 1).body(function.body))

    def _resolved(self, node: ast.expr) -> ast.expr:
        """An argument as the caller knows it, since the callee's names are others."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id, node)
        known = text(node, self._names)
        return ast.copy_location(ast.Constant(known), node) if known is not None and GAP not in known else node
