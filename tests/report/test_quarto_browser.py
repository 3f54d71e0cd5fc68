"""Quarto's pages in a browser without a network: what the built-in pages do, they do."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import pytest

from kit.report import quarto, site
from kit.report.document import Document
from kit.report.styles import STYLES, build_document
from tests.report.devtools import BROWSER, Browser
from tests.report.poor import material
from tests.report.test_axe import AXE, RUN
from tests.report.test_browser import DRAWN, OUTSIDE, chosen, quiet

pytestmark = [
    pytest.mark.quarto,
    pytest.mark.browser,
    pytest.mark.skipif(not quarto.available(), reason="needs the quarto command"),
    pytest.mark.skipif(BROWSER is None, reason="needs a Chromium or Chrome"),
    pytest.mark.xdist_group("quarto"),
]
MOST = 8_000_000


def document(style: str) -> Document:
    return build_document(material(), style)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The poor sample's page in each style."""
    folder = tmp_path_factory.mktemp("quarto-pages")
    with ThreadPoolExecutor(2) as two:
        made = two.map(lambda style: quarto.render_html(document(style), material()), STYLES)
        for style, html in zip(STYLES, made, strict=True):
            (folder / f"{style}.html").write_text(html, encoding="utf-8")
    return {style: folder / f"{style}.html" for style in STYLES}


@pytest.fixture(scope="module")
def website(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The poor sample's site."""
    made = quarto.render_site(document("audit"), material(), ())
    return site.write_folder(tmp_path_factory.mktemp("quarto-site") / "site", made)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_asks_for_nothing_draws_its_charts_and_judges_as_the_report_did(
    style: str, pages: dict[str, Path], browser: Browser
) -> None:
    judged = material().assessment

    with browser.page(pages[style].as_uri()) as page:
        page.wait("document.getElementById('plotly')")
        for number in range(page.eval("document.querySelectorAll('.rk-chart').length")):
            chart = f"document.querySelectorAll('.rk-chart')[{number}]"
            page.eval(f"{chart}.scrollIntoView({{ behavior: 'instant' }})")
            page.wait(f"!{chart}.checkVisibility() || {chart}.matches('.drawn')")
        outcome = page.eval("document.getElementById('what-if-outcome').textContent")
        there = set(page.eval("[...document.querySelectorAll('main [id]')].map((it) => it.id)"))

        assert page.eval("document.querySelectorAll('.rk-chart.drawn').length") >= 6
        assert page.eval(DRAWN)
        assert f"{judged.score:.1f}" in outcome
        assert {s.id for _, s in document(style).walk() if s.id != "appendix-evidence"} <= there
        assert pages[style].stat().st_size < MOST
        assert quiet(page)


@pytest.mark.parametrize("style", STYLES)
def test_on_a_telephone_nothing_is_wider_than_the_screen(style: str, pages: dict[str, Path], browser: Browser) -> None:
    with browser.page(pages[style].as_uri(), width=390, height=844) as page:
        page.eval("document.querySelectorAll('main details').forEach((box) => { box.open = true })")

        assert page.eval("document.documentElement.scrollWidth") <= 390
        assert page.eval(OUTSIDE) == []


def test_it_filters_supposes_copies_and_follows_links_to_folded_parts(pages: dict[str, Path], browser: Browser) -> None:
    opened = material().assessment.open
    critical = [f for f in opened if f.severity == "critical"]
    grave = [f for f in opened if f.blocker or f.severity == "critical"]

    with browser.page(f"{pages['formal'].as_uri()}#finding-{opened[0].fingerprint}") as page:
        page.eval(
            "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (it) => { window.copied = it } } })"
        )
        page.wait(f"document.activeElement.closest('#finding-{opened[0].fingerprint}, #row-{opened[0].fingerprint}')")
        page.eval(chosen("severity", "critical"))
        page.wait(f"tally.textContent.startsWith('{len(critical)} of')")
        page.click("[data-what-if=critical]")
        page.eval("rows.querySelector('details:not([open]) summary')?.click()")
        page.click("#rows [data-action=copy-link]")
        page.wait("window.copied")

        assert page.eval("document.getElementById('what-if-note').textContent").startswith(f"{len(grave)} taken")
        assert re.fullmatch(r"file:.*/formal\.html#finding-[0-9a-f]{24}", page.eval("window.copied"))
        page.eval("location.hash = '#area-security'")
        page.wait("document.getElementById('area-security').open")
        assert quiet(page)


def test_the_reader_can_turn_to_the_dark(pages: dict[str, Path], browser: Browser) -> None:
    with browser.page(pages["status"].as_uri()) as page:
        light = page.eval("getComputedStyle(document.body).backgroundColor")
        page.click(".quarto-color-scheme-toggle")
        page.wait("document.documentElement.dataset.theme === 'dark'")

        assert page.eval("getComputedStyle(document.body).backgroundColor") != light
        assert quiet(page)


@pytest.mark.parametrize("name", ["index", "findings", "area-security", "charts", "policy"])
def test_a_page_of_the_site_opens_from_a_disk_without_a_word_on_the_console(
    name: str, website: Path, browser: Browser
) -> None:
    with browser.page((website / f"{name}.html").as_uri()) as page:
        for number in range(page.eval("document.querySelectorAll('.rk-chart').length")):
            chart = f"document.querySelectorAll('.rk-chart')[{number}]"
            page.eval(f"{chart}.scrollIntoView({{ behavior: 'instant' }})")
            page.wait(f"!{chart}.checkVisibility() || {chart}.matches('.drawn')")

        assert page.eval(DRAWN)
        assert page.eval("document.getElementById('quarto-sidebar').innerText.includes('Security')")
        assert quiet(page)


def test_the_sites_search_finds_a_finding_from_a_disk(website: Path, browser: Browser) -> None:
    with browser.page((website / "area-security.html").as_uri()) as page:
        page.click("#quarto-search input, #quarto-search .aa-Input")
        page.write("#quarto-search input", "PAYMENTS_API_KEY")
        page.wait("document.querySelector('.aa-Panel a[href*=\"#finding-\"]')")

        assert quiet(page)


def test_every_link_within_the_site_leads_to_something(website: Path) -> None:
    lost = set()
    for path in website.rglob("*.html"):
        for href in re.findall(r'<a\b[^>]* href="([^"#]+)(?:#[^"]*)?"', path.read_text("utf-8")):
            if not re.match(r"[a-z]+:", href) and not (path.parent / unquote(href)).exists():
                lost.add(f"{path.name}: {href}")

    assert lost == set()


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core; AXE_CORE names its axe.min.js")
@pytest.mark.parametrize("style", STYLES)
def test_axe_finds_nothing_serious(style: str, pages: dict[str, Path], browser: Browser) -> None:
    with browser.page(pages[style].as_uri()) as tab:
        tab.eval(AXE.read_text("utf-8") + ";0")
        found = tab.eval(RUN)

    assert [v for v in found if v["impact"] in {"serious", "critical"}] == []


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core; AXE_CORE names its axe.min.js")
@pytest.mark.parametrize("name", ["index", "findings", "area-security"])
def test_axe_finds_nothing_serious_in_the_site(name: str, website: Path, browser: Browser) -> None:
    with browser.page((website / f"{name}.html").as_uri()) as tab:
        tab.eval(AXE.read_text("utf-8") + ";0")
        found = tab.eval(RUN)

    assert [v for v in found if v["impact"] in {"serious", "critical"}] == []
