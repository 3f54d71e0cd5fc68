"""Scores and confidence: pure functions from findings to numbers that unfold into their terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kit.judgement.policy import Policy
from kit.model import AREAS, Finding, Outcome, Severity, Strength

DECIMALS = 1
"""Decimals of every score, confidence and risk that is shown."""

_WORST_FIRST = list(Severity)
_STRONGEST_FIRST = list(Strength)


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a number: `contribution` is what it adds; `findings` are the fingerprints behind it.

    `value` is what is weighed (a share 0-1, a score 0-100, a hazard), `possible` the most that it could add.
    """

    key: str
    label: str
    value: float
    weight: float
    contribution: float
    possible: float
    findings: tuple[str, ...] = ()

    @property
    def lost(self) -> float:
        """What is missing to the most that it could add."""
        return self.possible - self.contribution


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is the sum of its terms; `value` is None where there is nothing to sum."""

    value: float | None
    terms: tuple[Term, ...] = ()

    @classmethod
    def of(cls, terms: Iterable[Term]) -> Number:
        """The sum of the terms, rounded as it is shown."""
        kept = tuple(terms)
        return cls(round(sum(t.contribution for t in kept), DECIMALS) if kept else None, kept)

    @property
    def shown(self) -> float:
        """The value, 0 where there is none."""
        return self.value or 0.0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check's findings come to.

    `credit` 0-1, None where nothing was decided; `seen` 0-1 is the share that was decided, by the strength of
    its evidence, None where nothing is applicable; `capped_by` names what capped the credit.
    """

    check: str
    title: str
    area: str
    weight: float
    credit: float | None
    seen: float | None
    capped_by: str | None
    findings: tuple[str, ...]


def check_results(
    findings: Iterable[Finding], policy: Policy, severities: Mapping[str, Severity]
) -> tuple[CheckResult, ...]:
    """The result of each check, in the order of the findings.

    `severities` gives the checks' own severity; a check that is not in it takes that of its gravest finding.
    """
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.check, []).append(finding)
    return tuple(_result(group, policy, severities.get(check)) for check, group in grouped.items())


def score_of(results: Iterable[CheckResult]) -> Number:
    """The score 0-100 of decided checks: their credit by weight."""
    decided = [(r, r.credit) for r in results if r.credit is not None and r.weight > 0]
    return _weighted_mean([(r.check, r.title, credit, r.weight, r.findings) for r, credit in decided], 100.0)


def confidence_of(results: Iterable[CheckResult]) -> Number:
    """The confidence 0-100: the share of applicable checks that was decided, by weight and strength."""
    applicable = [(r, r.seen) for r in results if r.seen is not None and r.weight > 0]
    return _weighted_mean([(r.check, r.title, seen, r.weight, r.findings) for r, seen in applicable], 100.0)


def overall(numbers: Mapping[str, Number], policy: Policy) -> Number:
    """The areas' numbers by the areas' weights; areas without a number do not weigh."""
    parts = [
        (area, area_title(area), number.value, policy.area_weights.get(area, 1.0), _culprits(number))
        for area, number in numbers.items()
        if number.value is not None
    ]
    return _weighted_mean(parts, 1.0)


def by_area(results: Iterable[CheckResult]) -> dict[str, tuple[CheckResult, ...]]:
    """The results of each area, in the order of the report."""
    grouped: dict[str, list[CheckResult]] = {}
    for result in results:
        grouped.setdefault(result.area, []).append(result)
    order = [*AREAS, *sorted(set(grouped) - set(AREAS))]
    return {area: tuple(grouped[area]) for area in order if area in grouped}


def system_score(results: Iterable[CheckResult], policy: Policy) -> Number:
    """The overall score, from the areas'."""
    return overall({area: score_of(part) for area, part in by_area(results).items()}, policy)


def area_title(area: str) -> str:
    """The area's title in the report."""
    return AREAS[area][1] if area in AREAS else area.capitalize()


def _result(group: list[Finding], policy: Policy, severity: Severity | None) -> CheckResult:
    first = group[0]
    weighty = [f for f in group if policy.weighs(f) > 0]
    decided = [f for f in weighty if f.outcome.decided and f.waived is None]
    own = severity or min((f.severity for f in decided or group), key=_WORST_FIRST.index)
    full = policy.severity_weights.of(own)
    credit, capped_by = _credit(decided, policy, full)
    return CheckResult(
        check=first.check,
        title=first.title,
        area=first.area,
        weight=full * policy.override(first.check).weight,
        credit=credit,
        seen=_seen(weighty, policy),
        capped_by=capped_by,
        findings=tuple(f.fingerprint for f in decided if f.outcome.open),
    )


def _credit(decided: list[Finding], policy: Policy, full: float) -> tuple[float | None, str | None]:
    total = sum(policy.weighs(f) for f in decided)
    if not total:
        return None, None
    share = sum(policy.weighs(f) * _credit_of(f, policy, full) for f in decided) / total
    caps = [_cap(f, policy) for f in decided if f.outcome.open]
    cap, name = min(caps, default=(1.0, ""))
    return (cap, name) if cap < share else (share, None)


def _credit_of(finding: Finding, policy: Policy, full: float) -> float:
    credit = {
        Outcome.PASS: policy.credit.pass_,
        Outcome.PARTIAL: policy.credit.partial,
        Outcome.FAIL: policy.credit.fail,
    }
    grave = min(1.0, policy.severity_weights.of(finding.severity) / full)
    return 1.0 - (1.0 - credit[finding.outcome]) * grave


def _cap(finding: Finding, policy: Policy) -> tuple[float, str]:
    caps = policy.credit_caps
    if finding.blocker is not None:
        return caps.blocker, "blocker"
    if finding.outcome is not Outcome.FAIL:
        return 1.0, ""
    return float(getattr(caps, finding.severity.value)), finding.severity.value


def _seen(weighty: list[Finding], policy: Policy) -> float | None:
    applicable = [f for f in weighty if f.outcome is not Outcome.NOT_APPLICABLE]
    total = sum(policy.weighs(f) for f in applicable)
    if not total:
        return None
    decided = [f for f in applicable if f.outcome.decided]
    return sum(policy.weighs(f) * policy.strength_factors[strength_of(f)] for f in decided) / total


def strength_of(finding: Finding) -> Strength:
    """The strongest evidence of a finding; static where it has none."""
    strengths = [e.strength for e in finding.evidence]
    return min(strengths, key=_STRONGEST_FIRST.index, default=Strength.STATIC)


Part = tuple[str, str, float, float, tuple[str, ...]]


def _weighted_mean(parts: list[Part], scale: float) -> Number:
    total = sum(weight for _, _, _, weight, _ in parts)
    if not total:
        return Number(None)
    full = 100.0 / total
    return Number.of(
        Term(key, label, value, weight, scale * value * weight / total, full * weight, findings)
        for key, label, value, weight, findings in parts
    )


def _culprits(number: Number) -> tuple[str, ...]:
    return tuple(f for t in sorted(number.terms, key=lambda t: -t.lost) for f in t.findings)
