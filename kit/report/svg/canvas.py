"""A sheet to draw on: SVG elements in points, every text escaped and remembered with its box."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from kit.report.exports.files import printable
from kit.report.svg.text import FAMILY, width

ASCENT, DESCENT = 0.78, 0.24
"""How far a line reaches above and below its baseline, as a part of its size."""

Paint = dict[str, str | float]
"""Attributes of an element, with `_` for `-`."""

_ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass(frozen=True, slots=True)
class Box:
    """The place that a text takes: left, top, right and bottom in points."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


class Canvas:
    """Elements in the order in which they are drawn."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.boxes: list[Box] = []

    def rect(
        self,
        at: tuple[float, float],
        size: tuple[float, float],
        fill: str,
        radius: float = 0,
        paint: Paint | None = None,
    ) -> None:
        """A rectangle from its upper left corner; a width or height below nothing is drawn as nothing."""
        wide, tall = max(size[0], 0), max(size[1], 0)
        corners: Paint = {"rx": min(radius, wide / 2, tall / 2)} if radius else {}
        self._add(
            "rect", {"x": at[0], "y": at[1], "width": wide, "height": tall, **corners, "fill": fill, **(paint or {})}
        )

    def line(self, start: tuple[float, float], end: tuple[float, float], paint: Paint) -> None:
        """A straight line."""
        self._add("line", {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1], **paint})

    def path(self, d: str, paint: Paint) -> None:
        """A path by its description."""
        self._add("path", {"d": d, **paint})

    def circle(self, at: tuple[float, float], r: float, paint: Paint) -> None:
        """A circle."""
        self._add("circle", {"cx": at[0], "cy": at[1], "r": r, **paint})

    def text(
        self,
        at: tuple[float, float],
        text: str,
        size: float,
        fill: str,
        anchor: str = "start",
        *,
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """A line of text with its baseline at `at`; `halo` keeps what lies below it away from the letters."""
        if not text.strip():
            return
        weight: Paint = {"font_weight": "600"} if bold else {}
        if halo:
            weight |= {"paint_order": "stroke", "stroke": "#ffffff", "stroke_width": 2.4, "stroke_linejoin": "round"}
        self._add(
            "text", {"x": at[0], "y": at[1], "font_size": size, "fill": fill, "text_anchor": anchor, **weight}, text
        )
        wide = width(text, size, bold=bold)
        left = at[0] - wide * _ANCHORS[anchor]
        self.boxes.append(Box(text, left, at[1] - size * ASCENT, left + wide, at[1] + size * DESCENT))

    def upright(self, x: float, y: float, text: str, size: float, fill: str) -> None:
        """A line of text that reads upwards from (x, y), its middle on `x`."""
        if not text.strip():
            return
        turned = f"translate({_number(x + size * 0.35)} {_number(y)}) rotate(-90)"
        self._add("text", {"transform": turned, "font_size": size, "fill": fill}, text)
        self.boxes.append(Box(text, x - size / 2, y - width(text, size), x + size / 2, y))

    def svg(self, wide: float, tall: float, title: str, description: str) -> str:
        """The whole document, with a title and a description for who cannot see it."""
        attributes = f'width="{_number(wide)}" height="{_number(tall)}" viewBox="0 0 {_number(wide)} {_number(tall)}"'
        said = f"<title>{escape(printable(title))}</title><desc>{escape(printable(description))}</desc>"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {attributes} role="img" font-family="\'{FAMILY}\', sans-serif">'
        )
        return "\n".join([head, said, *self.parts, "</svg>", ""])

    def _add(self, tag: str, attributes: Paint, content: str | None = None) -> None:
        pairs = "".join(f" {k.replace('_', '-')}={quoteattr(_value(v))}" for k, v in attributes.items())
        inner = "/>" if content is None else f">{escape(printable(content))}</{tag}>"
        self.parts.append(f"<{tag}{pairs}{inner}")


def _value(value: str | float) -> str:
    return printable(value) if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"
