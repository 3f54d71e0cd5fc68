"""Findings as they would be if some were mended or accepted: to be judged again by the same policy."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from kit.judgement.policy import Policy
from kit.judgement.waivers import unwaivable
from kit.model import Finding, Outcome, Waiver

_ASSUMED = Waiver("assumed", "nobody", "9999-12-31")


def supposed(
    findings: Iterable[Finding], policy: Policy, fixed: Collection[str], waived: Collection[str]
) -> tuple[Finding, ...]:
    """The findings with those of the fingerprints `fixed` held and those of `waived` accepted.

    Only what is open can be mended or accepted; what the policy makes unwaivable stays open. Mended wins where a
    fingerprint is in both.
    """
    return tuple(_supposed(f, policy, fixed, waived) for f in findings)


def _supposed(finding: Finding, policy: Policy, fixed: Collection[str], waived: Collection[str]) -> Finding:
    if not policy.is_open(finding):
        return finding
    if finding.fingerprint in fixed:
        return replace(finding, outcome=Outcome.PASS, blocker=None)
    if finding.fingerprint in waived and not unwaivable(finding, policy):
        return replace(finding, waived=_ASSUMED)
    return finding
