"""YAML to nodes with lines: many documents, anchors and merges within a budget, keys as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import yaml
from yaml.constructor import SafeConstructor
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from yaml.resolver import Resolver

from kit.model import At
from kit.sources.formats.nodes import Document, Node, Problem, Scalar
from kit.sources.formats.template import has_template, is_template_path
from kit.sources.tree.text import one_line_end

MAX_DEPTH = 100
MAX_NODES = 200_000
MAX_BROKEN = 20
"""Broken documents of a file after which the rest of it is not read."""
MAX_PROBLEMS = 100
MAX_EXPANDED = 100_000
"""Nodes that aliases and merges may add to a file."""

_OTHER_BREAKS = str.maketrans("\x85\u2028\u2029", "   ")
_DOCUMENT_START = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_PLAIN_TAG = "tag:yaml.org,2002:"
_RESOLVER = Resolver()
_CONSTRUCTOR = SafeConstructor()
_MERGE = "tag:yaml.org,2002:merge"


class _Stopped(Exception):
    """The document goes beyond a limit: a message and a 1-based line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def parse_yaml(text: str, path: str) -> Document:
    """The documents of a YAML file, one root each; empty documents have none.

    A duplicate key (the last one counts), an alias to nothing or a spent budget is a problem. Where one of
    several documents is broken, the others are kept and the broken one is a problem. Text with Go or Jinja
    template marks that is no YAML by itself has `template` True and no roots.
    """
    text = one_line_end(text).translate(_OTHER_BREAKS)
    reader = _Reader(path, text)
    roots, error = reader.read(text, 0)
    marks = has_template(text)
    if error is not None and marks:
        return Document(path, "yaml", template=True)
    if error is not None and not reader.full:
        reader = _Reader(path, text)
        roots, error = _one_by_one(reader, text)
    if marks and (reader.template_keys or is_template_path(path)):
        return Document(path, "yaml", template=True)
    return Document(path, "yaml", () if error else tuple(roots), error, tuple(reader.problems))


def _one_by_one(reader: _Reader, text: str) -> tuple[list[Node], Problem | None]:
    starts = [0, *(m.start() for m in _DOCUMENT_START.finditer(text) if m.start())]
    roots: list[Node] = []
    failed: list[Problem] = []
    line = 0
    for start, end in pairwise([*starts, len(text)]):
        found, error = reader.read(text[start:end], line)
        line += text.count("\n", start, end)
        roots.extend(found)
        failed.extend([error] if error else [])
        if len(failed) > MAX_BROKEN or reader.full:
            break
    if not roots:
        return [], failed[0] if failed else None
    reader.problems.extend(failed)
    return roots, None


