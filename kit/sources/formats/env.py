"""Env, INI and properties files to nodes with lines."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from dotenv.parser import parse_stream

from kit.model import At
from kit.sources.formats.nodes import Document, Node, Problem
from kit.sources.tree.text import one_line_end

UNITS = (".service", ".timer", ".socket")
"""How files of systemd end."""

MAX_LINES = 20_000
_SECTION = re.compile(r"\s*\[(?P<name>[^\]\n]*)\]\s*(?:[;#].*)?$")
_ENTRY = re.compile(r"(?P<key>[^=:\s][^=:]*?)\s*(?:[=:]\s*(?P<value>.*))?$")
_PROPERTY = re.compile(r"(?P<key>(?:\\.|[^\\=:\s])+)\s*[=:]?\s*(?P<value>.*)$", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


def parse_env(text: str, path: str) -> Document:
    """Variables of an env file by name, as text, None where there is no `=`; `${VAR}` is left as it is.

    A line that is no assignment and a name that is given twice (the last one counts) are problems.
    """
    if too_long := _too_long(text, path, "env"):
        return too_long
    entries: dict[str, Node] = {}
    problems: list[Problem] = []
    line = 1
    for binding in parse_stream(io.StringIO(one_line_end(text).removeprefix("\ufeff"))):
        written = binding.original.string
        blank = written[: len(written) - len(written.lstrip())].count("\n")
        first, last = line + blank, line + blank + written.strip().count("\n")
        line += written.count("\n")
        if binding.error:
            problems.append(Problem("The line is no assignment.", At(path, first, last)))
        elif binding.key is not None:
            problems += _twice(entries, binding.key, At(path, first, last))
            at = At(path, first, last)
            entries[binding.key] = Node(binding.value, at, binding.key, None, first, binding.value)
    return Document(path, "env", (_root(entries, path),), problems=tuple(problems))


def parse_ini(text: str, path: str) -> Document:
    """Sections as mappings, keys before the first one at the root; values as text, None where there is none.

    An indented line goes on with the value above it. A key that is given twice in a section is a problem, but in a unit
    of systemd, where that makes a list; the last one counts.
    """
    if too_long := _too_long(text, path, "ini"):
        return too_long
    sections: dict[str, Node] = {}
    entries: dict[str, Node] = sections
    problems: list[Problem] = []
    last: Node | None = None
    for number, line in enumerate(one_line_end(text).removeprefix("\ufeff").split("\n"), 1):
        at = At(path, number, number)
        if not line.strip() or line.lstrip()[0] in ";#":
            continue
        if last is not None and line[0] in " \t":
            last = _continued(entries, last, line, number)
        elif section := _SECTION.match(line):
            entries, last = _section(sections, section["name"].strip(), at), None
        elif entry := _ENTRY.match(line.strip()):
            problems += [] if path.endswith(UNITS) else _twice(entries, entry["key"], at)
            last = entries[entry["key"]] = Node(entry["value"], at, entry["key"], None, number, entry["value"])
        else:
            problems.append(Problem("The line is neither a section nor an assignment.", at))
    return Document(path, "ini", (_closed(sections, path),), problems=tuple(problems))


def parse_properties(text: str, path: str) -> Document:
    """The entries of a Java properties file, as text; the last one counts where a key is given twice."""
    if too_long := _too_long(text, path, "properties"):
        return too_long
    entries: dict[str, Node] = {}
    problems: list[Problem] = []
    for first, last, line in _logical_lines(one_line_end(text).removeprefix("\ufeff")):
        match = _PROPERTY.match(line)
        if match is None:
            problems.append(Problem("The line has no key.", At(path, first, last)))
            continue
        key, value = _unescaped(match["key"]), _unescaped(match["value"])
        problems += _twice(entries, key, At(path, first, last))
        entries[key] = Node(value, At(path, first, last), key, None, first, match["value"])
    return Document(path, "properties", (_root(entries, path),), problems=tuple(problems))


def _too_long(text: str, path: str, kind: str) -> Document | None:
    if text.count("\n") + text.count("\r") <= MAX_LINES:
        return None
    return Document(path, kind, error=Problem(f"The file has more than {MAX_LINES} lines.", At(path)))


def _twice(entries: dict[str, Node], key: str, at: At) -> list[Problem]:
    if key not in entries:
        return []
    return [Problem(f"The key {key!r} is given twice; the first is on line {entries[key].line}.", at)]


def _continued(entries: dict[str, Node], last: Node, line: str, number: int) -> Node:
    value = f"{last.text}\n{line.strip()}"
    node = Node(value, At(last.at.path, last.at.line, number), last.key, None, last.key_line, value)
    entries[last.key or ""] = node
    return node


def _section(sections: dict[str, Node], name: str, at: At) -> dict[str, Node]:
    """The entries of that section; a section that comes again goes on."""
    there = sections.get(name)
    if there is None or not isinstance(there.data, dict):
        there = sections[name] = Node({}, at, name, None, at.line)
    assert isinstance(there.data, dict)
    return there.data


def _closed(sections: dict[str, Node], path: str) -> Node:
    """The root, each section reaching to its last entry."""
    closed = {}
    for name, node in sections.items():
        if isinstance(node.data, dict):
            end = max([node.at.line or 1, *(child.at.end_line or 1 for child in node.data.values())])
            node = Node(node.data, At(path, node.at.line, end), name, None, node.key_line)
        closed[name] = node
    return _root(closed, path)


def _root(entries: dict[str, Node], path: str) -> Node:
    return Node(entries, At(path, 1, max([1, *(node.at.end_line or 1 for node in entries.values())])))


def _logical_lines(text: str) -> Iterator[tuple[int, int, str]]:
    """First and last line number and text of every entry, lines that end in a backslash joined."""
    pending: list[str] = []
    first = 1
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.lstrip()
        if not pending:
            first = number
            if not stripped or stripped[0] in "#!":
                continue
        if (len(line) - len(line.rstrip("\\"))) % 2:
            pending.append(stripped[:-1])
            continue
        yield first, number, "".join([*pending, stripped])
        pending = []
    if pending and "".join(pending):
        yield first, first + len(pending) - 1, "".join(pending)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPED.get(m[2], m[2]), text)
