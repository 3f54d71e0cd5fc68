"""What a parser of one format gives back, and how formats are told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from kit.sources.evidence.model import Record

Input = TypeVar("Input")


@dataclass(slots=True)
class Found:
    """Records, when and of which revision the file says that they were made, and values that must not be shown."""

    records: tuple[Record, ...]
    made: datetime | None = None
    revision: str | None = None
    note: str = ""
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Format(Generic[Input]):
    """A format: how it is called, whether a content is of it, and what it says.

    `read` raises ValueError, in the words of what was expected, where the content turns out to be none.
    """

    name: str
    fits: Callable[[Input], bool]
    read: Callable[[Input], Found]
