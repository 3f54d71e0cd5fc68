"""SQLAlchemy's Column, mapped_column and constraints, as models and Alembic's migrations both write them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kit.model import At
from kit.sources.orm.model import Column, ForeignKey, Index, Table
from kit.sources.orm.python import argument, keyword, last, value

COLUMN_CALLS = frozenset({"Column", "mapped_column"})
_WRAPPERS = frozenset({"deferred", "column_property"})
_NOT_TYPES = frozenset({"ForeignKey", "Sequence", "Identity", "Computed", "CheckConstraint", "FetchedValue", "text"})


@dataclass
class Parts:
    """A table's parts as they are gathered."""

    columns: list[Column] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    uniques: list[Index] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    primary_key: tuple[str, ...] = ()
    namespace: str | None = None
    opaque: bool = False

    def add_column(self, column: Column, extra: Extra) -> None:
        """Takes in a column with what its definition says besides."""
        self.columns = [c for c in self.columns if c.name != column.name] + [column]
        self.foreign_keys += [replace(key, columns=(column.name,)) for key in extra.foreign_keys]
        if column.primary_key and column.name not in self.primary_key:
            self.primary_key = (*self.primary_key, column.name)
        if extra.unique:
            self.uniques.append(Index((column.name,), column.at, unique=True))
        elif extra.index:
            self.indexes.append(Index((column.name,), column.at))

    def table(self, name: str, at: At) -> Table:
        """The table under that name."""
        return Table(
            f"{self.namespace}.{name}" if self.namespace else name, tuple(self.columns), tuple(self.indexes),
            tuple(self.uniques), tuple(self.foreign_keys), at, self.primary_key, self.opaque,
        )  # fmt: skip


@dataclass(frozen=True)
class Extra:
    """What a column's definition says of more than the column."""

    unique: bool = False
    index: bool = False
    foreign_keys: tuple[ForeignKey, ...] = ()


def column_call(node: ast.expr | None) -> ast.Call | None:
    """The call that makes a column, looked for in what may be wrapped around it."""
    if not isinstance(node, ast.Call):
        return None
    if last(node) in COLUMN_CALLS:
        return node
    return column_call(node.args[0]) if last(node) in _WRAPPERS and node.args else None


def read_column(
    call: ast.Call,
    name: str,
    names: Mapping[str, ast.expr],
    at: At,
    *,
    nullable: bool | None = True,
    kind: str = "",
) -> tuple[Column, Extra]:
    """The column of a call. `name`, `nullable` and `kind` are those that hold where the call does not say."""
    positional = [a for a in call.args if not isinstance(a, ast.Starred)]
    given = value(argument(call, 0, "name"), names) if positional or keyword(call, "name") else None
    own = given if isinstance(given, str) else name
    rest = positional[1:] if positional and isinstance(value(positional[0], names), str) else positional
    types = [a for a in rest if last(a) not in _NOT_TYPES]
    written = keyword(call, "type_") or (types[0] if types else None)
    primary = value(keyword(call, "primary_key"), names) is True
    column = Column(
        own, type_text(written) if written is not None else kind,
        _nullable(call, names, nullable, primary=primary),
        at, _has_default(call, rest), primary,
    )  # fmt: skip
    keys = tuple(_reference(a, names, at) for a in rest if isinstance(a, ast.Call) and last(a) == "ForeignKey")
    unique, index = (value(keyword(call, word), names) is True for word in ("unique", "index"))
    return column, Extra(unique, index, keys)


def _nullable(call: ast.Call, names: Mapping[str, ast.expr], otherwise: bool | None, *, primary: bool) -> bool | None:
    said = keyword(call, "nullable")
    if said is None:
        return False if primary else otherwise
    found = value(said, names)
    return found if isinstance(found, bool) else None


def _has_default(call: ast.Call, rest: Iterable[ast.expr]) -> bool:
    server = keyword(call, "server_default")
    given = server is not None and not (isinstance(server, ast.Constant) and server.value is None)
    return given or any(last(a) in {"Identity", "Computed", "Sequence"} for a in rest)


