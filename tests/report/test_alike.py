"""What differs in its subject only is told once with its subjects; nothing is lost and nothing else is joined."""

from __future__ import annotations

from pathlib import Path

from kit.model import Finding
from kit.project import Project
from kit.report.alike import LONGEST, gathered
from kit.report.blocks import Ref, Table, cell_text
from kit.report.overview import unseen
from kit.report.pdf.paper import for_paper
from kit.report.sections.appendix import EVIDENCE
from kit.report.sections.basics import findings_rows
from kit.report.sections.material import Material
from kit.report.styles import build_document
from tests.findings import assess, finding

ROUTES = ("GET /a", "POST /b, DELETE /b", "POST /c")


def told(*messages: str) -> list[str]:
    return [row.message for row in gathered(messages, lambda _: None, str)]


def of_services(check: str = "OBS-002", outcome: str = "fail", severity: str = "low") -> list[Finding]:
    return [
        finding(check, outcome, severity, path=f"{name}/main.py", message=f"{name}: exports no metrics.")
        for name in ("orders", "stock", "mail")
    ]


def test_messages_that_differ_in_their_subject_are_one_with_their_subjects() -> None:
    assert told(*(f"shop: who calls {route} cannot be told." for route in ROUTES)) == [
        "shop: who calls … cannot be told. (3: GET /a; POST /b, DELETE /b; POST /c)"
    ]
    assert told("a: not traced.", "b: not traced.", "c: not traced.") == ["a, b, c: not traced."]
    assert told("is lost.", "B is lost.", "C is lost.")
    assert told("A 1 is lost.", "B 2 is lost.", "C 3 is lost.") == ["A 1; B 2; C 3 is lost."]
    assert told("It never expires.", "It never expires.", "It never expires.") == ["It never expires. (3 places)"]


def test_two_messages_and_those_that_share_little_stay_as_they_are_in_their_order() -> None:
    messages = ("a: not traced.", "The log is not read.", "b: not traced.", "Nobody is told when it fails.")

    assert told(*messages) == [*messages]


def test_a_row_is_no_longer_than_a_page_holds() -> None:
    rows = told(*(f"{str(n) * 200}: not traced at all." for n in range(12)))

    assert len(rows) > 1
    assert all(len(row) < LONGEST + 100 for row in rows)


def test_what_could_not_be_seen_is_counted_finding_by_finding_and_told_row_by_row() -> None:
    table = unseen([*of_services(outcome="unknown"), finding("SEC-001", "unknown")])

    assert isinstance(table, Table)
    assert table.caption == "4 things could not be seen"
    assert cell_text(table.rows[0][2]) == "orders, stock, mail: exports no metrics."
    assert cell_text(table.rows[0][3]).endswith("and 2 further places")
    assert len(table.rows) == 2


def test_open_findings_are_joined_within_their_severity_and_counted_beyond_the_last_row() -> None:
    found = [*of_services(), *of_services(severity="medium"), finding("SEC-001"), *of_services("OBS-009")]

    table = findings_rows(found, "Open", most=3)

    assert [cell_text(row[0]) for row in table.rows] == ["OBS-002", "OBS-002", "SEC-001"]
    assert table.rows[0][0] == Ref("check-OBS-002", "OBS-002")
    assert "3 more" in table.note


def test_on_paper_every_open_finding_has_its_number_though_rows_are_joined() -> None:
    found = [
        *of_services(),
        finding("OBS-002", severity="low", message="till: exports no metrics.", path="till/main.py"),
    ]
    document = for_paper(build_document(Material(assess(*found), Project(Path(__file__).parent)), "status"))

    evidence = next(s for part in document.appendix for _, s in part.walk() if s.id == EVIDENCE)
    listed = [cell_text(row[0]) for block in evidence.blocks if isinstance(block, Table) for row in block.rows]

    assert listed == ["2, 3, 4"], "the first is a row of the report's own sections"
