"""Secrets that we hold ourselves: hidden, letter for letter, in whatever is kept of what was run or asked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from kit.sources.secrets.find import STARS
from kit.sources.secrets.values import is_secret_name

_SHORTEST = 4
_IN_URL = re.compile(r"//[^/\s@]*?:([^/\s]+)@")
_IN_PAIRS = re.compile(r"(?i)\bpass(?:word|wd|file)?\s*=\s*('[^']*'|\S+)")


class Known:
    """Values that no text may show. Of those that are addresses the password is hidden by itself as well."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        found = {part for value in values for part in _parts(value) if len(part) >= _SHORTEST}
        self._values = sorted(found, key=lambda value: (-len(value), value))

    @classmethod
    def of(cls, secret: Iterable[str], passed: Iterable[str] = ()) -> Known:
        """The values of variables by name: of those that are secret, and of those among others that look it."""
        others = [name for name in passed if is_secret_name(name) or _holds_password(os.environ.get(name, ""))]
        return cls(os.environ[name] for name in (*secret, *others) if name in os.environ)

    def hide(self, text: str) -> str:
        """The text with every known secret in it replaced."""
        for value in self._values:
            text = text.replace(value, STARS)
        return text


def _holds_password(value: str) -> bool:
    return bool(_IN_URL.search(value) or _IN_PAIRS.search(value))


def _parts(value: str) -> Iterator[str]:
    yield from (value, value.strip())
    yield from (line.strip() for line in value.splitlines() if len(line.strip()) >= 2 * _SHORTEST)
    for pattern in (_IN_URL, _IN_PAIRS):
        for match in pattern.finditer(value):
            word = match[1].strip("'")
            yield from (word, unquote(word))
