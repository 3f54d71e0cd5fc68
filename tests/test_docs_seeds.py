"""The seeds' page: each statement of the five reports has what decides it, and each check id is one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from kit.docs.seeds import Seed, Statement, problems, seeds, seeds_page
from kit.model import Check
from kit.registry import catalogue


def known() -> Mapping[str, Check]:
    return {c.id: c for c in catalogue()}


def test_every_statement_has_checks_that_exist_or_what_else_decides_it() -> None:
    assert problems(seeds(), known()) == []


def test_all_five_seeds_are_covered_section_by_section_in_the_order_of_their_lines() -> None:
    all_seeds = seeds()

    assert [s.seed for s in all_seeds] == ["000", "001", "002", "003", "004"]
    assert sum(len(s.statements) for s in all_seeds) >= 400
    for seed in all_seeds:
        starts = [section.line for section in seed.sections]
        assert starts == sorted(set(starts)), seed.seed
        for section, end in zip(seed.sections[1:], [*starts[2:], 10_000], strict=True):
            lines = [s.line for s in section.statements]
            assert lines == sorted(set(lines)), section.title
            assert lines and section.line < lines[0] and lines[-1] < end, section.title


def seed(**statement: object) -> tuple[Seed, ...]:
    said = {"line": 2, "says": "It builds.", **statement}
    return (
        Seed.model_validate({"seed": "9", "kind": "k", "sections": [{"title": "T", "line": 1, "statements": [said]}]}),
    )


def test_an_unknown_check_and_a_statement_that_nothing_decides_are_named() -> None:
    assert problems(seed(checks=["XYZ-001"]), known()) == ["9 line 2: no check XYZ-001"]
    assert problems(seed(), known()) == ["9 line 2: neither a check nor what else decides it"]
    assert problems(seed(past="on a day"), known()) == []


def test_a_word_that_is_no_kind_of_reason_is_refused() -> None:
    with pytest.raises(ValidationError):
        Statement.model_validate({"line": 1, "says": "x", "hearsay": "y"})


def test_the_page_names_each_check_by_the_catalogue_with_the_statements_that_it_covers() -> None:
    page = seeds_page()

    assert "| 55 | The coverage thresholds are far too low | TST-003 |  |" in page
    for one in catalogue():
        assert f"| {one.id} | {one.title} | " in page
    covered = page.split("| TST-003 | Coverage ")[1].splitlines()[0]
    assert " 000:55 " in covered


def test_gaps_are_told_once_with_all_statements_that_ask_for_them(tmp_path: Path) -> None:
    gaps = seeds_page().split("## Gaps")[1]

    assert "as for line" not in gaps
    told = [line.rpartition(" (")[0] for line in gaps.splitlines() if line.startswith("- ")]
    assert len(told) == len(set(told))
    assert seeds(tmp_path) == ()
