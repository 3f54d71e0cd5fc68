from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from findings import assess, finding
from samples import sample

from kit.report.exports.badge import _COLOURS, _GREY, render

SVG = "{http://www.w3.org/2000/svg}"


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_it_is_an_image_with_a_title_for_screen_readers() -> None:
    root = ET.fromstring(render(sample()))  # noqa: S314 - our own text

    assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
    assert root.get("aria-label") == root.findtext(f"{SVG}title")
    assert "production: NO-GO" in str(root.get("aria-label"))


def test_it_shows_the_strictest_environment() -> None:
    svg = render(assess(finding(outcome="pass"), environments=["staging"]))

    assert ">staging</text>" in svg
    assert ">GO 100/100</text>" in svg


@pytest.mark.parametrize("colour", [*_COLOURS.values(), _GREY])
def test_white_text_has_enough_contrast(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_it_asks_nothing_of_the_network() -> None:
    assert render(sample()).replace("http://www.w3.org/2000/svg", "").count("http") == 0
