"""Charts are pure functions of plain data: what they draw, and that text of a project stays text."""

from __future__ import annotations

import json

import pytest

from kit.report import charts, charts_overview, charts_system
from kit.report.blocks import Mark
from kit.report.charts import Node, Span, esc
from kit.report.charts_system import PipelineJob, depth_of
from kit.report.theme import LIGHT
from kit.system.model import SystemMap
from tests.report.shop import SYSTEM

HOSTILE = '<a href="https://evil.example">x</a>'


def test_labels_are_escaped_and_cut_in_their_middle() -> None:
    assert esc("<b>") == "&lt;b&gt;"
    assert esc("a" * 30 + "b" * 30, 20) == "aaaaaaaaa…bbbbbbbbbb"
    assert esc("two\n lines") == "two lines"


def test_a_long_path_keeps_its_end() -> None:
    drawn = charts.matrix(["Control"], ["services/checkout/api/Dockerfile"], {(0, 0): Mark("pass")})

    assert drawn.layout.xaxis.ticktext == ("…/api/Dockerfile",)


def test_bars_are_labelled_directly() -> None:
    drawn = charts.bars(["api", HOSTILE], [1, 2], texts=["one", "two"], colors=[LIGHT["pass"]] * 2)

    assert drawn.data[0].text == ("one", "two")
    assert "<a" not in drawn.data[0].y[1]


def test_a_matrix_has_the_shape_of_each_outcome_and_gaps_where_nothing_was_examined() -> None:
    marks = {(0, 0): Mark("fail", "no limits", "a.yml:3"), (1, 1): Mark("GO")}

    drawn = charts.matrix(["One", "Two"], ["api", "db"], marks)

    assert [list(row) for row in drawn.data[0].z] == [[2, None], [None, 0]]
    assert drawn.data[1].text == ("✕", "✓")
    assert drawn.data[0].customdata[0][0] == "One<br>api: no limits<br>a.yml:3"


def test_heat_leaves_zero_blank() -> None:
    drawn = charts.heat(["a", "b"], ["x", "y"], [[0, 2], [1, 0]], [LIGHT["high"], LIGHT["low"]])

    assert drawn.data[0].text == ("2", "1")


def test_a_graph_draws_only_edges_between_its_nodes() -> None:
    nodes = [Node("a", "a", 0, 0), Node("b", HOSTILE, 1, 0), Node("c", "c", 1, 1)]

    drawn = charts.graph(nodes, [("a", "b"), ("b", "c"), ("c", "b"), ("a", "gone"), ("a", "a")], ["left", "right"])

    assert len(drawn.data[0].x) == 3
    assert len(drawn.layout.shapes) == 3 + 3
    assert list(drawn.data[0].marker.symbol) == ["triangle-right", "triangle-down", "triangle-up"]
    assert "<a" not in json.dumps(drawn.to_dict()["layout"])


def test_spans_name_the_objectives_that_they_are_held_against() -> None:
    drawn = charts_system.recovery([Span("backup", 0, 24, "every 24 h", "fail")], 0.25, 4)

    assert [a.text for a in drawn.layout.annotations] == ["RPO 0.25 h", "RTO 4 h"]
    assert [s.x0 for s in drawn.layout.shapes] == [0.25, 4]


def test_without_an_objective_no_line_is_drawn() -> None:
    assert not charts_system.recovery([Span("backup", 0, 24, "every 24 h")], None, None).layout.shapes


def test_a_waterfall_ends_in_the_total() -> None:
    drawn = charts_overview.risk_waterfall([("CON-001 Builds", 4.0), ("SEC-001 Guarded", 1.5)], 5.5)

    assert drawn.data[0].measure == ("relative", "relative", "total")
    assert drawn.data[0].text[-1] == "5.5 of 10"


def test_a_waterfall_cuts_long_titles_between_words() -> None:
    title = "SEC-013 What is for operators is not shown to the world at all"

    assert charts_overview.risk_waterfall([(title, 4.0)], 4.0).data[0].y[0] == (
        "SEC-013 What is for<br>operators is not shown …"
    )


