"""A run in which something of the kit raises writes the rest and says what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kit.cli import main
from kit.project import Project, _source
from kit.sources.limits import OutOfTime

KEY = "ghp_" + "a1B2" * 9


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one file."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project/Dockerfile").write_text("FROM node:22\n", "utf-8")
    return tmp_path / "project"


def assessed(project: Path, *words: str) -> Result:
    """One area assessed without notebooks' help: none of them is that area's."""
    out = str(project.parent / "out")
    return CliRunner().invoke(
        main, ["assess", str(project), "--out", out, "--area", "compliance", "--no-cache", *words]
    )


def breaks(monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException) -> None:
    """Make a source of the project raise."""

    def broken(_: Project) -> None:
        raise error

    broken.__name__ = name
    source = _source(broken)
    source.__set_name__(Project, name)
    monkeypatch.setattr(Project, name, source)


@pytest.mark.parametrize("error", [RuntimeError(f"lost at\n{KEY}"), OutOfTime()])
def test_a_source_that_raises_in_the_report_is_exit_3_and_one_sentence(
    project: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    breaks(monkeypatch, "system", error)
    out = project.parent / "out"
    out.mkdir()
    (out / "run.json").write_text('{"outputs": ["report.html"]}', "utf-8")
    (out / "report.html").write_text("an earlier run's", "utf-8")

    result = assessed(project, "--quiet")

    assert result.exit_code == 3, result.output
    assert "incomplete: the report: " in result.output and "Traceback" not in result.output
    assert KEY not in result.output and not (out / "report.html").exists()
    assert json.loads((out / "assessment.json").read_bytes())["findings"]
    assert any("the report" in line for line in json.loads((out / "run.json").read_bytes())["missing"])


def test_what_raises_anywhere_else_is_exit_3_too(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError(KEY)

    monkeypatch.setattr("kit.execute.assess.judge", broken)

    result = assessed(project, "--quiet")

    assert result.exit_code == 3
    assert result.output.startswith("readiness: incomplete: KeyError: ") and result.output.count("\n") == 1
    assert KEY not in result.output
