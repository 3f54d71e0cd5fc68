"""Run checks over a project: facts become findings; nothing becomes not applicable, a crash becomes one error."""

from __future__ import annotations

import hashlib
import re
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from kit.checks.shared.meant import at_most
from kit.checks.shared.ran import answered
from kit.checks.shared.remedies import remedy
from kit.checks.shared.synced import weighed as weighed_by_sync
from kit.checks.shared.wired import weighed
from kit.model import At, Check, Evidence, Fact, FileClass, Finding, Outcome, Strength
from kit.project import Project
from kit.scanners.merge import merged
from kit.sources.limits import OutOfTime, Patience, time_limit
from kit.sources.secrets.find import mask
from kit.sources.tree.text import visible

EXCERPT_LINES = 8
EXCERPT_CHARACTERS = 1200
CONTEXT_LINES = 2
CONTEXT_CHARACTERS = 400
CHECK_SECONDS = 120.0
"""Seconds of computing that one check may take; less where others had to be ended."""
_patience = Patience(480.0, least=1.0)
"""Of all checks of a run, in whatever process."""


def run_checks(project: Project, checks: Iterable[Check]) -> tuple[Finding, ...]:
    """The findings of the checks, in their order; each check yields at least one finding."""
    return tuple(finding for check in checks for finding in run_check(project, check))


def run_check(project: Project, check: Check) -> tuple[Finding, ...]:
    """The findings of one check; one `error` finding beside what it had yielded where it crashes."""
    facts: list[Fact] = []
    try:
        with time_limit(CHECK_SECONDS, _patience):
            facts.extend(check.function(project))
    except (Exception, OutOfTime) as error:
        facts.append(_crash(error))
    facts = answered(project, check.id, merged(project, check.id, facts))
    if not facts:
        facts.append(Fact(Outcome.NOT_APPLICABLE, "Nothing of the kind is in the project."))
    return _findings(project, check, facts)


def _findings(project: Project, check: Check, facts: Iterable[Fact]) -> tuple[Finding, ...]:
    seen: Counter[str] = Counter()
    once = _copies_once(project, _once(facts))
    return tuple(_finding(project, check, _weighed(project, check, fact), seen) for fact in once)


def _weighed(project: Project, check: Check, fact: Fact) -> Fact:
    """The fact, less grave where production is not seen to run the code that it stands in, or nothing applies the
    manifest; as it is where nobody can tell."""
    try:
        return weighed_by_sync(project, check, weighed(project, check, fact))
    except (Exception, OutOfTime):
        return fact


def _once(facts: Iterable[Fact]) -> Iterable[Fact]:
    """Each fact once: one that several environments share (a base below two overlays) belongs to none of them."""
    kept: dict[tuple[Outcome, str, tuple[At, ...]], Fact] = {}
    for fact in facts:
        known = kept.setdefault((fact.outcome, fact.message, fact.at), fact)
        if known.environment != fact.environment:
            kept[known.outcome, known.message, known.at] = replace(known, environment=None)
    return kept.values()


def _copies_once(project: Project, facts: Iterable[Fact]) -> Iterable[Fact]:
    """One fact with every place for what copies of a Kubernetes object in several files share: plain manifests, the one
    file that is made of them, a chart beside them."""
    manifests = _manifest_paths(project)
    kept: dict[object, Fact] = {}
    for number, fact in enumerate(facts):
        path = fact.at[0].path if fact.at else ""
        key: object = number
        if fact.outcome.open and path in manifests:
            key = (fact.outcome, fact.message, fact.severity, fact.environment, project.files.class_of(path))
            if key in kept and any(at.path == path for at in kept[key].at):
                key = number  # the same words about another thing of that file
        known = kept.get(key)
        kept[key] = fact if known is None else replace(known, at=(*known.at, *fact.at))
    return kept.values()


def _manifest_paths(project: Project) -> set[str]:
    """Where Kubernetes objects stand; nowhere where they cannot be read, as the checks of them say."""
    try:
        return {m.path for m in project.manifests}
    except (Exception, OutOfTime):
        return set()


