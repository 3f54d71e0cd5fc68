"""The columns that a declarative class states: Column, mapped_column, Mapped, SQLModel's fields."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from kit.model import At
from kit.sources.orm.classes import Classes, PythonClass
from kit.sources.orm.model import Column
from kit.sources.orm.python import UNREAD, dotted, keyword, last, value
from kit.sources.orm.sqlalchemy_columns import Extra, Parts, column_call, read_column, reference, type_text

_PYTHON = {
    "str": "VARCHAR", "int": "INTEGER", "float": "FLOAT", "bool": "BOOLEAN", "bytes": "LARGEBINARY",
    "UUID": "UUID",
    "Decimal": "NUMERIC", "datetime": "DATETIME", "date": "DATE", "UUID4": "UUID", "EmailStr": "VARCHAR",
}  # fmt: skip
_NO_COLUMN = frozenset(
    {
        "relationship", "dynamic_loader", "association_proxy", "synonym", "composite", "query_expression",
        "backref",
        "Relationship", "column_property", "hybrid_property", "aliased",
    }
)  # fmt: skip
_NO_FIELD = frozenset({"ClassVar", "WriteOnlyMapped", "DynamicMapped", "AssociationProxy", "Relationship"})


class Fields:
    """What the classes of a project state as columns."""

    def __init__(self, classes: Classes) -> None:
        self._classes = classes
        self._aliases = dict(_annotated(classes))
        # With a map of their own, what a Python type becomes is the project's choice.
        self._maps_types = any(
            isinstance(t, ast.Name) and t.id == "type_annotation_map"
            for c in classes for node in c.node.body if isinstance(node, ast.Assign | ast.AnnAssign)
            for t in (node.targets if isinstance(node, ast.Assign) else [node.target])
        )  # fmt: skip

    def is_sqlmodel(self, owner: PythonClass) -> bool:
        """Whether the class is, in the end, an SQLModel."""
        return any(base.rpartition(".")[2] == "SQLModel" for base in self._classes.foreign_bases(owner))

    def has_columns(self, owner: PythonClass) -> bool:
        """Whether the class or what it inherits states any column."""
        return any(True for c in self._classes.lineage(owner) for _ in self._columns(c))

    def into(self, parts: Parts, owner: PythonClass) -> None:
        """Adds the columns that the class itself states."""
        for column, extra in self._columns(owner):
            parts.add_column(column, extra)

    def _columns(self, owner: PythonClass) -> Iterator[tuple[Column, Extra]]:
        sqlmodel = self.is_sqlmodel(owner)
        for node in owner.node.body:
            found = None
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found = self._assigned(node.targets[0].id, node.value, owner)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                name = node.target.id
                found = self._field(name, node, owner) if sqlmodel else self._annotated(name, node, owner)
            elif isinstance(node, ast.FunctionDef) and _is_declared_attr(node):
                found = self._function(node, owner)
            if found is not None:
                yield found

    def _assigned(self, name: str, node: ast.expr, owner: PythonClass) -> tuple[Column, Extra] | None:
        call = column_call(node)
        if call is None:
            return None
        return read_column(call, name, owner.module.names, At(owner.module.path, node.lineno))

    def _function(self, node: ast.FunctionDef, owner: PythonClass) -> tuple[Column, Extra] | None:
        annotation = node.returns
        at = At(owner.module.path, node.lineno)
        for step in ast.walk(node):
            call = column_call(step.value) if isinstance(step, ast.Return) else None
            if call is not None:
                inner = _inside(annotation, "Mapped")
                nullable, kind = self._meaning(inner) if inner is not None else (True, "")
                return read_column(call, node.name, owner.module.names, at, nullable=nullable, kind=kind)
        return None

    def _annotated(self, name: str, node: ast.AnnAssign, owner: PythonClass) -> tuple[Column, Extra] | None:
        inner = _inside(node.annotation, "Mapped")
        at = At(owner.module.path, node.lineno)
        if inner is None:
            return self._assigned(name, node.value, owner) if node.value is not None else None
        if node.value is not None and last(node.value) in _NO_COLUMN:
            return None
        call = column_call(node.value)
        if call is None and (isinstance(node.value, ast.Call) and self._is_model(inner)):
            return None
        return self._mapped(name, inner, call, owner, at)

    def _mapped(
        self, name: str, inner: ast.expr, call: ast.Call | None, owner: PythonClass, at: At
    ) -> tuple[Column, Extra]:
        """A Mapped[...] column; an Annotated alias brings a mapped_column and maybe a name of its own."""
        alias = self._aliases.get(last(inner)) or _direct_annotated(inner)
        nullable, kind = self._meaning(alias[0] if alias else inner)
        names = owner.module.names
        base = alias[1] if alias else None
        if base is not None:
            column, extra = read_column(base, name, names, at, nullable=nullable, kind=kind)
            if call is None:
                return column, extra
            own, more = read_column(call, name, names, at, nullable=column.nullable, kind=column.type)
            merged = Extra(
                more.unique or extra.unique, more.index or extra.index, more.foreign_keys + extra.foreign_keys
            )
            return replace(own, primary_key=own.primary_key or column.primary_key), merged
        if call is not None:
            return read_column(call, name, names, at, nullable=nullable, kind=kind)
        return Column(name, kind, nullable, at), Extra()

    def _is_model(self, inner: ast.expr) -> bool:
        """Whether an annotation means another class of the project that is itself a table, so no column."""
        words = {n.id for n in ast.walk(inner) if isinstance(n, ast.Name)}
        words |= {n.value for n in ast.walk(inner) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        return any(self.has_columns(c) for word in words for c in self._classes.named(str(word).strip("\"'")))

    def _meaning(self, node: ast.expr | None) -> tuple[bool | None, str]:
        """Nullability and type of an annotation."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except SyntaxError:
                return None, ""
        if _inside(node, "Annotated") is not None and isinstance(node, ast.Subscript):
            node = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
        nullable, inner = _optional(node)
        name = last(inner)
        known = "" if self._maps_types else _PYTHON.get(name, "")
        if not known and name and "." not in dotted(inner) and self._is_unknown_alias(inner):
            return (True if nullable else None), ""
        return nullable, known

    def _is_unknown_alias(self, inner: ast.expr) -> bool:
        """A bare name that is no class of the project and no well-known type may be an alias of anything."""
        name = last(inner)
        return isinstance(inner, ast.Name) and name not in _PYTHON and not name[:1].isupper()

    def _field(self, name: str, node: ast.AnnAssign, owner: PythonClass) -> tuple[Column, Extra] | None:
        """A field of an SQLModel."""
        if name.startswith("_") or name == "model_config" or last(_unsubscripted(node.annotation)) in _NO_FIELD:
            return None
        call = node.value if isinstance(node.value, ast.Call) else None
        if call is not None and last(call) in _NO_COLUMN:
            return None
        at = At(owner.module.path, node.lineno)
        nullable, kind = self._meaning(node.annotation)
        if call is None or last(call) != "Field":
            return Column(name, kind, nullable, at), Extra()
        whole = column_call(keyword(call, "sa_column"))
        if whole is not None:
            return read_column(whole, name, owner.module.names, at)
        return _sqlmodel_field(name, call, owner, at, nullable, kind)


