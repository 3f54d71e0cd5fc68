"""Migrations carried out on paper: the schema they leave, and what each operation costs on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from kit.model import At
from kit.sources.formats.nodes import Problem
from kit.sources.orm.model import Column, ForeignKey, Index, Migration, Operation, Schema, Table, bare
from kit.sources.orm.types import narrows, widens


def schema_after(migrations: Iterable[Migration], *, dialect: str | None = None) -> Schema:
    """The schema that the migrations leave, run in the order given; see Schema for `opaque`."""
    done = tuple(migrations)
    ledger = Ledger()
    for migration in done:
        for operation in migration.operations:
            ledger.apply(operation)
    at = done[-1].at if done else At(".")
    folder = at.path.rpartition("/")[0] or "."
    reasons = (*ledger.reasons, *ledger.unmade)
    opaque, baseline = bool(ledger.reasons), bool(ledger.unmade)
    return Schema(folder, at, "migrations", dialect, ledger.tables, opaque, reasons, baseline=baseline)


def flagged(migrations: Iterable[Migration], dialect: str | None) -> tuple[Migration, ...]:
    """The migrations with every operation's `destructive` and, for PostgreSQL, `locking` told."""
    ledger = Ledger()
    return tuple(_flagged(migration, ledger, dialect) for migration in migrations)


def _flagged(migration: Migration, ledger: Ledger, dialect: str | None) -> Migration:
    made = _made_here(migration.operations)
    replaced = {bare(o.to) for o in migration.operations if o.op == "rename_table" and o.to}
    done: list[Operation] = []
    for operation in migration.operations:
        own_column = operation.op != "add_column" and (operation.table, operation.column) in made
        new = bare(operation.table or "") in made or own_column
        swapped = operation.op == "drop_table" and bare(operation.table or "") in replaced
        old = ledger.column(operation)
        loses = not new and not swapped and _loses(operation, old)
        locks = not new and dialect in {"postgres", None} and _locks(operation, old)
        done.append(replace(operation, destructive=loses, locking=locks))
        ledger.apply(operation)
    return replace(migration, operations=tuple(done))


def _made_here(operations: Iterable[Operation]) -> set[str | tuple[str | None, str | None]]:
    """The tables and columns that a migration makes itself: what happens to them costs nobody anything."""
    made: set[str | tuple[str | None, str | None]] = set()
    for operation in operations:
        if operation.op == "create_table" and operation.table:
            made.add(bare(operation.table))
        elif operation.op == "add_column":
            made.add((operation.table, operation.column))
    return made


def _loses(operation: Operation, old: Column | None) -> bool:
    if operation.op in {"drop_table", "drop_column", "truncate"}:
        return True
    if operation.op == "delete":
        return operation.unfiltered
    if operation.op == "alter_type" and old is not None and operation.column_definition is not None:
        return narrows(old.type, operation.column_definition.type)
    return operation.op == "raw" and operation.text[:4].upper() == "DROP"


def _locks(operation: Operation, old: Column | None) -> bool:
    match operation.op:
        case "create_index":
            return operation.index is not None and not operation.index.concurrently
        case "add_column":
            new = operation.column_definition
            return new is not None and new.nullable is False and not new.default
        case "alter_type":
            new = operation.column_definition
            return new is None or old is None or not widens(old.type, new.type)
        case "add_foreign_key":
            return operation.foreign_key is None or operation.foreign_key.valid
        case _:
            return operation.op in {"add_unique", "add_primary_key", "add_check", "set_not_null"}


