"""Values that nobody promised a shape, as parts."""

from __future__ import annotations

from kit.sources.formats.parts import Part, one_line, parse_part


def test_a_step_that_is_missing_leads_to_nothing() -> None:
    part = parse_part('{"a": [{"b": 1}]}')

    assert part.get("a", 0, "b").number == 1
    assert part.get("a", 7, "b").number is None
    assert part.get("x", "y").text == ""


def test_a_part_knows_its_line() -> None:
    assert parse_part('{\n "a": {\n  "b": 1}}').get("a", "b").line == 3


def test_a_text_is_told_on_one_line_without_the_colours_of_a_terminal() -> None:
    assert (
        one_line("Error: \x1b[2mexpect(\x1b[22m\x1b[31mlocator\x1b[39m)\n  failed") == "Error: expect(locator) failed"
    )
    assert Part("a" * 900).text == "a" * 399 + "…"
