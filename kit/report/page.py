"""The page's own view of an assessment: what its templates and its script read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.judgement.assessment import Assessment
from kit.judgement.verdict import Verdict
from kit.model import Check, Finding, Outcome
from kit.report.blocks import Json
from kit.report.words import CLASS_WORDS, OUTCOME_WORDS, VERDICT_MEANING

STATIC_FINDINGS = 200
"""Blockers and critical findings that are written as HTML; what is beyond stands in the list of all
findings."""

REASON_FINDINGS = 5


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A reason of a verdict with the first findings behind it and how many there are."""

    verdict: str
    text: str
    findings: tuple[Finding, ...]
    more: int


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The verdict of one environment."""

    environment: str
    verdict: str
    meaning: str
    reasons: tuple[ReasonView, ...]
    numbers: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check of the catalogue with what it found."""

    check: Check
    counts: tuple[tuple[str, int], ...]
    worst: str


def verdict_views(assessment: Assessment) -> tuple[VerdictView, ...]:
    """The verdicts, the strictest environment first."""
    found = [_verdict(assessment, name, v) for name, v in assessment.environments.items()]
    return tuple(reversed(found))


def deciding(assessment: Assessment) -> tuple[Finding, ...]:
    """Blockers and critical findings that are open, the gravest first."""
    return tuple(f for f in assessment.open if f.blocker or f.severity == "critical")[:STATIC_FINDINGS]


def check_views(assessment: Assessment) -> dict[str, tuple[CheckView, ...]]:
    """The checks that ran, by area title."""
    counts: dict[str, Counter[str]] = {}
    for finding in assessment.findings:
        counts.setdefault(finding.check, Counter())[finding.outcome.value] += 1
    titles = {a.id: a.title for a in assessment.areas}
    found: dict[str, list[CheckView]] = {}
    for check in assessment.checks.values():
        if check.id not in counts:
            continue
        view = _check(check, counts[check.id])
        found.setdefault(titles.get(check.area, check.area.capitalize()), []).append(view)
    return {area: tuple(views) for area, views in found.items()}


def findings_data(assessment: Assessment) -> Json:
    """Every finding for the page's list, with texts that repeat said once."""
    texts = _Texts()
    rows = [_row(f, texts, assessment) for f in _by_gravity(assessment)]
    return {
        "texts": texts.said,
        "rows": rows,
        "areas": {a.id: a.title for a in assessment.areas},
        "words": OUTCOME_WORDS,
        "classes": CLASS_WORDS,
    }


def not_seen(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What could not be seen, and checks that crashed."""
    return tuple(f for f in findings if f.outcome in {Outcome.UNKNOWN, Outcome.ERROR})


def run_rows(run: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """The run's record as rows of name and value: versions, revision, seconds. Long lists are counted."""
    return tuple(_flat("", run or {}))


class _Texts:
    """Texts by index, each said once."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._index: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        if text not in self._index:
            self._index[text] = len(self.said)
            self.said.append(text)
        return self._index[text]


def _verdict(assessment: Assessment, name: str, verdict: Verdict) -> VerdictView:
    reasons = tuple(_reason(assessment, r.verdict, r.text, r.findings) for r in verdict.reasons)
    numbers = f"score {verdict.score:.0f}, confidence {verdict.confidence:.0f} %, risk {verdict.risk_score:.1f}"
    return VerdictView(name, verdict.verdict, VERDICT_MEANING[verdict.verdict], reasons, numbers)


def _reason(assessment: Assessment, verdict: str, text: str, fingerprints: Sequence[str]) -> ReasonView:
    wanted = set(fingerprints)
    found = [f for f in assessment.findings if f.fingerprint in wanted]
    order = {f.fingerprint: i for i, f in enumerate(assessment.open)}
    found.sort(key=lambda f: order.get(f.fingerprint, len(order)))
    return ReasonView(verdict, text, tuple(found[:REASON_FINDINGS]), max(0, len(found) - REASON_FINDINGS))


def _check(check: Check, counts: Counter[str]) -> CheckView:
    order = ("fail", "partial", "error", "unknown", "pass", "not_applicable")
    shown = tuple((o, counts[o]) for o in order if counts[o])
    return CheckView(check, shown, shown[0][0] if shown else "not_applicable")


def _by_gravity(assessment: Assessment) -> list[Finding]:
    opened = assessment.open
    first = {f.fingerprint for f in opened}
    return [*opened, *(f for f in assessment.findings if f.fingerprint not in first)]


def _row(finding: Finding, texts: _Texts, assessment: Assessment) -> list[Any]:
    """One finding as a list; the page's script names the places in the same order."""
    evidence = [[texts(e.path), e.line, e.end_line, texts(e.excerpt), e.strength.value] for e in finding.evidence]
    waived = finding.waived
    return [
        finding.fingerprint,
        finding.check,
        finding.area,
        texts(finding.title),
        finding.severity.value,
        finding.outcome.value,
        texts(finding.message),
        texts(finding.fix),
        evidence,
        finding.file_class.value,
        finding.environment or "",
        [waived.reason, waived.owner, waived.expires] if waived else 0,
        finding.blocker or "",
        finding.effort_hours,
        int(assessment.policy.is_open(finding)),
    ]


def _flat(prefix: str, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping) and len(value) <= 40:
        for key, inner in value.items():
            yield from _flat(f"{prefix} {key}".strip(), inner)
    elif isinstance(value, Mapping | list | tuple):
        yield prefix, f"{len(value)} entries"
    else:
        yield prefix, str(value)
