"""SQLAlchemy and SQLModel: declarative classes and Table(...) calls to the tables that they declare."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from kit.model import At
from kit.sources.formats.nodes import Problem
from kit.sources.orm.classes import Classes, PythonClass, read_classes
from kit.sources.orm.model import Schema, Table
from kit.sources.orm.python import UNREAD, Module, dotted, keyword, last, value
from kit.sources.orm.sqlalchemy_columns import Parts, add_constraint, read_table
from kit.sources.orm.sqlalchemy_fields import Fields
from kit.sources.tree.files import FileIndex

_HINTS = (
    "__tablename__", "__abstract__", "Mapped[", "mapped_column(", "Column(", "declarative_base",
    "DeclarativeBase",
    "SQLModel", "db.Model", "declared_attr", "MetaData(", "Table(", "table=True",
)  # fmt: skip
_FLASK_BASE = re.compile(r"^(?:\w+\.)+Model$")
T = TypeVar("T")
_CAMEL = re.compile(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))")


def sqlalchemy_schemas(files: FileIndex) -> tuple[Schema, ...]:
    """One schema per Python project that declares tables."""
    found = (schema(classes, root) for root, classes in sorted(read_classes(files, _HINTS).items()))
    return tuple(made for made in found if made.tables)


def schema(classes: Classes, root: str) -> Schema:
    """The tables that a project's classes declare; one whose name cannot be told makes it opaque."""
    reader = _Reader(classes)
    tables = reader.tables()
    at = At(root if root != "." else tables[0].at.path.partition("/")[0]) if tables else At(root)
    opaque = bool(reader.reasons)
    return Schema(root, at, "sqlalchemy", None, tuple(tables), opaque, tuple(reader.reasons))


class _Reader:
    def __init__(self, classes: Classes) -> None:
        self._classes = classes
        self._fields = Fields(classes)
        self.reasons: list[Problem] = []

    def tables(self) -> list[Table]:
        """Every table, single-table inheritance folded into the parent's."""
        made: dict[str, Table] = {}
        for owner in self._classes:
            if not self._is_mapped(owner):
                continue
            parent = self._mapped_parent(owner)
            name = self._own_name(owner, parent)
            if name is None:
                self.reasons.append(Problem(f"The table of {owner.name} cannot be told.", owner.at))
                continue
            table = self._table(owner, name, parent)
            key = table.name.lower()
            made[key] = _merged(made[key], table) if key in made else table
        declared = bool(made)
        for module in self._classes.modules:
            for table in self._table_calls(module, declared=declared):
                made.setdefault(table.name.lower(), table)
        return list(made.values())

    def _table_calls(self, module: Module, *, declared: bool) -> Iterator[Table]:
        """Table("name", metadata, ...); one on a MetaData that nothing else uses is not for migrations."""
        for node in _bound(module):
            if not isinstance(node, ast.Call) or last(node) != "Table" or len(node.args) < 3:
                continue
            name, catalogue = value(node.args[0], module.names), dotted(node.args[1])
            own = last(module.names.get(catalogue, node.args[1])) == "MetaData"
            if isinstance(name, str) and not (own and declared and not self._classes.imported(module, catalogue)):
                space = value(keyword(node, "schema"), module.names)
                at = At(module.path, node.lineno)
                yield read_table(name, node.args[2:], module.names, module.path, at, space)

    def _is_mapped(self, owner: PythonClass) -> bool:
        if _flag(owner, "__abstract__"):
            return False
        if self._fields.is_sqlmodel(owner):
            return _is_sqlmodel_table(owner)
        if _is_sqlmodel_table(owner) or _declared_name(owner) is not None:
            return True
        named = any(_declared_name(c) is not None for c in self._classes.lineage(owner)[1:])
        return (named or self._is_flask(owner)) and self._fields.has_columns(owner)

    def _is_flask(self, owner: PythonClass) -> bool:
        return any(_FLASK_BASE.match(base) for base in self._classes.foreign_bases(owner))

    def _mapped_parent(self, owner: PythonClass) -> PythonClass | None:
        """The nearest class that it inherits from and that has a table of its own."""
        for found in self._classes.lineage(owner)[1:]:
            plain = isinstance(_declared_name(found), str) and not _flag(found, "__abstract__")
            if plain and self._is_mapped(found) and self._fields.has_columns(found):
                return found
        return None

    def _own_name(self, owner: PythonClass, parent: PythonClass | None) -> str | None:
        own = _declared_name(owner)
        if own is None and parent is not None:
            return self._own_name(parent, self._mapped_parent(parent))
        for found in self._classes.lineage(owner):
            name = _declared_name(found)
            if isinstance(name, str):
                return name
            if name is not None:
                return _computed_name(name, owner)
        if self._fields.is_sqlmodel(owner) or _is_sqlmodel_table(owner):
            return owner.name.lower()
        return _CAMEL.sub(r"_\1", owner.name).lower() if self._is_flask(owner) else None

    def _table(self, owner: PythonClass, name: str, parent: PythonClass | None) -> Table:
        """The columns of the class and of its mixins; a mapped parent's are in the parent's table."""
        inherited = set(self._classes.lineage(parent)) if parent is not None else set()
        lineage = [c for c in self._classes.lineage(owner) if c not in inherited]
        parts = Parts()
        for found in reversed(lineage):
            self._fields.into(parts, found)
            _table_args(parts, found)
        parts.opaque = parts.opaque or any(
            not _is_plain_base(base) for found in lineage for base in found.bases
            if self._classes.base(found, base) is None
        )  # fmt: skip
        return parts.table(name, owner.at)


