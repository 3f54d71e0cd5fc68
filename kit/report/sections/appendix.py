"""What every style ends with: charts, the plan, areas, all open findings, what was not seen, run, method, glossary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kit.model import AREAS
from kit.report import overview
from kit.report.blocks import Block, Cell, Notice, Prose, Table, columns
from kit.report.document import Section
from kit.report.notebooks import NotebookSection
from kit.report.sections import inventory
from kit.report.sections.basics import heads, nothing, section
from kit.report.sections.entries import entries
from kit.report.sections.first import changed
from kit.report.sections.given import given
from kit.report.sections.material import Material
from kit.report.sections.planning import timeline
from kit.report.texts import text
from kit.report.words import AREA_QUESTIONS, GLOSSARY, METHOD, count, sentence

EVIDENCE = "appendix-evidence"
"""The section of all open findings: paper shows it, a page has its list of all findings in its place."""


TOLD = frozenset({"notebook-summary", "notebook-claims"})
"""Notebooks of no area that say what the report says already: its first screen and plan, what documents say."""


def appendix(material: Material) -> tuple[Section, ...]:
    """The sections that every style shares, after its own."""
    beside = given(material)
    return (
        section("appendix.changes", *changed(material)),
        section("appendix.charts", *charts(material)),
        section("appendix.plan", *timeline(material)),
        section("appendix.areas", overview.areas_table(material.assessment), sections=areas(material)),
        section("appendix.evidence", *evidence(material)),
        section("appendix.unseen", overview.unseen(material.assessment.findings)),
        *((section("appendix.given", *beside),) if beside else ()),
        section("appendix.run", run_table(material)),
        section("appendix.method", sections=method()),
        section("appendix.glossary", glossary()),
    )


def charts(material: Material) -> tuple[Block, ...]:
    """The assessment in pictures, each with its sentence."""
    a = material.assessment
    return (
        *inventory.system_map(material),
        overview.area_scores(a),
        overview.severity_by_area(a),
        overview.risk_waterfall(a),
        overview.findings_by_path(a),
        inventory.control_matrix(material),
    )


def areas(material: Material) -> tuple[Section, ...]:
    """Each area with what its notebook drew, in the order of the report; then notebooks of no area."""
    found = {s.area: s for s in material.notebooks if s.area}
    judged = {a.id: a for a in material.assessment.areas}
    wanted = [area for area in AREAS if area in judged or area in found]
    own = tuple(_area(material, area, found.get(area)) for area in wanted)
    others = (s for s in material.notebooks if not s.area and s.blocks and s.id not in TOLD)
    return (*own, *(Section(s.id, s.title, s.blocks) for s in others))


def evidence(material: Material) -> tuple[Block, ...]:
    """Every open finding as a card, the gravest first."""
    return entries(material, material.open) or (nothing("open"),)


def run_table(material: Material) -> Table:
    """Project, policy, versions and seconds of this run."""
    a = material.assessment
    rows: list[tuple[Cell, ...]] = [
        (text("run.root"), a.project.root),
        (text("facts.revision"), a.project.revision or text("facts.no-revision")),
        (text("facts.policy"), f"{a.policy.name} {a.policy.sha256[:16]}"),
        (text("run.findings"), text("run.counted", count=len(a.findings), open=len(a.open))),
        *_flat("", material.run),
    ]
    rows += [(sentence(notice.kind.replace("-", " ")), f"{notice.text} ({notice.place})") for notice in a.notices]
    return Table(text("appendix.run"), columns(*heads("field", "value")), tuple(rows))


def method() -> tuple[Section, ...]:
    """How the report came about, in a few paragraphs."""
    return tuple(Section(f"method-{i}", title, (Prose((said,)),)) for i, (title, said) in enumerate(METHOD, start=1))


def glossary() -> Table:
    """Terms and their meanings."""
    return Table(text("appendix.glossary"), columns("Term", "Meaning"), GLOSSARY)


def _area(material: Material, area: str, notebook: NotebookSection | None) -> Section:
    result = material.assessment.area(area)
    blocks: list[Block] = [Prose((AREA_QUESTIONS[area],))]
    if notebook is None or notebook.failed:
        fill = text("notebook.unfinished-fill")
        blocks.append(Notice(fill, tone="error", title=text("notebook.unfinished")))
    if notebook is not None:
        blocks += notebook.blocks
    note = ""
    if result is not None and result.score is not None:
        note = text("areas.note", score=f"{result.score:.0f}", confidence=f"{result.confidence:.0f}")
    status = result.status if result else ""
    return Section(f"area-{area}", AREAS[area][1], tuple(blocks), status=status, note=note, folded=True)


def _flat(prefix: str, value: Any) -> Iterable[tuple[str, str]]:
    """A record as rows of name and value; long lists are counted, and what there is not is left out."""
    if value is None:
        return
    if isinstance(value, Mapping) and len(value) <= 40:
        for key, inner in value.items():
            yield from _flat(f"{prefix} {key}".strip(), inner)
    elif isinstance(value, Mapping | list | tuple):
        yield prefix, count(len(value), "entry", "entries")
    else:
        yield prefix, f"{value:.2f}" if isinstance(value, float) else str(value)
