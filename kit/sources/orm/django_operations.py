"""The operations of a Django migration, one method each, on the state that the app's models have reached."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kit.sources.orm.django import FieldParts, Naming, build_table, columns_of, field_parts
from kit.sources.orm.model import Column, Index, Op, Operation
from kit.sources.orm.python import Module, argument, dotted, first_line, keyword, last, text, value
from kit.sources.sql.find import operations as sql_operations


@dataclass
class AppState:
    """The models of an app as its migrations have made them: their tables and fields."""

    app: str
    tables: dict[str, str] = field(default_factory=dict)
    fields: dict[str, dict[str, FieldParts]] = field(default_factory=dict)

    @property
    def naming(self) -> Naming:
        """What names mean at this point."""
        return Naming(self.app, {(self.app.lower(), model): table for model, table in self.tables.items()})

    def table(self, model: str) -> str:
        """The table of a model."""
        return self.tables.get(model.lower(), f"{self.app}_{model.lower()}".lower())

    def column(self, model: str, name: str) -> str | None:
        """The column of a model's field, None where it has none."""
        part = self.fields.get(model.lower(), {}).get(name)
        if part is None:
            return name
        return part.column.name if part.column is not None else None


class Reader:
    """One migration's operations."""

    def __init__(self, module: Module, state: AppState) -> None:
        self._module = module
        self._names = module.names
        self._state = state
        self.reversible = True

    def read(self, listed: ast.expr | None) -> Iterator[Operation]:
        """The operations of a list; what adds to the list as it runs cannot be followed."""
        for node in listed.elts if isinstance(listed, ast.List | ast.Tuple) else []:
            if isinstance(node, ast.Call):
                handler = _HANDLERS.get(last(node))
                yield from handler(self, node) if handler is not None else [self._other(node)]
            else:
                yield self._make("code", node, None, opaque=True)
        if listed is not None and not isinstance(listed, ast.List | ast.Tuple):
            yield self._make("code", listed, None, opaque=True)

    def _make(self, op: Op, node: ast.AST, table: str | None, column: str | None = None, **more: Any) -> Operation:
        return Operation(op, table, column, self._module.at(node), text=ast.unparse(node)[:2000], **more)

    def _text(self, node: ast.Call, index: int, *names: str) -> str:
        found = value(argument(node, index, *names), self._names)
        return found if isinstance(found, str) else ""

    def _other(self, node: ast.Call) -> Operation:
        """Operations from libraries: those of Django that touch no table are known by name."""
        known = last(node) in _QUIET or last(node).endswith(("Extension", "Manager"))
        return self._make("other" if known else "code", node, None, opaque=not known)

    def create_model(self, node: ast.Call) -> Iterator[Operation]:
        model = self._text(node, 0, "name")
        options = argument(node, 2, "options")
        entries = _entries(options)
        given = value(entries.get("db_table"), self._names)
        self._state.tables[model.lower()] = given if isinstance(given, str) else f"{self._state.app}_{model}".lower()
        table = self._state.table(model)
        parts = dict(self._parts(argument(node, 1, "fields"), model))
        self._state.fields[model.lower()] = parts
        if value(entries.get("managed"), {}) is False or value(entries.get("proxy"), {}) is True:
            yield self._make("other", node, None)
            return
        yield from self._created(node, table, parts, entries)

    def _created(
        self, node: ast.Call, table: str, parts: dict[str, FieldParts], entries: Mapping[str, ast.expr]
    ) -> Iterator[Operation]:
        definition = build_table(table, list(parts.values()), self._module.at(node))
        together = value(entries.get("unique_together"), self._names)
        groups = [together] if isinstance(together, list) and together and isinstance(together[0], str) else together
        uniques = tuple(
            Index(columns_of(g, parts), definition.at, unique=True)
            for g in (groups if isinstance(groups, list) else [])
        )
        definition = replace(definition, uniques=(*definition.uniques, *uniques))
        yield self._make("create_table", node, table, definition=definition)
        for part in parts.values():
            if part.joining is not None:
                yield self._make("create_table", node, part.joining.name, definition=part.joining)
        constraints = entries.get("constraints")
        for item in constraints.elts if isinstance(constraints, ast.List | ast.Tuple) else []:
            if isinstance(item, ast.Call):
                yield from self._constraint(item, table, parts)

    def _parts(self, fields: ast.expr | None, model: str) -> Iterator[tuple[str, FieldParts]]:
        for pair in fields.elts if isinstance(fields, ast.List | ast.Tuple) else []:
            if isinstance(pair, ast.Tuple) and len(pair.elts) == 2 and isinstance(pair.elts[1], ast.Call):
                name = value(pair.elts[0], self._names)
                made = self._part(str(name), pair.elts[1], model)
                if made is not None:
                    yield str(name), made

    def _part(self, name: str, call: ast.Call, model: str) -> FieldParts | None:
        at = self._module.at(call)
        made = field_parts(name, call, self._state.table(model), self._state.naming, self._names, at)
        if made is None and last(call).endswith(("Field", "Key")):
            return FieldParts(Column(name, "", None, at))
        return made

    def delete_model(self, node: ast.Call) -> Iterator[Operation]:
        yield self._make("drop_table", node, self._state.table(self._text(node, 0, "name")))

    def rename_model(self, node: ast.Call) -> Iterator[Operation]:
        old, new = self._text(node, 0, "old_name").lower(), self._text(node, 1, "new_name").lower()
        before = self._state.table(old)
        standard = before == f"{self._state.app}_{old}".lower()
        after = f"{self._state.app}_{new}".lower() if standard else before
        self._state.tables[new] = after
        self._state.fields[new] = self._state.fields.pop(old, {})
        yield self._make("rename_table", node, before, to=after)
        for name, part in self._state.fields[new].items():
            if part.joining is not None and standard:
                yield self._make("rename_table", node, part.joining.name, to=f"{after}_{name}")

    def rename_table(self, node: ast.Call) -> Iterator[Operation]:
        model = self._text(node, 0, "name")
        before = self._state.table(model)
        given = value(argument(node, 1, "table"), self._names)
        after = given if isinstance(given, str) else f"{self._state.app}_{model}".lower()
        self._state.tables[model.lower()] = after
        yield self._make("rename_table", node, before, to=after)

    def add_field(self, node: ast.Call) -> Iterator[Operation]:
        yield from self._field(node, added=True)

    def alter_field(self, node: ast.Call) -> Iterator[Operation]:
        yield from self._field(node, added=False)

    def _field(self, node: ast.Call, *, added: bool) -> Iterator[Operation]:
        model, name = self._text(node, 0, "model_name"), self._text(node, 1, "name")
        call = argument(node, 2, "field")
        made = self._part(name, call, model) if isinstance(call, ast.Call) else None
        table = self._state.table(model)
        before = self._state.column(model, name)
        self._state.fields.setdefault(model.lower(), {})[name] = made or FieldParts()
        if made is None or (made.column is None and made.joining is None):
            yield self._make("other", node, table)
        elif made.joining is not None:
            yield self._make("create_table" if added else "other", node, made.joining.name, definition=made.joining)
        elif added:
            yield from self._added(node, call, table, made)
        else:
            yield from self._altered(node, table, made, before)

    def _added(self, node: ast.Call, call: ast.expr | None, table: str, made: FieldParts) -> Iterator[Operation]:
        assert made.column is not None
        filled = isinstance(call, ast.Call) and _fills(call)
        column = replace(made.column, default=made.column.default or filled)
        yield self._make("add_column", node, table, column.name, column_definition=column)
        if made.unique:
            index = Index((column.name,), column.at, unique=True)
            yield self._make("add_unique", node, table, index=index)
        if made.foreign_key is not None:
            yield self._make("add_foreign_key", node, table, foreign_key=made.foreign_key)

    def _altered(self, node: ast.Call, table: str, made: FieldParts, before: str | None) -> Iterator[Operation]:
        column = made.column
        assert column is not None
        if before is not None and before != column.name:
            yield self._make("rename_column", node, table, before, to=column.name)
        yield self._make("alter_type", node, table, column.name, column_definition=column)
        yield self._make("drop_not_null" if column.nullable else "set_not_null", node, table, column.name)
        index = Index((column.name,), column.at, unique=True)
        if made.unique:
            yield self._make("add_unique", node, table, index=index)
        else:
            yield self._make("drop_constraint", node, table, index=index)

    def remove_field(self, node: ast.Call) -> Iterator[Operation]:
        model, name = self._text(node, 0, "model_name"), self._text(node, 1, "name")
        part = self._state.fields.get(model.lower(), {}).pop(name, None)
        table = self._state.table(model)
        if part is not None and part.joining is not None:
            yield self._make("drop_table", node, part.joining.name)
        elif part is None or part.column is not None:
            column = part.column.name if part is not None and part.column is not None else name
            yield self._make("drop_column", node, table, column)

    def rename_field(self, node: ast.Call) -> Iterator[Operation]:
        model = self._text(node, 0, "model_name").lower()
        old, new = self._text(node, 1, "old_name"), self._text(node, 2, "new_name")
        part = self._state.fields.setdefault(model, {}).pop(old, None)
        table = self._state.table(model)
        before = part.column.name if part is not None and part.column is not None else old
        after = f"{new}_id" if before == f"{old}_id" else (new if before == old else before)
        if part is not None:
            column = replace(part.column, name=after) if part.column is not None else None
            joining = replace(part.joining, name=f"{table}_{new}") if part.joining is not None else None
            self._state.fields[model][new] = replace(part, column=column, joining=joining)
        if part is not None and part.joining is not None:
            yield self._make("rename_table", node, part.joining.name, to=f"{table}_{new}")
        elif before != after:
            yield self._make("rename_column", node, table, before, to=after)

    def add_constraint(self, node: ast.Call) -> Iterator[Operation]:
        model = self._text(node, 0, "model_name")
        item = argument(node, 1, "constraint", "index")
        table, parts = self._state.table(model), self._state.fields.get(model.lower(), {})
        yield from self._constraint(item, table, parts) if isinstance(item, ast.Call) else ()

    def _constraint(self, item: ast.Call, table: str, parts: Mapping[str, FieldParts]) -> Iterator[Operation]:
        kind, fields = last(item), value(keyword(item, "fields"), self._names)
        named = value(keyword(item, "name"), self._names)
        name = named if isinstance(named, str) else None
        at, partial = self._module.at(item), keyword(item, "condition") is not None
        if kind == "UniqueConstraint":
            index = Index(columns_of(fields, parts), at, name, True, partial)
            yield self._make("add_unique", item, table, name=name, index=index)
        elif kind == "CheckConstraint":
            yield self._make("add_check", item, table, name=name)
        elif kind.endswith("Index"):
            index = Index(columns_of(fields, parts), at, name, False, partial)
            yield self._make("create_index", item, table, name=name, index=index)

    def add_index_concurrently(self, node: ast.Call) -> Iterator[Operation]:
        for made in self.add_constraint(node):
            index = replace(made.index, concurrently=True) if made.index is not None else None
            yield replace(made, index=index)

    def remove_constraint(self, node: ast.Call) -> Iterator[Operation]:
        model = self._text(node, 0, "model_name")
        yield self._make("drop_constraint", node, self._state.table(model), name=self._text(node, 1, "name"))

    def unique_together(self, node: ast.Call) -> Iterator[Operation]:
        model = self._text(node, 0, "name")
        found = value(argument(node, 1, "unique_together"), self._names)
        groups = [found] if isinstance(found, list) and found and isinstance(found[0], str) else found
        parts, table = self._state.fields.get(model.lower(), {}), self._state.table(model)
        for group in groups if isinstance(groups, list) else []:
            index = Index(columns_of(group, parts), self._module.at(node), unique=True)
            yield self._make("add_unique", node, table, index=index)

    def run_sql(self, node: ast.Call) -> Iterator[Operation]:
        """SQL is read as such; `state_operations` say what it amounts to."""
        back = argument(node, 1, "reverse_sql")
        self.reversible = self.reversible and back is not None
        written = argument(node, 0, "sql")
        pieces = written.elts if isinstance(written, ast.List | ast.Tuple) else [written]
        for piece in pieces:
            sql = text(piece, self._names)
            if sql is None:
                yield self._make("code", node, None, opaque=True)
            else:
                line = first_line(piece, self._names)
                yield from sql_operations(sql, self._module.path, dialect="postgres", first_line=line)
        yield from self.read(keyword(node, "state_operations"))

    def run_python(self, node: ast.Call) -> Iterator[Operation]:
        """A function that works on rows through the models leaves the tables as they are."""
        self.reversible = self.reversible and argument(node, 1, "reverse_code") is not None
        code = argument(node, 0, "code")
        function = self._module.functions.get(dotted(code))
        if last(code) == "noop":
            yield self._make("other", node, None)
        else:
            yield self._make("code", node, None, opaque=function is None or _touches_schema(function))

    def separate(self, node: ast.Call) -> Iterator[Operation]:
        """The state's operations say what the tables are to be; the database's may be written by hand."""
        database, state = keyword(node, "database_operations"), keyword(node, "state_operations")
        yield from self.read(database)
        if state is not None and database is None:
            yield from (replace(o, op="other") for o in self.read(state))
        elif state is not None:
            yield from self.read(state)


