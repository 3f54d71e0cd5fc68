"""Definitions of tables in SQL, from sqlglot's trees and tokens to operations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlglot import expressions as exp

from kit.model import At
from kit.sources.orm.model import Column, ForeignKey, Index, Operation, Table
from kit.sources.sql.statements import Statement, line_at, quoted

_DEFAULT_NAMESPACES = frozenset({"public", "dbo", "main"})


@dataclass(frozen=True)
class Place:
    """Where a statement stands, for the lines of the parts in it."""

    path: str
    offset: int
    statement: Statement

    @property
    def at(self) -> At:
        """The whole statement."""
        return At(self.path, self.statement.line + self.offset, self.statement.end_line + self.offset)

    def of(self, tree: Any) -> At:
        """The line of the first name in a part of the tree; the statement where it has none."""
        places = [i.meta["start"] for i in tree.find_all(exp.Identifier) if "start" in i.meta]
        line = line_at(min(places), self.statement.source) if places else None
        return At(self.path, line + self.offset) if line is not None else self.at


# Names from tokens.


def name_at(statement: Statement, index: int) -> tuple[str | None, int]:
    """The dotted name that begins at a token, and the index behind it. A default namespace is left out."""
    tokens = statement.tokens
    parts: list[str] = []
    while index < len(tokens) and _is_name(tokens[index]):
        parts.append(tokens[index].text)
        index += 1
        if index >= len(tokens) or tokens[index].text != ".":
            break
        index += 1
    return (qualified(parts[-2] if len(parts) > 1 else None, parts[-1]) if parts else None), index


def name_before(statement: Statement, index: int) -> str | None:
    """The dotted name that ends before a token."""
    start = index - 1
    while start >= 2 and statement.tokens[start - 1].text == ".":
        start -= 2
    return name_at(statement, start)[0]


def _is_name(token: Any) -> bool:
    return quoted(token) or token.text.replace("_", "a").replace("$", "a").replace("#", "a").isalnum()


def qualified(namespace: str | None, name: str) -> str:
    """A table's name with its namespace, unless that is the one that databases assume."""
    return f"{namespace}.{name}" if namespace and namespace.lower() not in _DEFAULT_NAMESPACES else name


def table_name(tree: Any) -> str:
    """The name of a sqlglot table."""
    return qualified(tree.args["db"].name if tree.args.get("db") else None, tree.name)


# CREATE


_BEFORE_KIND = frozenset({
    "CREATE", "OR", "REPLACE", "TEMPORARY", "TEMP", "UNLOGGED", "GLOBAL", "LOCAL", "UNIQUE", "CLUSTERED",
    "NONCLUSTERED", "FULLTEXT", "SPATIAL", "EXTERNAL", "FOREIGN", "VIRTUAL",
})  # fmt: skip


def created_kind(words: list[str]) -> str:
    """What a CREATE makes: "TABLE", "INDEX", "VIEW" ..."""
    return next((found for found in words if found not in _BEFORE_KIND), "")


def is_temporary(words: list[str]) -> bool:
    """Whether a CREATE TABLE makes one that does not stay."""
    return bool({"TEMPORARY", "TEMP"} & set(words[: words.index("TABLE")] if "TABLE" in words else ()))


def created_name(statement: Statement, kind: str) -> str | None:
    """The table that an unparsed CREATE makes or indexes."""
    words = statement.words
    index = words.index("ON" if kind == "INDEX" and "ON" in words else kind) + 1
    while index < len(words) and words[index] in {"IF", "NOT", "EXISTS", "ONLY"}:
        index += 1
    return name_at(statement, index)[0]


def index_by_words(statement: Statement, at: At) -> Index:
    """The index of a CREATE INDEX that no grammar reads: its columns are the first words in the brackets."""
    words, tokens = statement.words, statement.tokens
    on = words.index("ON") if "ON" in words else len(words)
    name = tokens[on - 1].text if words[on - 1] not in {"INDEX", "CONCURRENTLY", "EXISTS"} else None
    columns: list[str] = []
    depth = 0
    for index in range(on, len(words)):
        depth += {"(": 1, ")": -1}.get(words[index], 0)
        if words[index] == ")" and depth == 0:
            break
        if depth == 1 and words[index] in {"(", ","} and index + 2 < len(words):
            columns.append("" if words[index + 2] == "(" or words[index + 1] == "(" else tokens[index + 1].text)
    return Index(tuple(columns), at, name, "UNIQUE" in words[:3], "WHERE" in words, "CONCURRENTLY" in words[:on])


def unread_table(name: str, at: At) -> Table:
    """A table of which only the name is known."""
    return Table(name, (), (), (), (), at, opaque=True)


def created(tree: Any, place: Place) -> Operation | None:
    """The operation of a CREATE TABLE or CREATE INDEX tree, None where it is another."""
    if not isinstance(tree, exp.Create):
        return None
    if isinstance(tree.this, exp.Index):
        return _created_index(tree, place)
    if not isinstance(tree.this, exp.Schema) or not isinstance(tree.this.this, exp.Table):
        return None
    table = _definition(tree, table_name(tree.this.this), place)
    return Operation("create_table", table.name, None, place.at, definition=table, opaque=table.opaque)


def _definition(tree: Any, name: str, place: Place) -> Table:
    body = Body(place)
    for part in tree.this.expressions:
        body.add(part)
    inherits = tree.args.get("expression") is not None or tree.find(exp.InheritsProperty) is not None
    return Table(
        name, tuple(body.columns), tuple(body.indexes), tuple(body.uniques), tuple(body.foreign_keys),
        place.at,
        primary_key=body.primary_key, opaque=body.opaque or inherits,
    )  # fmt: skip


