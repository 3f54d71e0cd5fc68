"""SQL scripts become operations with their lines; what cannot be read is an operation, never an exception."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.orm.model import Operation
from kit.sources.sql.find import operations
from kit.sources.sql.statements import guess_dialect


def read(script: str, dialect: str | None = "postgres") -> tuple[Operation, ...]:
    return operations(dedent(script), "m.sql", dialect=dialect)


def brief(script: str, dialect: str | None = "postgres") -> list[tuple[str, str | None, str | None]]:
    return [(o.op, o.table, o.column) for o in read(script, dialect)]


def test_a_table_has_its_columns_keys_and_their_lines() -> None:
    (made,) = read("""
        CREATE TABLE "User" (
          id SERIAL PRIMARY KEY,
          email TEXT NOT NULL UNIQUE,
          team_id INT REFERENCES teams(id) ON DELETE CASCADE,
          CONSTRAINT pair UNIQUE (email, team_id)
        );
        """)

    table = made.definition
    assert table is not None
    assert [(c.name, c.nullable, c.at.line) for c in table.columns] == [
        ("id", False, 3),
        ("email", False, 4),
        ("team_id", True, 5),
    ]
    assert [(u.columns, u.name) for u in table.uniques] == [
        (("email",), None),
        (("email", "team_id"), "pair"),
    ]
    assert [(f.columns, f.table, f.on_delete) for f in table.foreign_keys] == [(("team_id",), "teams", "CASCADE")]
    assert (table.primary_key, made.at.line, made.at.end_line) == (("id",), 2, 7)


def test_every_action_of_one_alter_table_has_its_own_line() -> None:
    done = read("""\
        ALTER TABLE a
          ADD COLUMN b INT NOT NULL DEFAULT 1,
          DROP COLUMN c,
          OWNER TO bob,
          ADD CONSTRAINT f FOREIGN KEY (x, y) REFERENCES z (p, q) NOT VALID;
        """)

    assert [(o.op, o.at.line) for o in done] == [
        ("add_column", 2),
        ("drop_column", 3),
        ("other", 4),
        ("add_foreign_key", 5),
    ]
    assert done[0].column_definition is not None
    assert done[0].column_definition.default
    assert done[3].foreign_key is not None
    assert done[3].foreign_key.valid is False


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("ALTER TABLE a ALTER COLUMN b SET NOT NULL", ("set_not_null", "a", "b")),
        ("ALTER TABLE a ALTER COLUMN b DROP NOT NULL", ("drop_not_null", "a", "b")),
        ("ALTER TABLE a ALTER COLUMN b TYPE TEXT USING b::text", ("alter_type", "a", "b")),
        ("ALTER TABLE a ALTER b SET DEFAULT 1", ("set_default", "a", "b")),
        ("ALTER TABLE a ALTER b DROP DEFAULT", ("drop_default", "a", "b")),
        ("ALTER TABLE a RENAME COLUMN b TO c", ("rename_column", "a", "b")),
        ("ALTER TABLE a RENAME TO d", ("rename_table", "a", None)),
        ("ALTER TABLE a RENAME CONSTRAINT b TO c", ("rename_constraint", "a", None)),
        ("ALTER TABLE a ADD PRIMARY KEY (b)", ("add_primary_key", "a", None)),
        ("ALTER TABLE a ADD CONSTRAINT c CHECK (b > 1)", ("add_check", "a", None)),
        ("ALTER TABLE a ADD CONSTRAINT c CHECK (b > 1) NOT VALID", ("other", "a", None)),
        ("ALTER TABLE a VALIDATE CONSTRAINT c", ("other", "a", None)),
        ("ALTER TABLE a ADD CONSTRAINT c UNIQUE USING INDEX i", ("other", "a", None)),
        ("ALTER TABLE a ENABLE ROW LEVEL SECURITY", ("other", "a", None)),
        ("TRUNCATE TABLE ONLY a", ("truncate", "a", None)),
        ("DELETE FROM a", ("delete", "a", None)),
        ('UPDATE "x"."a" SET b = 1', ("update", "x.a", None)),
        ("INSERT INTO public.a VALUES (1)", ("insert", "a", None)),
        ("CREATE EXTENSION pgcrypto", ("other", None, None)),
        ("CREATE TYPE mood AS ENUM ('a')", ("other", None, None)),
        ("ALTER TYPE mood ADD VALUE 'b'", ("other", None, None)),
        ("DROP TYPE mood", ("other", None, None)),
        ("GRANT ALL ON a TO b", ("other", None, None)),
    ],
)
def test_statements_are_named_by_what_they_do(script: str, expected: tuple[str, str | None, str | None]) -> None:
    assert brief(script) == [expected]


def test_a_drop_of_several_tables_is_one_operation_each() -> None:
    assert brief("DROP TABLE IF EXISTS a, s.b CASCADE") == [
        ("drop_table", "a", None),
        ("drop_table", "s.b", None),
    ]


def test_mysql_modifies_changes_and_renames_in_its_own_words() -> None:
    script = """
        ALTER TABLE `a` MODIFY COLUMN b VARCHAR(10) NOT NULL;
        ALTER TABLE `a` CHANGE b c INT;
        ALTER TABLE `a` ADD (d INT, e INT), DROP FOREIGN KEY f, DROP INDEX g;
        RENAME TABLE a TO h, i TO j;
        """
    assert brief(script, None) == [
        ("alter_type", "a", "b"),
        ("set_not_null", "a", "b"),
        ("rename_column", "a", "b"),
        ("alter_type", "a", "c"),
        ("drop_not_null", "a", "c"),
        ("add_column", "a", "d"),
        ("add_column", "a", "e"),
        ("drop_constraint", "a", None),
        ("drop_index", "a", None),
        ("rename_table", "a", None),
        ("rename_table", "i", None),
    ]


def test_commas_in_an_array_do_not_end_an_action() -> None:
    assert brief("ALTER TABLE a ADD b TEXT[] DEFAULT ARRAY['x', 'y'], ADD c INT") == [
        ("add_column", "a", "b"),
        ("add_column", "a", "c"),
    ]


def test_an_index_knows_whether_it_is_unique_partial_and_concurrent() -> None:
    (made,) = read("CREATE UNIQUE INDEX CONCURRENTLY i ON a (lower(b), c) WHERE c IS NULL")

    assert made.index is not None
    assert (made.index.columns, made.index.unique, made.index.partial, made.index.concurrently) == (
        ("", "c"),
        True,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("script", "columns", "unique", "partial"),
    [
        (
            "CREATE UNIQUE INDEX i ON a USING btree (b ops, lower(c), d DESC) NULLS NOT DISTINCT",
            ("b", "", "d"),
            True,
            False,
        ),
        (
            "CREATE INDEX ON a USING gin (b jsonb_path_ops) INCLUDE (c) NULLS NOT DISTINCT WHERE d",
            ("b",),
            False,
            True,
        ),
    ],
)
def test_an_index_that_no_grammar_reads_is_read_by_its_words(
    script: str, columns: tuple[str, ...], unique: bool, partial: bool
) -> None:
    (made,) = read(script)
    assert made.index is not None
    assert (made.op, made.table, made.opaque) == ("create_index", "a", False)
    assert (made.index.columns, made.index.unique, made.index.partial) == (columns, unique, partial)


def test_a_with_that_only_selects_touches_nothing() -> None:
    assert brief("WITH x AS (SELECT 1) SELECT * FROM x") == [("other", None, None)]


def test_a_partition_stands_for_its_table() -> None:
    (made,) = read("CREATE TABLE p PARTITION OF q FOR VALUES IN (1)")
    assert made.definition is not None
    assert made.definition.implicit


def test_what_a_block_holds_is_read_at_its_own_lines() -> None:
    done = read("""\
        DO $$
        BEGIN
          IF NOT EXISTS (SELECT 1) THEN
            ALTER TABLE a ADD COLUMN b INT;
          END IF;
        END $$;
        """)

    assert [(o.op, o.table, o.at.line) for o in done] == [("add_column", "a", 4)]


def test_a_block_that_puts_sql_together_is_opaque() -> None:
    (made,) = read("DO $$ BEGIN EXECUTE format('DROP TABLE %I', t); END $$;")
    assert (made.op, made.opaque) == ("raw", True)


def test_a_trigger_with_statements_of_its_own_is_one_operation() -> None:
    script = """
        DELIMITER //
        CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN
          DELETE FROM x;
          IF b THEN DROP TABLE c; END IF;
        END//
        DELIMITER ;
        DROP TABLE d;
        """
    assert [o for o in brief(script, "mysql") if o[0] != "other"] == [("drop_table", "d", None)]


def test_a_dump_with_client_commands_and_rows_is_read() -> None:
    script = r"""
        \connect shop
        CREATE TABLE a (b INT);
        COPY a (b) FROM stdin;
        1 it's
        \.
        DROP TABLE c;
        """
    assert [o[:2] for o in brief(script)] == [("create_table", "a"), ("drop_table", "c")]


def test_a_delete_within_a_with_is_found_and_one_with_a_condition_told_apart() -> None:
    done = read("WITH x AS (SELECT 1) DELETE FROM a; DELETE FROM b WHERE c = 1; DELETE FROM d USING e")
    assert [(o.table, o.unfiltered) for o in done] == [("a", True), ("b", False), ("d", False)]


@pytest.mark.parametrize(
    "script",
    ["CREATE TABLE broken (;", "ALTER TABLE a FROBNICATE b", "CALL anything()", "DROP SCHEMA s CASCADE"],
)
def test_what_cannot_be_followed_is_opaque(script: str) -> None:
    assert any(o.opaque for o in read(script))


def test_a_table_made_from_a_query_is_known_by_name_only() -> None:
    (made,) = read("CREATE TABLE a AS SELECT * FROM b")
    assert made.definition is not None
    assert (made.definition.name, made.definition.opaque) == ("a", True)


def test_a_temporary_table_is_told() -> None:
    (made,) = read("CREATE TEMP TABLE a ON COMMIT DROP AS SELECT 1")
    assert made.definition is not None
    assert made.definition.temporary
    assert not made.opaque


def test_embedded_sql_counts_from_the_line_where_it_begins() -> None:
    (made,) = operations("\nDROP TABLE a", "m.py", first_line=10)
    assert made.at.line == 11


@pytest.mark.parametrize(
    ("script", "dialect"),
    [
        ("CREATE TABLE `a` (b int)", "mysql"),
        ("CREATE TABLE a (b BIGSERIAL)", "postgres"),
        ("CREATE TABLE a (b INTEGER PRIMARY KEY AUTOINCREMENT)", "sqlite"),
        ("CREATE TABLE a (b NVARCHAR(5))\nGO", "tsql"),
        ("CREATE TABLE a (b String) ENGINE = MergeTree", "clickhouse"),
        ("CREATE TABLE a (b int)", None),
    ],
)
def test_a_script_gives_its_dialect_away(script: str, dialect: str | None) -> None:
    assert guess_dialect(script) == dialect


def test_deep_nesting_is_not_given_to_the_parser() -> None:
    (made,) = read(f"CREATE TABLE a (b INT DEFAULT {'(' * 500}1{')' * 500})")
    assert (made.op, made.opaque) == ("raw", True)


def test_a_parse_problem_stays_off_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    read("ALTER TABLE a OWNER TO b; CREATE NONSENSE x; ALTER TABLE a SET LOGGED")
    assert capfd.readouterr() == ("", "")


_WORDS = st.sampled_from(
    [
        *(
            "CREATE",
            "TABLE",
            "ALTER",
            "a",
            "(",
            ")",
            ",",
            ";",
            "ADD",
            "DROP",
            "COLUMN",
            "'",
            '"x"',
            "$$",
            "\n",
        ),
        *("INT", "[", "DO", "BEGIN", "END", "WITH", "DELETE", "FROM", "--", "/*", "INTO", "SELECT", "UNIQUE"),
        *("RENAME", "TO", ".", "INDEX", "ON"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=25).map(" ".join))
def test_nothing_that_looks_like_sql_raises(script: str) -> None:
    lines = script.count("\n") + 1
    assert all(o.at.line is None or 1 <= o.at.line <= lines for o in operations(script, "m.sql"))
