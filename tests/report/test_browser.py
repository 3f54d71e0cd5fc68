"""The page in a browser without a network: it asks for nothing, draws, filters, supposes, and follows deep links."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from kit.judgement.assessment import judge
from kit.judgement.what_if import supposed
from kit.params import load_params
from kit.project import Project
from kit.report.blocks import Chart
from kit.report.builtin import render_html
from kit.report.charts import bars
from kit.report.display import bundle, figure_json
from kit.report.exports.files import write
from kit.report.notebooks import read_section
from kit.report.sections.material import Material
from kit.report.styles import STYLES
from tests.findings import NOW, assess, finding
from tests.report.devtools import BROWSER, Browser, Page
from tests.report.poor import GROUP, PARAMS, material

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="needs a Chromium or Chrome"),
    GROUP,
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    figure = figure_json(bars(["api"], [3], texts=["three"], colors=["#0b6e5d"]))
    output = new_output("display_data", data=bundle(Chart("Three", figure, "Three.")))
    notebook = folder / "06-security.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("area.chart()", outputs=[output])]), notebook)
    many = [finding("SEC-003", path=f"a{i}.py", fingerprint=f"x{i}") for i in range(10_000)]
    passed = finding("SEC-004", "pass", message="Held </script>", fingerprint="held")
    target = folder / "report.html"
    material = Material(assess(*many, passed), Project(folder), (read_section(notebook),))
    write(target, render_html(material))
    return target


def test_of_ten_thousand_findings_only_those_near_the_screen_are_drawn(page: Path, browser: Browser) -> None:
    with browser.page(page.as_uri(), height=2000) as tab:
        assert tab.eval("tally.textContent") == "10,000 of 10,001 findings"
        assert tab.eval("document.querySelectorAll('.chunk').length") == 200
        tab.eval("rows.scrollIntoView({ behavior: 'instant' })")
        tab.wait("document.querySelectorAll('[id^=row-]').length")
        assert 50 <= tab.eval("document.querySelectorAll('[id^=row-]').length") < 2000
        assert quiet(tab)


FILLED = "[...document.querySelectorAll('.chunk')].filter((chunk) => chunk.childElementCount).length"


@pytest.mark.parametrize("named", ["held", "x0", "x5000", "x9999"])
def test_the_link_of_any_of_ten_thousand_findings_draws_only_what_is_near_it(
    named: str, page: Path, browser: Browser
) -> None:
    with browser.page(f"{page.as_uri()}#finding-{named}") as tab:
        tab.wait(f"document.activeElement.closest('#row-{named}[open]')")

        assert tab.eval(FILLED) <= 4
        assert tab.eval("document.querySelectorAll('*').length") < 15_000
        tab.wait("(b => b.top >= 0 && b.top < innerHeight)(document.activeElement.getBoundingClientRect())")
        assert quiet(tab)


def test_the_map_of_ten_thousand_findings_draws_a_few_hundred_boxes(page: Path, browser: Browser) -> None:
    with browser.page(page.as_uri()) as tab:
        tab.eval("document.querySelector('#appendix-charts').open = true")
        tab.eval(
            "[...document.querySelectorAll('.rk-chart')].find((it) => it.textContent.includes(' has the most, '))"
            ".scrollIntoView({ behavior: 'instant' })"
        )
        tab.wait("document.querySelector('.treemaplayer .slice')")

        assert 50 <= tab.eval("document.querySelectorAll('.treemaplayer .slice').length") < 400


def test_a_link_to_an_area_unfolds_it_and_draws_its_charts(page: Path, browser: Browser) -> None:
    with browser.page(f"{page.as_uri()}#area-security") as tab:
        assert tab.eval("document.querySelector('#area-security').open")
        tab.wait("document.querySelector('#area-security .rk-chart.drawn .js-plotly-plot')")


def test_a_deep_link_opens_its_finding_wherever_it_stands(styles: dict[str, str], browser: Browser) -> None:
    held = [f for f in material().assessment.findings if f.outcome == "pass"][-1]

    with browser.page(f"{styles['status']}#finding-{held.fingerprint}") as tab:
        tab.wait(f"document.querySelector('#row-{held.fingerprint}[open]')")

        assert held.check in tab.eval(f"document.querySelector('#row-{held.fingerprint}').innerText")
        assert quiet(tab)


def test_the_readers_dark_mode_is_followed(page: Path, browser: Browser) -> None:
    with browser.page(page.as_uri()) as tab:
        tab.media(prefers_color_scheme="dark")
        tab.wait("document.querySelector('[data-action=theme]').getAttribute('aria-pressed') === 'true'")

        assert tab.eval("document.querySelector('[data-action=theme]').innerText") == "Light"


@pytest.fixture(scope="module")
def styles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The address of the poor sample's report in each style."""
    folder = tmp_path_factory.mktemp("styles")
    for style in STYLES:
        write(folder / f"{style}.html", render_html(material(), style))
    return {style: (folder / f"{style}.html").as_uri() for style in STYLES}


