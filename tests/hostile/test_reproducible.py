"""However a project is assessed, what comes of it is the same byte for byte; `make reproducible` tries more."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile.notebooks import alone

from tests import reproducible
from tests.reproducible import WAYS, Failed, compare


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a few files."""
    root = tmp_path / "project"
    (root / "api").mkdir(parents=True)
    (root / "api/Dockerfile").write_text("FROM node:latest\nCOPY nothing.js /app/\n", "utf-8")
    (root / "compose.yaml").write_text("services:\n  a: {build: api}\n  b: {image: redis, depends_on: [a]}\n", "utf-8")
    return root


def test_warm_cached_and_ordinary_kernels_say_the_same(project: Path) -> None:
    ways = (WAYS[0], WAYS[1], WAYS[3])
    one = alone("02-containers", project.parent / "notebooks")

    found = compare(project, ways, ("--area", "containers", "--notebooks", str(one)))

    assert found.different == {}
    assert list(found.seconds) == [way.name for way in ways]


def test_what_differs_is_told_by_its_lines_and_times_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = iter([b'{"generated_at": "1"}\nscore 1\n', b'{"generated_at": "2"}\nscore 1\n', b"score 2\n"])
    monkeypatch.setattr(reproducible, "_assess", lambda *_, **__: next(said))

    found = compare(tmp_path, (WAYS[0], WAYS[2], WAYS[3]))

    assert list(found.different) == [WAYS[3].name]
    assert "+score 2" in found.different[WAYS[3].name]


def test_a_run_that_fails_is_no_comparison(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="exit code 2"):
        compare(tmp_path / "nowhere", WAYS[2:3])
