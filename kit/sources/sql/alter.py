"""ALTER TABLE: one statement to its actions, each action to operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from sqlglot import expressions as exp

from kit.sources.orm.model import Column, ForeignKey, Index, Op, Operation
from kit.sources.sql.ddl import Body, Place, column, name_at, qualified, table_name
from kit.sources.sql.statements import Statement, word

_ACTIONS = frozenset({
    "ADD", "DROP", "ALTER", "RENAME", "MODIFY", "CHANGE", "SET", "OWNER", "ENABLE", "DISABLE", "VALIDATE",
    "FORCE",
    "NO", "CLUSTER", "INHERIT", "ATTACH", "DETACH", "REPLICA", "CONVERT", "ENGINE", "COMMENT", "RESET",
    "CHECK", "WITH",
})  # fmt: skip


def altered_table(statement: Statement) -> tuple[str | None, int]:
    """The table of an ALTER TABLE and the index of its first action's token."""
    words = statement.words
    index = words.index("TABLE") + 1
    while index < len(words) and words[index] in {"IF", "EXISTS", "ONLY"}:
        index += 1
    name, index = name_at(statement, index)
    if words[index : index + 2] == ["ON", "CLUSTER"]:
        return name, index + 3
    return name, index + 1 if words[index : index + 1] == ["*"] else index


def actions(statement: Statement, head: int) -> Iterator[Statement]:
    """The comma-separated actions from `head` on. T-SQL and MySQL let one ADD stand for several columns."""
    tokens = list(statement.tokens[head:])
    pieces: list[list[Any]] = [[]]
    depth = 0
    for token, following in zip_longest(tokens, tokens[1:]):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0)
        if token.text == "," and depth == 0 and _parts(pieces[-1], following):
            pieces.append([])
        else:
            pieces[-1].append(token)
    for piece in _completed([piece for piece in pieces if piece]):
        yield Statement(tuple(piece), statement.source)


def _parts(piece: list[Any], following: Any) -> bool:
    """Whether a comma behind the piece begins another action."""
    adding = bool(piece) and word(piece[0]) == "ADD"
    return following is not None and (adding or word(following) in _ACTIONS)


def _completed(pieces: list[list[Any]]) -> Iterator[list[Any]]:
    """Every piece with the verb that it leaves to the one before it."""
    verb: Any = None
    for piece in pieces:
        if word(piece[0]) in _ACTIONS:
            verb = piece[0]
            yield from _unwrapped(piece)
        else:
            yield [verb, *piece] if verb is not None else piece


def _unwrapped(piece: list[Any]) -> Iterator[list[Any]]:
    """ADD (a int, b int) as one ADD for each."""
    inside = 2 if len(piece) > 2 and word(piece[1]) == "COLUMN" else 1
    if word(piece[0]) != "ADD" or len(piece) < inside + 3 or (piece[inside].text, piece[-1].text) != ("(", ")"):
        yield piece
        return
    inner = Statement((piece[0], *piece[inside + 1 : -1]), "")
    yield from ([piece[0], *part.tokens] for part in actions(inner, 1))


_QUIET = frozenset({
    "OWNER", "ENABLE", "DISABLE", "VALIDATE", "FORCE", "NO", "CLUSTER", "REPLICA", "ENGINE", "COMMENT",
    "RESET",
    "CONVERT", "ATTACH", "DETACH", "CHECK", "MATERIALIZE", "FREEZE",
})  # fmt: skip


_QUIET_PAIRS = {
    ("ADD", "GENERATED"), ("SET", "("), ("MODIFY", "QUERY"), ("MODIFY", "SETTING"), ("MODIFY", "TTL"),
}  # fmt: skip


def known_action(action: Statement, table: str, place: Place) -> list[Operation] | None:
    """The action where its words suffice, None where it takes a grammar."""
    words, bare = action.words, table.rpartition(".")[2]
    if words[0] in _QUIET or tuple(words[:2]) in _QUIET_PAIRS:
        return [Operation("other", table, None, place.at)]
    if words[0] == "RENAME" and words[1:2] in (["CONSTRAINT"], ["INDEX"], ["KEY"]):
        return [_plain("rename_constraint", table, place, name=_text(action, 2), to=_text(action, 4))]
    if words[:3] == ["DROP", "PRIMARY", "KEY"]:
        return [_plain("drop_constraint", table, place, name="PRIMARY")]
    if words[0] == "ADD" and words[-3:-1] == ["USING", "INDEX"]:
        return [Operation("other", table, None, place.at)]  # the index was unique already
    if words[:2] == ["ADD", "CHECK"] or (words[:2] == ["ADD", "CONSTRAINT"] and words[3:4] == ["EXCLUDE"]):
        return [_plain("other" if words[-2:] == ["NOT", "VALID"] else "add_check", table, place)]
    if words[0] == "ALTER" and {"STATISTICS", "STORAGE", "COMPRESSION", "IDENTITY", "RESTART"} & set(words):
        return [Operation("other", table, None, place.at)]
    if words[:2] == ["SET", "SCHEMA"]:
        return [_plain("rename_table", table, place, to=qualified(_text(action, 2), bare))]
    return None


