"""The effort that is told is the same wherever it is told, and enough for what it is said to reach."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kit.model import AREAS, Finding
from kit.project import Project
from kit.report.blocks import Entry, Listing, Table, cell_text
from kit.report.sections.closing import conditions
from kit.report.sections.material import Material
from kit.report.sections.planning import estimate, phases, step_words, steps, timeline
from kit.report.styles import build_document
from kit.report.words import hours
from tests.findings import assess, finding
from tests.report.test_styles import plain, told, words

BLOCKER = finding("INF-070", severity="critical", area="infrastructure", blocker="would lose data", effort_hours=4.0)
HIGH = finding("DAT-001", severity="high", area="data", effort_hours=8.0)
LOW = finding("OPS-001", severity="low", area="operations", effort_hours=2.0)
HELD = [
    finding(f"{area[:3].upper()}-9{n:02}", "pass", "critical", area=area)
    for area in ("infrastructure", "data", "operations")
    for n in range(9)
]


MUST = (
    ("status", "Critical path items (must resolve before production)"),
    ("audit", "Must do"),
    ("viability", "High priority (before production)"),
)


def material(*findings: Finding) -> Material:
    return Material(assess(*findings), Project(Path(__file__).parent))


def test_the_estimate_tells_what_forbids_from_what_is_a_condition_and_from_the_rest() -> None:
    assert estimate(material(*HELD, BLOCKER, HIGH, LOW)) == (
        "Estimated remediation: 4 h until nothing forbids production, 12 h until no condition is left, "
        "14 h for everything that is open."
    )


def test_the_estimate_of_what_only_forbids_is_told_once() -> None:
    assert "4 h until nothing holds production back, 6 h for everything" in estimate(material(*HELD, BLOCKER, LOW))
    assert "nothing that would change the verdict for production, 2 h for" in estimate(material(*HELD, LOW))


def test_what_mending_does_not_change_is_said() -> None:
    areas = ("observability", "testing", "delivery", "containers")
    unseen = [finding(f"OBS-0{n:02}", "unknown", area=area) for n, area in enumerate(areas)]

    assert "Mending alone does not change this: The confidence is" in estimate(material(HIGH, *unseen))


def test_every_style_that_tells_the_effort_tells_the_same() -> None:
    found = material(*HELD, BLOCKER, HIGH, LOW)
    said = "4 h until nothing forbids production, 12 h until no condition is left, 14 h for everything that is open"

    for style, title in (
        ("formal", "Recommendation"),
        ("viability", "10. Final verdict"),
        ("validation", "Executive summary"),
        ("status", "Recommendation"),
    ):
        assert said in words(told(build_document(found, style), title)), style


def test_the_condition_of_an_area_whose_score_is_too_low_is_its_score() -> None:
    open_ = [finding(f"SEC-0{n:02}", severity="medium") for n in range(6)]
    block = conditions(material(*HELD, *open_), "production")

    assert isinstance(block, Listing)
    assert [cell_text(item) for item in block.items][:1] == [
        "The policy's lowest score for the area is reached (now: The security score is 0.0, below 40)"
    ]


def test_the_condition_of_a_score_that_is_too_low_is_the_score_to_be_reached() -> None:
    open_ = [finding(f"{area[:3].upper()}-0{n:02}", severity="medium", area=area) for area in AREAS for n in range(3)]
    block = conditions(material(*HELD, *open_), "production")

    assert isinstance(block, Listing)
    assert any(cell_text(item).startswith("The score is 50 or more (") for item in block.items)


def test_what_is_a_condition_for_production_is_on_the_critical_path_of_each_style_that_has_one() -> None:
    found = material(*HELD, HIGH, LOW)

    for style, title in MUST:
        assert [e.check for e in told(build_document(found, style), title).blocks if isinstance(e, Entry)] == [
            "DAT-001"
        ]


def test_beside_a_blocker_conditions_are_told_in_rows() -> None:
    found = material(*HELD, BLOCKER, HIGH, LOW)

    for style, title in MUST:
        card, rows = told(build_document(found, style), title).blocks
        assert isinstance(card, Entry)
        assert isinstance(rows, Table)
        assert [cell_text(row[0]) for row in rows.rows] == ["DAT-001"]
    assert "DAT-001" not in words(told(build_document(found, "viability"), "Medium priority (after launch)"))


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0.25, "0.2 h"), (4, "4 h"), (15.96, "16 h"), (16, "16 h (2 days)"), (212.05, "212 h (26.5 days)")],
)
def test_an_effort_is_told_in_hours_that_can_be_added(amount: float, words: str) -> None:
    assert hours(amount) == words


@pytest.mark.parametrize(
    ("effort", "people"), [(40.0, ""), (41.0, "each 40 h a week: 2."), (161.0, "each 40 h a week: 5.")]
)
def test_a_phase_says_how_many_people_its_work_needs(effort: float, people: str) -> None:
    shown = material(finding("INF-070", severity="critical", area="infrastructure", effort_hours=effort))

    (*_, said) = steps(shown, phases(shown)[0])

    assert plain(said).endswith(people or "afterwards.")


def test_a_step_that_wins_no_score_says_what_else_it_wins() -> None:
    held = [finding("DEL-001", "pass", "high", path=f"{n}.yml", area="delivery") for n in range(900)]
    open_ = finding("DEL-001", severity="low", area="delivery")
    found = material(*held, open_)
    step = found.assessment.plan.steps[0]

    assert step.score_gain == 0
    assert step_words(found, step) == "Title of DEL-001 (1 finding, 2 h)"
    assert step_words(found, replace(step, score_gain=0.4)).endswith("h, score +0.4)")
    assert step_words(found, replace(step, risk_after=found.assessment.risk_score - 0.1)).endswith("h, risk −0.1)")
    plan = [block for block in timeline(found) if isinstance(block, Table)]
    assert "+0.0" not in [cell_text(cell) for table in plan for row in table.rows for cell in row]


def test_a_step_that_wins_no_score_but_is_a_condition_says_so() -> None:
    held = [finding("DEL-001", "pass", "critical", path=f"{n}.yml", area="delivery") for n in range(900)]
    found = material(*held, finding("DEL-001", severity="high", area="delivery"))
    step = replace(found.assessment.plan.steps[0], score_gain=0.0)

    assert step_words(found, step).endswith("h, a condition for production)")
