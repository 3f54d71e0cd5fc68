"""Whom to ask is told alike wherever it is told, and a heading about something else is no contact."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.project import Project
from kit.report.blocks import Mark, Notice, Place, Table
from kit.report.sections.inventory import contacts
from kit.report.sections.material import Material
from kit.report.views.operations import TOPICS, contact_headings, runbooks
from tests.findings import assess


def project(tmp_path: Path, **files: str) -> Project:
    for name, text in files.items():
        (tmp_path / f"{name}.md").write_text(text)
    return Project(tmp_path)


@pytest.mark.parametrize("heading", ["Contacts", "Support", "On-call", "Maintainers", "Code owners", "Who to call"])
def test_headings_under_which_people_stand(heading: str, tmp_path: Path) -> None:
    assert [h.text for h in contact_headings(project(tmp_path, README=f"# Shop\n\n## {heading}\n"))] == [heading]


@pytest.mark.parametrize(
    "heading", ["Supported by", "Browser support", "Support for ARM", "Ownership", "Contact form", "Support us"]
)
def test_headings_that_speak_of_something_else(heading: str, tmp_path: Path) -> None:
    assert contact_headings(project(tmp_path, README=f"# Shop\n\n## {heading}\n")) == []


def test_terms_of_service_name_nobody_to_ask(tmp_path: Path) -> None:
    found = project(tmp_path, **{"terms-of-service": "# Terms\n\n## Contact\n", "README": "# Shop\n"})

    assert contact_headings(found) == []
    assert isinstance(contacts(Material(assess(), found)), Notice)


def test_what_a_runbook_says_of_escalation_is_a_contact_in_both_tables(tmp_path: Path) -> None:
    found = project(tmp_path, runbook="# Runbook\n\nPage the person on call by PagerDuty.\n")

    told = contacts(Material(assess(), found))
    questions = runbooks(found, []).blocks[0]

    assert isinstance(told, Table)
    assert told.rows == (("Whom to call when it fails", Place("runbook.md:3")),)
    assert isinstance(questions, Table)
    assert ("Contacts", Mark("pass", "whom to call", "runbook.md:3")) in questions.rows


def test_questions_are_answered_by_headings_about_operation_in_what_is_written_for_people(tmp_path: Path) -> None:
    (tmp_path / ".claude/skills").mkdir(parents=True)
    (tmp_path / ".claude/skills/deploy.md").write_text("# Monitoring\n")
    found = project(tmp_path, README="# Shop\n\n## Dashboard login\n\n## Secrets\n", CHANGELOG="# Deploy\n")

    questions, documents = runbooks(found, []).blocks

    assert isinstance(questions, Table)
    assert {row[0] for row in questions.rows if row[1] == Mark("fail", "nothing found")} == {*TOPICS, "Contacts"}
    assert isinstance(documents, Table)
    assert [row[0] for row in documents.rows] == [Place("README.md")]


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("Monitoring", "Grafana dashboards"),
        ("Monitoring", "Alerting"),
        ("Rotate secrets", "Rotating the signing key"),
        ("Rotate secrets", "Secret rotation"),
        ("Rotate secrets", "Renew certificates"),
    ],
)
def test_headings_that_answer_what_an_operator_asks(question: str, heading: str, tmp_path: Path) -> None:
    questions = runbooks(project(tmp_path, README=f"# Shop\n\n## {heading}\n"), []).blocks[0]

    assert isinstance(questions, Table)
    assert [row[1] for row in questions.rows if row[0] == question] == [Mark("pass", heading, "README.md:3")]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("scripts/rollback.sh production", Mark("pass", "scripts/rollback.sh production", "README.md:3")),
        ("npm run rollback", Mark("pass", "npm run rollback", "README.md:3")),
        ("git revert HEAD", Mark("fail", "nothing found")),
        ("bash ops/rollback.sh", Mark("pass", "bash ops/rollback.sh", "README.md:3")),
        ("cat docs/rollback.md", Mark("fail", "nothing found")),
        ("echo see rollback", Mark("fail", "nothing found")),
    ],
)
def test_a_command_that_acts_answers_where_no_heading_does(command: str, said: Mark, tmp_path: Path) -> None:
    questions = runbooks(project(tmp_path, README=f"# Shop\n```sh\n{command}\n```\n"), []).blocks[0]

    assert isinstance(questions, Table)
    assert [row[1] for row in questions.rows if row[0] == "Roll back"] == [said]
