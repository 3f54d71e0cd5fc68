"""The page in a browser: its scripts run without an error, draw, filter, and follow deep links."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from kit.project import Project
from kit.report.blocks import Chart
from kit.report.builtin import render_html
from kit.report.charts import bars
from kit.report.display import bundle, figure_json
from kit.report.notebooks import read_section
from kit.report.sections.material import Material
from kit.report.styles import STYLES
from tests.findings import assess, finding
from tests.report.poor import material

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
    material = Material(assess(*many, passed), Project(folder), (read_section(notebook),))
    target.write_text(render_html(material), encoding="utf-8")
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


def test_the_scripts_run_and_of_ten_thousand_findings_only_those_near_the_screen_are_drawn(
    page: Path, tmp_path: Path
) -> None:
    seen = dom(page, tmp_path, "", "--window-size=1440,20000")

    assert "10,000 of 10,001 findings" in seen
    assert 50 <= len(re.findall(r'id="row-', seen)) < 2000
    assert len(re.findall(r'class="chunk"', seen)) == 200


def test_a_link_to_an_area_unfolds_it_and_draws_its_charts(page: Path, tmp_path: Path) -> None:
    seen = dom(page, tmp_path, "#area-security")

    assert re.search(r'<details class="fold-section" id="area-security" open="">', seen)
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


@pytest.mark.parametrize("style", STYLES)
def test_a_page_of_any_style_runs_without_an_error_and_judges_as_the_report_did(style: str, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text(render_html(material(), style), encoding="utf-8")

    seen = dom(target, tmp_path / "browser", "", "--window-size=1440,3000")
    supposed = re.search(r'id="what-if-outcome">(.*?)</div></div>', seen, re.DOTALL)

    assert f'class="style-{style}"' in seen
    assert supposed
    judged = material().assessment
    assert f">{judged.score:.1f}<" in supposed[1]
    assert all(v.verdict in supposed[1] for v in judged.environments.values())
