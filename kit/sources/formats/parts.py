"""Values of files that nobody promised a shape: a part knows its line where that can be told, and never raises."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kit.sources.formats.json import loads, parse_json
from kit.sources.formats.nodes import Node

LARGE = 4_000_000
"""Characters from which on lines of JSON are not told: they cost several times the reading."""
MAX_TEXT = 400
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a JSON document, or nothing. Every step leads to a part."""

    value: Any = None
    node: Node | None = None

    @property
    def line(self) -> int | None:
        """The line of its key or value; None in a large document."""
        return self.node.line if self.node is not None else None

    def get(self, *route: str | int) -> Part:
        """The part at the end of the route; one of nothing where a step is missing."""
        part = self
        for step in route:
            part = part._step(step)
        return part

    def first(self, *names: str) -> Part:
        """The first of the keys that holds something."""
        return next((part for name in names if (part := self._step(name)).value not in (None, "")), Part())

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def __iter__(self) -> Iterator[Part]:
        """The items of a list; nothing for anything else."""
        if isinstance(self.value, list):
            yield from (self._step(i) for i in range(len(self.value)))

    def items(self) -> Iterator[tuple[str, Part]]:
        """Keys and values of a mapping; nothing for anything else."""
        if isinstance(self.value, dict):
            yield from ((key, self._step(key)) for key in self.value)

    def each(self, *route: str) -> Iterator[Part]:
        """Every part that the route leads to; `*` stands for every item or value."""
        if not route:
            yield self
            return
        step, rest = route[0], route[1:]
        for part in self.inner() if step == "*" else (self._step(step),):
            yield from part.each(*rest)

    def inner(self) -> Iterator[Part]:
        """The items of a list or the values of a mapping."""
        yield from self
        yield from (part for _, part in self.items())

    @property
    def is_map(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    @property
    def text(self) -> str:
        """A text or number on one line, cut at a length that a report can show; else empty."""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            return ""
        return one_line(str(self.value))

    @property
    def raw(self) -> str:
        """A text as it stands; else empty."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def number(self) -> float | None:
        """A finite number, from digits in a text too."""
        return number(self.value)

    @property
    def count(self) -> int | None:
        """A number of things, at least 0."""
        found = self.number
        return int(found) if found is not None and 0 <= found < 1e15 else None

    def _step(self, step: str | int) -> Part:
        value = self.value
        if isinstance(value, dict):
            inner = value.get(str(step))
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            inner = value[step]
        else:
            return _NOTHING
        return Part(inner, self.node.get(step) if self.node is not None else None)


_NOTHING = Part()


def parse_part(text: str) -> Part:
    """The part of a JSON text. Raises ValueError for what is none, or too deep."""
    try:
        value = loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return Part(value, parse_json(text, "").root if len(text) < LARGE and isinstance(value, dict | list) else None)


def one_line(text: str, most: int = MAX_TEXT) -> str:
    """The text with its white space folded and without a terminal's colours, at most so long."""
    words = " ".join(_COLOUR.sub("", text[: most * 4]).split())
    return words if len(words) <= most else f"{words[: most - 1]}…"


def number(value: object) -> float | None:
    """A finite number, from digits in a text too; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def moment(value: object) -> datetime | None:
    """A time from ISO 8601 or from seconds or milliseconds since 1970; without a zone where it tells none."""
    seconds = number(value)
    try:
        if seconds is not None:
            found = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        elif isinstance(value, str) and len(value) <= 64:
            found = datetime.fromisoformat(_plain(value))
        else:
            return None
        found = found.astimezone(UTC) if found.tzinfo else found
    except (ValueError, OverflowError, OSError):
        return None
    return found if 2000 <= found.year <= 2200 else None


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of two times; the one that there is. What has no zone is taken for UTC."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda m: m if m.tzinfo else m.replace(tzinfo=UTC))


def _plain(text: str) -> str:
    """Fractions of seconds as Python reads them: at most six digits."""
    head, dot, tail = text.strip().partition(".")
    if not dot:
        return head
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
    return f"{head}.{digits[:6]}{tail[len(digits) :]}"
