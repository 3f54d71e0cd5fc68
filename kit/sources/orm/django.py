"""Django: models to the tables that they declare, one schema per app."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from kit.model import At
from kit.sources.orm.classes import Classes, PythonClass, read_classes
from kit.sources.orm.model import Column, ForeignKey, Index, Schema, Table
from kit.sources.orm.python import argument, keyword, last, value
from kit.sources.tree.files import FileIndex

_HINTS = ("from django", "import django")
_MODEL = re.compile(r"^(?:\w+\.)*(?:(?!Base)\w*Model|Model|Abstract(?:Base)?User|Page)$")
_PLAIN = re.compile(r"^(?:\w+\.)*(?:Model|ABC|object|Generic)$")
_REFERENCES = frozenset({"ForeignKey", "OneToOneField", "ParentalKey", "TreeForeignKey", "TreeOneToOneField"})
_KEYS = {"AutoField": "INTEGER", "BigAutoField": "BIGINT", "SmallAutoField": "SMALLINT"}


@dataclass(frozen=True)
class Naming:
    """What a model's names mean: its app's label, and the tables of the models that are known."""

    app: str
    tables: Mapping[tuple[str, str], str]

    def table_of(self, target: Any) -> str:
        """The table of "app.Model", "Model" or "self"; "" where it cannot be told."""
        if not isinstance(target, str) or not target:
            return ""
        app, _, model = target.rpartition(".")
        key = ((app or self.app).lower(), model.lower())
        return self.tables.get(key, f"{key[0]}_{key[1]}")


@dataclass(frozen=True)
class FieldParts:
    """What one field becomes: a column, or a table that joins two."""

    column: Column | None = None
    unique: bool = False
    foreign_key: ForeignKey | None = None
    joining: Table | None = None


def field_parts(
    name: str, call: ast.Call, table: str, naming: Naming, names: Mapping[str, ast.expr], at: At
) -> FieldParts | None:
    """What `name = models.XField(...)` becomes in the database; None where it is no field with a column."""
    kind = last(call)
    if kind in {"ManyToManyField", "ParentalManyToManyField", "SortedManyToManyField"}:
        return _many_to_many(name, call, table, names, at)
    if kind in {"GenericForeignKey", "GenericRelation", "GeneratedField"} or not _is_field(kind):
        return None
    if keyword(call, "through") is not None:
        return FieldParts()  # a field of one's own whose values are rows of another table
    primary = value(keyword(call, "primary_key"), names) is True
    given = value(keyword(call, "db_column"), names)
    nullable = value(keyword(call, "null"), names) is True and not primary
    unique = value(keyword(call, "unique"), names) is True or kind in {"OneToOneField", "TreeOneToOneField"}
    if kind in _REFERENCES:
        own = given if isinstance(given, str) else f"{name}_id"
        target = _target(call, names)
        target = table if target == "self" else naming.table_of(target)
        enforced = value(keyword(call, "db_constraint"), names) is not False
        key = ForeignKey((own,), target, at) if enforced else None
        return FieldParts(Column(own, "", nullable, at, False, primary), unique and not primary, key)
    own = given if isinstance(given, str) else name
    default = keyword(call, "db_default") is not None or kind in _KEYS
    column = Column(own, _type(kind, call), nullable, at, default, primary or kind in _KEYS)
    return FieldParts(column, unique and not column.primary_key)


def _is_field(kind: str) -> bool:
    return kind in _REFERENCES or (kind.endswith("Field") and kind != "Field")


def _type(kind: str, call: ast.Call) -> str:
    known = {
        **_KEYS,
        "FileField": "VARCHAR",
        "ImageField": "VARCHAR",
        "IPAddressField": "",
        "DurationField": "",
    }
    length = keyword(call, "max_length")
    base = known.get(kind, kind)
    return (
        f"{base}({length.value})"
        if isinstance(length, ast.Constant) and isinstance(length.value, int) and base
        else base
    )


def _target(call: ast.Call, names: Mapping[str, ast.expr]) -> Any:
    node = argument(call, 0, "to")
    found = value(node, names)
    if isinstance(found, str):
        return found
    # A class is named as itself; a setting such as AUTH_USER_MODEL cannot be told here.
    return node.id if isinstance(node, ast.Name) else None


def _many_to_many(name: str, call: ast.Call, table: str, names: Mapping[str, ast.expr], at: At) -> FieldParts | None:
    if keyword(call, "through") is not None:
        return FieldParts()
    given = value(keyword(call, "db_table"), names)
    joined = given if isinstance(given, str) else f"{table}_{name}"
    # The columns are named after both models; which one a setting means is not known.
    return FieldParts(joining=Table(joined, (), (), (), (), at, implicit=True))


def build_table(name: str, parts: list[FieldParts], at: At, *, opaque: bool = False) -> Table:
    """The table of a model's fields; without a primary key Django adds `id`, unless an unknown base brings a key."""
    columns = [p.column for p in parts if p.column is not None]
    if not opaque and not any(c.primary_key for c in columns):
        columns.insert(0, Column("id", "", False, at, True, True))
    uniques = tuple(Index((p.column.name,), p.column.at, unique=True) for p in parts if p.column and p.unique)
    keys = tuple(p.foreign_key for p in parts if p.foreign_key is not None)
    primary = tuple(c.name for c in columns if c.primary_key)
    return Table(name, tuple(columns), (), uniques, keys, at, primary, opaque)


