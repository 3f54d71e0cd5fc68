"""The traces of a figure on paper: bars, waterfalls, points, lines and grids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from kit.report.blocks import Json
from kit.report.svg.axes import Scale
from kit.report.svg.canvas import Canvas, Paint
from kit.report.svg.text import fit, lines_of, plain, width
from kit.report.theme import LIGHT, SHAPES

LENGTH = 0.6
"""Points on paper for one of plotly's pixels, where it is a length."""

LABEL = 7.6
"""Size of a label in points."""

THICKEST = 13.0
"""Points that a bar is thick at most, however few there are."""

LONGEST = 190.0
"""Points that a label beside a bar takes at most."""

_NAMES = {shape: name for name, shape in SHAPES.items() if shape}


@dataclass(frozen=True, slots=True)
class Plot:
    """Where traces are drawn: the canvas, both scales and the figure's layout."""

    canvas: Canvas
    x: Scale
    y: Scale
    layout: Json


def bars(plot: Plot, traces: Sequence[Json]) -> None:
    """All bar traces of a figure, beside, over or on top of each other as its layout says."""
    reached: dict[str, float] = {}
    mode = plot.layout.get("barmode", "group")
    share = 1 - plot.layout.get("bargap", 0.2)
    for number, trace in enumerate(traces):
        along, across = ("x", "y") if trace.get("orientation") == "h" else ("y", "x")
        bases = _each(trace.get("base", 0), len(trace[along]))
        for i, (place, length) in enumerate(zip(trace[across], trace[along], strict=True)):
            start = reached.get(str(place), 0.0) if mode == "stack" else float(bases[i])
            reached[str(place)] = start + length
            thick, shift = _each(trace.get("width") or share, i + 1)[i], 0.0
            if mode == "group" and len(traces) > 1:
                thick /= len(traces)
                shift = thick * (number - (len(traces) - 1) / 2)
            _bar(plot, trace, i, (along, place, start, start + length), (thick, shift))


def _bar(plot: Plot, trace: Json, i: int, span: tuple[str, Any, float, float], size: tuple[float, float]) -> None:
    along, place, start, end = span
    thick, shift = size
    fill = _each(trace.get("marker", {}).get("color", LIGHT["accent"]), i + 1)[i]
    if along == "x":
        left, right = sorted((plot.x(start), plot.x(end)))
        middle = plot.y(place) + shift * plot.y.unit
        high = min(thick * plot.y.unit, THICKEST)
        plot.canvas.rect((left, middle - high / 2), (right - left, high), fill, 1.2)
        _bar_text(plot, trace, i, (left, right, middle))
    else:
        top, bottom = sorted((plot.y(start), plot.y(end)))
        middle = plot.x(place) + shift * plot.x.unit
        wide = thick * plot.x.unit
        plot.canvas.rect((middle - wide / 2, top), (wide, bottom - top), fill, 1.2)
        label = plain(_each(trace.get("text") or "", i + 1)[i])
        plot.canvas.text((middle, top - 3), label, LABEL, LIGHT["ink"], "middle")


def _bar_text(plot: Plot, trace: Json, i: int, span: tuple[float, float, float]) -> None:
    left, right, middle = span
    label = fit(plain(_each(trace.get("text") or "", i + 1)[i]), LABEL, LONGEST)
    if trace.get("textposition") != "inside":
        plot.canvas.text((right + 4, middle + LABEL * 0.34), label, LABEL, LIGHT["ink"])
    elif width(label, LABEL) + 4 <= right - left:
        color = _each(trace.get("textfont", {}).get("color", LIGHT["fill_ink"]), i + 1)[i]
        plot.canvas.text(((left + right) / 2, middle + LABEL * 0.34), label, LABEL, color, "middle")


