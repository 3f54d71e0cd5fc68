"""A topic comes to what answers its question; every check speaks to a topic."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.model import Finding
from kit.project import Project
from kit.registry import catalogue
from kit.report.blocks import Notice, Table
from kit.report.sections.basics import topic_box, topic_outcome, topics_table
from kit.report.sections.material import Material
from kit.report.sections.topics import CORE, TOPICS
from kit.report.styles import build_document
from tests.findings import assess, finding
from tests.report.test_styles import told


def material(*findings: Finding) -> Material:
    return Material(assess(*findings), Project(Path(__file__).parent))


def test_every_check_speaks_to_a_topic_as_its_kin_do() -> None:
    named = {check for checks in TOPICS.values() for check in checks}

    assert [c.id for c in catalogue() if c.id not in named] == []


def test_a_question_that_checks_are_named_for_has_one_that_answers_it() -> None:
    assert [topic for topic, checks in TOPICS.items() if checks and not CORE[topic] & set(checks)] == []


def test_measured_coverage_below_its_threshold_speaks_against_the_tests() -> None:
    found = material(finding("TST-001", "pass"), finding("TST-070", "fail", "high", area="testing"))

    assert topic_outcome(found, "tests") == "fail"
    assert "TST-070" in str(topic_box(found, "tests").refs)


@pytest.mark.parametrize("topic", ["tls", "encryption"])
def test_verified_certificates_do_not_answer_whether_traffic_and_data_are_encrypted(topic: str) -> None:
    beside = finding("SEC-018", "pass", title="Certificates are verified")

    box = topic_box(material(beside), topic)

    assert box.state == "unknown"
    assert box.note == "nothing that was examined decides it; what bears on it and holds: Certificates are verified"
    assert topic_outcome(material(beside, finding("INF-009", "pass"), finding("INF-004", "pass")), topic) == "pass"


def test_what_bears_on_a_question_can_speak_against_it_alone() -> None:
    assert topic_outcome(material(finding("SEC-018", "fail", "high")), "tls") == "fail"


def test_a_topic_without_anything_says_that_no_check_decided_it() -> None:
    table = topics_table(material(finding("OPS-001", "pass", area="operations")), "Aspects", ["injection"])
    notice = told(build_document(material(), "formal"), "Architecture patterns").blocks[0]

    assert isinstance(table, Table)
    assert table.rows[0][2] == "nothing of the kind was found to judge"
    assert isinstance(notice, Notice)
    assert notice.text.startswith("No check could decide it: either nothing of the kind is in the project, or")


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("serving")
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\ndependencies = ["fastapi"]\n')
    (root / "main.py").write_text(
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/orders')\ndef order() -> None: ...\n"
    )
    return Project(root)


@pytest.mark.parametrize("topic", ["authorization", "validation", "logs"])
def test_what_a_system_with_routes_raises_is_not_seen_where_no_check_decides_it(topic: str, serving: Project) -> None:
    found = Material(assess(finding("OPS-001", "pass", area="operations")), serving)

    box = topic_box(found, topic)

    assert topic_outcome(found, topic) == box.state == "unknown"
    assert box.note == "no evidence either way"
    assert topic_outcome(found, "backups") == "not_applicable", "it keeps nothing"
    assert topic_outcome(material(), topic) == "not_applicable", "nothing here serves anything"


def test_the_formal_report_says_of_it_that_no_check_could_decide_it(serving: Project) -> None:
    found = told(build_document(Material(assess(), serving), "formal"), "API specification")

    assert found.status == "unknown"
    assert isinstance(found.blocks[0], Notice)
    assert found.blocks[0].text.startswith("No check could decide it")


def test_a_metric_that_does_not_apply_is_not_said_to_lack_evidence(serving: Project) -> None:
    table = told(build_document(Material(assess(), serving), "audit"), "Infrastructure quality").blocks[0]

    assert isinstance(table, Table)
    assert table.rows[0][1] == "nothing of the kind was found to judge"


def test_what_was_told_under_one_topic_answers_another_of_the_formal_report_too() -> None:
    loose = finding("CTR-004", "fail", "medium", area="contract", message="strict, but for strictNullChecks.")

    assert told(build_document(material(loose), "formal"), "Null safety").status == "partial"
