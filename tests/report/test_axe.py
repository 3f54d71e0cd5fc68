"""Accessibility: axe-core finds nothing serious on a page of any style.

axe-core is fetched by nobody while tests run: `npm pack axe-core` and AXE_CORE=.../axe.min.js, or it is skipped.
"""

from __future__ import annotations

import html
import json
import os
import re
from pathlib import Path

import pytest

from kit.report.builtin import render_html
from kit.report.styles import STYLES
from tests.report.poor import material
from tests.report.test_browser import BROWSER, dom

AXE = Path(os.environ.get("AXE_CORE", "build/axe-core/axe.min.js"))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="needs a Chromium or Chrome"),
    pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core; AXE_CORE names its axe.min.js"),
]

RUN = """<pre id="axe-found">waiting</pre><script>%s</script><script>
axe.run(document, { resultTypes: ["violations"], preload: false }).then((found) => {
  document.getElementById("axe-found").textContent = JSON.stringify(found.violations.map((v) =>
    ({ id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 4).map((n) => n.html.slice(0, 200) + " " + (n.failureSummary || "").slice(0, 300)) })))
})
</script></body>"""


@pytest.mark.parametrize("style", STYLES)
def test_axe_finds_nothing_serious(style: str, tmp_path: Path) -> None:
    page = tmp_path / f"{style}.html"
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", render_html(material(), style))
    page.write_text(open_page.replace("</body>", RUN % AXE.read_text("utf-8")), encoding="utf-8")

    seen = re.search(r'<pre id="axe-found">(.*?)</pre>', dom(page, tmp_path / "browser"), re.DOTALL)

    assert seen
    found = json.loads(html.unescape(seen[1]))
    assert [v for v in found if v["impact"] in {"serious", "critical"}] == []