class Ledger:
    """The tables as they stand while migrations are replayed."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}
        self.reasons: list[Problem] = []
        self.unmade: list[Problem] = []

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that stay, in the order in which they were made."""
        return tuple(table for table in self._tables.values() if not table.temporary)

    def column(self, operation: Operation) -> Column | None:
        """The column that an operation is about, as it stands before it."""
        table = self._table(operation.table)
        return table.column(operation.column) if table is not None and operation.column else None

    def apply(self, operation: Operation) -> None:
        """Carries out one operation."""
        handler = _HANDLERS.get(operation.op)
        if handler is not None:
            handler(self, operation)
        if operation.opaque and (operation.table is None or self._table(operation.table) is None):
            self.reasons.append(Problem("This step could not be followed.", operation.at))
        elif operation.opaque and (table := self._table(operation.table)) is not None:
            self._put(replace(table, opaque=True))

    def _key(self, name: str) -> str | None:
        if name.lower() in self._tables:
            return name.lower()
        return next((key for key in self._tables if bare(key) == bare(name)), None)

    def _table(self, name: str | None) -> Table | None:
        key = self._key(name) if name else None
        return self._tables[key] if key is not None else None

    def _put(self, table: Table) -> None:
        self._tables[self._key(table.name) or table.name.lower()] = table

    def _known(self, operation: Operation) -> Table | None:
        """The table that is changed; where no migration made it, the picture is not whole."""
        table = self._table(operation.table)
        if table is None:
            self.unmade.append(Problem(f"No migration creates the table {operation.table}.", operation.at))
        return table

    def create_table(self, operation: Operation) -> None:
        if operation.definition is not None and self._table(operation.definition.name) is None:
            self._put(operation.definition)

    def drop_table(self, operation: Operation) -> None:
        key = self._key(operation.table or "")
        if key is None:
            return
        gone = self._tables.pop(key)
        if operation.cascade:
            for table in self.tables:
                kept = tuple(f for f in table.foreign_keys if bare(f.table) != bare(gone.name))
                self._put(replace(table, foreign_keys=kept))

    def rename_table(self, operation: Operation) -> None:
        old, new = self._key(operation.table or ""), operation.to
        if old is None or new is None:
            self._known(operation)
            return
        renamed = replace(self._tables.pop(old), name=new)
        self._tables[new.lower()] = renamed
        for table in self.tables:
            keys = tuple(replace(f, table=new) if bare(f.table) == bare(old) else f for f in table.foreign_keys)
            self._put(replace(table, foreign_keys=keys))

    def add_column(self, operation: Operation) -> None:
        table, new = self._known(operation), operation.column_definition
        if table is None or new is None:
            return
        others = tuple(c for c in table.columns if c.name.lower() != new.name.lower())
        key = (new.name,) if new.primary_key else table.primary_key
        self._put(replace(table, columns=(*others, new), primary_key=key))

    def drop_column(self, operation: Operation) -> None:
        table, name = self._known(operation), (operation.column or "").lower()
        if table is None:
            return
        self._put(replace(
            table,
            columns=tuple(c for c in table.columns if c.name.lower() != name),
            indexes=_without(table.indexes, name), uniques=_without(table.uniques, name),
            foreign_keys=tuple(f for f in table.foreign_keys if name not in _lower(f.columns)),
            primary_key=() if name in _lower(table.primary_key) else table.primary_key,
        ))  # fmt: skip

    def rename_column(self, operation: Operation) -> None:
        table, old, new = self._known(operation), operation.column or "", operation.to or ""
        if table is None:
            return

        def named(columns: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(new if c.lower() == old.lower() else c for c in columns)

        self._put(replace(
            table,
            columns=tuple(replace(c, name=named((c.name,))[0]) for c in table.columns),
            indexes=tuple(replace(i, columns=named(i.columns)) for i in table.indexes),
            uniques=tuple(replace(u, columns=named(u.columns)) for u in table.uniques),
            foreign_keys=tuple(replace(f, columns=named(f.columns)) for f in table.foreign_keys),
            primary_key=named(table.primary_key),
        ))  # fmt: skip

    def _change(self, operation: Operation, change: Callable[[Column], Column]) -> None:
        table, name = self._known(operation), (operation.column or "").lower()
        if table is not None:
            columns = tuple(change(c) if c.name.lower() == name else c for c in table.columns)
            self._put(replace(table, columns=columns))

    def alter_type(self, operation: Operation) -> None:
        new = operation.column_definition
        if new is not None:
            self._change(operation, lambda c: replace(c, type=new.type, at=operation.at))

    def set_nullable(self, operation: Operation) -> None:
        nullable = operation.op == "drop_not_null"
        self._change(operation, lambda c: replace(c, nullable=nullable, at=operation.at))

    def set_default(self, operation: Operation) -> None:
        self._change(operation, lambda c: replace(c, default=operation.op == "set_default"))

    def add_primary_key(self, operation: Operation) -> None:
        table = self._known(operation)
        if table is None or operation.index is None:
            return
        key = operation.index.columns
        columns = tuple(replace(c, nullable=False) if c.name in key else c for c in table.columns)
        self._put(replace(table, primary_key=key, columns=columns))

    def add_index(self, operation: Operation) -> None:
        table, index = self._known(operation), operation.index
        if table is None or index is None:
            return
        if index.unique:
            self._put(replace(table, uniques=(*table.uniques, index)))
        else:
            self._put(replace(table, indexes=(*table.indexes, index)))

    def add_foreign_key(self, operation: Operation) -> None:
        table = self._known(operation)
        if table is not None and operation.foreign_key is not None:
            self._put(replace(table, foreign_keys=(*table.foreign_keys, operation.foreign_key)))

    def drop_constraint(self, operation: Operation) -> None:
        own = self._table(operation.table)
        name = bare(operation.name or "")
        for table in (own,) if own is not None else self.tables:
            self._put(_unconstrained(table, name, operation.index))

    def rename_constraint(self, operation: Operation) -> None:
        old, new = bare(operation.name or ""), operation.to
        for table in self.tables:
            indexes = tuple(replace(i, name=new) if bare(i.name or "") == old else i for i in table.indexes)
            uniques = tuple(replace(u, name=new) if bare(u.name or "") == old else u for u in table.uniques)
            keys = tuple(replace(f, name=new) if bare(f.name or "") == old else f for f in table.foreign_keys)
            self._put(replace(table, indexes=indexes, uniques=uniques, foreign_keys=keys))


def _unconstrained(table: Table, name: str, like: Index | None) -> Table:
    """The table without the constraint or index of that name, or without the unique on the same columns."""
    columns = frozenset(_lower(like.columns)) if like is not None else None

    def kept(found: Index | ForeignKey, suffix: str) -> bool:
        default = "_".join((bare(table.name), *_lower(found.columns), suffix))
        return name not in {bare(found.name or ""), default} or not name

    key_gone = name in {f"{bare(table.name)}_pkey", "primary"}
    return replace(
        table,
        indexes=tuple(i for i in table.indexes if kept(i, "idx")),
        uniques=tuple(u for u in table.uniques if kept(u, "key") and frozenset(_lower(u.columns)) != columns),
        foreign_keys=tuple(f for f in table.foreign_keys if kept(f, "fkey")),
        primary_key=() if key_gone else table.primary_key,
    )


def _lower(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


def _without(indexes: tuple[Index, ...], column: str) -> tuple[Index, ...]:
    return tuple(index for index in indexes if column not in _lower(index.columns))


_HANDLERS: dict[str, Callable[[Ledger, Operation], None]] = {
    "create_table": Ledger.create_table, "drop_table": Ledger.drop_table, "rename_table": Ledger.rename_table,
    "add_column": Ledger.add_column, "drop_column": Ledger.drop_column, "rename_column": Ledger.rename_column,
    "alter_type": Ledger.alter_type, "set_not_null": Ledger.set_nullable,
    "drop_not_null": Ledger.set_nullable,
    "set_default": Ledger.set_default, "drop_default": Ledger.set_default,
    "add_primary_key": Ledger.add_primary_key, "add_unique": Ledger.add_index,
    "create_index": Ledger.add_index,
    "drop_index": Ledger.drop_constraint, "add_foreign_key": Ledger.add_foreign_key,
    "drop_constraint": Ledger.drop_constraint, "rename_constraint": Ledger.rename_constraint,
}  # fmt: skip
