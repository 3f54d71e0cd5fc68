"""What the latest migrations do to tables that hold data, and who runs them."""

from __future__ import annotations

import pytest
from conftest import Look

DIR = "prisma/migrations"
LAST = f"{DIR}/20240201000000_more/migration.sql"
FILES = {
    "package.json": '{"name": "shop", "dependencies": {"@prisma/client": "5.0.0"}}',
    f"{DIR}/migration_lock.toml": 'provider = "postgresql"\n',
    f"{DIR}/20240101000000_init/migration.sql": """
        CREATE TABLE "User" ("id" SERIAL PRIMARY KEY, "email" TEXT NOT NULL, "old" TEXT);
        """,
}
HARMLESS = 'ALTER TABLE "User" ADD COLUMN "nick" TEXT;\n'


@pytest.mark.parametrize(
    ("check", "sql"),
    [
        ("DAT-005", '-- tidy\nALTER TABLE "User" DROP COLUMN "old";\n'),
        ("DAT-005", '-- tidy\nDROP TABLE "User";\n'),
        ("DAT-006", '-- find\nCREATE INDEX "User_old_idx" ON "User"("old");\n'),
        ("DAT-021", '-- more\nALTER TABLE "User" ADD COLUMN "nick" TEXT NOT NULL;\n'),
    ],
)
def test_what_a_migration_does_to_a_table_in_use_is_told(look: Look, check: str, sql: str) -> None:
    seen = look(check, {**FILES, LAST: sql})

    assert seen.failed == [f"{LAST}:2"]


@pytest.mark.parametrize(
    ("check", "sql"),
    [
        ("DAT-005", HARMLESS),
        ("DAT-005", 'CREATE TABLE "Tmp" ("id" INT);\nDROP TABLE "Tmp";\n'),
        ("DAT-006", 'CREATE INDEX CONCURRENTLY "User_old_idx" ON "User"("old");\n'),
        ("DAT-006", 'CREATE TABLE "Tag" ("id" INT);\nCREATE INDEX "Tag_id_idx" ON "Tag"("id");\n'),
        ("DAT-021", HARMLESS),
        ("DAT-021", 'ALTER TABLE "User" ADD COLUMN "nick" TEXT NOT NULL DEFAULT \'\';\n'),
        ("DAT-021", 'DELETE FROM "User";\nALTER TABLE "User" ADD COLUMN "nick" TEXT NOT NULL;\n'),
    ],
)
def test_what_harms_nothing_that_is_in_use_holds(look: Look, check: str, sql: str) -> None:
    seen = look(check, {**FILES, LAST: sql})

    assert (seen.failed, seen.outcomes) == ([], ["pass"])


def test_migrations_have_a_way_back(look: Look) -> None:
    back = {f"{DIR}/20240101000000_init/down.sql": 'DROP TABLE "User";\n'}
    without = look("DAT-007", {**FILES, LAST: HARMLESS})
    partly = look("DAT-007", {**FILES, LAST: HARMLESS, **back})
    down = 'ALTER TABLE "User" DROP COLUMN "nick";\n'
    good = look("DAT-007", {**FILES, LAST: HARMLESS, **back, LAST.replace("migration.sql", "down.sql"): down})

    assert (without.outcomes, without.failed) == (["fail"], [LAST])
    assert (partly.outcomes, partly.failed) == (["partial"], [LAST])
    assert good.outcomes == ["pass"]


def composed(command: str, name: str = "compose.prod.yaml") -> dict[str, str]:
    """A deployment whose one service runs a command."""
    return {name: f"services:\n  api:\n    image: shop:1\n    restart: always\n    command: sh -c '{command}'\n"}


def test_a_deployment_runs_the_migrations(look: Look) -> None:
    nothing = look("DAT-004", {**FILES, LAST: HARMLESS})
    printed = look("DAT-004", {**FILES, **composed("echo run prisma migrate deploy && node server.js")})
    started = look("DAT-004", {**FILES, **composed("npx prisma migrate deploy && node server.js")})

    assert (nothing.outcomes, nothing.failed) == (["fail"], [LAST])
    assert printed.passed == []
    assert started.passed == ["compose.prod.yaml:5"]


def test_a_document_alone_migrates_nothing(look: Look) -> None:
    seen = look("DAT-004", {**FILES, "README.md": "Run `npx prisma migrate deploy` first.\n"})

    assert seen.outcomes == ["partial"]


@pytest.mark.parametrize("command", ["npx prisma db push", "npx prisma migrate dev"])
def test_a_deployment_that_pushes_the_schema_is_told(look: Look, command: str) -> None:
    assert look("DAT-014", {**FILES, **composed(command, "compose.dev.yaml")}).failed == []
    assert look("DAT-014", {**FILES, **composed(f"{command} && node server.js")}).failed == ["compose.prod.yaml:5"]


def test_code_that_syncs_the_schema_is_told(look: Look) -> None:
    text = "import { DataSource } from 'typeorm';\nexport const db = new DataSource({\n  synchronize: true,\n});\n"

    assert look("DAT-014", {"src/db.ts": text}).failed == ["src/db.ts:3"]
    assert look("DAT-014", {"src/db.ts": text.replace("true", "false")}).failed == []


def test_code_that_drops_every_table_is_graver(look: Look) -> None:
    text = "from app.models import Base\n\nBase.metadata.drop_all(engine)\n"
    assert look("DAT-014", {"scripts/reset.py": text}).failed == []
    seen = look("DAT-014", {"app/main.py": text})

    assert seen.failed == ["app/main.py:3"]
    assert "with every row" in seen.text


ALEMBIC = {
    "alembic.ini": "[alembic]\nscript_location = alembic\n",
    "alembic/env.py": "from alembic import context\n",
    "alembic/versions/a1.py": (
        "from alembic import op\nimport sqlalchemy as sa\n\nrevision = 'a1'\ndown_revision = None\n\n\n"
        "def upgrade():\n    op.create_table('t', sa.Column('id', sa.Integer(), primary_key=True))\n\n\n"
        "def downgrade():\n    op.drop_table('t')\n"
    ),
}


def test_replicas_that_all_migrate_race(look: Look) -> None:
    one = composed("alembic upgrade head && python app.py")
    several = {name: text + "    deploy: {replicas: 3}\n" for name, text in one.items()}

    assert look("DAT-018", {**ALEMBIC, **several}).failed == ["compose.prod.yaml:5"]
    assert look("DAT-018", {**ALEMBIC, **one}).passed == ["compose.prod.yaml:5"]


def test_a_tool_that_takes_a_lock_may_start_many_times(look: Look) -> None:
    one = composed("npx prisma migrate deploy && node server.js")
    several = {name: text + "    deploy: {replicas: 3}\n" for name, text in one.items()}

    assert look("DAT-018", {**FILES, **several}).failed == []


def test_production_is_not_seeded(look: Look) -> None:
    seeds = "npx prisma db seed && node server.js"

    assert look("DAT-020", {**FILES, **composed(seeds, "compose.dev.yaml")}).failed == []
    assert look("DAT-020", {**FILES, **composed(seeds)}).failed == ["compose.prod.yaml:5"]
    assert look("DAT-020", {**FILES, **composed("node seedling.js")}).outcomes == ["pass"]
