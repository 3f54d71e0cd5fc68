from __future__ import annotations

from dataclasses import replace

import pytest
from findings import assess, finding

from kit.model import Outcome

OPEN = [
    finding("SEC-004", severity="low"),
    finding("SEC-003", severity="high", effort_hours=4.0),
    finding("SEC-003", severity="high", effort_hours=4.0, line=2),
    finding("SEC-002", severity="critical"),
    finding("SEC-001", severity="low", blocker="cannot build"),
    finding("SEC-005", "pass"),
]


def test_the_steps_go_from_blockers_to_trifles() -> None:
    steps = assess(*OPEN).plan.steps

    assert [s.check for s in steps] == ["SEC-001", "SEC-002", "SEC-003", "SEC-004"]
    assert [s.phase for s in steps] == ["week-1", "week-1", "weeks-2-3", "month-2"]


def test_the_first_finding_of_a_check_costs_full_and_further_ones_a_share() -> None:
    step = assess(*OPEN).plan.steps[2]

    assert (step.hours, len(step.findings)) == (5.0, 2)


def test_each_step_wins_what_judging_anew_shows() -> None:
    mended, before = list(OPEN), assess(*OPEN)
    for step in before.plan.steps:
        mended = [replace(f, outcome=Outcome.PASS, blocker=None) if f.check == step.check else f for f in mended]
        after = assess(*mended)
        assert step.score_after == after.score
        assert step.risk_after == pytest.approx(after.risk_score, abs=0.1)


def test_the_phases_sum_the_steps_up() -> None:
    plan = assess(*OPEN).plan

    assert [(p.title, p.steps, p.hours) for p in plan.phases] == [
        ("Week 1", 2, 4.0),
        ("Weeks 2–3", 1, 5.0),
        ("Month 2", 1, 2.0),
    ]
    assert plan.hours == 11.0
    assert plan.phases[-1].score_after == 100.0


def test_nothing_open_needs_no_plan() -> None:
    assert assess(finding(outcome="pass"), finding("SEC-002", file_class="test")).plan.steps == ()