def _plain(op: Op, table: str, place: Place, **more: Any) -> Operation:
    return Operation(op, table, None, place.at, **more)


def _text(statement: Statement, index: int) -> str | None:
    return statement.tokens[index].text if index < len(statement.tokens) else None


def altered(tree: Any, table: str, place: Place) -> list[Operation] | None:
    """The operations of an ALTER TABLE tree with one action, None where it is none."""
    if not isinstance(tree, exp.Alter):
        return None
    made: list[Operation] = []
    for action in tree.args.get("actions") or []:
        made += _from_action(action, tree, table, place)
    return made or None


def _from_action(action: Any, tree: Any, table: str, place: Place) -> list[Operation]:
    if isinstance(action, exp.ColumnDef | exp.AddConstraint):
        return _added(action, table, place, valid=not tree.args.get("not_valid"))
    if isinstance(action, exp.Drop):
        return _dropped_parts(action, table, place)
    if isinstance(action, exp.AlterColumn):
        return _altered_column(action, table, place)
    if isinstance(action, exp.ModifyColumn):
        return _modified(action, table, place)
    if isinstance(action, exp.RenameColumn):
        return [Operation("rename_column", table, action.this.name, place.at, to=action.args["to"].name)]
    if isinstance(action, exp.AlterRename):
        return [_plain("rename_table", table, place, to=table_name(action.this))]
    return []


def _added(action: Any, table: str, place: Place, *, valid: bool) -> list[Operation]:
    body = Body(place)
    for part in [action] if isinstance(action, exp.ColumnDef) else action.expressions:
        body.add(part)
    made = [Operation("add_column", table, c.name, place.at, column_definition=c) for c in body.columns]
    if body.primary_key:
        made.append(_plain("add_primary_key", table, place, index=Index(body.primary_key, place.at, unique=True)))
    made += [_plain("add_unique", table, place, name=u.name, index=u) for u in body.uniques]
    made += [_plain("create_index", table, place, name=i.name, index=i) for i in body.indexes]
    made += [
        _plain("add_foreign_key", table, place, name=f.name, foreign_key=_marked(f, valid)) for f in body.foreign_keys
    ]
    return made + [_plain("add_check" if valid else "other", table, place, name=name) for name in body.checks]


def _marked(key: ForeignKey, valid: bool) -> ForeignKey:
    return key if valid else replace(key, valid=False)


def _dropped_parts(action: Any, table: str, place: Place) -> list[Operation]:
    kind = str(action.args.get("kind") or "COLUMN").upper()
    cascade = bool(action.args.get("cascade"))
    names = [part.name for part in action.args.get("tables") or [action.this]]
    if kind == "COLUMN":
        return [Operation("drop_column", table, name, place.at, cascade=cascade) for name in names]
    op: Op = "drop_index" if kind in {"INDEX", "KEY"} else "drop_constraint"
    return [_plain(op, table, place, name=name, cascade=cascade) for name in names]


def _altered_column(action: Any, table: str, place: Place) -> list[Operation]:
    name, kind, allow = action.name, action.args.get("dtype"), action.args.get("allow_null")
    made: list[Operation] = []
    if kind is not None:
        new = Column(name, kind.sql().upper(), None, place.at)
        made.append(Operation("alter_type", table, name, place.at, column_definition=new))
    if allow is not None:
        made.append(Operation("drop_not_null" if allow else "set_not_null", table, name, place.at))
    if action.args.get("default") is not None:
        made.append(Operation("set_default", table, name, place.at))
    elif action.args.get("drop") and allow is None:
        made.append(Operation("drop_default", table, name, place.at))
    return made


def _modified(action: Any, table: str, place: Place) -> list[Operation]:
    """MySQL's MODIFY and CHANGE: a whole new definition, maybe under a new name."""
    new = column(action.this, place.at)
    old = action.args.get("rename_from")
    made = []
    if old is not None and old.name != new.name:
        made.append(Operation("rename_column", table, old.name, place.at, to=new.name))
    made.append(Operation("alter_type", table, new.name, place.at, column_definition=new))
    made.append(Operation("drop_not_null" if new.nullable else "set_not_null", table, new.name, place.at))
    return made
