"""Every word that the report says by itself, by key, in one folder per language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

import yaml

LANGUAGE = "en"
PARTS = ("words", "styles", "sections", "views", "paper", "claims")


class _Filler(Formatter):
    """Fills in names, and with `{number:step|steps}` the words that a number asks for."""

    def format_field(self, value: object, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if bar:
            return one if str(value) == "1" else many
        return str(super().format_field(value, format_spec))


_FILLER = _Filler()


def filled(words: str, **values: object) -> str:
    """Words with values in the place of their names: `{n} {n:step|steps}` becomes "1 step", "0 steps", "2 steps"."""
    return _FILLER.vformat(words, (), values)


def text(key: str, **values: object) -> str:
    """The text of a key as "formal.summary", filled in. Raises KeyError for a key that there is not."""
    found = _found(key)
    if not isinstance(found, str):
        raise KeyError(f"{key} is no text")
    return filled(found, **values) if values else found


def texts(key: str) -> tuple[str, ...]:
    """The texts of a key that is a list."""
    return tuple(str(part) for part in _found(key))


def mapping(key: str) -> dict[str, str]:
    """The texts under a key, by the last part of theirs."""
    return {str(name): str(said) for name, said in _found(key).items()}


def pairs(key: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a key that is a list of two, or a mapping."""
    found = _found(key)
    return tuple((str(a), str(b)) for a, b in (found.items() if isinstance(found, Mapping) else found))


@cache
def _said() -> dict[str, Any]:
    folder = files("kit.report") / "texts" / LANGUAGE
    parts = [yaml.safe_load((folder / f"{part}.yaml").read_text("utf-8")) for part in PARTS]
    return {key: value for part in parts for key, value in part.items()}


def _found(key: str) -> Any:
    found: Any = _said()
    for name in key.split("."):
        found = found[name]
    return found
