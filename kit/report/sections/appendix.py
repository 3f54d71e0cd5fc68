"""What every style ends with: charts, the plan, areas, all open findings, what was not seen, run, method, glossary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from kit.model import AREAS
from kit.report import overview
from kit.report.blocks import Block, Cell, Markdown, Notice, Prose, Table, columns
from kit.report.document import Section
from kit.report.notebooks import NotebookSection
from kit.report.sections import inventory
from kit.report.sections.basics import heads, nothing, section
from kit.report.sections.entries import entries
from kit.report.sections.first import changed
from kit.report.sections.given import given
from kit.report.sections.material import Material
from kit.report.sections.planning import timeline
from kit.report.texts import mapping, text
from kit.report.words import AREA_QUESTIONS, GLOSSARY, METHOD, sentence

EVIDENCE = "appendix-evidence"
"""The section of all open findings: paper shows it, a page has its list of all findings in its place."""


MOST_SAID = 40
"""Entries of a record of the run that are told one by one."""

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
        (text("run.root"), PurePath(a.project.root).name or a.project.name),
        (text("facts.revision"), a.project.revision or text("facts.no-revision")),
        (text("facts.policy"), f"{a.policy.name} {a.policy.sha256[:16]}"),
        (text("run.findings"), text("run.counted", count=len(a.findings), open=len(a.open))),
        *_of_run(material.run),
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
        judged = result is not None and result.score is not None
        blocks += notebook.blocks if judged or notebook.failed else _gathered(notebook.blocks)
    note = ""
    if result is not None and result.score is not None:
        note = text("areas.note", score=f"{result.score:.0f}", confidence=f"{result.confidence:.0f}")
    status = result.status if result else ""
    return Section(f"area-{area}", AREAS[area][1], tuple(blocks), status=status, note=note, folded=True)


def _of_run(run: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The record of a run as rows, in words; what there is not is left out."""
    names = mapping("run")
    for key, value in run.items():
        said = _said(value)
        if said:
            yield names.get(key, sentence(key.replace("_", " "))), said


def _said(value: Any) -> str:
    if value is None or (isinstance(value, Mapping | list | tuple) and not value):
        return ""
    if isinstance(value, Mapping | list | tuple) and len(value) > MOST_SAID:
        return text("run.entries", count=len(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_said(inner)}" for key, inner in value.items() if _said(inner))
    if isinstance(value, list | tuple):
        return ", ".join(_said(inner) for inner in value)
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _gathered(blocks: Sequence[Block]) -> list[Block]:
    """The blocks of an area of which nothing was found: its empty parts as one notice, with what each would show."""
    groups = _parts(blocks)
    kept: list[list[Block]] = []
    vain: list[list[Block]] = []
    for group in groups:
        shown = [block for block in group if not isinstance(block, Markdown)]
        is_vain = bool(shown) and all(isinstance(b, Notice) and b.tone == "empty" for b in shown)
        (vain if is_vain else kept).append(group)
    if len(vain) < 2:
        return list(blocks)
    common = {text("views.nothing-examined"), text("views.nothing-judged"), text("views.no-strengths")}
    found = [b for group in vain for b in group if isinstance(b, Notice) and b.title not in common]
    said = dict.fromkeys(text("areas.would-show", what=b.title, fill=b.text) for b in found)
    notice = Notice("", tone="empty", title=text("areas.nothing"), items=tuple(said))
    return [*(kept[0] if kept else ()), notice, *(block for group in kept[1:] for block in group)]


def _parts(blocks: Sequence[Block]) -> list[list[Block]]:
    """What stands before the first heading, then each heading with what follows it."""
    parts: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, Markdown) and block.text.startswith("## "):
            parts.append([])
        parts[-1].append(block)
    return parts
