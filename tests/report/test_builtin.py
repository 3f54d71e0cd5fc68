"""The page: self-contained, hostile text stays text, every finding and check can be linked to."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit.judgement.assessment import Assessment
from kit.model import Evidence, Finding
from kit.project import Project
from kit.report.blocks import Table, columns
from kit.report.builtin import plotly, render_html
from kit.report.display import bundle
from kit.report.exports.files import write
from kit.report.notebooks import read_section
from kit.report.page import check_views, findings_data
from kit.report.sections.material import Material
from kit.report.styles import STYLES
from tests.findings import assess, finding

HOSTILE = "</script><script>alert(1)</script><img src=//evil.example>\u2028"
BLOCKER = finding("CON-001", severity="critical", area="containers", blocker="cannot build", fingerprint="f00d")


def judged(*more: Finding, **params: Any) -> Assessment:
    return assess(
        BLOCKER,
        finding("SEC-001", "pass"),
        finding("SEC-002", "unknown", message="Only a probe would show it."),
        finding("DAT-001", "fail", "high", area="data", fingerprint="beef"),
        *more,
        project={"name": "Shop"},
        **params,
    )


def render(assessment: Assessment, notebooks: Sequence[Path] = (), style: str | None = None, **run: Any) -> str:
    """The page of an assessment over an empty project."""
    with TemporaryDirectory() as empty:
        sections = tuple(read_section(path) for path in notebooks)
        return render_html(Material(assessment, Project(empty), sections, run), style)


class Reader(HTMLParser):
    """The elements of a page: ids, links, headings, scripts' text, and addresses that would be fetched."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.levels: list[int] = []
        self.fetched: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self._open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag != "a":
            self.fetched += [str(v) for k, v in attrs if k in {"src", "href", "srcset", "action", "poster", "data"}]
        self._open = tag == "script"
        if self._open:
            self.scripts.append((given, ""))

    def handle_endtag(self, _: str) -> None:
        self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)


@pytest.fixture(scope="module")
def page() -> Reader:
    return Reader(render(judged(), versions={"kit": "0.1.0"}))


def test_the_page_fetches_nothing(page: Reader) -> None:
    assert page.fetched == []
    assert all(link.startswith("#") for link in page.links)


def test_every_link_has_its_target_on_the_page_or_in_the_list_of_findings(page: Reader) -> None:
    listed = {f"finding-{row[0]}" for row in findings_data(judged())["rows"]}

    missing = {link[1:] for link in page.links} - set(page.ids) - listed

    assert not {m for m in missing if not m.startswith("check-")}


def test_no_id_is_used_twice(page: Reader) -> None:
    assert len(page.ids) == len(set(page.ids))


def test_headings_step_down_one_level_at_a_time(page: Reader) -> None:
    assert page.levels[0] == 1
    assert page.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(page.levels, page.levels[1:], strict=False))


def test_what_a_page_is_written_without_is_not_in_its_scripts(tmp_path: Path) -> None:
    """A script that writing changes is none that the policy of the page allows: no chart would be drawn."""
    html = render(judged())

    assert "\x1a" not in plotly()
    assert write(tmp_path / "report.html", html).read_text("utf-8") == html


def test_plotly_is_there_once_and_only_our_scripts_may_run(page: Reader) -> None:
    html = render(judged())
    running = [text for attributes, text in page.scripts if "type" not in attributes]
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)

    assert policy
    assert "default-src &#39;none&#39;" in policy[1]
    for script in running:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert digest in policy[1]
    stored = [text for attributes, text in page.scripts if attributes.get("id") == "plotly"]
    assert [text.count("* plotly.js v") for text in stored] == [1]
    digest = base64.b64encode(hashlib.sha256(stored[0].encode()).digest()).decode()
    assert digest in policy[1]
    assert not any("plotly.js v" in script for script in running)


def test_a_blocker_is_readable_without_javascript() -> None:
    html = render(judged())

    assert 'id="finding-f00d"' in html
    assert "cannot build" in html
    assert html.index('class="call">NO-GO') < html.index("What decides it")


@pytest.mark.parametrize("style", STYLES)
def test_hostile_text_of_a_project_never_becomes_markup(style: str) -> None:
    evidence = (Evidence(HOSTILE, 3, 3, HOSTILE),)
    bad = finding("SEC-009", severity="critical", message=HOSTILE, title=HOSTILE, fix=HOSTILE, evidence=evidence)

    html = render(judged(bad, report={"title": HOSTILE, "audience": HOSTILE}), style=style, **{HOSTILE: HOSTILE})

    assert "<script>alert" not in html
    assert "<img" not in html
    assert Reader(html).fetched == []


