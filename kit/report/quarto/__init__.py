"""Quarto as a renderer: the same document as the built-in ones draw, through Markdown, Pandoc and Quarto's theme."""

from kit.report.quarto.render import QuartoFailed, available, render_html, render_pdf, render_site

__all__ = ["QuartoFailed", "available", "render_html", "render_pdf", "render_site"]
