"""Alembic's `op.*` calls, one function each, to operations."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kit.model import At
from kit.sources.code.newer_python import GAP
from kit.sources.orm.model import Column, ForeignKey, Index, Op, Operation
from kit.sources.orm.python import argument, first_line, keyword, text, value
from kit.sources.orm.sqlalchemy_columns import (
    column_call,
    read_column,
    read_index,
    read_table,
    texts,
    type_text,
)
from kit.sources.sql.find import operations

_DATA = re.compile(r"\.(update|insert|delete)\(|\b(update|insert|delete)\(")
_QUERY = re.compile(r"\bselect\(|\bfunc\.|\.query\(|Sequence\(")


@dataclass(frozen=True)
class Call:
    """One call in a revision, with what its names stand for. `table` is set within batch_alter_table."""

    node: ast.Call
    names: Mapping[str, ast.expr]
    path: str
    dialect: str | None
    table: str | None = None
    schema: Any = None
    batch: bool = False

    @property
    def at(self) -> At:
        """The lines of the call."""
        end = self.node.end_lineno
        return At(self.path, self.node.lineno, end if end != self.node.lineno else None)

    def within(self, table: str | None, schema: Any) -> Call:
        """The same call as one on a batch of that table."""
        return replace(self, table=table, schema=schema, batch=True)

    def arg(self, index: int, *names: str) -> ast.expr | None:
        """The argument, counted as if no table's name were among them."""
        return argument(self.node, index, *names)

    def read(self, index: int, *names: str) -> str | None:
        """A text argument, None where it cannot be told."""
        found = value(self.arg(index, *names), self.names)
        return found if isinstance(found, str) else None

    def option(self, name: str) -> Any:
        """A keyword's value, UNREAD where it is not there or cannot be told."""
        return value(keyword(self.node, name), self.names)

    def place(self, index: int, *names: str) -> tuple[str | None, int]:
        """The table, and how many places the arguments behind it are moved."""
        if self.batch:
            return self._qualified(self.table), index
        return self._qualified(self.read(index, *names)), index + 1

    def _qualified(self, table: str | None) -> str | None:
        space = self.schema if self.batch else self.option("schema")
        return f"{space}.{table}" if table and isinstance(space, str) and space != "public" else table

    def make(self, op: Op, table: str | None, column: str | None = None, **more: Any) -> Operation:
        """An operation of this call; without a table's name it cannot be followed."""
        opaque = more.pop("opaque", False) or (table is None and op not in {"other", "drop_index"})
        return Operation(op, table, column, self.at, opaque=opaque, text=ast.unparse(self.node)[:2000], **more)

    def code(self) -> Operation:
        """What can only be known by running it."""
        return self.make("code", None, opaque=True)


def _create_table(call: Call) -> list[Operation]:
    name, behind = call.place(0, "table_name")
    if name is None:
        return [call.code()]
    items = call.node.args[behind:]
    table = read_table(name, items, call.names, call.path, call.at)
    made = call.make("create_table", name, definition=table, opaque=table.opaque)
    return [made]


def _drop_table(call: Call) -> list[Operation]:
    return [call.make("drop_table", call.place(0, "table_name")[0])]


def _rename_table(call: Call) -> list[Operation]:
    return [call.make("rename_table", call.place(0, "old_table_name")[0], to=call.read(1, "new_table_name"))]


def _add_column(call: Call) -> list[Operation]:
    table, behind = call.place(0, "table_name")
    found = column_call(call.arg(behind, "column"))
    if found is None:
        return [call.make("code", table, opaque=True)]
    column, extra = read_column(found, "", call.names, call.at)
    made = [call.make("add_column", table, column.name, column_definition=column, opaque=not column.name)]
    keys = (replace(key, columns=(column.name,)) for key in extra.foreign_keys)
    made += [call.make("add_foreign_key", table, foreign_key=key) for key in keys]
    if extra.unique:
        made.append(call.make("add_unique", table, index=Index((column.name,), call.at, unique=True)))
    return made


def _drop_column(call: Call) -> list[Operation]:
    table, behind = call.place(0, "table_name")
    column = call.read(behind, "column_name")
    return [call.make("drop_column", table, column, opaque=column is None)]


def _alter_column(call: Call) -> list[Operation]:
    table, behind = call.place(0, "table_name")
    column = call.read(behind, "column_name")
    if column is None:
        return [call.make("code", table, opaque=True)]
    made: list[Operation] = []
    kind, nullable, name = (
        keyword(call.node, "type_"),
        call.option("nullable"),
        call.option("new_column_name"),
    )
    if kind is not None:
        new = Column(column, type_text(kind), None, call.at)
        made.append(call.make("alter_type", table, column, column_definition=new))
    if isinstance(nullable, bool):
        made.append(call.make("drop_not_null" if nullable else "set_not_null", table, column))
    default = keyword(call.node, "server_default")
    if default is not None:
        gone = isinstance(default, ast.Constant) and default.value in (None, False)
        made.append(call.make("drop_default" if gone else "set_default", table, column))
    if isinstance(name, str):
        made.append(call.make("rename_column", table, column, to=name))
    return made or [call.make("other", table, column)]


