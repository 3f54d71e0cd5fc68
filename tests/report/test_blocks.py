"""Blocks survive their way through a notebook, and hostile text stays text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.model import At
from kit.report.blocks import (
    Block,
    Chart,
    Checklist,
    Entry,
    Excerpt,
    Figure,
    Figures,
    Item,
    Listing,
    Mark,
    Markdown,
    Notice,
    Place,
    Prose,
    Reason,
    Ref,
    Row,
    Table,
    Verdict,
    Verdicts,
    columns,
    empty,
    place,
    plain,
)
from kit.report.blocks_json import from_json, to_json
from kit.report.display import BLOCK_MIME, PLOTLY_MIME, Display, bundle, figure_json, from_bundle, show
from kit.report.markup import badge_html, block_html, place_html, prose_html, script_json

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028"
CELLS = st.one_of(
    st.none(),
    st.integers(-(10**9), 10**9),
    st.text(max_size=20),
    st.builds(Mark, st.sampled_from(["pass", "fail", "", "odd one"]), st.text(max_size=9), st.text(max_size=9)),
    st.builds(Place, st.text(max_size=20)),
    st.builds(Ref, st.text(max_size=20), st.text(max_size=9)),
)

TABLE = Table(
    "A <b>caption</b>",
    columns("Name", ("Count", "number"), ("Code", "code"), "State", "Where"),
    ((HOSTILE, 3, "x < y", Mark("fail", HOSTILE, "a/b.yml:3"), Place("a/b.yml:12")),),
    note="A note.",
)
FIGURE = {"data": [{"type": "bar", "x": [1], "y": [HOSTILE]}], "layout": {"height": 200}}
CHART = Chart("Two of seven lack limits", FIGURE, "Two of seven lack limits.", TABLE)
BLOCKS: list[Block] = [
    TABLE,
    CHART,
    empty("Nothing here", "A file would fill it."),
    Notice("Text", "fail", "Title", (Place("a:1"), "plain", Ref("check-CON-001", "CON-001"))),
    Figures((Figure("Score", "61", "of 100", "RED", "a note", (("CON-001 Builds", "0.0 of 5.0"),)),)),
    Prose(("One `code` paragraph.", HOSTILE)),
    Markdown(f"## Heading\n\nText *stressed*.\n\n{HOSTILE}"),
    Listing(("one", Ref("check-CON-001", "CON-001")), ordered=True, caption="Steps"),
    Checklist("Before", (Item("Tests run", "done", HOSTILE, (Place("a.yml:3"),)), Item("Backups", "unknown"))),
    Excerpt("a/b.py:3", ("one", HOSTILE), 2, (3, 3), "A caption"),
    Excerpt("", ("make deploy",)),
    Entry(
        1,
        "Secret in code",
        "critical",
        "fail",
        "f00d",
        "SEC-001",
        "a.py:3",
        "cannot start",
        (
            Row("Observation", HOSTILE),
            Row("Evidence", excerpt=Excerpt("a.py:3", ("x",), 3)),
            Row("Fix", "do", copy=True),
        ),
    ),
    Verdicts(
        (Verdict("production", "NO-GO", "No.", "Score 3.", (Reason("NO-GO", HOSTILE, (Ref("finding-f", "f"),), 2),)),)
    ),
]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda b: type(b).__name__)
def test_a_block_comes_out_of_a_notebook_as_it_went_in(block: Block) -> None:
    stored = json.loads(json.dumps(bundle(block)))

    assert from_bundle(stored) == block


@settings(suppress_health_check=[HealthCheck.too_slow])  # a loaded machine draws slowly
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2).map(tuple), max_size=4))
def test_any_table_survives_json_and_makes_markup_without_a_stray_tag(rows: list[Any]) -> None:
    table = Table("Any", columns("A", "B"), tuple(rows))

    assert from_json(json.loads(json.dumps(to_json(table)))) == table
    assert block_html(table).count("<td") == len(rows)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda b: type(b).__name__)
def test_hostile_text_is_never_markup(block: Block) -> None:
    html = str(block_html(block))

    assert "<script>alert" not in html
    assert "<img" not in html


def test_a_chart_in_a_notebook_brings_its_json_and_a_call_and_nothing_from_elsewhere() -> None:
    html = str(block_html(CHART, notebook=True))

    assert '<script type="application/json">' in html
    assert "readinessCharts" in html
    assert "require" not in html
    assert "http" not in html


def test_a_chart_on_our_page_brings_no_call_of_its_own() -> None:
    assert "readinessCharts" not in block_html(CHART)


def test_a_chart_has_an_alternative_in_words_and_its_data_as_a_table() -> None:
    html = str(block_html(CHART))

    assert 'aria-label="Two of seven lack limits."' in html
    assert "The same as a table" in html


def test_tables_have_captions_and_scopes() -> None:
    html = str(block_html(TABLE))

    assert "<caption>A &lt;b&gt;caption&lt;/b&gt;</caption>" in html
    assert html.count('scope="col"') == 5
    assert html.count('scope="row"') == 1


def test_jupyterlab_gets_plotly_json_without_the_button_that_uploads() -> None:
    data = bundle(CHART)[PLOTLY_MIME]

    assert data["config"]["showSendToCloud"] is False
    assert data["config"]["displaylogo"] is False
    assert "template" in data["layout"]


def test_the_template_of_a_figure_is_not_stored_with_it() -> None:
    from kit.report.charts import bars

    stored = figure_json(bars(["a"], [1], texts=["1"], colors=["#000000"]))

    assert "template" not in stored["layout"]
    assert len(json.dumps(stored)) < 2000


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text/html": "<b>somebody else's</b>"},
        {BLOCK_MIME: {"block": "applet"}},
        {BLOCK_MIME: {"block": "table", "caption": "x"}},
        {BLOCK_MIME: "no json"},
        {BLOCK_MIME: [1]},
        {BLOCK_MIME: {"block": "chart", "title": "x", "text": "y", "table": None}, PLOTLY_MIME: "[]"},
    ],
)
def test_what_is_no_block_of_ours_is_none(data: dict[str, Any]) -> None:
    assert from_bundle(data) is None


def test_json_in_a_script_cannot_end_it() -> None:
    text = script_json({"a": HOSTILE, "b": "<!--"})

    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == {"a": HOSTILE, "b": "<!--"}


def test_a_place_sets_the_line_apart_and_can_break_at_slashes() -> None:
    assert place_html("k8s/api.yml:12") == ('<code class="place">k8s/<wbr>api.yml<span class="line">:12</span></code>')
    assert place_html("C:/odd name") == '<code class="place">C:/<wbr>odd name</code>'


def test_a_badge_has_a_shape_a_word_and_a_class() -> None:
    assert badge_html("NO-GO") == (
        '<span class="badge fail"><span class="shape" aria-hidden="true">✕</span>NO-GO</span>'
    )
    assert badge_html('"><script>') == "&#34;&gt;&lt;script&gt;"


def test_an_excerpt_numbers_its_lines_from_the_first_and_marks_those_that_are_meant() -> None:
    html = str(block_html(Excerpt("a.py:8", ("FROM x", "<b>"), 7, (8, 8))))

    assert '<span class="row"><span class="n" data-n="7">' in html
    assert '<span class="row meant"><span class="n" data-n="8"></span>&lt;b&gt;' in html
    assert 'data-n="9"' not in html


def test_a_link_leads_only_within_the_page() -> None:
    assert "href" not in block_html(Notice("", items=(Ref("x onclick=1", "text"),)))
    assert 'href="#check-CON-001"' in block_html(Notice("", items=(Ref("check-CON-001", "CON-001"),)))


def test_every_block_reads_as_plain_text() -> None:
    assert plain(CHART) == "Two of seven lack limits\nTwo of seven lack limits."
    assert "Name | Count" in plain(TABLE)
    assert plain(BLOCKS[4]) == "Score: 61 of 100"
    assert str(Display((BLOCKS[2],))) == "Nothing here\nA file would fill it."


def test_displays_add_up_and_leave_out_what_is_not_there() -> None:
    both = show(TABLE, None) + show(CHART)

    assert both.blocks == (TABLE, CHART)
    assert "rk-chart" in both._repr_html_()


def test_a_place_without_a_line_is_its_path() -> None:
    assert place(At("a.yml")) == Place("a.yml")
    assert place(At("a.yml", 3)) == Place("a.yml:3")


def test_what_a_check_says_has_a_large_first_letter_and_code_where_backticks_mark_it() -> None:
    assert prose_html("give it to `RUN --mount`, <b>") == "Give it to <code>RUN --mount</code>, &lt;b&gt;"
    assert prose_html("one ` alone") == "One ` alone"


def test_plotly_alone_still_shows_the_sentence() -> None:
    assert bundle(CHART)[PLOTLY_MIME]["layout"]["title"]["text"] == CHART.title