def _sqlmodel_field(
    name: str, call: ast.Call, owner: PythonClass, at: At, nullable: bool | None, kind: str
) -> tuple[Column, Extra]:
    names = owner.module.names
    said, primary = (
        value(keyword(call, "nullable"), names),
        value(keyword(call, "primary_key"), names) is True,
    )
    written = keyword(call, "sa_type")
    more = keyword(call, "sa_column_kwargs")
    own = value(_entry(more, "name"), names)
    default = _entry(more, "server_default") is not None
    if isinstance(said, bool):
        nullable = said
    elif keyword(call, "nullable") is not None or _entry(more, "nullable") is not None:
        nullable = None
    elif primary:
        nullable = False
    column = Column(
        own if isinstance(own, str) else name, type_text(written) if written is not None else kind,
        nullable, at,
        default, primary,
    )  # fmt: skip
    target = value(keyword(call, "foreign_key"), names)
    keys = (reference((), target, at),) if target is not UNREAD else ()
    unique = value(keyword(call, "unique"), names) is True or value(_entry(more, "unique"), names) is True
    return column, Extra(unique, value(keyword(call, "index"), names) is True, keys)


def _entry(node: ast.expr | None, key: str) -> ast.expr | None:
    if not isinstance(node, ast.Dict):
        return None
    return next((v for k, v in zip(node.keys, node.values, strict=True) if value(k, {}) == key), None)


def _is_declared_attr(node: ast.FunctionDef) -> bool:
    return any("declared_attr" in dotted(d) for d in node.decorator_list)


def _unsubscripted(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Subscript) else node


def _inside(node: ast.expr | None, name: str) -> ast.expr | None:
    """What stands in the brackets of `name[...]`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(f"{name}["):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return None
    return node.slice if isinstance(node, ast.Subscript) and last(node.value) == name else None


def _direct_annotated(inner: ast.expr) -> tuple[ast.expr, ast.Call | None] | None:
    """Annotated[int, mapped_column(...)] written in place."""
    body = _inside(inner, "Annotated")
    if not isinstance(body, ast.Tuple):
        return None
    return body.elts[0], next((c for e in body.elts[1:] if (c := column_call(e)) is not None), None)


def _annotated(classes: Classes) -> Iterator[tuple[str, tuple[ast.expr, ast.Call | None]]]:
    """The module-level names that stand for Annotated[...]."""
    for module in classes.modules:
        for name, node in module.names.items():
            found = _direct_annotated(node)
            if found is not None:
                yield name, found


def _optional(node: ast.expr | None) -> tuple[bool, ast.expr]:
    """Whether an annotation allows None, and what is left without it."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [_optional(node.left), _optional(node.right)]
        real = [side for side in sides if not _is_none(side[1])]
        optional = len(real) < len(sides) or any(side[0] for side in sides)
        return optional, real[0][1] if real else node
    if (inner := _inside(node, "Optional")) is not None:
        return True, inner
    if isinstance(body := _inside(node, "Union"), ast.Tuple):
        real_parts = [e for e in body.elts if not _is_none(e)]
        return len(real_parts) < len(body.elts), real_parts[0] if real_parts else body
    return False, node if node is not None else ast.Constant(None)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
