"""Sets of migrations of every tool in SQL and XML, scripts for new databases, and what belongs together."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from kit.sources.orm import find as orm
from kit.sources.tree.files import FileIndex


def write(root: Path, files: dict[str, str]) -> FileIndex:
    for name, text in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(dedent(text))
    return FileIndex.of(root)


def only(root: Path, files: dict[str, str]) -> orm.MigrationSet:
    (found,) = orm.migration_sets(write(root, files))
    return found


def revisions(found: orm.MigrationSet) -> list[tuple[str, bool | None]]:
    return [(m.revision, m.down) for m in found.migrations]


def test_prisma_folders_run_by_name_and_have_no_way_down(tmp_path: Path) -> None:
    found = only(tmp_path, {
        "prisma/migrations/2_b/migration.sql": "ALTER TABLE a ADD c INT;",
        "prisma/migrations/1_a/migration.sql": "CREATE TABLE a (b INT);",
        "prisma/migrations/1_a/down.sql": "DROP TABLE a;",
        "prisma/migrations/migration_lock.toml": 'provider = "mysql"\n',
    })  # fmt: skip
    assert (found.tool, found.dialect, found.heads) == ("prisma", "mysql", ("2_b",))
    assert revisions(found) == [("1_a", True), ("2_b", False)]


def test_flyway_runs_versions_by_number_and_repeatable_scripts_last(tmp_path: Path) -> None:
    names = ("V10__c.sql", "V2__b.sql", "V1_1__a.sql", "R__views.sql", "U2__b.sql")
    found = only(tmp_path, {f"db/migration/{n}": "CREATE TABLE ${schema}.a (b INT);" for n in names})
    assert revisions(found) == [("1_1", False), ("2", True), ("10", False), ("R__views.sql", False)]
    assert not any(o.opaque for m in found.migrations for o in m.operations)


def test_up_files_have_their_down_files(tmp_path: Path) -> None:
    found = only(tmp_path, {
        "migrations/000002_b.up.sql": "DROP TABLE a;",
        "migrations/000002_b.down.sql": "-- nothing\n",
        "migrations/000001_a.up.sql": "CREATE TABLE a (b INT);",
        "migrations/000001_a.down.sql": "DROP TABLE a;",
    })  # fmt: skip
    assert (found.tool, revisions(found)) == ("golang-migrate", [("000001", True), ("000002", False)])


@pytest.mark.parametrize(
    ("tool", "up", "down"),
    [
        ("dbmate", "-- migrate:up", "-- migrate:down"),
        ("goose", "-- +goose Up", "-- +goose Down"),
        ("sql-migrate", "-- +migrate Up", "-- +migrate Down"),
    ],
)
def test_marks_part_the_way_up_from_the_way_down(tmp_path: Path, tool: str, up: str, down: str) -> None:
    text = f"{up}\nCREATE TABLE a (b INT);\n{down}\nDROP TABLE a;\n"
    more = f"{up}\nSELECT 1;\n{down}\n"
    found = only(tmp_path, {"db/migrations/1_a.sql": text, "db/migrations/2_b.sql": more})
    assert (found.tool, revisions(found)) == (tool, [("1_a.sql", True), ("2_b.sql", False)])
    assert [(o.op, o.at.line) for o in found.migrations[0].operations] == [("create_table", 2)]


def test_drizzle_keeps_a_journal(tmp_path: Path) -> None:
    found = only(tmp_path, {
        "drizzle/0000_a.sql": "CREATE TABLE a (b INT);--> statement-breakpoint\nCREATE TABLE c (d INT);",
        "drizzle/meta/_journal.json": '{"dialect": "postgresql"}',
    })  # fmt: skip
    assert (found.tool, found.dialect, len(found.migrations[0].operations)) == ("drizzle", "postgres", 2)


def test_a_plain_folder_of_numbered_scripts_is_a_set_of_its_own(tmp_path: Path) -> None:
    files = {"migrations/10_b.sql": "DROP TABLE a;", "migrations/9_a.sql": "CREATE TABLE a (b INT);"}
    found = only(tmp_path, {**files, "queries/1_report.sql": "SELECT 1;"})
    assert (found.tool, revisions(found)) == ("sql", [("9", None), ("10", None)])


def test_scripts_mounted_into_a_database_run_when_it_is_new(tmp_path: Path) -> None:
    found = only(tmp_path, {
        "deploy/compose.yaml": """\
            services:
              db:
                image: postgres:16
                volumes:
                  - data:/var/lib/postgresql/data
                  - ../db/init.sql:/docker-entrypoint-initdb.d/1.sql:ro
            """,
        "db/init.sql": "CREATE TABLE a (b INT);",
    })  # fmt: skip
    assert (found.tool, found.dialect) == ("initdb", "postgres")
    assert (found.at.path, found.at.line) == ("deploy/compose.yaml", 6)
    assert [m.path for m in found.migrations] == ["db/init.sql"]


def test_scripts_copied_into_a_databases_image_run_too(tmp_path: Path) -> None:
    found = only(tmp_path, {
        "db/Dockerfile": "FROM mysql:8\nCOPY scripts/* /docker-entrypoint-initdb.d/\n",
        "db/scripts/1.sql": "CREATE TABLE a (b INT);",
    })  # fmt: skip
    assert (found.tool, found.at.line, found.migrations[0].path) == ("initdb", 2, "db/scripts/1.sql")


def test_a_script_outside_of_the_project_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "project"
    (tmp_path / "outside.sql").write_text("CREATE TABLE a (b INT);")
    text = "services: {db: {image: postgres, volumes: ['../outside.sql:/docker-entrypoint-initdb.d/a.sql']}}"
    assert orm.migration_sets(write(inside, {"compose.yaml": text})) == ()


def test_spring_runs_schema_sql(tmp_path: Path) -> None:
    found = only(tmp_path, {"a/src/main/resources/db/mysql/schema.sql": "CREATE TABLE a (b INT);"})
    assert (found.tool, found.dialect) == ("spring", "mysql")


_CHANGELOG = """\
<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog">
  <include file="changes/one.yaml" relativeToChangelogFile="true"/>
  <changeSet id="2" author="me">
    <addColumn tableName="a">
      <column name="c" type="varchar(5)"><constraints nullable="false" unique="true"/></column>
    </addColumn>
    <addForeignKeyConstraint baseTableName="a" baseColumnNames="b" referencedTableName="d"/>
  </changeSet>
  <changeSet id="3" author="me"><sql>
    DROP TABLE a;
  </sql></changeSet>
