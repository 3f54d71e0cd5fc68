"""However a project is assessed, what comes of it is the same byte for byte; `make reproducible` tries more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reproducible import WAYS, Failed, Way, compare

AREA = ("--area", "containers")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a few files."""
    root = tmp_path / "project"
    (root / "api").mkdir(parents=True)
    (root / "api/Dockerfile").write_text("FROM node:latest\nCOPY nothing.js /app/\n", "utf-8")
    (root / "compose.yaml").write_text("services:\n  a: {build: api}\n  b: {image: redis, depends_on: [a]}\n", "utf-8")
    return root


def test_warm_cached_and_ordinary_kernels_say_the_same(project: Path) -> None:
    ways = tuple(way for way in WAYS if way.name != "ordinary kernels, one job")

    found = compare(project, ways, AREA)

    assert found.different == {}
    assert list(found.seconds) == [way.name for way in ways]


def test_what_differs_and_what_fails_is_told(project: Path) -> None:
    other = Way("all areas but one", WAYS[0].start, ("--no-cache", "--area", "recovery"))

    assert any(
        "DAT-" in line or "REC-" in line or "area" in line
        for line in compare(project, (WAYS[2], other), AREA).different[other.name]
    )
    with pytest.raises(Failed, match="exit code 2"):
        compare(project, (Way("wrong", WAYS[0].start, ("--area", "none")),))
