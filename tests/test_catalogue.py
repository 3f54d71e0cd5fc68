"""Every check keeps to the form of the catalogue, and something tests it."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpus import entries

from kit.model import AREAS, Check, Severity
from kit.registry import CatalogueError, catalogue, check

TESTS = "\n".join(
    path.read_text("utf-8")
    for folder in ("checks", "scanners")
    for path in (Path(__file__).parent / folder).rglob("test_*.py")
)


@pytest.mark.parametrize("one", catalogue(), ids=lambda c: c.id)
def test_a_check_says_all_that_a_reader_needs(one: Check) -> None:
    assert one.fix.endswith((".", "`", "```")), "a fix ends as a sentence or with code to paste"
    assert one.rationale.endswith(".")
    assert one.decides.endswith(".")
    assert one.blind_to.endswith(".")
    assert not one.title.endswith(".")
    assert one.effort_hours > 0
    assert all(reference.startswith("https://") for reference in one.references)


@pytest.mark.parametrize("one", catalogue(), ids=lambda c: c.id)
def test_a_check_is_named_in_a_test(one: Check) -> None:
    assert one.id in TESTS


LABELLED = pytest.mark.parametrize("one", [c for c in catalogue() if c.id[4:] < "090"], ids=lambda c: c.id)
"""Every check that reads the project by itself. From 090 on they tell what a scanner said, and the corpus runs none; their
own tests hold outputs of scanners."""


@LABELLED
@pytest.mark.xdist_group("corpus")
def test_a_check_hits_something_in_the_corpus(one: Check) -> None:
    assert any(one.id in t.check and one.id in p.finders(t) for p, t in entries("defect"))


@LABELLED
@pytest.mark.xdist_group("corpus")
def test_a_check_has_something_in_the_corpus_to_leave_alone(one: Check) -> None:
    assert any(one.id in truth.check for _, truth in entries("near_miss"))


def test_every_area_has_at_least_four_checks_and_all_together_eighty() -> None:
    counts = {area: sum(c.area == area for c in catalogue()) for area in AREAS}

    assert min(counts.values()) >= 4, counts
    assert sum(counts.values()) >= 80, counts


def test_a_duplicate_id_is_refused() -> None:
    def another(project: object) -> None:
        """Why.

        Decides: how.

        Fix: so.

        Blind to: that.

        See: https://example.org
        """

    another.__module__ = "kit.checks.containers"

    with pytest.raises(CatalogueError, match="used by"):
        check("CON-001", "Again", Severity.LOW)(another)  # type: ignore[arg-type]
