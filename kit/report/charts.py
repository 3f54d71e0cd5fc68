"""The shapes that charts are drawn with: bars, matrices, graphs and spans, from plain data to plotly figures.

Text from a project is escaped here, because plotly reads a subset of HTML in labels.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from kit.report.blocks import Mark
from kit.report.theme import LIGHT, MONO, SHAPES, STATUS, fill_color, outcome_color

FEWEST = 3
"""Columns that a graph has room for at least, so that few boxes do not grow wide."""

ROW = 30
"""Pixels that one row of a bar chart or matrix takes."""


def esc(text: object, limit: int = 48) -> str:
    """Text for a label: escaped, and shortened in its middle where it is longer than `limit` characters."""
    words = " ".join(str(text).split())
    if len(words) > limit:
        words = f"{words[: limit // 2 - 1]}…{words[-(limit // 2) :]}"
    return html.escape(words, quote=False)


def figure(*traces: Any, height: int = 360, min_width: int = 0, **layout: Any) -> go.Figure:
    """A figure of the traces; on screens narrower than `min_width` pixels it scrolls sideways."""
    drawn = go.Figure(list(traces))
    drawn.update_layout(template="none", height=height, **layout)
    if min_width:
        drawn.update_layout(meta={"minWidth": min_width})
    return drawn


def bars(
    names: Sequence[str],
    values: Sequence[float],
    *,
    texts: Sequence[str],
    colors: Sequence[str],
    unit: str = "",
    top: float | None = None,
) -> go.Figure:
    """Horizontal bars with direct labels, the first on top. `top` is the end of the scale."""
    end = top if top is not None else max([*values, 1]) * 1.25
    trace = go.Bar(
        x=list(values),
        y=[esc(n) for n in names],
        orientation="h",
        text=[esc(t) for t in texts],
        textposition="outside",
        cliponaxis=False,
        marker={"color": list(colors), "cornerradius": 2},
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    return figure(
        trace,
        height=ROW * max(len(names), 2) + 54,
        min_width=480,
        bargap=0.38,
        xaxis={"range": [0, end], "title": {"text": esc(unit, 120)}, "showgrid": True},
        yaxis={"autorange": "reversed", "showgrid": False},
        margin={"l": 8, "r": 90, "t": 8, "b": 36},
    )


def matrix(rows: Sequence[str], columns: Sequence[str], marks: Mapping[tuple[int, int], Mark]) -> go.Figure:
    """Outcomes as a grid of coloured cells with their shapes; `marks` by (row, column), a gap where there
    is none."""
    grid = [[marks.get((r, c)) for c in range(len(columns))] for r in range(len(rows))]
    outcomes = ["pass", "partial", "fail", "unknown", "not_applicable", "error"]
    scale = [(i / 5, LIGHT[f"{name}_soft"]) for i, name in enumerate(outcomes)]
    index = {name: i for i, name in enumerate(outcomes)}
    kinds = [[STATUS.get(m.outcome, m.outcome) if m else "" for m in row] for row in grid]
    trace = go.Heatmap(
        z=[[index.get(kind) for kind in row] for row in kinds],
        x=list(range(len(columns))),
        y=list(range(len(rows))),
        customdata=[[_says(rows[r], columns[c], m) for c, m in enumerate(row)] for r, row in enumerate(grid)],
        hovertemplate="%{customdata}<extra></extra>",
        colorscale=scale,
        zmin=0,
        zmax=5,
        showscale=False,
        xgap=3,
        ygap=3,
    )
    return figure(
        trace,
        _glyphs(kinds),
        height=ROW * max(len(rows), 1) + 60,
        min_width=280 + 100 * len(columns),
        xaxis={**_ticks(columns, 15 if len(columns) > 6 else 22), "side": "top", "showgrid": False},
        yaxis={**_ticks(rows, 44), "autorange": "reversed", "showgrid": False},
    )


def heat(
    rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]], colors: Sequence[str]
) -> go.Figure:
    """Counts as a grid; each column has its own colour, deeper where there are more. Zero is left blank."""
    cells = [(r, c, n) for r, line in enumerate(counts) for c, n in enumerate(line) if n]
    most = max([n for _, _, n in cells], default=1)
    trace = go.Scatter(
        x=[c for _, c, _ in cells],
        y=[r for r, _, _ in cells],
        text=[str(n) for _, _, n in cells],
        customdata=[f"{esc(rows[r])}, {esc(columns[c]).lower()}: {n}" for r, c, n in cells],
        mode="markers+text",
        textfont={"color": LIGHT["raised"], "size": 12},
        marker={
            "symbol": "square",
            "size": [19 + 9 * (n / most) ** 0.5 for _, _, n in cells],
            "color": [colors[c] for _, c, _ in cells],
            "opacity": 1,
            "line": {"width": 0},
        },
        hovertemplate="%{customdata}<extra></extra>",
    )
    return figure(
        trace,
        height=ROW * max(len(rows), 1) + 60,
        xaxis={**_ticks(columns, 16), "side": "top", "showgrid": False, "range": [-0.6, len(columns) - 0.4]},
        yaxis={**_ticks(rows, 30), "showgrid": True, "range": [len(rows) - 0.4, -0.6]},
    )


@dataclass(frozen=True, slots=True)
class Node:
    """A box of a graph at a column and row. `outcome` colours its edge; `hollow` draws it dashed."""

    id: str
    label: str
    column: float
    row: float
    note: str = ""
    outcome: str = ""
    hollow: bool = False


def graph(nodes: Sequence[Node], edges: Sequence[tuple[str, str]], headings: Sequence[str] = ()) -> go.Figure:
    """Boxes in columns with arrows between them. Edges name ids of nodes; others are left out."""
    by_id = {n.id: n for n in nodes}
    wide = max([n.column for n in nodes], default=0) + 1
    tall = max([n.row for n in nodes], default=0) + 1
    joined = [(by_id[a], by_id[b]) for a, b in edges if a in by_id and b in by_id and a != b]
    titles = [_heading(i, text) for i, text in enumerate(headings)]
    hover = go.Scatter(
        x=[n.column for n in nodes],
        y=[n.row for n in nodes],
        mode="markers",
        marker={"size": 26, "opacity": 0},
        customdata=[f"{esc(n.label)}<br>{esc(n.note, 90)}" if n.note else esc(n.label) for n in nodes],
        hovertemplate="%{customdata}<extra></extra>",
    )
    hidden = {"visible": False, "fixedrange": True}
    return figure(
        _heads([_ends(a, b) for a, b in joined]),
        hover,
        height=int(56 * tall + 40),
        min_width=int(185 * wide),
        shapes=[*(_edge(*_ends(a, b)) for a, b in joined), *(_box(n) for n in nodes)],
        annotations=[*(a for n in nodes for a in _caption(n)), *titles],
        xaxis={**hidden, "range": [-0.5, max(wide, FEWEST) - 0.5]},
        yaxis={**hidden, "range": [tall - 0.4, -0.9]},
    )


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time on one row: hours from `start` to `end`, with a label and the outcome that colours
    it."""

    row: str
    start: float
    end: float
    label: str
    outcome: str = "context"