def django_schemas(files: FileIndex) -> tuple[Schema, ...]:
    """One schema per app that has models; its path is the app's folder."""
    named, apps = labels(files), app_folders(files)
    found: list[Schema] = []
    for classes in read_classes(files, _HINTS).values():
        found += _Models(classes, named, apps).schemas()
    return tuple(sorted(found, key=lambda schema: schema.path))


def app_folder(path: str, apps: frozenset[str] = frozenset()) -> str:
    """The folder of the app that a models file belongs to: of the known `apps` the nearest, else its own."""
    pure = PurePosixPath(path)
    parts = list(pure.parent.parts)
    if "models" in parts:
        parts = parts[: parts.index("models")]
    folders = ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]
    return next((folder for folder in folders if folder in apps), folders[0] if folders else ".")


def app_folders(files: FileIndex) -> frozenset[str]:
    """The folders that are apps by what lies in them: an AppConfig, or migrations."""
    configured = {str(PurePosixPath(path).parent) for path in files.named("apps.py")}
    return frozenset(configured | {str(PurePosixPath(p).parent.parent) for p in files.glob("**/migrations/*.py")})


def labels(files: FileIndex) -> dict[str, str]:
    """App folder to label, where an AppConfig sets one that is not the folder's name."""
    found = {}
    for path in files.named("apps.py"):
        label = re.search(r"""^\s+label\s*=\s*["'](\w+)["']""", files.text(path), re.M)
        if label:
            found[str(PurePosixPath(path).parent)] = label[1]
    return found


def label_of(folder: str, labels: Mapping[str, str]) -> str:
    """The label of the app in a folder."""
    return labels.get(folder, folder.rpartition("/")[2])


