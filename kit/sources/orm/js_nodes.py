"""What the JavaScript of models and migrations is made of: texts, objects, calls and chains of calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.newer_python import GAP
from kit.sources.grammar import parse

MAX_CHARS = 500_000
_GRAMMARS = {"tsx": "tsx", "ts": "typescript", "mts": "typescript", "cts": "typescript"}


@dataclass(frozen=True)
class Chain:
    """A chain such as `text("a").notNull()`: the names called, innermost first, each with its arguments."""

    names: tuple[str, ...]
    arguments: tuple[tuple[SgNode, ...], ...]

    def has(self, *names: str) -> bool:
        """Whether one of the names is called."""
        return any(name in self.names for name in names)

    def args(self, name: str) -> tuple[SgNode, ...]:
        """The arguments of the call of that name; none where it is not called."""
        return self.arguments[self.names.index(name)] if name in self.names else ()


def root(text: str, path: str) -> SgNode | None:
    """The tree of a source file; None where it is too long to be read, or takes too long."""
    if len(text) > MAX_CHARS:
        return None
    return parse(text, _GRAMMARS.get(path.rpartition(".")[2], "tsx"))


def at(node: SgNode, path: str) -> At:
    """The lines of a node."""
    found = node.range()
    first, last = found.start.line + 1, found.end.line + 1
    return At(path, first, last if last != first else None)


def named(node: SgNode) -> list[SgNode]:
    """The children that are no punctuation."""
    return [child for child in node.children() if child.is_named() and child.kind() != "comment"]


def arguments(call: SgNode) -> tuple[SgNode, ...]:
    """The arguments of a call or a `new`."""
    listed = call.field("arguments")
    return tuple(named(listed)) if listed is not None and listed.kind() == "arguments" else ()


def called(call: SgNode) -> str:
    """The name that is called: the last part of `a.b.c()`."""
    function = call.field("function") or call.field("constructor")
    if function is None:
        return ""
    last = function.field("property") if function.kind() == "member_expression" else function
    return last.text() if last is not None else ""


def chain(node: SgNode) -> Chain:
    """The chain of calls that ends with this one."""
    names: list[str] = []
    given: list[tuple[SgNode, ...]] = []
    current: SgNode | None = node
    while current is not None and current.kind() in {
        "call_expression",
        "member_expression",
        "await_expression",
    }:
        if current.kind() == "call_expression":
            names.append(called(current))
            given.append(arguments(current))
            current = current.field("function")
        elif current.kind() == "member_expression":
            current = current.field("object")
        else:
            current = next(iter(named(current)), None)
    return Chain(tuple(names[::-1]), tuple(given[::-1]))


def text(node: SgNode | None) -> str | None:
    """A string's text, GAP for what a template puts in; None for anything else."""
    if node is None or node.kind() not in {"string", "template_string"}:
        return None
    parts = (GAP if child.kind() == "template_substitution" else _fragment(child) for child in named(node))
    return "".join(parts)


_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": ""}


def _fragment(node: SgNode) -> str:
    written: str = node.text()
    return _ESCAPES.get(written, written[1:]) if node.kind() == "escape_sequence" else written


def exact(node: SgNode | None) -> str | None:
    """A string's text where all of it is written out."""
    found = text(node)
    return found if found is not None and GAP not in found else None


def entries(node: SgNode | None) -> dict[str, SgNode]:
    """The pairs of an object literal."""
    found: dict[str, SgNode] = {}
    for pair in named(node) if node is not None and node.kind() == "object" else []:
        key, value = pair.field("key"), pair.field("value")
        if pair.kind() == "pair" and key is not None and value is not None:
            found[key.text().strip("\"'")] = value
    return found


def is_spread(node: SgNode | None) -> bool:
    """Whether an object literal takes in what stands elsewhere."""
    return node is not None and any(child.kind() == "spread_element" for child in node.children())


def literal(node: SgNode | None) -> Any:
    """True, False, None for null, a text; `...` for anything else."""
    if node is None:
        return ...
    words: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None}
    if node.text() in words:
        return words[node.text()]
    found = exact(node)
    return found if found is not None else ...


def texts(node: SgNode | None) -> tuple[str, ...]:
    """The texts of an array, or the one text."""
    if node is not None and node.kind() == "array":
        return tuple(exact(item) or "" for item in named(node))
    single = exact(node)
    return (single,) if single is not None else ()


def calls(node: SgNode) -> Iterator[SgNode]:
    """The calls below a node, in the order of the text."""
    found = node.find_all(kind="call_expression")
    yield from sorted(found, key=lambda call: call.range().start.index)
