"""Migrations written in JavaScript or TypeScript: TypeORM, Knex, Sequelize, in outline."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from ast_grep_py import SgNode

from kit.model import At, FileClass
from kit.sources.code.newer_python import GAP
from kit.sources.orm.js_nodes import (
    at,
    called,
    calls,
    entries,
    exact,
    literal,
    named,
    root,
    text,
    texts,
)  # fmt: skip
from kit.sources.orm.knex import Step, knex_table
from kit.sources.orm.model import Column, ForeignKey, Index, Migration, MigrationSet, Operation, Table
from kit.sources.orm.replay import flagged
from kit.sources.orm.sqlfiles import OWN
from kit.sources.sql.find import operations as sql_operations
from kit.sources.sql.statements import guess_dialect
from kit.sources.tree.files import FileIndex

_TOOLS = (
    ("typeorm", re.compile(r"\bMigrationInterface\b|\bqueryRunner\b")),
    ("sequelize", re.compile(r"\bqueryInterface\b|\bQueryInterface\b")),
    ("knex", re.compile(r"\bknex\b|\bKnex\b")),
)
_CODE = ("**/migrations/**", "**/migration/**", "**/migrate/**")
_SUFFIXES = (".ts", ".js", ".cjs", ".mjs", ".mts", ".cts")
_DIRECTION = re.compile(r"\b(?:up|down)\b")


def js_sets(files: FileIndex) -> tuple[MigrationSet, ...]:
    """The sets of migrations in JavaScript, one per folder and tool, in the order of their names."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in files.glob(*_CODE, classes=OWN | {FileClass.BUILD}):
        if path.endswith(_SUFFIXES) and files.class_of(path) in OWN:
            source = files.text(path)
            tool = next((name for name, pattern in _TOOLS if pattern.search(source)), None)
            if tool is not None and _DIRECTION.search(source):
                found[str(PurePosixPath(path).parent), tool].append(path)
    made = (_set(files, tool, folder, paths) for (folder, tool), paths in sorted(found.items()))
    return tuple(one for one in made if one is not None)


def _set(files: FileIndex, tool: str, folder: str, paths: list[str]) -> MigrationSet | None:
    dialect = _dialect("\n".join(files.text(path) for path in paths))
    done: list[Migration] = []
    for path in sorted(paths):
        made = migration(files.text(path), path, tool, dialect)
        if made is not None:
            parents = (done[-1].revision,) if done else ()
            done.append(replace(made, order=len(done), parents=parents))
    if not done:
        return None
    return MigrationSet(tool, folder, At(folder), flagged(done, dialect), (done[-1].revision,), dialect)


_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|(?<!\\)`")
_CHOOSES = re.compile(
    r"\bcase\s+['\"](?:mysql|mariadb|postgres|sqlite|mssql|pg)"
    r"|(?:client|dialect|type)\s*[!=]==?\s*['\"](?:mysql|maria|pg|postgres|sqlite|mssql)"
)


def _dialect(source: str) -> str | None:
    """The dialect of the SQL in code, whose own backticks quote no names; None where the code asks which one it is."""
    if _CHOOSES.search(source):
        return None
    plain = _QUOTED.sub(lambda found: " " if found[0] == "`" else found[0], source.replace("autoIncrement", " "))
    return guess_dialect(plain.replace("\\`", "`"))


def migration(source: str, path: str, tool: str, dialect: str | None = None) -> Migration | None:
    """The migration of a file, None where it has no `up`. Never raises."""
    tree = root(source, path)
    up = _function(tree, "up") if tree is not None else None
    if tree is None or up is None:
        return None
    down = _function(tree, "down")
    reader = _Reader(path, dialect)
    undone = tuple(_Reader(path, dialect).read(down)) if down is not None else ()
    return Migration(
        path, at(up, path), tool, 0, tuple(reader.read(up)), bool(undone), PurePosixPath(path).stem,
        down_operations=undone, down_at=at(down, path) if down is not None else None,
    )  # fmt: skip


def _function(tree: SgNode, name: str) -> SgNode | None:
    """`up` or `down`, however it is exported."""
    for kind in (
        "method_definition",
        "function_declaration",
        "pair",
        "assignment_expression",
        "variable_declarator",
    ):
        for node in tree.find_all(kind=kind):
            key = node.field("name") or node.field("key") or node.field("left")
            if key is not None and key.text().rpartition(".")[2].strip("\"'") == name:
                return node
    return None


