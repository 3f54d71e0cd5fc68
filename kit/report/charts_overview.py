"""Charts of the whole assessment: where it stands, what holds it back, what mending gains."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from textwrap import wrap

import plotly.graph_objects as go

from kit.report.blocks import Mark
from kit.report.charts import ROW, esc, figure, heat, matrix
from kit.report.theme import LIGHT, SEVERITIES, fill_color
from kit.report.words import count

BOXES = 120
"""Files that a treemap draws by themselves."""


def risk_waterfall(terms: Sequence[tuple[str, float]], total: float) -> go.Figure:
    """The risk score as the sum of its terms: (what is open, points that it adds), then the total of 0 to
    10."""
    names = [*(_two_lines(name) for name, _ in terms), "Risk"]
    trace = go.Waterfall(
        orientation="h",
        y=names,
        x=[*(points for _, points in terms), total],
        measure=[*("relative" for _ in terms), "total"],
        text=[*(f"+{points:.1f}" for _, points in terms), f"{total:.1f} of 10"],
        textposition="outside",
        cliponaxis=False,
        connector={"line": {"color": LIGHT["line"], "width": 1}},
        increasing={"marker": {"color": LIGHT["high"]}},
        decreasing={"marker": {"color": LIGHT["context"]}},
        totals={"marker": {"color": LIGHT["critical"]}},
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    return figure(
        trace,
        height=(ROW + 6) * len(names) + 60,
        min_width=440,
        xaxis={"range": [0, 12.5], "tickvals": [0, 2, 4, 6, 8, 10], "title": {"text": "risk points"}},
        yaxis={"autorange": "reversed", "showgrid": False},
        margin={"l": 8, "r": 50, "t": 8, "b": 36},
        waterfallgap=0.4,
    )


def area_scores(rows: Sequence[tuple[str, float | None, float, str]]) -> go.Figure:
    """Score per area as a coloured bar within a grey one, its confidence.

    A row is (title, score or None, confidence, status).
    """
    names = [f"{esc(title)}  <b>{'–' if score is None else f'{score:.0f}'}</b>" for title, score, _, _ in rows]
    scores = go.Bar(
        y=names,
        x=[score or 0 for _, score, _, _ in rows],
        width=0.34,
        orientation="h",
        marker={"color": [fill_color(status) for _, _, _, status in rows], "cornerradius": 2},
        hovertemplate="%{y}: score %{x:.0f}<extra></extra>",
    )
    seen = go.Bar(
        y=names,
        x=[confidence for _, _, confidence, _ in rows],
        width=0.74,
        orientation="h",
        marker={"color": LIGHT["unknown_soft"], "cornerradius": 2},
        hovertemplate="%{y}: confidence %{x:.0f} %<extra></extra>",
    )
    unit = {"text": "score (coloured), confidence (grey)"}
    return figure(
        seen,
        scores,
        height=ROW * max(len(rows), 2) + 54,
        barmode="overlay",
        xaxis={"range": [0, 100], "tickvals": [0, 25, 50, 75, 100], "title": unit},
        yaxis={"autorange": "reversed", "showgrid": False},
        margin={"l": 8, "r": 16, "t": 8, "b": 36},
    )


def severity_by_area(counts: Mapping[str, Mapping[str, int]]) -> go.Figure:
    """Open findings by area title and severity."""
    rows = [[found.get(s, 0) for s in SEVERITIES] for found in counts.values()]
    return heat(list(counts), [s.capitalize() for s in SEVERITIES], rows, [LIGHT[s] for s in SEVERITIES])


def findings_by_path(paths: Sequence[tuple[str, str]], depth: int = 3) -> go.Figure:
    """Open findings as a treemap of folders and files: one (path, severity) per finding, `depth` folders
    deep. Beyond `BOXES` files those with the fewest findings share one box in their folder."""
    counts: dict[str, int] = defaultdict(int)
    worst: dict[str, int] = defaultdict(lambda: len(SEVERITIES) - 1)
    for branches, severity in _gathered([(_branches(path, depth), severity) for path, severity in paths]):
        for branch in branches:
            counts[branch] += 1
            worst[branch] = min(worst[branch], SEVERITIES.index(severity))
    ids = sorted(counts)
    folders = {i.rpartition("/")[0] for i in ids if i}
    colors = [LIGHT["surface"] if i in folders else LIGHT[SEVERITIES[worst[i]]] for i in ids]
    inks = [LIGHT["ink"] if i in folders else LIGHT["fill_ink"] for i in ids]
    trace = go.Treemap(
        ids=[f"/{i}" for i in ids],
        labels=[esc(i.rsplit("/", 1)[-1] or "project", 34) for i in ids],
        parents=["" if not i else f"/{i.rpartition('/')[0]}" for i in ids],
        values=[counts[i] for i in ids],
        branchvalues="total",
        text=[f"{counts[i]}" for i in ids],
        texttemplate="%{label}<br>%{text}",
        hovertemplate="%{id}<br>%{value} open<extra></extra>",
        marker={"colors": colors, "line": {"width": 1, "color": LIGHT["page"]}},
        textfont={"color": inks, "size": 12},
        tiling={"pad": 2},
        pathbar={"visible": False},
        root={"color": LIGHT["surface"]},
    )
    return figure(trace, height=380, margin={"l": 0, "r": 0, "t": 0, "b": 0})


def remediation(steps: Sequence[tuple[str, float, float]], start: float) -> go.Figure:
    """The score that each step of the plan wins: (step, hours of work so far, score after it), from
    `start`."""
    hours = [0.0, *(h for _, h, _ in steps)]
    scores = [start, *(s for _, _, s in steps)]
    names = ["Today", *(name for name, _, _ in steps)]
    trace = go.Scatter(
        x=hours,
        y=scores,
        mode="lines+markers",
        line={"shape": "hv", "color": LIGHT["accent"], "width": 2.5},
        marker={"size": 7, "color": LIGHT["accent"]},
        customdata=[
            f"{esc(n, 90)}<br>score {s:.0f} after {h:.0f} h" for n, h, s in zip(names, hours, scores, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return figure(
        trace,
        height=320,
        xaxis={"title": {"text": "hours of work, added up"}, "rangemode": "tozero"},
        yaxis={"title": {"text": "score"}, "range": [max(0, min(scores) - 12), 103]},
        annotations=[
            _label(f"Today {start:.0f}", 0, start, below=True),
            _label(f"{scores[-1]:.0f}", hours[-1], scores[-1]),
        ],
        margin={"l": 8, "r": 40, "t": 20, "b": 40},
    )


def go_no_go(criteria: Sequence[str], environments: Sequence[str], marks: Mapping[tuple[int, int], Mark]) -> go.Figure:
    """The go/no-go matrix: criteria down, environments across."""
    return matrix(criteria, environments, marks)


def _branches(path: str, depth: int) -> list[str]:
    parts = [p for p in path.split("/") if p and p != "."]
    kept = parts if len(parts) <= depth else [*parts[: depth - 1], "/".join(["…", parts[-1]])]
    kept = [p.replace("/", " ") for p in kept]
    return ["/".join(kept[:i]) for i in range(len(kept) + 1)]


def _two_lines(name: str) -> str:
    """A check's id and title on two lines, so that bars have room beside it on a telephone; cut between words."""
    return "<br>".join(esc(line) for line in wrap(name, 25, max_lines=2, placeholder=" …"))


