"""Colours, type and the plotly template: said once here, used by page, charts and notebooks.

Every text colour reaches WCAG AA (4.5:1) on its background in light and dark; outcomes differ in shape and
word as well as in hue, and their hues (teal, ochre, vermilion, grey, violet) are chosen to stay apart under
every kind of colour blindness.
"""

from __future__ import annotations

from typing import Any

LIGHT: dict[str, str] = {
    "page": "#ffffff",
    "surface": "#f6f7f8",
    "raised": "#fefefe",
    "ink": "#16191d",
    "muted": "#555e69",
    "line": "#d5dade",
    "accent": "#1d5aa6",
    "pass": "#0b6e5d",
    "partial": "#875300",
    "fail": "#b3261a",
    "unknown": "#545d6a",
    "not_applicable": "#656e7a",
    "error": "#6a3aa0",
    "critical": "#8a1016",
    "high": "#b4400f",
    "medium": "#8c5a05",
    "low": "#586474",
    "pass_soft": "#e2f2ee",
    "partial_soft": "#fbf0da",
    "fail_soft": "#fceae7",
    "unknown_soft": "#eceff2",
    "not_applicable_soft": "#f1f3f5",
    "error_soft": "#efe7f9",
    "pass_fill": "#12826d",
    "partial_fill": "#a96d00",
    "fill_ink": "#fffffe",
    "fail_fill": "#c33a2c",
    "unknown_fill": "#6d7784",
    "context": "#aeb6bf",
    "mark": "#fff3bf",
}

DARK: dict[str, str] = {
    "page": "#14171b",
    "surface": "#1b1f25",
    "raised": "#20252c",
    "ink": "#e9ecef",
    "muted": "#a9b3be",
    "line": "#363d47",
    "accent": "#84b8f4",
    "pass": "#56c9b2",
    "partial": "#e5ae47",
    "fail": "#ff8a7a",
    "unknown": "#b1bac5",
    "not_applicable": "#98a2ae",
    "error": "#c3a1f2",
    "critical": "#ff8087",
    "high": "#ff9b66",
    "medium": "#e3b04e",
    "low": "#aab6c4",
    "pass_soft": "#123a33",
    "partial_soft": "#3d2e0f",
    "fail_soft": "#45201c",
    "unknown_soft": "#2a313a",
    "not_applicable_soft": "#22282f",
    "error_soft": "#342847",
    "pass_fill": "#3fae99",
    "partial_fill": "#d29a35",
    "fill_ink": "#101317",
    "fail_fill": "#ef7566",
    "unknown_fill": "#8b96a3",
    "context": "#6c7784",
    "mark": "#413400",
}

SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif'
MONO = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace'

SHAPES: dict[str, str] = {
    "pass": "✓",
    "partial": "◐",
    "fail": "✕",
    "unknown": "?",
    "not_applicable": "–",
    "error": "!",
    "": "",
}
"""A text shape per outcome, drawn by every font that a report meets."""

STATUS: dict[str, str] = {
    "GREEN": "pass",
    "YELLOW": "partial",
    "RED": "fail",
    "GREY": "unknown",
    "GO": "pass",
    "CONDITIONAL": "partial",
    "NO-GO": "fail",
}
"""The outcome whose colour and shape a status or a verdict takes."""

SEVERITIES = ("critical", "high", "medium", "low")
OUTCOMES = ("fail", "partial", "error", "unknown", "pass", "not_applicable")


def outcome_color(outcome: str) -> str:
    """The light colour of an outcome, status, verdict or severity; pages swap it for dark."""
    return LIGHT.get(STATUS.get(outcome, outcome), LIGHT["muted"])


def fill_color(outcome: str) -> str:
    """The colour of an outcome or status where it fills a bar; `fill_ink` is readable on it."""
    return LIGHT.get(f"{STATUS.get(outcome, outcome)}_fill", LIGHT["context"])


def template(colors: dict[str, str] | None = None) -> dict[str, Any]:
    """The plotly template: quiet axes, direct labels, no legend."""
    c = colors or LIGHT
    axis = {
        "gridcolor": c["line"],
        "linecolor": c["line"],
        "zeroline": False,
        "ticks": "",
        "automargin": True,
        "ticklabelstandoff": 6,
        "title": {"font": {"size": 12, "color": c["muted"]}, "standoff": 10},
        "tickfont": {"size": 12, "color": c["ink"]},
    }
    return {
        "layout": {
            "font": {"family": SANS, "size": 13, "color": c["ink"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [c["accent"], c["muted"], c["pass"], c["partial"], c["fail"]],
            "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
            "showlegend": False,
            "hoverlabel": {
                "bgcolor": c["raised"],
                "bordercolor": c["line"],
                "font": {"family": SANS, "size": 12, "color": c["ink"]},
                "align": "left",
            },
            "xaxis": axis,
            "yaxis": axis,
            "dragmode": False,
        }
    }


CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "showSendToCloud": False,
    "responsive": True,
    "displayModeBar": False,
    "scrollZoom": False,
}
"""How plotly behaves on a page of ours."""


def css_variables() -> str:
    """The palette as custom properties: light, dark where the system asks for it, and either where chosen."""
    light, dark = _declarations(LIGHT), _declarations(DARK)
    return (
        f":root{{color-scheme:light;--sans:{SANS};--mono:{MONO};{light}}}\n"
        "@media screen and (prefers-color-scheme:dark)"
        f"{{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
    )


def chart_theme() -> dict[str, Any]:
    """What the page's script needs to draw a figure: both templates and the light-to-dark exchange of
    colours."""
    swap = {LIGHT[name]: DARK[name] for name in LIGHT}
    return {"light": template(LIGHT), "dark": template(DARK), "swap": swap, "config": CONFIG}


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two `#rrggbb` colours, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _declarations(colors: dict[str, str]) -> str:
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in colors.items())


def _luminance(color: str) -> float:
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
