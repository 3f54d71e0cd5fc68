"""Schemas, their migrations, and the tables that they make."""

from __future__ import annotations

import pytest
from conftest import Look

SCHEMA = "prisma/schema.prisma"
DIR = "prisma/migrations"
FIRST = f"{DIR}/20240101000000_init/migration.sql"
SECOND = f"{DIR}/20240201000000_more/migration.sql"
PRISMA = """
    datasource db {
      provider = "postgresql"
      url      = env("DATABASE_URL")
    }
    model User {
      id     Int     @id @default(autoincrement())
      email  String  @unique
      orders Order[]
    }
    model Order {
      id     Int     @id @default(autoincrement())
      total_price  Decimal
      userId Int
      user   User    @relation(fields: [userId], references: [id])
      @@index([userId])
    }
    """
SQL = """
    CREATE TABLE "User" (
        "id" SERIAL NOT NULL,
        "email" TEXT NOT NULL,
        CONSTRAINT "User_pkey" PRIMARY KEY ("id")
    );
    CREATE TABLE "Order" (
        "id" SERIAL NOT NULL,
        "total_price" DECIMAL(65,30) NOT NULL,
        "userId" INTEGER NOT NULL,
        CONSTRAINT "Order_pkey" PRIMARY KEY ("id")
    );
    CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
    CREATE INDEX "Order_userId_idx" ON "Order"("userId");
    ALTER TABLE "Order" ADD CONSTRAINT "Order_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE;
    """
FILES = {
    "package.json": '{"name": "shop", "dependencies": {"@prisma/client": "5.0.0"}}',
    f"{DIR}/migration_lock.toml": 'provider = "postgresql"\n',
    SCHEMA: PRISMA,
    FIRST: SQL,
}
V = "db/migration/V"
ALEMBIC = {"alembic.ini": "[alembic]\nscript_location = alembic\n", "alembic/env.py": "from alembic import context\n"}


def revision(name: str, parent: str | None) -> str:
    """An Alembic migration that makes one table."""
    return (
        f"from alembic import op\nimport sqlalchemy as sa\n\nrevision = {name!r}\ndown_revision = {parent!r}\n\n\n"
        f"def upgrade():\n    op.create_table('t_{name}', sa.Column('id', sa.Integer(), primary_key=True))\n\n\n"
        f"def downgrade():\n    op.drop_table('t_{name}')\n"
    )


@pytest.mark.parametrize(
    "check", ["DAT-001", "DAT-002", "DAT-008", "DAT-013", "DAT-015", "DAT-016", "DAT-019", "DAT-014"]
)
def test_a_schema_with_its_migration_holds(look: Look, check: str) -> None:
    seen = look(check, FILES)

    assert set(seen.outcomes) == {"pass"}


def test_a_schema_without_migrations_is_made_by_nothing(look: Look) -> None:
    assert look("DAT-001", {SCHEMA: PRISMA}).failed == [f"{SCHEMA}:5"]


def test_a_database_without_tables_needs_no_migrations(look: Look) -> None:
    assert look("DAT-001", {SCHEMA: PRISMA.replace("postgresql", "mongodb")}).failed == []


def test_a_column_that_no_migration_creates_is_missing(look: Look) -> None:
    seen = look("DAT-002", {**FILES, FIRST: SQL.replace('        "email" TEXT NOT NULL,\n', "")})

    assert seen.failed == [f"{SCHEMA}:7"]


def test_a_column_that_a_later_migration_adds_is_there(look: Look) -> None:
    first = SQL.replace('        "email" TEXT NOT NULL,\n', "").replace("CREATE UNIQUE", "-- CREATE UNIQUE")
    seen = look("DAT-002", {**FILES, FIRST: first, SECOND: 'ALTER TABLE "User" ADD COLUMN "email" TEXT;\n'})

    assert (seen.failed, seen.outcomes) == ([], ["pass"])


