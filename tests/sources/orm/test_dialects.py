"""The dialect that migrations in JavaScript are written for."""

from __future__ import annotations

import pytest

from kit.sources.orm.js_migrations import _dialect


@pytest.mark.parametrize(
    ("source", "dialect"),
    [
        ("exports.up = (knex) => knex.raw(`LOWER`);", None),
        ('exports.up = (knex) => knex.raw("CREATE TABLE `orders` (id int)");', "mysql"),
        (r"exports.up = (knex) => knex.raw(`CREATE TABLE \`orders\` (id int)`);", "mysql"),
        ("switch (type) { case 'mysql': run('x ENGINE=InnoDB'); break; case 'postgres': run('y JSONB'); }", None),
        ("exports.up = (knex) => knex.raw(`ALTER TABLE orders ADD data JSONB`);", "postgres"),
    ],
)
def test_backticks_quote_texts_and_code_that_asks_has_no_dialect(source: str, dialect: str | None) -> None:
    assert _dialect(source) == dialect
