"""Charts as vector drawings, for paper."""

from kit.report.svg.draw import Drawing, Undrawable, draw

__all__ = ["Drawing", "Undrawable", "draw"]
