"""TypeORM's entities: decorated classes to tables, base classes folded in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.orm.js_nodes import arguments, at, called, entries, exact, literal, named, texts
from kit.sources.orm.model import Column, ForeignKey, Index, Table

_COLUMNS = frozenset(
    {"Column", "PrimaryColumn", "PrimaryGeneratedColumn", "CreateDateColumn", "UpdateDateColumn",
     "DeleteDateColumn",
     "VersionColumn", "ObjectIdColumn", "Generated"}
)  # fmt: skip
_RELATIONS = frozenset({"ManyToOne", "OneToOne"})
_TYPES = {
    "string": "varchar",
    "String": "varchar",
    "boolean": "boolean",
    "Boolean": "boolean",
    "Date": "timestamp",
}
_MAX_BASES = 20


@dataclass
class _Class:
    name: str
    node: SgNode
    path: str
    decorators: dict[str, tuple[SgNode, ...]]
    base: str | None
    fields: list[tuple[str, SgNode, dict[str, tuple[SgNode, ...]]]] = field(default_factory=list)


def typeorm_tables(
    trees: list[tuple[str, SgNode]], entities: set[str], form: Callable[[str], str] = str
) -> Iterator[Table]:
    """The tables of the entities in the files named; the other trees are for their base classes. `form` makes names of
    properties as the project's naming strategy does."""
    classes: dict[str, _Class] = {}
    for path, tree in trees:
        for found in _classes(tree, path):
            classes.setdefault(found.name, found)
    names = {c.name: _Named(_table_name(c), _key(c, classes)) for c in classes.values() if "Entity" in c.decorators}
    for found in classes.values():
        if "Entity" in found.decorators and found.path in entities:
            yield from _tables(found, classes, names, form)


class _Named(NamedTuple):
    """What a relation has to know of an entity: its table, and the property that is its key."""

    table: str
    key: str


def _key(owner: _Class, classes: dict[str, _Class]) -> str:
    """The property that is the entity's key; `id` where it has none, or several."""
    fields = [(name, decorators) for found in _lineage(owner, classes)[0] for name, _, decorators in found.fields]
    keys = [name for name, decorators in fields if any(word.startswith("Primary") for word in decorators)]
    return keys[0] if len(keys) == 1 else "id"


def _target(given: tuple[SgNode, ...], names: dict[str, _Named]) -> _Named | None:
    """The entity at the other end: `() => Role`, `'Role'`."""
    found = re.search(r"=>\s*(\w+)|^['\"](\w+)['\"]$", given[0].text()) if given else None
    return names.get(found[1] or found[2]) if found else None


