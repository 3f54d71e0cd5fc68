"""JSON to nodes with lines; comments and trailing commas are taken as editors take them."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from ast_grep_py import SgNode, SgRoot

from kit.model import At
from kit.sources.nodes import Document, Node, Problem, Scalar
from kit.sources.template import has_template
from kit.sources.text import one_line_end

MAX_DEPTH = 100
_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])')
_NOT_BREAK = re.compile(r"[^\n]")


class _TooDeepError(Exception):
    """Nested beyond the limit; the 1-based line where."""

    def __init__(self, line: int) -> None:
        super().__init__(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
        self.line = line


def parse_json(text: str, path: str) -> Document:
    """The one document of a JSON or JSONC file. A duplicate key (the last one counts) is a problem.

    Text with template marks that is no JSON by itself has `template` True and no root.
    """
    text = _strict(one_line_end(text))
    try:
        json.loads(text, parse_constant=_refuse)
    except RecursionError:
        return _broken(path, f"The JSON is nested deeper than {MAX_DEPTH} levels.", None)
    except json.JSONDecodeError as error:
        if has_template(text):
            return Document(path, "json", template=True)
        return _broken(path, f"The JSON cannot be read: {error.msg}.", error.lineno)
    except ValueError as error:
        return _broken(path, f"The JSON cannot be read: {error}.", None)
    return _document(text, path)


def _document(text: str, path: str) -> Document:
    reader = _Reader(path)
    tree = SgRoot(text, "json").root()
    value = next((child for child in tree.children() if child.is_named()), None)
    if value is None:
        return _broken(path, "The JSON cannot be read: it is empty.", None)
    try:
        root = reader.node(value, 0)
    except _TooDeepError as error:
        return _broken(path, str(error), error.line)
    return Document(path, "json", (root,), problems=tuple(reader.problems))


def _strict(text: str) -> str:
    """The text without a byte order mark, and blanks where comments and trailing commas were."""
    text = _STRING_OR_COMMENT.sub(
        lambda m: m[0] if m[0][0] == '"' else _NOT_BREAK.sub(" ", m[0]), text.lstrip("\ufeff")
    )
    return _STRING_OR_COMMA.sub(lambda m: m[0] if m[0][0] == '"' else " ", text)


def _broken(path: str, message: str, line: int | None) -> Document:
    return Document(path, "json", error=Problem(message, At(path, line, line)))


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


class _Reader:
    """Turns the syntax tree of one file into nodes."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def node(self, tree: SgNode, depth: int) -> Node:
        """The node of a value."""
        span = tree.range()
        at = At(self.path, span.start.line + 1, span.end.line + 1)
        if depth > MAX_DEPTH:
            raise _TooDeepError(at.line or 1)
        kind = tree.kind()
        if kind == "object":
            return Node(self._entries(tree, depth), at)
        if kind == "array":
            return Node([self.node(c, depth + 1) for c in tree.children() if c.is_named()], at)
        raw = tree.text()
        value: Scalar = json.loads(raw)
        return Node(value, at, raw=value if isinstance(value, str) else raw)

    def _entries(self, tree: SgNode, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for pair in tree.children():
            if pair.kind() != "pair":
                continue
            name, _, tail = pair.children()
            key, line = self._key(name), name.range().start.line + 1
            value = self.node(tail, depth + 1)
            if key in entries:
                message = f"The key {key!r} is given twice; the first is on line {entries[key].line}."
                self.problems.append(Problem(message, At(self.path, line, line)))
            entries[key] = Node(
                value.data, At(self.path, line, value.at.end_line), key, None, line, value.raw
            )
        return entries

    def _key(self, name: SgNode) -> str:
        key: Any = json.loads(name.text())
        return str(key)