def test_an_area_that_was_not_judged_has_no_score() -> None:
    drawn = charts_overview.area_scores([("Data", None, 0.0, "GREY"), ("Security", 61.0, 40.0, "RED")])

    assert drawn.data[1].y == ("Data  <b>–</b>", "Security  <b>61</b>")


def test_a_treemap_counts_each_folder_once_and_takes_the_gravest_colour() -> None:
    paths = [
        ("k8s/api.yml", "low"),
        ("k8s/api.yml", "critical"),
        ("a/b/c/d/e.py", "high"),
        ("Makefile", "low"),
    ]

    trace = charts_overview.findings_by_path(paths).data[0]
    values = dict(zip(trace.ids, trace["values"], strict=True))
    colors = dict(zip(trace.ids, trace.marker.colors, strict=True))

    assert values["/"] == 4
    assert values["/k8s/api.yml"] == 2
    assert values["/a/b"] == 1
    assert colors["/k8s/api.yml"] == LIGHT["critical"]
    assert set(trace.parents) <= {*trace.ids, ""}


def test_a_treemap_of_thousands_of_files_draws_those_with_most_findings_and_counts_the_others_in_their_folder() -> None:
    many = [(f"src/{i}.py", "low") for i in range(5_000)] + [(f"lib/{i}.py", "high") for i in range(20)]
    paths = [*many, *[("src/worst.py", "critical")] * 3, ("docs/one.md", "low")]

    trace = charts_overview.findings_by_path(paths).data[0]
    values = dict(zip(trace.ids, trace["values"], strict=True))

    assert len(trace.ids) < 130
    assert values["/"] == len(paths)
    assert values["/src/worst.py"] == 3
    merged = 5_000 - (charts_overview.BOXES - 1)
    assert values[f"/src/{merged} more files"] == merged
    assert values["/21 more files"] == 21
    assert values["/src"] == 5_003


def test_the_plan_starts_from_today() -> None:
    drawn = charts_overview.remediation([("CON-001 Builds", 2.0, 70.0)], 60.0)

    assert drawn.data[0].x == (0.0, 2.0)
    assert drawn.data[0].y == (60.0, 70.0)


def test_jobs_stand_one_column_behind_what_they_need() -> None:
    jobs = [
        PipelineJob("deploy", "deploy", ("build", "test")),
        PipelineJob("build", "build", ("test",)),
        PipelineJob("test", "test", ("unknown",)),
    ]

    assert depth_of(jobs) == {"test": 0, "build": 1, "deploy": 2}


def test_jobs_that_need_each_other_end_nowhere_endless() -> None:
    jobs = [PipelineJob("a", "a", ("b",)), PipelineJob("b", "b", ("a",)), PipelineJob("c", "c", ("c",))]

    assert set(depth_of(jobs)) == {"a", "b", "c"}


def test_a_gate_that_cannot_fail_is_dashed() -> None:
    jobs = [
        PipelineJob("t", "test", (), ("test",), gate=True, toothless=True),
        PipelineJob("l", "lint", (), gate=True),
    ]

    shapes = charts_system.pipeline(jobs).layout.shapes

    assert [s.line.dash for s in shapes] == ["dot", "solid"]


def test_a_gate_that_does_much_names_in_its_box_what_it_checks() -> None:
    jobs = [
        PipelineJob("a", "api", (), ("lint", "migrate", "test", "scan"), gate=True),
        PipelineJob("i", "images", (), ("build", "scan", "push"), gate=True),
    ]

    said = " ".join(str(a.text) for a in charts_system.pipeline(jobs).layout.annotations)

    assert "gate: lint, test, scan" in said
    assert "gate: build, scan, push" in said


def test_the_map_joins_services_by_what_they_need_call_and_store() -> None:
    assert set(charts_system.system_edges(SYSTEM)) == {
        ("web", "api"),
        ("api", "db"),
        ("api", "cache"),
        ("api", "worker"),
        ("worker", "db"),
    }


@pytest.mark.parametrize("system", [SYSTEM, SystemMap()], ids=["shop", "empty"])
def test_the_map_is_drawn_whatever_there_is(system: SystemMap) -> None:
    assert charts_system.system_map(system, {"api": "critical"}).layout.height > 0
