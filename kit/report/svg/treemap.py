"""A treemap on paper: rectangles in rectangles, as square as can be (Bruls, Huizing, van Wijk)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kit.report.blocks import Json
from kit.report.svg.canvas import Canvas
from kit.report.svg.text import fit, plain
from kit.report.theme import LIGHT

HEAD, PAD, SIZE = 10.5, 1.5, 6.8


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in points."""

    x: float
    y: float
    w: float
    h: float


def treemap(canvas: Canvas, trace: Json, area: Area) -> None:
    """Draw the trace into the area."""
    children: dict[str, list[int]] = {}
    for i, parent in enumerate(trace["parents"]):
        children.setdefault(parent, []).append(i)
    for i, place in _placed(children.get("", []), trace, area):
        _draw(canvas, trace, children, i, place)


def _draw(canvas: Canvas, trace: Json, children: dict[str, list[int]], i: int, area: Area) -> None:
    fill, ink = trace["marker"]["colors"][i], trace["textfont"]["color"][i]
    canvas.rect((area.x, area.y), (area.w, area.h), fill, 0, {"stroke": LIGHT["page"], "stroke_width": 0.7})
    own = children.get(trace["ids"][i], [])
    name, number = plain(trace["labels"][i]), plain(trace["text"][i])
    if own and area.h > HEAD + 4:
        canvas.text((area.x + 3, area.y + 7.6), fit(f"{name}  {number}", SIZE, area.w - 6), SIZE, ink)
        inner = Area(area.x + PAD, area.y + HEAD, area.w - 2 * PAD, area.h - HEAD - PAD)
        for child, place in _placed(own, trace, inner):
            _draw(canvas, trace, children, child, place)
    elif area.w > 16 and area.h > 9:
        canvas.text((area.x + 3, area.y + 7.6), fit(name, SIZE, area.w - 6), SIZE, ink)
        if area.h > 18:
            canvas.text((area.x + 3, area.y + 15.4), fit(number, SIZE, area.w - 6), SIZE, ink)


def _placed(members: Sequence[int], trace: Json, area: Area) -> Iterator[tuple[int, Area]]:
    """Each member with its rectangle, the largest first."""
    ranked = sorted(members, key=lambda i: (-trace["values"][i], trace["ids"][i]))
    total = sum(trace["values"][i] for i in ranked)
    if not total or area.w <= 0 or area.h <= 0:
        return
    sizes = [trace["values"][i] * area.w * area.h / total for i in ranked]
    first = 0
    while first < len(sizes):
        short = min(area.w, area.h)
        last = first + 1
        while last < len(sizes) and _worst(sizes[first : last + 1], short) <= _worst(sizes[first:last], short):
            last += 1
        row, area = _row(sizes[first:last], area)
        yield from zip(ranked[first:last], row, strict=True)
        first = last


def _worst(sizes: Sequence[float], side: float) -> float:
    """How far from a square the least square one of a row is."""
    total = sum(sizes)
    return max(side * side * max(sizes) / total**2, total**2 / (side * side * min(sizes)))


def _row(sizes: Sequence[float], area: Area) -> tuple[list[Area], Area]:
    """The rectangles of a row along the shorter side, and what is left of the area."""
    total, row, at = sum(sizes), [], 0.0
    across = total / min(area.w, area.h)
    for size in sizes:
        length = size / across
        row.append(
            Area(area.x, area.y + at, across, length) if area.w >= area.h else Area(area.x + at, area.y, length, across)
        )
        at += length
    if area.w >= area.h:
        return row, Area(area.x + across, area.y, area.w - across, area.h)
    return row, Area(area.x, area.y + across, area.w, area.h - across)