def test_a_table_that_no_migration_creates_is_missing(look: Look) -> None:
    seen = look("DAT-002", {**FILES, SCHEMA: PRISMA + "    model Note {\n      id Int @id\n    }\n"})

    assert seen.failed == [f"{SCHEMA}:17"]


def test_links_of_migrations_have_one_end(look: Look) -> None:
    first = {**ALEMBIC, "alembic/versions/a1.py": revision("a1", None), "alembic/versions/b2.py": revision("b2", "a1")}
    good = look("DAT-003", {**first, "alembic/versions/c3.py": revision("c3", "b2")})
    forked = look("DAT-003", {**first, "alembic/versions/c3.py": revision("c3", "a1")})

    assert (good.failed, good.outcomes) == ([], ["pass"])
    assert forked.outcomes == ["fail"]
    assert forked.failed[0].startswith("alembic/versions/c3.py:")


def test_a_parent_that_no_file_has_stops_the_tool(look: Look) -> None:
    seen = look("DAT-003", {**ALEMBIC, "alembic/versions/b2.py": revision("b2", "gone")})

    assert seen.outcomes == ["fail"]
    assert "gone" in seen.text


def test_numbers_of_migrations_are_taken_once(look: Look) -> None:
    files = {f"{V}1__a.sql": "CREATE TABLE a (id int PRIMARY KEY);\n", f"{V}2__b.sql": "CREATE TABLE b (id int);\n"}
    good = look("DAT-003", files)
    poor = look("DAT-003", {**files, f"{V}2__c.sql": "CREATE TABLE c (id int);\n"})

    assert good.outcomes == ["pass"]
    assert poor.outcomes == ["fail"]
    assert "the number 2 is taken twice" in poor.text


def test_a_way_back_beside_its_migration_takes_no_number(look: Look) -> None:
    files = {f"{V}1__a.sql": "CREATE TABLE a (id int PRIMARY KEY);\n", f"{V}1__a_rollback.sql": "DROP TABLE a;\n"}
    alone = {f"{V}1__b.sql": files[f"{V}1__a.sql"], f"{V}1__a_rollback.sql": files[f"{V}1__a_rollback.sql"]}

    assert look("DAT-003", files).outcomes == ["pass"]
    assert look("DAT-003", alone).outcomes == ["fail"]


def test_a_foreign_key_without_an_index_is_slow(look: Look) -> None:
    index = '    CREATE INDEX "Order_userId_idx" ON "Order"("userId");\n'
    files = {**FILES, SCHEMA: PRISMA.replace("      @@index([userId])\n", ""), FIRST: SQL.replace(index, "")}

    assert look("DAT-008", files).failed == [f"{SCHEMA}:14"]


def test_an_index_that_only_the_migration_makes_counts(look: Look) -> None:
    seen = look("DAT-008", {**FILES, SCHEMA: PRISMA.replace("      @@index([userId])\n", "")})

    assert seen.failed == []


def test_migrations_of_another_dialect_do_not_apply(look: Look) -> None:
    seen = look("DAT-009", {**FILES, f"{DIR}/migration_lock.toml": 'provider = "sqlite"\n'})

    assert FIRST in seen.failed
    assert look("DAT-009", FILES).failed == []


def test_an_address_is_unique_for_people_only(look: Look) -> None:
    schema = PRISMA.replace("@unique", "")
    sql = SQL.replace("CREATE UNIQUE INDEX", "CREATE INDEX")
    poor = look("DAT-013", {**FILES, SCHEMA: schema, FIRST: sql})
    other = look(
        "DAT-013",
        {**FILES, SCHEMA: schema.replace("User", "Newsletter"), FIRST: sql.replace("User", "Newsletter")},
    )

    assert poor.failed == [f"{SCHEMA}:7"]
    assert other.failed == []


def test_money_is_not_kept_in_floating_point(look: Look) -> None:
    poor = look("DAT-015", {**FILES, SCHEMA: PRISMA.replace("Decimal", "Float")})
    near = look("DAT-015", {**FILES, SCHEMA: PRISMA.replace("total_price  Decimal", "tax_rate Float")})

    assert poor.failed == [f"{SCHEMA}:12"]
    assert near.outcomes == ["not_applicable"]


