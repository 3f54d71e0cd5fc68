"""What scanners say is joined with what our checks say: one finding, never two."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kit.model import At, Fact, Outcome, Severity, Strength, bad, ok, unknown
from kit.params import ParamsError
from kit.project import Project
from kit.registry import catalogue
from kit.run import run_check
from kit.scanners import ask
from kit.scanners.merge import merged
from kit.scanners.table import place_of, table
from kit.sources.scanners.model import SECRETS, Alarm, Level, Scan
from kit.sources.scanners.tools import TOOLS

DOCKERFILE = "FROM golang AS build\nRUN apt-get update && \\\n    apt-get install -y git\nFROM debian\nRUN pip install a\nUSER root\n"


def alarm(
    rule: str, line: int, *, scanner: str = "hadolint", path: str = "Dockerfile", level: Level = "warning"
) -> Alarm:
    return Alarm(scanner, path, line, line, rule, level, "It could be better.")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    return Project(tmp_path)


def joined(project: Project, check: str, facts: Sequence[Fact], *alarms: Alarm) -> list[Fact]:
    by = sorted({a.scanner for a in alarms})
    project.scans = tuple(Scan(s, "1", ("Dockerfile",), tuple(a for a in alarms if a.scanner == s)) for s in by)
    return merged(project, check, facts)


def test_every_check_of_the_table_is_in_the_catalogue_and_every_scanner_in_the_table() -> None:
    known = {c.id for c in catalogue()}
    named = {m.check for scanner in table().values() for m in scanner.maps} | {s.rest for s in table().values()}

    assert named <= known
    assert set(table()) == {tool.id for tool in TOOLS} | {"secrets", "any"}
    assert all(left.why for scanner in table().values() for left in scanner.leaves)


def test_an_alarm_at_an_open_finding_is_further_evidence_of_it(project: Project) -> None:
    [fact] = joined(project, "CON-003", [bad("No version.", At("Dockerfile", 4))], alarm("DL3006", 4))

    assert fact.measured == (At("Dockerfile", 4),)
    assert fact.message == "No version." and fact.strength is Strength.STATIC and fact.blocks


def test_the_same_instruction_is_the_same_place(project: Project) -> None:
    [fact] = joined(project, "CON-090", [bad("A list stays.", At("Dockerfile", 3))], alarm("DL9999", 2))

    assert fact.measured == (At("Dockerfile", 2),)


def test_where_ours_holds_the_contradiction_is_shown_and_nothing_decided(project: Project) -> None:
    [fact] = joined(project, "CON-003", [ok("Has a version.", At("Dockerfile", 4))], alarm("DL3006", 4))

    assert fact.outcome is Outcome.UNKNOWN
    assert "Has a version. hadolint says (DL3006)" in fact.message and "mistaken" in fact.message


def test_what_we_could_not_see_fails_by_the_scanners_word_and_blocks_nothing(project: Project) -> None:
    [fact] = joined(project, "CON-003", [unknown("An argument names it.", At("Dockerfile", 4))], alarm("DL3006", 4))

    assert fact.outcome is Outcome.FAIL and not fact.blocks


def test_an_alarm_elsewhere_is_a_finding_of_the_check(project: Project) -> None:
    ours = bad("No version.", At("Dockerfile", 4))
    [_, fact] = joined(project, "CON-003", [ours], alarm("DL3006", 1, level="error"))

    assert (fact.outcome, fact.severity, fact.at) == (Outcome.FAIL, Severity.MEDIUM, (At("Dockerfile", 1),))
    assert fact.strength is Strength.MEASURED and not fact.blocks


def test_two_alarms_about_one_thing_are_one_finding(project: Project) -> None:
    found = joined(project, "CON-090", [], alarm("DL9998", 2), alarm("DL9999", 2))

    assert len(found) == 1
    assert "DL9998" in found[0].message and "DL9999" in found[0].message


def test_what_stands_in_a_stage_that_no_image_is_made_of_is_left(project: Project) -> None:
    assert joined(project, "CON-018", [], alarm("DL3009", 2)) == []
    assert len(joined(project, "CON-018", [], alarm("DL3042", 5))) == 1


def test_matters_of_taste_are_left_and_errors_of_the_shell_are_told() -> None:
    assert place_of(alarm("DL3008", 1)) is None
    assert place_of(alarm("SC2086", 1, level="note")) is None
    assert (told := place_of(alarm("SC1073", 1, level="error"))) is not None and told.check == "CON-090"


def test_a_policy_of_ours_stands_where_it_holds(project: Project) -> None:
    unpinned = alarm("unpinned-uses", 9, scanner="zizmor", path=".github/workflows/a.yml")
    held = [ok("All are pinned.", At(".github/workflows/a.yml", 3))]

    assert joined(project, "DEL-008", held, unpinned) == held
    assert len(joined(project, "DEL-008", [], unpinned)) == 1


def test_one_finding_for_many_workflows_takes_the_alarms_of_all(project: Project) -> None:
    ours = [bad("No rights are stated in a, b.", At(".github/workflows/a.yml", 1))]
    broad = alarm("excessive-permissions", 9, scanner="zizmor", path=".github/workflows/b.yml")

    [fact] = joined(project, "DEL-009", ours, broad)

    assert fact.measured == (At(".github/workflows/b.yml", 9),)


def test_a_finding_shows_both_kinds_of_evidence_and_keeps_its_fingerprint(project: Project) -> None:
    check = next(c for c in catalogue() if c.id == "CON-003")
    [before] = [f for f in run_check(project, check) if f.outcome.open and f.evidence[0].line == 4]
    project.scans = (Scan("hadolint", "1", ("Dockerfile",), (alarm("DL3006", 4),)),)

    [after] = [f for f in run_check(project, check) if f.fingerprint == before.fingerprint]

    assert [e.strength for e in after.evidence] == [Strength.STATIC, Strength.MEASURED]


@pytest.mark.parametrize(
    ("check", "scanner"),
    [("DEL-090", "zizmor"), ("CON-090", "hadolint"), ("DAT-090", "squawk"), ("INF-090", "checkov")],
)
def test_a_scanner_that_was_asked_is_told_and_one_that_was_not_is_not(
    check: str, scanner: str, project: Project
) -> None:
    asked = next(c for c in catalogue() if c.id == check)

    assert [f.outcome for f in run_check(project, asked)] == [Outcome.NOT_APPLICABLE]
    project.scans = (Scan(scanner, "1", ("Dockerfile",)),)
    assert [f.outcome for f in run_check(project, asked)] == [Outcome.PASS]
    project.scans = (Scan(scanner, "1", ("Dockerfile",), (alarm("new-rule", 1, scanner=scanner),)),)
    assert [f.outcome for f in run_check(project, asked)] == [Outcome.PASS, Outcome.FAIL]
    project.scans = (Scan(scanner, "1", ("Dockerfile",), (), "it took longer than 600 s"),)
    assert [f.outcome for f in run_check(project, asked)] == [Outcome.UNKNOWN]


def test_scanners_that_are_not_here_are_named_with_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)

    with pytest.raises(ParamsError, match=r'squawk.* not here; pip install "readiness-kit\[scanners\]"'):
        ask.asked(("squawk",))
    with pytest.raises(ParamsError, match="install checkov by itself"):
        ask.asked(("checkov",))
    with pytest.raises(ParamsError, match="no scanner trivy; one of zizmor"):
        ask.asked(("trivy",))
    assert ask.asked(False) == ()


def test_a_line_in_which_a_scanner_saw_a_secret_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "notes.cfg").write_text("first line\nlogin with blue-horse-42\ncode: blue-horse-42\n")
    project = Project(tmp_path)
    assert "blue-horse" in project.files.excerpt("notes.cfg", 1, 3)

    alarms = tuple(Alarm(SECRETS, "notes.cfg", line, line, "Secret", "error", "Secret in this line") for line in (2, 3))
    project.scans = (Scan(SECRETS, "1", alarms=alarms),)

    shown = project.files.excerpt("notes.cfg", 1, 3)
    assert "blue-horse" not in shown
    assert shown.startswith("first line\n")
    assert shown.endswith("code:********")
