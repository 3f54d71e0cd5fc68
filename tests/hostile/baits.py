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
from typing import Any, NamedTuple

import kit

READERS = ("kit.sources", "kit.system", "kit.checks", "kit.claims", "kit.judgement", "kit.report")
"""Packages whose modules look at what a project says."""
WAYS = frozenset({"search", "match", "fullmatch"})
_USE = re.compile(r"\b(?P<name>_*[A-Z][A-Z0-9_]+)\b(?!\s*(?::[^=\n]*)?=(?!=))(?!,|\n)(?:\.(?P<way>[a-z]+)\()?")
_METHOD = re.compile(r"\.(search|match|fullmatch|finditer|findall|subn?|split)\(")
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


class Expression(NamedTuple):
    """A regular expression, where it stands, and the ways in which it is used."""

    pattern: str
    flags: int
    where: str
    ways: frozenset[str]


def patterns() -> dict[tuple[str, int], Expression]:
    """Every regular expression of the kit that stands in its source or in a module's global, by text and flags."""
    sources = {path: path.read_text("utf-8") for path in Path(kit.__file__).parent.rglob("*.py")}
    everywhere, found = _uses("\n".join(sources.values())), dict[tuple[str, int], Expression]()

    def add(pattern: str, flags: int, where: str, ways: frozenset[str]) -> None:
        known = found.setdefault((pattern, flags), Expression(pattern, flags, where, ways))
        found[pattern, flags] = known._replace(ways=known.ways | ways)

    for module in pkgutil.walk_packages(kit.__path__, "kit.", onerror=lambda _: None):
        if module.name.startswith(READERS) and not module.name.endswith(("__main__", "locust_users")):
            globals_ = vars(import_module(module.name))
            source = sources[Path(str(globals_["__file__"]))]
            here, seen = _uses(source), frozenset(map(_way, _METHOD.findall(source))) or WAYS
            for name, value in globals_.items():
                uses = here if name.startswith("_") else everywhere
                for pattern in _within(value):
                    # Those of a table are used in one of the ways that are seen beside it.
                    ways = uses.get(name, WAYS) if isinstance(value, re.Pattern) else seen
                    add(pattern.pattern, pattern.flags & ~re.UNICODE, module.name, ways)
    for path, source in sources.items():
        for call in ast.walk(ast.parse(source)) if _IN_CALL.search(source) else ():
            if isinstance(call, ast.Call) and (literal := _literal(call)) is not None:
                if call.func.attr == "compile" and (literal, _flags(call)) in found:  # type: ignore[attr-defined]
                    continue  # a module's global
                add(literal, _flags(call), f"{path.name}:{call.lineno}", frozenset({_way(call.func.attr)}))  # type: ignore[attr-defined]
    return found


def _uses(source: str) -> dict[str, frozenset[str]]:
    """How each name in capitals is used: in all ways where it is given to something else."""
    found: dict[str, set[str]] = {}
    for use in _USE.finditer(source):
        ways = WAYS if use["way"] is None else {_way(use["way"])}
        found.setdefault(use["name"], set()).update(ways)
    return {name: frozenset(ways) for name, ways in found.items()}


def _way(method: str) -> str:
    return method if method in WAYS else "search"


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