_PLAIN = re.compile(
    r"^(?:\w+\.)*(?:DeclarativeBase\w*|MappedAsDataclass|SQLModel|Model|Generic|ABC|Protocol|object|AsyncAttrs|Base"
    r"|BaseModel|Enum|str|\w*Mixin)$"
)


def _is_plain_base(base: str) -> bool:
    """Whether a base from a library brings no columns of its own, as far as its name tells."""
    return _PLAIN.match(base) is not None and not base.endswith("Mixin")


def _merged(first: Table, second: Table) -> Table:
    """Two classes on one table: single-table inheritance."""
    known = {c.name.lower() for c in first.columns}
    # What only some rows have is nullable in the table, whatever the subclass says.
    more = tuple(c for c in second.columns if c.name.lower() not in known)
    return replace(
        first, columns=(*first.columns, *more),
        uniques=(*first.uniques, *_new(first.uniques, second.uniques)),
        foreign_keys=(*first.foreign_keys, *_new(first.foreign_keys, second.foreign_keys)),
        opaque=first.opaque or second.opaque,
    )  # fmt: skip


def _new(known: tuple[T, ...], more: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(item for item in more if item not in known)


def _flag(owner: PythonClass, name: str) -> bool:
    return value(_own_binding(owner, name), {}) is True


def _own_binding(owner: PythonClass, name: str) -> ast.expr | None:
    for node in owner.node.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            return node.value
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            return node.value
    return None


def _is_sqlmodel_table(owner: PythonClass) -> bool:
    return any(k.arg == "table" and value(k.value, {}) is True for k in owner.node.keywords)


def _declared_name(owner: PythonClass) -> str | ast.expr | None:
    """`__tablename__` of the class itself: a text, the expression that computes it, or None."""
    found = _own_binding(owner, "__tablename__")
    if found is not None:
        known = value(found, owner.module.names)
        return known if isinstance(known, str) else found
    for node in owner.node.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__tablename__":
            returned = [s.value for s in ast.walk(node) if isinstance(s, ast.Return) and s.value is not None]
            return returned[0] if len(returned) == 1 else ast.Constant(UNREAD)  # type: ignore[arg-type]
    return None


def _computed_name(node: ast.expr, owner: PythonClass) -> str | None:
    """The name that `cls.__name__.lower()` and the like give."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Attribute) and node.attr == "__name__":
        return owner.name
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"lower", "upper"}:
        inner = _computed_name(node.func.value, owner)
        return None if inner is None else getattr(inner, node.func.attr)()
    parts: list[ast.expr] = []
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.FormattedValue) else p for p in node.values]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [node.left, node.right]
    known = [_computed_name(part, owner) for part in parts]
    return "".join(k for k in known if k) if parts and None not in known else None


def _table_args(parts: Parts, owner: PythonClass) -> None:
    found = _own_binding(owner, "__table_args__")
    returned = [found] if found is not None else []
    for step in owner.node.body:
        if isinstance(step, ast.FunctionDef) and step.name == "__table_args__":
            returned += [s.value for s in ast.walk(step) if isinstance(s, ast.Return) and s.value is not None]
    for node in returned:
        for item in node.elts if isinstance(node, ast.Tuple | ast.List) else [node]:
            if isinstance(item, ast.Call):
                add_constraint(parts, item, owner.module.names, At(owner.module.path, item.lineno))
            elif isinstance(item, ast.Dict):
                parts.namespace = _namespace(item, owner.module.names) or parts.namespace


def _namespace(node: ast.Dict, names: Mapping[str, ast.expr]) -> str | None:
    for key, item in zip(node.keys, node.values, strict=True):
        if value(key, names) == "schema" and isinstance(found := value(item, names), str) and found != "public":
            return found
    return None


def _bound(module: Module) -> Iterator[ast.expr]:
    yield from module.names.values()
    for owner in module.tree.body:
        if isinstance(owner, ast.ClassDef):
            yield from (node.value for node in owner.body if isinstance(node, ast.Assign))
