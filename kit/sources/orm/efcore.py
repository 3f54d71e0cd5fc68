"""Migrations of Entity Framework Core: what `Up(MigrationBuilder)` of each file of a folder does.

See https://learn.microsoft.com/ef/core/managing-schemas/migrations/operations.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.grammar import parse
from kit.sources.orm.js_nodes import MAX_CHARS, at, named
from kit.sources.orm.model import Column, ForeignKey, Index, Migration, MigrationSet, Op, Operation, Table
from kit.sources.orm.replay import flagged
from kit.sources.orm.sqlfiles import OWN
from kit.sources.sql.find import operations as sql_operations
from kit.sources.tree.files import FileIndex

_UP = "void Up(MigrationBuilder"
_DIALECTS = (
    ("postgres", re.compile(r"\bNpgsql")),
    ("mysql", re.compile(r"\bMySql|\bPomelo\.")),
    ("tsql", re.compile(r"\bSqlServer")),
    ("sqlite", re.compile(r"\bSqlite:")),
)
_NAMED = re.compile(r"^(\w+)\s*:(?!:)\s*")
_TEXT = re.compile(r"^(?:\$?@\$?|@)?\"(?P<text>(?:[^\"\\]|\\.|\"\")*)\"$", re.DOTALL)
_MEMBERS = re.compile(r"\b\w+\.(\w+)")


def ef_sets(files: FileIndex) -> tuple[MigrationSet, ...]:
    """The sets of migrations in C#, one per folder, in the order of their names."""
    folders: dict[str, list[str]] = defaultdict(list)
    for path in files.glob("*.cs", classes=OWN):
        if not path.endswith(".Designer.cs") and _UP in files.text(path):
            folders[str(PurePosixPath(path).parent)].append(path)
    made = (_set(files, folder, paths) for folder, paths in sorted(folders.items()))
    return tuple(one for one in made if one is not None)


def _set(files: FileIndex, folder: str, paths: list[str]) -> MigrationSet | None:
    beside = files.glob(f"/{folder}/*.cs") if folder != "." else ()
    words = "\n".join(files.text(path) for path in dict.fromkeys((*paths, *beside)))
    dialect = next((name for name, pattern in _DIALECTS if pattern.search(words)), None)
    done: list[Migration] = []
    for path in sorted(paths):
        made = migration(files.text(path), path, dialect)
        if made is not None:
            parents = (done[-1].revision,) if done else ()
            done.append(replace(made, order=len(done), parents=parents))
    if not done:
        return None
    return MigrationSet("ef", folder, At(folder), flagged(done, dialect), (done[-1].revision,), dialect)


def migration(source: str, path: str, dialect: str | None = None) -> Migration | None:
    """The migration of a file, None where it has no `Up`. Never raises."""
    tree = parse(source, "csharp") if len(source) <= MAX_CHARS else None
    up, down = (_method(tree, name) if tree is not None else None for name in ("Up", "Down"))
    if up is None:
        return None
    undone = tuple(_read(down, path, dialect)) if down is not None else ()
    return Migration(
        path, at(up, path), "ef", 0, tuple(_read(up, path, dialect)), bool(undone), PurePosixPath(path).stem,
        down_operations=undone, down_at=at(down, path) if down is not None else None,
    )  # fmt: skip


def _method(tree: SgNode, name: str) -> SgNode | None:
    for node in tree.find_all(kind="method_declaration"):
        own = node.field("name")
        if own is not None and own.text() == name and "MigrationBuilder" in node.text()[:300]:
            return node
    return None


def _read(method: SgNode, path: str, dialect: str | None) -> Iterator[Operation]:
    """The operations of the builder's calls, in the order of the text."""
    calls = sorted(method.find_all(kind="invocation_expression"), key=lambda node: node.range().start.index)
    for call in calls:
        function = call.field("function")
        found = re.match(r"^migrationBuilder\s*\.\s*(\w+)", function.text()) if function is not None else None
        # A call further down a chain holds the whole of it: the operation is the one at its end.
        whole = found is not None and function is not None and function.text().count("(") == 0
        handler = _HANDLERS.get(found[1]) if found is not None and whole else None
        if handler is not None:
            yield from handler(_Call(call, path, dialect))


