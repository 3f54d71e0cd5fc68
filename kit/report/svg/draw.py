"""A chart for paper: plotly's figure as a vector drawing in points, made without a browser.

It knows the few kinds of traces that the kit's own charts are made of. For any other figure `Undrawable` is
raised, and paper shows the chart's words and its table in its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from kit.report.blocks import Chart, Json
from kit.report.svg import marks
from kit.report.svg.axes import Axis, Scale, axis_of
from kit.report.svg.canvas import Box, Canvas, Paint
from kit.report.svg.marks import LABEL, LENGTH, Plot
from kit.report.svg.text import Run, fit, lines_of, plain, width, wrap
from kit.report.svg.treemap import Area, treemap
from kit.report.theme import LIGHT

WIDTH = 482.0
"""Width of a drawing in points: what an A4 page has between its margins."""

WIDEST = 728.0
"""The width of the same page turned."""

COLUMN = 66.0
"""Points that a column of boxes takes at least."""

TRIES = 10
"""Times that the margins are widened until no text hangs out: a wider one makes the plot narrower."""

NAMES = 0.36
"""The largest part of the width that the names beside an axis take."""

GRID: Paint = {"stroke": LIGHT["line"], "stroke_width": 0.5}
KINDS = {"bar", "scatter", "heatmap", "waterfall", "treemap"}
_PAIR = re.compile(r"(-?[\d.]+),(-?[\d.]+)")


class Undrawable(ValueError):
    """The figure has something that this drawing does not know."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG document, its size in points, and the place of every text in it."""

    svg: str
    width: float
    height: float
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Margins:
    """Room around the plot, in points."""

    left: float
    right: float
    top: float
    bottom: float


def draw(chart: Chart) -> Drawing:
    """The chart as a drawing. Raises Undrawable where its figure is of another make."""
    figure = {"data": chart.figure.get("data", []), "layout": chart.figure.get("layout", {})}
    strange = {str(trace.get("type", "scatter")) for trace in figure["data"]} - KINDS
    if strange or not figure["data"]:
        raise Undrawable(f"a figure of {', '.join(sorted(strange)) or 'nothing'}")
    try:
        return _drawn(chart, figure)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, StopIteration) as error:
        raise Undrawable(f"{type(error).__name__}: {error}") from error


def _drawn(chart: Chart, figure: Json) -> Drawing:
    tall = float(figure["layout"].get("height", 360)) * LENGTH
    if figure["data"][0]["type"] == "treemap":
        canvas = Canvas()
        treemap(canvas, figure["data"][0], Area(0, 0, WIDTH, tall))
        return Drawing(canvas.svg(WIDTH, tall, chart.title, chart.text), WIDTH, tall, tuple(canvas.boxes))
    x, y = axis_of(figure, "x"), axis_of(figure, "y")
    wide = WIDTH if x.visible else min(max(WIDTH, COLUMN * abs(x.high - x.low)), 2 * WIDEST)
    margins = _margins(x, y, wide)
    for _ in range(TRIES):
        canvas = _plotted(figure, (x, y), (wide, tall), margins)
        wider = _widened(margins, canvas.boxes, wide, tall)
        if wider == margins:
            break
        tall += wider.top + wider.bottom - margins.top - margins.bottom
        margins = wider
    return Drawing(canvas.svg(wide, tall, chart.title, chart.text), wide, tall, tuple(canvas.boxes))


def _margins(x: Axis, y: Axis, wide: float) -> Margins:
    names = max((width(plain(text), LABEL) for _, text in y.ticks), default=0.0) if y.visible else 0.0
    left = min(names + 8, wide * NAMES) if y.visible else 2.0
    under = (12.0 if x.visible and not x.opposite else 2.0) + (11.0 if x.title else 0.0)
    over = 14.0 if y.title else 4.0
    return Margins(left, 8.0, over, under)


def _widened(margins: Margins, boxes: list[Box], wide: float, tall: float) -> Margins:
    """The margins with room for the texts that hang out of the drawing."""
    right = max([b.right for b in boxes], default=0) - wide
    top = -min([b.top for b in boxes], default=0)
    bottom = max([b.bottom for b in boxes], default=0) - tall
    left = -min([b.left for b in boxes], default=0)
    out = [side + 1 if side > 0 else 0 for side in (left, right, top, bottom)]
    return Margins(margins.left + out[0], margins.right + out[1], margins.top + out[2], margins.bottom + out[3])


def _plotted(figure: Json, axes: tuple[Axis, Axis], size: tuple[float, float], margins: Margins) -> Canvas:
    wide, tall = size
    x = Scale(axes[0], margins.left, wide - margins.right)
    y = Scale(axes[1], tall - margins.bottom, margins.top)
    plot = Plot(Canvas(), x, y, figure["layout"])
    shapes = figure["layout"].get("shapes", [])
    _frame(plot, tall)
    for shape in (s for s in shapes if s.get("layer") == "below"):
        _shape(plot, shape)
    _traces(plot, figure["data"])
    for shape in (s for s in shapes if s.get("layer") != "below"):
        _shape(plot, shape)
    for note in figure["layout"].get("annotations", []):
        _note(plot, note)
    return plot.canvas


def _traces(plot: Plot, traces: list[Json]) -> None:
    bars = [trace for trace in traces if trace["type"] == "bar"]
    marks.bars(plot, bars)
    for trace in traces:
        if trace["type"] == "waterfall":
            marks.waterfall(plot, trace)
        elif trace["type"] == "heatmap":
            marks.heatmap(plot, trace)
        elif trace["type"] == "scatter":
            marks.scatter(plot, trace)


