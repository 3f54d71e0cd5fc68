"""A kept answer is the answer that a run would give."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from kit.execute import assess
from kit.execute.answer import answer
from kit.execute.cache import Cache
from kit.execute.outline import Outline
from kit.execute.request import Progress, Request
from kit.params import default_params

FILES = {
    "Dockerfile": "FROM node:latest\nCOPY nothing.js /app/\n",
    "README.md": "# Small\n\nSee [the plan](docs/plan.md).\n",
    "docs/run.md": "Run `make up`.\n",
    "app.js": "console.log(process.env.TOKEN)\n",
}


def small(place: Path) -> Path:
    for name, text in FILES.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, "utf-8")
    return place


def run(project: Path, out: Path, cache: Cache | None) -> Outline:
    return answer(Request(default_params(project), out, areas=("operations",), jobs=1), Progress(), cache)


def assessment(out: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((out / "assessment.json").read_bytes())
    return data | {"generated_at": None}


def test_nothing_is_run_where_nothing_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, cache = small(tmp_path / "p"), Cache(tmp_path / "cache")
    first = run(project, tmp_path / "out", cache)
    written = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir() if p.is_file()}
    monkeypatch.setattr(assess, "run_assessment", lambda *_: pytest.fail("it ran"))

    again = run(project, tmp_path / "out", cache)

    assert (again.verdicts, again.summary) == (first.verdicts, first.summary)
    assert "cache" in again.seconds
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir() if p.is_file()} == written


def test_after_random_changes_the_answer_is_that_of_a_cold_run(tmp_path: Path) -> None:
    project, cache, chance = small(tmp_path / "p"), Cache(tmp_path / "cache"), random.Random(7)  # noqa: S311 - no secret
    for _ in range(3):
        name = chance.choice([*FILES, "docs/plan.md", ".gitignore"])
        (project / name).write_text(
            chance.choice(["", "docs/\n", "# Plan\n\nSee docs/run.md.\n", *FILES.values()]), "utf-8"
        )

        run(project, tmp_path / "out", cache)
        warm = assessment(tmp_path / "out")
        run(project, tmp_path / "out", None)

        assert warm == assessment(tmp_path / "out")


def test_a_file_that_is_ignored_and_comes_is_seen(tmp_path: Path) -> None:
    project, cache = small(tmp_path / "p"), Cache(tmp_path / "cache")
    (project / ".gitignore").write_text("docs/plan.md\n", "utf-8")
    run(project, tmp_path / "out", cache)
    before = assessment(tmp_path / "out")

    (project / "docs/plan.md").write_text("# Plan\n", "utf-8")
    run(project, tmp_path / "out", cache)
    after = assessment(tmp_path / "out")
    run(project, tmp_path / "out", None)

    assert after == assessment(tmp_path / "out")
    assert after != before