@dataclass(frozen=True)
class _Call:
    """One call of the builder, with its arguments by name, or by their place where they have none."""

    node: SgNode
    path: str
    dialect: str | None

    @cached_property
    def given(self) -> dict[str, SgNode]:
        listed = self.node.field("arguments")
        found: dict[str, SgNode] = {}
        for place, argument in enumerate(named(listed) if listed is not None else ()):
            name = _NAMED.match(argument.text())
            found[name[1] if name else str(place)] = argument
        return found

    def value(self, name: str, place: int | None = None) -> str:
        """What an argument is, as written; empty where it is not given."""
        node = self.given.get(name) or (self.given.get(str(place)) if place is not None else None)
        return _NAMED.sub("", node.text(), count=1) if node is not None else ""

    def text(self, name: str, place: int | None = None) -> str | None:
        """An argument that is a text."""
        return _literal(self.value(name, place))

    @property
    def at(self) -> At:
        return at(self.node, self.path)

    def make(self, op: Op, table: str | None, column: str | None = None, **more: Any) -> Operation:
        """An operation of this call; without a table's name it cannot be followed."""
        opaque = more.pop("opaque", table is None)
        return Operation(op, table, column, self.at, text=self.node.text()[:2000], opaque=opaque, **more)

    def columns(self, single: str = "column", several: str = "columns") -> tuple[str, ...]:
        """The columns that an index or a key is of."""
        one = self.text(single, 2)
        if one is not None:
            return (one,)
        written = self.value(several) or self.value(single, 2)
        return tuple(re.findall(r"\"([^\"\n]+)\"", written))


def _literal(written: str) -> str | None:
    """The value of a literal text of C#; None for anything else."""
    if written.startswith('"""'):
        return written.strip().strip('"').strip("\n")
    found = _TEXT.match(written.strip())
    if found is None or "$" in written[: written.find('"')]:
        return None
    if "@" in written[: written.find('"')]:
        return found["text"].replace('""', '"')
    try:
        return str(ast.literal_eval(f'"{found["text"]}"'))
    except (ValueError, SyntaxError):
        return found["text"]


def _type(arguments: str, generic: str) -> str:
    stated = re.search(r"\btype\s*:\s*\"([^\"\n]*)\"", arguments)
    return stated[1] if stated is not None else generic


def _column(name: str, arguments: str, generic: str, place: At) -> Column:
    """A column as `Column<T>(...)` and `AddColumn<T>(...)` describe it."""
    nullable = re.search(r"\bnullable\s*:\s*(true|false)", arguments)
    default = re.search(
        r"\b(?:defaultValue(?:Sql)?|computedColumnSql)\s*:|ValueGenerationStrategy|Identity|Autoincrement", arguments
    )
    return Column(
        name, _type(arguments, generic), nullable[1] == "true" if nullable else None, place, default is not None
    )


_DECLARED = re.compile(r"(\w+)\s*=\s*\w+\s*\.\s*Column<([\w.?\[\]]+)>\(")


def _create_table(call: _Call) -> Iterator[Operation]:
    name, place = call.text("name", 0), call.at
    written = call.given.get("columns")
    text = written.text() if written is not None else ""
    first = at(written, call.path).line or 1 if written is not None else 1
    starts = list(_DECLARED.finditer(text))
    columns = []
    for here, following in zip(starts, [*starts[1:], None], strict=True):
        arguments = text[here.end() : following.start() if following is not None else len(text)]
        line = first + text.count("\n", 0, here.start())
        columns.append(_column(_named_so(arguments, here[1]), arguments, here[2], At(call.path, line)))
    constraints = call.value("constraints")
    keys = _members(constraints, "PrimaryKey")
    foreign = tuple(_foreign_keys(constraints, place))
    uniques = tuple(
        Index(_members(found, ""), place, unique=True) for found in _calls_of(constraints, "UniqueConstraint")
    )
    columns = [replace(c, primary_key=c.name in keys) for c in columns]
    table = Table(name or "", tuple(columns), (), uniques, foreign, place, primary_key=keys)
    yield call.make("create_table", name, definition=table if name is not None else None)


def _named_so(arguments: str, member: str) -> str:
    """The name of a column that is no name of C#: `name: "order id"`."""
    stated = re.match(r"\s*(?:[^()]{0,200}?,\s*)?name\s*:\s*\"([^\"\n]+)\"", arguments)
    return stated[1] if stated is not None else member


def _calls_of(text: str, name: str) -> Iterator[str]:
    for found in re.finditer(rf"\.{name}\(", text):
        yield text[found.end() : found.end() + 600].split(";")[0]


def _members(text: str, name: str) -> tuple[str, ...]:
    """The columns of a key: `x => x.Id`, `x => new { x.A, x.B }`."""
    said = next(_calls_of(text, name), "") if name else text
    picked = re.search(r"=>\s*(new\s*\{[^}]{0,400}\}|\w+\.\w+)", said)
    return tuple(_MEMBERS.findall(picked[1])) if picked is not None else ()