def quiet(page: Page) -> bool:
    """Whether nothing was asked of a network, nothing failed, and the console says nothing."""
    assert page.requested() == []
    assert page.failed() == []
    assert page.errors() == []
    return True


DRAWN = """[...document.querySelectorAll(".rk-chart.drawn")].every((chart) => {
  const plot = chart.querySelector(".rk-plot svg.main-svg")
  return plot && plot.getBoundingClientRect().width > 100 && chart.querySelector("svg.main-svg .plot, svg.main-svg .treemaplayer")
})"""


@pytest.mark.parametrize("style", STYLES)
def test_every_style_asks_for_nothing_draws_its_charts_and_judges_as_the_report_did(
    style: str, styles: dict[str, str], browser: Browser
) -> None:
    judged = material().assessment

    with browser.page(styles[style]) as page:
        for number in range(page.eval("document.querySelectorAll('.rk-chart').length")):
            chart = f"document.querySelectorAll('.rk-chart')[{number}]"
            page.eval(f"{chart}.scrollIntoView({{ behavior: 'instant' }})")
            page.wait(f"!{chart}.checkVisibility() || {chart}.matches('.drawn')")
        outcome = page.eval("document.getElementById('what-if-outcome').textContent")

        assert page.eval("document.querySelectorAll('.rk-chart.drawn').length") >= 6
        assert page.eval(DRAWN)
        assert page.eval("document.body.className") == f"style-{style}"
        assert f"{judged.score:.1f}" in outcome
        assert all(v.verdict in outcome for v in judged.environments.values())
        assert quiet(page)


@pytest.mark.parametrize("style", STYLES)
def test_on_a_telephone_nothing_is_wider_than_the_screen(style: str, styles: dict[str, str], browser: Browser) -> None:
    with browser.page(styles[style], width=390, height=844) as page:
        page.eval("document.querySelectorAll('main details').forEach((box) => { box.open = true })")

        assert page.eval("document.documentElement.scrollWidth") <= 390
        assert page.eval(OUTSIDE) == []


OUTSIDE = """[...document.querySelectorAll("main *")].filter((it) => {
  const box = it.getBoundingClientRect()
  return box.width && box.right > innerWidth + 1 && !it.closest(".rk-scroll, .rk-plot, pre, svg, .visually-hidden, [hidden]")
}).slice(0, 5).map((it) => it.outerHTML.slice(0, 200))"""


def test_filters_are_set_by_hand_and_taken_back(styles: dict[str, str], browser: Browser) -> None:
    found = material().assessment
    critical = [f for f in found.open if f.severity == "critical"]
    under = [f for f in found.findings if f.outcome == "pass" and any("k8s/" in e.path for e in f.evidence)]

    with browser.page(styles["status"]) as page:
        start = page.eval("tally.textContent")
        page.eval(chosen("severity", "critical"))
        page.wait(f"tally.textContent.startsWith('{len(critical)} of')")
        page.eval(chosen("severity", ""))
        page.eval(chosen("show", "pass"))
        page.write("[name=path]", "k8s/")
        page.wait(f"tally.textContent.startsWith('{len(under)} of')")
        page.write("[name=search]", "no finding speaks of this")
        page.wait("rows.textContent.includes('No finding is like that')")
        page.click("#filters [type=reset]")
        page.wait(f"tally.textContent === {start!r}")

        assert quiet(page)


def chosen(name: str, value: str) -> str:
    """An option taken, as a reader's choice tells it to the page."""
    return (
        f"(() => {{ const it = filters.elements[{name!r}]; it.value = {value!r};"
        "it.dispatchEvent(new Event('input', { bubbles: true })) })()"
    )