def _touches_schema(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    source = ast.unparse(function)
    return re.search(r"schema_editor\.(?!connection\b)|\.cursor\(|call_command", source) is not None


def _entries(node: ast.expr | None) -> dict[str, ast.expr]:
    if not isinstance(node, ast.Dict):
        return {}
    return {str(value(k, {})): v for k, v in zip(node.keys, node.values, strict=True)}


_QUIET = frozenset(
    {"AlterModelOptions", "AlterModelManagers", "AlterOrderWithRespectTo", "AlterModelTableComment",
     "RenameIndex",
     "AlterIndexTogether", "RemoveIndexConcurrently", "CreateCollation", "ValidateConstraint"}
)  # fmt: skip
_HANDLERS: dict[str, Callable[[Reader, ast.Call], Iterator[Operation]]] = {
    "CreateModel": Reader.create_model, "DeleteModel": Reader.delete_model,
    "RenameModel": Reader.rename_model,
    "AlterModelTable": Reader.rename_table, "AddField": Reader.add_field, "AlterField": Reader.alter_field,
    "RemoveField": Reader.remove_field, "RenameField": Reader.rename_field,
    "AddConstraint": Reader.add_constraint, "AddConstraintNotValid": Reader.add_constraint,
    "AddIndex": Reader.add_constraint, "AddIndexConcurrently": Reader.add_index_concurrently,
    "RemoveConstraint": Reader.remove_constraint, "RemoveIndex": Reader.remove_constraint,
    "AlterUniqueTogether": Reader.unique_together, "RunSQL": Reader.run_sql, "RunPython": Reader.run_python,
    "SeparateDatabaseAndState": Reader.separate,
}  # fmt: skip


_NO_TEXT = re.compile(
    r"(?:Auto|Integer|Boolean|Date|DateTime|Time|Decimal|Duration|Float|GenericIPAddress|UUID|JSON|Array|Range)Field$"
    r"|^(?:ForeignKey|OneToOneField|\w*ParentalKey|Tree\w+)$"
)


def _fills(call: ast.Call) -> bool:
    """Whether Django fills existing rows as it adds the column: with a default, the time, or the empty text of a
    field that may be blank."""
    if any(keyword(call, word) is not None for word in ("default", "auto_now", "auto_now_add")):
        return True
    blank = keyword(call, "blank")
    return isinstance(blank, ast.Constant) and blank.value is True and not _NO_TEXT.search(last(call))
