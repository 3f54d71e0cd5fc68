"""The assessment as blocks: what each number is made of, and that no chart contradicts its sentence."""

from __future__ import annotations

import pytest

from kit.judgement.assessment import Assessment
from kit.report import overview
from kit.report.blocks import Chart, Notice, Ref, Table, cell_text
from tests.findings import assess, finding


def judged() -> Assessment:
    return assess(
        finding("CON-001", severity="critical", area="containers", blocker="cannot build", path="Dockerfile"),
        finding("SEC-001", "fail", "high", environment="production"),
        finding("SEC-001", "pass", path="app/other.py"),
        finding("DAT-001", "pass", area="data"),
        finding("REC-001", "unknown", area="recovery", message="A restore test would show it."),
    )


def row_of(table: Table, name: str) -> list[str]:
    return next([cell_text(c) for c in row] for row in table.rows if cell_text(row[0]) == name)


def test_each_number_unfolds_into_terms_that_add_up_to_it() -> None:
    score, confidence, risk = overview.numbers(judged()).figures

    assert sum(float(adds.split(" of ")[0]) for _, adds in score.terms) == pytest.approx(judged().score, abs=0.5)
    assert sum(float(adds) for _, adds in risk.terms) == pytest.approx(judged().risk_score, abs=0.1)
    assert confidence.unit == "%"


def test_the_largest_loss_stands_first_among_the_terms() -> None:
    score, *_ = overview.numbers(judged()).figures

    assert score.terms[0][0] == "Containers"


def test_an_area_without_a_decision_is_not_judged_rather_than_zero() -> None:
    area = judged().area("recovery")

    assert area
    assert [f.value for f in overview.area_numbers(area).figures] == ["Grey", "not judged", "0", "0"]


def test_the_waterfall_names_how_much_the_first_checks_make() -> None:
    chart = overview.risk_waterfall(judged())

    assert isinstance(chart, Chart)
    assert chart.title.startswith("2 checks make ")
    assert chart.table
    assert len(chart.table.rows) == 2


def test_go_no_go_holds_an_area_against_the_gates_of_each_environment() -> None:
    table = overview.go_no_go(judged())

    assert isinstance(table, Table)
    assert row_of(table, "Containers") == ["Containers", "NO-GO", "NO-GO"]
    assert row_of(table, "Security") == ["Security", "GO: GO*", "CONDITIONAL"]  # RED, and no gate of staging holds it
    assert table.note.endswith("to go live is to accept that.")
    assert row_of(table, "Data") == ["Data", "GO", "GO"]
    assert row_of(table, "Recovery") == ["Recovery", "unknown: not judged", "unknown: not judged"]


def test_a_number_below_its_gate_has_a_row_of_its_own() -> None:
    table = overview.go_no_go(judged())

    assert isinstance(table, Table)
    assert row_of(table, "Score overall")[0] == "Score overall"
    assert row_of(table, "Confidence overall")[1] == ": no gate"


def test_a_verdict_without_reasons_says_why_it_is_one() -> None:
    table = overview.verdicts(assess(finding(outcome="pass", strength="live")))

    assert row_of(table, "production")[1:] == ["GO", "Nothing that the policy forbids is open."]


def test_the_plan_has_a_table_per_phase_and_only_the_first_is_open() -> None:
    tables = overview.plan_tables(judged())

    assert [t.folded for t in tables] == [False, True]
    assert cell_text(tables[0].rows[0][0]) == "Title of CON-001"
    assert isinstance(tables[0].rows[0][0], Ref)


def test_where_nothing_is_open_every_picture_says_so() -> None:
    clean = assess(finding(outcome="pass"))

    for block in (
        overview.risk_waterfall(clean),
        overview.severity_by_area(clean),
        overview.findings_by_path(clean),
        overview.plan(clean).blocks[0],
        overview.blockers(clean),
    ):
        assert isinstance(block, Notice)


def test_blockers_and_further_criticals_are_counted_apart() -> None:
    table = overview.blockers(judged())

    assert isinstance(table, Table)
    assert table.caption == "1 hard blocker, no further critical findings"


def test_what_could_not_be_seen_says_what_would_show_it() -> None:
    table = overview.unseen(judged().findings)

    assert isinstance(table, Table)
    assert cell_text(table.rows[0][2]) == "A restore test would show it."


def test_the_project_itself_is_named_in_words_where_findings_stand_at_no_file() -> None:
    chart = overview.findings_by_path(assess(finding("CMP-001", "fail", "low", path=".", line=None)))

    assert isinstance(chart, Chart)
    assert chart.title == "1 open finding at 1 place; the project as a whole has the most, 1"
