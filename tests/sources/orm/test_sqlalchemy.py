"""SQLAlchemy and SQLModel classes to tables: inheritance, mixins, annotations, names."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from kit.sources.orm.model import Schema
from kit.sources.orm.sqlalchemy import sqlalchemy_schemas
from kit.sources.tree.files import FileIndex


def read(tmp_path: Path, **modules: str) -> Schema:
    (tmp_path / "pyproject.toml").write_text("")
    for name, source in modules.items():
        (tmp_path / f"{name}.py").write_text(dedent(source))
    (found,) = sqlalchemy_schemas(FileIndex.of(tmp_path))
    return found


def columns(schema: Schema, table: str) -> list[tuple[str, str, bool | None]]:
    found = schema.table(table)
    assert found is not None
    return [(c.name, c.type, c.nullable) for c in found.columns]


_BASE = """
from sqlalchemy import Column, ForeignKey, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

class Base(DeclarativeBase):
    pass
"""


def test_annotations_say_type_and_nullability(tmp_path: Path) -> None:
    found = read(tmp_path, models=_BASE + '''
class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    bio: Mapped[str | None]
    age: Mapped["Optional[int]"] = mapped_column("years", nullable=False)
    posts: Mapped[list["Post"]] = relationship(back_populates="author")
''')  # fmt: skip
    assert columns(found, "users") == [
        ("id", "INTEGER", False),
        ("email", "String(255)", False),
        ("bio", "VARCHAR", True),
        ("years", "INTEGER", False),
    ]
    table = found.tables[0]
    assert (table.primary_key, [u.columns for u in table.uniques], table.opaque) == (
        ("id",),
        [("email",)],
        False,
    )


def test_a_mixin_in_another_file_brings_its_columns(tmp_path: Path) -> None:
    mixins = """
        from sqlalchemy.orm import Mapped, declared_attr, mapped_column

        class Stamped:
            created: Mapped[datetime]

            @declared_attr
            def owner_id(cls) -> Mapped[int | None]:
                return mapped_column(ForeignKey("users.id"))
        """
    models = (
        _BASE
        + """
from mixins import Stamped

class Post(Stamped, Base):
    __tablename__ = "posts"
    id = Column(Integer, primary_key=True)
"""
    )
    found = read(tmp_path, mixins=mixins, models=models)
    assert columns(found, "posts") == [
        ("created", "DATETIME", False),
        ("owner_id", "INTEGER", True),
        ("id", "Integer", False),
    ]
    assert [k.table for k in found.tables[0].foreign_keys] == ["users"]


def test_an_abstract_class_is_no_table_and_gives_names(tmp_path: Path) -> None:
    found = read(tmp_path, models=_BASE + """
class Model(Base):
    __abstract__ = True
    id: Mapped[int] = mapped_column(primary_key=True)

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return f"{cls.__name__.lower()}s"

class Order(Model):
    total: Mapped[int]
""")  # fmt: skip
    assert [t.name for t in found.tables] == ["orders"]
    assert [c[0] for c in columns(found, "orders")] == ["id", "total"]


def test_a_name_that_cannot_be_told_makes_the_schema_opaque(tmp_path: Path) -> None:
    found = read(tmp_path, models=_BASE + """
class A(Base):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)

class B(Base):
    __tablename__ = compute()
    id = Column(Integer, primary_key=True)
""")  # fmt: skip
    assert ([t.name for t in found.tables], found.opaque) == (["a"], True)
    assert found.reasons[0].at.line == 12


def test_single_table_inheritance_adds_to_the_parents_table(tmp_path: Path) -> None:
    found = read(tmp_path, models=_BASE + """
class Animal(Base):
    __tablename__ = "animals"
    id = Column(Integer, primary_key=True)

class Dog(Animal):
    barks = Column(Integer)

class Cat(Animal):
    __tablename__ = "cats"
    id = Column(ForeignKey("animals.id"), primary_key=True)
""")  # fmt: skip
    assert [c[0] for c in columns(found, "animals")] == ["id", "barks"]
    assert [c[0] for c in columns(found, "cats")] == ["id"]


def test_table_arguments_hold_constraints_and_the_namespace(tmp_path: Path) -> None:
    found = read(tmp_path, models=_BASE + """
