"""SQL scripts to the operations that they carry out, each with its line; what cannot be parsed is "raw"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlglot.dialects.dialect import Dialect

from kit.model import At
from kit.sources.orm.model import Op, Operation
from kit.sources.sql import alter as sql_alter
from kit.sources.sql import ddl
from kit.sources.sql.statements import (
    MAX_CHARS,
    Statement,
    body_of,
    guess_dialect,
    retokenized,
    statements,
    word,
)


@dataclass(frozen=True)
class _Script:
    """Where a script stands: SQL in another language's string begins at a line of its own."""

    path: str
    offset: int
    dialect: str | None

    def at(self, statement: Statement) -> At:
        return At(self.path, statement.line + self.offset, statement.end_line + self.offset)

    def operation(self, op: Op, statement: Statement, table: str | None = None, **more: Any) -> Operation:
        return Operation(op, table, None, self.at(statement), text=_excerpt(statement.text), **more)


def operations(text: str, path: str, *, dialect: str | None = None, first_line: int = 1) -> tuple[Operation, ...]:
    """What a script does, in order. `first_line` is the line of `path` where `text` begins. Never raises."""
    script = _Script(path, first_line - 1, dialect or guess_dialect(text))
    found, complete = statements(text, script.dialect)
    done = [operation for statement in found for operation in _operations(statement, script)]
    if not complete:
        reason = f"longer than {MAX_CHARS} characters" if len(text) > MAX_CHARS else "not to be read as SQL"
        done.append(Operation("raw", None, None, At(path), text=reason, opaque=True))
    return tuple(done)


_NOT_WHOLE = (RecursionError, ValueError, AttributeError, KeyError, IndexError, TypeError)
"""Long chains of names and operators are nested, too, and the tree of a statement that is cut off lacks parts."""


def _operations(statement: Statement, script: _Script) -> Iterator[Operation]:
    first = word(statement.tokens[0])
    reader = _READERS.get(first)
    if reader is None:
        known = first in _HARMLESS
        yield script.operation("other" if known else "raw", statement, opaque=not known)
    elif statement.too_deep:
        yield script.operation("raw", statement, opaque=True)
    else:
        try:
            done = list(reader(statement, script))
        except _NOT_WHOLE:
            done = [script.operation("raw", statement, opaque=True)]
        yield from done


def _excerpt(text: str, limit: int = 2000) -> str:
    return text if len(text) <= limit else f"{text[:limit]} …"


# Statements on rows: what they touch stands in their first words, so no parser is needed.


_BEFORE_NAME = frozenset({"ONLY", "TABLE", "INTO", "IF", "EXISTS", "IGNORE", "OR", "REPLACE"})


def _name_after(statement: Statement, *keywords: str) -> str | None:
    words = statement.words
    start = next((i + 1 for i, found in enumerate(words) if found in keywords), None)
    if start is None:
        return None
    while start < len(words) and words[start] in _BEFORE_NAME:
        start += 1
    return ddl.name_at(statement, start)[0]


def _insert(statement: Statement, script: _Script) -> Iterator[Operation]:
    yield script.operation("insert", statement, _name_after(statement, "INTO", "INSERT", "REPLACE"))


def _update(statement: Statement, script: _Script) -> Iterator[Operation]:
    unfiltered = "WHERE" not in statement.words
    yield script.operation("update", statement, _name_after(statement, "UPDATE"), unfiltered=unfiltered)


def _delete(statement: Statement, script: _Script) -> Iterator[Operation]:
    table = _name_after(statement, "FROM") or _name_after(statement, "DELETE")
    unfiltered = not {"WHERE", "USING", "JOIN", "LIMIT"} & set(statement.words)
    yield script.operation("delete", statement, table, unfiltered=unfiltered)


def _with(statement: Statement, script: _Script) -> Iterator[Operation]:
    """A WITH may hold several of them; each is looked at from its own keyword on."""
    starts = [i for i, found in enumerate(statement.words) if found in {"INSERT", "UPDATE", "DELETE"}]
    starts = [i for i in starts if _starts_query(statement.words, i)]
    if not starts:
        yield script.operation("other", statement)
        return
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        yield from _operations(statement.part(start, end), script)


def _starts_query(words: list[str], index: int) -> bool:
    """Whether the keyword at `index` begins a statement, unlike that of ON DELETE or FOR UPDATE."""
    return words[index - 1] not in {"ON", "FOR", "DO", "KEY"}


def _select(statement: Statement, script: _Script) -> Iterator[Operation]:
    into = _select_into(statement.words)
    if into is None or statement.words[into + 1 : into + 2] in (["TEMP"], ["TEMPORARY"]):
        yield script.operation("other", statement)
        return
    table = ddl.name_at(statement, into + 1)[0]
    definition = ddl.unread_table(table, script.at(statement)) if table else None
    yield script.operation("create_table" if table else "raw", statement, table, definition=definition, opaque=True)


def _select_into(words: list[str]) -> int | None:
    depth = 0
    for index, found in enumerate(words):
        depth += {"(": 1, ")": -1}.get(found, 0)
        if found == "INTO" and depth == 0:
            return index
    return None


def _truncate(statement: Statement, script: _Script) -> Iterator[Operation]:
    table = _name_after(statement, "TRUNCATE")
    yield script.operation("truncate", statement, table)


