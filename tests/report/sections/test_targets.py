"""What the owner demands is held against what was measured, in a table and in charts that paper can draw."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.assessment import opened
from kit.judgement.assessment import judge
from kit.judgement.policy import load_policy
from kit.params import load_params
from kit.registry import catalogue
from kit.report.blocks import Chart, Mark, Table
from kit.report.sections.material import Material
from kit.report.sections.readings import Reading, Target, readings
from kit.report.sections.targets import against, baselines
from kit.report.svg import draw
from kit.sources.probes.model import HttpProbe, Latency, Load, Probes
from kit.sources.ran.model import CommandRun

PARAMS = """
project: {path: project}
thresholds:
  coverage: {lines: 80, branches: 75}
  latency: {p95: 200ms, p99: 1s}
  error_rate: 1%
  rpo: 4h
  rto: 2h
evidence: {other: [lcov.info, k6.json]}
"""
FILES = {
    "project/ops/crontab": "0 3 * * * root /srv/shop/ops/backup.sh\n",
    "project/ops/backup.sh": "#!/bin/sh\npg_dump -Fc shop > /backup/shop.dump\n",
    "project/docker-compose.yml": "services:\n  db: {image: 'postgres:16', volumes: ['data:/var/lib/postgresql/data']}\nvolumes: {data: {}}\n",
    "lcov.info": "SF:src/a.ts\nLF:100\nLH:84\nend_of_record\n",
    "k6.json": '{"metrics": {"http_req_duration": {"avg": 9, "p(95)": 450.5}, "http_reqs": {"count": 1000, "rate": 9}, "http_req_failed": {"value": 0.004}}}',
    "params.yaml": PARAMS,
}


@pytest.fixture
def material(tmp_path: Path) -> Material:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    params = load_params(tmp_path / "params.yaml")
    assessment = judge(
        (), load_policy(params), params, generated_at=datetime.now(UTC), revision=None, checks=catalogue()
    )
    return Material(assessment, opened(params))


def rows(table: Table) -> dict[tuple[str, str], tuple[str, str]]:
    """Metric and target to outcome and what was measured."""
    return {(str(r[0]), str(r[1])): (r[2].outcome, r[2].text) for r in table.rows if isinstance(r[2], Mark)}


def test_every_target_has_its_measurement_or_says_what_would_supply_one(material: Material) -> None:
    table = against(material)[0]

    assert isinstance(table, Table)
    assert rows(table) == {
        ("Coverage of lines", "≥ 80 %"): ("pass", "84.0 %"),
        ("Coverage of branches", "≥ 75 %"): ("unknown", "not measured"),
        ("Response time, p95", "< 200 ms"): ("fail", "450 ms"),
        ("Response time, p99", "< 1 s"): ("unknown", "not measured"),
        ("Share of failed requests", "≤ 1 %"): ("pass", "0.40 %"),
        ("Recovery time objective", "≤ 2 h"): ("unknown", "not measured"),
        ("Recovery point objective", "≤ 4 h"): ("fail", "24 h"),
    }
    assert any("times a restore" in str(cell) for row in table.rows for cell in row)


def test_floors_and_ceilings_are_drawn_apart_and_paper_can_draw_both(material: Material) -> None:
    charts = [block for block in against(material) if isinstance(block, Chart)]

    assert [c.title for c in charts] == [
        "1 of 1 measurement reached what is demanded",
        "1 of 2 measurements stayed within what is allowed",
    ]
    assert all("Per cent of the target" in draw(chart).svg for chart in charts)


def test_what_a_schedule_plans_is_no_measurement(material: Material) -> None:
    (planned,) = [r for r in readings(material) if r.target.key == "rpo"]

    assert planned.planned
    assert planned.by == "schedule of pg_dump (postgres), not measured"


def test_the_table_of_baselines_comes_first_and_the_schedule_last(material: Material) -> None:
    blocks = baselines(material)

    assert isinstance(blocks[0], Table)
    assert len(blocks) >= 4


def test_an_address_under_load_is_told_from_one_that_is_asked_in_turn(material: Material) -> None:
    alone, loaded = Latency(5, 0, {"p95": 0.07}), Latency(90, 0, {"p95": 0.24})
    probe = HttpProbe(url="http://shop.example.org/", status=200, latency=alone, load=Load(5, 2.0, loaded))
    material.project.__dict__["probes"] = Probes("", http=(probe,))

    assert [(r.words, r.by) for r in readings(material) if r.at.startswith("http")] == [
        ("70 ms", "live probe, one by one"),
        ("240 ms", "live probe, 5 users"),
    ]


def test_a_restore_of_less_than_a_second_took_some_time(material: Material) -> None:
    run = CommandRun("restore drill", "recovery", "restore.sh", ".", "exited", code=0, seconds=0.25)
    material.project.__dict__["ran"] = (run,)

    assert [r.words for r in readings(material) if r.target.key == "rto"] == ["250 ms"]


def test_nothing_is_read_of_targets_that_were_not_set(material: Material) -> None:
    params = material.assessment.thresholds.model_copy(update={"rpo": None})
    changed = replace(material, assessment=replace(material.assessment, thresholds=params))

    assert {r.target.key for r in readings(changed)} == {"lines", "p95", "errors"}


@pytest.mark.parametrize(
    ("share", "least", "outcome"), [(100, True, "pass"), (99, True, "fail"), (100, False, "pass"), (101, False, "fail")]
)
def test_a_floor_is_reached_from_below_and_a_ceiling_is_kept_from_above(
    share: float, least: bool, outcome: str
) -> None:
    assert Reading(Target("x", "X", 1, "1", least), "", share, "", "").outcome == outcome
