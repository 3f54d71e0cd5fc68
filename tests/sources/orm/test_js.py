"""TypeORM, Drizzle and Sequelize in outline: declared tables, and migrations written in JavaScript."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.orm.js import js_schemas
from kit.sources.orm.js_migrations import js_sets, migration
from kit.sources.orm.model import Schema
from kit.sources.tree.files import FileIndex


def declared(tmp_path: Path, **modules: str) -> Schema:
    (tmp_path / "package.json").write_text("{}")
    for name, source in modules.items():
        (tmp_path / f"{name}.ts").write_text(dedent(source))
    (found,) = js_schemas(FileIndex.of(tmp_path))
    return found


def columns(schema: Schema, table: str) -> list[tuple[str, str, bool | None]]:
    found = schema.table(table)
    assert found is not None
    return [(c.name, c.type, c.nullable) for c in found.columns]


def test_an_entity_has_its_own_columns_and_those_of_its_base(tmp_path: Path) -> None:
    base = """
        export abstract class Base {
          @PrimaryGeneratedColumn('uuid')
          id: string;
          @DeleteDateColumn()
          deletedAt: Date;
        }
        """
    user = """
        @Entity({ name: 'users' })
        @Unique(['email', 'role'])
        export class UserEntity extends Base {
          @Column({ type: String, unique: true, nullable: true })
          email: string | null;

          @Column('int', { name: 'years' })
          age: number;

          @ManyToOne(() => RoleEntity, { nullable: false })
          @JoinColumn({ name: 'role_id' })
          role: RoleEntity;

          @OneToOne(() => RoleEntity)
          @JoinColumn()
          main: RoleEntity;

          @ManyToMany(() => RoleEntity)
          @JoinTable()
          others: RoleEntity[];
        }

        @Entity()
        export class RoleEntity extends Base {
          @OneToMany(() => UserEntity, (user) => user.role)
          users: UserEntity[];
        }
        """
    found = declared(tmp_path, base=base, user=user)

    assert columns(found, "users") == [
        ("id", "uuid", False),
        ("deletedAt", "timestamp", True),
        ("email", "varchar", True),
        ("years", "int", False),
        ("role_id", "", False),
        ("mainId", "", True),
    ]
    users = found.table("users")
    assert users is not None
    assert [k.table for k in users.foreign_keys] == ["role_entity", "role_entity"]
    assert [u.columns for u in users.uniques] == [("email",), ("mainId",), ("email", "")]
    assert [t.name for t in found.tables if t.implicit] == ["users_others_role_entity"]
    assert not found.opaque


def test_a_naming_strategy_makes_names_uncertain(tmp_path: Path) -> None:
    assert declared(tmp_path, a=_NAMED % "PrefixNamingStrategy").opaque


def test_the_strategy_of_snakes_makes_names_that_are_known(tmp_path: Path) -> None:
    schema = declared(tmp_path, a=_NAMED % "SnakeNamingStrategy")

    assert not schema.opaque
    assert [c.name for c in schema.tables[0].columns] == ["id", "first_name", "LAST", "home_town_id"]


_NAMED = """
        @Entity()
        class A {
          @PrimaryColumn()
          id: number;
          @Column()
          firstName: string;
          @Column({ name: 'LAST' })
          lastName: string;
          @ManyToOne(() => Town)
          homeTown: Town;
        }
        new DataSource({ namingStrategy: new %s() });
        """


def test_an_embedded_object_or_an_unknown_base_makes_the_table_opaque(tmp_path: Path) -> None:
    source = """
        @Entity()
        class A extends Library {
          @PrimaryColumn() id: number;
        }
        @Entity()
        class B {
          @Column(() => Name) name: Name;
        }
        """
    assert [t.opaque for t in declared(tmp_path, a=source).tables] == [True, True]


def test_drizzle_tables_are_read_from_their_chains(tmp_path: Path) -> None:
    source = """
        export const teams = pgTable("teams", { id: serial("id").primaryKey() });
        export const users = pgTable("users", {
          id: uuid().primaryKey().defaultRandom(),
          email: varchar("mail", { length: 255 }).notNull().unique(),
          teamId: integer("team_id").references(() => teams.id, { onDelete: "cascade" }),
          tags: text("tags").array(),
        }, (t) => [uniqueIndex("pair").on(t.email, t.teamId)]);
        """
    found = declared(tmp_path, schema=source)
    assert columns(found, "users") == [
        ("id", "uuid", False),
        ("mail", "varchar", False),
        ("team_id", "integer", True),
        ("tags", "text[]", True),
    ]
    users = found.tables[1]
    assert [k.table for k in users.foreign_keys] == ["teams"]
    assert [u.columns for u in users.uniques] == [("mail",), ("mail", "team_id")]
    assert found.dialect == "postgres"


def test_drizzle_columns_that_own_functions_make_have_their_names(tmp_path: Path) -> None:
    common = """
        import { timestamp } from "drizzle-orm/pg-core";
        export const createdAt = (): Made => timestamp("created_at").notNull().defaultNow();
        export const keyed = (name: string) => integer(name);
        """
    source = 'const a = pgTable("a", { made: createdAt(), other: keyed("other_id"), own: unknown() });'
    assert columns(declared(tmp_path, schema=source, common=common), "a") == [
        ("created_at", "timestamp", False),
        ("other_id", "keyed", True),
        ("own", "unknown", True),
    ]


def test_columns_spread_into_a_table_make_it_opaque(tmp_path: Path) -> None:
    source = 'const a = pgTable("a", { id: serial().primaryKey(), ...stamps });'
    assert declared(tmp_path, schema=source).tables[0].opaque


def test_sequelize_models_are_told_with_reserve(tmp_path: Path) -> None:
    source = """
        User.init({
          id: { type: DataTypes.INTEGER, primaryKey: true },
          email: { type: DataTypes.STRING(80), unique: true, allowNull: false },
        }, { tableName: 'users', sequelize });
        """
    found = declared(tmp_path, user=source)
    assert columns(found, "users") == [("id", "INTEGER", False), ("email", "STRING(80)", False)]
    assert found.opaque


def steps(tool: str, up: str, name: str = "queryRunner") -> list[tuple[str, str | None, str | None, bool]]:
    source = f"module.exports = {{\n  async up({name}, DataTypes) {{\n{up}\n}},\n  async down() {{}}\n}};"
    found = migration(source, "migrations/1.js", tool)
    assert found is not None
    return [(o.op, o.table, o.column, o.opaque) for o in found.operations]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("await queryRunner.query(`DROP TABLE a`);", ("drop_table", "a", None, False)),
        ("await queryRunner.query(`ALTER TABLE ${t} ADD b INT`);", ("code", None, None, True)),
        ("await queryRunner.query(sql);", ("code", None, None, True)),
        ("queryRunner.addColumn('a', new TableColumn({ name: 'b' }));", ("add_column", "a", "b", False)),
        ("await queryRunner.dropColumn('a', 'b');", ("drop_column", "a", "b", False)),
        ("queryInterface.addColumn('a', 'b', { type: DataTypes.DATE });", ("add_column", "a", "b", False)),
        ("await queryInterface.removeColumn('a', 'b');", ("drop_column", "a", "b", False)),
        ("await queryInterface.renameColumn('a', 'b', 'c');", ("rename_column", "a", "b", False)),
        ("await queryInterface.addIndex('a', ['b'], { unique: true });", ("create_index", "a", None, False)),
        ("await knex.raw('DROP TABLE a');", ("drop_table", "a", None, False)),
        ("await knex.schema.dropTableIfExists('a');", ("drop_table", "a", None, False)),
        ("knex.schema.alterTable('a', (t) => { t.dropColumn('b'); });", ("drop_column", "a", "b", False)),
    ],
)
def test_each_call_is_an_operation(call: str, expected: tuple[str, str | None, str | None, bool]) -> None:
    assert steps("any", call) == [expected]


def test_typeorm_creates_a_table_from_an_object() -> None:
    source = """
        export class A implements MigrationInterface {
          async up(queryRunner: QueryRunner) {
            await queryRunner.createTable(new Table({
              name: 'a',
              columns: [
                { name: 'id', type: 'uuid', isPrimary: true },
                { name: 'b', type: 'varchar', isNullable: true, isUnique: true },
              ],
              foreignKeys: [{ columnNames: ['b'], referencedTableName: 'c', referencedColumnNames: ['id'] }],
            }));
          }
          async down(queryRunner: QueryRunner) { await queryRunner.dropTable('a'); }
        }
        """
    found = migration(dedent(source), "migrations/1.ts", "typeorm")
    assert found is not None
    table = found.operations[0].definition
    assert table is not None
    assert [(c.name, c.nullable) for c in table.columns] == [("id", False), ("b", True)]
    assert ([u.columns for u in table.uniques], table.foreign_keys[0].table) == ([("b",)], "c")
    assert found.down is True


def test_knex_builds_tables_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1_a.js").write_text(
        dedent("""
        exports.up = function (knex) {
          return knex.schema.createTable('a', (t) => {
            t.increments();
            t.string('b', 50).notNullable().unique();
            t.integer('c').references('id').inTable('d');
            t.timestamps(true, true);
            t.unique(['b', 'c']);
          });
        };
        exports.down = (knex) => knex.schema.dropTable('a');
        """)
    )
    (found,) = js_sets(FileIndex.of(tmp_path))
    done = found.migrations[0].operations
    assert [(o.op, o.column, o.at.line) for o in done] == [
        ("create_table", None, 3),
        ("add_column", "id", 4),
        ("add_column", "b", 5),
        ("add_unique", None, 5),
        ("add_column", "c", 6),
        ("add_foreign_key", None, 6),
        ("add_column", "created_at", 7),
        ("add_column", "updated_at", 7),
        ("add_unique", None, 8),
    ]
    assert (found.tool, found.migrations[0].down, any(o.locking for o in done)) == ("knex", True, False)


def test_a_migration_without_a_way_down_says_so() -> None:
    found = migration("exports.up = (knex) => knex.schema.dropTable('a');", "migrations/1.js", "knex")
    assert found is not None
    assert found.down is False


_PIECES = st.sampled_from(
    ["knex.schema.", "createTable(", "'a'", ",", "(t) => {", "t.string(", ")", "}", "`${x}", ".alter()"]
)


@settings(max_examples=80, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_nothing_that_looks_like_javascript_raises(body: str) -> None:
    migration(f"exports.up = (knex) => {{ {body} }};", "migrations/1.js", "knex")


def test_a_relation_is_called_after_the_key_at_the_other_end(tmp_path: Path) -> None:
    user = """
        @Entity()
        export class User {
          @PrimaryGeneratedColumn()
          id: number;

          @ManyToOne('Role', { onDelete: 'CASCADE' })
          role: Role;

          @ManyToMany('Role')
          @JoinTable()
          more: Role[];
        }

        @Entity()
        export class Role {
          @PrimaryColumn({ type: 'varchar' })
          alias: string;
        }
        """
    found = declared(tmp_path, user=user)

    assert [name for name, *_ in columns(found, "user")] == ["id", "roleAlias"]
    assert "user_more_role" in {table.name for table in found.tables}
