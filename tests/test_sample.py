"""The sample: its truth file holds, the good shop may go live, what is wrong with the poor one is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

from kit.assessment import summarize
from kit.judgement.assessment import Assessment
from kit.model import AREAS, CHECK_ID, Evidence, Finding, Severity
from kit.params import load_params

PROJECTS = Path(__file__).parent / "projects"
POOR, GOOD = PROJECTS / "shop-poor", PROJECTS / "shop-good"
GRAVE = {Severity.CRITICAL, Severity.HIGH}
WIDEST = 20
"""Lines of a block that a finding may point at; one that points at half a file names no place in it."""


@dataclass(frozen=True)
class Defect:
    """A defect that was put into the poor shop. `line` None: something is absent below `path`."""

    id: str
    path: str
    line: int | None
    check: tuple[str, ...]
    what: str
    text: str | None = None

    def told_by(self, finding: Finding) -> bool:
        """Whether the finding says this: one of its checks, at this place."""
        return finding.check in self.check and any(map(self._at, finding.evidence or (_NOWHERE,)))

    def _at(self, place: Evidence) -> bool:
        if self.line is None:
            return self.path == "." or place.path == "." or f"{place.path}/".startswith(f"{self.path}/")
        first, last = place.line or 0, place.end_line or place.line or 0
        return place.path == self.path and first <= self.line <= last and last - first < WIDEST


_NOWHERE = Evidence(".", None, None, "")


def defects() -> tuple[Defect, ...]:
    rows = yaml.safe_load((PROJECTS / "shop-poor.truth.yaml").read_text(encoding="utf-8"))
    return tuple(Defect(**{**row, "check": tuple(row["check"])}) for row in rows)


@cache
def assessed(shop: Path) -> Assessment:
    return summarize(str(shop)).judged


def opened(shop: Path) -> Iterator[Finding]:
    """What is open, in documents and tests too: some defects are planted there."""
    return (f for f in assessed(shop).findings if f.outcome.open and f.waived is None)


def grave(shop: Path) -> list[Finding]:
    return [f for f in opened(shop) if f.open and f.severity in GRAVE]


def told(finding: Finding) -> str:
    places = ", ".join(f"{e.path}:{e.line}" for e in finding.evidence) or "nowhere"
    return f"{finding.check} {places} {finding.message}"


@pytest.mark.parametrize("defect", defects(), ids=lambda d: d.id)
def test_the_truth_names_a_place_that_is_there(defect: Defect) -> None:
    place = POOR / defect.path

    if defect.line is None:
        assert place.exists()
    else:
        assert defect.text
        assert defect.text in place.read_text(encoding="utf-8").splitlines()[defect.line - 1]


@pytest.mark.parametrize("defect", defects(), ids=lambda d: d.id)
def test_the_kit_finds_the_defect_where_it_stands(defect: Defect) -> None:
    near = [f for f in opened(POOR) if f.check in defect.check]

    assert any(map(defect.told_by, near)), f"{defect}\nopen: {[told(f) for f in near]}"


def test_the_kit_finds_nothing_grave_that_is_not_there() -> None:
    known = defects()

    assert not [told(f) for f in grave(POOR) if not any(d.told_by(f) for d in known)]


def test_the_poor_shop_may_not_go_live() -> None:
    assert assessed(POOR).environments["production"].verdict == "NO-GO"


def test_the_good_shop_may_go_live() -> None:
    production = assessed(GOOD).environments["production"]

    assert production.verdict == "GO", production.reasons


def test_nothing_grave_is_open_in_the_good_shop() -> None:
    assert not [told(f) for f in grave(GOOD)]


@pytest.mark.parametrize("shop", [GOOD, POOR], ids=lambda p: p.name)
def test_no_check_crashes_on_a_sample(shop: Path) -> None:
    assert not [told(f) for f in assessed(shop).findings if f.outcome == "error"]


def test_the_defects_are_spread_over_every_area() -> None:
    checks = [check for defect in defects() for check in defect.check]

    assert all(CHECK_ID.fullmatch(check) for check in checks)
    assert {check[:3] for check in checks} == {prefix for prefix, _ in AREAS.values()}


def test_no_defect_has_the_name_of_another() -> None:
    names = [defect.id for defect in defects()]

    assert len(names) == len(set(names))


def test_the_params_of_the_sample_assess_the_poor_shop() -> None:
    assert load_params(Path(__file__).parents[1] / "params" / "sample.yaml").root == POOR.resolve()


@pytest.mark.parametrize("shop", [GOOD, POOR], ids=lambda p: p.name)
def test_nothing_in_a_sample_says_that_it_is_one(shop: Path) -> None:
    words = ("planted", "on purpose", "deliberate", "bug:", "intentional")
    written = (p for p in shop.rglob("*") if p.is_file() and "lock" not in p.name)
    texts = [p.read_text(encoding="utf-8").lower() for p in written]

    assert not [word for text in texts for word in words if word in text]
