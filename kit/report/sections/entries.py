"""Findings as numbered cards: observation, evidence, impact, fix, owner, effort, environments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from pathspec import GitIgnoreSpec

from kit.model import Evidence, Finding
from kit.project import Project
from kit.report.blocks import Entry, Excerpt, Row
from kit.report.sections.material import Material
from kit.report.texts import text
from kit.report.words import at, count, sentence

MOST_EXCERPTS = 3
CODEOWNERS = ("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS")


def entries(material: Material, found: Sequence[Finding]) -> tuple[Entry, ...]:
    """The findings as cards, numbered as everywhere in this report."""
    return tuple(entry(material, finding) for finding in found)


def entry(material: Material, finding: Finding) -> Entry:
    """One finding as a card."""
    return Entry(
        number=material.numbers.get(finding.fingerprint, 0),
        title=finding.message,
        severity=finding.severity.value,
        outcome=finding.outcome.value,
        fingerprint=finding.fingerprint,
        check=finding.check,
        at=at(finding),
        blocker=sentence(finding.blocker or ""),
        rows=tuple(_rows(material, finding)),
    )


def excerpt_of(evidence: Evidence) -> Excerpt:
    """What stands at a place, with the lines around it, secrets masked."""
    before, meant, after = (
        part.split("\n") if part else [] for part in (evidence.before, evidence.excerpt.rstrip("\n"), evidence.after)
    )
    whole = text("page.whole") if evidence.path == "." else evidence.path
    place = whole if evidence.line is None else f"{evidence.path}:{evidence.line}"
    first = None if evidence.line is None else evidence.line - len(before)
    meant_at = None if evidence.line is None else (evidence.line, evidence.line + max(len(meant), 1) - 1)
    return Excerpt(place, (*before, *meant, *after), first or None, meant_at, evidence.strength.value)


def owner_of(project: Project, path: str) -> str:
    """Who owns a path by CODEOWNERS, the last rule that matches; empty where no rule does."""
    found = ""
    for pattern, owners in _owners(project):
        if _matcher(pattern).match_file(path):
            found = owners
    return found


def _rows(material: Material, finding: Finding) -> Iterable[Row]:
    yield Row(text("entry.observation"), text("entry.expected", seen=finding.message, title=finding.title))
    shown = finding.evidence[:MOST_EXCERPTS]
    yield from (Row(text("entry.evidence"), excerpt=excerpt_of(e)) for e in shown if e.excerpt or e.line is None)
    if len(finding.evidence) > MOST_EXCERPTS:
        rest = finding.evidence[MOST_EXCERPTS:]
        places = ", ".join(e.path if e.line is None else f"{e.path}:{e.line}" for e in rest[:6])
        yield Row("", text("entry.more-places", count=count(len(rest), "further place"), places=places))
    check = material.assessment.checks.get(finding.check)
    if check is not None:
        yield Row(text("entry.impact"), sentence(check.rationale))
    yield Row(text("entry.fix"), sentence(finding.fix), copy=True)
    yield from _about(material, finding)


def _about(material: Material, finding: Finding) -> Iterable[Row]:
    path = finding.evidence[0].path if finding.evidence else "."
    yield Row(text("entry.owner"), owner_of(material.project, path) or text("entry.no-owner"))
    yield Row(text("entry.effort"), text("entry.hours", hours=f"{finding.effort_hours:g}"))
    yield Row(text("entry.environments"), ", ".join(environments_of(material, finding)))
    if finding.waived:
        waived = finding.waived
        words = text("entry.waived-by", reason=waived.reason, owner=waived.owner, expires=waived.expires)
        yield Row(text("entry.waived"), words)


def environments_of(material: Material, finding: Finding) -> list[str]:
    """The environments whose verdict it bears on."""
    policy = material.assessment.policy
    return [name for name in material.assessment.environments if policy.counts_in(finding, name)]


def _owners(project: Project) -> tuple[tuple[str, str], ...]:
    path = next((p for p in CODEOWNERS if p in project.files), None)
    return _parsed(project.files.text(path) or "") if path else ()


@cache
def _parsed(rules: str) -> tuple[tuple[str, str], ...]:
    lines = (line.split("#")[0].split() for line in rules.splitlines())
    return tuple((words[0], " ".join(words[1:])) for words in lines if len(words) > 1)


@cache
def _matcher(pattern: str) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines([pattern])
    except ValueError:
        return GitIgnoreSpec.from_lines([])