class _Reader:
    def __init__(self, path: str, dialect: str | None) -> None:
        self._path = path
        self._dialect = dialect

    def read(self, function: SgNode) -> Iterator[Operation]:
        """The operations of a function's calls, in the order of the text."""
        inside: list[tuple[int, int]] = []
        for call in calls(function):
            span = call.range()
            if any(start <= span.start.index and span.end.index <= end for start, end in inside):
                continue
            handler = _HANDLERS.get(called(call))
            step = Step(call, self._path, self._dialect)
            made = list(handler(step)) if handler is not None else []
            if made:
                inside += [(a.range().start.index, a.range().end.index) for a in step.given]
                yield from made


def _sql(step: Step) -> Iterator[Operation]:
    written = text(step.given[0]) if step.given else None
    if written is None:
        yield step.make("code", table=None, opaque=True)
        return
    line = at(step.given[0], step.path).line or 1
    done = sql_operations(written, step.path, dialect=step.dialect, first_line=line)
    harmless = all(o.op in {"other", "insert", "update", "delete"} for o in done)
    if GAP not in written or harmless:
        yield from done
    else:
        yield step.make("code", table=None, opaque=True)


def _create_table(step: Step) -> Iterator[Operation]:
    if step.given and step.given[0].kind() == "new_expression":
        yield from _typeorm_table(step)
    elif len(step.given) > 1 and step.given[1].kind() in {"arrow_function", "function_expression"}:
        yield from knex_table(step, created=True)
    elif step.table is not None:
        columns = tuple(_sequelize_column(k, v, step) for k, v in step.object(1).items())
        keys = tuple(k for name, v in step.object(1).items() for k in _sequelize_key(name, v, step))
        uniques = tuple(
            Index((name,), at(v, step.path), unique=True)
            for name, v in step.object(1).items() if literal(entries(v).get("unique")) is True
        )  # fmt: skip
        primary = tuple(c.name for c in columns if c.primary_key)
        table = Table(step.table, columns, (), uniques, keys, at(step.node, step.path), primary, opaque=not columns)
        yield step.make("create_table", definition=table, opaque=not columns)
    else:
        yield step.make("code", table=None, opaque=True)


def _typeorm_table(step: Step) -> Iterator[Operation]:
    parts = step.object(0)
    name = exact(parts.get("name"))
    listed = parts.get("columns")
    if name is None or listed is None:
        yield step.make("code", table=None, opaque=True)
        return
    columns = [c for node in named(listed) if (c := _typeorm_column(entries(node), node, step)) is not None]
    uniques = tuple(
        Index((c.name,), c.at, unique=True)
        for c, node in zip(columns, named(listed), strict=False)
        if literal(entries(node).get("isUnique")) is True
    )
    keys = (
        tuple(_typeorm_key(entries(n), n, step) for n in named(parts["foreignKeys"])) if "foreignKeys" in parts else ()
    )
    primary = tuple(c.name for c in columns if c.primary_key)
    opaque = len(columns) != len(named(listed))
    table = Table(name, tuple(columns), (), uniques, keys, at(step.node, step.path), primary, opaque)
    yield step.make("create_table", table=name, definition=table, opaque=opaque)


def _typeorm_column(parts: dict[str, SgNode], node: SgNode, step: Step) -> Column | None:
    name = exact(parts.get("name"))
    if name is None:
        return None
    primary = literal(parts.get("isPrimary")) is True
    nullable = literal(parts.get("isNullable")) is True and not primary
    default = "default" in parts or literal(parts.get("isGenerated")) is True
    return Column(name, exact(parts.get("type")) or "", nullable, at(node, step.path), default, primary)


def _typeorm_key(parts: dict[str, SgNode], node: SgNode, step: Step) -> ForeignKey:
    target = exact(parts.get("referencedTableName")) or ""
    return ForeignKey(texts(parts.get("columnNames")), target, at(node, step.path), exact(parts.get("name")))


def _sequelize_column(name: str, node: SgNode, step: Step) -> Column:
    parts = entries(node)
    found = re.search(r"\.([A-Z]\w*(?:\(\d+\))?)", parts.get("type", node).text())
    primary = literal(parts.get("primaryKey")) is True
    nullable = literal(parts.get("allowNull")) is not False and not primary
    default = "defaultValue" in parts or literal(parts.get("autoIncrement")) is True
    own = exact(parts.get("field")) or name
    return Column(own, found[1] if found else "", nullable, at(node, step.path), default, primary)