def _create_index(call: Call) -> list[Operation]:
    table, behind = call.place(1, "table_name")
    columns = call.arg(behind, "columns")
    listed = columns.elts if isinstance(columns, ast.List | ast.Tuple) else []
    index = read_index(call.node, call.read(0, "index_name"), listed, call.names, call.at)
    return [call.make("create_index", table, name=index.name, index=index)]


def _drop_index(call: Call) -> list[Operation]:
    return [call.make("drop_index", call.place(1, "table_name")[0], name=call.read(0, "index_name"))]


def _create_unique(call: Call) -> list[Operation]:
    table, behind = call.place(1, "table_name")
    name = call.read(0, "constraint_name")
    index = Index(_listed(call, behind, "columns"), call.at, name, unique=True)
    return [call.make("add_unique", table, name=name, index=index)]


def _create_foreign_key(call: Call) -> list[Operation]:
    table, behind = call.place(1, "source_table")
    name = call.read(0, "constraint_name")
    space = call.option("referent_schema")
    target = call.read(behind, "referent_table") or ""
    action = call.option("ondelete")
    key = ForeignKey(
        _listed(call, behind + 1, "local_cols"),
        f"{space}.{target}" if isinstance(space, str) and space != "public" else target,
        call.at, name, _listed(call, behind + 2, "remote_cols"),
        action if isinstance(action, str) else None, valid=call.option("postgresql_not_valid") is not True,
    )  # fmt: skip
    return [call.make("add_foreign_key", table, name=name, foreign_key=key)]


def _create_primary_key(call: Call) -> list[Operation]:
    table, behind = call.place(1, "table_name")
    index = Index(_listed(call, behind, "columns"), call.at, call.read(0, "constraint_name"), unique=True)
    return [call.make("add_primary_key", table, index=index)]


def _create_check(call: Call) -> list[Operation]:
    table, _ = call.place(1, "table_name")
    loose = call.option("postgresql_not_valid") is True
    return [call.make("other" if loose else "add_check", table, name=call.read(0, "constraint_name"))]


def _drop_constraint(call: Call) -> list[Operation]:
    table, _ = call.place(1, "table_name")
    return [call.make("drop_constraint", table, name=call.read(0, "constraint_name"))]


def _bulk_insert(call: Call) -> list[Operation]:
    return [call.make("insert", None, opaque=False)]


def execute(call: Call) -> list[Operation]:
    """SQL handed over as a text is read as SQL; what is put together as it runs only where it is harmless."""
    node = call.arg(0, "sqltext", "statement")
    written = text(node, call.names)
    if written is None:
        return [_built(call, node)]
    done = operations(written, call.path, dialect=call.dialect, first_line=first_line(node, call.names))
    if GAP not in written:
        return list(done)
    if all(o.op in {"other", "insert", "update", "delete"} for o in done):
        return [replace(o, table=None if o.table and GAP in o.table else o.table) for o in done]
    return [call.code()]


def _built(call: Call, node: ast.expr | None) -> Operation:
    """A statement built with SQLAlchemy: rows are changed by update, insert and delete."""
    if isinstance(node, ast.Name):
        node = call.names.get(node.id)
    source = ast.unparse(node) if node is not None else ""
    found = _DATA.search(source)
    if found:
        op: Op = {"update": "update", "insert": "insert"}.get(found[1] or found[2], "delete")  # type: ignore[assignment]
        return replace(call.make(op, None), opaque=False, unfiltered=".where(" not in source)
    return call.make("other", None) if _QUERY.search(source) else call.code()


def _other(call: Call) -> list[Operation]:
    return [call.make("other", None)]


def _listed(call: Call, index: int, name: str) -> tuple[str, ...]:
    found = call.arg(index, name)
    return texts(found.elts, call.names) if isinstance(found, ast.List | ast.Tuple) else ()


HANDLERS: dict[str, Callable[[Call], list[Operation]]] = {
    "create_table": _create_table, "drop_table": _drop_table, "rename_table": _rename_table,
    "add_column": _add_column, "drop_column": _drop_column, "alter_column": _alter_column,
    "create_index": _create_index, "drop_index": _drop_index, "create_unique_constraint": _create_unique,
    "create_foreign_key": _create_foreign_key, "create_primary_key": _create_primary_key,
    "create_check_constraint": _create_check, "drop_constraint": _drop_constraint,
    "bulk_insert": _bulk_insert,
    "execute": execute, "create_exclude_constraint": _other, "create_table_comment": _other,
    "drop_table_comment": _other,
}  # fmt: skip
