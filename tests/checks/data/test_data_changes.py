"""Whether the next migrations can be applied and taken back."""

from __future__ import annotations

from conftest import Look

INIT = "CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, old text);\n"


def _after(sql: str, *, down: str = "SELECT 1;\nDROP TABLE x;\n") -> dict[str, str]:
    files = {"migrations/1_init.up.sql": INIT, "migrations/2_next.up.sql": sql}
    return {**files, "migrations/1_init.down.sql": "DROP TABLE users;\n", "migrations/2_next.down.sql": down}


NEXT = "migrations/2_next.up.sql"


def test_a_dropped_column_is_told(look: Look) -> None:
    seen = look("DAT-005", _after("ALTER TABLE users\n  DROP COLUMN old;\n"))

    assert seen.outcomes == ["partial"]
    assert seen.failed[0].startswith(NEXT)
    assert "users.old" in seen.text


def test_what_a_migration_makes_itself_it_may_drop(look: Look) -> None:
    assert look("DAT-005", _after("CREATE TABLE t (id int);\nDROP TABLE t;\n")).outcomes == ["pass"]


def test_a_materialized_view_that_is_made_anew_holds_nothing_of_its_own(look: Look) -> None:
    anew = "DROP TABLE shop.sums_mv;\nCREATE MATERIALIZED VIEW shop.sums_mv AS SELECT 1;\n"

    assert look("DAT-005", _after(anew)).outcomes == ["pass"]
    assert look("DAT-005", _after("DROP TABLE shop.sums_mv;\n")).outcomes == ["partial"]


def test_an_index_that_is_built_at_once_holds_writers(look: Look) -> None:
    poor = look("DAT-006", _after("CREATE INDEX i ON users (email);\n"))
    good = look("DAT-006", _after("CREATE INDEX CONCURRENTLY i ON users (email);\n"))
    new = look("DAT-006", _after("CREATE TABLE t (id bigserial);\nCREATE INDEX i ON t (id);\n"))

    assert (poor.failed, good.outcomes, new.outcomes) == ([f"{NEXT}:1"], ["pass"], ["pass"])


def test_a_required_column_without_default_fails_on_rows(look: Look) -> None:
    poor = look("DAT-021", _after("ALTER TABLE users ADD COLUMN name text NOT NULL;\n"))
    default = look("DAT-021", _after("ALTER TABLE users ADD COLUMN name text NOT NULL DEFAULT '';\n"))
    empty = look("DAT-021", _after("TRUNCATE users;\nALTER TABLE users ADD COLUMN name text NOT NULL;\n"))

    assert (poor.failed, default.failed, empty.failed) == ([f"{NEXT}:1"], [], [])
    unless = look("DAT-021", _after("ALTER TABLE users ADD COLUMN IF NOT EXISTS name text NOT NULL;\n"))
    assert [str(f.severity) for f in (*poor.findings, *unless.findings)] == ["high", "medium"]


def test_migrations_with_a_way_back_hold(look: Look) -> None:
    assert look("DAT-007", _after("ALTER TABLE users ADD COLUMN name text;\n")).passed == [NEXT]


def test_a_migration_without_a_way_back_is_told(look: Look) -> None:
    seen = look("DAT-007", _after("ALTER TABLE users ADD COLUMN name text;\n", down=""))

    assert (seen.outcomes, seen.failed) == (["partial"], [NEXT])


def test_none_with_a_way_back_fails_unless_it_is_saved_before(look: Look) -> None:
    files = {"prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\nmodel A {\n  id Int @id\n}\n'}
    files |= {"prisma/migrations/1_init/migration.sql": 'CREATE TABLE "A" ("id" INTEGER);\n'}
    command = "sh -c 'pg_dump $URL > a.sql && npx prisma migrate deploy'"
    compose = f"services:\n  migrate:\n    image: app\n    command: {command}\n"

    assert look("DAT-007", files).outcomes == ["fail"]
    assert look("DAT-007", {**files, "compose.prod.yaml": compose}).outcomes == ["partial"]
