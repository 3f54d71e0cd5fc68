"""Migrations replayed on paper: the schema they leave, what they lose, what they lock, where it differs."""

from __future__ import annotations

from textwrap import dedent

import pytest

from kit.model import At
from kit.sources.orm.compare import compare
from kit.sources.orm.model import Difference, Migration, Operation, Schema
from kit.sources.orm.replay import flagged, schema_after
from kit.sources.orm.types import conflict, family, narrows, widens
from kit.sources.sql.find import operations


def steps(*scripts: str) -> tuple[Migration, ...]:
    return tuple(
        Migration(f"{i}.sql", At(f"{i}.sql"), "sql", i, operations(dedent(s), f"{i}.sql", dialect="postgres"))
        for i, s in enumerate(scripts)
    )


def after(*scripts: str) -> Schema:
    return schema_after(steps(*scripts), dialect="postgres")


def last(*scripts: str, dialect: str | None = "postgres") -> Operation:
    return flagged(steps(*scripts), dialect)[-1].operations[-1]


def differences(declared: str, created: str) -> list[tuple[str, str, str | None, bool]]:
    found: tuple[Difference, ...] = compare(after(declared), after(created))
    return [(d.kind, d.table, d.column, d.opaque) for d in found]


def test_columns_come_go_and_change_their_names() -> None:
    (table,) = after(
        "CREATE TABLE a (b INT, c INT UNIQUE, d INT REFERENCES e (f))",
        "ALTER TABLE a ADD g TEXT NOT NULL, DROP COLUMN b, RENAME COLUMN c TO h, ALTER d SET NOT NULL",
    ).tables
    assert [(c.name, c.nullable) for c in table.columns] == [("h", True), ("d", False), ("g", False)]
    assert [u.columns for u in table.uniques] == [("h",)]


def test_a_renamed_table_keeps_its_references() -> None:
    found = after("CREATE TABLE a (b INT); CREATE TABLE c (d INT REFERENCES a (b))", "ALTER TABLE a RENAME TO e")
    assert [t.name for t in found.tables] == ["c", "e"]
    assert found.tables[0].foreign_keys[0].table == "e"


def test_a_constraint_is_dropped_by_the_name_that_postgres_gave_it() -> None:
    (table,) = after("CREATE TABLE a (b INT UNIQUE, c INT REFERENCES d (e))",
                     "ALTER TABLE a DROP CONSTRAINT a_b_key, DROP CONSTRAINT a_c_fkey").tables  # fmt: skip
    assert (table.uniques, table.foreign_keys) == ((), ())


def test_an_index_that_was_renamed_is_dropped_by_its_new_name() -> None:
    (table,) = after(
        "CREATE TABLE a (b INT)",
        "CREATE UNIQUE INDEX i ON a (b)",
        "ALTER INDEX i RENAME TO j",
        "DROP INDEX j",
    ).tables
    assert table.uniques == ()


def test_a_dropped_column_takes_its_constraints_along() -> None:
    (table,) = after("CREATE TABLE a (b INT, c INT, UNIQUE (b, c))", "ALTER TABLE a DROP COLUMN c").tables
    assert table.uniques == ()


def test_a_temporary_table_does_not_stay() -> None:
    found = after("CREATE TEMP TABLE a AS SELECT 1; CREATE INDEX ON a (b)")
    assert (found.tables, found.opaque) == ((), False)


def test_a_table_that_no_migration_makes_tells_of_a_baseline() -> None:
    found = after("ALTER TABLE a ADD b INT")
    assert (found.baseline, found.opaque) == (True, False)
    assert "creates the table a" in found.reasons[0].message


@pytest.mark.parametrize(
    ("before", "script", "lost"),
    [
        ("CREATE TABLE a (b INT)", "DROP TABLE a", True),
        ("CREATE TABLE a (b INT)", "ALTER TABLE a DROP COLUMN b", True),
        ("CREATE TABLE a (b INT)", "TRUNCATE a", True),
        ("CREATE TABLE a (b INT)", "DELETE FROM a", True),
        ("CREATE TABLE a (b INT)", "DELETE FROM a WHERE b = 1", False),
        ("CREATE TABLE a (b BIGINT)", "ALTER TABLE a ALTER b TYPE INT", True),
        ("CREATE TABLE a (b INT)", "ALTER TABLE a ALTER b TYPE BIGINT", False),
        ("CREATE TABLE a (b VARCHAR(9))", "ALTER TABLE a ALTER b TYPE VARCHAR(5)", True),
        ("CREATE TABLE a (b VARCHAR(5))", "ALTER TABLE a ALTER b TYPE TEXT", False),
        ("CREATE TABLE a (b INT)", "DROP INDEX i", False),
        ("CREATE TABLE a (b INT)", "CREATE TABLE c (d INT); DROP TABLE c", False),
        ("CREATE TABLE a (b INT)", "ALTER TABLE a ADD c INT; ALTER TABLE a DROP COLUMN c", False),
    ],
)
def test_what_loses_rows_or_values_is_destructive(before: str, script: str, lost: bool) -> None:
    assert last(before, script).destructive is lost