def _created_index(tree: Any, place: Place) -> Operation | None:
    index, params = tree.this, tree.this.args.get("params")
    if index.args.get("table") is None:
        return None
    columns = _names(params.args.get("columns") or []) if params is not None else ()
    where = params is not None and params.args.get("where") is not None
    made = Index(
        columns, place.at, index.name or None, bool(tree.args.get("unique")), where,
        bool(tree.args.get("concurrently")),
    )  # fmt: skip
    return Operation("create_index", table_name(index.args["table"]), None, place.at, name=made.name, index=made)


class Body:
    """What stands between the brackets of CREATE TABLE, or behind ADD."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.columns: list[Column] = []
        self.indexes: list[Index] = []
        self.uniques: list[Index] = []
        self.foreign_keys: list[ForeignKey] = []
        self.primary_key: tuple[str, ...] = ()
        self.checks: list[str | None] = []
        self.opaque = False

    def add(self, part: Any, name: str | None = None) -> None:
        """Takes in one part: a column, or a constraint with its name."""
        if isinstance(part, exp.ColumnDef):
            self._column(part)
        elif isinstance(part, exp.Constraint):
            for inner in part.expressions:
                self.add(inner, part.name or None)
        elif isinstance(part, exp.CheckColumnConstraint):
            self.checks.append(name)
        elif isinstance(part, exp.Identifier | exp.LikeProperty):
            self.opaque = True
        else:
            self._constraint(part, name)

    def _constraint(self, part: Any, name: str | None) -> None:
        at = self._place.of(part)
        if isinstance(part, exp.ForeignKey):
            self.foreign_keys.append(_foreign_key(_names(part.expressions), part.args.get("reference"), at, name))
        elif isinstance(part, exp.PrimaryKey):
            self.primary_key = _names(part.expressions)
        elif isinstance(part, exp.UniqueColumnConstraint):
            schema = part.this
            own = schema.name if isinstance(schema, exp.Schema) and schema.this is not None else None
            self.uniques.append(Index(_names(getattr(schema, "expressions", [])), at, name or own, unique=True))
        elif isinstance(part, exp.IndexColumnConstraint):
            self.indexes.append(Index(_names(part.expressions), at, part.name or None))

    def _column(self, part: Any) -> None:
        at, kinds = (
            self._place.of(part.this),
            [c.args.get("kind") for c in part.args.get("constraints") or []],
        )
        primary = any(isinstance(k, exp.PrimaryKeyColumnConstraint) for k in kinds)
        self.columns.append(column(part, at))
        if primary:
            self.primary_key = (part.name,)
        if any(isinstance(k, exp.UniqueColumnConstraint) for k in kinds):
            self.uniques.append(Index((part.name,), at, unique=True))
        for reference in (k for k in kinds if isinstance(k, exp.Reference)):
            self.foreign_keys.append(_foreign_key((part.name,), reference, at, None))


_FILLED = (
    exp.DefaultColumnConstraint,
    exp.GeneratedAsIdentityColumnConstraint,
    exp.AutoIncrementColumnConstraint,
    exp.ComputedColumnConstraint,
)


def column(part: Any, at: At) -> Column:
    """A column from its definition."""
    kinds = [c.args.get("kind") for c in part.args.get("constraints") or []]
    kind = part.args.get("kind")
    written = kind.sql().upper() if kind is not None else ""
    serial = "SERIAL" in written
    primary = any(isinstance(k, exp.PrimaryKeyColumnConstraint) for k in kinds)
    forbidden = any(isinstance(k, exp.NotNullColumnConstraint) and not k.args.get("allow_null") for k in kinds)
    identity = any(isinstance(k, exp.GeneratedAsIdentityColumnConstraint) for k in kinds)
    filled = serial or any(isinstance(k, _FILLED) for k in kinds)
    return Column(part.name, written, not (primary or forbidden or serial or identity), at, filled, primary)


def _foreign_key(columns: tuple[str, ...], reference: Any, at: At, name: str | None) -> ForeignKey:
    target = reference.this if reference is not None else None
    table = target.this if isinstance(target, exp.Schema) else target
    options = " ".join(str(o) for o in (reference.args.get("options") or [])) if reference is not None else ""
    _, found, action = options.upper().partition("ON DELETE ")
    return ForeignKey(
        columns, table_name(table) if isinstance(table, exp.Table) else "", at, name,
        _names(target.expressions) if isinstance(target, exp.Schema) else (),
        action.partition(" ON ")[0].strip() if found else None,
    )  # fmt: skip


def _names(parts: list[Any]) -> tuple[str, ...]:
    """The columns of a list; "" for an expression."""
    return tuple(_column_name(part) for part in parts)


def _column_name(part: Any) -> str:
    inner = part.this if isinstance(part, exp.Ordered) else part
    if isinstance(inner, exp.Identifier | exp.Column):
        return str(inner.name)
    # `name COLLATE x` and an operator class keep the column's name.
    return str(inner.this.name) if isinstance(inner, exp.Collate | exp.Opclass) else ""


# DROP


def dropped(statement: Statement) -> tuple[str, list[str]]:
    """What a DROP takes away: the kind and the names."""
    words = statement.words
    kind = next((w for w in words[1:] if w not in {"TEMPORARY", "MATERIALIZED", "FOREIGN"}), "")
    index = words.index(kind) + 1 if kind else len(words)
    names: list[str] = []
    while index < len(words):
        if words[index] in {"IF", "EXISTS", "CONCURRENTLY", ","}:
            index += 1
            continue
        name, behind = name_at(statement, index)
        if name is None or words[index] in {"CASCADE", "RESTRICT", "ON"}:
            break
        names.append(name)
        index = behind
    return kind, names
