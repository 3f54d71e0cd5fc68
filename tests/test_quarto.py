"""`quarto render` makes a site of executed notebooks that draws its charts and asks nothing of any network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from kit.report.blocks import Chart, Column, Ref, Table
from kit.report.charts import bars
from kit.report.display import bundle, figure_json

TOP = Path(__file__).resolve().parent.parent
QUARTO = shutil.which("quarto")
BROWSER = next((b for b in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if b), None)
pytestmark = [
    pytest.mark.quarto,
    pytest.mark.skipif(QUARTO is None, reason="needs the quarto command"),
    pytest.mark.xdist_group("quarto"),
]
HOSTILE = "<script>alert(1)</script>\n```\n\n![x](http://evil.example/x.png)\n\n{{< env RK_SECRET >}}"


def executed(path: Path, title: str, *blocks: Chart | Table) -> None:
    outputs = [new_output("display_data", data=bundle(block)) for block in blocks]
    outputs.append(new_output("stream", name="stdout", text=HOSTILE))
    cells = [
        new_raw_cell(f"---\ntitle: {title}\n---"),
        new_markdown_cell(f"# {title}\n\nA price of $5 or $6."),
        new_code_cell("raise SystemExit('executed anew')", outputs=outputs),
        new_markdown_cell("## What is open"),
    ]
    nbformat.write(new_notebook(cells=cells), path)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository's Quarto project with one small report under build/, rendered."""
    top = tmp_path_factory.mktemp("quarto")
    for path in (*TOP.glob("_quarto*.yml"), TOP / ".gitignore"):
        shutil.copy(path, top)
    (top / ".venv").symlink_to(sys.prefix)
    notebooks = top / "build/my shop/notebooks"
    notebooks.mkdir(parents=True)
    chart = Chart("Three things", figure_json(bars(["api"], [3], texts=["three"], colors=["#0b6e5d"])), "Three.")
    links = ((Ref("area-security", "Security"), Ref("finding-f1", "SEC-001")),)
    executed(notebooks / "00-summary.ipynb", "Summary", Table("Areas", (Column("Area"), Column("Check")), links))
    executed(notebooks / "06-security.ipynb", "Security", chart, Table(HOSTILE, (Column("A"),), ((HOSTILE,),)))
    (top / "build/my shop/report.html").write_text("<p id='finding-f1'>here</p>")
    environment = {**os.environ, "RK_SECRET": "told"}
    subprocess.run([str(QUARTO), "render"], cwd=top, check=True, timeout=600, env=environment)
    return top / "build/site"


def page(site: Path, name: str) -> str:
    return (site / "build/my shop/notebooks" / f"{name}.html").read_text("utf-8")


def test_the_site_opens_at_the_summary(site: Path) -> None:
    assert "00-summary.html" in (site / "index.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["00-summary", "06-security"])
def test_a_page_fetches_nothing_from_a_network(site: Path, name: str) -> None:
    fetched = re.findall(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"(?:https?:)?//[^\"]*", page(site, name))

    assert fetched == []


@pytest.mark.parametrize("name", ["00-summary", "06-security"])
def test_every_output_is_shown_and_no_code(site: Path, name: str) -> None:
    html = page(site, name)

    assert "Unable to display output" not in html
    assert "SystemExit" not in html
    assert 'class="rk-table"' in html


def test_a_title_is_said_once(site: Path) -> None:
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page(site, "06-security")) == ["Security"]


def test_a_page_has_the_reports_contents_beside_it(site: Path) -> None:
    assert page(site, "06-security").count('class="sidebar-item"') >= 2


def test_plotly_lies_in_the_site(site: Path) -> None:
    found = re.search(r'<script src="([^"]*plotly[^"]*)"', page(site, "06-security"))

    assert found
    assert (site / "build/my shop/notebooks" / found[1]).resolve().stat().st_size > 1_000_000


def test_links_lead_to_the_areas_page_and_to_the_finding_in_the_full_report(site: Path) -> None:
    html = page(site, "00-summary")

    assert re.search(r'<a href="[^"#]*06-security\.html">Security</a>', html)
    assert '<a href="../report.html#finding-f1">SEC-001</a>' in html
    assert (site / "build/my shop/report.html").is_file()


def test_what_a_project_says_is_neither_run_nor_markup(site: Path) -> None:
    html = page(site, "06-security")

    assert "told" not in html
    assert "<script>alert(1)" not in re.sub(r'"[^"]*"', "", html)
    assert html.count("![x](http://evil.example/x.png)") >= 3


def test_the_repositorys_ignore_file_is_left_as_it_is(site: Path) -> None:
    assert (site.parents[1] / ".gitignore").read_text("utf-8") == (TOP / ".gitignore").read_text("utf-8")


def drawn(page: Path, profile: Path, scheme: str) -> str:
    """The page after its scripts ran. A loaded machine may dump it before the first frame: up to three tries."""
    command = [
        str(BROWSER),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=9000",
        f"--blink-settings=preferredColorScheme={scheme}",
        f"--user-data-dir={profile}",
        "--dump-dom",
        page.as_uri(),
    ]
    for _ in range(3):
        seen = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
        if "js-plotly-plot" in seen:
            return seen
    return seen


@pytest.mark.browser
@pytest.mark.skipif(BROWSER is None, reason="needs a Chromium or Chrome")
@pytest.mark.parametrize(("scheme", "theme"), [("1", "light"), ("0", "dark")])
def test_charts_are_drawn_in_the_readers_colours(site: Path, tmp_path: Path, scheme: str, theme: str) -> None:
    seen = drawn(site / "build/my shop/notebooks/06-security.html", tmp_path, scheme)

    assert "js-plotly-plot" in seen
    assert f'data-theme="{theme}"' in seen