def test_a_table_rebuilt_under_its_old_name_is_not_lost() -> None:
    done = flagged(
        steps(
            "CREATE TABLE a (b INT)",
            "CREATE TABLE n (b INT); INSERT INTO n SELECT b FROM a; DROP TABLE a; ALTER TABLE n RENAME TO a",
        ),
        "sqlite",
    )
    assert not any(o.destructive for o in done[1].operations)


@pytest.mark.parametrize(
    ("script", "locks"),
    [
        ("CREATE INDEX i ON a (b)", True),
        ("CREATE INDEX CONCURRENTLY i ON a (b)", False),
        ("ALTER TABLE a ADD c INT NOT NULL", True),
        ("ALTER TABLE a ADD c INT NOT NULL DEFAULT 1", False),
        ("ALTER TABLE a ADD c INT", False),
        ("ALTER TABLE a ALTER b TYPE BIGINT", True),
        ("ALTER TABLE a ALTER t TYPE TEXT", False),
        ("ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES d (e)", True),
        ("ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES d (e) NOT VALID", False),
        ("ALTER TABLE a ADD CHECK (b > 1)", True),
        ("ALTER TABLE a ALTER b SET NOT NULL", True),
        ("ALTER TABLE a ALTER b DROP NOT NULL", False),
        ("CREATE TABLE z (b INT); CREATE INDEX i ON z (b)", False),
    ],
)
def test_what_stops_writers_in_postgres_is_locking(script: str, locks: bool) -> None:
    assert last("CREATE TABLE a (b INT, t VARCHAR(5))", script).locking is locks


def test_no_lock_is_told_for_another_database() -> None:
    assert not last("CREATE TABLE a (b INT)", "CREATE INDEX i ON a (b)", dialect="mysql").locking


def test_equal_schemas_do_not_differ() -> None:
    assert (
        differences('CREATE TABLE "A" (b INT UNIQUE)', "CREATE TABLE a (b BIGINT); CREATE UNIQUE INDEX i ON a (b)")
        == []
    )


def test_each_kind_of_difference_is_found() -> None:
    declared = """
        CREATE TABLE a (b INT NOT NULL, c TEXT, d INT, e UUID UNIQUE, f INT REFERENCES g (h));
        CREATE TABLE gone (x INT);
        """
    created = "CREATE TABLE a (b INT, c TIMESTAMP, e UUID, f INT); CREATE TABLE more (x INT)"
    assert differences(declared, created) == [
        ("nullable", "a", "b", False),
        ("type", "a", "c", False),
        ("missing_column", "a", "d", False),
        ("missing_unique", "a", "e", False),
        ("missing_fk", "a", "f", False),
        ("missing_table", "gone", None, False),
        ("extra_table", "more", None, False),
    ]


def test_an_unread_step_makes_differences_uncertain() -> None:
    created = "CREATE TABLE a (b INT); DO $$ BEGIN EXECUTE 'ALTER TABLE a ADD c INT'; END $$"
    assert differences("CREATE TABLE a (b INT, c INT)", created) == [("missing_column", "a", "c", True)]


def test_a_baseline_makes_only_missing_tables_uncertain() -> None:
    created = "CREATE TABLE a (b INT); ALTER TABLE older ADD x INT"
    assert differences("CREATE TABLE a (b INT, c INT); CREATE TABLE d (e INT)", created) == [
        ("missing_column", "a", "c", False),
        ("missing_table", "d", None, True),
    ]


def test_a_partial_unique_index_does_not_stand_for_a_unique_column() -> None:
    created = "CREATE TABLE a (b INT); CREATE UNIQUE INDEX i ON a (b) WHERE b > 1"
    assert differences("CREATE TABLE a (b INT UNIQUE)", created) == [("missing_unique", "a", "b", False)]


def test_the_tables_of_the_tools_are_not_extra() -> None:
    assert differences("CREATE TABLE a (b INT)", "CREATE TABLE a (b INT); CREATE TABLE alembic_version (v INT)") == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("TIMESTAMP(3) WITH TIME ZONE", "time"),
        ("DateTimeField", "time"),
        ("String(length=255)", "text"),
        ("ARRAY(String(5))", "array"),
        ("TEXT[]", "array"),
        ("INT UNSIGNED", "integer"),
        ("Numeric(precision=func(1))", "decimal"),
        ("Mood", None),
        ("", None),
    ],
)
def test_a_type_has_a_family(kind: str, expected: str | None) -> None:
    assert family(kind) == expected


def test_families_conflict_only_where_the_database_keeps_them_apart() -> None:
    assert conflict("UUID", "TEXT", "postgres")
    assert not conflict("UUID", "TEXT", "mysql")
    assert not conflict("Mood", "TEXT", "postgres")
    assert not conflict("INTEGER", "NUMERIC", "postgres")


def test_text_without_a_limit_is_the_widest() -> None:
    assert narrows("TEXT", "VARCHAR(5)")
    assert widens("VARCHAR(5)", "TEXT")
    assert not widens("INT", "TEXT")
