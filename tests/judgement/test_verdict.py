from __future__ import annotations

import pytest
from findings import assess, finding, with_policy

from kit.judgement.verdict import Verdict


def verdicts(*findings, **more) -> dict[str, str]:
    return {name: v.verdict for name, v in assess(*findings, **more).environments.items()}


def gated(when: dict[str, object], *findings) -> Verdict:
    gate = {"id": "g", "when": when, "verdict": "NO-GO", "text": "{count}|{value}|{limit}|{area}"}
    policy = with_policy(environments={"production": {"counts": ["production"], "gates": [gate]}})
    return assess(*findings, policy=policy, environments=["production"]).environments["production"]


GOOD = [finding(f"SEC-1{n:02}", "pass", "critical") for n in range(20)]


def test_what_holds_goes() -> None:
    assert verdicts(*GOOD) == {"staging": "GO", "production": "GO"}


def test_a_blocker_stops_every_environment_whatever_the_score() -> None:
    assessment = assess(*GOOD, finding(severity="low", blocker="cannot build"))

    assert assessment.score > 95
    assert {v.verdict for v in assessment.environments.values()} == {"NO-GO"}
    assert assessment.environments["staging"].reasons[0].findings == ("SEC-001-app/main.py-1-fail",)


def test_a_critical_finding_stops_production_and_conditions_staging() -> None:
    assert verdicts(*GOOD, finding(severity="critical")) == {"staging": "CONDITIONAL", "production": "NO-GO"}


def test_a_high_finding_conditions_production_only() -> None:
    assert verdicts(*GOOD, finding(severity="high")) == {"staging": "GO", "production": "CONDITIONAL"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("development", {"staging": "GO", "production": "GO"}),
        ("staging", {"staging": "NO-GO", "production": "NO-GO"}),
        ("production", {"staging": "GO", "production": "NO-GO"}),
        ("unknown", {"staging": "NO-GO", "production": "NO-GO"}),
    ],
)
def test_a_finding_counts_for_its_environment_and_stricter_ones(environment: str, expected: dict[str, str]) -> None:
    assert verdicts(*GOOD, finding(blocker="cannot start", environment=environment)) == expected


def test_what_could_not_be_seen_conditions_production() -> None:
    unseen = [finding(f"SEC-2{n:02}", "unknown", "critical") for n in range(40)]

    reasons = assess(*GOOD, *unseen).environments["production"].reasons

    assert [(r.gate, len(r.findings)) for r in reasons] == [("confidence", 40)]


def test_a_crashed_check_conditions_the_verdict() -> None:
    assert verdicts(*GOOD, finding(outcome="error")) == {
        "staging": "CONDITIONAL",
        "production": "CONDITIONAL",
    }


def test_only_the_environments_asked_for_are_judged_the_strictest_last() -> None:
    assert list(verdicts(*GOOD, environments=["production"])) == ["production"]
    assert list(verdicts(*GOOD, environments=["production", "staging"])) == ["staging", "production"]


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ({"blockers_over": 0}, None),
        ({"open_over": {"medium": 0}}, "1||0|"),
        ({"open_over": {"medium": 1}}, None),
        ({"checks_open": ["SEC-001"]}, "1||0|"),
        ({"checks_open": ["SEC-003"]}, None),
        ({"score_below": 60}, "1|50.0|60|"),
        ({"score_below": 50}, None),
        ({"area_below": {"security": 60}}, "1|50.0|60|security"),
        ({"area_below": {"data": 60}}, None),
        ({"confidence_below": 90}, "1|56.7|90|"),
        ({"risk_over": 0.1}, "1|0.2|0.1|"),
        ({"risk_over": 5}, None),
        ({"errors_over": 0}, None),
    ],
)
def test_every_condition_holds_and_does_not(when: dict[str, object], text: str | None) -> None:
    verdict = gated(when, finding(), finding("SEC-002", "pass"), finding("SEC-003", "unknown"))

    assert [r.text for r in verdict.reasons] == ([] if text is None else [text])
    assert verdict.verdict == ("GO" if text is None else "NO-GO")


def test_of_two_gates_on_the_same_number_only_the_stronger_is_told() -> None:
    reasons = assess(finding(), finding("SEC-002")).environments["production"].reasons

    assert [r.gate for r in reasons] == ["score-floor", "security-floor"]


@pytest.mark.parametrize(
    ("fail_on", "environment", "holds"),
    [
        ("no-go", None, True),
        ("conditional", None, False),
        ("conditional", "staging", True),
        ("never", None, True),
    ],
)
def test_the_gate_breaks_on_the_verdict_that_was_named(fail_on: str, environment: str | None, holds: bool) -> None:
    assessment = assess(*GOOD, finding(severity="high"))

    assert assessment.holds(fail_on, environment) is holds


def test_the_reason_of_hard_blockers_says_what_they_come_to_each_kind_once() -> None:
    blockers = [
        finding("INF-070", blocker="would lose data"),
        finding("CON-001", blocker="cannot build"),
        finding("CON-001", path="web/Dockerfile", blocker="cannot build"),
    ]

    reason = assess(*GOOD, *blockers).environments["production"].reasons[0]

    assert reason.text == "Open hard blockers: 3 (cannot build, would lose data)."
