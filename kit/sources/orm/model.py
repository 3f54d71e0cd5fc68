"""The nouns of databases as code states them: tables, schemas, operations of migrations, differences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kit.model import At
from kit.sources.formats.nodes import Problem

Op = Literal[
    "create_table", "drop_table", "rename_table", "add_column", "drop_column", "rename_column", "alter_type",
    "set_not_null", "drop_not_null", "set_default", "drop_default", "add_primary_key", "add_unique",
    "create_index", "drop_index", "add_foreign_key", "add_check", "drop_constraint", "rename_constraint",
    "truncate", "delete", "update", "insert", "other", "raw", "code",
]  # fmt: skip
"""`other` is understood and does not touch tables (an extension, a grant); `raw` could not be parsed;
`code` runs a program that could not be followed."""

DifferenceKind = Literal[
    "missing_table", "missing_column", "extra_table", "nullable", "type", "missing_unique", "missing_fk"
]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `type` as written ("" unknown); `nullable` None: cannot be told; `default`: on the server."""

    name: str
    type: str
    nullable: bool | None
    at: At
    default: bool = False
    primary_key: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """An index, a unique or a primary key: its columns ("" for an expression). `partial`: it has a WHERE."""

    columns: tuple[str, ...]
    at: At
    name: str | None = None
    unique: bool = False
    partial: bool = False
    concurrently: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference of `columns` to `table`. `valid` False where it was added NOT VALID (rows not checked)."""

    columns: tuple[str, ...]
    table: str
    at: At
    name: str | None = None
    target_columns: tuple[str, ...] = ()
    on_delete: str | None = None
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `opaque`: it may have other columns than those read. `implicit`: it stands for a relation.
    `temporary`: it is gone when the script ends."""

    name: str
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...]
    uniques: tuple[Index, ...]
    foreign_keys: tuple[ForeignKey, ...]
    at: At
    primary_key: tuple[str, ...] = ()
    opaque: bool = False
    implicit: bool = False
    temporary: bool = False

    def column(self, name: str) -> Column | None:
        """The column of that name, whatever its case."""
        return next((c for c in self.columns if c.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Schema:
    """What one source says the database looks like.

    `kind` is the tool ("prisma", "sqlalchemy", "django", "typeorm", "drizzle", "sequelize", "migrations");
    `dialect` as sqlglot names it, or None; `opaque` where tables may differ from what could be read, and
    `reasons` the places that made it so. `baseline`: tables are changed that nothing here creates, so others
    may have been there before, too.
    """

    path: str
    at: At
    kind: str
    dialect: str | None
    tables: tuple[Table, ...]
    opaque: bool = False
    reasons: tuple[Problem, ...] = ()
    enums: tuple[str, ...] = ()
    error: Problem | None = None
    baseline: bool = False

    def table(self, name: str) -> Table | None:
        """The table of that name, whatever its case and with or without its namespace."""
        wanted = name.lower()
        exact = next((t for t in self.tables if t.name.lower() == wanted), None)
        return exact or next((t for t in self.tables if bare(t.name) == bare(wanted)), None)


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a migration. `table` and `column` as named there; `to` the new name of a renaming; `name`
    that of a constraint or index; `definition`, `column_definition`, `index` and `foreign_key` what is made.

    `destructive`: rows or values are lost. `locking`: PostgreSQL stops writers the longer the larger the
    table is. `opaque`: it may change tables in a way that could not be read. `unfiltered`: no WHERE.
    """

    op: Op
    table: str | None
    column: str | None
    at: At
    destructive: bool = False
    locking: bool = False
    text: str = ""
    to: str | None = None
    name: str | None = None
    definition: Table | None = None
    column_definition: Column | None = None
    index: Index | None = None
    foreign_key: ForeignKey | None = None
    opaque: bool = False
    cascade: bool = False
    unfiltered: bool = False


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration. `order` is its place in the set from 0, `revision` its id and `parents` those before it.

    `down`: True where it can be undone by what is written, False where not, None where that cannot be told.
    """

    path: str
    at: At
    tool: str
    order: int
    operations: tuple[Operation, ...]
    down: bool | None = None
    revision: str = ""
    parents: tuple[str, ...] = ()
    down_operations: tuple[Operation, ...] = ()
    down_at: At | None = None
    error: Problem | None = None


@dataclass(frozen=True, slots=True)
class MigrationSet:
    """The migrations of one folder, in the order in which they run.

    `heads` are the revisions that nothing follows: more than one stops the tool. `missing` are revisions that
    are named as parents and that no file has.
    """

    tool: str
    dir: str
    at: At
    migrations: tuple[Migration, ...]
    heads: tuple[str, ...] = ()
    dialect: str | None = None
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the declared schema and what the migrations create part. `opaque`: a step that could not be read
    may account for it, so that it is no proof."""

    table: str
    column: str | None
    kind: DifferenceKind
    declared_at: At | None
    created_at: At | None
    detail: str = ""
    opaque: bool = False


def bare(name: str) -> str:
    """A table's name without its namespace, in lower case."""
    return name.rpartition(".")[2].lower()


_DIALECTS = {
    name: dialect
    for dialect, names in {
        "postgres": ("postgresql", "postgres", "postgis", "pgsql", "pg", "cockroachdb"),
        "mysql": ("mysql", "mysql2", "mariadb"),
        "sqlite": ("sqlite", "sqlite3", "better-sqlite3", "turso"),
        "tsql": ("sqlserver", "mssql", "tsql"),
        "oracle": ("oracle",),
        "clickhouse": ("clickhouse",),
    }.items()
    for name in names
}


def dialect_of(name: str | None) -> str | None:
    """sqlglot's name for a database as tools call it, or None where it is not one it reads."""
    return _DIALECTS.get((name or "").lower().partition("+")[0])
