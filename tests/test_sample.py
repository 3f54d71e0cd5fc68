"""The two shops of the corpus: the good one may go live, the poor one may not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from corpus import GRAVE, PROJECTS, project, told

from kit.assessment import summarize
from kit.judgement.assessment import Assessment
from kit.model import Finding
from kit.params import load_params

pytestmark = pytest.mark.xdist_group("corpus")


@cache
def assessed(shop: str) -> Assessment:
    return summarize(str(PROJECTS / shop)).judged


def test_the_poor_shop_may_not_go_live() -> None:
    assert assessed("shop-poor").environments["production"].verdict == "NO-GO"


def test_the_good_shop_may_go_live() -> None:
    production = assessed("shop-good").environments["production"]

    assert production.verdict == "GO", production.reasons


def test_nothing_grave_is_open_in_the_files_of_the_good_shop() -> None:
    grave = [f for f in project("shop-good").counted if f.severity in GRAVE]

    assert not [told(f) for f in grave if not measured(f)]


def measured(finding: Finding) -> bool:
    """Whether it speaks of the evidence files, which hold defects so that their readers have something to find."""
    return bool(finding.evidence) and all(e.path.startswith("../shop-good.evidence/") for e in finding.evidence)


def test_the_params_of_the_sample_assess_the_poor_shop() -> None:
    params = Path(__file__).parents[1] / "params" / "sample.yaml"

    assert load_params(params).root == (PROJECTS / "shop-poor").resolve()
