"""HCL (Terraform, Packer, Nomad) to nodes with lines: blocks become mappings, expressions text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.formats.json import loads
from kit.sources.formats.nodes import Document, Node, Problem, Scalar
from kit.sources.grammar import TOO_LONG, parse
from kit.sources.tree.text import one_line_end

MAX_DEPTH = 60
MAX_CHARACTERS = 500_000
MAX_WORK = 10**10
"""Squares of the lines' lengths: to tell a place takes time that grows with the length of its line."""

_BLANKS = re.compile(r"\s{1000}")
"""The grammar takes time that grows with the square of blanks behind an error, and nothing can end it."""

EXPRESSION = "!expression"
"""The tag of a value that has to be evaluated; its data is its source text."""

_HEREDOC = re.compile(r"<<(-?)\s*(\w+)\n(.*?)\n?[ \t]*\2\s*\Z", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?P<fraction>\.\d+)?(?P<exponent>[eE][+-]?\d+)?")


def parse_hcl(text: str, path: str) -> Document:
    """The one document of an HCL file: `resource "a" "b" {}` is at ("resource", "a", "b"); blocks of the same
    labels are a list. What the grammar cannot read is a problem, and the rest is kept.
    """
    text = one_line_end(text)
    if len(text) > MAX_CHARACTERS or sum(len(line) ** 2 for line in text.split("\n")) > MAX_WORK:
        return Document(path, "hcl", error=Problem("The HCL is too large, or has lines too long.", At(path)))
    if blanks := _BLANKS.search(text):
        line = text.count("\n", 0, blanks.start()) + 1
        return Document(path, "hcl", error=Problem("The HCL has a thousand blanks in a row.", At(path, line, line)))
    root = parse(text, "hcl")
    if root is None:
        return Document(path, "hcl", error=Problem(TOO_LONG, At(path)))
    reader = _Reader(path)
    body = next((child for child in root.children() if child.kind() == "body"), None)
    problems = _syntax_errors(root, path)
    try:
        node = reader.body(body, 0) if body else Node({}, At(path, 1, 1))
    except ValueError as error:
        return Document(path, "hcl", error=Problem(f"The HCL cannot be read: {error}.", At(path)))
    if problems and not node.data:
        return Document(path, "hcl", error=problems[0])
    return Document(path, "hcl", (node,), problems=(*problems, *reader.problems))


def _syntax_errors(root: SgNode, path: str) -> tuple[Problem, ...]:
    """Where the grammar skipped text, or put in a token that is not there (it has no width)."""
    lines = set()
    last = root.text().rstrip("\n").count("\n") + root.range().start.line + 1
    pending = [root]
    while pending:
        tree = pending.pop()
        children = tree.children()
        if tree.kind() == "ERROR" or (not children and tree is not root and not tree.text()):
            # A bracket that is missing at the end is missed behind the last line break, where no line is.
            lines.add(min(tree.range().start.line + 1, last))
        else:
            pending.extend(children)
    return tuple(Problem("The HCL cannot be read here.", At(path, line, line)) for line in sorted(lines))


@dataclass
class _Block:
    """A mapping while it is built: entries that hold nodes, or mappings and lists of them."""

    at: At
    entries: dict[str, _Block | list[Node] | Node] = field(default_factory=dict)