def snake(name: str) -> str:
    """A name as TypeORM's default strategy makes it a table's."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)).lower()


def _classes(tree: SgNode, path: str) -> Iterator[_Class]:
    for node in (*tree.find_all(kind="class_declaration"), *tree.find_all(kind="abstract_class_declaration")):
        name, body = node.field("name"), node.field("body")
        if name is None or body is None:
            continue
        parent = node.parent()
        outside = parent if parent is not None and parent.kind() == "export_statement" else None
        decorators = {**(_decorators(outside) if outside is not None else {}), **_decorators(node)}
        heritage = node.find(kind="extends_clause")
        base = next((c.text() for c in named(heritage) if c.kind() == "identifier"), None) if heritage else None
        found = _Class(name.text(), node, path, decorators, base)
        found.fields = list(_fields(body))
        yield found


def _fields(body: SgNode) -> Iterator[tuple[str, SgNode, dict[str, tuple[SgNode, ...]]]]:
    for node in named(body):
        name = node.field("name")
        if node.kind() == "public_field_definition" and name is not None:
            yield name.text(), node, _decorators(node)


def _decorators(node: SgNode) -> dict[str, tuple[SgNode, ...]]:
    found: dict[str, tuple[SgNode, ...]] = {}
    for child in node.children():
        call = next(iter(named(child)), None) if child.kind() == "decorator" else None
        if call is not None and call.kind() == "call_expression":
            found[called(call)] = arguments(call)
    return found


def _option(given: tuple[SgNode, ...], key: str) -> SgNode | None:
    return next((found for node in given if (found := entries(node).get(key)) is not None), None)


def _table_name(owner: _Class) -> str:
    given = owner.decorators["Entity"]
    own = (exact(given[0]) if given else None) or exact(_option(given, "name")) or snake(owner.name)
    space = exact(_option(given, "schema"))
    return f"{space}.{own}" if space and space != "public" else own


def _lineage(owner: _Class, classes: dict[str, _Class]) -> tuple[list[_Class], bool]:
    """The class and its bases, and whether all of them could be seen."""
    done = [owner]
    while (base := done[-1].base) is not None and len(done) < _MAX_BASES:
        if base not in classes or classes[base] in done:
            return done, base == "BaseEntity"
        done.append(classes[base])
    return done, True


def _tables(
    owner: _Class, classes: dict[str, _Class], names: dict[str, _Named], form: Callable[[str], str]
) -> Iterator[Table]:
    lineage, whole = _lineage(owner, classes)
    opaque = not whole or "TableInheritance" in owner.decorators
    table = Table(names[owner.name].table, (), (), (), (), at(owner.node, owner.path), opaque=opaque)
    for found in reversed(lineage):
        for name, node, decorators in found.fields:
            place = At(found.path, at(node, found.path).end_line or at(node, found.path).line)
            if _RELATIONS & decorators.keys():
                table = _relation(table, name, decorators, place, names, form)
            elif _COLUMNS & decorators.keys():
                table = _column(table, form(name), node, decorators, place)
            elif "JoinTable" in decorators and "ManyToMany" in decorators:
                yield _joining(table, name, decorators, place, names)
        table = _class_uniques(table, found, form)
    yield table


def _column(table: Table, name: str, node: SgNode, decorators: dict[str, tuple[SgNode, ...]], place: At) -> Table:
    kind = next((k for k in decorators if k in _COLUMNS and k != "Generated"), "Generated")
    given = decorators[kind]
    if given and given[0].kind() == "arrow_function":
        return replace(table, opaque=True)  # an embedded object has columns of its own
    primary = kind.startswith("Primary")
    nullable = kind == "DeleteDateColumn" or literal(_option(given, "nullable")) is True
    own = exact(_option(given, "name")) or name
    default = _option(given, "default") is not None or kind not in {"Column", "PrimaryColumn"}
    default = default or "Generated" in decorators
    column = Column(own, _type(kind, given, node), nullable, place, default, primary)
    unique = literal(_option(given, "unique")) is True or _is_unique_index(decorators)
    added = (Index((own,), place, unique=True),) if unique else ()
    key = (*table.primary_key, own) if primary else table.primary_key
    return replace(table, columns=(*table.columns, column), uniques=(*table.uniques, *added), primary_key=key)


def _is_unique_index(decorators: dict[str, tuple[SgNode, ...]]) -> bool:
    given = decorators.get("Index", ())
    partial = _option(given, "where") is not None
    return literal(_option(given, "unique")) is True and not partial


def _type(kind: str, given: tuple[SgNode, ...], node: SgNode) -> str:
    if kind.endswith("DateColumn"):
        return "timestamp"
    said = _option(given, "type") or (given[0] if given and given[0].kind() == "string" else None)
    if said is not None:
        word = exact(said) or said.text()
        word = "integer" if word == "Number" else ("uuid" if word == "uuid" else _TYPES.get(word, word))
        word = "" if word in {"enum", "increment", "rowid", "identity"} else word
        return f"{word}[]" if literal(_option(given, "array")) is True else word
    annotation = node.field("type")
    written = annotation.text().lstrip(": ") if annotation is not None else ""
    return _TYPES.get(written, "")


def _relation(
    table: Table,
    name: str,
    decorators: dict[str, tuple[SgNode, ...]],
    place: At,
    names: dict[str, _Named],
    form: Callable[[str], str],
) -> Table:
    kind = next(k for k in decorators if k in _RELATIONS)
    join = decorators.get("JoinColumn")
    if kind == "OneToOne" and join is None:
        return table  # the other side has the column
    given = decorators[kind]
    target = _target(given, names)
    key = target.key if target is not None else "id"
    own = exact(_option(join or (), "name")) or form(f"{name}{key[0].upper()}{key[1:]}")
    primary = literal(_option(given, "primary")) is True
    nullable = literal(_option(given, "nullable")) is not False and not primary
    columns = table.columns
    if table.column(own) is None:
        columns = (*columns, Column(own, "", nullable, place))
    constrained = literal(_option(given, "createForeignKeyConstraints")) is not False
    keys = (ForeignKey((own,), target.table if target is not None else "", place),) if constrained else ()
    unique = (Index((own,), place, unique=True),) if kind == "OneToOne" else ()
    return replace(table, columns=columns, foreign_keys=(*table.foreign_keys, *keys), uniques=(*table.uniques, *unique))


def _joining(
    table: Table, name: str, decorators: dict[str, tuple[SgNode, ...]], place: At, names: dict[str, _Named]
) -> Table:
    given = decorators["JoinTable"]
    target = _target(decorators["ManyToMany"], names)
    written = re.search(r"=>\s*(\w+)", decorators["ManyToMany"][0].text()) if decorators["ManyToMany"] else None
    other = target.table if target is not None else written[1] if written is not None else ""
    said = (exact(given[0]) if given else None) or exact(_option(given, "name"))
    return Table(said or snake(f"{table.name}_{name}_{other}"), (), (), (), (), place, implicit=True)


def _class_uniques(table: Table, owner: _Class, form: Callable[[str], str]) -> Table:
    """@Unique(["a", "b"]) and @Index(["a"], {unique: true}) on the class."""
    for word in ("Unique", "Index"):
        given = owner.decorators.get(word, ())
        columns = next((texts(node) for node in given if node.kind() == "array"), ())
        unique = word == "Unique" or literal(_option(given, "unique")) is True
        if columns and unique:
            known = tuple(form(c) if table.column(form(c)) is not None else "" for c in columns)
            place, partial = at(owner.node, owner.path), _option(given, "where") is not None
            table = replace(table, uniques=(*table.uniques, Index(known, place, unique=True, partial=partial)))
    return table
