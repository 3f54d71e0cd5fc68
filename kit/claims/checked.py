"""What the checks that a statement speaks to found, narrowed to what it names, as an answer to what it states."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kit.claims.ground import MOST_PLACES, Ground
from kit.claims.lookups.files import named_paths
from kit.claims.model import Answer, Spoken, Stated, Statement, Verdict
from kit.model import Evidence, Finding, Outcome, Strength

_NOT_THERE = re.compile(r"(?:^|:|,| and) ?(?:no|nothing|nobody|none)\b(?! of )", re.IGNORECASE)

_ABSENCE = re.compile(r"\b(?:no|missing|lack(?:s|ing)?|absence of|without)\b", re.IGNORECASE)


def heard(statement: Statement, spoken: Iterable[Spoken], ground: Ground, *, measured: bool = False) -> list[Answer]:
    """One answer for each check that decided something. `measured`: only what was measured or probed counts."""
    answers = []
    for each in spoken:
        findings = [f for f in ground.findings(each.check) if f.outcome.decided and not f.waived]
        if measured:
            findings = [
                f for f in findings if any(e.strength in {Strength.MEASURED, Strength.LIVE} for e in f.evidence)
            ]
        if each.stated is not Stated.FAIL and not ground.is_about_documents(each.check):
            findings = [f for f in findings if not _only_documented(f)]
        findings = _narrowed(statement, findings, ground)
        if findings:
            answers.append(_answer(each, statement, findings, ground))
    return answers


def _only_documented(finding: Finding) -> bool:
    """Whether nothing but a document says so: no proof of what another document says."""
    return bool(finding.evidence) and all(e.strength is Strength.DOCUMENTED for e in finding.evidence)


def _answer(spoken: Spoken, statement: Statement, findings: list[Finding], ground: Ground) -> Answer:
    good = [f for f in findings if f.outcome is Outcome.PASS]
    poor = [f for f in findings if f.outcome.open]
    if spoken.stated is Stated.FAIL:
        verdict, shown = _of_fault(good, poor, absent=_ABSENCE.search(statement.text) is not None)
    elif spoken.stated is Stated.PARTIAL:
        verdict, shown = _of_part(good, poor)
    else:
        verdict, shown = _of_praise(good, poor)
    reason = f"{spoken.check} ({ground.title(spoken.check).lower()}): {_told(shown or findings, good, poor)}"
    return Answer(verdict, reason, _evidence(shown or findings), (spoken.check,), spoken.check)


def _of_praise(good: list[Finding], poor: list[Finding]) -> tuple[Verdict, list[Finding]]:
    """It is said to hold. Seen to fail at a place: refuted; missing altogether: unsupported."""
    if not poor:
        return Verdict.CONFIRMED, good
    failed = [f for f in poor if f.outcome is Outcome.FAIL]
    if not good and len(failed) == len(poor):
        absent = all(_is_absence(f) for f in failed)
        return (Verdict.UNSUPPORTED if absent else Verdict.REFUTED), failed
    return Verdict.PARTLY, [*poor[:2], *good[:2]]


def _of_fault(good: list[Finding], poor: list[Finding], *, absent: bool) -> tuple[Verdict, list[Finding]]:
    """It is said not to hold: one open finding bears that out. Of what is said to be missing altogether, something is
    there where it holds in part."""
    if absent and poor and (good or all(f.outcome is Outcome.PARTIAL for f in poor)):
        return Verdict.PARTLY, [*poor[:2], *good[:2]]
    if poor:
        return Verdict.CONFIRMED, poor
    return Verdict.REFUTED, good


def _of_part(good: list[Finding], poor: list[Finding]) -> tuple[Verdict, list[Finding]]:
    """It is said to hold in part."""
    if poor and (good or any(f.outcome is Outcome.PARTIAL for f in poor)):
        return Verdict.CONFIRMED, [*poor[:2], *good[:2]]
    return Verdict.PARTLY, good or poor


def _is_absence(finding: Finding) -> bool:
    """Whether it says that something is missing altogether: it stands at no line, or is told as a thing not there."""
    return all(e.line is None for e in finding.evidence) or _NOT_THERE.search(finding.message) is not None


def _told(shown: list[Finding], good: list[Finding], poor: list[Finding]) -> str:
    first = shown[0].message
    both = f" ({len(good)} of {len(good) + len(poor)} hold)" if good and poor else ""
    return first + both


def _evidence(findings: list[Finding]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(e for f in findings[:MOST_PLACES] for e in f.evidence[:2]))[:MOST_PLACES]


def _narrowed(statement: Statement, findings: list[Finding], ground: Ground) -> list[Finding]:
    """The findings about the file, folder or service that the statement names; all where it names none of which one is."""
    for number, text in enumerate((statement.text, *reversed(statement.section[1:]))):
        paths = [p for named in named_paths(text) for p in ground.resolve(named.written, statement.source)[:1]]
        near = [f for f in findings if any(_within(e.path, path) for e in f.evidence for path in paths)]
        if near or (paths and not number):
            return near
    services = _services_named(statement, ground)
    near = [f for f in findings if services and _about(f, services)]
    return near or findings


def _within(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _services_named(statement: Statement, ground: Ground) -> set[str]:
    """Services of the system whose name stands in the statement or in the item above it."""
    said = f"{statement.text} {statement.section[-1] if statement.section else ''}".lower()
    words = set(re.findall(r"[\w-]{2,}", said))
    return {s.name for s in ground.project.system.services if s.name.lower() in words and len(s.name) > 2}


def _about(finding: Finding, services: set[str]) -> bool:
    words = set(re.findall(r"[\w-]+", finding.message))
    return bool(words & services)
