"""Migrations of Entity Framework Core."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from kit.sources.orm.efcore import ef_sets, migration
from kit.sources.tree.files import FileIndex

FIRST = """
    using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

    public partial class Initial : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Orders",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    UserId = table.Column<Guid>(type: "uuid", nullable: false),
                    Note = table.Column<string>(type: "text", nullable: true),
                    Paid = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Orders", x => new { x.Id, x.UserId });
                    table.ForeignKey(
                        name: "FK_Orders_Users",
                        column: x => x.UserId,
                        principalTable: "Users",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });
        }

        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "Orders");
        }
    }
    """
NEXT = """
    public partial class Next : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(name: "City", table: "Orders", type: "text", nullable: false);
            migrationBuilder.AddColumn<int>("Size", "Orders", nullable: false, defaultValue: 0);
            migrationBuilder.AlterColumn<string>(
                name: "Note", table: "Orders", type: "character varying(20)", nullable: false,
                oldClrType: typeof(string), oldType: "text", oldNullable: true);
            migrationBuilder.DropColumn(name: "Paid", table: "Orders");
            migrationBuilder.CreateIndex(name: "IX_City", table: "Orders", columns: new[] { "City", "Size" }, unique: true);
            migrationBuilder.Sql(@"UPDATE ""Orders"" SET ""City"" = 'x' WHERE ""City"" IS NULL");
            migrationBuilder.Sql($"GRANT ALL ON x TO {user}");
        }

        protected override void Down(MigrationBuilder migrationBuilder) { }
    }
    """


def sets_of(tmp_path: Path, **files: str):
    for name, text in files.items():
        place = tmp_path / "Data" / "Migrations" / f"{name}.cs"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(dedent(text))
    return ef_sets(FileIndex.of(tmp_path))


def test_a_set_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    (found,) = sets_of(tmp_path, **{"2024_Next": NEXT, "2023_Initial": FIRST})

    assert (found.tool, found.dir, found.dialect) == ("ef", "Data/Migrations", "postgres")
    assert [(m.revision, m.parents, m.down) for m in found.migrations] == [
        ("2023_Initial", (), True),
        ("2024_Next", ("2023_Initial",), False),
    ]


def test_a_table_has_its_columns_and_keys(tmp_path: Path) -> None:
    (found,) = sets_of(tmp_path, **{"2023_Initial": FIRST})
    (made,) = found.migrations[0].operations

    table = made.definition
    assert table is not None
    assert [(c.name, c.type, c.nullable, c.default, c.primary_key) for c in table.columns] == [
        ("Id", "bigint", False, True, True),
        ("UserId", "uuid", False, False, True),
        ("Note", "text", True, False, False),
        ("Paid", "boolean", False, True, False),
    ]
    assert [c.at.line for c in table.columns] == [12, 14, 15, 16]
    (key,) = table.foreign_keys
    assert (key.columns, key.table, key.on_delete) == (("UserId",), "Users", "cascade")


def test_changes_are_told_with_what_they_cost(tmp_path: Path) -> None:
    (found,) = sets_of(tmp_path, **{"2023_Initial": FIRST, "2024_Next": NEXT})

    told = [(o.op, o.column, o.locking, o.destructive) for o in found.migrations[1].operations]

    assert told == [
        ("add_column", "City", True, False),
        ("add_column", "Size", False, False),
        ("alter_type", "Note", True, True),
        ("set_not_null", "Note", True, False),
        ("drop_column", "Paid", False, True),
        ("create_index", None, True, False),
        ("update", None, False, False),
        ("code", None, False, False),
    ]
    index = found.migrations[1].operations[5].index
    assert index is not None
    assert (index.columns, index.unique) == (("City", "Size"), True)


def test_what_is_no_migration_is_none() -> None:
    assert migration("public class A { void Up(MigrationBuilder b", "a.cs") is None
    assert migration("public class A { void Down(MigrationBuilder migrationBuilder) { } }", "a.cs") is None
