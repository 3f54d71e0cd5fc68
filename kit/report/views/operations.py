"""Operations: runbooks and documents, and whether what they refer to is there."""

from __future__ import annotations

import re

from kit.checks.operations.documents import escalation, ours
from kit.project import Project
from kit.report.blocks import Cell, Mark, Table, columns, empty
from kit.report.display import Display, show
from kit.report.views.common import Findings, at_cell, controls, open_at
from kit.report.words import count, have
from kit.sources.commands.command import Command
from kit.sources.papers.markdown import Heading, Markdown

MOST_DOCUMENTS = 40

TOPICS: dict[str, str] = {
    "Deploy": r"deploy|release|rollout",
    "Roll back": r"roll.?back|revert",
    "Backup and restore": r"backup|restore|disaster",
    "Incident": r"incident|on.?call|escalat|outage|runbook|troubleshoot",
    "Monitoring": r"monitor|\balert|observab|grafana|prometheus",
    "Rotate secrets": r"(?=.*\b(?:rotat|renew))(?=.*(?:secret|key|token|password|credential|certificate))|^rotat\w*$",
}

ACTIONS = frozenset({"Deploy", "Roll back", "Backup and restore"})
"""What is answered by a command as well as by a heading."""


def runbooks(project: Project, findings: Findings) -> Display:
    """What an operator asks for, and the first heading that speaks of it in what is written for people."""
    documents = ours(project)
    if not documents:
        fill = "Markdown files with headings on deploying, rolling back, restoring and incidents would be listed here."
        return show(empty("No document about the project is in it", fill))
    marks = {topic: _answer(documents, topic, pattern) for topic, pattern in TOPICS.items()}
    marks["Contacts"] = _contacts(project)
    covered = sum(mark.outcome == "pass" for mark in marks.values())
    rows = tuple(marks.items())
    caption = f"{covered} of {len(marks)} questions of an operator {have(covered, 'is', 'are')} written about"
    note = "A heading or a command shows that somebody wrote about it, not that it works."
    return show(Table(caption, columns("Question", "Documented"), rows, note), _documents(documents, findings))


def contact_headings(project: Project) -> list[Heading]:
    """Headings of documents about this project under which people to ask may stand; sponsors and terms are none."""
    found = (m for m in ours(project) if not _LEGAL.search(m.path))
    return [h for m in found for h in m.headings if _CONTACTS.search(h.text) and not _OTHERWISE.search(h.text)]


_CONTACTS = re.compile(
    r"\b(?:contacts?|support|on[- ]?call|escalations?|maintainers?|(?:code )?owners?|whom? to (?:call|ask))\b",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"\bsupport (?:for|of|matrix|us\b|this|the)|\b(?:browser|platform|version|language|os|type|multi)\S* support"
    r"|\bcontact (?:form|page|api|endpoint)",
    re.IGNORECASE,
)
"""Headings in which the word speaks of a feature, or asks for help."""
_LEGAL = re.compile(r"terms|privacy|legal|eula|conduct|licen[cs]e|agreement", re.IGNORECASE)


def _contacts(project: Project) -> Mark:
    """A heading for contacts, or else the line that tells whom to call."""
    heading = next(iter(contact_headings(project)), None)
    if heading is not None:
        return _topic(heading)
    place = escalation(project)
    return Mark("pass", "whom to call", str(place)) if place is not None else _topic(None)


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "operations", "Operations checks by file"))


def _heading(documents: list[Markdown], pattern: str) -> Heading | None:
    matcher = re.compile(pattern, re.IGNORECASE)
    return next((h for d in documents for h in d.headings if matcher.search(h.text)), None)


def _answer(documents: list[Markdown], topic: str, pattern: str) -> Mark:
    """The first heading that speaks of it; where to act is what is asked for, a command that does it."""
    heading = _heading(documents, pattern)
    if heading is None and topic in ACTIONS:
        matcher = re.compile(pattern, re.IGNORECASE)
        found = next((c for d in documents for c in d.commands if matcher.search(_called(c))), None)
        if found is not None:
            return Mark("pass", found.text, str(found.at))
    return _topic(heading)


def _called(command: Command) -> str:
    """What a command calls: a script, or a program and the task that it is asked for; git speaks of code."""
    if command.program in {"bash", "git", "sh"}:
        return command.args[0] if command.args and command.program != "git" else ""
    tasks = [w for w in command.args[: 2 if command.args[:1] == ("run",) else 1] if not re.search(r"[./]", w)]
    return " ".join((command.program.rpartition("/")[2], *tasks))


def _topic(heading: Heading | None) -> Mark:
    if heading is None:
        return Mark("fail", "nothing found")
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
