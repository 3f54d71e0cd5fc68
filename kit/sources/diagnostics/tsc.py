"""The TypeScript compiler, pretty or plain."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kit.sources.diagnostics.model import Diagnostic, Level
from kit.sources.formats.parts import one_line

_AT = re.compile(
    r"(?P<path>[^\s:][^:\n]{0,400}?)(?:\((?P<line>\d{1,9}),\d{1,9}\)|:(?P<pretty>\d{1,9}):\d{1,9})(?: -|:) "
    r"(?P<level>error|warning|message) (?P<rule>TS\d{1,6}): (?P<said>.+)"
)
_ALONE = re.compile(r"(?P<level>error) (?P<rule>TS\d{1,6}): (?P<said>.+)")
_END = re.compile(r"Found (\d{1,9}) errors?\b")
_LEVELS: dict[str, Level] = {"error": "error", "warning": "warning"}


def tsc(lines: Iterable[str]) -> list[Diagnostic]:
    """What the compiler says, in its order; what it says of no file (a broken configuration) has no path."""
    found = ((n, _of(line)) for n, line in enumerate(lines, start=1))
    return [_diagnostic(match, n) for n, match in found if match is not None]


def announced(lines: Iterable[str]) -> int:
    """How many errors the compiler says at its end that it found; 0 where it does not say."""
    return max((int(match[1]) for line in lines if (match := _END.match(line))), default=0)


def _of(line: str) -> re.Match[str] | None:
    return _AT.match(line) or _ALONE.match(line)


def _diagnostic(match: re.Match[str], n: int) -> Diagnostic:
    place = match.groupdict()
    at = place.get("line") or place.get("pretty")
    level = _LEVELS.get(match["level"], "note")
    return Diagnostic(
        match["rule"], level, one_line(match["said"]), place.get("path", ""), int(at) if at else None, line=n
    )
