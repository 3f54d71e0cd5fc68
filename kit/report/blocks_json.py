"""Blocks as JSON and back: how a notebook keeps them, read strictly, for a notebook may have been edited."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from kit.report import blocks
from kit.report.blocks import Block, Cell, Chart, Json, Mark, Place, Ref

_KINDS: dict[str, type] = {kind.__name__.lower(): kind for kind in get_args(Block)}


def to_json(block: Block) -> Json:
    """The block as JSON; a chart's figure is left out, for it is stored beside as plotly's own."""
    data = {"block": type(block).__name__.lower(), **_written(block)}
    data.pop("figure", None)
    return data


def from_json(data: Mapping[str, Any], figure: Json | None = None) -> Block:
    """The block that `to_json` wrote; `figure` is the plotly JSON that stood beside a chart.

    Raises KeyError, TypeError or ValueError for anything else.
    """
    kind = _KINDS.get(data["block"])
    if kind is None:
        raise ValueError(f"unknown block {data['block']!r}")
    given = {**data, "figure": figure or {}} if kind is Chart else data
    block: Block = _read(kind, given)
    return block


def _written(value: Any) -> Any:
    if isinstance(value, Mark):
        return {"mark": value.outcome, "text": value.text, "at": value.at}
    if isinstance(value, Place):
        return {"at": value.at}
    if isinstance(value, Ref):
        return {"ref": value.target, "text": value.text}
    if is_dataclass(value):
        return {field.name: _written(getattr(value, field.name)) for field in fields(value)}
    return [_written(v) for v in value] if isinstance(value, tuple) else value


def _read(hint: Any, data: Any) -> Any:
    """The value of a type that a block's field declares."""
    if hint == Cell:
        return _cell(data)
    if isinstance(hint, type) and is_dataclass(hint):
        return hint(**{name: _read(inner, data[name]) for name, inner in _hints(hint).items()})
    origin, inner = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _sequence(inner, data)
    if origin in {Union, types.UnionType}:
        return None if data is None else _read(inner[0], data)
    if origin is Literal and data not in inner:
        raise ValueError(f"{data!r} is none of {inner}")
    return _scalar(hint, data)


def _sequence(inner: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    if not isinstance(data, list | tuple):
        raise TypeError(f"{data!r} is no list")
    hints = [inner[0]] * len(data) if inner[-1] is Ellipsis else inner
    return tuple(_read(hint, value) for hint, value in zip(hints, data, strict=True))


def _scalar(hint: Any, data: Any) -> Any:
    if hint in {str, int, bool} and not isinstance(data, hint):
        raise TypeError(f"{data!r} is no {hint.__name__}")
    return data


def _cell(data: Any) -> Cell:
    if not isinstance(data, Mapping):
        return data if data is None or isinstance(data, int | float) else str(data)
    if "mark" in data:
        return Mark(str(data["mark"]), str(data["text"]), str(data["at"]))
    if "ref" in data:
        return Ref(str(data["ref"]), str(data["text"]))
    return Place(str(data["at"]))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, vars(blocks))
