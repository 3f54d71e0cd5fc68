"""TypeORM entities, Drizzle tables and Sequelize models to schemas, in outline."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.formats.nodes import Problem
from kit.sources.orm.js_nodes import (
    Chain,
    arguments,
    at,
    called,
    chain,
    entries,
    exact,
    is_spread,
    literal,
    named,
    root,
)  # fmt: skip
from kit.sources.orm.model import Column, ForeignKey, Index, Schema, Table
from kit.sources.orm.sqlfiles import OWN
from kit.sources.orm.typeorm import snake, typeorm_tables
from kit.sources.tree.files import FileIndex

_CODE = ("*.ts", "*.js", "*.mts", "*.cts", "*.mjs", "*.cjs")
_NEEDLES = {
    "typeorm": re.compile(r"@Entity\s*\("),
    "drizzle": re.compile(r"\b(pg|mysql|sqlite)Table\s*\("),
    "sequelize": re.compile(r"\bDataTypes\.\w+"),
}
_WORDS = {"typeorm": "@Entity", "drizzle": "Table", "sequelize": "DataTypes."}
_CASING = re.compile(r"""casing\s*:\s*["']snake_case["']""")
_NAMING = re.compile(r"\bnamingStrategy\b(?P<snake>\s*:\s*new\s+Snake(?:Case)?NamingStrategy\b)?|\bentityPrefix\b")
_DRIZZLE = {"pgTable": "postgres", "mysqlTable": "mysql", "sqliteTable": "sqlite"}


def js_schemas(files: FileIndex) -> tuple[Schema, ...]:
    """One schema per tool and Node package."""
    folders = {str(PurePosixPath(p).parent) for p in files.named("package.json")}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in files.glob(*_CODE, classes=OWN):
        source = files.text(path)
        for tool, needle in _NEEDLES.items():
            if _WORDS[tool] in source and needle.search(source):
                found[tool, _package(path, folders)].append(path)
    made = [_READERS[tool](files, folder, paths) for (tool, folder), paths in sorted(found.items())]
    return tuple(schema for schema in made if schema.tables)


def _package(path: str, folders: set[str]) -> str:
    return next((str(p) for p in PurePosixPath(path).parents if str(p) in folders), ".")


def _typeorm(files: FileIndex, folder: str, paths: list[str]) -> Schema:
    # Base classes and embedded parts have columns but no @Entity.
    others = [p for p in files.glob(*_CODE, classes=OWN) if p not in paths and "Column(" in files.text(p)]
    trees = [(path, tree) for path in (*paths, *others) if (tree := root(files.text(path), path)) is not None]
    strategy = next(((p, found) for p in files.glob(*_CODE) if (found := _NAMING.search(files.text(p)))), None)
    snaked = strategy is not None and strategy[1]["snake"] is not None
    tables = tuple(typeorm_tables(trees, set(paths), snake if snaked else str))
    reasons = (
        (Problem("Names are formed by a strategy of the project's.", At(strategy[0])),)
        if strategy is not None and not snaked
        else ()
    )
    return Schema(folder, At(paths[0]), "typeorm", None, tables, bool(reasons), reasons)


# Drizzle


def _drizzle(files: FileIndex, folder: str, paths: list[str]) -> Schema:
    cased = any(_CASING.search(files.text(p)) for p in files.glob("drizzle.config.*", "**/db/**/*.ts", "**/db.ts"))
    tables: list[Table] = []
    dialect = None
    names: dict[str, str] = {}
    makers = _column_makers(files, folder)
    for path in paths:
        tree = root(files.text(path), path)
        for call in _table_calls(tree) if tree is not None else ():
            dialect = _DRIZZLE.get(called(call), dialect)
            table = _drizzle_table(call, path, makers, snake=cased)
            if table is not None:
                names[_variable(call)] = table.name
                tables.append(table)
    resolved = tuple(_resolved(table, names) for table in tables)
    return Schema(folder, At(paths[0]), "drizzle", dialect, resolved)


def _column_makers(files: FileIndex, folder: str) -> dict[str, Chain]:
    """What own functions make that answer with a column: `const createdAt = () => timestamp("created_at")`."""
    found: dict[str, Chain] = {}
    for path in files.glob(*_CODE, classes=OWN):
        source = files.text(path)
        tree = root(source, path) if "drizzle-orm" in source and _is_below(path, folder) else None
        for name, made in _short_functions(tree) if tree is not None else ():
            links = chain(made)
            if links.names and links.names[0] != name:
                found[name] = links
    return found


def _is_below(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")


def _short_functions(tree: SgNode) -> Iterator[tuple[str, SgNode]]:
    """Functions without parameters, each with the one call that it answers with."""
    for function in (*tree.find_all(kind="arrow_function"), *tree.find_all(kind="function_declaration")):
        holder = function if function.kind() == "function_declaration" else function.parent()
        name = holder.field("name") if holder is not None else None
        given, body = function.field("parameters"), function.field("body")
        if body is not None and body.kind() == "statement_block":
            returned = [s for s in named(body) if s.kind() == "return_statement"]
            body = next(iter(named(returned[0])), None) if len(returned) == 1 == len(named(body)) else None
        if name is not None and body is not None and body.kind() == "call_expression" and not (given and named(given)):
            yield name.text(), body


def _table_calls(tree: SgNode) -> Iterator[SgNode]:
    return (call for call in tree.find_all(kind="call_expression") if called(call) in _DRIZZLE)


def _variable(call: SgNode) -> str:
    parent = call.parent()
    name = parent.field("name") if parent is not None else None
    return name.text() if name is not None else ""


def _resolved(table: Table, names: dict[str, str]) -> Table:
    """References name the variable that holds a table; here they get the table's name."""
    keys = tuple(replace(k, table=names.get(k.table, "")) for k in table.foreign_keys)
    return replace(table, foreign_keys=keys)


def _drizzle_table(call: SgNode, path: str, makers: dict[str, Chain], *, snake: bool) -> Table | None:
    given = arguments(call)
    name = exact(given[0]) if given else None
    if name is None or len(given) < 2:
        return None
    table = Table(name, (), (), (), (), at(call, path), opaque=is_spread(given[1]) or given[1].kind() != "object")
    own: dict[str, str] = {}
    for key, written in entries(given[1]).items():
        links = chain(written)
        made = makers.get(links.names[0]) if links.names and not links.arguments[0] else None
        if made is not None:
            links = Chain((*made.names, *links.names[1:]), (*made.arguments, *links.arguments[1:]))
        column = _drizzle_column(key, links, at(written, path), snake=snake)
        own[key] = column.name
        table = _with_column(table, column, links)
    return _drizzle_extras(table, given[2], own, path) if len(given) > 2 else table


def _drizzle_column(key: str, links: Chain, place: At, *, snake: bool) -> Column:
    first = links.arguments[0] if links.arguments else ()
    name = (exact(first[0]) if first else None) or (_snake(key) if snake else key)
    primary = links.has("primaryKey")
    kind = links.names[0] if links.names else ""
    default = (
        links.has("default", "defaultNow", "defaultRandom", "generatedAlwaysAsIdentity") or "serial" in kind.lower()
    )
    required = links.has("notNull") or primary or "serial" in kind.lower()
    # An integer may hold a time or a truth value there, so only its name is taken.
    return Column(name, f"{kind}[]" if links.has("array") else kind, not required, place, default, primary)


def _with_column(table: Table, column: Column, links: Chain) -> Table:
    key = (*table.primary_key, column.name) if column.primary_key else table.primary_key
    unique = (Index((column.name,), column.at, unique=True),) if links.has("unique") else ()
    references: tuple[ForeignKey, ...] = ()
    if links.has("references"):
        target = next((a.text() for a in links.args("references")), "")
        variable = re.search(r"=>\s*(?:\(\s*)?(\w+)\.", target)
        references = (ForeignKey((column.name,), variable[1] if variable else "", column.at),)
    return replace(
        table, columns=(*table.columns, column), primary_key=key, uniques=(*table.uniques, *unique),
        foreign_keys=(*table.foreign_keys, *references),
    )  # fmt: skip


def _drizzle_extras(table: Table, node: SgNode, own: dict[str, str], path: str) -> Table:
    """Unique constraints and indexes in the third argument: `unique().on(t.a, t.b)`."""
    for call in node.find_all(kind="call_expression"):
        links = chain(call)
        if links.names and links.names[-1] == "on" and links.names[0] in {"unique", "uniqueIndex"}:
            columns = tuple(own.get(a.text().rpartition(".")[2], "") for a in links.arguments[-1])
            index = Index(columns, at(call, path), unique=True, partial="where" in _outer_names(call))
            table = replace(table, uniques=(*table.uniques, index))
    return table


def _outer_names(call: SgNode) -> str:
    parent = call.parent()
    return parent.text()[len(call.text()) :][:20] if parent is not None else ""


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


# Sequelize


def _sequelize(files: FileIndex, folder: str, paths: list[str]) -> Schema:
    tables: list[Table] = []
    for path in paths:
        tree = root(files.text(path), path)
        for call in tree.find_all(kind="call_expression") if tree is not None else ():
            if called(call) in {"define", "init"}:
                tables += _sequelize_table(call, path)
    reason = Problem("Sequelize forms the names of tables and keys as it runs.", At(paths[0]))
    return Schema(folder, At(paths[0]), "sequelize", None, tuple(tables), True, (reason,))


def _sequelize_table(call: SgNode, path: str) -> Iterator[Table]:
    given = arguments(call)
    objects = [g for g in given if g.kind() == "object"]
    attributes = entries(objects[0]) if objects else {}
    if not attributes or not any("DataTypes." in node.text() for node in attributes.values()):
        return
    options = entries(objects[1]) if len(objects) > 1 else {}
    function = call.field("function")
    owner = function.field("object") if function is not None else None
    model = exact(options.get("modelName")) or (exact(given[0]) if called(call) == "define" else None)
    model = model or (owner.text() if owner is not None and owner.kind() == "identifier" else None)
    name = exact(options.get("tableName")) or (f"{model}s" if model else None)
    if name is not None:
        columns = tuple(_sequelize_column(key, node, path) for key, node in attributes.items())
        uniques = tuple(
            Index((c.name,), c.at, unique=True)
            for c, node in zip(columns, attributes.values(), strict=True)
            if literal(entries(node).get("unique")) is True
        )
        primary = tuple(c.name for c in columns if c.primary_key)
        yield Table(name, columns, (), uniques, (), at(call, path), primary, opaque=True)


def _sequelize_column(key: str, node: SgNode, path: str) -> Column:
    parts = entries(node)
    kind = parts.get("type", node).text()
    found = re.search(r"DataTypes\.(\w+(?:\(\d+\))?)", kind)
    primary = literal(parts.get("primaryKey")) is True
    nullable = False if primary else literal(parts.get("allowNull")) is not False
    name = exact(parts.get("field")) or key
    default = literal(parts.get("autoIncrement")) is True or "defaultValue" in parts
    return Column(name, found[1] if found else "", nullable, at(node, path), default, primary)


_READERS = {"typeorm": _typeorm, "drizzle": _drizzle, "sequelize": _sequelize}
