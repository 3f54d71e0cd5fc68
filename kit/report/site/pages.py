"""The pages of the site: which there are, what each shows, where a link of the report leads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from kit.model import CHECK_ID
from kit.report.blocks import Block, Excerpt, Prose
from kit.report.document import Document, Section
from kit.report.notebooks import Cell, cells_of
from kit.report.sections.appendix import EVIDENCE
from kit.report.sections.material import Material
from kit.report.texts import text

AREAS = "appendix-areas"
INDEX, FINDINGS = "index.html", "findings.html"
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `href` is its path within the site; `template` draws it; `cells` are a notebook's."""

    href: str
    title: str
    section: Section
    template: str = "page.html.j2"
    status: str = ""
    notebook: str = ""
    cells: tuple[Cell, ...] = ()

    @property
    def up(self) -> str:
        """The way from the page to the top of the site."""
        return "../" * self.href.count("/")


Group = tuple[str, tuple[Page, ...]]


def groups_of(document: Document, material: Material, notebooks: Sequence[Path]) -> tuple[Group, ...]:
    """All pages, in the groups of the contents."""
    executed = tuple(_notebook(path) for path in notebooks if path.is_file())
    behind = {_area_of(page.href): page.href for page in executed}
    areas = [s for top in document.appendix if top.id == AREAS for s in top.sections]
    others = [_without_areas(s) for s in document.appendix if s.id != EVIDENCE]
    index = Page(INDEX, document.title, Section("verdict", document.title), "index.html.j2")
    findings = Page(FINDINGS, text("page.findings"), Section("findings", text("page.findings")), "findings.html.j2")
    return (
        (text("site.report"), (index, findings)),
        (text("site.areas"), tuple(_page(s, behind.get(s.id, "")) for s in areas)),
        (text("site.more"), (*(_page(s) for s in others), _page(_policy(material)))),
        (text("site.notebooks"), executed),
    )


def pages_of(groups: Iterable[Group]) -> Iterator[Page]:
    """The pages of all groups."""
    for _, pages in groups:
        yield from pages


def anchors_of(document: Document, material: Material, groups: Iterable[Group]) -> dict[str, str]:
    """Where each anchor of the report is in the site: its id to the page that has it."""
    found = {inner.id: page.href for page in pages_of(groups) for _, inner in page.section.walk()}
    found |= {inner.id: INDEX for top in document.sections for _, inner in top.walk()}
    found |= {f"finding-{f.fingerprint}": FINDINGS for f in material.assessment.findings}
    found |= {f"check-{check}": FINDINGS for check in material.assessment.checks if CHECK_ID.fullmatch(check)}
    return found


def _page(section: Section, notebook: str = "") -> Page:
    name = _SLUG.sub("-", section.id.lower().removeprefix("appendix-")).strip("-")
    return Page(f"{name}.html", section.title, section, status=section.status, notebook=notebook)


def _without_areas(section: Section) -> Section:
    if section.id != AREAS:
        return section
    return Section(section.id, section.title, section.blocks, status=section.status, note=section.note)


def _policy(material: Material) -> Section:
    policy = material.assessment.policy
    lines = yaml.safe_dump(policy.values(), sort_keys=False, allow_unicode=True).rstrip("\n").split("\n")
    blocks: tuple[Block, ...] = (
        Prose((text("site.policy-lead", sha256=policy.sha256),)),
        Excerpt("", tuple(lines), 1, caption=policy.name),
    )
    return Section("policy", text("site.policy"), blocks)


def _notebook(path: Path) -> Page:
    name = _SLUG.sub("-", path.stem.lower()).strip("-")
    section = Section("notebook", path.stem)
    return Page(f"notebooks/{name}.html", path.stem, section, "notebook.html.j2", cells=cells_of(path))


def _area_of(href: str) -> str:
    """The section that a notebook's page stands behind, by its name: 03-orchestration is area-orchestration."""
    name = href.removeprefix("notebooks/").removesuffix(".html")
    return f"area-{name.partition('-')[2]}"
