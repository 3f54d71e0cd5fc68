"""Version ranges as npm, Cargo, Poetry and pip write them: does a version satisfy one?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

MAX_LENGTH = 300
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_COMPARATOR = re.compile(
    r"(\^|~>?|>=|<=|>|<|==?)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-([0-9A-Za-z.-]+))?(?:\+[\w.-]+)?"
)
_HYPHEN = re.compile(r"^(\S+)\s+-\s+(\S+)$")

Key = tuple[int, int, int, tuple[tuple[int, int, str], ...]]
_RELEASE: tuple[tuple[int, int, str], ...] = ((9, 0, ""),)


@dataclass(frozen=True, slots=True)
class _Range:
    """From `low` (inclusive) to `high` (exclusive); `pre` the release whose pre-releases it names."""

    low: Key
    high: Key | None
    pre: tuple[int, int, int] | None = None


def satisfies(version: str, spec: str, *, cargo: bool = False) -> bool | None:
    """Whether a version is in a range of npm, or of Cargo, where a bare version is a caret.

    None where that cannot be told: a tag, an address, a spelling that is not known.
    """
    match = _VERSION.fullmatch(version.strip())
    if match is None or len(spec) > MAX_LENGTH:
        return None
    key = _key(match)
    answers = [_in_all(key, part, cargo) for part in spec.split("||")]
    if True in answers:
        return True
    return None if None in answers else False


def _key(match: re.Match[str]) -> Key:
    return (int(match[1]), int(match[2]), int(match[3]), _pre(match[4]))


def _pre(text: str | None) -> tuple[tuple[int, int, str], ...]:
    if not text:
        return _RELEASE
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in text.split("."))


def _in_all(key: Key, text: str, cargo: bool) -> bool | None:
    ranges = _ranges(text.strip(), cargo)
    if ranges is None:
        return None
    inside = all(r.low <= key and (r.high is None or key < r.high) for r in ranges)
    if key[3] != _RELEASE and inside:
        # A pre-release counts only for a range that names one of the same release.
        return any(r.pre == key[:3] for r in ranges)
    return inside


def _ranges(text: str, cargo: bool) -> list[_Range] | None:
    if text in {"", "*", "x", "X"}:
        return [_Range((0, 0, 0, ()), None)]
    if match := _HYPHEN.match(text):
        text = f">={match[1]} <={match[2]}"
    ranges, position = [], 0
    while position < len(text):
        match = _COMPARATOR.match(text, position)
        if match is None or (match.end() < len(text) and text[match.end()] not in " ,\t<>=~^"):
            return None
        ranges.append(_range(match, cargo))
        position = match.end()
        while position < len(text) and text[position] in " ,\t":
            position += 1
    return ranges


def _range(match: re.Match[str], cargo: bool) -> _Range:
    operator = match[1] or ("^" if cargo else "=")
    parts = [int(p) if p and p.isdigit() else None for p in match.group(2, 3, 4)]
    if None in parts:
        parts = parts[: parts.index(None)]
    known = [p for p in parts if p is not None]
    major, minor, patch = (*known, 0, 0, 0)[:3]
    low: Key = (major, minor, patch, _pre(match[5]) if match[5] else ())
    pre = (major, minor, patch) if match[5] else None
    if operator == "=" and len(known) == 3 and not match[5]:
        low = (major, minor, patch, _RELEASE)
    return _bounded(operator, low, known, pre)


def _bounded(operator: str, low: Key, known: list[int], pre: tuple[int, int, int] | None) -> _Range:
    whole = len(known) == 3
    start: Key = low if whole else (*low[:3], ())
    zero: Key = (0, 0, 0, ())
    if not known:
        return _Range(zero, None)
    if operator == ">=":
        return _Range(start, None, pre)
    if operator == "<":
        return _Range(zero, start, pre)
    after = _next(low[:3], len(known))
    if operator == ">":
        return _Range(_just_after(low, pre) if whole else after, None, pre)
    if operator == "<=":
        return _Range(zero, _just_after(low, pre) if whole else after, pre)
    if operator == "^":
        leading = next((i for i, n in enumerate(known) if n), len(known) - 1)
        return _Range(start, _next(low[:3], leading + 1), pre)
    if operator.startswith("~"):
        return _Range(start, _next(low[:3], min(len(known), 2)), pre)
    return _Range(start, _just_after(low, pre) if whole else after, pre)


def _just_after(low: Key, pre: tuple[int, int, int] | None) -> Key:
    return (*low[:3], (*low[3], (9, 9, ""))) if pre else (*low[:2], low[2], (*_RELEASE, (9, 9, "")))


def _next(release: tuple[int, int, int], length: int) -> Key:
    """The first version after all that share the first `length` numbers."""
    numbers = [*release[: length - 1], release[length - 1] + 1, 0, 0, 0][:3]
    return (numbers[0], numbers[1], numbers[2], ())


def satisfies_python(version: str, spec: str) -> bool | None:
    """Whether a version is in a range of pip or Poetry (`^1.2`, `~1.2`, `1.*`, `>=1,<2 || ^3`)."""
    if len(spec) > MAX_LENGTH:
        return None
    try:
        release = Version(version)
        sets = [_python_set(part.strip()) for part in re.split(r"\|\|?", spec)]
        return any(part.contains(release, prereleases=True) for part in sets)
    except (InvalidVersion, InvalidSpecifier, ValueError):
        return None


def _python_set(spec: str) -> SpecifierSet:
    if spec in {"", "*"}:
        return SpecifierSet("")
    parts = [p.strip() for p in re.split(r",|\s+(?=[<>=!~^])", spec) if p.strip()]
    return SpecifierSet(",".join(_python_part(part) for part in parts))


def _python_part(part: str) -> str:
    if part.startswith("^") or (part.startswith("~") and not part.startswith("~=")):
        low = Version(part[1:].strip())
        release = low.release
        if part.startswith("^"):
            leading = next((i for i, n in enumerate(release) if n), len(release) - 1)
        else:
            leading = min(len(release), 2) - 1
        high = ".".join(map(str, (*release[:leading], release[leading] + 1)))
        return f">={low},<{high}"
    return f"=={part}" if re.match(r"\d", part) else part
