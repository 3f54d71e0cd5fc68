"""Charts for paper: every chart of the sample is drawn, nothing hangs out, and a project's text stays text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.execute.notebooks import bundled
from kit.report import charts, charts_overview
from kit.report.blocks import Chart, Mark
from kit.report.charts import Node, Span
from kit.report.display import Display, figure_json
from kit.report.svg import Drawing, Undrawable, draw

POOR = Path(__file__).resolve().parents[2] / "projects" / "shop-poor"
SHAPES = re.compile(r"<(rect|path|circle|line)\b")


def chart(figure: Any, title: str = "Three things") -> Chart:
    return Chart(title, figure_json(figure), "Said in words.")


def shown(source: str, names: dict[str, Any]) -> object:
    """What a cell of a notebook shows: the value of its last expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)  # noqa: S102 - a notebook of the kit
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None  # noqa: S307


def charts_of(notebook: Path) -> Iterator[Chart]:
    names: dict[str, Any] = {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        value = shown(cell.source.replace("../tests/projects/shop-poor", str(POOR)), names)
        yield from (b for b in value.blocks if isinstance(b, Chart)) if isinstance(value, Display) else ()


@cache
def gallery() -> tuple[Chart, ...]:
    return tuple(c for path in sorted(bundled().glob("*.ipynb")) for c in charts_of(path))


def hanging(drawing: Drawing) -> list[str]:
    """The texts that reach out of the picture."""
    return [
        b.text
        for b in drawing.boxes
        if b.left < -0.5 or b.top < -0.5 or b.right > drawing.width + 0.5 or b.bottom > drawing.height + 0.5
    ]


def crossing(drawing: Drawing) -> list[tuple[str, str]]:
    """Texts that are printed over each other."""
    boxes = drawing.boxes
    return [
        (a.text, b.text)
        for i, a in enumerate(boxes)
        for b in boxes[i + 1 :]
        if min(a.right, b.right) - max(a.left, b.left) > 2 and min(a.bottom, b.bottom) - max(a.top, b.top) > 2.5
    ]


def test_every_chart_of_the_sample_is_drawn_within_its_picture() -> None:
    drawn = [(c, draw(c)) for c in gallery()]

    assert len(drawn) >= 15
    for c, drawing in drawn:
        assert len(SHAPES.findall(drawing.svg)) >= 2, c.title
        assert len(drawing.boxes) >= 2, c.title
        assert hanging(drawing) == [], c.title
        assert crossing(drawing) == [], c.title


def test_the_same_chart_gives_the_same_drawing() -> None:
    assert [draw(c).svg for c in gallery()[:6]] == [draw(c).svg for c in gallery()[:6]]


def test_a_drawing_says_what_it_shows_and_names_its_font() -> None:
    svg = draw(chart(charts.bars(["api"], [3], texts=["three"], colors=["#0b6e5d"]), "A < B & C")).svg

    assert "<title>A &lt; B &amp; C</title><desc>Said in words.</desc>" in svg
    assert "font-family=\"'IBM Plex Sans', sans-serif\"" in svg
    assert 'role="img"' in svg


@pytest.mark.parametrize("count", [1, 3, 24, 60])
def test_a_matrix_of_any_size_keeps_its_names_within_the_picture(count: int) -> None:
    names = [f"services/checkout/number-{i}/Dockerfile" for i in range(count)]
    marks = {(r, c): Mark(("pass", "fail", "partial", "unknown")[(r + c) % 4]) for r in range(4) for c in range(count)}

    drawing = draw(chart(charts.matrix([f"Control {i}" for i in range(4)], names, marks)))

    assert hanging(drawing) == []


@pytest.mark.parametrize("columns", [1, 4, 9, 14])
def test_a_graph_with_many_columns_grows_wider_than_the_page(columns: int) -> None:
    nodes = [Node(str(i), f"a-service-with-a-name-{i}", i, 0, "express :3000 15 routes") for i in range(columns)]
    edges = [(str(i), str(i + 1)) for i in range(columns - 1)]

    drawing = draw(chart(charts.graph(nodes, edges, ["reached"])))

    assert drawing.width / max(columns, 3) >= 60
    assert hanging(drawing) == []
    assert crossing(drawing) == []


def test_spans_name_their_targets() -> None:
    drawing = draw(chart(charts.spans([Span("backup", 0, 24, "every 24 hours")], [("RPO 1 h", 1.0)], "hours")))

    assert {"backup", "every 24 hours", "RPO 1 h", "hours"} <= {b.text for b in drawing.boxes}


def test_bars_that_stand_on_each_other_end_within_the_scale() -> None:
    data = [{"type": "bar", "orientation": "h", "y": ["a"], "x": [n], "text": [str(n)]} for n in (3, 9)]
    stacked = Chart("Stacked", {"data": data, "layout": {"barmode": "stack", "height": 100}}, "")

    ends = [
        float(x) + float(w) for x, w in re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', draw(stacked).svg)
    ]

    assert max(ends) <= draw(stacked).width


def test_a_treemap_fills_its_picture_without_covering_itself() -> None:
    paths = [(f"api/src/file{i}.py", "high") for i in range(7)] + [("worker/main.py", "low")] * 3
    svg = draw(chart(charts_overview.findings_by_path(paths))).svg
    leaves = re.findall(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="#(?:b4400f|586474)"', svg
    )
    areas = [tuple(map(float, leaf)) for leaf in leaves]

    assert len(areas) == 8
    for i, (x, y, w, h) in enumerate(areas):
        for other_x, other_y, other_w, other_h in areas[i + 1 :]:
            across = min(x + w, other_x + other_w) - max(x, other_x)
            down = min(y + h, other_y + other_h) - max(y, other_y)
            assert min(across, down) < 0.1


@pytest.mark.parametrize(
    "figure",
    [
        {},
        {"data": [{"type": "scatter3d", "x": [1], "y": [1], "z": [1]}], "layout": {}},
        {"data": [{"type": "bar", "x": {"dtype": "f8", "bdata": "AAAA"}, "y": ["a"]}], "layout": {}},
        {"data": [{"type": "treemap", "ids": ["a"]}], "layout": {}},
    ],
)
def test_a_figure_of_another_make_is_said_to_be_undrawable(figure: dict[str, Any]) -> None:
    with pytest.raises(Undrawable):
        draw(Chart("Another", figure, ""))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=6), st.text(max_size=200))
def test_any_text_gives_well_formed_svg(names: list[str], title: str) -> None:
    figure = charts.bars(names, [1.0] * len(names), texts=names, colors=["#0b6e5d"] * len(names))

    drawing = draw(Chart(title, figure_json(figure), title))

    ElementTree.fromstring(drawing.svg)  # noqa: S314 - made by us
    assert hanging(drawing) == []
