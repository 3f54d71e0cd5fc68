"""How numbers, names and paths are put into the words of a message."""

from __future__ import annotations

import re
from collections.abc import Iterable


def plural(count: int, word: str, many: str = "") -> str:
    """`1 route`, `3 routes`."""
    return f"{count} {word}" if count == 1 else f"{count} {many or word + 's'}"


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first names, each once, and how many more there are."""
    every = list(dict.fromkeys(names))
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def route_words(path: str) -> list[str]:
    """The words of a route's path, parameters left out."""
    spaced = re.sub(r"\{[^}]*\}", " ", path)
    return [w.lower() for w in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", spaced)]
