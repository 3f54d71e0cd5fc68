"""What the outputs of scanners have in common: JSON of a shape that nobody promised."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def loaded(text: str) -> Any:
    """The value of a JSON text. Raises ValueError for what is none."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("the output is nested too deeply") from error


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """The mappings among the items of a list; nothing where it is none."""
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def at(value: Any, *route: str) -> Any:
    """What stands at the end of the route; None where a step is missing."""
    for step in route:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def whole(value: Any, default: int = 1) -> int:
    """A number of a line, at least 1."""
    return max(1, value) if isinstance(value, int) and not isinstance(value, bool) else default


def text(value: Any) -> str:
    """A text on one line; empty where there is none."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def copy_name(value: Any) -> str:
    """The name of a copy, however a scanner writes paths."""
    return text(value).replace("\\", "/").removeprefix("./").lstrip("/")