def test_the_list_of_findings_holds_all_of_them_and_says_a_repeated_text_once() -> None:
    many = [finding("SEC-003", path=f"a{i}.py", fingerprint=f"x{i}") for i in range(50)]

    data = findings_data(judged(*many))

    assert len(data["rows"]) == 54
    assert data["rows"][0][0] == "f00d"
    assert data["texts"].count("What was seen.") == 1


def test_an_area_whose_notebook_is_missing_says_so(page: Reader) -> None:
    html = render(judged())

    assert "This area's notebook did not finish" in html.replace("&#39;", "'")
    assert {"area-containers", "area-security", "area-data"} <= set(page.ids)


def test_the_sign_off_has_a_line_per_role() -> None:
    assert "Security Architect" in render(judged(report={"sign_off": ["Security Architect"]}), style="formal")


def test_a_run_is_told_in_rows_and_long_lists_are_counted() -> None:
    html = render(judged(), versions={"kit": "1.2.3"}, inputs={str(i): "x" for i in range(99)})

    assert "kit 1.2.3" in html
    assert "99 entries" in html


def notebook(path: Path, *cells: Any) -> Path:
    nbformat.write(new_notebook(cells=list(cells)), path)
    return path


def shown(*outputs: Any, source: str = "area.findings()") -> Any:
    return new_code_cell(source, outputs=list(outputs))


def test_a_notebook_becomes_a_section_with_its_blocks(tmp_path: Path) -> None:
    table = Table("A table of ours", columns("A"), (("x",),))
    cells = (
        new_markdown_cell("# Security\n\nProse with <b>markup</b> and *stress*."),
        shown(new_output("display_data", data=bundle(table))),
    )

    html = render(judged(), [notebook(tmp_path / "06-security.ipynb", *cells)])
    section = html[html.index('id="area-security"') : html.index('id="area-data"')]

    assert "A table of ours" in section
    assert "&lt;b&gt;markup&lt;/b&gt;" in section
    assert "<em>stress</em>" in section
    assert "did not finish" not in section


def test_markup_that_is_not_ours_is_shown_as_plain_text(tmp_path: Path) -> None:
    data = {"text/html": "<iframe src='//evil.example'></iframe>", "text/plain": "a <frame>"}
    forged = {
        "text/html": "<script>alert(1)</script>",
        "application/vnd.readiness.block+json": {"block": "no"},
    }
    outputs = (
        new_output("execute_result", data=data),
        new_output("display_data", data=forged),
        new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m <b>"),
    )

    html = render(judged(), [notebook(tmp_path / "06-security.ipynb", shown(*outputs))])

    assert "<iframe" not in html
    assert "alert(1)" not in html
    assert "a &lt;frame&gt;" in html
    assert "red &lt;b&gt;" in html
    assert "\x1b" not in html


def test_a_cell_that_stopped_is_shown_with_its_trace(tmp_path: Path) -> None:
    error = new_output("error", ename="KeyError", evalue="x", traceback=["\x1b[0;31mKeyError: x"])

    html = render(judged(), [notebook(tmp_path / "09-data.ipynb", shown(error))])

    assert "A cell of this notebook stopped" in html
    assert "KeyError: x" in html


def test_a_file_that_is_no_notebook_is_said_to_be_none(tmp_path: Path) -> None:
    broken = tmp_path / "06-security.ipynb"
    broken.write_text("{")

    assert "The notebook cannot be read" in render(judged(), [broken])


def test_an_image_in_prose_is_not_fetched(tmp_path: Path) -> None:
    cells = (new_markdown_cell("![x](https://evil.example/x.png)"), shown())

    html = render(judged(), [notebook(tmp_path / "06-security.ipynb", *cells)])

    assert "<img" not in html


def test_the_same_assessment_gives_the_same_page() -> None:
    assert render(judged()) == render(judged())


def test_ten_thousand_findings_stay_small_enough_to_open() -> None:
    many = [finding("SEC-003", path=f"a{i}.py", fingerprint=f"x{i}") for i in range(10_000)]

    data = findings_data(assess(*many))

    assert len(json.dumps(data)) < 4_000_000


def test_only_checks_that_ran_are_listed() -> None:
    assert "Every check that ran" in render(judged())
    assert check_views(judged()) == {}


@pytest.mark.parametrize("style", STYLES)
def test_a_page_of_a_thousand_findings_stays_under_eight_megabytes(style: str) -> None:
    grades = ("critical", "high", "medium", "low")
    many = [
        finding(f"SEC-{i % 40:03}", severity=grades[i % 4], message=f"Message {i} of a finding.", fingerprint=f"x{i}")
        for i in range(1000)
    ]

    assert len(render(assess(*many), style=style).encode()) < 8_000_000