def test_a_unique_key_that_no_migration_makes_is_missing(look: Look) -> None:
    seen = look("DAT-016", {**FILES, FIRST: SQL.replace("CREATE UNIQUE INDEX", "CREATE INDEX")})

    assert seen.failed == [f"{SCHEMA}:7"]


def test_a_type_and_nullability_that_differ_are_told(look: Look) -> None:
    seen = look("DAT-016", {**FILES, FIRST: SQL.replace('"userId" INTEGER NOT NULL', '"userId" INTEGER')})

    assert seen.failed == [f"{SCHEMA}:13"]


MODELS = """
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()


    class User(Base):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
        email = Column(String, unique=True)
    """


def test_sql_by_hand_makes_the_declared_columns(look: Look) -> None:
    sql = f"{V}1__users.sql"
    poor = look("DAT-017", {"app/models.py": MODELS, sql: "CREATE TABLE users (id int PRIMARY KEY);\n"})
    good = look("DAT-017", {"app/models.py": MODELS, sql: "CREATE TABLE users (id int PRIMARY KEY, email text);\n"})

    assert poor.failed == ["app/models.py:10"]
    assert good.passed == [sql]


def test_a_table_without_a_primary_key_is_told(look: Look) -> None:
    files = {f"{V}1__a.sql": "CREATE TABLE a (id bigserial PRIMARY KEY, at timestamptz);\n"}
    poor = look("DAT-019", {**files, f"{V}2__b.sql": "CREATE TABLE b (id bigint, at timestamptz);\n"})

    assert poor.failed == [f"{V}2__b.sql:1"]
    assert look("DAT-019", {**files, f"{V}2__b.sql": "ALTER TABLE a ADD COLUMN b int;\n"}).failed == []


COLUMNS = "\n".join(f"      note{number} String" for number in range(14))


def test_a_schema_that_went_its_own_way_is_told_once(look: Look) -> None:
    schema = PRISMA.replace("      email  String  @unique", f"      email  String  @unique\n{COLUMNS}")

    seen = look("DAT-002", {SCHEMA: schema, FIRST: SQL})

    assert seen.outcomes == ["fail"]
    assert "14 columns" in seen.text


def test_a_schema_that_a_script_pushes_is_left_open(look: Look) -> None:
    schema = PRISMA.replace("      email  String  @unique", "      email  String  @unique\n      note String")
    package = '{"scripts": {"db": "prisma db push"}}'

    assert look("DAT-002", {SCHEMA: schema, FIRST: SQL, "package.json": package}).outcomes == ["unknown"]
    package = '{"scripts": {"db": "prisma db push", "up": "prisma migrate deploy"}}'
    assert look("DAT-002", {SCHEMA: schema, FIRST: SQL, "package.json": package}).outcomes == ["fail"]


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("    db.create_all()\n    stamp()\n", "pass"),
        ("    db.create_all()\n", "fail"),
    ],
)
def test_tables_that_are_made_and_stamped_are_in_step(look: Look, body: str, outcome: str) -> None:
    files = {
        "requirements.txt": "SQLAlchemy==2.0.0\nalembic==1.13.0\n",
        "alembic.ini": "[alembic]\nscript_location = migrations\n",
        "migrations/env.py": "from alembic import context\n",
        "migrations/versions/1_init.py": "from alembic import op\nrevision = '1'\ndown_revision = None\n\ndef upgrade():\n    op.execute('select 1')\n",
        "app/cli.py": f"def make(db):\n{body}\n\ndef drop_tables(db):\n    db.drop_all()\n",
    }

    assert look("DAT-014", files).outcomes == [outcome]


