"""What it takes until an environment's verdict is better: the steps of the plan that lift the gates before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.judgement.assessment import Assessment
from kit.judgement.plan import Step
from kit.judgement.policy import VerdictWord
from kit.judgement.score import DECIMALS
from kit.judgement.verdict import VERDICTS, Reason, decide
from kit.judgement.what_if import supposed

SCORED = frozenset({"score_below", "area_below", "confidence_below", "risk_over"})
"""Kinds of gates that limit a number: behind one stands all that is open, and part of it may be enough."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The steps after which no gate worse than the verdict holds; `left` are those that mending does not lift."""

    steps: tuple[Step, ...]
    left: tuple[Reason, ...]

    @property
    def hours(self) -> float:
        """The effort of the steps."""
        return round(sum(step.hours for step in self.steps), DECIMALS)


def reach(assessment: Assessment, environment: str, verdict: VerdictWord) -> Reach:
    """What it takes until an environment is judged no worse than `verdict`, in the order of the plan."""
    chosen: list[Step] = []
    left: dict[str, Reason] = {}
    while (reason := _next(_reasons(assessment, environment, chosen), verdict, left)) is not None:
        lifting = _lifting(assessment, environment, reason, chosen)
        chosen += lifting
        if not lifting:
            left[reason.gate] = reason
    order = {step.check: n for n, step in enumerate(assessment.plan.steps)}
    return Reach(tuple(sorted(chosen, key=lambda step: order[step.check])), tuple(left.values()))


def _next(reasons: Sequence[Reason], verdict: VerdictWord, left: dict[str, Reason]) -> Reason | None:
    worse = (r for r in reasons if VERDICTS.index(r.verdict) > VERDICTS.index(verdict))
    return next((r for r in worse if r.gate not in left), None)


def _reasons(assessment: Assessment, environment: str, mended: Sequence[Step]) -> tuple[Reason, ...]:
    policy = assessment.policy
    severities = {id: policy.override(id).severity or check.severity for id, check in assessment.checks.items()}
    found = supposed(assessment.findings, policy, {f for step in mended for f in step.findings}, ())
    return decide(environment, found, policy, severities).reasons


def _lifting(assessment: Assessment, environment: str, reason: Reason, chosen: Sequence[Step]) -> Sequence[Step]:
    """The further steps that lift a gate; none where mending does not lift it."""
    behind, taken = set(reason.findings), {step.check for step in chosen}
    steps = [s for s in assessment.plan.steps if s.check not in taken and behind.intersection(s.findings)]
    kinds = {gate.id: gate.when.kind for gate in assessment.policy.environments[environment].gates}
    return _enough(assessment, environment, reason, chosen, steps) if kinds[reason.gate] in SCORED else steps


def _enough(
    assessment: Assessment, environment: str, reason: Reason, chosen: Sequence[Step], steps: Sequence[Step]
) -> Sequence[Step]:
    """The fewest first steps after which a number is no longer limited; none where all of them are too few."""

    def held(number: int) -> bool:
        reasons = _reasons(assessment, environment, [*chosen, *steps[:number]])
        return any(r.gate == reason.gate for r in reasons)

    if not steps or held(len(steps)):
        return ()
    few, many = 0, len(steps)
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (middle, many) if held(middle) else (few, middle)
    return steps[:many]
