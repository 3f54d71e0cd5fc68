"""The site: pages that lead to each other, nothing fetched from elsewhere, and a project's words escaped."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit.project import open_project
from kit.report.blocks import Markdown
from kit.report.display import bundle
from kit.report.notebooks import read_section
from kit.report.sections.material import Material
from kit.report.site import render_site, write_folder
from kit.report.styles import STYLES, build_document
from tests.findings import assess, finding
from tests.report.documents import HOSTILE, blocks

LINK = re.compile(r'<a href="([^"]*)"')
FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"([^\"]*)\"")


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    root = tmp_path_factory.mktemp("shop")
    (root / "app.py").write_text("print('hello')\n")
    notebook = root / "06-security.ipynb"
    outputs = [new_output("display_data", data=bundle(b)) for b in blocks(HOSTILE) if not isinstance(b, Markdown)]
    cells = [
        new_markdown_cell("# Security\n\nWho may call what."),
        new_code_cell("area.headline()  # <b>", outputs=outputs),
    ]
    nbformat.write(new_notebook(cells=cells), notebook)
    findings = [
        finding("SEC-001", "fail", "critical", path="app.py", line=1, message=HOSTILE, title=HOSTILE, area="security"),
        finding("CON-001", "pass", "high", path="app.py", line=1, area="containers"),
    ]
    return Material(assess(*findings), open_project(str(root), "shop"), (read_section(notebook),), {})


@pytest.fixture(scope="module")
def site(material: Material) -> dict[str, str]:
    notebooks = [Path(material.project.files.root) / "06-security.ipynb", Path("missing.ipynb")]
    return render_site(build_document(material, "status"), material, notebooks)


def test_the_pages_that_a_site_has(site: dict[str, str]) -> None:
    wanted = {"index.html", "findings.html", "area-security.html", "notebooks/06-security.html", "policy.html"}

    assert wanted | {"method.html", "glossary.html", "unseen.html", "run.html"} <= set(site)


def test_every_link_leads_to_a_page_and_an_anchor_that_are_there(site: dict[str, str]) -> None:
    scripted = re.compile(r"^(finding|check)-")  # the list of all findings makes its own anchors
    for name, html in site.items():
        for href in LINK.findall(html) if name.endswith(".html") else ():
            target, _, anchor = href.partition("#")
            path = (Path(name).parent / target).as_posix() if target else name
            path = str(Path("/site", path).resolve().relative_to("/site"))
            assert path in site, (name, href)
            assert not anchor or scripted.match(anchor) or f'id="{anchor}"' in site[path], (name, href)


def test_nothing_is_fetched_but_the_sites_own_assets(site: dict[str, str]) -> None:
    for name, html in site.items():
        for source in FETCHED.findall(html) if name.endswith(".html") else ():
            assert str(Path("/site", Path(name).parent, source).resolve().relative_to("/site")) in site, (name, source)


def test_plotly_is_there_once(site: dict[str, str]) -> None:
    assert sum(len(content) > 2_000_000 for content in site.values()) == 1


def test_a_projects_words_are_never_markup(site: dict[str, str]) -> None:
    for name, html in site.items():
        if name.endswith(".html"):
            assert "<script>alert(1)" not in html, name
            assert 'href="http://evil' not in html, name


def test_an_areas_page_leads_to_its_notebook_and_shows_what_it_drew(site: dict[str, str]) -> None:
    page = site["area-security.html"]

    assert 'href="notebooks/06-security.html"' in page
    assert 'class="rk-chart"' in page


def test_a_notebooks_page_has_code_and_outputs(site: dict[str, str]) -> None:
    page = site["notebooks/06-security.html"]

    assert "area.headline()  # &lt;b&gt;" in page
    assert 'class="rk-table"' in page
    assert 'href="../assets/site.css"' in page


def test_a_link_to_a_finding_leads_to_the_page_of_all_findings(site: dict[str, str], material: Material) -> None:
    fingerprint = material.assessment.open[0].fingerprint

    assert f'<a href="findings.html#finding-{fingerprint}"' in site["index.html"]


def test_the_search_finds_findings_sections_and_checks(site: dict[str, str]) -> None:
    index = json.loads(site["assets/search-index.js"].removeprefix("window.readinessIndex = ").rstrip(";\n"))

    assert any(entry[1].startswith("findings.html#finding-") for entry in index)
    assert any(entry[1] == "glossary.html" for entry in index)
    assert "</script" not in site["assets/search-index.js"]


@pytest.mark.parametrize("style", STYLES)
def test_every_section_of_a_style_stands_on_its_first_page(style: str, material: Material) -> None:
    document = build_document(material, style)
    page = render_site(document, material, [])["index.html"]

    assert [s.id for top in document.sections for _, s in top.walk() if f'id="{s.id}"' not in page] == []


def test_a_folder_is_written_whole_and_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "site", {"index.html": "old", "gone.html": "old"})

    write_folder(folder, {"index.html": "new", "notebooks/a.html": b"a"})

    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.html")) == [
        "index.html",
        "notebooks/a.html",
    ]
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_folder_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "site", {"index.html": "old"})

    with pytest.raises(OSError):
        write_folder(folder, {"a": "x", "a/b": "a file is no folder"})

    assert (folder / "index.html").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["site"]
