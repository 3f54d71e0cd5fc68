"""Documents as trees of nodes, each with its line: what every structured format is parsed into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kit.model import At

Scalar = str | int | float | bool | None


@dataclass(frozen=True, eq=False)
class Node:
    """A value and where it stands.

    `data` is a dict of key to Node, a list of Nodes, or a scalar. A mapping's entry has the line of its key,
    a list's item the line of its dash or value. `end_line` is the last line of the value. `key` is the entry's
    key as written, `tag` a custom YAML tag ("!Ref"), `comment` the comment on the same line.
    """

    data: dict[str, Node] | list[Node] | Scalar
    at: At
    key: str | None = None
    tag: str | None = None
    key_line: int | None = None
    raw: str | None = None

    @cached_property
    def value(self) -> Any:
        """The plain Python value, all the way down."""
        if isinstance(self.data, dict):
            return {k: n.value for k, n in self.data.items()}
        if isinstance(self.data, list):
            return [n.value for n in self.data]
        return self.data

    @property
    def line(self) -> int | None:
        """1-based line of the key or value."""
        return self.at.line

    @property
    def text(self) -> str:
        """The scalar as text; empty for None, a mapping or a list."""
        if self.data is None or isinstance(self.data, dict | list):
            return ""
        if isinstance(self.data, bool):
            return str(self.data).lower()
        return str(self.data)

    def get(self, *route: str | int) -> Node | None:
        """The node at the end of the route, or None where a step is not there."""
        node: Node | None = self
        for step in route:
            if node is None:
                return None
            node = node._step(step)
        return node

    def at_or_self(self, *route: str | int) -> At:
        """The place of the deepest step of the route that is there: where an absence is shown."""
        node = self
        for step in route:
            following = node._step(step)
            if following is None:
                break
            node = following
        return node.at

    def each(self, *route: str | int) -> Iterator[Node]:
        """Every node that the route leads to; `*` stands for every key or item, `**` for any depth."""
        if not route:
            yield self
            return
        step, rest = route[0], route[1:]
        if step == "**":
            yield from self.each(*rest)
            for child in self.children():
                yield from child.each(*route)
        elif step == "*":
            for child in self.children():
                yield from child.each(*rest)
        else:
            found = self._step(step)
            if found is not None:
                yield from found.each(*rest)

    def children(self) -> Iterator[Node]:
        """The entries of a mapping or the items of a list, in order."""
        if isinstance(self.data, dict):
            yield from self.data.values()
        elif isinstance(self.data, list):
            yield from self.data

    def items(self) -> Iterator[tuple[str, Node]]:
        """Key and node of a mapping's entries; nothing for anything else."""
        if isinstance(self.data, dict):
            yield from self.data.items()

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for child in self.children():
            yield from child.walk()

    def strings(self) -> Iterator[Node]:
        """Every text scalar at or below this node."""
        return (node for node in self.walk() if isinstance(node.data, str))

    @property
    def is_map(self) -> bool:
        return isinstance(self.data, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.data, list)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.data, dict) and key in self.data

    def _step(self, step: str | int) -> Node | None:
        if isinstance(self.data, dict):
            return self.data.get(str(step))
        if isinstance(self.data, list) and isinstance(step, int) and -len(self.data) <= step < len(self.data):
            return self.data[step]
        return None


@dataclass(frozen=True)
class Problem:
    """Something wrong with a document itself: a syntax error, a duplicate key, a limit that was reached."""

    message: str
    at: At


@dataclass(frozen=True, eq=False)
class Document:
    """One file parsed: `roots` holds a node per document in it (YAML may have many), `problems` what was wrong.

    `error` is set where the file could not be read as its format at all; `roots` is then empty.
    """

    path: str
    format: str
    roots: tuple[Node, ...] = ()
    error: Problem | None = None
    problems: tuple[Problem, ...] = ()
    template: bool = field(default=False)

    @property
    def root(self) -> Node:
        """The first document's root; an empty mapping at the file where there is none."""
        return self.roots[0] if self.roots else Node({}, At(self.path))

    @property
    def at(self) -> At:
        """The file as a whole."""
        return At(self.path)

    def get(self, *route: str | int) -> Node | None:
        """`root.get`."""
        return self.root.get(*route)

    def each(self, *route: str | int) -> Iterator[Node]:
        """`each` over every root."""
        for root in self.roots:
            yield from root.each(*route)
