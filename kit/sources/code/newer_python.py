"""Python in the words of an older Python, line by line: `ast` knows the syntax of its own version only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kit.sources.grammar import parse

GAP = "unread_part"
"""What stands in a text for a part that only a running program knows."""


def older(text: str) -> str:
    """The text without type parameters, `type` statements, bare lists after `except` and nested f-strings.

    Lines stay where they are. Expressions within f-strings become GAP.
    """
    root = parse(text, "python")
    edits = sorted(_edits(root, text), key=lambda edit: edit[0]) if root is not None else []
    done: list[str] = []
    end = 0
    for start, stop, new in edits:
        if start >= end:
            done += [text[end:start], new]
            end = stop
    return "".join([*done, text[end:]])


def _edits(root: Any, text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, replacement) in characters."""
    for node in root.find_all(kind="type_parameter"):
        parent = node.parent()
        if parent is not None and parent.kind() in {"function_definition", "class_definition"}:
            yield *_span(node), ""
            # Its lines go behind the next bracket or colon, where they are allowed.
            behind = _next_mark(text, _span(node)[1]) + 1
            yield behind, behind, "\n" * node.text().count("\n")
    for node in root.find_all(kind="type_alias_statement"):
        start, _ = _span(node)
        yield start, start + len("type "), ""
    for node in root.find_all(kind="except_clause"):
        yield from _except(node)
    for node in root.find_all(kind="string"):
        if any(child.kind() == "interpolation" for child in node.children()):
            yield *_span(node), _plain_text(node)


def _next_mark(text: str, start: int) -> int:
    return next((i for i in range(start, len(text)) if not text[i].isspace()), len(text))


def _except(node: Any) -> Iterator[tuple[int, int, str]]:
    children = [c for c in node.children() if c.kind() != "comment"]
    kinds = [c.kind() for c in children]
    if "," in kinds and ":" in kinds:
        first = children[2 if kinds[1] == "*" else 1]
        last = children[kinds.index(":") - 1]
        if last.kind() != "as_pattern":
            (start, _), (_, end) = _span(first), _span(last)
            yield start, start, "("
            yield end, end, ")"


def _plain_text(node: Any) -> str:
    """An f-string as a text of the same number of lines."""
    parts: list[str] = []
    prefix = ""
    for child in node.children():
        if child.kind() == "string_start":
            prefix = "r" if "r" in child.text().lower() else ""
        elif child.kind() == "interpolation":
            parts.append(GAP + "\n" * child.text().count("\n"))
        elif child.kind() != "string_end":
            parts.append(child.text())
    body = "".join(parts)
    quotes = "'''" if '"""' in body or body.endswith('"') else '"""'
    return f"{prefix}{quotes}{body}{quotes}"


def _span(node: Any) -> tuple[int, int]:
    found = node.range()
    return found.start.index, found.end.index