def _frame(plot: Plot, tall: float) -> None:
    """Grid, ticks and titles of both axes."""
    canvas, x, y = plot.canvas, plot.x, plot.y
    if y.axis.visible:
        for value, text in y.axis.ticks:
            at = y.start + (value - y.axis.low) / ((y.axis.high - y.axis.low) or 1) * (y.end - y.start)
            if y.axis.grid:
                canvas.line((x.start, at), (x.end, at), GRID)
            _row_name(canvas, text, x.start, at)
        canvas.text((x.start, min(y.start, y.end) - 5), y.axis.title, 6.8, LIGHT["muted"])
    if x.axis.visible:
        _columns(plot)
        canvas.text((x.end, tall - 3), x.axis.title, 6.8, LIGHT["muted"], "end")


def _row_name(canvas: Canvas, text: str, right: float, middle: float) -> None:
    """The name of a row, its bold part at the end kept when it is cut."""
    lines = lines_of(text)
    parts = [run for line in lines[:-1] for run in (*line, Run(" "))] + lines[-1]
    ends = right - 5
    for run in reversed(parts):
        gap = 4.5 if run.text.endswith(" ") else 0.0
        said = fit(run.text.strip(), LABEL, ends - gap, bold=run.bold)
        ends -= gap
        canvas.text((ends, middle + LABEL * 0.34), said, LABEL, LIGHT["ink"], "end", bold=run.bold)
        ends -= width(said, LABEL, bold=run.bold)


def _columns(plot: Plot) -> None:
    """The names or numbers of the x axis: beside each other, in two lines, or upright where that does not fit."""
    canvas, x, top = plot.canvas, plot.x, min(plot.y.start, plot.y.end)
    named = bool(x.axis.names) or any(not _is_number(text) for _, text in x.axis.ticks)
    room = x.unit * (abs(x.axis.ticks[1][0] - x.axis.ticks[0][0]) if len(x.axis.ticks) > 1 else 1) - 3
    upright = named and any(width(line, 6.8) > room for _, text in x.axis.ticks for line in text.split())
    for value, text in x.axis.ticks:
        at = x.start + (value - x.axis.low) / ((x.axis.high - x.axis.low) or 1) * (x.end - x.start)
        if x.axis.grid:
            canvas.line((at, plot.y.start), (at, plot.y.end), GRID)
        _column_name(canvas, plain(text), at, (top, max(plot.y.start, plot.y.end)), room, upright, x.axis.opposite)


def _column_name(
    canvas: Canvas, text: str, at: float, ends: tuple[float, float], room: float, upright: bool, opposite: bool
) -> None:
    if upright and opposite:
        canvas.upright(at, ends[0] - 4, fit(text, 6.8, 92), 6.8, LIGHT["ink"])
        return
    lines = wrap(text, 6.8, max(room, 20))
    for i, line in enumerate(lines):
        y = ends[0] - 4 - 8.2 * (len(lines) - 1 - i) if opposite else ends[1] + 9 + 8.2 * i
        canvas.text((at, y), line, 6.8, LIGHT["ink"], "middle")


def _is_number(text: str) -> bool:
    return text.replace(".", "").replace("-", "").isdigit()


def _shape(plot: Plot, shape: Json) -> None:
    stroke = shape.get("line", {})
    paint: Paint = {
        "stroke": stroke.get("color", LIGHT["context"]),
        "stroke_width": stroke.get("width", 1) * LENGTH,
    }
    if stroke.get("dash", "solid") != "solid":
        paint["stroke_dasharray"] = "1.5 2" if stroke["dash"] == "dot" else "4 2.5"
    if shape["type"] == "path":
        d = _PAIR.sub(lambda m: f"{plot.x(float(m[1])):.2f} {plot.y(float(m[2])):.2f}", shape["path"])
        plot.canvas.path(d, {"fill": "none", **paint})
        return
    (x0, y0), (x1, y1) = (_point(plot, shape, end) for end in ("0", "1"))
    if shape["type"] == "line":
        plot.canvas.path(f"M{x0:.2f} {y0:.2f}L{x1:.2f} {y1:.2f}", paint)
    else:
        size = (abs(x1 - x0), abs(y1 - y0))
        plot.canvas.rect((min(x0, x1), min(y0, y1)), size, shape.get("fillcolor", "none"), 2, paint)


def _point(plot: Plot, item: Json, end: str = "") -> tuple[float, float]:
    return _along(plot.x, item, "x", end), _along(plot.y, item, "y", end)


def _along(scale: Scale, item: Json, letter: str, end: str) -> float:
    value: Any = item[f"{letter}{end}"]
    if item.get(f"{letter}ref") == "paper":
        low, high = (
            (scale.start, scale.end) if letter == "x" else (max(scale.start, scale.end), min(scale.start, scale.end))
        )
        return low + float(value) * (high - low)
    return scale(value)


def _note(plot: Plot, note: Json) -> None:
    """An annotation without an arrow; between axes that are not shown it keeps to the column that it stands in."""
    x, y = _point(plot, note)
    font = note.get("font", {})
    anchor = {"left": "start", "right": "end"}.get(note.get("xanchor", ""), "middle")
    y -= note.get("yshift", 0) * LENGTH + (6 if note.get("yanchor") == "bottom" else 0)
    room = WIDTH if plot.x.axis.visible else plot.x.unit * 0.78
    fill, size = font.get("color", LIGHT["ink"]), font.get("size", 12)
    marks.labels(
        plot.canvas, note["text"], x + note.get("xshift", 0) * LENGTH, y, size=size, fill=fill, room=room, anchor=anchor
    )