def _finding(project: Project, check: Check, fact: Fact, seen: Counter[str]) -> Finding:
    evidence = tuple(evidence_at(project, place, fact) for place in fact.at)
    measured = replace(fact, strength=Strength.MEASURED)
    evidence += tuple(evidence_at(project, place, measured) for place in fact.measured)
    anchor = re.sub(r"\s+", " ", evidence[0].excerpt) if evidence else ""
    path = fact.at[0].path if fact.at else "."
    base = f"{check.id}\0{path}\0{fact.about or anchor or re.sub(r'[0-9]+', '#', fact.message)}"
    seen[base] += 1
    fingerprint = hashlib.sha256(f"{base}\0{seen[base]}".encode()).hexdigest()[:24]
    return Finding(
        check=check.id,
        area=check.area,
        title=check.title,
        severity=at_most(project, fact, fact.severity or check.severity),
        outcome=fact.outcome,
        message=visible(project.files.mask(fact.message)),
        fix=visible(project.files.mask(fact.fix)) if fact.fix else _fix(project, check, fact),
        fingerprint=fingerprint,
        evidence=evidence,
        clause=check.clause,
        blocker=check.blocker if fact.outcome.open and fact.blocks else None,
        file_class=_class_of(project, check, path) if fact.at else FileClass.PRODUCTION,
        environment=fact.environment,
        effort_hours=check.effort_hours,
    )


def _fix(project: Project, check: Check, fact: Fact) -> str:
    """The fix of the check in terms of what stands there; as it fits all where that cannot be read."""
    if fact.outcome is Outcome.PASS:
        return check.fix
    try:
        return remedy(project, check, fact.at[0] if fact.at else None)
    except (Exception, OutOfTime):
        return check.fix


def _class_of(project: Project, check: Check, path: str) -> FileClass:
    """The class of the first place. What a check examines weighs in full: documents for a check of documents, tests
    for the testing area, evidence files wherever they lie."""
    if any(path == file.path for file in project.evidence or ()):
        return FileClass.PRODUCTION
    kind = project.files.class_of(path)
    judged = (check.documents and kind is FileClass.DOCUMENTATION) or (
        check.area == "testing" and kind is FileClass.TEST
    )
    return FileClass.PRODUCTION if judged else kind


def evidence_at(project: Project, place: At, fact: Fact) -> Evidence:
    """The place with its masked excerpt: the lines meant, cut to a length that a report can show, and around what is
    open a few lines more."""
    if place.line is None:
        return Evidence(place.path, None, place.end_line, project.files.mask(fact.said), fact.strength)
    last = min(place.end_line or place.line, place.line + EXCERPT_LINES - 1)
    excerpt = visible(project.files.excerpt(place.path, place.line, last)[:EXCERPT_CHARACTERS])
    before = after = ""
    if fact.outcome.open and excerpt:
        before = _context(project, place.path, place.line - CONTEXT_LINES, place.line - 1)
        after = _context(project, place.path, last + 1, last + CONTEXT_LINES)
    return Evidence(place.path, place.line, place.end_line, excerpt, fact.strength, before, after)


def _context(project: Project, path: str, first: int, last: int) -> str:
    """Lines around a place; nothing where they are too long to be read."""
    text = project.files.excerpt(path, max(first, 1), last) if last >= 1 else ""
    return visible(text) if len(text) <= CONTEXT_CHARACTERS else ""


def _crash(error: BaseException) -> Fact:
    if isinstance(error, OutOfTime):
        return Fact(Outcome.ERROR, f"The check was ended, as it {told(error)}: a file may have been made for that.")
    return Fact(Outcome.ERROR, f"The check crashed: {told(error)}.")


def told(error: BaseException) -> str:
    """What went wrong within the kit and where, on one line, without secrets."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/kit/" in f.filename.replace("\\", "/")]
    frame = frames[-1] if frames else None
    where = f" in {frame.name}, line {frame.lineno}" if frame else ""
    if isinstance(error, OutOfTime):
        return f"took too long{where}"
    said = visible(" ".join(mask(str(error)).split()))
    return f"{type(error).__name__}: {said}{where}"
