"""Colours are readable, in light and dark, and chart and page agree on them."""

from __future__ import annotations

import pytest

from kit.report.theme import DARK, LIGHT, OUTCOMES, SEVERITIES, SHAPES, chart_theme, contrast, css_variables

TEXT = ("ink", "muted", "accent", *OUTCOMES, *SEVERITIES)
GROUNDS = ("page", "surface", "raised", "mark")
AA = 4.5
AA_GRAPHICS = 3.0


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", TEXT)
def test_every_text_colour_is_readable_on_every_ground(colors: dict[str, str], name: str) -> None:
    for ground in GROUNDS:
        assert contrast(colors[name], colors[ground]) >= AA, ground


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", OUTCOMES)
def test_an_outcome_is_readable_on_its_own_soft_ground(colors: dict[str, str], name: str) -> None:
    assert contrast(colors[name], colors[f"{name}_soft"]) >= AA


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["pass", "partial", "fail", "unknown"])
def test_a_filled_bar_stands_out_from_the_page(colors: dict[str, str], name: str) -> None:
    assert contrast(colors[f"{name}_fill"], colors["page"]) >= AA_GRAPHICS


def test_white_on_black_has_the_highest_contrast() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)


def test_outcomes_differ_in_shape_as_well_as_in_colour() -> None:
    assert len({SHAPES[o] for o in OUTCOMES}) == len(OUTCOMES)


def test_both_palettes_say_the_same_names() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_no_two_light_colours_are_one_so_that_each_has_its_own_dark_one() -> None:
    assert len(set(LIGHT.values())) == len(LIGHT)
    assert chart_theme()["swap"][LIGHT["fail"]] == DARK["fail"]


def test_paper_never_takes_the_dark_palette() -> None:
    for line in css_variables().splitlines()[1:]:
        assert line.startswith("@media screen")
