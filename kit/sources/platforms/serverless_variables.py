"""Variables of the Serverless Framework: `${self:…}`, `${file(…):…}` and fall-backs, as far as files tell."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from kit.sources.formats.documents import Documents
from kit.sources.formats.node_edit import scalar
from kit.sources.formats.nodes import Node
from kit.sources.tree.files import FileIndex

MAX_DEPTH = 20
MAX_SCALAR = 2000
MAX_NODES = 20_000
"""Nodes that the variables of one file may bring in."""

_INNERMOST = re.compile(r"\$\{([^${}]*)\}")
_ALTERNATIVES = re.compile(r"""\s*("[^"]*"|'[^']*'|(?:\([^()]*\)|[^,()])*)\s*(?:,|$)""")
_SELF = re.compile(r"self:([\w.@/-]*)$")
_FILE = re.compile(r"file\(\s*([^()\s](?:[^()]*[^()\s])?)\s*\)(?::([\w.-]+))?$")


class Variables:
    """Fills in the variables of one file. What comes from outside stays as written."""

    def __init__(self, files: FileIndex, documents: Documents, path: str, root: Node) -> None:
        self.files = files
        self.documents = documents
        self.directory = posixpath.dirname(path)
        self.root = root
        self.left = MAX_NODES

    def filled(self, node: Node, depth: int = 0) -> Node:
        """The tree with its variables filled in; what a file brings in keeps its place there."""
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            return node
        if isinstance(node.data, dict):
            return replace(node, data={k: self.filled(v, depth + 1) for k, v in node.data.items()})
        if isinstance(node.data, list):
            return replace(node, data=[self.filled(v, depth + 1) for v in node.data])
        if isinstance(node.data, str) and "${" in node.data:
            return self._text(node, depth)
        return node

    def _text(self, node: Node, depth: int) -> Node:
        text = str(node.data)
        for _ in range(MAX_DEPTH):
            whole = _INNERMOST.fullmatch(text)
            found = self._value(whole[1], node) if whole else None
            if found is not None:
                return self._in_place_of(node, self.filled(found, depth + 1))
            before, text = text, _INNERMOST.sub(lambda match: self._inside(match, node), text)
            if text == before or len(text) > MAX_NODES:
                break
        return replace(node, data=text)

    def _in_place_of(self, node: Node, found: Node) -> Node:
        """A scalar stands where it is asked for; a mapping or list, and all in it, where it is written."""
        nested = found.is_map or found.is_list
        return replace(found, key=node.key) if nested else replace(node, data=found.data)

    def _inside(self, match: re.Match[str], node: Node) -> str:
        found = self._value(match[1], node)
        if found is None or found.is_map or found.is_list or len(found.text) > MAX_SCALAR:
            return match[0]
        return found.text

    def _value(self, expression: str, node: Node) -> Node | None:
        """The first alternative of `a, b, 'literal'` that a file tells."""
        for alternative in _alternatives(expression):
            if alternative[:1] in {"'", '"'}:
                return scalar(alternative[1:-1], node.at)
            if re.fullmatch(r"-?\d+|true|false", alternative):
                return scalar(alternative, node.at)
            found = self._own(alternative) or self._of_file(alternative)
            if found is not None and found.data is not None:
                return found
        return None

    def _own(self, expression: str) -> Node | None:
        reference = _SELF.match(expression)
        return self.root.get(*_route(reference[1])) if reference else None

    def _of_file(self, expression: str) -> Node | None:
        reference = _FILE.match(expression)
        if reference is None:
            return None
        path = posixpath.normpath(posixpath.join(self.directory, reference[1].replace("${self:}", "")))
        if path not in self.files or not path.endswith((".yml", ".yaml", ".json")):
            return None
        document = self.documents.get(path)
        return document.root.get(*_route(reference[2] or "")) if document.roots else None


def _alternatives(expression: str) -> Iterator[str]:
    position = 0
    while position < len(expression):
        found = _ALTERNATIVES.match(expression, position)
        if found is None or found.end() == position:
            return
        yield found[1].strip()
        position = found.end()


def _route(dotted: str) -> Iterator[str | int]:
    for step in dotted.split("."):
        if step:
            yield int(step) if step.isdecimal() and len(step) < 6 else step
