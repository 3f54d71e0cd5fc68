"""What readers made of single files, kept between runs: the same path and text give the same facts.

A text in which the search for secrets sees one leaves nothing that quotes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")

Facts = dict[str, dict[str, tuple[str, str]]]
"""By reader and path: the hash of path and text, and what was made of them as JSON."""
FACTS: TypeAdapter[Facts] = TypeAdapter(Facts)


@dataclass(frozen=True)
class Reader(Generic[T]):
    """A reader whose answer rests on text and path alone.

    `shape` is the type of what it makes: frozen records of builtins. `keeps` tells whether an answer is one for all
    times; `quotes`, whether it holds words of the text.
    """

    name: str
    shape: Any
    make: Callable[[str, str], T]
    keeps: Callable[[T], bool] = lambda _: True
    quotes: bool = True

    @cached_property
    def json(self) -> TypeAdapter[T]:
        """From and to JSON."""
        return TypeAdapter(self.shape)


class Memory:
    """What earlier runs have made (`known`), and what this one adds to it (`new`)."""

    def __init__(self, known: Mapping[str, Mapping[str, tuple[str, str]]]) -> None:
        self.known = known
        self.new: Facts = {}

    def known_of(self, reader: Reader[T], text: str, path: str) -> T | None:
        """What an earlier run has made of the same; None where none did."""
        digest, data = self.known.get(reader.name, {}).get(path, ("", ""))
        with suppress(ValueError):
            return reader.json.validate_json(data) if digest and digest == _digest(text, path) else None
        return None

    def made(self, reader: Reader[T], text: str, path: str) -> T:
        """What the reader makes of a text, now or in an earlier run."""
        known = self.known_of(reader, text, path)
        if known is not None:
            return known
        made = reader.make(text, path)
        if reader.keeps(made) and not (reader.quotes and _holds_secret(text, path)):
            with suppress(ValueError):  # a lone surrogate is no JSON
                kept = reader.json.dump_json(made).decode()
                self.new.setdefault(reader.name, {})[path] = _digest(text, path), kept
        return made

    def take(self) -> Facts:
        """What is new since the last time."""
        new, self.new = self.new, {}
        return new


def _digest(text: str, path: str) -> str:
    return hashlib.sha256(f"{path}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _holds_secret(text: str, path: str) -> bool:
    from kit.sources.secrets.find import mask  # its patterns take as long to compile as a walk

    return mask(text, path) != text
