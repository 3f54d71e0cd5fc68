"""The labelled corpus: its truth holds, the kit finds each defect, leaves each near miss alone and cries at nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpus import GRAVE, PROJECTS, Labelled, Truth, entries, projects, told

from kit.model import AREAS
from kit.registry import catalogue

pytestmark = pytest.mark.xdist_group("corpus")

KNOWN = {check.id for check in catalogue()}
EACH = pytest.mark.parametrize("project", projects(), ids=lambda p: p.name)


def every(*kinds: str) -> pytest.MarkDecorator:
    """One test per entry of these kinds; where the kit is known to fall short, one that has to fail."""
    rows = [
        pytest.param(p, t, id=f"{p.name}-{t.id}", marks=[pytest.mark.xfail(reason=t.gap, strict=True)] if t.gap else [])
        for kind in kinds
        for p, t in entries(kind)
    ]
    return pytest.mark.parametrize(("project", "truth"), rows)


@EACH
def test_the_truth_names_places_that_are_there(project: Labelled) -> None:
    assert not [t for t in project.truths if not stands(project.root, t)]


def stands(root: Path, truth: Truth) -> bool:
    place = root / truth.path
    if truth.line is None:
        return place.exists()
    lines = place.read_text(encoding="utf-8").splitlines()
    return bool(truth.text) and truth.line <= len(lines) and (truth.text or "") in lines[truth.line - 1]


@EACH
def test_the_truth_names_checks_that_are_there_and_each_entry_once(project: Labelled) -> None:
    names = [truth.id for truth in project.truths]

    assert {check for truth in project.truths for check in truth.check} <= KNOWN
    assert {truth.kind for truth in project.truths} <= {"defect", "near_miss"}
    assert all(truth.check for truth in project.truths)
    assert len(names) == len(set(names))


def test_every_project_has_its_truth() -> None:
    folders = {p.name for p in PROJECTS.iterdir() if p.is_dir() and p.name != "claims"}  # samples of the claims' tests

    assert {f for f in folders if not f.endswith(".evidence")} == {p.name for p in projects()}
    assert {f.removesuffix(".evidence") for f in folders} == {p.name for p in projects()}


@every("defect")
def test_the_kit_finds_the_defect_where_it_stands(project: Labelled, truth: Truth) -> None:
    near = [told(f) for f in project.opened if f.check in truth.check]

    assert project.finders(truth), f"{truth}\nopen: {near}"


@every("near_miss")
def test_the_kit_leaves_the_near_miss_alone(project: Labelled, truth: Truth) -> None:
    assert not [told(f) for f in project.alarms(truth)], truth


@EACH
def test_the_kit_finds_nothing_grave_that_is_not_there(project: Labelled) -> None:
    known = [t for t in project.near_misses if t.gap]

    assert not [
        told(f)
        for f in project.counted
        if f.severity in GRAVE and not project.true(f) and not any(t.told_by(f) for t in known)
    ]


@EACH
def test_no_check_crashes_on_a_project(project: Labelled) -> None:
    assert not [told(f) for f in project.findings if f.outcome == "error"]


@EACH
def test_nothing_in_a_project_says_that_it_is_a_sample(project: Labelled) -> None:
    words = ("planted", "on purpose", "deliberate", "intentional")
    written = (p for p in project.root.rglob("*") if p.is_file() and "lock" not in p.name)
    texts = [p.read_text(encoding="utf-8", errors="replace").lower() for p in written]

    assert not [word for text in texts for word in words if word in text]


def test_the_defects_are_spread_over_every_area() -> None:
    checks = {check[:3] for project in projects() for defect in project.defects for check in defect.check}

    assert checks == {prefix for prefix, _ in AREAS.values()}
