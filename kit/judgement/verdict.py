"""Verdicts: the policy's gates, in order, over the findings that bear on an environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kit.judgement.policy import Gate, Policy, VerdictWord
from kit.judgement.risk import risk_of
from kit.judgement.score import (
    CheckResult,
    Number,
    area_title,
    by_area,
    check_results,
    confidence_of,
    overall,
    score_of,
)
from kit.model import Finding, Outcome, Severity

VERDICTS: tuple[VerdictWord, ...] = ("GO", "CONDITIONAL", "NO-GO")
"""The verdicts, the best first."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A gate that holds the system back, in words, with the fingerprints of the findings behind it."""

    gate: str
    verdict: VerdictWord
    text: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of one environment; the numbers are of the findings that count there."""

    verdict: VerdictWord
    reasons: tuple[Reason, ...]
    score: float
    confidence: float
    risk_score: float


@dataclass(frozen=True, slots=True)
class Bearing:
    """What bears on one environment, computed once for all of its gates."""

    findings: tuple[Finding, ...]
    open: tuple[Finding, ...]
    areas: Mapping[str, tuple[CheckResult, ...]]
    area_scores: Mapping[str, Number]
    score: Number
    confidence: Number
    risk: Number

    @classmethod
    def on(
        cls, environment: str, findings: Sequence[Finding], policy: Policy, severities: Mapping[str, Severity]
    ) -> Bearing:
        """The findings that count in the environment and what they come to."""
        counted = tuple(f for f in findings if policy.counts_in(f, environment) and policy.weighs(f) > 0)
        areas = by_area(check_results(counted, policy, severities))
        area_scores = {area: score_of(results) for area, results in areas.items()}
        return cls(
            findings=counted,
            open=tuple(f for f in counted if policy.is_open(f)),
            areas=areas,
            area_scores=area_scores,
            score=overall(area_scores, policy),
            confidence=overall({area: confidence_of(results) for area, results in areas.items()}, policy),
            risk=risk_of(counted, policy),
        )


Held = tuple[dict[str, object], tuple[Finding, ...]]
"""What a gate that holds says: the values of its text, and the findings behind it."""


def decide(
    environment: str, findings: Sequence[Finding], policy: Policy, severities: Mapping[str, Severity]
) -> Verdict:
    """The verdict of an environment: the worst of the gates that hold, each of them a reason."""
    bearing = Bearing.on(environment, findings, policy, severities)
    reasons = _reasons(policy.environments[environment].gates, bearing)
    return Verdict(
        verdict=reasons[0].verdict if reasons else "GO",
        reasons=reasons,
        score=bearing.score.shown,
        confidence=bearing.confidence.shown,
        risk_score=bearing.risk.shown,
    )


def _reasons(gates: Sequence[Gate], bearing: Bearing) -> tuple[Reason, ...]:
    """A reason per gate that holds, the worst verdict first; of gates on one subject only the strongest."""
    told: dict[str, Reason] = {}
    for gate in sorted(gates, key=lambda g: -VERDICTS.index(g.verdict)):
        held = _held(gate, bearing)
        if held is not None and gate.when.subject not in told:
            values, findings = held
            fingerprints = tuple(f.fingerprint for f in findings)
            told[gate.when.subject] = Reason(gate.id, gate.verdict, gate.text.format(**values), fingerprints)
    return tuple(told.values())


def _held(gate: Gate, bearing: Bearing) -> Held | None:
    held = _CONDITIONS[gate.when.kind](getattr(gate.when, gate.when.kind), bearing)
    if held is None:
        return None
    values, findings = held
    blockers = [f.blocker for f in findings if f.blocker is not None]
    told = {"count": len(findings), "blockers": len(blockers), "kinds": ", ".join(sorted(set(blockers)))}
    return {"value": "", "limit": "", "area": "", **told, **values}, findings


def _blockers_over(limit: int, bearing: Bearing) -> Held | None:
    return _more(tuple(f for f in bearing.open if f.blocker is not None), limit)


def _open_over(limits: Mapping[Severity, int], bearing: Bearing) -> Held | None:
    severity, limit = next(iter(limits.items()))
    return _more(tuple(f for f in bearing.open if f.severity is severity), limit)


def _checks_open(checks: Sequence[str], bearing: Bearing) -> Held | None:
    return _more(tuple(f for f in bearing.open if f.check in checks), 0)


def _errors_over(limit: int, bearing: Bearing) -> Held | None:
    return _more(tuple(f for f in bearing.findings if f.outcome is Outcome.ERROR), limit)


def _more(findings: tuple[Finding, ...], limit: int) -> Held | None:
    return ({"limit": limit}, findings) if len(findings) > limit else None


def _score_below(limit: float, bearing: Bearing) -> Held | None:
    # A system of which nothing was decided has no score that could be too low; its confidence is.
    if bearing.score.value is None or bearing.score.value >= limit:
        return None
    return {"value": bearing.score.value, "limit": _plain(limit)}, bearing.open


def _area_below(limits: Mapping[str, float], bearing: Bearing) -> Held | None:
    area, limit = next(iter(limits.items()))
    score = bearing.area_scores.get(area, Number(None)).value
    if score is None or score >= limit:
        return None
    behind = tuple(f for f in bearing.open if f.area == area)
    return {"value": score, "limit": _plain(limit), "area": area_title(area).lower()}, behind


def _confidence_below(limit: float, bearing: Bearing) -> Held | None:
    if bearing.confidence.shown >= limit:
        return None
    unseen = tuple(f for f in bearing.findings if f.outcome in {Outcome.UNKNOWN, Outcome.ERROR})
    return {"value": bearing.confidence.shown, "limit": _plain(limit)}, unseen


def _risk_over(limit: float, bearing: Bearing) -> Held | None:
    if bearing.risk.shown <= limit:
        return None
    return {"value": bearing.risk.shown, "limit": _plain(limit)}, bearing.open


def _plain(limit: float) -> str:
    return f"{limit:g}"


_CONDITIONS: dict[str, Callable[..., Held | None]] = {
    "blockers_over": _blockers_over,
    "open_over": _open_over,
    "checks_open": _checks_open,
    "score_below": _score_below,
    "area_below": _area_below,
    "confidence_below": _confidence_below,
    "risk_over": _risk_over,
    "errors_over": _errors_over,
}
