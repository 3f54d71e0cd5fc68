"""Measurements as shares of what is demanded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from kit.report.charts import bars
from kit.report.theme import LIGHT, fill_color

FARTHEST = 300.0
"""Per cent of a target beyond which a bar grows no more; its label says how far it is."""


def against_target(rows: Sequence[tuple[str, float, str, str]], unit: str) -> go.Figure:
    """Bars of measurements in per cent of their target, which is the line at 100.

    A row is a name, the share in per cent, the label, and the outcome that colours it.
    """
    shares = [min(share, FARTHEST) for _, share, _, _ in rows]
    drawn = bars(
        _apart([name for name, _, _, _ in rows]),
        shares,
        texts=[label for _, _, label, _ in rows],
        colors=[fill_color(outcome) for _, _, _, outcome in rows],
        unit=unit,
        top=max([*shares, 100.0]) * 1.45,
    )
    line = {"color": LIGHT["accent"], "width": 2, "dash": "dash"}
    rule: dict[str, Any] = {"type": "line", "x0": 100, "x1": 100, "y0": 0, "y1": 1, "yref": "paper", "line": line}
    drawn.update_layout(shapes=[rule])
    return drawn


def _apart(names: Sequence[str]) -> list[str]:
    """Names that are told apart: two bars of one name would be drawn as one."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return made
