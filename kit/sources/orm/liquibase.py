"""Liquibase changelogs in XML and YAML to operations, included files followed, in outline."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from kit.model import At
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Node, Problem
from kit.sources.formats.xml import Element, parse_xml
from kit.sources.orm.model import Column, ForeignKey, Index, Migration, MigrationSet, Op, Operation, Table
from kit.sources.orm.replay import flagged
from kit.sources.orm.sqlfiles import OWN
from kit.sources.sql.find import operations as sql_operations
from kit.sources.tree.files import FileIndex

_MAX_DEPTH = 50
_REVERSIBLE = frozenset(
    {"createTable", "addColumn", "createIndex", "addForeignKeyConstraint", "addUniqueConstraint",
     "addPrimaryKey",
     "addNotNullConstraint", "renameTable", "renameColumn", "createView", "createSequence", "addDefaultValue",
     "dropNotNullConstraint", "tagDatabase", "comment", "preConditions", "rollback"}
)  # fmt: skip


def liquibase_sets(files: FileIndex, documents: Documents) -> tuple[MigrationSet, ...]:
    """One set per changelog that no other includes."""
    logs: dict[str, Element] = {}
    for path in files.glob("*.xml", "*.yaml", "*.yml", classes=OWN):
        if "databaseChangeLog" in files.head(path):
            found = _changelog(files, documents, path)
            if found is not None:
                logs[path] = found
    included = {target for path, log in logs.items() for target in _included(files, path, log)}
    return tuple(_set(files, logs, path) for path in sorted(logs) if path not in included)


def _changelog(files: FileIndex, documents: Documents, path: str) -> Element | None:
    if not path.endswith(".xml"):
        node = documents.get(path).get("databaseChangeLog")
        return _element("databaseChangeLog", node) if node is not None else None
    found = parse_xml(files.text(path), path)
    return None if isinstance(found, Problem) or found.tag != "databaseChangeLog" else found


def _element(tag: str, node: Node) -> Element:
    """A YAML node as the element that the XML form would have."""
    made = Element(tag, node.at, text=node.text)
    items: list[tuple[str, Node]] = list(node.items())
    for child in node.children() if node.is_list else ():
        items += child.items()
    for key, child in items:
        if child.is_map:
            made.children.append(_element(key, child))
        elif child.is_list:
            made.children += _element(key, child).children or [_element(key, child)]
        else:
            made.attributes[key] = child.text
    return made


def _included(files: FileIndex, path: str, log: Element) -> Iterator[str]:
    """The changelogs that one includes, in order."""
    return (target for child in log.children for target in _targets(files, path, child))


def _targets(files: FileIndex, path: str, child: Element) -> Iterator[str]:
    """What an include or includeAll stands for."""
    if child.tag == "include":
        found = _resolve(files, path, child.attributes.get("file", ""))
        if found is not None:
            yield found
    elif child.tag == "includeAll":
        folder = _folder(files, path, child.attributes.get("path", "").rstrip("/"))
        yield from sorted(p for p in files.paths if folder and posixpath.dirname(p) == folder and p != path)


def _resolve(files: FileIndex, path: str, name: str) -> str | None:
    """A file as named from the changelog's folder or from the classpath."""
    name = name.removeprefix("classpath:").lstrip("/")
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if files.exists(beside):
        return beside
    return next((p for p in files.paths if name and f"/{p}".endswith(f"/{name}")), None)


def _folder(files: FileIndex, path: str, name: str) -> str | None:
    name = name.removeprefix("classpath:").lstrip("/")
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if files.is_dir(beside):
        return beside
    folders = (posixpath.dirname(p) for p in files.paths)
    return next((f for f in folders if name and f"/{f}".endswith(f"/{name}")), None)


def _set(files: FileIndex, logs: dict[str, Element], path: str) -> MigrationSet:
    done: list[Migration] = []
    for step in _steps(files, logs, path, set()):
        parents = (done[-1].revision,) if done else ()
        done.append(replace(step, order=len(done), parents=parents))
    heads = (done[-1].revision,) if done else ()
    return MigrationSet("liquibase", posixpath.dirname(path) or ".", At(path), flagged(done, None), heads)


def _steps(
    files: FileIndex, logs: dict[str, Element], path: str, seen: set[str], depth: int = 0
) -> Iterator[Migration]:
    """The change sets of a changelog and of those that it includes, in order, each file once."""
    if path in seen or depth > _MAX_DEPTH:
        return
    seen.add(path)
    if path not in logs:
        yield _formatted(files, path)
        return
    for number, child in enumerate(logs[path].children):
        if child.tag == "changeSet":
            yield _change_set(files, path, child, number)
        for target in _targets(files, path, child):
            yield from _steps(files, logs, target, seen, depth + 1)


def _formatted(files: FileIndex, path: str) -> Migration:
    return Migration(path, At(path), "liquibase", 0, sql_operations(files.text(path), path), None, path)


def _change_set(files: FileIndex, path: str, change: Element, number: int) -> Migration:
    operations = tuple(o for child in change.children for o in _operations(files, path, child))
    changes = {child.tag for child in change.children}
    down = "rollback" in changes or changes <= _REVERSIBLE
    revision = f"{change.attributes.get('author', '')}:{change.attributes.get('id', number)}"
    return Migration(path, change.at, "liquibase", 0, operations, down, revision)


def _operations(files: FileIndex, path: str, change: Element) -> Iterator[Operation]:
    if change.tag == "sql":
        text = change.text or change.attributes.get("sql", "")
        yield from sql_operations(text, path, first_line=change.at.line or 1)
    elif change.tag == "sqlFile":
        found = _resolve(files, path, change.attributes.get("path", ""))
        yield from sql_operations(files.text(found), found) if found else [_make(change, "code", opaque=True)]
    elif change.tag in _HANDLERS:
        yield from _HANDLERS[change.tag](change)
    elif change.tag in {"customChange", "executeCommand"}:
        yield _make(change, "code", opaque=True)