class _Reader:
    """Turns the syntax tree of one file into nodes."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def body(self, tree: SgNode, depth: int) -> Node:
        """The mapping of a body's attributes and blocks."""
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels")
        block = _Block(self._at(tree))
        for child in tree.children():
            if child.kind() == "attribute":
                self._attribute(block, child, depth)
            elif child.kind() == "block":
                self._block(block, child, depth)
        return self._node(block, None)

    def _attribute(self, block: _Block, tree: SgNode, depth: int) -> None:
        parts = [child for child in tree.children() if child.kind() != "comment"]
        key, value = parts[0].text(), self.value(parts[-1], depth + 1)
        at = self._at(tree)
        if key in block.entries:
            self.problems.append(Problem(f"The attribute {key!r} is given twice.", At(self.path, at.line, at.line)))
        block.entries[key] = Node(value.data, at, key, value.tag, at.line, value.raw)

    def _block(self, parent: _Block, tree: SgNode, depth: int) -> None:
        children = tree.children()
        route = [_label(child) for child in children if child.kind() in {"identifier", "string_lit"}]
        body = next((child for child in children if child.kind() == "body"), None)
        at = self._at(tree)
        data = self.body(body, depth + 1).data if body else {}
        for step in route[:-1]:
            below = parent.entries.setdefault(step, _Block(at))
            if not isinstance(below, _Block):
                self._clash(step, at)
                return
            below.at = At(self.path, below.at.line, at.end_line)
            parent = below
        if not _add(parent, route[-1], Node(data, at, route[-1], None, at.line)):
            self._clash(route[-1], at)

    def _clash(self, name: str, at: At) -> None:
        message = f"The block {name!r} has other labels than the one before it; it is left out."
        self.problems.append(Problem(message, At(self.path, at.line, at.line)))

    def value(self, tree: SgNode, depth: int) -> Node:
        """The node of an expression."""
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels")
        inner = _innermost(tree)
        at, raw = self._at(tree), tree.text()
        if inner.kind() == "tuple":
            return Node([self.value(c, depth + 1) for c in inner.children() if c.kind() == "expression"], at)
        if inner.kind() == "object":
            return Node(self._object(inner, depth), at)
        literal, value = _literal(inner, raw)
        return Node(value, at, tag=None if literal else EXPRESSION, raw=raw)

    def _object(self, tree: SgNode, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for element in tree.children():
            sides = [child for child in element.children() if child.kind() == "expression"]
            if element.kind() == "object_elem" and len(sides) == 2:
                key, value = _unquoted(sides[0].text()), self.value(sides[1], depth + 1)
                at = self._at(element)
                entries[key] = Node(value.data, at, key, value.tag, at.line, value.raw)
        return entries

    def _node(self, built: _Block | list[Node] | Node, key: str | None) -> Node:
        if isinstance(built, Node):
            return built
        if isinstance(built, list):
            at = At(self.path, built[0].at.line, built[-1].at.end_line)
            return Node(built, at, key, None, at.line)
        entries = {name: self._node(entry, name) for name, entry in built.entries.items()}
        return Node(entries, built.at, key, None, built.at.line if key else None)

    def _at(self, tree: SgNode) -> At:
        span = tree.range()
        return At(self.path, span.start.line + 1, span.end.line + 1)


def _add(parent: _Block, label: str, node: Node) -> bool:
    """Enter the node, beside those of that label; False where the label holds mappings."""
    there = parent.entries.get(label)
    if isinstance(there, _Block):
        return False
    if there is None:
        parent.entries[label] = node
    elif isinstance(there, list):
        there.append(node)
    else:
        parent.entries[label] = [there, node]
    return True


def _innermost(tree: SgNode) -> SgNode:
    """The expression without the wrappers that the grammar puts around a literal or a collection."""
    while tree.kind() in {"expression", "literal_value", "collection_value", "template_expr"}:
        named = [child for child in tree.children() if child.is_named() and child.kind() != "comment"]
        if len(named) != 1 or len(tree.children()) != 1:
            break
        tree = named[0]
    return tree


def _literal(tree: SgNode, raw: str) -> tuple[bool, Scalar]:
    """Whether the expression needs no evaluation, and its value or source text."""
    kind = tree.kind()
    if kind in {"string_lit", "quoted_template"}:
        return kind == "string_lit", _unquoted(tree.text())
    if kind == "heredoc_template" and (match := _HEREDOC.match(raw)):
        body = textwrap.dedent(match[3]) if match[1] else match[3]
        return "${" not in body, body + "\n"
    if kind == "null_lit":
        return True, None
    if kind == "bool_lit":
        return True, raw == "true"
    if number := _NUMBER.fullmatch(raw):
        return True, float(raw) if number["fraction"] or number["exponent"] else int(raw)
    return False, raw


def _label(tree: SgNode) -> str:
    return _unquoted(tree.text())


def _unquoted(text: str) -> str:
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    try:
        return str(loads(text))
    except ValueError:
        return text[1:-1]


def blocks(node: Node | None) -> Iterator[Node]:
    """The blocks at a node: the node itself, or each of a list where the block is repeated."""
    if node is not None:
        yield from node.children() if node.is_list else [node]
