"""Prisma's schema language: blocks, names in the database, relations, and what is broken."""

from __future__ import annotations

from textwrap import dedent

from hypothesis import given, settings
from hypothesis import strategies as st

from kit.model import At
from kit.sources.orm.model import Schema
from kit.sources.orm.prisma import parse_blocks, schema


def read(text: str) -> Schema:
    blocks, problem = parse_blocks(dedent(text), "schema.prisma")
    return schema(blocks, At("schema.prisma"), problem)


def test_fields_become_columns_and_relations_do_not() -> None:
    found = read("""
        model User { // a comment
          id    Int     @id @default(autoincrement())
          email String  @unique @db.VarChar(255)
          spent Decimal @db.Decimal(19, 4)
          bio   String?
          role  Role[]  @default([A, B])
          posts Post[]
        }
        enum Role { A }
        model Post {
          id       Int  @id
          authorId Int
          author   User @relation(fields: [authorId], references: [id], onDelete: Cascade)
        }
        """)

    user, post = found.tables
    assert [(c.name, c.type, c.nullable, c.at.line) for c in user.columns] == [
        ("id", "INTEGER", False, 3),
        ("email", "VarChar(255)", False, 4),
        ("spent", "Decimal(19, 4)", False, 5),
        ("bio", "TEXT", True, 6),
        ("role", "Role[]", None, 7),
    ]
    assert [u.columns for u in user.uniques] == [("email",)]
    (key,) = post.foreign_keys
    assert (key.columns, key.table, key.target_columns, key.on_delete) == (
        ("authorId",),
        "User",
        ("id",),
        "Cascade",
    )


def test_mapped_names_are_those_of_the_database() -> None:
    (table,) = read("""
        model User {
          id     Int    @id
          first  String @map("first_name")
          second String
          @@unique([first, second(sort: Desc)], map: "pair")
          @@index(fields: [first])
          @@map("users")
        }
        """).tables

    assert (table.name, table.columns[1].name) == ("users", "first_name")
    assert [(u.columns, u.name) for u in table.uniques] == [(("first_name", "second"), "pair")]
    assert [i.columns for i in table.indexes] == [("first_name",)]


def test_an_attribute_may_run_over_several_lines() -> None:
    (table,) = read("""
        model A {
          x Int
          y Int
          @@id([
            x,
            y
          ])
        }
        """).tables
    assert table.primary_key == ("x", "y")


def test_two_lists_make_a_table_between_them() -> None:
    found = read("""
        model Post {
          id   Int   @id
          tags Tag[]
        }
        model Tag {
          id    Int    @id
          posts Post[]
        }
        """)
    joining = found.table("_PostToTag")
    assert joining is not None
    assert joining.implicit
    assert [(k.columns, k.table) for k in joining.foreign_keys] == [(("A",), "Post"), (("B",), "Tag")]


def test_the_name_of_a_relation_is_that_of_the_table_between() -> None:
    found = read("""
        model User {
          id        Int    @id
          followers User[] @relation("follows")
          following User[] @relation("follows")
        }
        """)
    assert [t.name for t in found.tables] == ["User", "_follows"]


def test_a_list_with_one_owner_on_the_other_side_makes_none() -> None:
    found = read("""
        model A {
          id Int @id
          bs B[]
        }
        model B {
          id  Int @id
          aId Int
          a   A   @relation(fields: [aId], references: [id])
        }
        """)
    assert [t.name for t in found.tables] == ["A", "B"]


def test_relation_mode_prisma_leaves_references_to_the_program() -> None:
    found = read("""
        datasource db {
          provider     = "mysql"
          relationMode = "prisma"
        }
        model A {
          id  Int  @id
          bId Int?
          b   B?   @relation(fields: [bId], references: [id])
        }
        model B {
          id Int @id
          as A[]
        }
        """)
    assert found.dialect == "mysql"
    assert found.tables[0].foreign_keys == ()


def test_an_unclosed_model_is_a_problem_and_the_schema_opaque() -> None:
    found = read("model A {\n  id Int @id\n}\nmodel B {\n  id Int\n")
    assert found.error is not None
    assert (found.opaque, found.error.at.line, [t.name for t in found.tables]) == (True, 4, ["A"])


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='model {}\n@[]()?":,aInt/=*', max_size=80))
def test_any_text_is_read_or_reported(text: str) -> None:
    blocks, _ = parse_blocks(text, "schema.prisma")
    schema(blocks, At("schema.prisma"))