class A(Base):
    __tablename__ = "a"
    __table_args__ = (UniqueConstraint("x", "y", name="pair"), {"schema": "shop"})
    x = Column(Integer, primary_key=True)
    y = Column(Integer)
""")  # fmt: skip
    assert (found.tables[0].name, [u.columns for u in found.tables[0].uniques]) == ("shop.a", [("x", "y")])


def test_an_annotated_alias_brings_its_column(tmp_path: Path) -> None:
    found = read(tmp_path, models=_BASE + """
key = Annotated[int, mapped_column(primary_key=True)]

class A(Base):
    __tablename__ = "a"
    id: Mapped[key]
    other: Mapped[imported_alias]
""")  # fmt: skip
    assert columns(found, "a") == [("id", "INTEGER", False), ("other", "", None)]


def test_tables_between_are_declared_by_calls(tmp_path: Path) -> None:
    found = read(tmp_path, models=_BASE + """
pairs = Table("pairs", Base.metadata, Column("a", ForeignKey("a.id")), Column("b", Integer, nullable=False))
private = MetaData()
elsewhere = Table("elsewhere", private, Column("x", Integer))

class A(Base):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)
""")  # fmt: skip
    assert [t.name for t in found.tables] == ["a", "pairs"]
    assert columns(found, "pairs") == [("a", "", True), ("b", "Integer", False)]


def test_a_base_from_a_library_may_bring_more(tmp_path: Path) -> None:
    found = read(tmp_path, models=_BASE + """
from library import ClientMixin

class A(Base, ClientMixin):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)
""")  # fmt: skip
    assert found.tables[0].opaque


def test_sqlmodel_names_its_tables_after_their_classes(tmp_path: Path) -> None:
    found = read(tmp_path, models="""
        from sqlmodel import Field, Relationship, SQLModel

        class UserBase(SQLModel):
            email: EmailStr = Field(unique=True, max_length=255)
            name: str | None = Field(default=None)

        class UserCreate(UserBase):
            password: str

        class UserAccount(UserBase, table=True):
            id: uuid.UUID = Field(default_factory=uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="team.id", nullable=False)
            at: datetime | None = Field(sa_type=DateTime(timezone=True))
            raw: dict = Field(sa_column=Column("raw_json", JSON, nullable=True))
            items: list["Item"] = Relationship(back_populates="owner")
        """)  # fmt: skip
    assert [t.name for t in found.tables] == ["useraccount"]
    assert columns(found, "useraccount") == [
        ("email", "VARCHAR", False),
        ("name", "VARCHAR", True),
        ("id", "UUID", False),
        ("owner_id", "UUID", False),
        ("at", "DateTime(timezone=True)", True),
        ("raw_json", "JSON", True),
    ]
    assert [k.table for k in found.tables[0].foreign_keys] == ["team"]


def test_flask_makes_snake_case_of_class_names(tmp_path: Path) -> None:
    found = read(tmp_path, models="""
        from app import db

        class LineItem(db.Model):
            id = db.Column(db.Integer, primary_key=True)
        """)  # fmt: skip
    assert [t.name for t in found.tables] == ["line_item"]


def test_syntax_of_a_later_python_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, models=_BASE + """
type Name = str

def first[T](items: list[T]) -> T:
    try:
        return items[0]
    except IndexError, KeyError:
        raise

class A(Base):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)
""")  # fmt: skip
    assert [(t.name, t.at.line) for t in found.tables] == [("a", 16)]


def test_two_projects_in_one_repository_are_two_schemas(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "requirements.txt").write_text("sqlalchemy")
        body = f'class A(Base):\n    __tablename__ = "{name}"\n    id = Column(Integer, primary_key=True)\n'
        (tmp_path / name / "models.py").write_text(_BASE + body)
    found = sqlalchemy_schemas(FileIndex.of(tmp_path))
    assert [(s.path, [t.name for t in s.tables]) for s in found] == [("one", ["one"]), ("two", ["two"])]
