"""The facade for notebooks: an area runs, is judged, is shown and saved; the summary joins what was saved."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kit.assessment import AreaAssessment, assess, read_findings, save_findings, summarize
from kit.model import AREAS
from kit.params import ParamsError
from kit.report.blocks import Notice, Table
from kit.report.display import Display
from tests.findings import finding
from tests.report.shop import shop

AREA_METHODS = ("headline", "looked_at", "findings", "strengths", "not_seen", "frame")
SUMMARY_METHODS = (
    "verdicts",
    "numbers",
    "blockers",
    "areas",
    "risk",
    "severities",
    "paths",
    "go_no_go",
    "plan",
    "system_map",
    "not_seen",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(shop(tmp_path_factory.mktemp("shop")).root)


@pytest.fixture(scope="module")
def containers(project: str) -> AreaAssessment:
    return assess(project, "containers")


@pytest.mark.parametrize("method", AREA_METHODS)
def test_every_method_of_an_area_gives_something_to_show(containers: AreaAssessment, method: str) -> None:
    shown = getattr(containers, method)()

    assert isinstance(shown, Display)
    assert shown.blocks


def test_what_is_open_carries_its_file_and_line(containers: AreaAssessment) -> None:
    table = containers.findings().blocks[0]

    assert isinstance(table, Table)
    assert any("Dockerfile" in cell.at for row in table.rows for cell in row if hasattr(cell, "at"))


@pytest.mark.parametrize(
    ("outcome", "severity", "words"),
    [
        ("fail", "critical", "Nothing that was examined here holds yet."),
        ("fail", "medium", "The points of the score (50) are partial credit"),
        ("unknown", "critical", "Nothing was decided here"),
    ],
)
def test_points_of_an_area_in_which_nothing_holds_are_explained(
    containers: AreaAssessment, outcome: str, severity: str, words: str
) -> None:
    only = finding("CON-001", outcome, severity, area="containers", blocker=None)

    notice = replace(containers, raw=(only,)).strengths().blocks[0]

    assert isinstance(notice, Notice)
    assert words in notice.text


def test_a_params_file_decides_on_policy_and_waivers(project: str, tmp_path: Path) -> None:
    params = tmp_path / "params.yaml"
    params.write_text("policy: {checks: {CON-002: {off: true}}}\nthresholds: {rpo: 15m}\n")

    area = assess(project, "containers", str(params))

    assert "CON-002" not in {f.check for f in area.records}
    assert area.thresholds.rpo


def test_an_area_that_there_is_not_is_named(project: str) -> None:
    with pytest.raises(KeyError, match="no area kitchens"):
        assess(project, "kitchens")


def test_a_project_that_is_no_folder_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(ParamsError):
        assess(str(tmp_path / "gone"), "containers")


def test_findings_are_saved_whole_and_read_back(tmp_path: Path) -> None:
    kept = (finding(), finding("SEC-002", "pass", blocker=None, environment="production"))

    target = save_findings(tmp_path, "security", kept)

    assert target == tmp_path / "findings" / "security.json"
    assert json.loads(target.read_text())[0]["check"] == "SEC-001"
    assert read_findings(tmp_path) == {"security": kept}
    assert [p.name for p in target.parent.iterdir()] == ["security.json"]


def test_a_findings_file_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "findings").mkdir()
    (tmp_path / "findings" / "security.json").write_text("[{}]")

    with pytest.raises(ValueError, match="security"):
        read_findings(tmp_path)


def test_without_an_out_folder_nothing_is_written(project: str, containers: AreaAssessment) -> None:
    containers.save()

    assert not (Path(project) / "findings").exists()


def test_the_summary_joins_what_the_areas_wrote_and_names_what_is_missing(project: str, tmp_path: Path) -> None:
    assess(project, "containers", out=str(tmp_path)).save()

    summary = summarize(project, out=str(tmp_path))

    assert {f.area for f in summary.judged.findings} == {"containers"}
    assert "containers" not in summary.missing
    gaps = summary.verdicts().blocks[0]
    assert not summary.missing or (isinstance(gaps, Notice) and gaps.title == "Not judged")


@pytest.mark.parametrize("method", SUMMARY_METHODS)
def test_every_method_of_the_summary_gives_something_to_show(project: str, method: str) -> None:
    shown = getattr(summarize(project), method)()

    assert isinstance(shown, Display)
    assert shown.blocks


def test_a_summary_that_stands_alone_runs_every_area(project: str) -> None:
    summary = summarize(project)

    assert summary.missing == ()
    assert {f.area for f in summary.raw} <= set(AREAS)
