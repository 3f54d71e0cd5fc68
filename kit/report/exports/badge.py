"""`badge.svg`: the verdict of the strictest environment, and the score, for a README."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from kit.judgement.assessment import Assessment
from kit.report.exports.files import one_line

HEIGHT = 20
_CHARACTER = 6.6
_PADDING = 7
# White on each of these has a contrast of at least 4.5 to 1; the verdict's word tells them apart as well.
_COLOURS = {"GO": "#1a7f37", "CONDITIONAL": "#8a5d00", "NO-GO": "#b3261e"}
_GREY = "#3d444d"


def render(assessment: Assessment) -> str:
    """A self-contained SVG with a title and a role for screen readers."""
    name = assessment.strictest
    verdict = assessment.environments[name].verdict
    left = one_line(name, 30)
    right = f"{verdict} {assessment.score:.0f}/100"
    title = f"Production readiness, {left}: {verdict}, score {assessment.score:.0f} of 100"
    first, second = _width(left), _width(right)
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{first + second}" height="{HEIGHT}" role="img" '
            f"aria-label={quoteattr(title)}>",
            f"<title>{escape(title)}</title>",
            f'<clipPath id="r"><rect width="{first + second}" height="{HEIGHT}" rx="3"/></clipPath>',
            '<g clip-path="url(#r)">',
            f'<rect width="{first}" height="{HEIGHT}" fill="{_GREY}"/>',
            f'<rect x="{first}" width="{second}" height="{HEIGHT}" fill="{_COLOURS[verdict]}"/>',
            "</g>",
            '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" '
            'text-anchor="middle" aria-hidden="true">',
            _text(left, first / 2, first),
            _text(right, first + second / 2, second),
            "</g>",
            "</svg>",
            "",
        )
    )


def _width(text: str) -> int:
    return round(len(text) * _CHARACTER) + 2 * _PADDING


def _text(text: str, x: float, width: int) -> str:
    # `textLength` holds the text to its box whatever font the reader has.
    return f'<text x="{x:g}" y="14" textLength="{width - 2 * _PADDING}">{escape(text)}</text>'