def waterfall(plot: Plot, trace: Json) -> None:
    """Terms that add up, each from where the one before ended; a total from nought."""
    reached, thick = 0.0, (1 - plot.layout.get("waterfallgap", 0.3)) * plot.y.unit
    colors = {
        kind: trace.get(kind, {}).get("marker", {}).get("color") for kind in ("increasing", "decreasing", "totals")
    }
    for i, (place, adds) in enumerate(zip(trace["y"], trace["x"], strict=True)):
        total = trace["measure"][i] == "total"
        start, end = (0.0, adds) if total else (reached, reached + adds)
        kind = "totals" if total else "increasing" if adds >= 0 else "decreasing"
        left, right = sorted((plot.x(start), plot.x(end)))
        middle = plot.y(place)
        if i:
            above = plot.y(trace["y"][i - 1])
            joint = plot.x(reached)
            plot.canvas.line((joint, above), (joint, middle), {"stroke": LIGHT["context"], "stroke_width": 0.6})
        plot.canvas.rect((left, middle - thick / 2), (right - left, thick), colors[kind] or LIGHT["accent"], 1.2)
        plot.canvas.text((right + 4, middle + LABEL * 0.34), plain(trace["text"][i]), LABEL, LIGHT["ink"], bold=total)
        reached = end


def heatmap(plot: Plot, trace: Json) -> None:
    """A grid of coloured cells; one without a value is left out."""
    gap_x, gap_y = trace.get("xgap", 0) * LENGTH, trace.get("ygap", 0) * LENGTH
    values = [v for row in trace["z"] for v in row if v is not None]
    low, high = trace.get("zmin", min(values, default=0)), trace.get("zmax", max(values, default=1))
    for y, row in zip(trace["y"], trace["z"], strict=True):
        for x, value in zip(trace["x"], row, strict=True):
            if value is None:
                continue
            fill = _blend(trace["colorscale"], (value - low) / ((high - low) or 1))
            w, h = plot.x.unit - gap_x, plot.y.unit - gap_y
            plot.canvas.rect((plot.x(x) - w / 2, plot.y(y) - h / 2), (w, h), fill, 1)


def scatter(plot: Plot, trace: Json) -> None:
    """Points, lines and texts, as the trace's mode says."""
    mode = trace.get("mode", "lines+markers")
    points = [(plot.x(x), plot.y(y)) for x, y in zip(trace.get("x", ()), trace.get("y", ()), strict=True)]
    if "lines" in mode and len(points) > 1:
        _polyline(plot.canvas, trace.get("line", {}), points)
    if "markers" in mode and trace.get("marker", {}).get("opacity", 1):
        for (x, y), (symbol, size, color) in zip(points, _markers(trace, len(points)), strict=True):
            _marker(plot.canvas, symbol, (x, y), size * LENGTH / 2, color)
    if "text" in mode:
        colors = _each(trace.get("textfont", {}).get("color", LIGHT["ink"]), len(points))
        for (x, y), label, color in zip(points, _each(trace["text"], len(points)), colors, strict=True):
            _point_text(plot.canvas, (x, y), plain(label), color, trace.get("textposition", "middle center"))


def _markers(trace: Json, count: int) -> Iterator[tuple[str, float, str]]:
    marker = trace.get("marker", {})
    given = (("symbol", "circle"), ("size", 6), ("color", LIGHT["accent"]))
    return zip(*(_each(marker.get(name, default), count) for name, default in given), strict=True)


def _polyline(canvas: Canvas, line: Json, points: Sequence[tuple[float, float]]) -> None:
    steps = [f"M{points[0][0]:.2f} {points[0][1]:.2f}"]
    for x, y in points[1:]:
        steps.append(f"H{x:.2f}V{y:.2f}" if line.get("shape") == "hv" else f"L{x:.2f} {y:.2f}")
    paint: Paint = {
        "fill": "none",
        "stroke": line.get("color", LIGHT["accent"]),
        "stroke_width": line.get("width", 2) * LENGTH,
    }
    if line.get("dash", "solid") != "solid":
        paint["stroke_dasharray"] = "4 2.5"
    canvas.path("".join(steps), paint)


