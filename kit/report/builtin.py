"""The built-in renderer: one self-contained page, made without Quarto, that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from kit.report import page
from kit.report.document import Document
from kit.report.markup import render
from kit.report.sections.appendix import EVIDENCE
from kit.report.sections.material import Material
from kit.report.styles import build_document
from kit.report.theme import chart_theme, css_variables
from kit.sources.tree.text import escaped

STYLES = ("page.css", "parts.css", "explorer.css", "print.css")
SCRIPTS = ("charts.js", "judgement.js", "findings.js", "what_if.js", "page.js")


def render_html(material: Material, style: str | None = None) -> str:
    """The report as one HTML document, in the style that the params name where none is given."""
    return render_page(build_document(material, style), material)


def render_page(document: Document, material: Material) -> str:
    """A document as one HTML page; the list of all findings takes the place of the evidence on paper."""
    assessment, scripts = material.assessment, _scripts()
    return render(
        "report.html.j2",
        d=document,
        a=assessment,
        appendix=[section for section in document.appendix if section.id != EVIDENCE],
        checks=page.check_views(assessment),
        data=page.findings_data(assessment),
        judgement=page.judgement_data(assessment),
        theme=chart_theme(),
        style=_style(),
        scripts=scripts,
        policy=content_policy(scripts),
    )


def content_policy(scripts: Sequence[str]) -> str:
    """The content security policy: nothing may be fetched, and only these scripts may run."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    parts = ("default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", f"script-src {hashes}")
    return "; ".join((*parts, "base-uri 'none'", "form-action 'none'"))


def _scripts() -> tuple[str, ...]:
    return (asset("theme.js"), plotly(), ";\n".join(asset(name) for name in SCRIPTS))


@cache
def plotly() -> str:
    """plotly.js, so written that it may stand within a page.

    The control characters in its texts are escaped: pages are written without any (`exports.files.write`), and a script
    that was changed by that is none that the policy of the page allows.
    """
    from plotly.offline import get_plotlyjs

    return escaped(str(get_plotlyjs())).replace("</script", "<\\/script")


@cache
def _style() -> Markup:
    return Markup(css_variables() + "\n".join(asset(name) for name in STYLES))  # noqa: S704 - files of ours


def asset(name: str) -> str:
    """The text of one of the page's own scripts or style sheets."""
    return (files("kit.report") / "html" / name).read_text("utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
