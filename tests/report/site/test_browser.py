"""The site in a browser without a network: every kind of page, clicked and typed into as a reader would."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from kit.report.blocks import Chart
from kit.report.charts import bars
from kit.report.display import bundle, figure_json
from kit.report.notebooks import read_section
from kit.report.site import render_site, write_folder
from kit.report.styles import build_document
from tests.report.devtools import BROWSER, Browser, Page
from tests.report.poor import material

AXE = Path(os.environ.get("AXE_CORE", "build/axe-core/axe.min.js"))
PAGES = (
    "index.html",
    "area-security.html",
    "area-data.html",
    "findings.html",
    "policy.html",
    "method.html",
    "glossary.html",
    "notebooks/06-security.html",
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="needs a Chromium or Chrome"),
    pytest.mark.xdist_group("poor"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    figure = figure_json(bars(["api"], [3], texts=["three"], colors=["#0b6e5d"]))
    output = new_output("display_data", data=bundle(Chart("Three", figure, "Three.")))
    notebook = folder / "06-security.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("area.chart()", outputs=[output])]), notebook)
    shown = replace(material(), notebooks=(read_section(notebook),))
    return write_folder(folder / "site", render_site(build_document(shown, "status"), shown, [notebook]))


def sound(page: Page) -> None:
    """Nothing was asked of a network, and nothing went wrong."""
    assert page.requested() == []
    assert page.failed() == []
    assert page.errors() == []


def address(site: Path, page: str, fragment: str = "") -> str:
    return f"{(site / page).as_uri()}{fragment}"


@pytest.mark.parametrize("name", PAGES)
def test_every_kind_of_page_opens_whole_and_draws_its_charts(name: str, site: Path, browser: Browser) -> None:
    with browser.page(address(site, name)) as page:
        page.eval("document.querySelectorAll('details').forEach((it) => { it.open = true })")
        page.eval("document.querySelectorAll('.rk-chart').forEach((it) => it.scrollIntoView())")
        page.wait(
            "document.querySelectorAll('.rk-chart').length === document.querySelectorAll('.rk-chart.drawn').length"
        )

        assert page.eval("document.querySelectorAll('h1').length") == 1
        assert page.eval("document.documentElement.scrollWidth <= innerWidth")
        sound(page)


def test_the_search_leads_to_a_finding_and_opens_it(site: Path, browser: Browser) -> None:
    first = material().open[0]
    with browser.page(address(site, "area-data.html")) as page:
        page.write("#site-search", first.message[:40])
        page.wait("document.querySelector('#site-found a')")
        page.click("#site-found a")
        page.wait(f"document.getElementById('row-{first.fingerprint}')?.open")

        assert page.eval("location.pathname").endswith("/findings.html")
        sound(page)


def test_a_link_of_the_first_page_leads_to_its_finding(site: Path, browser: Browser) -> None:
    with browser.page(address(site, "index.html")) as page:
        page.click('main .rk-table a[href^="findings.html#finding-"]')
        page.wait("document.querySelector('details.finding[open]')")

        sound(page)


def test_filters_and_what_if_answer_to_clicks(site: Path, browser: Browser) -> None:
    with browser.page(address(site, "findings.html")) as page:
        page.wait("document.querySelector('details.finding')")
        before = page.eval("document.getElementById('what-if-outcome').textContent")
        page.click("#what-if input[type=checkbox]")
        page.wait(f"document.getElementById('what-if-outcome').textContent !== {before!r}")
        page.write("input[type=search]:not(#site-search)", "no such words anywhere")
        page.wait("document.querySelectorAll('details.finding').length === 0")

        sound(page)


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core; AXE_CORE names its axe.min.js")
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(name: str, site: Path, browser: Browser) -> None:
    with browser.page(address(site, name)) as page:
        page.eval(AXE.read_text("utf-8") + "; 1")
        found = page.eval(
            "axe.run(document, { resultTypes: ['violations'], preload: false }).then((it) => it.violations)"
        )

        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in {"serious", "critical"}] == []