@pytest.mark.parametrize(
    ("makes", "outcome"), [("conn.run_sync(Base.metadata.create_all)", "unknown"), ("None", "fail")]
)
def test_tables_that_code_makes_where_they_lack_are_left_open(look: Look, makes: str, outcome: str) -> None:
    models = (
        "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n\n\n"
        "class A(Base):\n    __tablename__ = 't_a1'\n    id = Column(Integer, primary_key=True)\n\n\n"
        "class B(Base):\n    __tablename__ = 'lots'\n    id = Column(Integer, primary_key=True)\n\n\n"
        f"async def begin(conn):\n    await {makes}\n"
    )
    files = {
        **ALEMBIC,
        "requirements.txt": "SQLAlchemy==2.0.0\n",
        "models.py": models,
        "alembic/versions/a1.py": revision("a1", None),
    }

    assert look("DAT-002", files).outcomes == [outcome]
    assert ("create_all" in look("DAT-014", files).text) is (outcome == "unknown")


def test_entities_whose_module_nothing_loads_are_left_open(look: Look) -> None:
    entity = "import { Entity, PrimaryGeneratedColumn } from 'typeorm';\n@Entity('users')\nexport class User { @PrimaryGeneratedColumn() id: number; }\n"
    module = "import { TypeOrmModule } from '@nestjs/typeorm';\n@Module({ imports: [TypeOrmModule.forRoot({ type: 'postgres' })] })\nexport class DatabaseModule {}\n"
    migration = (
        "import { MigrationInterface, QueryRunner } from 'typeorm';\nexport class First1750148843075 implements MigrationInterface {\n"
        "  public async up(queryRunner: QueryRunner): Promise<void> { await queryRunner.query(`CREATE TABLE other (id int)`); }\n"
        "  public async down(queryRunner: QueryRunner): Promise<void> {}\n}\n"
    )
    files = {
        "package.json": '{"name": "shop", "dependencies": {"typeorm": "0.3.20", "@nestjs/typeorm": "10.0.0"}}',
        "src/user.entity.ts": entity,
        "src/database.module.ts": module,
        "src/migrations/1750148843075-First.ts": migration,
    }
    loaded = "import { DatabaseModule } from './database.module';\n@Module({ imports: [DatabaseModule] })\nexport class AppModule {}\n"

    assert look("DAT-002", files).outcomes == ["unknown"]
    assert look("DAT-002", {**files, "src/app.module.ts": loaded}).failed == ["src/user.entity.ts:3"]


def test_a_missing_table_stops_a_release_only_where_its_migrations_are_what_is_applied(look: Look) -> None:
    files = {**FILES, SCHEMA: PRISMA + "    model Note {\n      id Int @id\n    }\n"}
    alone = look("DAT-002", files).findings
    applied = look("DAT-002", {**files, "Procfile": "release: npx prisma migrate deploy\n"}).findings

    assert [(str(f.severity), f.blocker) for f in alone] == [("high", None)]
    assert [(str(f.severity), bool(f.blocker)) for f in applied] == [("critical", True)]


def test_a_column_that_the_database_counts_keeps_its_own_name(look: Look) -> None:
    entity = (
        "import { Column, Entity, Generated, PrimaryGeneratedColumn } from 'typeorm';\n@Entity({ name: 'orders' })\nexport class Order {\n"
        "  @PrimaryGeneratedColumn() id: number;\n  @Generated('increment')\n  @Column({ name: 'order_no', type: 'bigint' }) no: number;\n}\n"
    )
    made = (
        "import { MigrationInterface, QueryRunner } from 'typeorm';\nexport class A1 implements MigrationInterface {\n"
        '  async up(q: QueryRunner) { await q.query(`CREATE TABLE "orders" ("id" SERIAL, "order_no" BIGSERIAL)`); }\n'
        '  async down(q: QueryRunner) { await q.query(`DROP TABLE "orders"`); }\n}\n'
    )
    package = {"package.json": '{"dependencies": {"typeorm": "0.3.20"}}', "src/order.entity.ts": entity}

    assert look("DAT-002", {**package, "src/migrations/1700000000000-A.ts": made}).failed == []
    lost = made.replace("order_no", "number")
    assert look("DAT-002", {**package, "src/migrations/1700000000000-A.ts": lost}).failed
