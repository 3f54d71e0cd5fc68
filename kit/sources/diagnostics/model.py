"""One shape for what a compiler or linter says of one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """`path` is as the tool wrote it, empty where it speaks of no file; `at` and `end` are lines of that file.

    `line` is the line of the output, from 1, where it is told.
    """

    rule: str
    level: Level
    message: str
    path: str = ""
    at: int | None = None
    end: int | None = None
    line: int | None = None
