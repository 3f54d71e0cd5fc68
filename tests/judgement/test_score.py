from __future__ import annotations

import pytest
from findings import assess, finding, with_policy

from kit.judgement.policy import default_policy
from kit.judgement.score import check_results, confidence_of, score_of
from kit.model import Finding, Severity


def score(*findings: Finding, **severities: Severity) -> float | None:
    return score_of(
        check_results(findings, default_policy(), {k.replace("_", "-"): v for k, v in severities.items()})
    ).value


def confidence(*findings: Finding) -> float | None:
    return confidence_of(check_results(findings, default_policy(), {})).value


def many(passing: int, failing: int, severity: str) -> list[Finding]:
    outcomes = ["pass"] * passing + ["fail"] * failing
    return [finding(outcome=o, severity=severity, line=n) for n, o in enumerate(outcomes, 1)]


def test_a_check_earns_the_share_that_holds() -> None:
    assert score(*many(9, 1, "medium")) == 90.0


@pytest.mark.parametrize(("severity", "most"), [("critical", 20.0), ("high", 60.0)])
def test_a_grave_open_finding_caps_its_check(severity: str, most: float) -> None:
    assert score(*many(99, 1, severity)) == most


def test_an_open_blocker_leaves_its_check_nothing() -> None:
    assert score(*many(9, 0, "low"), finding(severity="low", blocker="cannot build")) == 0.0


def test_a_partial_answer_earns_half() -> None:
    assert score(finding(outcome="partial")) == 50.0


def test_a_lesser_finding_costs_a_graver_check_less() -> None:
    assert score(finding(severity="low"), SEC_001=Severity.CRITICAL) == 75.0


def test_checks_weigh_by_severity() -> None:
    assert score(finding("SEC-001", "pass", "critical"), finding("SEC-002", "fail", "low")) == 80.0


@pytest.mark.parametrize("outcome", ["unknown", "not_applicable", "error"])
def test_what_was_not_decided_does_not_score(outcome: str) -> None:
    assert score(finding("SEC-001", outcome)) is None
    assert score(finding("SEC-001", outcome, "critical"), finding("SEC-002", "pass")) == 100.0


@pytest.mark.parametrize("aside", [{"file_class": "test"}, {"environment": "development"}])
def test_what_weighs_nothing_does_not_score(aside: dict[str, str]) -> None:
    assessment = assess(finding(severity="critical", **aside), finding("SEC-002", "pass"))

    assert (assessment.score, assessment.risk_score) == (100.0, 0.0)
    assert assessment.environments["production"].verdict == "GO"


@pytest.mark.parametrize(("strength", "most"), [("live", 100.0), ("static", 85.0), ("documented", 30.0)])
def test_confidence_counts_by_the_strength_of_what_decided(strength: str, most: float) -> None:
    assert confidence(finding(strength=strength)) == most


def test_unknown_lowers_confidence_by_its_share() -> None:
    assert confidence(finding(strength="live"), finding(outcome="unknown", line=2)) == 50.0
    assert confidence(finding(outcome="not_applicable")) is None


def test_terms_add_up_to_the_score_and_name_what_cost_it() -> None:
    number = score_of(check_results([*many(3, 1, "medium"), finding("SEC-002", "pass")], default_policy(), {}))

    assert sum(t.contribution for t in number.terms) == pytest.approx(number.value)
    assert sum(t.possible for t in number.terms) == pytest.approx(100)
    assert [(t.key, t.lost, len(t.findings)) for t in number.terms] == [
        ("SEC-001", 12.5, 1),
        ("SEC-002", 0.0, 0),
    ]


def test_areas_weigh_by_the_policy_and_an_undecided_one_not_at_all() -> None:
    assessment = assess(
        finding("SEC-001", "pass"),
        finding("CMP-001", "fail", area="compliance"),
        finding("DAT-001", "unknown", area="data"),
    )

    assert assessment.score == 75.0
    assert [(a.id, a.score, a.status) for a in assessment.areas] == [
        ("security", 100.0, "GREEN"),
        ("data", None, "GREY"),
        ("compliance", 0.0, "RED"),
    ]


def test_a_policy_can_regrade_weigh_and_switch_off_a_check() -> None:
    policy = with_policy(checks={"SEC-001": {"weight": 0}, "SEC-002": {"severity": "low"}, "SEC-003": {"off": True}})

    assessment = assess(finding("SEC-001"), finding("SEC-002"), finding("SEC-003"), policy=policy)

    assert [t.key for t in assessment.areas[0].score_terms] == ["SEC-002"]
    assert {f.check: f.severity for f in assessment.findings} == {"SEC-001": "medium", "SEC-002": "low"}
    assert [n.kind for n in assessment.notices] == ["check-off"]
