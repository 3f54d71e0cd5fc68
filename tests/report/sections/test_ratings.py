"""Ratings say nothing that the verdict denies."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.model import Finding
from kit.project import Project
from kit.report.blocks import Mark, Table
from kit.report.document import Document
from kit.report.sections.closing import summary
from kit.report.sections.material import Material
from kit.report.styles import build_document
from kit.report.styles.viability import rated
from tests.findings import assess, finding
from tests.report.test_styles import told, words

HELD = [finding(f"INF-{n:03}", "pass", "critical", area="infrastructure") for n in range(1, 30)]
LOSES = finding("INF-070", severity="critical", area="infrastructure", blocker="would lose data")


def viability(*findings: Finding) -> Document:
    return build_document(Material(assess(*findings), Project(Path(__file__).parent)), "viability")


def test_a_category_with_an_open_blocker_is_not_excellent_and_says_what_caps_it() -> None:
    table = told(viability(*HELD, LOSES), "Overall assessment").blocks[1]

    assert isinstance(table, Table)
    assert table.rows[0][1] == "97/100"
    assert table.rows[0][2] == Mark("fail", "Needs attention, capped by 1 hard blocker")


def test_the_whole_is_rated_no_better_than_its_verdict() -> None:
    assert "excellent" in words(told(viability(*HELD), "Overall assessment"))
    assert "Deployment viability: Not viable yet" in viability(*HELD, LOSES).headings()
    high = finding("SEC-001", severity="high")
    held = [finding(f"SEC-1{n:02}", "pass", "critical") for n in range(20)]
    assert "Deployment viability: Good" in viability(*held, high).headings()


@pytest.mark.parametrize(
    ("score", "most", "word"),
    [
        (95, "excellent", "excellent"),
        (95, "fair", "fair"),
        (40, "fair", "poor"),
        (60, "good", "fair"),
        (None, "fair", "none"),
    ],
)
def test_a_cap_makes_no_rating_better(score: float | None, most: str, word: str) -> None:
    assert rated(score, most) == word


def test_an_area_stands_out_with_how_much_was_decided_in_it_and_a_single_thing_is_no_strength() -> None:
    held = [finding(f"CON-00{n}", "pass", area="containers") for n in range(5)]
    found = Material(
        assess(
            *held,
            finding("CON-009", severity="low", area="containers"),
            finding("DAT-010", "pass", area="data"),
            finding("REC-001", area="recovery"),
        ),
        Project(Path(__file__).parent),
    )

    said = summary(found).paragraphs[-1]

    assert said.startswith("Strongest: Containers (")
    assert " from 6 things)." in said
    assert said.endswith("Weakest: Recovery (0 from 1 thing).")