class _Models:
    """The models of one Python project."""

    def __init__(self, classes: Classes, labels: Mapping[str, str], apps: frozenset[str]) -> None:
        self._classes = classes
        self._apps = apps
        self._labels = labels
        self._models = [c for c in classes if self._is_model(c)]
        self._tables = {self._key(c): self._table_name(c) for c in self._models if not _meta(c, "abstract")}

    def schemas(self) -> list[Schema]:
        """One per app."""
        apps: dict[str, list[Table]] = defaultdict(list)
        for owner in self._models:
            if _meta(owner, "abstract") or _meta(owner, "proxy") or _meta(owner, "managed") is False:
                continue
            apps[app_folder(owner.module.path, self._apps)] += self._tables_of(owner)
        return [
            Schema(folder, tables[0].at, "django", None, tuple(tables)) for folder, tables in apps.items() if tables
        ]

    def _is_model(self, owner: PythonClass) -> bool:
        inherited = (base for c in self._classes.lineage(owner) for base in self._foreign(c))
        in_models = "models" in PurePosixPath(owner.module.path.removesuffix(".py")).parts
        return in_models and any(_MODEL.match(base) for base in inherited)

    def _foreign(self, owner: PythonClass) -> Iterator[str]:
        return (base for base in owner.bases if self._classes.base(owner, base) is None)

    def _key(self, owner: PythonClass) -> tuple[str, str]:
        return label_of(app_folder(owner.module.path, self._apps), self._labels).lower(), owner.name.lower()

    def _table_name(self, owner: PythonClass) -> str:
        given = _meta(owner, "db_table")
        app, model = self._key(owner)
        return given if isinstance(given, str) else f"{app}_{model}"

    def _parents(self, owner: PythonClass) -> tuple[list[PythonClass], PythonClass | None]:
        """What the model takes columns from, farthest first, and the model with a table that it extends."""
        parent: PythonClass | None = None
        behind: set[PythonClass] = set()
        for found in self._classes.lineage(owner)[1:]:
            if found in self._models and not _meta(found, "abstract") and not _meta(found, "proxy"):
                parent = parent or found
                behind |= set(self._classes.lineage(found))
        own = [c for c in self._classes.lineage(owner) if c not in behind]
        return own[::-1], parent

    def _tables_of(self, owner: PythonClass) -> Iterator[Table]:
        name = self._table_name(owner)
        lineage, parent = self._parents(owner)
        naming = Naming(self._key(owner)[0], self._tables)
        parts: dict[str, FieldParts] = {}
        for found in lineage:
            parts.update(_fields(found, name, naming))
        if parent is not None:
            target = self._table_name(parent)
            column = Column(f"{parent.name.lower()}_ptr_id", "", False, owner.at, False, True)
            parts = {
                "": FieldParts(column, foreign_key=ForeignKey((column.name,), target, owner.at)),
                **parts,
            }
        opaque = any(not _PLAIN.match(base) for c in lineage for base in self._foreign(c))
        # A class with unknown parts may well set its own primary key.
        table = build_table(name, list(parts.values()), owner.at, opaque=opaque)
        together = tuple(u for c in lineage for u in _together(c, parts))
        yield replace(table, uniques=(*table.uniques, *together))
        yield from (part.joining for part in parts.values() if part.joining is not None)


def _fields(owner: PythonClass, table: str, naming: Naming) -> Iterator[tuple[str, FieldParts]]:
    for node in owner.node.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        written = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(written, ast.Call):
            at = At(owner.module.path, node.lineno)
            made = field_parts(target.id, written, table, naming, owner.module.names, at)
            if made is not None:
                yield target.id, made
        elif isinstance(target, ast.Name) and isinstance(written, ast.Constant) and written.value is None:
            yield target.id, FieldParts()  # `name = None` takes an inherited field away


def _meta_node(owner: PythonClass, name: str) -> ast.expr | None:
    for node in owner.node.body:
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            for step in node.body:
                if isinstance(step, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in step.targets):
                    return step.value
    return None


def _meta(owner: PythonClass, name: str) -> Any:
    found = value(_meta_node(owner, name), owner.module.names)
    return found if isinstance(found, str | bool) else None


def _together(owner: PythonClass, parts: Mapping[str, FieldParts]) -> Iterator[Index]:
    """`unique_together` and UniqueConstraint over fields."""
    names = owner.module.names
    listed = value(_meta_node(owner, "unique_together"), names)
    groups = [listed] if isinstance(listed, list) and listed and isinstance(listed[0], str) else listed
    at = owner.at
    for group in groups if isinstance(groups, list) else []:
        yield Index(columns_of(group, parts), at, unique=True)
    constraints = _meta_node(owner, "constraints")
    for node in constraints.elts if isinstance(constraints, ast.List | ast.Tuple) else []:
        if isinstance(node, ast.Call) and last(node) == "UniqueConstraint" and keyword(node, "fields") is not None:
            place = At(owner.module.path, node.lineno)
            partial = keyword(node, "condition") is not None
            yield Index(columns_of(value(keyword(node, "fields"), names), parts), place, None, True, partial)


def columns_of(fields: Any, parts: Mapping[str, FieldParts]) -> tuple[str, ...]:
    """The columns of a list of field names; "" for one that is not known."""
    found = []
    for name in fields if isinstance(fields, list) else [""]:
        part = parts.get(name) if isinstance(name, str) else None
        found.append(part.column.name if part is not None and part.column is not None else "")
    return tuple(found)
