"""Quarto's sheets take fewer bytes and say the same."""

from __future__ import annotations

from urllib.parse import quote, unquote

from kit.report.quarto.lean import lean

CSS = ':root { --a: "x#1"; }\n.b > .c::before { content: "\\f101"; width: 50%; }'


def link(css: str, kind: str) -> str:
    encoded = "".join(c if c.isalnum() else quote(c, safe="").replace("-", "%2D").replace(".", "%2E") for c in css)
    return f'<link href="data:text/css,{encoded}" rel="stylesheet" class="{kind}">'


def test_a_sheet_is_spelled_out_and_reads_as_before() -> None:
    before = link(CSS, "quarto-color-scheme")
    after = lean(before)

    assert len(after) < len(before)
    assert unquote(after.split("text/css,")[1].split('"')[0]) == CSS
    assert after.endswith('rel="stylesheet" class="quarto-color-scheme">')


def test_the_copy_that_quartos_script_turns_off_stays_as_an_empty_link() -> None:
    assert lean(link(CSS, "quarto-color-scheme-extra")) == (
        '<link href="data:text/css," rel="stylesheet" class="quarto-color-scheme-extra">'
    )


def test_icons_that_nothing_names_are_left_out() -> None:
    rules = '.bi-a::before { content: "\\f101"; }\n.bi-b-fill::before { content: "\\f102"; }\n'

    page = lean(f'<style>{rules}</style><i class="bi bi-b-fill"></i>')

    assert "bi-b-fill::before" in page
    assert ".bi-a::" not in page
