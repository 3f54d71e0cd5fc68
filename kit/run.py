"""Run checks over a project: facts become findings; nothing becomes not applicable, a crash becomes one error."""

from __future__ import annotations

import hashlib
import re
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from kit.model import At, Check, Evidence, Fact, FileClass, Finding, Outcome
from kit.project import Project

EXCERPT_LINES = 8
EXCERPT_CHARACTERS = 1200


def run_checks(project: Project, checks: Iterable[Check]) -> tuple[Finding, ...]:
    """The findings of the checks, in their order; each check yields at least one finding."""
    return tuple(finding for check in checks for finding in run_check(project, check))


def run_check(project: Project, check: Check) -> tuple[Finding, ...]:
    """The findings of one check; one `error` finding beside what it had yielded where it crashes."""
    facts: list[Fact] = []
    try:
        facts.extend(check.function(project))
    except Exception as error:
        facts.append(_crash(error))
    if not facts:
        facts.append(Fact(Outcome.NOT_APPLICABLE, "Nothing of the kind is in the project."))
    return _findings(project, check, facts)


def _findings(project: Project, check: Check, facts: Iterable[Fact]) -> tuple[Finding, ...]:
    seen: Counter[str] = Counter()
    return tuple(_finding(project, check, fact, seen) for fact in _once(facts))


def _once(facts: Iterable[Fact]) -> Iterable[Fact]:
    """Each fact once: one that several environments share (a base below two overlays) belongs to none of them."""
    kept: dict[tuple[Outcome, str, tuple[At, ...]], Fact] = {}
    for fact in facts:
        known = kept.setdefault((fact.outcome, fact.message, fact.at), fact)
        if known.environment != fact.environment:
            kept[known.outcome, known.message, known.at] = replace(known, environment=None)
    return kept.values()


def _finding(project: Project, check: Check, fact: Fact, seen: Counter[str]) -> Finding:
    evidence = tuple(evidence_at(project, place, fact) for place in fact.at)
    anchor = re.sub(r"\s+", " ", evidence[0].excerpt) if evidence else ""
    path = fact.at[0].path if fact.at else "."
    base = f"{check.id}\0{path}\0{anchor or re.sub(r'[0-9]+', '#', fact.message)}"
    seen[base] += 1
    fingerprint = hashlib.sha256(f"{base}\0{seen[base]}".encode()).hexdigest()[:24]
    return Finding(
        check=check.id,
        area=check.area,
        title=check.title,
        severity=fact.severity or check.severity,
        outcome=fact.outcome,
        message=project.files.mask(fact.message),
        fix=fact.fix or check.fix,
        fingerprint=fingerprint,
        evidence=evidence,
        clause=check.clause,
        blocker=check.blocker if fact.outcome.open else None,
        file_class=_class_of(project, check, path) if fact.at else FileClass.PRODUCTION,
        environment=fact.environment,
        effort_hours=check.effort_hours,
    )


def _class_of(project: Project, check: Check, path: str) -> FileClass:
    """The class of the first place. What a check examines weighs in full: documents for a check of documents, tests
    for the testing area."""
    kind = project.files.class_of(path)
    judged = (check.documents and kind is FileClass.DOCUMENTATION) or (
        check.area == "testing" and kind is FileClass.TEST
    )
    return FileClass.PRODUCTION if judged else kind


def evidence_at(project: Project, place: At, fact: Fact) -> Evidence:
    """The place with its masked excerpt: the lines meant, cut to a length that a report can show."""
    excerpt = ""
    if place.line is not None:
        last = min(place.end_line or place.line, place.line + EXCERPT_LINES - 1)
        excerpt = project.files.excerpt(place.path, place.line, last)[:EXCERPT_CHARACTERS]
    return Evidence(place.path, place.line, place.end_line, excerpt, fact.strength)


def _crash(error: Exception) -> Fact:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/kit/" in f.filename.replace("\\", "/")]
    frame = frames[-1] if frames else None
    where = f" in {frame.name}, line {frame.lineno}" if frame else ""
    return Fact(Outcome.ERROR, f"The check crashed: {type(error).__name__}: {error}{where}.")