def _reference(call: ast.expr, names: Mapping[str, ast.expr], at: At) -> ForeignKey:
    assert isinstance(call, ast.Call)
    target = value(argument(call, 0, "column"), names)
    action = value(keyword(call, "ondelete"), names)
    return reference((), target, at, action if isinstance(action, str) else None)


def reference(columns: tuple[str, ...], target: Any, at: At, action: str | None = None) -> ForeignKey:
    """A foreign key to "table.column"; the table is "" where the target is no text."""
    table, _, column = target.rpartition(".") if isinstance(target, str) else ("", "", "")
    return ForeignKey(columns, table, at, None, (column,) if column else (), action)


def type_text(node: ast.expr) -> str:
    """A type as "String(length=255)", whatever module it comes from."""
    if isinstance(node, ast.Call):
        inner = node.func
        if isinstance(inner, ast.Attribute) and inner.attr in {"with_variant", "evolve"}:
            return type_text(inner.value)
        return f"{last(node)}({', '.join(ast.unparse(a) for a in (*node.args, *node.keywords))})"[:200]
    return last(node)


def add_constraint(parts: Parts, call: ast.Call, names: Mapping[str, ast.expr], at: At) -> None:
    """Takes in a UniqueConstraint, Index, ForeignKeyConstraint or PrimaryKeyConstraint."""
    kind = last(call)
    name = value(keyword(call, "name"), names)
    label = name if isinstance(name, str) else None
    if kind == "UniqueConstraint":
        parts.uniques.append(Index(texts(call.args, names), at, label, unique=True))
    elif kind == "PrimaryKeyConstraint":
        parts.primary_key = texts(call.args, names)
    elif kind == "ForeignKeyConstraint":
        parts.foreign_keys.append(_composite(call, names, at, label))
    elif kind == "Index" and call.args:
        found = read_index(call, value(call.args[0], names), call.args[1:], names, at)
        (parts.uniques if found.unique else parts.indexes).append(found)


def read_index(call: ast.Call, name: Any, columns: Iterable[ast.expr], names: Mapping[str, ast.expr], at: At) -> Index:
    """An index from its columns and keywords."""
    partial = any((k.arg or "").endswith("_where") for k in call.keywords)
    concurrently = value(keyword(call, "postgresql_concurrently"), names) is True
    unique = value(keyword(call, "unique"), names) is True
    label = name if isinstance(name, str) else None
    return Index(texts(columns, names), at, label, unique, partial, concurrently)


def texts(nodes: Iterable[ast.expr], names: Mapping[str, ast.expr]) -> tuple[str, ...]:
    """Column names; "" for an expression."""
    found = (value(node, names) for node in nodes)
    return tuple(item if isinstance(item, str) else "" for item in found)


def _composite(call: ast.Call, names: Mapping[str, ast.expr], at: At, name: str | None) -> ForeignKey:
    columns, targets = (value(argument(call, i, word), names) for i, word in enumerate(("columns", "refcolumns")))
    own = tuple(c for c in columns if isinstance(c, str)) if isinstance(columns, list) else ()
    theirs = [t for t in targets if isinstance(t, str)] if isinstance(targets, list) else []
    found = reference(own, theirs[0] if theirs else None, at)
    action = value(keyword(call, "ondelete"), names)
    return replace(
        found, name=name, target_columns=tuple(t.rpartition(".")[2] for t in theirs),
        on_delete=action if isinstance(action, str) else None,
    )  # fmt: skip


def read_table(
    name: str,
    items: Iterable[ast.expr],
    names: Mapping[str, ast.expr],
    path: str,
    at: At,
    namespace: Any = None,
) -> Table:
    """The table of a Table(...) or create_table(...) call's columns and constraints."""
    parts = Parts(namespace=namespace if isinstance(namespace, str) and namespace != "public" else None)
    for item in items:
        call = column_call(item)
        place = At(path, item.lineno)
        if call is not None:
            column, extra = read_column(call, "", names, place)
            parts.add_column(column, extra)
            parts.opaque = parts.opaque or not column.name
        elif isinstance(item, ast.Call):
            add_constraint(parts, item, names, place)
        else:
            parts.opaque = True  # a list of columns put together elsewhere
    return parts.table(name, at)
