"""TOML to nodes with lines: tomllib says what it is, the syntax tree where it stands."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

from tree_sitter import Language, Parser
from tree_sitter import Node as Tree
from tree_sitter_toml import language

from kit.model import At
from kit.sources.formats.nodes import Document, Node, Problem, Scalar
from kit.sources.formats.template import has_template
from kit.sources.tree.text import one_line_end

MAX_DEPTH = 100
MAX_NODES = 100_000
MAX_DOTS = 2000
"""Dots in a line: tomllib takes a time for a dotted key that grows with the square of its parts."""

_LANGUAGE = Language(language())
_PLACE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")
_TABLES = {"table", "table_array_element"}
_KEYS = {"bare_key", "quoted_key", "dotted_key"}


def parse_toml(text: str, path: str) -> Document:
    """The one document of a TOML file. Dates and times are kept as text.

    Text with template marks that is no TOML by itself has `template` True and no root.
    """
    text = one_line_end(text).removeprefix("\ufeff")
    if any(line.count(".") > MAX_DOTS for line in text.split("\n")):
        return Document(path, "toml", error=Problem(f"A line has more than {MAX_DOTS} dots.", At(path)))
    try:
        tomllib.loads(text)
        tree = Parser(_LANGUAGE).parse(text.encode("utf-8")).root_node
        root = _Reader(path).document(tree)
    except tomllib.TOMLDecodeError as error:
        if has_template(text):
            return Document(path, "toml", template=True)
        return Document(path, "toml", error=_problem(error, path))
    except (RecursionError, ValueError) as error:
        said = str(error) if isinstance(error, ValueError) else f"it is nested deeper than {MAX_DEPTH} levels"
        return Document(path, "toml", error=Problem(f"The TOML cannot be read: {said}.", At(path)))
    return Document(path, "toml", (root,))


def _problem(error: tomllib.TOMLDecodeError, path: str) -> Problem:
    place = _PLACE.search(str(error))
    line = int(place[1]) if place and place[1] else None
    return Problem(f"The TOML cannot be read: {_PLACE.sub('', str(error))}.", At(path, line, line))


@dataclass
class _Table:
    """A table while it is built; `end` grows with what is entered."""

    line: int
    end: int
    entries: dict[str, _Table | list[_Table] | Node] = field(default_factory=dict)


class _Reader:
    """Turns the syntax tree of one file into nodes."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._made = 0

    def document(self, tree: Tree) -> Node:
        """The root mapping."""
        root = _Table(1, 1)
        for child in tree.children:
            if child.type == "pair":
                self._pair(root, child, 0)
            elif child.type in _TABLES:
                self._table(root, child)
        return self._node(root, None)

    def _table(self, root: _Table, tree: Tree) -> None:
        key = next(child for child in tree.children if child.type in _KEYS)
        self._count()
        line = tree.start_point.row + 1
        *above, last = _route(key)
        parent = root
        for step in above:
            parent = _below(parent, step, line)
        if tree.type == "table_array_element":
            table = _Table(line, line)
            rows = parent.entries.setdefault(last, [])
            assert isinstance(rows, list)
            rows.append(table)
        else:
            table = _below(parent, last, line)
        for child in tree.children:
            if child.type == "pair":
                self._pair(table, child, 0)

    def _pair(self, table: _Table, tree: Tree, depth: int) -> None:
        key, _, value = [child for child in tree.children if child.type != "comment"][:3]
        line = key.start_point.row + 1
        *above, last = _route(key)
        for step in above:
            table = _below(table, step, line)
        node = self._value(value, depth + 1)
        table.entries[last] = Node(node.data, At(self.path, line, node.at.end_line), last, None, line, node.raw)

    def _value(self, tree: Tree, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels")
        self._count()
        at = At(self.path, tree.start_point.row + 1, tree.end_point.row + 1)
        if tree.type == "array":
            items = [child for child in tree.children if child.is_named and child.type != "comment"]
            return Node([self._value(item, depth + 1) for item in items], at)
        if tree.type == "inline_table":
            table = _Table(at.line or 1, at.end_line or 1)
            for child in tree.children:
                if child.type == "pair":
                    self._pair(table, child, depth)
            return Node(self._node(table, None).data, at)
        raw = (tree.text or b"").decode("utf-8")
        value = _scalar(raw)
        return Node(value, at, raw=value if isinstance(value, str) else raw)

    def _count(self) -> None:
        self._made += 1
        if self._made > MAX_NODES:
            raise ValueError(f"it holds more than {MAX_NODES} values")

    def _node(self, built: _Table | list[_Table] | Node, key: str | None) -> Node:
        if isinstance(built, Node):
            return built
        data: dict[str, Node] | list[Node]
        if isinstance(built, list):
            data = [self._node(table, None) for table in built]
            line, children = built[0].line, data
        else:
            data = {name: self._node(entry, name) for name, entry in built.entries.items()}
            line, children = built.line, list(data.values())
        end = max([line, *(child.at.end_line or line for child in children)])
        return Node(data, At(self.path, line, end), key, None, line if key is not None else None)


def _below(table: _Table, step: str, line: int) -> _Table:
    """The table of that name, made where it is not there; of an array of tables the last one."""
    found = table.entries.setdefault(step, _Table(line, line))
    if isinstance(found, list):
        return found[-1]
    if isinstance(found, Node):
        raise ValueError(f"{step!r} is a value and a table")
    return found


def _route(key: Tree) -> list[str]:
    if key.type == "dotted_key":
        return [step for child in key.children if child.type in _KEYS for step in _route(child)]
    text = (key.text or b"").decode("utf-8")
    return [str(_scalar(text))] if key.type == "quoted_key" else [text]


def _scalar(raw: str) -> Scalar:
    if raw[:1] in "\"'" and raw[:3] not in ('"""', "'''") and "\\" not in raw:
        return raw[1:-1]
    value = tomllib.loads(f"value = {raw}")["value"]
    return value if isinstance(value, str | int | float | bool) else raw
