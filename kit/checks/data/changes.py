"""Can the next migrations be applied to a database that holds data and serves users, and be undone?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kit.checks.data.common import ONCE, dialect_of, label, recent, sets
from kit.checks.data.running import migrating
from kit.checks.shared.started import Run, runs
from kit.checks.shared.words import listed, plural
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.orm.model import Migration, MigrationSet, Operation, bare

_BACK = {
    "prisma": "write a `down.sql` beside it (`prisma migrate diff --from-schema-datamodel ... --script`)",
    "flyway": "write its undo migration (`U<version>__...sql`), or the forward fix that takes it back",
    "drizzle": "keep the SQL that takes it back beside it",
    "supabase": "keep the SQL that takes it back beside it",
}
_WORDS = {
    "drop_table": "drops the table {t}", "drop_column": "drops {t}.{c}", "truncate": "empties the table {t}",
    "delete": "deletes every row of {t}", "alter_type": "narrows {t}.{c}", "raw": "drops something",
}  # fmt: skip
_LOCKS = {
    "create_index": "builds an index on {t}", "alter_type": "rewrites {t}.{c}", "add_foreign_key": "checks a foreign key of {t}",
    "add_unique": "builds a unique index on {t}", "add_primary_key": "builds a primary key on {t}", "add_check": "checks every row of {t}",
    "set_not_null": "reads all of {t} for empty {c}",
}  # fmt: skip


def _named(operation: Operation, words: dict[str, str]) -> str:
    said = words.get(operation.op, operation.op.replace("_", " ") + " of {t}")
    return said.format(t=bare(operation.table or "?"), c=operation.column or "?")


def _judged(project: Project) -> Iterator[tuple[MigrationSet, tuple[Migration, ...]]]:
    for found in sets(project):
        if found.tool not in ONCE and (last := recent(found)):
            yield found, last


@check(
    "DAT-005",
    "The latest migrations destroy nothing that still runs",
    Severity.MEDIUM,
    Clause.EXECUTION,
    effort_hours=3,
)
def nothing_is_destroyed(project: Project) -> Iterator[Fact]:
    """
    While a release rolls out, the old version still reads the column that the new migration drops; and what is dropped
    comes back only from a backup.

    Decides: tables, columns and rows that the last five migrations of each set drop, narrow or delete, unless they were
    made in the same migration.

    Fix: stop using it in one release, drop it in the next (expand, migrate, contract).

    Blind to: whether the release that stopped using it is already everywhere.

    See: https://martinfowler.com/bliki/ParallelChange.html
    """
    for found, last in _judged(project):
        losing = [(m, [o for o in m.operations if o.destructive and not _is_view(project, o)]) for m in last]
        for migration, operations in losing:
            if operations:
                what = listed((_named(o, _WORDS) for o in operations), 3)
                yield partial(
                    f"{migration.revision or migration.path} {what}; a release that still uses it fails, and the way back needs a backup.",
                    *operations[:4],
                )
        if not any(operations for _, operations in losing):
            yield ok(f"{label(found)}: the last {plural(len(last), 'migration')} destroy nothing.", last[-1])


def _is_view(project: Project, operation: Operation) -> bool:
    """Whether the file that drops it makes it as a materialized view: ClickHouse drops those as tables, and they hold
    nothing that is not elsewhere."""
    name = re.escape(bare(operation.table or ""))
    made = rf"(?i)\bCREATE\s+MATERIALIZED\s+VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:[\w`\"]{{1,99}}\.)?[`\"]?{name}\b"
    return operation.op == "drop_table" and re.search(made, project.files.text(operation.at.path)) is not None


@check("DAT-006", "The latest migrations do not block a busy table", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1)
def nothing_is_locked(project: Project) -> Iterator[Fact]:
    """
    An index that is built without CONCURRENTLY stops every writer for as long as it takes: seconds on a test database,
    minutes on the real one.

    Decides: PostgreSQL migrations, the last five of each set: indexes without CONCURRENTLY, keys and checks that are
    validated at once, columns that are rewritten, on tables that the migration did not make itself.

    Fix: `CREATE INDEX CONCURRENTLY` outside of a transaction; add constraints `NOT VALID` and validate them after.

    Blind to: how many rows a table has; on a small one it is no matter.

    See: https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
    """
    for found, last in _judged(project):
        if dialect_of(project, found) != "postgres":
            continue
        holding = [(m, [o for o in m.operations if o.locking and o.op != "add_column"]) for m in last]
        for migration, operations in holding:
            if operations:
                what = listed((_named(o, _LOCKS) for o in operations), 3)
                yield partial(
                    f"{migration.revision or migration.path} {what}: writers wait until it is done.", *operations[:4]
                )
        if not any(operations for _, operations in holding):
            yield ok(f"{label(found)}: the last {plural(len(last), 'migration')} hold no table for long.", last[-1])


@check("DAT-021", "The latest migrations apply to tables with rows", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
def migrations_apply_to_rows(project: Project) -> Iterator[Fact]:
    """
    A required column without a default can be added to an empty table only: the migration passes in tests and fails in
    production.

    Decides: `NOT NULL` columns without a default that the last five migrations of a set add to a PostgreSQL table which
    another migration made.

    Fix: add the column as nullable, fill it, then set it `NOT NULL`; or give it a default.

    Blind to: whether the table is empty wherever it is applied.

    See: https://www.postgresql.org/docs/current/ddl-alter.html#DDL-ALTER-ADDING-A-COLUMN
    """
    for found, last in _judged(project):
        if dialect_of(project, found) != "postgres":
            continue
        later = [m for m in last if not _is_initial(project, m)]
        refused = [o for m in later for o in m.operations if o.op == "add_column" and o.locking and not _emptied(m, o)]
        for operation in refused:
            yield bad(
                f"{bare(operation.table or '?')}.{operation.column} is required and has no default: adding it fails as soon as the table has a row.",
                operation,
                severity=None if _is_new(last, operation) else Severity.MEDIUM,
            )
        if not refused:
            yield ok(
                f"{label(found)}: the last {plural(len(last), 'migration')} add no required column without a default.",
                last[-1],
            )


def _is_initial(project: Project, migration: Migration) -> bool:
    """Whether Django made the migration with those that make the tables, and split them for what they refer to."""
    return migration.tool == "django" and _INITIAL.search(project.files.text(migration.path)) is not None


_INITIAL = re.compile(r"(?m)^    initial = True\b")


def _is_new(last: Sequence[Migration], added: Operation) -> bool:
    """Whether the very last migration adds the column without a question: earlier ones have mostly been applied, and
    `IF NOT EXISTS` is for tables that have it."""
    return added in last[-1].operations and re.search(r"if\s+not\s+exists", added.text, re.IGNORECASE) is None


def _emptied(migration: Migration, added: Operation) -> bool:
    """Whether the migration empties the table before it adds the column."""
    return any(
        o.op in {"truncate", "delete"} and o.table == added.table and (o.op == "truncate" or o.unfiltered)
        for o in migration.operations
    )


@check("DAT-007", "Migrations can be taken back", Severity.MEDIUM, Clause.EXECUTION, effort_hours=4)
def migrations_have_a_way_back(project: Project) -> Iterator[Fact]:
    """
    A release that has to be rolled back finds a schema that it does not know, at the worst moment to write SQL.

    Decides: each of the last five migrations of a set has a way back written down, or a backup is made where the
    migrations are run.

    Fix: write the down step with the migration, and try it once.

    Blind to: whether the way back was ever run; forward fixes as a policy.

    See: https://www.prisma.io/docs/orm/prisma-migrate/workflows/generating-down-migrations
    """
    for found in sets(project):
        last = found.migrations[-5:]
        without = [m for m in last if m.down is False]
        if found.tool in ONCE or all(m.down is None for m in last):
            continue
        names = listed((m.revision or m.path for m in without), 3)
        fix = f"For each of them {_BACK[found.tool]}." if found.tool in _BACK else None
        if not without:
            yield ok(f"{label(found)}: the last {plural(len(last), 'migration')} can be taken back.", last[-1])
        elif (saved := _saved_before(project, found)) is not None:
            yield partial(
                f"{label(found)}: {names} cannot be taken back; a backup is made where it is deployed.",
                without[-1],
                saved.at,
                fix=fix,
            )
        elif len(without) == len(last):
            yield bad(
                f"{label(found)}: none of the last {plural(len(last), 'migration')} has a way back.",
                without[-1],
                found,
                fix=fix,
            )
        else:
            yield partial(f"{label(found)}: {names} cannot be taken back.", *reversed(without), fix=fix)


def _saved_before(project: Project, found: MigrationSet) -> Run | None:
    """A dump that is made by the very job, start or release that migrates."""
    places = {(r.kind, r.name) for r in migrating(project, found)}
    dumps = (r for r in runs(project) if "pg_dump" in r.text or "mysqldump" in r.text)
    return next((r for r in dumps if (r.kind, r.name) in places), None)
