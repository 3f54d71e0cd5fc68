"""Globs as JavaScript's tools write them: `**`, braces, character classes, extended globs such as `?(x)`."""

from __future__ import annotations

import re
from functools import lru_cache

MAX_LENGTH = 300
MAX_STARS = 4
_EXTENDED = {"?": "?", "*": "*", "+": "+", "@": ""}


class _Unknown(Exception):
    """A spelling that is not read here, as `!(x)`."""


@lru_cache(maxsize=2048)
def glob(pattern: str) -> re.Pattern[str] | None:
    """The pattern of whole paths that a glob stands for; None for one that cannot be read."""
    pattern = re.sub(r"(?:\*\*/)+", "**/", pattern.removeprefix("./"))
    if not _is_tame(pattern):
        return None
    try:
        text, rest = _sequence(pattern, 0, "")
        return re.compile(text) if rest == len(pattern) else None
    except (_Unknown, re.error, RecursionError):
        return None


def _is_tame(pattern: str) -> bool:
    """Whether the pattern has so few stars that no path takes long to match."""
    stars = [segment.count("*") for segment in pattern.replace("**/", "").split("/")]
    return len(pattern) <= MAX_LENGTH and pattern.count("**/") <= 4 and max(stars) <= MAX_STARS


def _sequence(pattern: str, at: int, ends: str) -> tuple[str, int]:
    """The expression from `at` to one of `ends`, and where that stands."""
    parts: list[str] = []
    while at < len(pattern) and pattern[at] not in ends:
        part, at = _part(pattern, at)
        parts.append(part)
    return "".join(parts), at


def _part(pattern: str, at: int) -> tuple[str, int]:
    char, following = pattern[at], pattern[at + 1 : at + 2]
    if following == "(" and char in "?*+@!":
        return _alternatives(pattern, at + 2, ")", "|", _quantifier(char))
    if char == "{":
        return _alternatives(pattern, at + 1, "}", ",", "")
    if char == "(":
        return _alternatives(pattern, at + 1, ")", "|", "")
    if char == "[":
        return _class(pattern, at)
    if pattern.startswith("**", at):
        last = at + 2 == len(pattern)
        return ("(?:[^/]+/)*", at + 3) if pattern.startswith("**/", at) else (".*" if last else "[^/]*", at + 2)
    if char in "*?":
        return ("[^/]*" if char == "*" else "[^/]"), at + 1
    return re.escape(char), at + 1


def _quantifier(char: str) -> str:
    if char not in _EXTENDED:
        raise _Unknown(char)
    return _EXTENDED[char]


def _alternatives(pattern: str, at: int, end: str, between: str, quantifier: str) -> tuple[str, int]:
    found: list[str] = []
    while True:
        text, at = _sequence(pattern, at, end + between)
        found.append(text)
        if at >= len(pattern):
            raise _Unknown(pattern)
        at += 1
        if pattern[at - 1] == end:
            # A group that may repeat is kept from repeating what may be empty: hostile globs would not end.
            repeated = quantifier in {"*", "+"}
            return f"(?:{'|'.join(found)}){'?' if quantifier == '*' else '' if repeated else quantifier}", at


def _class(pattern: str, at: int) -> tuple[str, int]:
    end = pattern.find("]", at + 2)
    if end < 0:
        raise _Unknown(pattern)
    inner = re.sub(r"([\\\[&|~])", r"\\\1", pattern[at + 1 : end])  # none is a sign of sets here
    inner = f"^{inner[1:]}" if inner.startswith("!") else inner
    return f"[{inner}]", end + 1
