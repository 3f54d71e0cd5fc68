"""What Quarto is given before a render and what is taken out of its pages after, without Quarto."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
import yaml

from kit.report.blocks import Markdown
from kit.report.quarto.__main__ import main
from kit.report.quarto.executed import document_of
from kit.report.quarto.project import assets, executed, finish, navigation, prepare, without_remote_scripts
from kit.report.theme import DARK, LIGHT

QUARTO_HEAD = """\
<script src="site_libs/quarto-html/quarto.js" type="module"></script>
<script src="https://cdnjs.cloudflare.com/ajax/libs/require.js/2.3.6/require.min.js" crossorigin="anonymous"></script>
<script src="https://cdnjs.cloudflare.com/ajax/libs/jquery/3.5.1/jquery.min.js" data-relocate-top="true"></script>
<script type="application/javascript">define('jquery', [],function() {return window.jQuery;})</script>
<script>let ours = 1</script>
"""


def report(top: Path, name: str, *notebooks: str, title: str = "") -> Path:
    folder = top / "build" / name
    (folder / "notebooks").mkdir(parents=True)
    for notebook in notebooks:
        (folder / "notebooks" / f"{notebook}.ipynb").write_text("{}")
    (folder / "report.html").write_text("")
    if title:
        (folder / "assessment.json").write_text(json.dumps({"project": {"name": title}}))
    return folder


def test_without_executed_notebooks_it_says_how_to_get_some(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "build/empty/notebooks").mkdir(parents=True)

    assert prepare(tmp_path) == 1
    assert "make report" in capsys.readouterr().err
    assert not (tmp_path / "build/quarto").exists()


def test_all_that_the_project_file_names_is_written(tmp_path: Path) -> None:
    report(tmp_path, "shop", "00-summary")
    project = "".join(path.read_text("utf-8") for path in Path(__file__).parents[2].glob("_quarto*.yml"))

    assert prepare(tmp_path) == 0

    written = {f"build/quarto/{path.name}" for path in (tmp_path / "build/quarto").iterdir() if path.is_file()}
    assert {name for name in written if name in project} == written - {"build/quarto/plotly.min.js"}
    assert {"page.qmd", "paper.qmd", "report.json", "report.typ"} == {
        path.name for path in (tmp_path / "build/quarto/shop").iterdir()
    }


def test_the_themes_are_our_colours(tmp_path: Path) -> None:
    files = assets([report(tmp_path, "shop", "00-summary")])

    assert f"$body-bg: {LIGHT['page']};" in files["light.scss"]
    assert f"$body-bg: {DARK['page']};" in files["dark.scss"]


def test_charts_are_drawn_by_a_plotly_that_lies_beside_the_page(tmp_path: Path) -> None:
    after = assets([report(tmp_path, "shop", "00-summary")])["after-body.html"]

    assert '<script src="/build/quarto/plotly.min.js"></script>' in after
    assert 'id="chart-theme"' in after
    assert "http" not in after


def test_a_report_has_a_sidebar_in_the_order_of_its_notebooks(tmp_path: Path) -> None:
    report(tmp_path, "shop", "01-delivery", "00-summary")

    website = navigation(executed(tmp_path))["website"]

    hrefs = [item["href"] for item in website["sidebar"][0]["contents"]]
    assert hrefs == [
        "build/shop/notebooks/00-summary.ipynb",
        "build/shop/notebooks/01-delivery.ipynb",
        "build/shop/report.html",
    ]
    assert "navbar" not in website


def test_several_reports_are_told_apart_in_a_bar(tmp_path: Path) -> None:
    report(tmp_path, "bank", "00-summary")
    report(tmp_path, "shop", "00-summary", title="The shop")

    website = navigation(executed(tmp_path))["website"]

    assert website["navbar"]["left"] == [
        {"text": "bank", "href": "build/bank/notebooks/00-summary.ipynb"},
        {"text": "The shop", "href": "build/shop/notebooks/00-summary.ipynb"},
    ]


def test_a_projects_name_is_no_markup(tmp_path: Path) -> None:
    report(tmp_path, "shop", "00-summary", title="<b>{{< env HOME >}}")

    text = yaml.safe_load(assets(executed(tmp_path))["site.yml"])["website"]["sidebar"][0]["title"]

    assert text == r"\<b\>\{\{\< env HOME \>\}\}"


@pytest.mark.parametrize("broken", ["{", "[]", "{}", '{"project": null}'])
def test_an_assessment_that_cannot_be_read_leaves_the_folders_name(tmp_path: Path, broken: str) -> None:
    (report(tmp_path, "shop", "00-summary") / "assessment.json").write_text(broken)

    assert navigation(executed(tmp_path))["website"]["sidebar"][0]["title"] == "shop"


def test_scripts_of_other_hosts_go_and_the_sites_own_stay() -> None:
    assert without_remote_scripts(QUARTO_HEAD) == (
        '<script src="site_libs/quarto-html/quarto.js" type="module"></script>\n<script>let ours = 1</script>\n'
    )


def test_a_page_without_them_is_not_written_again(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>here</p>")
    page.chmod(0o400)

    assert finish([page]) == 0


def test_only_the_pages_that_quarto_names_are_cleaned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [tmp_path / "a.html", tmp_path / "b.html"]
    for page in pages:
        page.write_text(QUARTO_HEAD)
    monkeypatch.setenv("QUARTO_PROJECT_OUTPUT_FILES", str(pages[0]))

    assert main(["finish"]) == 0
    assert ["https" in page.read_text() for page in pages] == [False, True]


def test_another_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render"]) == 2
    assert "usage" in capsys.readouterr().err


def test_a_page_holds_the_summary_but_for_what_its_head_says(tmp_path: Path) -> None:
    folder = report(tmp_path, "shop")
    cells = [
        nbformat.v4.new_markdown_cell(f"## {said}", metadata={"tags": tags})
        for said, tags in (("Verdicts", ["first-screen", "verdicts"]), ("Where the risk comes from", ["first-screen"]))
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "notebooks/00-summary.ipynb")

    (section,) = document_of(folder).sections

    assert section.blocks == (Markdown("## Where the risk comes from"),)
