"""The page of claims: each report's own text with every statement marked, and the evidence beside it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import ChoiceLoader, Environment, PackageLoader
from markupsafe import Markup

from kit.claims.model import Claim, Examination, Verdict
from kit.report.builtin import STYLES, asset, content_policy
from kit.report.claims import tables, words
from kit.report.claims.rows import excerpt_of, rows_of
from kit.report.markup import environment
from kit.report.texts import mapping, text
from kit.report.theme import css_variables


def render_page(examination: Examination) -> str:
    """The examination as one HTML page that opens offline and asks nothing of any network."""
    scripts = (asset("theme.js"), _file("claims.js"))
    sections = [
        (f"report-{number}", reading, list(rows_of(reading, _own(examination, reading.source))))
        for number, reading in enumerate(examination.readings, 1)
    ]
    return (
        _environment()
        .get_template("claims.html.j2")
        .render(
            e=examination,
            title=text("claims.of", project=examination.project),
            sections=sections,
            figures=tables.figures(examination),
            reports=tables.reports(examination),
            contradictions=tables.contradictions(examination, linked=True),
            verdicts=list(Verdict),
            meanings=mapping("claims.meanings"),
            shapes=words.SHAPES,
            outcomes=words.OUTCOMES,
            anchor=tables.anchor,
            excerpt_of=excerpt_of,
            style=_style(),
            scripts=scripts,
            policy=content_policy(scripts),
        )
    )


def _own(examination: Examination, source: str) -> list[Claim]:
    return [claim for claim in examination.claims if claim.statement.source == source]


@cache
def _environment() -> Environment:
    shared = environment()
    here = PackageLoader("kit.report", "claims")
    return shared.overlay(loader=ChoiceLoader([here, shared.loader or here]))


@cache
def _style() -> Markup:
    parts = (css_variables(), *(asset(name) for name in STYLES), _file("claims.css"))
    return Markup("\n".join(parts))  # noqa: S704 - files of ours


def _file(name: str) -> str:
    return (files("kit.report") / "claims" / name).read_text("utf-8")