def test_the_findings_that_are_shown_are_saved_as_csv(styles: dict[str, str], browser: Browser) -> None:
    blockers = [f for f in material().assessment.open if f.severity == "critical"]
    saved = browser.downloads / "findings.csv"
    saved.unlink(missing_ok=True)

    with browser.page(styles["audit"]) as page:
        page.eval(chosen("severity", "critical"))
        page.wait(f"tally.textContent.startsWith('{len(blockers)} of')")
        page.click("[data-action=csv]")
        end = time.monotonic() + 20
        while not saved.exists() and time.monotonic() < end:
            time.sleep(0.05)
        rows = list(csv.DictReader(saved.read_text("utf-8-sig").splitlines()))

        assert {row["fingerprint"] for row in rows} == {f.fingerprint for f in blockers}
        assert {row["severity"] for row in rows} == {"critical"}
        assert quiet(page)


COPIED = """Object.defineProperty(navigator, "clipboard", { value: { writeText: async (words) => { window.copied = words } } })"""


def test_a_fix_and_a_link_to_the_finding_are_copied_and_the_link_leads_there(
    styles: dict[str, str], browser: Browser
) -> None:
    first = next(f for f in material().assessment.findings if f.outcome.open)

    with browser.page(f"{styles['formal']}#finding-{first.fingerprint}") as page:
        page.eval(COPIED)
        page.eval(f"location.hash = '#area-security'; filters.reset(); location.hash = '#finding-{first.fingerprint}'")
        card = "details.finding[open]"
        page.eval("filters.elements.search.value = ''")
        page.eval(f"document.querySelector('{card}') || rows.querySelector('summary').click()")
        page.wait(f"document.querySelector('{card} [data-action=copy-link]')")
        page.click(f"{card} [data-action=copy-link]")
        page.wait("window.copied")
        link = page.eval("window.copied")
        page.click(f"{card} [data-action=copy]")
        page.wait("window.copied !== " + repr(link))
        fix = page.eval("window.copied")

        assert re.fullmatch(r"file:.*/formal\.html#finding-[0-9a-f]{24}", link)
        assert fix == page.eval(f"document.querySelector('{card} .fix-text').textContent.trim()")
        assert quiet(page)

    with browser.page(link) as page:
        named = link.partition("#finding-")[2]
        page.wait(f"document.activeElement.closest('#finding-{named}, #row-{named}')")

        assert page.eval("(b => b.top >= 0 && b.top < innerHeight)(document.activeElement.getBoundingClientRect())")


def test_a_page_supposes_what_python_would_judge_when_its_buttons_are_pressed(
    styles: dict[str, str], browser: Browser
) -> None:
    judged = material().assessment
    critical = {f.fingerprint for f in judged.open if f.blocker or f.severity == "critical"}
    mended = supposed(judged.findings, judged.policy, critical, set())
    better = judge(mended, judged.policy, load_params(PARAMS), generated_at=NOW, checks=judged.checks.values())

    with browser.page(styles["viability"]) as page:
        page.click("[data-what-if=critical]")
        outcome = page.eval("document.getElementById('what-if-outcome').textContent")
        page.click("[data-what-if=none]")
        page.click("#what-if-rows tr td:nth-child(3) input")
        note = page.eval("document.getElementById('what-if-note').textContent")

        assert f"{better.score:.1f}" in outcome
        assert f"{better.risk_score:.1f}" in outcome
        assert all(v.verdict in outcome for v in better.environments.values())
        assert note.startswith("1 taken as mended, 0 as accepted")
        assert quiet(page)


def test_numbers_unfold_into_their_terms_and_the_theme_is_the_readers_choice(
    styles: dict[str, str], browser: Browser
) -> None:
    with browser.page(styles["validation"]) as page:
        light = page.eval("getComputedStyle(document.body).backgroundColor")
        page.click(".rk-figures details summary, .rk-terms summary")
        page.click("[data-action=theme]")

        assert page.eval("document.querySelector('.rk-terms[open], .rk-figures details[open]').innerText.length") > 100
        assert page.eval("getComputedStyle(document.body).backgroundColor") != light
        assert quiet(page)