def _marker(canvas: Canvas, symbol: str, at: tuple[float, float], r: float, color: str) -> None:
    x, y = at
    corners = {
        "triangle-right": ((-r, -r), (r, 0), (-r, r)),
        "triangle-left": ((r, -r), (-r, 0), (r, r)),
        "triangle-up": ((-r, r), (0, -r), (r, r)),
        "triangle-down": ((-r, -r), (0, r), (r, -r)),
        "diamond": ((0, -r), (r, 0), (0, r), (-r, 0)),
        "line-ns": ((-0.7, -r), (0.7, -r), (0.7, r), (-0.7, r)),
    }.get(symbol.removesuffix("-open"))
    if symbol.startswith("square"):
        canvas.rect((x - r, y - r), (2 * r, 2 * r), color, 1)
    elif corners:
        canvas.path("M" + "L".join(f"{x + dx:.2f} {y + dy:.2f}" for dx, dy in corners) + "Z", {"fill": color})
    else:
        hollow = symbol.endswith("-open")
        canvas.circle(at, r, {"fill": "none", "stroke": color} if hollow else {"fill": color})


def _point_text(canvas: Canvas, at: tuple[float, float], label: str, color: str, position: str) -> None:
    x, y = at
    if label in _NAMES:
        glyph(canvas, _NAMES[label], x, y, 3.2, color)
        return
    upwards, _, sideways = position.partition(" ")
    drop = {"top": -LABEL * 0.8, "bottom": LABEL * 1.4}.get(upwards, LABEL * 0.34)
    anchor, shift = {"left": ("end", -5.0), "right": ("start", 5.0)}.get(sideways, ("middle", 0.0))
    canvas.text((x + shift, y + drop), label, LABEL, color, anchor)


def glyph(canvas: Canvas, outcome: str, x: float, y: float, r: float, color: str) -> None:
    """The shape of an outcome, drawn, so that no font needs to have it."""
    stroke: Paint = {"fill": "none", "stroke": color, "stroke_width": r * 0.42}
    if outcome == "pass":
        steps = ((-r, 0.1 * r), (-0.3 * r, 0.8 * r), (r, -0.8 * r))
        canvas.path("M" + "L".join(f"{x + dx:.2f} {y + dy:.2f}" for dx, dy in steps), stroke)
    elif outcome == "fail":
        s = 0.75 * r
        canvas.path(f"M{x - s:.2f} {y - s:.2f}l{2 * s:.2f} {2 * s:.2f}m0 {-2 * s:.2f}l{-2 * s:.2f} {2 * s:.2f}", stroke)
    elif outcome == "partial":
        half = r * 0.85
        canvas.circle((x, y), half, {**stroke, "stroke_width": r * 0.3})
        canvas.path(f"M{x:.2f} {y - half:.2f}a{half:.2f} {half:.2f} 0 0 0 0 {2 * half:.2f}Z", {"fill": color})
    elif outcome == "not_applicable":
        canvas.path(f"M{x - 0.7 * r:.2f} {y:.2f}h{1.4 * r:.2f}", stroke)
    else:
        canvas.text((x, y + r * 0.85), SHAPES.get(outcome, ""), r * 2.4, color, "middle", bold=True)


def labels(canvas: Canvas, label: str, x: float, y: float, *, size: float, fill: str, room: float, anchor: str) -> None:
    """A label of several lines around (x, y), as small as it must be for the room that it has."""
    lines = lines_of(label)
    sized = [max((run.size or size for run in line), default=size) * 0.64 for line in lines]
    tops = y - sum(s * 1.25 for s in sized) / 2
    for line, at in zip(lines, sized, strict=True):
        bold = any(run.bold for run in line)
        said = "".join(run.text for run in line)
        shrunk = max(min(at, at * room / (width(said, at, bold=bold) or 1)), 4.6)
        tops += at * 1.25
        canvas.text((x, tops - at * 0.32), said, shrunk, fill, anchor, bold=bold, halo=True)


def _blend(scale: Sequence[Sequence[Any]], share: float) -> str:
    """The colour of a colour scale at a share from 0 to 1."""
    stops = [(float(at), str(color)) for at, color in scale]
    for (low, first), (high, second) in pairwise(stops):
        if low <= share <= high:
            part = (share - low) / ((high - low) or 1)
            mixed = (round(a + (b - a) * part) for a, b in zip(_channels(first), _channels(second), strict=True))
            return "#" + "".join(f"{channel:02x}" for channel in mixed)
    return stops[-1][1]


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))


def _each(value: Any, count: int) -> list[Any]:
    """A value for each of so many: a list is one already."""
    return list(value) if isinstance(value, list | tuple) else [value] * count
