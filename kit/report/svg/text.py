"""Text in a drawing: how wide it is, how it is made to fit, and plotly's few tags in labels."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

FAMILY = "IBM Plex Sans"
"""The font that the kit ships for paper; its widths are below, so that a label can be placed without a renderer."""

# fmt: off
_WIDTHS = (
    236, 284, 419, 713, 598, 927, 694, 242, 335, 335, 450, 600, 272, 399, 272, 383, 600, 600, 600, 600, 600,
    600, 600, 600, 600, 600, 292, 292, 600, 600, 600, 477, 891, 641, 653, 621, 671, 583, 559, 695, 707, 400,
    510, 634, 501, 812, 707, 708, 606, 708, 640, 581, 572, 678, 609, 891, 613, 593, 580, 317, 383, 317, 600,
    565, 600, 534, 580, 503, 580, 549, 324, 528, 568, 250, 250, 527, 272, 873, 568, 560, 580, 580, 367, 487,
    351, 568, 492, 768, 507, 499, 464, 343, 314, 343, 600,
)
# fmt: on
"""Advance of each character from space to tilde, in thousandths of the size."""

_BOLD, _WIDE, _OTHER = 1.05, 1000, 620
_TAG = re.compile(r"(<br\s*/?>|</?b>|</span>|<span[^>]*>)")
_FONT_SIZE = re.compile(r"font-size:\s*(\d+(?:\.\d+)?)px")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line; `size` in plotly's pixels where the label says one."""

    text: str
    bold: bool = False
    size: float | None = None


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line in the unit of `size`. Letters beyond ASCII are taken as wide rather than narrow."""
    return sum(map(_advance, text)) * size / 1000 * (_BOLD if bold else 1)


def fit(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than `room`; empty where not even that fits."""
    if width(text, size, bold=bold) <= room:
        return text
    kept = text
    while kept and width(f"{kept}…", size, bold=bold) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…" if kept.strip() else ""


def wrap(text: str, size: float, room: float, most: int = 2) -> list[str]:
    """The text in at most `most` lines, broken at spaces and after slashes, the last one cut where it must be."""
    lines = [""]
    for word in re.findall(r"[^\s/]+/?|/|\s+", text):
        joined = lines[-1] + word
        if lines[-1].strip() and len(lines) < most and width(joined.rstrip(), size) > room:
            lines.append(word.lstrip())
        else:
            lines[-1] = joined
    return [fit(line.strip(), size, room) for line in lines]


def lines_of(label: str) -> list[list[Run]]:
    """A plotly label as lines of runs: bold, size and line breaks are read, everything else is text."""
    lines: list[list[Run]] = [[]]
    bold, size = False, None
    for part in _TAG.split(str(label)):
        if part.startswith("<br"):
            lines.append([])
        elif part in {"<b>", "</b>"}:
            bold = part == "<b>"
        elif part.startswith("<span"):
            found = _FONT_SIZE.search(part)
            size = float(found[1]) if found else None
        elif part == "</span>":
            size = None
        elif part:
            lines[-1].append(Run(html.unescape(part), bold, size))
    return lines


def plain(label: str) -> str:
    """A plotly label without its tags, on one line."""
    return " ".join("".join(run.text for run in line) for line in lines_of(label)).strip()


def _advance(character: str) -> int:
    code = ord(character)
    if 32 <= code < 127:
        return _WIDTHS[code - 32]
    return _WIDE if code >= 0x2E80 else _OTHER
