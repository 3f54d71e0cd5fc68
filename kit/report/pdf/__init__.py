"""The report as a PDF for paper, typeset by Typst from one wheel: no browser, no network, no system font."""

from kit.report.pdf.data import SignOff
from kit.report.pdf.render import PdfMissing, available, render_pdf

__all__ = ["PdfMissing", "SignOff", "available", "render_pdf"]
