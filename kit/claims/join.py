"""What a report says more than once, in a summary, a table and a checklist, joined into one statement."""

from __future__ import annotations

import re
from dataclasses import replace

from kit.claims import marks
from kit.claims.model import Statement
from kit.sources.commands.command import word_set

_SMALL = word_set(
    "a an the of for in on to and or with is are be has have all any this that by as at it its our we from via"
    " been was were"
)
LEAST_WORDS = 2


def joined(statements: list[Statement]) -> list[Statement]:
    """The statements, a repeated one once: at its first line, with the lines of the others."""
    kept: dict[tuple[object, ...], int] = {}
    found: list[Statement] = []
    also: dict[int, dict[int, None]] = {}
    for statement in statements:
        key = _key(statement)
        at = kept.get(key) if key is not None else None
        if at is None:
            if key is not None:
                kept[key] = len(found)
            found.append(statement)
            continue
        first = found[at]
        if statement.line != first.line and statement.line not in also.setdefault(at, dict.fromkeys(first.also)):
            also[at][statement.line] = None
            if first.mark is None and statement.mark is not None:
                found[at] = replace(first, mark=statement.mark)
    for at, lines in also.items():
        found[at] = replace(found[at], also=tuple(lines))
    return found


def _key(statement: Statement) -> tuple[object, ...] | None:
    """Statements with one key say the same; None where the words are too few to tell."""
    if statement.kind == "code":
        return ("code", statement.text)
    words = frozenset(words_of(statement.text))
    if len(words) < LEAST_WORDS:
        return None
    return (words, statement.mark if statement.mark else "none")


def words_of(text: str) -> list[str]:
    """The words that carry a statement: lower case, endings off, numbers kept as written."""
    bare = re.sub(r"[`*_]", "", marks.without_signs(text)).lower()
    words = re.findall(r"[\w./@-]*\w\+?%?", bare)
    return [_stem(word) for word in words if word not in _SMALL]


def _stem(word: str) -> str:
    if not word.isalpha():
        return word
    for ending in ("ations", "ation", "ings", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
