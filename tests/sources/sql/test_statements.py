"""Statements of a script and their lines."""

from __future__ import annotations

import pytest

from kit.sources.sql.find import operations
from kit.sources.sql.statements import statements


def test_a_dollar_that_begins_no_quotation_moves_no_line() -> None:
    found, _ = statements("${CREATE TABLE a (\n  id int\n);\nDROP TABLE b;\n", "postgres")

    assert [(s.line, s.end_line) for s in found] == [(1, 3), (4, 4)]


@pytest.mark.parametrize("chain", ["a." * 2000 + "a", "1" + " + 1" * 20_000, "NOT " * 5000 + "x"])
def test_a_chain_without_end_is_a_statement_that_is_not_understood(chain: str) -> None:
    script = f"CREATE TABLE a (x int CHECK ({chain}), y {chain});\nDROP TABLE b;\n"

    assert [o.opaque for o in operations(script, "a.sql")] == [True, False]


STATEMENTS = (
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY t USING gin (a, lower(b)) WHERE c IS NULL",
    "CREATE TABLE IF NOT EXISTS s.t (id bigint PRIMARY KEY, b text REFERENCES u (id), UNIQUE (b))",
    "ALTER TABLE IF EXISTS ONLY t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (id), DROP COLUMN b CASCADE",
    "ALTER TABLE t ALTER COLUMN a TYPE bigint, RENAME COLUMN b TO c, VALIDATE CONSTRAINT d",
    "DROP INDEX CONCURRENTLY IF EXISTS i, j CASCADE",
    "INSERT INTO t (a) SELECT b FROM u ON CONFLICT DO NOTHING",
    "UPDATE ONLY t SET a = 1 WHERE b = 2",
    "DELETE FROM t USING u WHERE a = 1",
    "DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$",
    "REINDEX TABLE t",
    "RENAME TABLE a TO b",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_without_one_of_its_words_or_its_end_stops_nothing(statement: str) -> None:
    words = statement.split()
    for place in range(len(words)):
        for left in (words[:place], [*words[:place], *words[place + 1 :]], [*words[:place], "(", *words[place:]]):
            done = operations(" ".join(left) + ";\nDROP TABLE b;\n", "a.sql")
            assert all(o.at.line in {1, 2, None} for o in done)


def test_the_columns_of_a_table_behind_such_a_dollar_stay_on_their_lines() -> None:
    done = operations("SELECT ${x\n;\nCREATE TABLE a (\n  id int,\n  b int\n);\n", "a.sql", dialect="postgres")

    assert [c.at.line for o in done if o.definition for c in o.definition.columns] == [4, 5]
