"""The axes of a plotly figure on paper: where a value or a category lies, and what is written beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kit.report.blocks import Json
from kit.report.svg.text import plain

TICKS = 6
"""About how many ticks an axis has that names none."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows. `names` are its categories, empty where it is one of numbers; `low` is drawn at the left
    or at the bottom, so that it is the larger one where the axis is reversed."""

    low: float
    high: float
    names: tuple[str, ...]
    ticks: tuple[tuple[float, str], ...]
    title: str
    visible: bool
    grid: bool
    opposite: bool

    def value(self, given: Any) -> float:
        """A value of the figure as a number of this axis."""
        if self.names:
            return float(self.names.index(str(given)))
        return float(given)


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis laid out from `start` to `end` in points."""

    axis: Axis
    start: float
    end: float

    @property
    def unit(self) -> float:
        """Points that one unit of the axis takes."""
        return abs((self.end - self.start) / ((self.axis.high - self.axis.low) or 1))

    def __call__(self, given: Any) -> float:
        """Where a value lies, in points."""
        share = (self.axis.value(given) - self.axis.low) / ((self.axis.high - self.axis.low) or 1)
        return self.start + share * (self.end - self.start)


def axis_of(figure: Json, letter: str) -> Axis:
    """The axis "x" or "y" of a figure, from its layout and its traces."""
    layout = figure["layout"].get(f"{letter}axis", {})
    values = [*_values(figure["data"], letter), *_stacked(figure, letter)]
    names = tuple(dict.fromkeys(v for v in values if isinstance(v, str)))
    numbers = [float(v) for v in values if isinstance(v, int | float)]
    low, high = (-0.5, len(names) - 0.5) if names else _range(layout, numbers, _has_bars(figure["data"], letter))
    ticks = _ticks(layout, names, min(low, high), max(low, high))
    if layout.get("autorange") == "reversed":
        low, high = high, low
    title = plain(layout.get("title", {}).get("text") or "")
    numeric = not names and "ticktext" not in layout
    grid = bool(layout.get("showgrid", numeric))
    return Axis(
        low, high, names, ticks, title, layout.get("visible", True), grid, layout.get("side") in {"top", "right"}
    )


def _values(traces: Iterable[Json], letter: str) -> Iterable[Any]:
    for trace in traces:
        own = trace.get(letter) or ()
        yield from own
        along = "x" if trace.get("orientation") == "h" else "y"
        if trace.get("base") is not None and letter == along:
            bases = trace["base"] if isinstance(trace["base"], list) else [trace["base"]] * len(own)
            yield from (start + length for start, length in zip(bases, own, strict=True))


def _stacked(figure: Json, letter: str) -> Iterable[float]:
    """How far bars that stand on each other reach."""
    sums: dict[str, float] = {}
    if figure["layout"].get("barmode") == "stack":
        for trace in figure["data"]:
            if _has_bars([trace], letter):
                for place, length in zip(trace["y" if letter == "x" else "x"], trace[letter], strict=True):
                    sums[str(place)] = sums.get(str(place), 0.0) + length
    return sums.values()


def _has_bars(traces: Iterable[Json], letter: str) -> bool:
    return any(t["type"] == "bar" and (t.get("orientation") == "h") == (letter == "x") for t in traces)


def _range(layout: Json, numbers: Sequence[float], from_zero: bool) -> tuple[float, float]:
    if layout.get("range"):
        low, high = layout["range"]
        return float(low), float(high)
    if not numbers:
        return 0.0, 1.0
    low, high = min(numbers), max(numbers)
    if "ticktext" in layout:
        return low - 0.5, high + 0.5
    margin = (high - low or 1) * 0.05
    if from_zero or layout.get("rangemode") == "tozero":
        return min(low, 0.0), high + margin
    return low - margin, high + margin


def _ticks(layout: Json, names: Sequence[str], low: float, high: float) -> tuple[tuple[float, str], ...]:
    if names:
        return tuple((float(i), name) for i, name in enumerate(names))
    if "tickvals" in layout:
        places = layout["tickvals"]
        said = layout.get("ticktext") or [f"{v:g}" for v in places]
        return tuple((float(v), str(text)) for v, text in zip(places, said, strict=True))
    step = _step((high - low) / TICKS)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple((i * step, f"{i * step:g}") for i in range(first, last + 1))


def _step(least: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 ... from `least` on."""
    size = 10.0 ** math.floor(math.log10(least)) if least > 0 else 1.0
    return next((size * n for n in (1, 2, 5) if size * n >= least), size * 10)
