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
