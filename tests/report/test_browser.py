"""The page in a browser: its scripts run without an error, draw, filter, and follow deep links."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from kit.report.blocks import Chart
from kit.report.builtin import render_html
from kit.report.charts import bars
from kit.report.display import bundle, figure_json
from tests.findings import assess, finding
from tests.report.shop import SYSTEM

BROWSER = next((b for b in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if b), None)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(BROWSER is None, reason="needs a Chromium or Chrome")]


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
    target.write_text(render_html(assess(*many, passed), [notebook], SYSTEM), encoding="utf-8")
    return target


def dom(page: Path, tmp_path: Path, fragment: str = "", *options: str) -> str:
    command = [
        str(BROWSER),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        "--virtual-time-budget=6000",
        f"--user-data-dir={tmp_path}",
        *options,
        "--dump-dom",
        f"{page.as_uri()}{fragment}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    errors = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert not errors, errors
    return done.stdout


def test_the_scripts_run_and_ten_thousand_findings_come_in_pages(page: Path, tmp_path: Path) -> None:
    seen = dom(page, tmp_path, "", "--window-size=1440,20000")

    assert "10,000 of 10,001 findings, 1 to 50 shown" in seen
    assert "Page 1 of 200" in seen
    assert len(re.findall(r'id="row-', seen)) == 50
    assert "rk-chart drawn" in seen
    assert "js-plotly-plot" in seen


def test_a_deep_link_opens_its_finding_wherever_it_stands(page: Path, tmp_path: Path) -> None:
    seen = dom(page, tmp_path, "#finding-held")

    card = re.search(r'<details class="finding" id="row-held" open="">.*?</details>', seen, re.DOTALL)

    assert card
    assert "Held &lt;/script&gt;" in card[0]


def test_the_readers_dark_mode_is_followed(page: Path, tmp_path: Path) -> None:
    seen = dom(page, tmp_path, "", "--blink-settings=preferredColorScheme=0")

    assert re.search(r'data-action="theme" aria-pressed="true">Light<', seen)