class _Reader:
    """Turns the events of one file into nodes."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = text.removesuffix("\n").split("\n")
        self.problems: list[Problem] = []
        self.template_keys = False
        self.expanded = 0
        self._offset = 1
        self._events: Iterator[Event] = iter(())
        self._anchors: dict[str, Node] = {}
        self._sizes: dict[str, int] = {}
        self._made = 0

    def read(self, text: str, offset: int) -> tuple[list[Node], Problem | None]:
        """The roots of the text that starts after `offset` lines, or the problem that broke it."""
        self._offset = offset + 1
        self._events = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        try:
            return list(self._documents()), None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = min(mark.line + self._offset, len(self.lines)) if mark else None
            said = ", ".join(part for part in (error.problem, error.context) if part)
            return [], Problem(f"The YAML cannot be read: {said}.", At(self.path, line, line))
        except _Stopped as error:
            return [], Problem(str(error), At(self.path, error.line, error.line))
        except (yaml.YAMLError, ValueError) as error:
            return [], Problem(f"The YAML cannot be read: {error}.", At(self.path))

    @property
    def full(self) -> bool:
        """Whether the file's values are as many as are read of one file."""
        return self._made - self.expanded >= MAX_NODES

    def _documents(self) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._anchors, self._sizes = {}, {}
                first = next(self._events)
                empty = isinstance(first, ScalarEvent) and not first.value and first.implicit[0]
                node = self._node(first, 0)
                if not empty:
                    yield node
            elif not isinstance(event, DocumentEndEvent):
                continue

    def _node(self, event: Event, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            return self._aliased(event)
        line = self._line(event)
        if depth > MAX_DEPTH:
            raise _Stopped(f"The YAML is nested deeper than {MAX_DEPTH} levels.", line)
        if self.full:
            raise _Stopped(f"The YAML holds more than {MAX_NODES} values.", line)
        before = self._made
        self._made += 1
        if isinstance(event, ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, SequenceStartEvent):
            node = self._sequence(event, depth)
        else:
            assert isinstance(event, MappingStartEvent)
            node = self._mapping(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
            self._sizes[event.anchor] = self._made - before
        return node

    def _aliased(self, event: AliasEvent) -> Node:
        line = self._line(event)
        at = At(self.path, line, line)
        name = event.anchor or ""
        target, size = self._anchors.get(name), self._sizes.get(name, 0)
        if target is None:
            self.problems.append(Problem(f"The alias *{name} has no anchor before it.", at))
        elif self.expanded + size > MAX_EXPANDED:
            self._refuse(name, at)
        else:
            self.expanded += size
            self._made += size
            return replace(target, at=at)
        return Node(None, at)

    def _refuse(self, anchor: str, at: At) -> None:
        message = f"The alias *{anchor} is not expanded: the file grows too large."
        if all(problem.message != message for problem in self.problems):
            self.problems.append(Problem(message, at))

    def _scalar(self, event: ScalarEvent) -> Node:
        first, last = self._line(event), self._line(event, end=True)
        if event.style in ("|", ">"):
            last = self._last_written(first, event)
        at = At(self.path, first, last)
        tag = event.tag if event.tag and not event.tag.startswith(_PLAIN_TAG) else None
        return Node(_resolved(event), at, tag=tag, raw=event.value)

    def _sequence(self, event: SequenceStartEvent, depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(following := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(following, depth + 1))
        at = self._span(event, following, items)
        return Node(items, at, tag=_custom(event.tag))

    def _mapping(self, event: MappingStartEvent, depth: int) -> Node:
        entries: dict[str, Node] = {}
        merged: list[Node] = []
        while not isinstance(following := next(self._events), yaml.MappingEndEvent):
            merge = _is_merge(following)
            key = self._key(following, depth)
            line = self._line(following)
            value = self._node(next(self._events), depth + 1)
            if merge:
                merged.extend(self._mergeable(value, line))
            else:
                self._enter(entries, key, line, value)
        at = self._span(event, following, list(entries.values()))
        for source in merged:
            entries = {**entries, **{k: n for k, n in source.items() if k not in entries}}
        return Node(entries, at, tag=_custom(event.tag))

    def _enter(self, entries: dict[str, Node], key: str, line: int, value: Node) -> None:
        # `${{ if … }}:` and `${{ else }}:` of Azure's pipelines are conditions, and no keys.
        if key in entries and not key.startswith("${{") and len(self.problems) < MAX_PROBLEMS:
            message = f"The key {key!r} is given twice; the first is on line {entries[key].line}."
            self.problems.append(Problem(message, At(self.path, line, line)))
        end = max(line, value.at.end_line or line)
        entries[key] = Node(value.data, At(self.path, line, end), key, value.tag, line, value.raw)

    def _key(self, event: Event, depth: int) -> str:
        if isinstance(event, ScalarEvent):
            if event.anchor:
                self._node(event, depth + 1)
            return str(event.value)
        node = self._node(event, depth + 1)
        if isinstance(event, MappingStartEvent):
            self.template_keys = True
        return node.text or str(node.value)

    def _mergeable(self, value: Node, line: int) -> list[Node]:
        sources = list(value.children()) if value.is_list else [value]
        if not all(source.is_map for source in sources):
            self.problems.append(Problem("The merge key takes a mapping or a list of mappings.", At(self.path, line)))
        return [source for source in sources if source.is_map]

    def _span(self, start: CollectionStartEvent, end: Event, children: list[Node]) -> At:
        first = self._line(start)
        if start.flow_style:
            return At(self.path, first, self._line(end, end=True))
        return At(self.path, first, max([first, *(child.at.end_line or first for child in children)]))

    def _last_written(self, first: int, block: ScalarEvent) -> int:
        """The last line of a block of text that is not blank; its mark is at the start of the line below."""
        mark = block.end_mark
        last = min((mark.line + (mark.column > 0) if mark else 0) + self._offset - 1, len(self.lines))
        while last > first and not self.lines[last - 1].strip():
            last -= 1
        return max(last, first)

    def _line(self, event: Event, *, end: bool = False) -> int:
        """The 1-based line in the file where the event starts or ends; at most the last one."""
        mark = event.end_mark if end else event.start_mark
        return min((mark.line if mark else 0) + self._offset, len(self.lines))


def _is_merge(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and event.value == "<<" and event.implicit[0]


def _custom(tag: str | None) -> str | None:
    return tag if tag and not tag.startswith(_PLAIN_TAG) else None


def _resolved(event: ScalarEvent) -> Scalar:
    tag = event.tag
    if tag is None or tag == "!":
        tag = str(_RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit))  # type: ignore[no-untyped-call]
    return _value(tag.removeprefix(_PLAIN_TAG), event.value)


def _value(tag: str, text: str) -> Scalar:
    """The Python value. Numbers to base 60 and dates stay text, as in the parsers of deployment tools."""
    node = yaml.ScalarNode(tag, text)
    try:
        if tag == "null":
            return None
        if tag == "bool":
            return bool(_CONSTRUCTOR.construct_yaml_bool(node))
        if tag == "int" and ":" not in text:
            return int(_CONSTRUCTOR.construct_yaml_int(node))
        if tag == "float" and ":" not in text:
            return float(_CONSTRUCTOR.construct_yaml_float(node))
    except (ValueError, KeyError):
        pass
    return text
