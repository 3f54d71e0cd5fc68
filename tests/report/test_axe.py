"""Accessibility: axe-core finds nothing serious on a page of any style.

axe-core is fetched by nobody while tests run: `npm pack axe-core` and AXE_CORE=.../axe.min.js, or it is skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kit.report.builtin import render_html
from kit.report.exports.files import write
from kit.report.styles import STYLES
from tests.report.devtools import BROWSER, Browser
from tests.report.poor import GROUP, material

AXE = Path(os.environ.get("AXE_CORE", "build/axe-core/axe.min.js"))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="needs a Chromium or Chrome"),
    pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core; AXE_CORE names its axe.min.js"),
    GROUP,
]

RUN = """axe.run(document, { resultTypes: ["violations"], preload: false }).then((found) => found.violations.map((v) =>
  ({ id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 4).map((n) => n.html.slice(0, 200) + " " + n.failureSummary) })))
"""


@pytest.mark.parametrize(("style", "scheme"), [*((style, "light") for style in STYLES), ("status", "dark")])
def test_axe_finds_nothing_serious(style: str, scheme: str, tmp_path: Path, browser: Browser) -> None:
    page = tmp_path / f"{style}.html"
    write(page, render_html(material(), style))

    with browser.page(page.as_uri()) as tab:
        tab.media(prefers_color_scheme=scheme)
        # Chapters that are far off are laid out only when one comes near: axe would take what moves meanwhile for what
        # lies beneath.
        tab.eval("document.querySelectorAll('.chapter').forEach((it) => { it.style.contentVisibility = 'visible' })")
        tab.eval(AXE.read_text("utf-8") + ";0")
        found = tab.eval(RUN)

    assert [v for v in found if v["impact"] in {"serious", "critical"}] == []