def _sequelize_key(name: str, node: SgNode, step: Step) -> Iterator[ForeignKey]:
    references = entries(node).get("references")
    if references is not None:
        model = entries(references).get("model")
        inner = entries(model).get("tableName") if model is not None else None
        yield ForeignKey((name,), exact(inner) or exact(model) or "", at(node, step.path))


def _drop_table(step: Step) -> Iterator[Operation]:
    yield step.make("drop_table")


def _rename_table(step: Step) -> Iterator[Operation]:
    yield step.make("rename_table", to=step.text(1), opaque=step.text(1) is None)


def _add_column(step: Step) -> Iterator[Operation]:
    if len(step.given) < 2:
        return
    if step.given[1].kind() == "new_expression":
        column = _typeorm_column(step.object(1), step.given[1], step)
    else:
        name = step.text(1)
        column = _sequelize_column(name, step.given[2], step) if name and len(step.given) > 2 else None
    yield step.make("add_column", column.name if column else None, column_definition=column, opaque=column is None)


def _drop_column(step: Step) -> Iterator[Operation]:
    yield step.make("drop_column", step.text(1), opaque=step.text(1) is None)


def _rename_column(step: Step) -> Iterator[Operation]:
    yield step.make("rename_column", step.text(1), to=step.text(2), opaque=step.text(2) is None)


def _change_column(step: Step) -> Iterator[Operation]:
    name = step.text(1)
    if name is None or len(step.given) < 3 or step.given[2].kind() != "object":
        yield step.make("code", opaque=True)
        return
    column = _sequelize_column(name, step.given[2], step)
    yield step.make("alter_type", name, column_definition=column)
    if "allowNull" in entries(step.given[2]):
        yield step.make("drop_not_null" if column.nullable else "set_not_null", name)


def _add_index(step: Step) -> Iterator[Operation]:
    parts = {**step.object(1), **step.object(2)}
    columns = texts(step.given[1]) if len(step.given) > 1 else ()
    columns = columns or texts(parts.get("fields")) or texts(parts.get("columnNames"))
    unique = any(literal(parts.get(word)) is True for word in ("unique", "isUnique"))
    quietly = literal(parts.get("concurrently")) is True or literal(parts.get("isConcurrent")) is True
    index = Index(columns, at(step.node, step.path), exact(parts.get("name")), unique, "where" in parts, quietly)
    yield step.make("create_index", name=index.name, index=index)


def _drop_index(step: Step) -> Iterator[Operation]:
    yield step.make("drop_index", name=step.text(1))


def _drop_constraint(step: Step) -> Iterator[Operation]:
    yield step.make("drop_constraint", name=step.text(1))


def _add_constraint(step: Step) -> Iterator[Operation]:
    parts = step.object(1)
    kind, fields = (exact(parts.get("type")) or "").lower(), texts(parts.get("fields"))
    place, name = at(step.node, step.path), exact(parts.get("name"))
    if kind == "foreign key":
        target = exact(entries(parts.get("references")).get("table")) or ""
        yield step.make("add_foreign_key", name=name, foreign_key=ForeignKey(fields, target, place, name))
    elif kind == "unique":
        yield step.make("add_unique", name=name, index=Index(fields, place, name, unique=True))
    elif kind == "primary key":
        yield step.make("add_primary_key", index=Index(fields, place, name, unique=True))
    else:
        yield step.make("add_check", name=name)


def _create_foreign_key(step: Step) -> Iterator[Operation]:
    key = _typeorm_key(step.object(1), step.node, step)
    yield step.make("add_foreign_key", name=key.name, foreign_key=key, opaque=not key.columns)


def _alter_table(step: Step) -> Iterator[Operation]:
    if len(step.given) > 1 and step.given[1].kind() in {"arrow_function", "function_expression"}:
        yield from knex_table(step, created=False)


_HANDLERS: dict[str, Callable[[Step], Iterator[Operation]]] = {
    "query": _sql, "raw": _sql, "createTable": _create_table, "createTableIfNotExists": _create_table,
    "dropTable": _drop_table, "dropTableIfExists": _drop_table, "renameTable": _rename_table,
    "addColumn": _add_column, "dropColumn": _drop_column, "removeColumn": _drop_column,
    "renameColumn": _rename_column, "changeColumn": _change_column, "addIndex": _add_index,
    "createIndex": _add_index, "dropIndex": _drop_index, "removeIndex": _drop_index,
    "addConstraint": _add_constraint, "removeConstraint": _drop_constraint,
    "dropForeignKey": _drop_constraint,
    "createForeignKey": _create_foreign_key, "alterTable": _alter_table, "table": _alter_table,
}  # fmt: skip
