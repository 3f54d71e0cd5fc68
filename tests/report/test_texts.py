"""Words agree with the numbers that stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
import yaml

from kit.report.texts import LANGUAGE, PARTS, filled, text
from kit.report.words import count

BARE = re.compile(
    r"\{(?:\w+)\} (?:\w+ ){0,2}?"
    r"(?:answers|checks|commands|findings|files|hours|ones|requests|rows|statements|steps|things|users)\b"
)
"""A number that is filled in straight before a noun in the plural."""

RIGHT = {"first {shown} of {all} rows", "{number} of statements"}
"""Cut only where there are many; pairs of statements."""


def every() -> Iterator[str]:
    folder = files("kit.report") / "texts" / LANGUAGE
    for part in PARTS:
        yield from strings(yaml.safe_load((folder / f"{part}.yaml").read_text("utf-8")))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


@pytest.mark.parametrize("part", PARTS)
def test_no_key_stands_twice_beside_itself(part: str) -> None:
    """The later one would silently be said in the place of the earlier."""
    words = (files("kit.report") / "texts" / LANGUAGE / f"{part}.yaml").read_text("utf-8")

    assert [*twice(yaml.compose(words))] == []


def twice(node: yaml.Node | None) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        yield from (key for key in keys if keys.count(key) > 1)
    for inner in node.value if isinstance(node, yaml.CollectionNode) else ():
        for part in inner if isinstance(inner, tuple) else (inner,):
            yield from twice(part)


@pytest.mark.parametrize(("number", "said"), [(0, "0 steps are"), (1, "1 step is"), (2, "2 steps are")])
def test_a_number_chooses_the_word_that_it_asks_for(number: int, said: str) -> None:
    assert filled("{n} {n:step is|steps are}", n=number) == said


def test_a_number_that_was_written_out_chooses_as_well() -> None:
    assert filled("{n} {n:user|users}", n="1") == "1 user"
    assert filled("{n} {n:user|users}", n="1.5") == "1.5 users"


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 open findings of"), (1, "1 open finding of"), (2, "2 open findings of")]
)
def test_the_appendix_counts_what_follows(number: int, said: str) -> None:
    assert text("paper.told-none", told=0, cards=number).startswith(said)


@pytest.mark.parametrize(("number", "said"), [(0, "no findings"), (1, "1 finding"), (2, "2 findings")])
def test_a_caption_counts_its_rows(number: int, said: str) -> None:
    assert count(number, "finding") == said


def test_no_text_sets_a_number_before_a_plural_that_it_does_not_choose() -> None:
    found = [said for said in every() if BARE.search(said) and not any(right in said for right in RIGHT)]
    assert not found


def test_every_choice_of_words_names_both() -> None:
    chosen = [choice for said in every() for choice in re.findall(r"\{\w+:([^}]*)\}", said)]
    assert len(chosen) > 10
    assert all(len(choice.split("|")) == 2 and all(choice.split("|")) for choice in chosen)
