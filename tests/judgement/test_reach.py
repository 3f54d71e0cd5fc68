"""What it takes until a verdict is better is enough for it, and no more than the plan's order needs."""

from __future__ import annotations

from findings import assess, finding, with_policy

from kit.judgement.reach import reach
from kit.judgement.verdict import decide
from kit.judgement.what_if import supposed

BLOCKER = finding("INF-070", severity="critical", area="infrastructure", blocker="would lose data", effort_hours=4.0)
HIGH = finding("SEC-001", severity="high", effort_hours=8.0)
MEDIUM = [finding(f"DAT-0{n:02}", area="data", effort_hours=2.0) for n in range(10)]
HELD = [finding(f"TST-0{n:02}", "pass", "critical", area="testing") for n in range(10)]


def test_a_blocker_alone_is_what_forbids_and_high_findings_are_the_conditions() -> None:
    held = [finding(f"SEC-9{n:02}", "pass", "critical") for n in range(10)]
    found = assess(*HELD, *held, BLOCKER, HIGH, environments=["production"])

    allowed, free = reach(found, "production", "CONDITIONAL"), reach(found, "production", "GO")

    assert [s.check for s in allowed.steps] == ["INF-070"]
    assert allowed.hours == 4
    assert {"INF-070", "SEC-001"} <= {s.check for s in free.steps}


def test_the_steps_reach_the_score_that_a_gate_asks_for_and_one_less_does_not() -> None:
    found = assess(*HELD, *MEDIUM, environments=["production"])
    assert [r.gate for r in found.environments["production"].reasons] == ["score-floor"]

    steps = reach(found, "production", "GO").steps

    def verdict(mended: int) -> str:
        fixed = {f for step in steps[:mended] for f in step.findings}
        return decide("production", supposed(found.findings, found.policy, fixed, ()), found.policy, {}).verdict

    assert 0 < len(steps) < len(MEDIUM)
    assert (verdict(len(steps) - 1), verdict(len(steps))) == ("CONDITIONAL", "GO")


def test_a_floor_of_an_area_takes_only_as_much_of_the_area_as_it_needs() -> None:
    gate = {"id": "floor", "when": {"area_below": {"data": 40}}, "verdict": "NO-GO", "text": "{value}"}
    policy = with_policy(environments={"production": {"counts": ["production"], "gates": [gate]}})
    found = assess(*MEDIUM, HIGH, policy=policy, environments=["production"])

    steps = reach(found, "production", "GO").steps

    assert [s.area for s in steps] == ["data"] * 4


def test_what_mending_does_not_lift_is_left() -> None:
    unseen = [finding(f"OBS-0{n:02}", "unknown", area="observability") for n in range(20)]
    found = assess(HELD[0], *unseen, environments=["production"])

    result = reach(found, "production", "GO")

    assert (result.steps, [r.gate for r in result.left]) == ((), ["confidence"])
    assert result.hours == 0


def test_where_nothing_is_held_back_nothing_is_needed() -> None:
    assert reach(assess(*HELD, environments=["production"]), "production", "GO").steps == ()
