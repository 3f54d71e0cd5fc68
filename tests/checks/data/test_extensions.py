"""Extensions, models and fields that are asked for, rows of tenants."""

from __future__ import annotations

from tests.checks.conftest import Look

SCHEMA = """
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model Room {
  id        Int       @id
  number    String
  hotelId   Int
  deletedAt DateTime?

  @@unique([hotelId, number])
}
"""


def test_an_extension_that_nothing_creates_is_reported_where_it_is_first_used(look: Look) -> None:
    """DAT-060"""
    lock = 'provider = "postgresql"\n'
    used = "CREATE TABLE a (id uuid DEFAULT uuid_generate_v4());\n-- citext\nCREATE INDEX i ON a USING gin (n gin_trgm_ops);\n"
    files = {"prisma/schema.prisma": SCHEMA, "prisma/migrations/migration_lock.toml": lock}
    seen = look("DAT-060", {**files, "prisma/migrations/1_a/migration.sql": used})
    assert seen.failed == ["prisma/migrations/1_a/migration.sql:1", "prisma/migrations/1_a/migration.sql:3"]


def test_an_extension_that_is_created_first_holds_and_one_that_comes_later_does_not(look: Look) -> None:
    """DAT-060"""
    lock = 'provider = "postgresql"\n'
    files = {"prisma/schema.prisma": SCHEMA, "prisma/migrations/migration_lock.toml": lock}
    one, two = "prisma/migrations/1_a/migration.sql", "prisma/migrations/2_b/migration.sql"
    made, used = 'CREATE EXTENSION IF NOT EXISTS "citext";\n', "CREATE TABLE a (mail citext);\n"
    assert look("DAT-060", {**files, one: made, two: used}).passed == [f"{one}:1"]
    assert look("DAT-060", {**files, one: used, two: made}).failed == [f"{one}:1"]


def test_a_model_and_a_field_that_the_schema_lacks_are_reported(look: Look) -> None:
    """DAT-061"""
    code = """
    export async function list(where) {
      await prisma.room.findMany({ where: { floor: 2, ...where } });
      return prisma.suite.findMany();
    }
    """
    seen = look("DAT-061", {"schema.prisma": SCHEMA, "src/a.ts": code})
    assert seen.failed == ["src/a.ts:2", "src/a.ts:3"]


def test_compound_keys_and_what_is_built_elsewhere_are_left_alone(look: Look) -> None:
    """DAT-061"""
    code = """
    export const a = () => prisma.room.findUnique({ where: { hotelId_number: key }, select: { _count: true, number: true } });
    export const b = (where) => prisma.room.findMany({ where, orderBy: { number: "asc" } });
    export const c = () => prisma.$transaction([]);
    """
    seen = look("DAT-061", {"schema.prisma": SCHEMA, "src/a.ts": code})
    assert seen.failed == []
    assert seen.passed == ["src/a.ts:1"]


def test_the_one_table_of_tenants_without_row_level_security_is_reported(look: Look) -> None:
    """DAT-062"""
    sql = """
    CREATE TABLE rooms (id int PRIMARY KEY, tenant_id int);
    CREATE TABLE guests (id int PRIMARY KEY, tenant_id int);
    CREATE TABLE towns (id int PRIMARY KEY);
    ALTER TABLE rooms ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON rooms USING (true);
    """
    seen = look("DAT-062", {"migrations/001_a.up.sql": sql, "migrations/001_a.down.sql": "DROP TABLE rooms;"})
    assert seen.failed == ["migrations/001_a.up.sql:2"]
    assert seen.passed == ["migrations/001_a.up.sql:4"]


def test_without_any_row_level_security_nothing_is_said(look: Look) -> None:
    """DAT-062"""
    sql = "CREATE TABLE rooms (id int PRIMARY KEY, tenant_id int);\n"
    assert look("DAT-062", {"migrations/001_a.up.sql": sql}).outcomes == ["not_applicable"]


def test_a_query_that_forgets_the_mark_of_deletion_is_told_where_others_ask(look: Look) -> None:
    """DAT-063"""
    code = """
    export const a = () => prisma.room.findMany({ where: { hotelId: 1, deletedAt: null } });
    export const b = () => prisma.room.findMany({ where: { hotelId: 1 } });
    export const c = (where) => prisma.room.findMany({ where });
    """
    seen = look("DAT-063", {"schema.prisma": SCHEMA, "src/a.ts": code})
    assert seen.failed == ["src/a.ts:2"]


def test_an_extension_of_the_client_asks_for_all(look: Look) -> None:
    """DAT-063"""
    code = """
    const prisma = new PrismaClient().$extends({ query: { room: { findMany: ({ args, query }) => query({ ...args, deletedAt: null }) } } });
    export const b = () => prisma.room.findMany({ where: { hotelId: 1 } });
    """
    assert look("DAT-063", {"schema.prisma": SCHEMA, "src/a.ts": code}).passed == ["src/a.ts:1"]


def test_what_the_client_puts_in_with_a_row_asks_no_migration_for_an_extension(look: Look) -> None:
    text = (
        "from alembic import op\nimport sqlalchemy as sa\nfrom sqlalchemy.dialects import postgresql\nrevision = 'a1'\ndown_revision = None\n"
        "def upgrade():\n    op.create_table('t', sa.Column('id', postgresql.UUID(), {}=sa.text('uuid_generate_v4()')))\n"
    )

    def failed(option: str) -> list[str]:
        return look("DAT-060", {"alembic/versions/a1.py": text.format(option)}).failed

    assert (failed("default"), failed("server_default")) == ([], ["alembic/versions/a1.py:7"])


def test_an_image_that_does_not_hold_an_extension_is_told_where_it_runs(look: Look) -> None:
    """DAT-060"""
    compose = "services:\n  db:\n    image: {}\n    restart: always\n"
    created = {"prisma/schema.prisma": SCHEMA, "prisma/migrations/1_a/migration.sql": "CREATE EXTENSION {};\n"}

    def failed(image: str, extension: str) -> list[str]:
        files = {path: text.replace("{}", extension) for path, text in created.items() if "{}" in text}
        return look("DAT-060", {**created, **files, "docker-compose.prod.yml": compose.format(image)}).failed

    assert failed("postgres:16.4", "postgis") == ["docker-compose.prod.yml:2"]
    assert failed("postgis/postgis:16-3.4", "postgis") == []
    assert failed("postgres:16.4", "pgcrypto") == []
