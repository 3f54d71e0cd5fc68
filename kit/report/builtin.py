"""The built-in renderer: one self-contained page, made without Quarto, that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from kit.judgement.assessment import Assessment
from kit.model import AREAS
from kit.report import page
from kit.report.markup import block_html, render
from kit.report.notebooks import Section, read_section
from kit.report.overview import areas_table, go_no_go, numbers, plan_tables
from kit.report.theme import chart_theme, css_variables
from kit.report.views.system import services, untold
from kit.system.model import SystemMap

STYLES = ("page.css", "parts.css", "print.css")
SCRIPTS = ("charts.js", "findings.js", "page.js")


def render_html(
    assessment: Assessment,
    notebooks: Sequence[Path],
    system: SystemMap | None = None,
    run: Mapping[str, Any] | None = None,
) -> str:
    """The report as one HTML document.

    `notebooks` are the executed ones in the order of the report; one that is missing, unreadable or failed is
    said to be so, and its area is shown from the findings alone. `run` is the record of `run.json`.
    """
    sections = [read_section(path) for path in notebooks]
    summary = [s for s in sections if not s.area]
    areas = _area_sections(assessment, sections)
    scripts = _scripts()
    return render(
        "report.html.j2",
        a=assessment,
        title=assessment.report.title or f"{assessment.project.name}: production readiness",
        verdicts=page.verdict_views(assessment),
        deciding=page.deciding(assessment),
        numbers=block_html(numbers(assessment)),
        areas_table=block_html(areas_table(assessment)),
        fallback=_fallback(assessment) if not any(not s.failed for s in summary) else Markup(),
        summary=summary,
        sections=areas,
        checks=page.check_views(assessment),
        unseen=page.not_seen(assessment.findings),
        system=_system(system),
        run=page.run_rows(run),
        data=page.findings_data(assessment),
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


def _area_sections(assessment: Assessment, sections: Sequence[Section]) -> list[tuple[Section, Any]]:
    """A section per judged area, in the order of the report; an empty failed one where its notebook is
    missing."""
    found = {s.area: s for s in sections if s.area}
    judged = {a.id: a for a in assessment.areas}
    ids = [area for area in AREAS if area in judged or area in found]
    return [(found.get(id_) or Section(f"area-{id_}", id_, AREAS[id_][1], (), True), judged.get(id_)) for id_ in ids]


def _fallback(assessment: Assessment) -> Markup:
    """Go or no-go and the plan, where no summary notebook has drawn them."""
    blocks = [go_no_go(assessment), *plan_tables(assessment)]
    return Markup("\n").join(block_html(b) for b in blocks)


def _system(system: SystemMap | None) -> Markup:
    if system is None or not system.services:
        return Markup()
    blocks = [services(system), untold(system)]
    return Markup("\n").join(block_html(b) for b in blocks if b is not None)


def _scripts() -> tuple[str, ...]:
    return (_asset("theme.js"), _plotly(), ";\n".join(_asset(name) for name in SCRIPTS))


@cache
def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).replace("</script", "<\\/script")


@cache
def _style() -> Markup:
    return Markup(css_variables() + "\n".join(_asset(name) for name in STYLES))  # noqa: S704 - files of ours


def _asset(name: str) -> str:
    return (files("kit.report") / "html" / name).read_text("utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