def _foreign_keys(text: str, place: At) -> Iterator[ForeignKey]:
    for said in _calls_of(text, "ForeignKey"):
        target = re.search(r"principalTable\s*:\s*\"([^\"\n]+)\"", said)
        deleted = re.search(r"onDelete\s*:\s*ReferentialAction\.(\w+)", said)
        if target is not None:
            action = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", deleted[1]).lower() if deleted is not None else None
            yield ForeignKey(_members(said, ""), target[1], place, on_delete=action)


def _generic(call: _Call) -> str:
    function = call.node.field("function")
    found = re.search(r"<(.+)>$", function.text()) if function is not None else None
    return found[1] if found is not None else ""


def _add_column(call: _Call) -> Iterator[Operation]:
    name = call.text("name", 0)
    column = _column(name or "", call.node.text(), _generic(call), call.at)
    yield call.make("add_column", call.text("table", 1), name, column_definition=column, opaque=name is None)


def _alter_column(call: _Call) -> Iterator[Operation]:
    table, name, said = call.text("table", 1), call.text("name", 0), call.node.text()
    column = _column(
        name or "", re.sub(r"\bold(?:Type|Nullable|Default\w*)\s*:[^,)]*", "", said), _generic(call), call.at
    )
    old = re.search(r"\boldType\s*:\s*\"([^\"\n]*)\"", said)
    was_nullable = re.search(r"\boldNullable\s*:\s*true", said) is not None
    if old is not None and old[1] != column.type:
        yield call.make("alter_type", table, name, column_definition=column)
    if was_nullable and column.nullable is False:
        yield call.make("set_not_null", table, name)
    elif not was_nullable and column.nullable and "oldType" in said:
        yield call.make("drop_not_null", table, name)


def _drop_column(call: _Call) -> Iterator[Operation]:
    yield call.make("drop_column", call.text("table", 1), call.text("name", 0))


def _drop_table(call: _Call) -> Iterator[Operation]:
    yield call.make("drop_table", call.text("name", 0))


def _rename_table(call: _Call) -> Iterator[Operation]:
    yield call.make("rename_table", call.text("name", 0), to=call.text("newName") or call.text("name", 0))


def _rename_column(call: _Call) -> Iterator[Operation]:
    yield call.make("rename_column", call.text("table", 1), call.text("name", 0), to=call.text("newName", 2))


def _create_index(call: _Call) -> Iterator[Operation]:
    unique = call.value("unique") == "true"
    index = Index(
        call.columns(),
        call.at,
        call.text("name", 0),
        unique,
        bool(call.value("filter")),
        "Concurrently" in call.node.text(),
    )
    yield call.make("create_index", call.text("table", 1), name=index.name, index=index)


def _key(op: Op) -> Callable[[_Call], Iterator[Operation]]:
    def made(call: _Call) -> Iterator[Operation]:
        index = Index(call.columns(), call.at, call.text("name", 0), unique=True)
        yield call.make(op, call.text("table", 1), name=index.name, index=index)

    return made


def _add_foreign_key(call: _Call) -> Iterator[Operation]:
    key = ForeignKey(call.columns(), call.text("principalTable", 3) or "", call.at, call.text("name", 0))
    yield call.make("add_foreign_key", call.text("table", 1), name=key.name, foreign_key=key)


def _of_table(op: Op, place: int) -> Callable[[_Call], Iterator[Operation]]:
    def made(call: _Call) -> Iterator[Operation]:
        yield call.make(op, call.text("table", place), name=call.text("name", 0) if place else None)

    return made


def _sql(call: _Call) -> Iterator[Operation]:
    written = call.text("sql", 0)
    if written is None:
        yield call.make("code", None)
    else:
        yield from sql_operations(written, call.path, dialect=call.dialect, first_line=call.at.line or 1)


_HANDLERS: dict[str, Callable[[_Call], Iterator[Operation]]] = {
    "CreateTable": _create_table,
    "AddColumn": _add_column,
    "AlterColumn": _alter_column,
    "DropColumn": _drop_column,
    "DropTable": _drop_table,
    "RenameTable": _rename_table,
    "RenameColumn": _rename_column,
    "CreateIndex": _create_index,
    "AddPrimaryKey": _key("add_primary_key"),
    "AddUniqueConstraint": _key("add_unique"),
    "AddForeignKey": _add_foreign_key,
    "AddCheckConstraint": _of_table("add_check", 1),
    "DropIndex": _of_table("drop_index", 1),
    "DropForeignKey": _of_table("drop_constraint", 1),
    "DropPrimaryKey": _of_table("drop_constraint", 1),
    "DropUniqueConstraint": _of_table("drop_constraint", 1),
    "InsertData": _of_table("insert", 0),
    "UpdateData": _of_table("update", 0),
    "DeleteData": _of_table("delete", 0),
    "Sql": _sql,
}