</databaseChangeLog>
"""
_ONE = """\
databaseChangeLog:
  - changeSet:
      id: 1
      author: me
      changes:
        - createTable:
            tableName: a
            columns:
              - column:
                  name: b
                  type: int
                  constraints:
                    nullable: false
"""


def test_liquibase_follows_its_includes(tmp_path: Path) -> None:
    found = only(tmp_path, {"db/master.xml": _CHANGELOG, "db/changes/one.yaml": _ONE})
    assert revisions(found) == [("me:1", True), ("me:2", True), ("me:3", False)]
    assert [(o.op, o.table, o.column, o.at.path) for m in found.migrations for o in m.operations] == [
        ("create_table", "a", None, "db/changes/one.yaml"),
        ("add_column", "a", "c", "db/master.xml"),
        ("add_unique", "a", None, "db/master.xml"),
        ("add_foreign_key", "a", None, "db/master.xml"),
        ("drop_table", "a", None, "db/master.xml"),
    ]
    table = found.migrations[0].operations[0].definition
    assert table is not None
    assert [(c.name, c.nullable) for c in table.columns] == [("b", False)]


def test_a_changelog_that_includes_itself_ends(tmp_path: Path) -> None:
    text = '<databaseChangeLog><include file="a.xml"/><include file="b.xml"/></databaseChangeLog>'
    found = orm.migration_sets(write(tmp_path, {"a.xml": text, "b.xml": text, "c.xml": text}))
    assert [s.at.path for s in found] == ["c.xml"]


_PRISMA = 'datasource db {\n  provider = "postgresql"\n}\n'


def test_prisma_files_below_a_datasource_are_one_schema(tmp_path: Path) -> None:
    files = write(tmp_path, {
        "prisma/base.prisma": _PRISMA,
        "prisma/models/a.prisma": "model A {\n  id Int @id\n}\n",
        "other/schema.prisma": f"{_PRISMA}model B {{\n  id Int @id\n}}\n",
    })  # fmt: skip
    found = [(s.path, [t.name for t in s.tables]) for s in orm.schemas(files)]
    assert found == [("other", ["B"]), ("prisma", ["A"])]


def test_a_schema_is_paired_with_the_migrations_beside_it(tmp_path: Path) -> None:
    model = "model A {\n  id Int @id\n  name String\n}\n"
    files = write(tmp_path, {
        **{f"{n}/prisma/schema.prisma": _PRISMA + model for n in ("one", "two")},
        "one/prisma/migrations/1/migration.sql": 'CREATE TABLE "A" (id INT PRIMARY KEY, name TEXT NOT NULL);',
        "two/prisma/migrations/1/migration.sql": 'CREATE TABLE "A" (id INT PRIMARY KEY);',
    })  # fmt: skip
    pairs = orm.pairs(orm.schemas(files), orm.migration_sets(files))
    assert [(s.path, m.dir) for s, m in pairs] == [
        ("one/prisma", "one/prisma/migrations"),
        ("two/prisma", "two/prisma/migrations"),
    ]
    found = [orm.compare(s, orm.created_schema(m)) for s, m in pairs]
    assert [[(d.kind, d.column, str(d.declared_at)) for d in one] for one in found] == [
        [],
        [("missing_column", "name", "two/prisma/schema.prisma:6")],
    ]


def test_a_set_with_an_unread_file_is_not_the_whole_picture(tmp_path: Path) -> None:
    found = only(tmp_path, {
        "versions/a.py": 'revision = "a"\ndown_revision = "lost"\ndef upgrade():\n    pass\n',
    })  # fmt: skip
    assert orm.created_schema(found).opaque


def test_migrations_of_tests_and_examples_are_left_out(tmp_path: Path) -> None:
    folders = ("tests", "node_modules/x", "examples/y")
    files = {"src/main.py": "x = 1\n"} | {f"{f}/migrations/1_a.sql": "DROP TABLE a;" for f in folders}
    assert orm.migration_sets(write(tmp_path, files)) == ()
