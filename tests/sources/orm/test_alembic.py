"""Alembic revisions: operations of every call, SQL in texts, the order, the way back."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.orm.alembic import alembic_sets, revision
from kit.sources.orm.model import Migration, Operation
from kit.sources.tree.files import FileIndex

_HEAD = 'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "b"\ndown_revision = "a"\n\n'


def read(body: str, *, before: str = "", down: str = "pass") -> Migration:
    up = indent(dedent(body), "    ")
    source = f"{_HEAD}{dedent(before)}\ndef upgrade():\n{up}\n\ndef downgrade():\n    {down}\n"
    found = revision(source, "versions/b.py", "postgres")
    assert found is not None
    return found


def brief(body: str, *, before: str = "") -> list[tuple[str, str | None, str | None, bool]]:
    return [(o.op, o.table, o.column, o.opaque) for o in read(body, before=before).operations]


def only(body: str) -> Operation:
    (found,) = read(body).operations
    return found


def test_create_table_has_columns_and_constraints() -> None:
    table = only("""
        op.create_table(
            "item",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("owner", sa.UUID(), sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=True),
            sa.Column("title", sa.String(length=255), server_default="x", unique=True),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("owner", "title", name="pair"),
        )
        """).definition
    assert table is not None
    assert [(c.name, c.type, c.nullable, c.default) for c in table.columns] == [
        ("id", "Integer()", False, False),
        ("owner", "UUID()", True, False),
        ("title", "String(length=255)", True, True),
    ]
    assert table.primary_key == ("id",)
    assert [u.columns for u in table.uniques] == [("title",), ("owner", "title")]
    (key,) = table.foreign_keys
    assert (key.columns, key.table, key.on_delete) == (("owner",), "user", "CASCADE")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('op.drop_table("a")', ("drop_table", "a", None, False)),
        ('op.drop_table("a", schema="s")', ("drop_table", "s.a", None, False)),
        ('op.add_column("a", sa.Column("b", sa.Text()))', ("add_column", "a", "b", False)),
        ('op.drop_column("a", "b")', ("drop_column", "a", "b", False)),
        ('op.alter_column("a", "b", nullable=False)', ("set_not_null", "a", "b", False)),
        ('op.alter_column("a", "b", type_=sa.Text())', ("alter_type", "a", "b", False)),
        ('op.alter_column("a", "b", new_column_name="c")', ("rename_column", "a", "b", False)),
        ('op.create_index(op.f("ix"), "a", ["b"], unique=True)', ("create_index", "a", None, False)),
        ('op.create_foreign_key(None, "a", "c", ["b"], ["id"])', ("add_foreign_key", "a", None, False)),
        ('op.drop_constraint("x", "a", type_="unique")', ("drop_constraint", "a", None, False)),
        ('op.execute("DELETE FROM a")', ("delete", "a", None, False)),
        ('op.execute(sa.text("CREATE TABLE a (b INT)"))', ("create_table", "a", None, False)),
        ("op.execute(users.update().values(x=1))", ("update", None, None, False)),
        ("op.execute(make_sql())", ("code", None, None, True)),
        ('op.execute(f"ALTER TABLE {t} ADD b INT")', ("code", None, None, True)),
        ('op.execute(f"UPDATE {t} SET b = 1")', ("update", None, None, False)),
        ("Base.metadata.create_all(bind)", ("code", None, None, True)),
        ("imported_helper(op)", ("code", None, None, True)),
    ],
)
def test_each_call_is_an_operation(call: str, expected: tuple[str, str | None, str | None, bool]) -> None:
    assert brief(call) == [expected]


def test_batches_name_the_table_once() -> None:
    body = """
        with op.batch_alter_table("a", schema=None) as batch_op:
            batch_op.add_column(sa.Column("b", sa.Integer(), nullable=False))
            batch_op.drop_constraint("c", type_="foreignkey")
        """
    assert brief(body) == [("add_column", "a", "b", False), ("drop_constraint", "a", None, False)]


def test_a_loop_over_names_is_unrolled() -> None:
    body = """
        for table, column in (("a", "x"), ("b", "y")):
            op.drop_column(table, column)
            op.execute(f"DELETE FROM {table}")
        """
    assert brief(body) == [
        ("drop_column", "a", "x", False),
        ("delete", "a", None, False),
        ("drop_column", "b", "y", False),
        ("delete", "b", None, False),
    ]


def test_a_function_of_the_file_is_followed_with_its_arguments() -> None:
    before = """
        TABLE = "a"

        def _drop(column, table=TABLE):
            op.drop_column(TABLE, column)
        """
    assert brief('_drop("b")', before=before) == [("drop_column", "a", "b", False)]


def test_a_function_that_calls_itself_ends() -> None:
    before = "def _again():\n    _again()\n"
    assert brief("_again()", before=before)[-1][3]


def test_sql_in_a_text_of_several_lines_is_found_at_its_line() -> None:
    found = read('op.execute("""\n    DROP TABLE a;\n    DROP TABLE b;\n    """)')
    assert [(o.table, o.at.line) for o in found.operations] == [("a", 10), ("b", 11)]


@pytest.mark.parametrize(
    ("down", "expected"),
    [("pass", False), ("raise NotImplementedError()", False), ('op.drop_table("a")', True)],
)
def test_a_way_down_is_one_that_does_something(down: str, expected: bool) -> None:
    assert read('op.create_table("a")', down=down).down is expected


def test_a_merge_has_nothing_to_undo() -> None:
    assert read("pass").down is True


def _write(folder: Path, revisions: dict[str, str]) -> None:
    for name, parent in revisions.items():
        source = f'revision = "{name}"\ndown_revision: str | None = {parent}\n\ndef upgrade():\n    pass\n'
        (folder / f"{name}.py").write_text(source)


def test_revisions_are_ordered_by_their_parents(tmp_path: Path) -> None:
    _write(tmp_path, {"c": "None", "a": '"c"', "b": '"a"'})
    (found,) = alembic_sets(FileIndex.of(tmp_path))
    assert [m.revision for m in found.migrations] == ["c", "a", "b"]
    assert (found.heads, found.missing) == (("b",), ())


def test_two_heads_and_a_lost_parent_are_told(tmp_path: Path) -> None:
    _write(tmp_path, {"a": '"lost"', "b": '"a"', "c": '"a"'})
    (found,) = alembic_sets(FileIndex.of(tmp_path))
    assert (found.heads, found.missing) == (("b", "c"), ("lost",))


def test_a_merge_brings_heads_together(tmp_path: Path) -> None:
    _write(tmp_path, {"a": "None", "b": '"a"', "c": '"a"', "d": '("b", "c")'})
    (found,) = alembic_sets(FileIndex.of(tmp_path))
    assert found.heads == ("d",)


def test_revisions_in_a_circle_are_all_there(tmp_path: Path) -> None:
    _write(tmp_path, {"a": '"b"', "b": '"a"'})
    (found,) = alembic_sets(FileIndex.of(tmp_path))
    assert (len(found.migrations), found.heads) == (2, ())


def test_a_broken_revision_is_a_problem_of_its_set(tmp_path: Path) -> None:
    _write(tmp_path, {"a": "None"})
    (tmp_path / "b.py").write_text("down_revision = (\n")
    (found,) = alembic_sets(FileIndex.of(tmp_path))
    assert [(m.revision) for m in found.migrations] == ["a"]
    assert found.problems[0].at.path == "b.py"


_PIECES = st.sampled_from(
    ["op.", "execute(", '"DROP TABLE a"', ")", "add_column(", "f'{x}'", ",", "for x in y:", "\n        ", "="]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_nothing_that_looks_like_a_revision_raises(body: str) -> None:
    revision(f"{_HEAD}def upgrade():\n        {body}\n", "b.py")
