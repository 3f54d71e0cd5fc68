"""A website of Quarto is made to work from a disk, and blocks that passed Quarto by are put back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.report.quarto.hollow import filled, hollow
from kit.report.quarto.local import make_local
from kit.report.quarto.markdown import raw
from kit.report.quarto.render import complaint

PAGE = """\
<script src="site_libs/quarto-html/quarto.js" type="module"></script>
<script src="site_libs/quarto-html/tabsets/tabsets.js" type="module"></script>
<script src="site_libs/bootstrap/bootstrap.min.js"></script>
"""
SEARCH = """\
    if (window.location.protocol === "file:" && !shownWarning) {
    const response = await fetch(offsetURL("search.json"));
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    libs = tmp_path / "site_libs"
    for folder in ("quarto-html/tabsets", "quarto-search"):
        (libs / folder).mkdir(parents=True)
    (libs / "quarto-html/tabsets/tabsets.js").write_text("export function init() {\n  return 1;\n}\n")
    (libs / "quarto-html/quarto.js").write_text('import * as tabsets from "./tabsets/tabsets.js";\n\ntabsets.init();\n')
    (libs / "quarto-search/quarto-search.js").write_text(SEARCH)
    (tmp_path / "search.json").write_text('[{"href": "a.html"}]')
    (tmp_path / "index.html").write_text(PAGE)
    return tmp_path


def test_modules_are_one_script_that_a_browser_loads_from_a_disk(site: Path) -> None:
    make_local(site, [site / "index.html"])

    assert (site / "index.html").read_text() == (
        '<script src="site_libs/quarto-html/quarto.js" defer=""></script>\n'
        '<script src="site_libs/bootstrap/bootstrap.min.js"></script>\n'
    )
    script = (site / "site_libs/quarto-html/quarto.js").read_text()
    assert "return { init };" in script
    assert "import" not in script and "export" not in script


def test_a_module_that_is_written_otherwise_is_left_as_it_is(site: Path) -> None:
    (site / "site_libs/quarto-html/quarto.js").write_text('import { init } from "./tabsets/tabsets.js";\ninit();\n')

    make_local(site, [site / "index.html"])

    assert '<script src="site_libs/quarto-html/quarto.js" type="module"></script>' in (site / "index.html").read_text()


def test_a_script_that_is_in_the_page_stays(site: Path) -> None:
    page = f'<script src="data:application/javascript;base64,{"A" * 9000}" type="module"></script>'
    (site / "index.html").write_text(page)

    make_local(site, [site / "index.html"])

    assert (site / "index.html").read_text() == page


def test_the_index_of_the_search_is_a_script(site: Path) -> None:
    make_local(site, [])
    make_local(site, [])

    assert (site / "search-index.js").read_text() == 'window.readinessSearch = [{"href": "a.html"}];\n'
    script = (site / "site_libs/quarto-search/quarto-search.js").read_text()
    assert "search.json" not in script and "protocol" not in script
    assert script.count("function readinessIndex") == 1


def test_an_index_of_ours_takes_the_place_of_quartos(site: Path) -> None:
    make_local(site, [], [{"href": "findings.html#finding-a"}])

    said = (site / "search-index.js").read_text().removeprefix("window.readinessSearch = ").rstrip(";\n")
    assert json.loads(said) == [{"href": "findings.html#finding-a"}]
    assert not (site / "search.json").exists()


HOSTILE = '<div data-readiness="0"></div>\n```\n{{< env HOME >}}'


def test_blocks_come_back_where_they_stood_and_are_not_read_again() -> None:
    source = "\n".join(["# One {#one}", raw("html", HOSTILE), raw("html", "<p>two</p>"), raw("typst", "#x")])

    left, parts = hollow(source)

    assert "env" not in left and "two" not in left and "#x" in left
    assert parts == [HOSTILE, "<p>two</p>"]
    assert filled('<div data-readiness="1">\n</div><div data-readiness="0"></div>', parts) == f"<p>two</p>{HOSTILE}"


@pytest.mark.parametrize("page", ["", '<div data-readiness="0"></div>' * 2, '<div data-readiness="1"></div>'])
def test_a_block_that_was_lost_or_doubled_is_an_error(page: str) -> None:
    with pytest.raises(ValueError, match="each of its blocks"):
        filled(page, ["a"])


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (
            "pandoc \n  to: html\n\x1b[91mERROR: No valid input files\x1b[39m\n\nStack trace:\n  at x",
            "No valid input files",
        ),
        ("[typst]: Compiling a.typ to a.pdf...error: unclosed delimiter\n  at a.typ:3", "unclosed delimiter"),
        ("Error running filter x.lua:\nboom", "running filter x.lua:"),
        ("  to: html\n\nkilled\n", "killed"),
        ("", "it says nothing"),
    ],
)
def test_the_line_that_tells_what_went_wrong_is_found(said: str, line: str) -> None:
    assert complaint(said) == line