def _make(change: Element, op: Op, column: str | None = None, **more: Any) -> Operation:
    table = more.pop("table", change.attributes.get("tableName") or change.attributes.get("baseTableName"))
    space = change.attributes.get("schemaName")
    name = f"{space}.{table}" if space and table and space != "public" else table
    return Operation(op, name, column, change.at, text=change.tag, **more)


def _column(element: Element) -> Column:
    rules = {k: v for c in element.each("constraints") for k, v in c.attributes.items()}
    primary = rules.get("primaryKey") == "true"
    nullable = not primary and rules.get("nullable") != "false"
    filled = any(k.startswith(("defaultValue", "autoIncrement", "valueComputed")) for k in element.attributes)
    name, kind = element.attributes.get("name", ""), element.attributes.get("type", "")
    return Column(name, kind, nullable, element.at, filled, primary)


def _extras(element: Element) -> tuple[list[Index], list[ForeignKey]]:
    """The uniques and references in a column's constraints."""
    name = element.attributes.get("name", "")
    uniques: list[Index] = []
    keys: list[ForeignKey] = []
    for rules in element.each("constraints"):
        if rules.attributes.get("unique") == "true":
            uniques.append(Index((name,), element.at, rules.attributes.get("uniqueConstraintName"), unique=True))
        target = rules.attributes.get("referencedTableName") or rules.attributes.get("references", "").partition("(")[0]
        if target:
            keys.append(ForeignKey((name,), target.strip(), element.at, rules.attributes.get("foreignKeyName")))
    return uniques, keys


def _create_table(change: Element) -> Iterator[Operation]:
    columns = [_column(c) for c in change.each("column")]
    extras = [_extras(c) for c in change.each("column")]
    made = _make(change, "create_table")
    table = Table(
        made.table or "", tuple(columns), (), tuple(u for e in extras for u in e[0]),
        tuple(k for e in extras for k in e[1]), change.at, tuple(c.name for c in columns if c.primary_key),
    )  # fmt: skip
    yield _make(change, "create_table", definition=table)


def _add_column(change: Element) -> Iterator[Operation]:
    for element in change.each("column"):
        column = _column(element)
        yield _make(change, "add_column", column.name, column_definition=column)
        uniques, keys = _extras(element)
        yield from (_make(change, "add_unique", index=unique) for unique in uniques)
        yield from (_make(change, "add_foreign_key", foreign_key=key) for key in keys)


def _drop_column(change: Element) -> Iterator[Operation]:
    names = [change.attributes.get("columnName"), *(c.attributes.get("name") for c in change.each("column"))]
    yield from (_make(change, "drop_column", name) for name in names if name)


def _modify_type(change: Element) -> Iterator[Operation]:
    name = change.attributes.get("columnName", "")
    new = Column(name, change.attributes.get("newDataType", ""), None, change.at)
    yield _make(change, "alter_type", name, column_definition=new)


def _plain(op: Op) -> Callable[[Element], Iterator[Operation]]:
    def handler(change: Element) -> Iterator[Operation]:
        names = change.attributes
        old = names.get("oldTableName")
        more: dict[str, Any] = {"table": old} if old else {}
        column = names.get("columnName") or names.get("oldColumnName")
        name = names.get("constraintName") or names.get("indexName")
        to = names.get("newTableName") or names.get("newColumnName")
        yield _make(change, op, column, name=name, to=to, **more)

    return handler


def _indexed(op: Op, *, unique: bool) -> Callable[[Element], Iterator[Operation]]:
    def handler(change: Element) -> Iterator[Operation]:
        listed = change.attributes.get("columnNames", "")
        columns = [c.strip() for c in listed.split(",") if c.strip()]
        columns += [c.attributes.get("name", "") for c in change.each("column")]
        name = change.attributes.get("constraintName") or change.attributes.get("indexName")
        is_unique = unique or change.attributes.get("unique") == "true"
        index = Index(tuple(columns), change.at, name, is_unique)
        yield _make(change, op, name=name, index=index)

    return handler


def _foreign_key(change: Element) -> Iterator[Operation]:
    names = change.attributes
    columns = tuple(c.strip() for c in names.get("baseColumnNames", "").split(","))
    name = names.get("constraintName")
    key = ForeignKey(columns, names.get("referencedTableName", ""), change.at, name)
    yield _make(change, "add_foreign_key", name=name, foreign_key=key)


_HANDLERS: dict[str, Callable[[Element], Iterator[Operation]]] = {
    "createTable": _create_table, "addColumn": _add_column, "dropColumn": _drop_column,
    "modifyDataType": _modify_type, "dropTable": _plain("drop_table"), "renameTable": _plain("rename_table"),
    "renameColumn": _plain("rename_column"), "addNotNullConstraint": _plain("set_not_null"),
    "dropNotNullConstraint": _plain("drop_not_null"), "dropIndex": _plain("drop_index"),
    "dropUniqueConstraint": _plain("drop_constraint"), "dropForeignKeyConstraint": _plain("drop_constraint"),
    "dropPrimaryKey": _plain("drop_constraint"), "addDefaultValue": _plain("set_default"),
    "dropDefaultValue": _plain("drop_default"), "createIndex": _indexed("create_index", unique=False),
    "addUniqueConstraint": _indexed("add_unique", unique=True),
    "addPrimaryKey": _indexed("add_primary_key", unique=True), "addForeignKeyConstraint": _foreign_key,
    "insert": _plain("insert"), "update": _plain("update"), "delete": _plain("delete"),
    "loadData": _plain("insert"),
}  # fmt: skip