def _gathered(placed: Sequence[tuple[list[str], str]]) -> list[tuple[list[str], str]]:
    """The branches of each finding, with the files that have no box of their own as one in the nearest folder that
    has: a browser takes a millisecond or more to draw each box, and nobody reads thousands."""
    files = Counter(branches[-1] for branches, _ in placed)
    kept = {name for name, _ in files.most_common(BOXES)}
    shown = {branch for branches, _ in placed if branches[-1] in kept for branch in branches[:-1]} | {""}
    merged: dict[str, set[str]] = defaultdict(set)
    for branches, _ in placed:
        if branches[-1] not in kept:
            merged[_within(branches, shown)[-1]].add(branches[-1])

    def drawn(branches: list[str]) -> list[str]:
        if branches[-1] in kept:
            return branches
        above = _within(branches, shown)
        return [*above, f"{above[-1]}/{count(len(merged[above[-1]]), 'more file')}".lstrip("/")]

    return [(drawn(branches), severity) for branches, severity in placed]


def _within(branches: Sequence[str], shown: set[str]) -> list[str]:
    """The folders of a file that are drawn, the project first."""
    return [branch for branch in branches[:-1] if branch in shown] or [""]


def _label(text: str, x: float, y: float, *, below: bool = False) -> dict[str, object]:
    return {
        "text": text,
        "x": x,
        "y": y,
        "showarrow": False,
        "yshift": -12 if below else 14,
        "xshift": 6 if below else 0,
        "xanchor": "left" if below or not x else "right",
        "font": {"color": LIGHT["accent"], "size": 12},
    }
