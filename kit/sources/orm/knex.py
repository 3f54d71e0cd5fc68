"""Knex's table builder, `t.string("name").notNullable()`, to operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.orm.js_nodes import Chain, arguments, at, chain, entries, exact, named, texts
from kit.sources.orm.model import Column, ForeignKey, Index, Op, Operation, Table


@dataclass(frozen=True)
class Step:
    """One call and where it stands."""

    node: SgNode
    path: str
    dialect: str | None

    @property
    def given(self) -> tuple[SgNode, ...]:
        """The arguments."""
        return arguments(self.node)

    @property
    def table(self) -> str | None:
        """The table, mostly the first argument."""
        return exact(self.given[0]) if self.given else None

    def text(self, index: int) -> str | None:
        """An argument that is a text."""
        return exact(self.given[index]) if index < len(self.given) else None

    def object(self, index: int) -> dict[str, SgNode]:
        """The pairs of an argument that is an object."""
        node = self.given[index] if index < len(self.given) else None
        # TypeORM wraps what it makes: new TableColumn({...}).
        inner = arguments(node)[0] if node is not None and node.kind() == "new_expression" and arguments(node) else node
        return entries(inner)

    def make(self, op: Op, column: str | None = None, **more: Any) -> Operation:
        """An operation of this call; without a table's name it cannot be followed."""
        table = more.pop("table", self.table)
        opaque = more.pop("opaque", False) or table is None
        return Operation(
            op, table, column, at(self.node, self.path), text=self.node.text()[:2000], opaque=opaque, **more
        )


_KNEX_TYPES = {
    "increments": "integer", "bigIncrements": "bigint", "string": "varchar", "dateTime": "timestamp",
    "enu": "",
    "enum": "", "specificType": "", "jsonb": "jsonb", "bigInteger": "bigint", "tinyint": "smallint",
}  # fmt: skip
_KNEX_COLUMNS = frozenset(
    {"integer", "text", "float", "double", "decimal", "boolean", "date", "time", "timestamp", "json",
     "uuid", "binary",
     "smallint", "mediumint", "geometry", *_KNEX_TYPES}
)  # fmt: skip


def knex_table(step: Step, *, created: bool) -> Iterator[Operation]:
    """A table that a callback builds or changes."""
    name = step.table
    body = step.given[1].field("body")
    done: list[Operation] = []
    for statement in named(body) if body is not None else []:
        expression = next(iter(named(statement)), None) if statement.kind() == "expression_statement" else statement
        if expression is not None:
            place = at(expression, step.path)
            done += [replace(made, at=place, text=expression.text()[:2000]) for made in _knex_line(expression, step)]
    if not created or name is None:
        yield from done or [step.make("other")]
        return
    table = Table(name, (), (), (), (), at(step.node, step.path))
    yield step.make("create_table", definition=table)
    yield from done


def _knex_line(node: SgNode, step: Step) -> Iterator[Operation]:
    links = chain(node)
    place = at(node, step.path)
    if not links.names:
        return
    first, given = links.names[0], links.arguments[0]
    name = exact(given[0]) if given else None
    if first == "timestamps":
        for word in ("created_at", "updated_at"):
            column = Column(word, "timestamp", None, place, True)
            yield step.make("add_column", word, column_definition=column)
    elif first in _KNEX_COLUMNS:
        yield from _knex_column(links.names, name, first, links, place, step)
    elif first in {"dropColumn", "dropColumns"}:
        for item in given:
            yield step.make("drop_column", exact(item), opaque=exact(item) is None)
    elif first == "renameColumn" and len(given) > 1:
        yield step.make("rename_column", name, to=exact(given[1]))
    elif first in {"unique", "index", "primary"}:
        index = Index(texts(given[0]) if given else (), place, unique=first != "index")
        op: Op = {"unique": "add_unique", "index": "create_index"}.get(first, "add_primary_key")  # type: ignore[assignment]
        yield step.make(op, index=index)
    elif first == "foreign":
        target = (links.args("inTable") or links.args("references") or (None,))[0]
        table = (exact(target) or "").partition(".")[0]
        yield step.make("add_foreign_key", foreign_key=ForeignKey(texts(given[0]) if given else (), table, place))


def _knex_column(
    names: tuple[str, ...], name: str | None, kind: str, links: Chain, place: At, step: Step
) -> Iterator[Operation]:
    own = name or ("id" if "ncrements" in kind else None)
    if own is None:
        yield step.make("code", opaque=True)
        return
    primary = "primary" in names or "ncrements" in kind
    default = "defaultTo" in names or "ncrements" in kind
    column = Column(
        own, _KNEX_TYPES.get(kind, kind), not primary and "notNullable" not in names, place, default, primary
    )
    if "alter" in names:
        yield step.make("alter_type", own, column_definition=column)
        return
    yield step.make("add_column", own, column_definition=column)
    if "unique" in names:
        yield step.make("add_unique", index=Index((own,), place, unique=True))
    if "index" in names:
        yield step.make("create_index", index=Index((own,), place, unique=False))
    if "references" in names:
        target = exact((links.args("inTable") or links.args("references"))[0]) or ""
        yield step.make("add_foreign_key", foreign_key=ForeignKey((own,), target.partition(".")[0], place))