def spans(rows: Sequence[Span], targets: Sequence[tuple[str, float]], unit: str) -> go.Figure:
    """Spans as bars on one axis of hours, with each target as a line that is named."""
    trace = go.Bar(
        y=[esc(s.row) for s in rows],
        base=[s.start for s in rows],
        x=[s.end - s.start for s in rows],
        orientation="h",
        text=[esc(s.label) for s in rows],
        textposition="outside",
        cliponaxis=False,
        marker={"color": [fill_color(s.outcome) for s in rows], "cornerradius": 2},
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    end = max([*(s.end for s in rows), *(h for _, h in targets), 1]) * 1.3
    return figure(
        trace,
        height=ROW * max(len(rows), 2) + 110,
        bargap=0.45,
        shapes=[_rule(hours) for _, hours in targets],
        annotations=[_rule_name(name, hours) for name, hours in targets],
        xaxis={"range": [0, end], "title": {"text": esc(unit, 120)}},
        yaxis={"autorange": "reversed", "showgrid": False},
        margin={"l": 8, "r": 60, "t": 44, "b": 36},
    )


def _glyphs(kinds: Sequence[Sequence[str]]) -> go.Scatter:
    """The shape of each cell in its outcome's own colour."""
    cells = [(r, c, kind) for r, row in enumerate(kinds) for c, kind in enumerate(row) if kind]
    return go.Scatter(
        x=[c for _, c, _ in cells],
        y=[r for r, _, _ in cells],
        text=[SHAPES.get(kind, "") for _, _, kind in cells],
        mode="text",
        textfont={"size": 15, "color": [outcome_color(kind) for _, _, kind in cells]},
        hoverinfo="skip",
    )


def _says(row: str, column: str, mark: Mark | None) -> str:
    if mark is None:
        return f"{esc(row)}<br>{esc(column)}: nothing"
    where = f"<br>{esc(mark.at, 80)}" if mark.at else ""
    return f"{esc(row)}<br>{esc(column)}: {esc(mark.text or mark.outcome.replace('_', ' '), 80)}{where}"


def _ticks(names: Sequence[str], limit: int) -> dict[str, Any]:
    return {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [esc(_tail(n, limit), limit) for n in names],
        "tickangle": 0,
        "tickfont": {"size": 11},
        "showline": False,
        "fixedrange": True,
    }


def _tail(name: str, limit: int) -> str:
    """The end of a path that is too long, from a slash on."""
    if len(name) <= limit or " " in name or "/" not in name:
        return name
    kept = name[-limit + 1 :]
    return f"…{kept[kept.index('/') :]}" if "/" in kept else f"…{kept}"


def _box(node: Node) -> dict[str, Any]:
    edge = outcome_color(node.outcome) if node.outcome else LIGHT["context"]
    return {
        "type": "rect",
        "x0": node.column - 0.41,
        "x1": node.column + 0.41,
        "y0": node.row - 0.34,
        "y1": node.row + 0.34,
        "fillcolor": LIGHT["surface"],
        "line": {"color": edge, "width": 2 if node.outcome else 1, "dash": "dot" if node.hollow else "solid"},
        "layer": "below",
    }


def _caption(node: Node) -> list[dict[str, Any]]:
    lines = [f"<b>{esc(node.label, 22)}</b>"]
    if node.note:
        lines.append(f'<span style="font-size:10px">{esc(node.note, 27)}</span>')
    return [_words("<br>".join(lines), node.column, node.row, size=12)]


def _words(text: str, x: float, y: float, *, size: int, color: str = LIGHT["ink"]) -> dict[str, Any]:
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": size, "color": color}}


def _heading(column: int, text: str) -> dict[str, Any]:
    return _words(esc(text), column, -0.7, size=11, color=LIGHT["muted"])


Point = tuple[float, float]


def _ends(start: Node, end: Node) -> tuple[Point, Point]:
    """Where an edge leaves its first box and meets its second one."""
    if start.column == end.column:
        down = 1 if end.row > start.row else -1
        return (start.column, start.row + 0.34 * down), (end.column, end.row - 0.36 * down)
    side = 1 if end.column > start.column else -1
    return (start.column + 0.41 * side, start.row), (end.column - 0.43 * side, end.row)


def _edge(start: Point, end: Point) -> dict[str, Any]:
    (x0, y0), (x1, y1) = start, end
    bend = (x0 + x1) / 2
    control = f"{x0},{(y0 + y1) / 2} {x1},{(y0 + y1) / 2}" if x0 == x1 else f"{bend},{y0} {bend},{y1}"
    line = {"color": LIGHT["context"], "width": 1.3}
    return {"type": "path", "path": f"M {x0},{y0} C {control} {x1},{y1}", "line": line, "layer": "below"}


def _heads(ends: Sequence[tuple[Point, Point]]) -> go.Scatter:
    """A small head at the end of each edge, pointing where it goes."""
    return go.Scatter(
        x=[end[0] for _, end in ends],
        y=[end[1] for _, end in ends],
        mode="markers",
        marker={
            "symbol": [_symbol(a, b) for a, b in ends],
            "size": 8,
            "color": LIGHT["context"],
            "opacity": 1,
        },
        hoverinfo="skip",
    )


def _symbol(start: Point, end: Point) -> str:
    if start[0] == end[0]:
        return "triangle-down" if end[1] > start[1] else "triangle-up"
    return "triangle-right" if end[0] > start[0] else "triangle-left"


def _rule(hours: float) -> dict[str, Any]:
    line = {"color": LIGHT["accent"], "width": 2, "dash": "dash"}
    return {"type": "line", "x0": hours, "x1": hours, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _rule_name(name: str, hours: float) -> dict[str, Any]:
    font = {"size": 12, "color": LIGHT["accent"], "family": MONO}
    return {
        "text": esc(name),
        "x": hours,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": font,
    }
