"""Texts that make a regular expression slow, made from the expression itself."""

from __future__ import annotations

import ast
import pkgutil
import re
import re._constants as codes
import re._parser as parser
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import kit

READERS = ("kit.sources", "kit.system", "kit.checks", "kit.claims", "kit.judgement", "kit.report")
"""Packages whose modules look at what a project says."""
_SIGNS = "aA1 \t_-./:=\"'`({[<,;$@#%&*+?!\n|\\)}]>~^é"
_IN_CALL = re.compile(r"\bre\.(?:search|match|fullmatch|find|sub|split)")
_FLAGS = {"I", "IGNORECASE", "M", "MULTILINE", "S", "DOTALL", "X", "VERBOSE"}
_CATEGORIES = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_WORD: r"\W",
}


def patterns() -> dict[tuple[str, int, bool], str]:
    """Every regular expression of the kit that stands in its source or in a module's global, its flags, whether it has
    to match a text as a whole, and where it stands."""
    root = Path(kit.__file__).parent
    found: dict[tuple[str, int, bool], str] = {}
    for module in pkgutil.walk_packages(kit.__path__, "kit.", onerror=lambda _: None):
        if module.name.startswith(READERS) and not module.name.endswith(("__main__", "locust_users")):
            for pattern, whole in _globals(import_module(module.name)):
                found.setdefault((pattern.pattern, pattern.flags & ~re.UNICODE, whole), module.name)
    for path in root.rglob("*.py"):
        source = path.read_text("utf-8")
        for call in ast.walk(ast.parse(source)) if _IN_CALL.search(source) else ():
            if isinstance(call, ast.Call) and (literal := _literal(call)) is not None:
                found.setdefault((literal, _flags(call), call.func.attr == "fullmatch"), f"{path.name}:{call.lineno}")  # type: ignore[attr-defined]
    return found


def _globals(module: ModuleType) -> Iterator[tuple[re.Pattern[str], bool]]:
    source = Path(module.__file__ or "").read_text("utf-8")
    for name, value in vars(module).items():
        # Of a pattern in a table it cannot be told how it is used.
        used_as_whole = f"{name}.fullmatch(" in source or not isinstance(value, re.Pattern)
        yield from ((pattern, used_as_whole) for pattern in _within(value))


def _within(value: Any, depth: int = 0) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth < 3 and isinstance(value, dict):
        for inner in value.values():
            yield from _within(inner, depth + 1)
    elif depth < 3 and isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _within(inner, depth + 1)


def _literal(call: ast.Call) -> str | None:
    named = (
        isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id == "re"
    )
    if not named or call.func.attr == "escape" or not call.args or not isinstance(call.args[0], ast.Constant):  # type: ignore[attr-defined]
        return None
    return call.args[0].value if isinstance(call.args[0].value, str) else None


def _flags(call: ast.Call) -> int:
    names = (
        n.attr for part in (*call.args[1:], *call.keywords) for n in ast.walk(part) if isinstance(n, ast.Attribute)
    )
    return sum({int(getattr(re, name)) for name in names if name in _FLAGS})


def baits(pattern: str, flags: int) -> set[tuple[str, str]]:
    """Pairs of a start and what to repeat after it, one for every repetition in the pattern that has no small limit."""
    found = set(_pumps(parser.parse(pattern, flags), ""))
    return found | {("", start + pump) for start, pump in found if start}


def _pumps(sequence: Any, start: str) -> Iterator[tuple[str, str]]:
    for code, value in sequence:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            low, high, inner = value
            if high == codes.MAXREPEAT or high >= 50:
                yield from ((start, pump) for pump in _repeated(inner) if pump)
            yield from _pumps(inner, start)
            start += _sample(inner) * low
        elif code is codes.SUBPATTERN:
            yield from _pumps(value[3], start)
            start += _sample(value[3])
        elif code is codes.BRANCH:
            for branch in value[1]:
                yield from _pumps(branch, start)
            start += _sample(value[1][0])
        else:
            start += _sample([(code, value)])


def _repeated(inner: Any) -> set[str]:
    pumps = {_sample(inner), _sample(inner, more=1)}
    if len(inner) == 1 and inner[0][0] is codes.SUBPATTERN:
        inner = inner[0][1][3]
    code, value = inner[0] if len(inner) else (None, None)
    if code is codes.IN and len(inner) == 1:
        pumps.update(_members(value)[:8])
    elif code is codes.IN:
        # A separator that what it separates may hold as well is what makes a pattern explode.
        pumps.update(text for sign in _members(value)[:4] for text in (sign, sign + _sample(inner[1:])))
    elif code is codes.BRANCH:
        pumps.update(_sample(branch) for branch in value[1])
    return pumps


def _sample(sequence: Any, more: int = 0) -> str:
    """A text that the pattern matches, more or less; `more`: how often beyond the least what may repeat does."""
    text = ""
    for code, value in sequence:
        if code is codes.LITERAL:
            text += chr(value)
        elif code in (codes.NOT_LITERAL, codes.ANY, codes.GROUPREF):
            text += "a"
        elif code is codes.IN:
            text += _members(value)[0]
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            text += _sample(value[2], more) * min(value[0] + more, value[1])
        elif code is codes.SUBPATTERN:
            text += _sample(value[3], more)
        elif code is codes.BRANCH:
            text += _sample(value[1][0], more)
    return text


def _members(items: Any) -> list[str]:
    return [sign for sign in _SIGNS if _holds(items, sign)] or ["a"]


def _holds(items: Any, sign: str) -> bool:
    negated = held = False
    for code, value in items:
        if code is codes.NEGATE:
            negated = True
        elif code is codes.LITERAL:
            held |= ord(sign) == value
        elif code is codes.RANGE:
            held |= value[0] <= ord(sign) <= value[1]
        elif code is codes.CATEGORY:
            held |= re.match(_CATEGORIES[value], sign) is not None
    return held != negated