_EXECUTE = re.compile(r"\bexecute\b", re.I)
_STEP = frozenset({"CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "RENAME"})


def _block(statement: Statement, script: _Script) -> Iterator[Operation]:
    """An anonymous block: the statements in its body; opaque where it puts SQL together as it runs."""
    body = body_of(statement)
    if body is None or _EXECUTE.search(body):
        yield script.operation("raw", statement, opaque=True)
        return
    for step in statements(body, script.dialect)[0]:
        starts = [i for i, found in enumerate(step.words) if found in _STEP and _starts_query(step.words, i)]
        if starts:
            yield from _operations(step.part(starts[0]), script)


# Statements on tables: sqlglot's grammar, one dialect after another.


def _create(statement: Statement, script: _Script) -> Iterator[Operation]:
    kind = ddl.created_kind(statement.words)
    if kind not in {"TABLE", "INDEX"}:
        yield script.operation("other", statement)
        return
    tree = _tree(statement, script.dialect)
    made = ddl.created(tree, ddl.Place(script.path, script.offset, statement)) if tree is not None else None
    if made is None:
        made = _created_unread(statement, script, kind)
    if made.definition is not None and ddl.is_temporary(statement.words):
        made = replace(made, definition=replace(made.definition, temporary=True), opaque=False)
    yield replace(made, text=_excerpt(statement.text))


def _created_unread(statement: Statement, script: _Script, kind: str) -> Operation:
    """What the words of a CREATE tell that no grammar reads."""
    table, at = ddl.created_name(statement, kind), script.at(statement)
    if kind == "INDEX" and table is not None:
        index = ddl.index_by_words(statement, at)
        return script.operation("create_index", statement, table, name=index.name, index=index)
    definition = ddl.unread_table(table, at) if table and kind == "TABLE" else None
    if definition is not None and {"PARTITION", "OF"} <= set(statement.words):
        definition = replace(definition, implicit=True)
    op: Op = "create_table" if definition else "raw"
    return script.operation(op, statement, table, definition=definition, opaque=True)


def _alter(statement: Statement, script: _Script) -> Iterator[Operation]:
    words = statement.words
    if words[1:2] == ["INDEX"]:
        to = _name_after(statement, "TO") if "RENAME" in words else None
        yield script.operation(
            "rename_constraint" if to else "other", statement, to=to, name=_name_after(statement, "INDEX")
        )
    elif words[1:2] != ["TABLE"] and words[1:3] != ["FOREIGN", "TABLE"]:
        yield script.operation("other", statement)
    else:
        yield from _alter_table(statement, script)


def _alter_table(statement: Statement, script: _Script) -> Iterator[Operation]:
    table, head = sql_alter.altered_table(statement)
    if table is None:
        yield script.operation("raw", statement, opaque=True)
        return
    prefix = statement.tokens[:head]
    for action in sql_alter.actions(statement, head):
        yield from _action(action, prefix, table, script)


def _action(action: Statement, prefix: tuple[Any, ...], table: str, script: _Script) -> Iterator[Operation]:
    whole = Statement((*prefix, *action.tokens), action.source)
    place = ddl.Place(script.path, script.offset, action)
    text = _excerpt(f"ALTER TABLE {table} {action.text}")
    made = sql_alter.known_action(action, table, place)
    if made is None:
        tree = _tree(whole, script.dialect)
        made = sql_alter.altered(tree, table, place) if tree is not None else None
    if made is None:
        made = [Operation("raw", table, None, script.at(action), opaque=True)]
    yield from (replace(operation, text=text) for operation in made)


def _drop(statement: Statement, script: _Script) -> Iterator[Operation]:
    kind, names = ddl.dropped(statement)
    cascade = "CASCADE" in statement.words
    if kind == "TABLE":
        for name in names:
            yield script.operation("drop_table", statement, name, cascade=cascade)
    elif kind == "INDEX":
        table = _name_after(statement, "ON")
        for name in names:
            yield script.operation("drop_index", statement, table, name=name)
    else:
        # A schema, an owner or a whole database takes unnamed tables along.
        wide = kind in {"SCHEMA", "DATABASE", "OWNED"}
        yield script.operation("raw" if wide else "other", statement, opaque=wide, cascade=cascade)


def _rename(statement: Statement, script: _Script) -> Iterator[Operation]:
    """MySQL's RENAME TABLE a TO b, c TO d."""
    names = retokenized(statement, script.dialect)
    for index, found in enumerate(names.words):
        if found == "TO":
            old, new = ddl.name_before(names, index), ddl.name_at(names, index + 1)[0]
            yield script.operation("rename_table", statement, old, to=new)


def _tree(statement: Statement, dialect: str | None) -> Any | None:
    """The statement's syntax tree by the first dialect that reads all of it."""
    for name in dict.fromkeys((dialect or "postgres", "postgres", "mysql", "sqlite", "tsql")):
        try:
            trees = Dialect.get_or_raise(name).parser().parse(list(statement.tokens), statement.source)
        except Exception:  # noqa: S112 - a grammar that stumbles over hostile text says only that it is not its own
            continue
        if trees and trees[0] is not None and type(trees[0]).__name__ != "Command":
            return trees[0]
    return None


_HARMLESS = frozenset({
    "SET", "RESET", "USE", "SHOW", "BEGIN", "START", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "END",
    "GRANT", "REVOKE", "COMMENT", "ANALYZE", "VACUUM", "PRAGMA", "LOCK", "UNLOCK", "REINDEX", "CLUSTER",
    "REFRESH", "NOTIFY", "LISTEN", "CHECKPOINT", "EXPLAIN", "DESCRIBE", "VALUES", "PRINT", "OPTIMIZE",
    "FLUSH", "DISCARD", "SECURITY", "DENY", "DECLARE",
})  # fmt: skip
_READERS: dict[str, Callable[[Statement, _Script], Iterator[Operation]]] = {
    "INSERT": _insert, "REPLACE": _insert, "UPDATE": _update, "DELETE": _delete, "WITH": _with,
    "SELECT": _select, "TRUNCATE": _truncate, "DO": _block, "CREATE": _create, "ALTER": _alter,
    "DROP": _drop, "RENAME": _rename,
}  # fmt: skip
