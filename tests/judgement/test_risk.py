from __future__ import annotations

from itertools import pairwise

import pytest
from findings import finding

from kit.judgement.policy import default_policy
from kit.judgement.risk import risk_of


def risk(*findings) -> float:
    return risk_of(findings, default_policy()).shown


def test_nothing_open_is_no_risk() -> None:
    assert risk(finding(outcome="pass"), finding("SEC-002", "unknown")) == 0.0


def test_each_further_blocker_adds_less() -> None:
    risks = [risk(*(finding(f"SEC-00{n}", severity="critical", blocker="x") for n in range(m))) for m in range(6)]
    steps = [b - a for a, b in pairwise(risks)]

    assert steps == sorted(steps, reverse=True)
    assert min(steps) > 0
    assert risks[-1] < 10


def test_the_same_defect_over_and_over_counts_ever_less() -> None:
    one, two = finding(severity="high"), finding(severity="high", line=2)

    assert risk(one) < risk(one, two) < risk(one, finding("SEC-002", severity="high"))


def test_a_blocker_weighs_more_than_its_severity_and_a_partial_less() -> None:
    assert risk(finding(severity="high", blocker="cannot build")) > risk(finding(severity="high"))
    assert risk(finding(severity="critical", outcome="partial")) < risk(finding(severity="critical"))


def test_findings_as_grave_as_each_other_make_the_same_share() -> None:
    grave = [finding(f"SEC-00{n}", severity="critical", blocker="x") for n in range(4)]
    shares = {round(term.contribution, 2) for term in risk_of(grave, default_policy()).terms}

    assert len(shares) == 1


def test_terms_add_up_to_the_risk_the_worst_first() -> None:
    number = risk_of([finding("SEC-001", severity="low"), finding("SEC-002", severity="critical")], default_policy())

    assert [t.key for t in number.terms] == ["SEC-002", "SEC-001"]
    assert sum(t.contribution for t in number.terms) == pytest.approx(number.value, abs=0.05)
