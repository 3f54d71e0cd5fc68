"""What was measured of load stands wherever load is spoken of: under capacity, and in the criteria of success."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.assessment import opened
from kit.judgement.assessment import judge
from kit.judgement.policy import load_policy
from kit.params import load_params
from kit.registry import catalogue
from kit.report.blocks import Checklist, Item, Notice, Table, cell_text
from kit.report.sections.loads import capacity, loads
from kit.report.sections.material import Material
from kit.report.styles import build_document
from kit.run import run_checks
from kit.sources.probes.model import HttpProbe, Latency, Load, Probes
from tests.report.test_styles import told

K6 = (
    '{"metrics": {"http_req_duration": {"avg": 9, "p(95)": 612.3}, "http_reqs": {"count": 1000, "rate": 9.5},'
    ' "http_req_failed": {"value": 0.034}}}'
)
THRESHOLDS = "thresholds: {latency: {p95: 400ms}, error_rate: 1%}\n"


def material(tmp_path: Path, params: str, evidence: str = K6) -> Material:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "README.md").write_text("# Shop\n")
    (tmp_path / "k6.json").write_text(evidence)
    (tmp_path / "params.yaml").write_text(params)
    read = load_params(tmp_path / "params.yaml")
    project = opened(read)
    found = run_checks(project, [c for c in catalogue() if c.area == "performance"])
    moment = datetime.now(UTC)
    return Material(
        judge(found, load_policy(read), read, generated_at=moment, revision=None, checks=catalogue()), project
    )


def criteria(found: Material, title: str = "Deployment success metrics") -> dict[str, Item]:
    blocks = told(build_document(found, "validation"), title).blocks
    return {item.label: item for block in blocks if isinstance(block, Checklist) for item in block.items}


def test_a_criterion_that_was_measured_says_what_came_of_it(tmp_path: Path) -> None:
    found = criteria(material(tmp_path, "project: {path: project}\nevidence: {load: [k6.json]}\n" + THRESHOLDS))

    times, rate = found["Response times stay within their targets"], found["The error rate stays within its target"]
    assert (times.state, rate.state) == ("open", "open")
    assert "Measured: k6: p95 is 612.3 ms; at most 400 ms are allowed." in times.note
    assert "34 of 1000 requests failed" in rate.note
    assert [cell_text(ref) for ref in rate.refs] == ["PRF-072"]


def test_a_criterion_whose_measurement_keeps_its_target_is_done(tmp_path: Path) -> None:
    params = "project: {path: project}\nevidence: {load: [k6.json]}\nthresholds: {latency: {p95: 1s}}\n"

    assert criteria(material(tmp_path, params))["Response times stay within their targets"].state == "done"


def test_a_measurement_without_a_target_is_told_all_the_same(tmp_path: Path) -> None:
    found = criteria(material(tmp_path, "project: {path: project}\nevidence: {load: [k6.json]}\n"))

    item = found["Response times stay within their targets"]
    assert item.state == "unknown"
    assert "no target is set" in item.note
    assert "k6: 9.5 requests a second, p95 612 ms, 3.4 % failed" in item.note


def test_without_a_measurement_the_ground_in_the_files_is_told(tmp_path: Path) -> None:
    item = criteria(material(tmp_path, "project: {path: project}\n"))["Response times stay within their targets"]

    assert item.state == "unknown"
    assert item.note.startswith("To be seen on the running system.")


@pytest.mark.parametrize(("style", "title"), [("audit", "Scalability"), ("viability", "8. Scaling recommendations")])
def test_capacity_shows_the_loads_that_were_tried(style: str, title: str, tmp_path: Path) -> None:
    found = material(tmp_path, "project: {path: project}\nevidence: {load: [k6.json]}\n")

    (block,) = told(build_document(found, style), title).blocks
    assert isinstance(block, Table)
    assert block.rows[0][:5] == ("k6", None, "9.5", "612", "3.4")


def test_capacity_says_what_would_supply_it_where_nothing_was_tried(tmp_path: Path) -> None:
    assert isinstance(capacity(material(tmp_path, "project: {path: project}\n")), Notice)


def test_a_live_load_counts_too(tmp_path: Path) -> None:
    found = material(tmp_path, "project: {path: project}\n")
    probe = HttpProbe(
        url="http://shop.example.org/", status=200, load=Load(5, 2.0, Latency(200, 1, {"p95": 0.24}), 45.0)
    )
    found.project.__dict__["probes"] = Probes("", http=(probe,))

    (load,) = loads(found.project)
    assert load.words == "live probe: 5 users, 45 requests a second, p95 240 ms, 0.50 % failed"
