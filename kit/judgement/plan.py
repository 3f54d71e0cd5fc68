"""The remediation plan: what to mend in which order, the effort, and what each step wins."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kit.judgement.policy import Phase, Policy
from kit.judgement.risk import MOST, hazard_of, risk_of
from kit.judgement.score import DECIMALS, CheckResult, check_results, system_score
from kit.model import Finding, Severity

_WORST_FIRST = list(Severity)


@dataclass(frozen=True, slots=True)
class Step:
    """One check's open findings, mended together. `score_gain` is what it wins after the steps before it."""

    check: str
    title: str
    area: str
    severity: Severity
    blocker: str | None
    phase: str
    fix: str
    findings: tuple[str, ...]
    hours: float
    score_gain: float
    score_after: float
    risk_after: float


@dataclass(frozen=True, slots=True)
class PhaseTotal:
    """A phase of the plan summed up."""

    id: str
    title: str
    steps: int
    hours: float
    score_after: float
    risk_after: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in order and their phases."""

    steps: tuple[Step, ...] = ()
    phases: tuple[PhaseTotal, ...] = ()

    @property
    def hours(self) -> float:
        """The effort of all steps."""
        return sum(s.hours for s in self.steps)


def make_plan(findings: Sequence[Finding], policy: Policy, severities: Mapping[str, Severity]) -> Plan:
    """The plan for what is open, its scores computed by judging anew after each step."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        if policy.is_open(finding):
            grouped.setdefault(finding.check, []).append(finding)
    results = {r.check: r for r in check_results(findings, policy, severities)}
    drafts = [_draft(group, policy) for group in grouped.values()]
    weights = {check: result.weight for check, result in results.items()}
    order = [phase.id for phase in policy.plan.phases]
    drafts.sort(key=lambda s: (order.index(s.phase), *_urgency(s, weights)))
    steps = _scored(drafts, results, findings, policy)
    start = (system_score(results.values(), policy).shown, risk_of(findings, policy).shown)
    return Plan(steps, _phases(steps, policy, start))


def _draft(group: list[Finding], policy: Policy) -> Step:
    worst = min(group, key=lambda f: (f.blocker is None, _WORST_FIRST.index(f.severity), f.fingerprint))
    return Step(
        check=worst.check,
        title=worst.title,
        area=worst.area,
        severity=worst.severity,
        blocker=worst.blocker,
        phase=_phase(worst, policy).id,
        fix=worst.fix,
        findings=tuple(f.fingerprint for f in group),
        hours=_hours(group, policy),
        score_gain=0.0,
        score_after=0.0,
        risk_after=0.0,
    )


def _hours(group: list[Finding], policy: Policy) -> float:
    first, *further = sorted((f.effort_hours for f in group), reverse=True)
    return round(first + policy.plan.repeat_effort * sum(further), DECIMALS)


def _phase(finding: Finding, policy: Policy) -> Phase:
    phases = policy.plan.phases
    blocking = next((p for p in phases if p.blockers and finding.blocker is not None), None)
    return blocking or next(p for p in phases if finding.severity in p.severities)


def _urgency(step: Step, weights: Mapping[str, float]) -> tuple[bool, int, float, str]:
    """Blockers, then the gravest, then what weighs most for the hour."""
    per_hour = weights[step.check] / max(step.hours, 0.1)
    return step.blocker is None, _WORST_FIRST.index(step.severity), -per_hour, step.check


def _scored(
    drafts: list[Step], results: dict[str, CheckResult], findings: Sequence[Finding], policy: Policy
) -> tuple[Step, ...]:
    steps, score = [], system_score(results.values(), policy).shown
    hazards = _hazards_by_check(findings, policy)
    for draft in drafts:
        # With its open findings mended, everything that the check examined holds.
        results = {**results, draft.check: replace(results[draft.check], credit=1.0)}
        hazards.pop(draft.check, None)
        after = system_score(results.values(), policy).shown
        risk = round(MOST * (1 - math.exp(-sum(hazards.values()))), DECIMALS)
        gain = round(after - score, DECIMALS)
        steps.append(replace(draft, score_gain=gain, score_after=after, risk_after=risk))
        score = after
    return tuple(steps)


def _hazards_by_check(findings: Sequence[Finding], policy: Policy) -> dict[str, float]:
    hazards: dict[str, list[float]] = {}
    for finding in findings:
        hazards.setdefault(finding.check, []).append(hazard_of(finding, policy))
    repeat = policy.risk.repeat
    return {
        check: sum(h * repeat**rank for rank, h in enumerate(sorted(values, reverse=True)))
        for check, values in hazards.items()
    }


def _phases(steps: tuple[Step, ...], policy: Policy, start: tuple[float, float]) -> tuple[PhaseTotal, ...]:
    totals, (score, risk) = [], start
    for phase in policy.plan.phases:
        own = [s for s in steps if s.phase == phase.id]
        if own:
            score, risk = own[-1].score_after, own[-1].risk_after
        hours = round(sum(s.hours for s in own), DECIMALS)
        totals.append(PhaseTotal(phase.id, phase.title, len(own), hours, score, risk))
    return tuple(totals)
