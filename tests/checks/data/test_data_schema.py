"""Whether migrations make the schema that the code declares."""

from __future__ import annotations

from conftest import Look

PRISMA = """
    datasource db {
      provider = "postgresql"
      url      = env("DATABASE_URL")
    }

    model User {
      id    Int    @id
      email String @unique
    }
    """
MADE = 'CREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "email" TEXT NOT NULL);\nCREATE UNIQUE INDEX "e" ON "User"("email");\n'
FIRST = "prisma/migrations/1_init/migration.sql"
FILES = {
    "prisma/schema.prisma": PRISMA,
    FIRST: MADE,
    "prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
}
MODELS = """
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class User(Base):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
        email = Column(String, nullable=False)
    """
REVISION = """
    from alembic import op

    revision = "{own}"
    down_revision = {parent}

    def upgrade():
        op.execute("SELECT 1")

    def downgrade():
        pass
    """


def test_a_schema_with_migrations_holds(look: Look) -> None:
    assert look("DAT-001", FILES).passed == [FIRST]


def test_a_schema_without_migrations_does_not(look: Look) -> None:
    seen = look("DAT-001", {"prisma/schema.prisma": PRISMA})

    assert seen.failed == ["prisma/schema.prisma:6"]
    assert "User" in seen.text


def test_a_schema_of_documents_needs_no_migrations(look: Look) -> None:
    assert look("DAT-001", {"prisma/schema.prisma": PRISMA.replace("postgresql", "mongodb")}).failed == []


def test_a_script_that_runs_on_a_new_database_only_holds_in_part(look: Look) -> None:
    compose = (
        "services:\n  db:\n    image: postgres:16\n    volumes: ['./init.sql:/docker-entrypoint-initdb.d/init.sql']\n"
    )
    seen = look("DAT-001", {"compose.yaml": compose, "init.sql": "CREATE TABLE t (id int primary key);\n"})

    assert (seen.outcomes, seen.failed) == (["partial"], ["init.sql"])


def test_a_column_that_no_migration_makes_is_told_with_its_place(look: Look) -> None:
    seen = look(
        "DAT-002", {**FILES, "prisma/schema.prisma": PRISMA.replace("email String", "name String\n      email String")}
    )

    assert seen.failed == ["prisma/schema.prisma:8"]
    assert "User.name" in seen.text


def test_a_table_that_no_migration_makes_is_told(look: Look) -> None:
    seen = look("DAT-002", {**FILES, "prisma/schema.prisma": PRISMA + "    model Order {\n      id Int @id\n    }\n"})

    assert seen.failed == ["prisma/schema.prisma:10"]


def test_a_step_that_cannot_be_read_leaves_it_open(look: Look) -> None:
    odd = {"prisma/migrations/2_odd/migration.sql": "DO $$ BEGIN EXECUTE make_tables(); END $$;\n"}
    more = PRISMA + "    model Order {\n      id Int @id\n    }\n"
    seen = look("DAT-002", {**FILES, **odd, "prisma/schema.prisma": more})

    assert "fail" not in seen.outcomes
    assert "Order" in seen.text


def test_what_migrations_make_as_declared_holds(look: Look) -> None:
    assert look("DAT-002", FILES).passed == ["prisma/schema.prisma:6"]


def test_a_unique_key_that_is_declared_and_not_made_is_told(look: Look) -> None:
    poor = look("DAT-016", {**FILES, FIRST: MADE.split("\n", maxsplit=1)[0] + "\n"})
    good = look("DAT-016", FILES)

    assert (poor.failed, good.passed) == (["prisma/schema.prisma:8"], ["prisma/schema.prisma:6"])


def test_a_column_that_is_not_there_is_told_once(look: Look) -> None:
    more = PRISMA.replace("email String", "name String @unique\n      email String")

    assert look("DAT-016", {**FILES, "prisma/schema.prisma": more}).failed == []


def test_sql_by_hand_is_held_against_the_models(look: Look) -> None:
    sql = {"db/migrations/001_init.sql": "CREATE TABLE users (id int primary key);\n"}
    poor = look("DAT-017", {"app/models.py": MODELS, **sql})
    good = look(
        "DAT-017", {"app/models.py": MODELS, "db/migrations/001_init.sql": "CREATE TABLE users (id int, email text);\n"}
    )

    assert poor.failed == ["app/models.py:9"]
    assert "users.email" in poor.text
    assert good.passed == ["db/migrations/001_init.sql"]


def _line(*links: tuple[str, str]) -> dict[str, str]:
    return {f"alembic/versions/{own}.py": REVISION.format(own=own, parent=parent) for own, parent in links}


def test_two_migrations_after_one_stop_the_tool(look: Look) -> None:
    straight = look("DAT-003", _line(("a1", "None"), ("b2", '"a1"')))
    forked = look("DAT-003", _line(("a1", "None"), ("b2", '"a1"'), ("c3", '"a1"')))

    assert straight.outcomes == ["pass"]
    assert forked.failed == ["alembic/versions/c3.py:6"]
    assert "2 heads" in forked.text


def test_branches_that_are_all_applied_are_meant(look: Look) -> None:
    files = _line(("a1", "None"), ("b2", '"a1"'), ("c3", '"a1"'))
    compose = "services:\n  migrate:\n    image: app\n    command: alembic upgrade heads\n"

    assert look("DAT-003", {**files, "compose.yaml": compose}).failed == []


def test_a_parent_that_no_file_has_stops_it_too(look: Look) -> None:
    seen = look("DAT-003", _line(("b2", '"gone"')))

    assert seen.outcomes == ["fail"]
    assert "gone" in seen.text


def test_a_number_that_is_taken_twice_stops_flyway(look: Look) -> None:
    good = look("DAT-003", {f"db/V{name}.sql": "SELECT 1;" for name in ("1__a", "2__b")})
    poor = look("DAT-003", {"db/V2__c.sql": "SELECT 1;"})

    assert (good.passed, poor.failed) == (["db/V2__b.sql"], ["db/V2__c.sql"])


def test_migrations_for_another_database_than_the_one_that_runs(look: Look) -> None:
    mysql = {"compose.yaml": "services:\n  db:\n    image: mysql:8\n"}
    postgres = {"compose.yaml": "services:\n  db:\n    image: postgres:16\n"}

    assert look("DAT-009", {**FILES, **mysql}).failed == [FIRST]
    assert look("DAT-009", {**FILES, **postgres}).passed == ["compose.yaml:2"]


def test_one_step_that_is_written_for_several_databases_is_one_number(look: Look) -> None:
    folder = "db/migrations"
    one = {f"{folder}/1_users{end}.sql": "SELECT 1;" for end in (".up", ".down", ".mysql.up", ".sqlite.up")}
    more = {f"{folder}/2_orders.up.sql": "SELECT 1;", f"{folder}/2_orders.down.sql": "SELECT 1;"}
    good = look("DAT-003", {**one, **more})
    poor = look("DAT-003", {f"{folder}/2_items.up.sql": "SELECT 1;"})

    assert good.failed == []
    assert poor.failed == [f"{folder}/2_orders.up.sql"]
