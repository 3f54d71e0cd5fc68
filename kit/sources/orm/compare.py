"""The schema that the code declares against the one that the migrations create: only what surely differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kit.sources.orm.model import Column, Difference, DifferenceKind, Schema, Table, bare
from kit.sources.orm.types import conflict

_TOOL_TABLES = frozenset(
    {
        "alembic_version", "_prisma_migrations", "django_migrations", "flyway_schema_history",
        "schema_migrations",
        "databasechangelog", "databasechangeloglock", "knex_migrations", "knex_migrations_lock",
        "sequelizemeta",
        "migrations", "typeorm_metadata", "goose_db_version", "__drizzle_migrations",
    }
)  # fmt: skip


def compare(declared: Schema, created: Schema) -> tuple[Difference, ...]:
    """Where the two part, ordered by table. Differences that an unread step may explain are `opaque`."""
    found: list[Difference] = []
    unsure = created.opaque or created.baseline
    for table in declared.tables:
        made = created.table(table.name)
        if made is None and bare(table.name) in _TOOL_TABLES:
            continue  # read from the database, where the tool has made it
        if made is None:
            kind: DifferenceKind = "missing_table"
            found.append(Difference(table.name, None, kind, table.at, None, opaque=unsure))
        elif not made.implicit:  # the framework makes the columns and keys of a relation's table, and names them
            found += _within(table, made, declared, created)
    found += [
        Difference(t.name, None, "extra_table", None, t.at, opaque=declared.opaque or created.opaque)
        for t in created.tables
        if declared.table(t.name) is None and bare(t.name) not in _TOOL_TABLES and not t.implicit
    ]
    return tuple(found)


def _within(declared: Table, created: Table, whole: Schema, other: Schema) -> Iterator[Difference]:
    opaque = created.opaque or other.opaque
    dialect = whole.dialect or other.dialect
    for column in declared.columns:
        made = created.column(column.name)
        if made is None:
            yield Difference(declared.name, column.name, "missing_column", column.at, created.at, opaque=opaque)
        else:
            yield from _columns(declared, column, made, dialect, opaque=opaque)
    yield from _constraints(declared, created, opaque=opaque)


def _columns(
    table: Table, declared: Column, created: Column, dialect: str | None, *, opaque: bool
) -> Iterator[Difference]:
    def differs(kind: DifferenceKind, detail: str) -> Difference:
        return Difference(table.name, declared.name, kind, declared.at, created.at, detail, opaque)

    key = declared.primary_key or created.primary_key or declared.name in table.primary_key
    if not key and None not in (declared.nullable, created.nullable) and declared.nullable != created.nullable:
        words = {True: "nullable", False: "not null", None: ""}
        yield differs("nullable", f"declared {words[declared.nullable]}, created {words[created.nullable]}")
    if conflict(declared.type, created.type, dialect):
        yield differs("type", f"declared {declared.type}, created {created.type}")


def _constraints(declared: Table, created: Table, *, opaque: bool) -> Iterator[Difference]:
    held = {_set(u.columns) for u in created.uniques if not u.partial} | {_set(created.primary_key)}
    for unique in declared.uniques:
        if not unique.partial and "" not in unique.columns and _set(unique.columns) not in held:
            detail = ", ".join(unique.columns)
            yield Difference(
                declared.name,
                _single(unique.columns),
                "missing_unique",
                unique.at,
                created.at,
                detail,
                opaque,
            )
    referring = {_set(f.columns) for f in created.foreign_keys}
    for key in declared.foreign_keys:
        if key.columns and _set(key.columns) not in referring:
            detail = f"{', '.join(key.columns)} to {key.table}"
            yield Difference(declared.name, _single(key.columns), "missing_fk", key.at, created.at, detail, opaque)


def _set(columns: Iterable[str]) -> frozenset[str]:
    return frozenset(column.lower() for column in columns)


def _single(columns: tuple[str, ...]) -> str | None:
    return columns[0] if len(columns) == 1 else None
