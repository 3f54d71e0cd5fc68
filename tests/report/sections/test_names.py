"""One name is said of one thing: of a group and an area, of what a blocker is."""

from __future__ import annotations

from pathlib import Path

from kit.project import Project
from kit.report.blocks import Mark, Table, cell_text
from kit.report.sections.basics import group_name
from kit.report.sections.first import deciding
from kit.report.sections.material import Material
from kit.report.styles import build_document
from kit.report.styles.status import GROUPS
from tests.findings import assess, finding
from tests.report.test_styles import told


def material() -> Material:
    found = [
        finding("OPS-002", "fail", area="operations"),
        finding("OBS-002", "pass", area="observability"),
        finding("CON-001", severity="high", area="containers", blocker="cannot build"),
    ]
    return Material(assess(*found), Project(Path(__file__).parent))


def test_a_group_with_the_name_of_an_area_says_what_else_it_joins() -> None:
    assert group_name("operations", GROUPS["operations"]) == "Operations, with Observability, Recovery"
    assert group_name("testing", GROUPS["testing"]) == "Testing"
    assert group_name("deployment", GROUPS["deployment"]) == "Deployment"


def test_the_status_of_a_group_is_not_told_under_the_name_of_an_area() -> None:
    made = build_document(material(), "status")

    table = told(made, "Status summary").blocks[0]
    assert isinstance(table, Table)
    assert "Operations, with Observability, Recovery" in [cell_text(row[0]) for row in table.rows]
    note = next(s.note for s in made.sections if s.title.endswith("Operations"))
    assert note.startswith("Observability, Operations, Recovery together: score")


def test_the_first_screen_says_of_a_blocker_what_other_tables_say() -> None:
    first = deciding(material())
    missing = told(build_document(material(), "audit"), "2. Dockerfiles and images").blocks[-1]

    assert isinstance(first, Table)
    assert isinstance(missing, Table)
    assert first.rows[0][1] == missing.rows[0][1] == Mark("critical", "Cannot build")
