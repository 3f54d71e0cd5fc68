"""Risk 0-10 of what is open: saturating, and never less for one defect more."""

from __future__ import annotations

import math
from collections.abc import Iterable

from kit.judgement.policy import Policy
from kit.judgement.score import Number, Term
from kit.model import Finding, Outcome

MOST = 10.0


def risk_of(findings: Iterable[Finding], policy: Policy) -> Number:
    """The risk with a term per open finding, worst first; the terms add up to it.

    `value` of a term is its hazard, `weight` what repetition leaves of it. Each makes the share of the risk that it
    makes of the hazard: findings that are as grave as each other weigh the same, whatever their order.
    """
    hazards = sorted(_hazards(findings, policy), key=_worst_first)
    whole = sum(hazard * share for _, hazard, share in hazards)
    risk = MOST * (1.0 - math.exp(-whole))
    terms = []
    for finding, hazard, share in hazards:
        step = risk * hazard * share / whole
        label = f"{finding.check} {finding.title}"
        terms.append(Term(finding.check, label, hazard, share, step, step, (finding.fingerprint,)))
    return Number.of(terms) if terms else Number(0.0)


def hazard_of(finding: Finding, policy: Policy) -> float:
    """What one open finding adds to the hazard by itself; 0 where it is not open."""
    if not policy.is_open(finding):
        return 0.0
    rule = policy.risk
    hazard = rule.hazard.of(finding.severity) * policy.weighs(finding)
    if finding.blocker is not None:
        hazard *= rule.blocker_factor
    return hazard * (rule.partial_factor if finding.outcome is Outcome.PARTIAL else 1.0)


def _hazards(findings: Iterable[Finding], policy: Policy) -> list[tuple[Finding, float, float]]:
    """Every open finding, its hazard, and the share of it that counts after its check's worse ones."""
    grouped: dict[str, list[tuple[Finding, float]]] = {}
    for finding in findings:
        hazard = hazard_of(finding, policy)
        if hazard > 0:
            grouped.setdefault(finding.check, []).append((finding, hazard))
    return [
        (finding, hazard, policy.risk.repeat**rank)
        for group in grouped.values()
        for rank, (finding, hazard) in enumerate(sorted(group, key=lambda g: (-g[1], g[0].fingerprint)))
    ]


def _worst_first(entry: tuple[Finding, float, float]) -> tuple[float, str, str]:
    finding, hazard, share = entry
    return -hazard * share, finding.check, finding.fingerprint
