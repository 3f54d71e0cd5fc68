"""The site's pages and assets as files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader

from kit.report import page as report_page
from kit.report.builtin import STYLES, asset, plotly
from kit.report.document import Document
from kit.report.markup import environment, script_json
from kit.report.sections.material import Material
from kit.report.site.pages import FINDINGS, INDEX, Group, Page, anchors_of, groups_of, pages_of
from kit.report.theme import chart_theme, css_variables
from kit.report.words import at

SCRIPTS = ("judgement.js", "findings.js", "what_if.js")
"""The scripts of the report's own page that the page of all findings needs."""

POLICY = (
    "default-src 'none'; style-src 'self' file: 'unsafe-inline'; img-src data:; script-src 'self' file:; "
    "base-uri 'none'; form-action 'none'"
)
"""Nothing but the site's own files, whether it lies on a disk or on a server."""

Place = tuple[str, str, str, str]
"""What can be searched for: title, its link, what stands under it, and further words."""

_LINK = re.compile(r'<a href="#([\w.-]+)"')


def render_site(document: Document, material: Material, notebooks: Sequence[Path]) -> dict[str, str]:
    """Path within the site to content. `notebooks`: the executed ones; one that is missing has no page."""
    groups = groups_of(document, material, notebooks)
    anchors = anchors_of(document, material, groups)
    shared = {
        "d": document,
        "a": material.assessment,
        "project": material.name,
        "navigation": [(title, pages) for title, pages in groups if pages],
        "theme": chart_theme(),
        "policy": POLICY,
    }
    site = {page.href: linked(_drawn(page, shared, material), page, anchors) for page in pages_of(groups)}
    return {**site, **_assets(document, material, groups)}


def _drawn(page: Page, shared: Mapping[str, Any], material: Material) -> str:
    own: dict[str, Any] = {"here": page, "up": page.up}
    if page.href == FINDINGS:
        a = material.assessment
        own |= {"data": report_page.findings_data(a), "judgement": report_page.judgement_data(a)}
        own |= {"checks": report_page.check_views(a), "scripts": SCRIPTS}
    return _environment().get_template(page.template).render(**shared, **own)


def linked(html: str, page: Page, anchors: Mapping[str, str]) -> str:
    """The page with every link to an anchor of another page leading there."""

    def lead(match: re.Match[str]) -> str:
        target = anchors.get(match[1], page.href)
        return match[0] if target == page.href else f'<a href="{page.up}{target}#{match[1]}"'

    return _LINK.sub(lead, html)


def _assets(document: Document, material: Material, groups: Sequence[Group]) -> dict[str, str]:
    index = script_json(list(search_index(document, material, groups)))
    own = {f"assets/{name}": asset(name) for name in ("theme.js", "charts.js", *SCRIPTS)}
    return {
        **own,
        "assets/plotly.min.js": plotly(),
        "assets/site.js": _file("site.js"),
        "assets/site.css": css_variables() + "\n".join(asset(name) for name in STYLES) + _file("site.css"),
        "assets/search-index.js": f"window.readinessIndex = {index};\n",
    }


def search_index(document: Document, material: Material, groups: Sequence[Group]) -> Iterator[Place]:
    """All that can be searched for."""
    for page in pages_of(groups):
        yield page.title, page.href, "", ""
        for depth, section in page.section.walk():
            if depth:
                yield section.title, f"{page.href}#{section.id}", page.title, ""
    for top in document.sections:
        for _, section in top.walk():
            yield section.title, f"{INDEX}#{section.id}", document.title, ""
    for finding in material.assessment.findings:
        said = f"{finding.check} {finding.outcome.value} {finding.severity.value}"
        yield finding.message, f"{FINDINGS}#finding-{finding.fingerprint}", f"{finding.check} · {at(finding)}", said
    for check in material.assessment.checks.values():
        yield f"{check.id} {check.title}", f"{FINDINGS}#check-{check.id}", check.rationale, json.dumps(check.area)


@cache
def _environment() -> Environment:
    shared = environment()
    return shared.overlay(
        loader=ChoiceLoader([PackageLoader("kit.report", "site"), shared.loader or PackageLoader("kit.report", "html")])
    )


def _file(name: str) -> str:
    return (files("kit.report") / "site" / name).read_text("utf-8")
