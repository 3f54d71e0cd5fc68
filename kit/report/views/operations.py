"""Operations: runbooks and documents, and whether what they refer to is there."""

from __future__ import annotations

import re

from kit.project import Project
from kit.report.blocks import Cell, Mark, Table, columns, empty
from kit.report.display import Display, show
from kit.report.views.common import Findings, at_cell, controls, open_at
from kit.report.words import count
from kit.sources.papers.markdown import Heading, Markdown

MOST_DOCUMENTS = 40

TOPICS: dict[str, str] = {
    "Deploy": r"deploy|release|rollout",
    "Roll back": r"roll.?back|revert",
    "Backup and restore": r"backup|restore|disaster",
    "Incident": r"incident|on.?call|escalat|outage|runbook|troubleshoot",
    "Monitoring": r"monitor|alert|observab|dashboard",
    "Contacts": r"contact|owner|maintainer|support",
    "Rotate secrets": r"rotat|secret",
}


def runbooks(project: Project, findings: Findings) -> Display:
    """What an operator asks for, and the first heading that speaks of it."""
    documents = list(project.markdown)
    if not documents:
        fill = "Markdown files with headings on deploying, rolling back, restoring and incidents would be listed here."
        return show(empty("No document is in the project", fill))
    found = {topic: _heading(documents, pattern) for topic, pattern in TOPICS.items()}
    covered = sum(at is not None for at in found.values())
    rows = tuple((topic, _topic(heading)) for topic, heading in found.items())
    caption = f"{covered} of {len(TOPICS)} questions of an operator have a heading"
    note = "A heading shows that somebody wrote about it, not that it works."
    return show(Table(caption, columns("Question", "Documented"), rows, note), _documents(documents, findings))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "operations", "Operations checks by file"))


def _heading(documents: list[Markdown], pattern: str) -> Heading | None:
    matcher = re.compile(pattern, re.IGNORECASE)
    return next((h for d in documents for h in d.headings if matcher.search(h.text)), None)


def _topic(heading: Heading | None) -> Mark:
    if heading is None:
        return Mark("fail", "no heading")
    return Mark("pass", heading.text, str(heading.at))


def _documents(documents: list[Markdown], findings: Findings) -> Table:
    opened = open_at([f for f in findings if f.area == "operations"])
    ranked = sorted(documents, key=lambda d: (-len(opened.get(d.path, ())), d.path.count("/"), d.path))
    rows = tuple(_document(d, len(opened.get(d.path, ()))) for d in ranked[:MOST_DOCUMENTS])
    rest = len(documents) - len(rows)
    note = f"{count(rest, 'more document')}, further down in the project." if rest else ""
    heads = columns("Document", ("Headings", "number"), ("Commands", "number"), ("Links", "number"), "Open findings")
    return Table(count(len(documents), "document"), heads, rows, note, folded=True)


def _document(document: Markdown, opened: int) -> tuple[Cell, ...]:
    state = Mark("fail", f"{opened} open") if opened else Mark("pass", "none")
    return (at_cell(document.at), len(document.headings), len(document.commands), len(document.links), state)
