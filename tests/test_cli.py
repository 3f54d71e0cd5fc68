"""The command: exit codes, what is written, and one clear line where the input is bad."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kit.cli import main

ROOT = Path(__file__).resolve().parent.parent
POOR, GOOD = ROOT / "tests/projects/shop-poor", ROOT / "tests/projects/shop-good"
WRITTEN = {
    "report.html", "assessment.json", "findings.sarif", "junit.xml", "findings.csv", "summary.md", "badge.svg",
    "notebooks", "run.json",
}  # fmt: skip


def readiness(*words: object) -> Result:
    """The command in this process."""
    return CliRunner().invoke(main, [str(w) for w in words])


def small(tmp_path: Path) -> Path:
    """A project of two files."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "Dockerfile").write_text("FROM node:latest\nCOPY nothing.js /app/\n", "utf-8")
    (project / "README.md").write_text("# Small\n", "utf-8")
    return project


def test_everything_of_the_contract_is_written_and_a_no_go_is_exit_1(tmp_path: Path) -> None:
    out = tmp_path / "out"

    result = readiness("assess", POOR, "--out", out, "--area", "containers", "--jobs", "2")

    assert result.exit_code == 1, result.output
    assert {p.name for p in out.iterdir()} == WRITTEN
    assert set(json.loads((out / "run.json").read_text("utf-8"))["outputs"]) == WRITTEN
    data = json.loads((out / "assessment.json").read_text("utf-8"))
    assert data["environments"]["production"]["verdict"] == "NO-GO"
    assert {f["area"] for f in data["findings"]} == {"containers"}


def test_never_fails_the_gate_where_it_is_told_so(tmp_path: Path) -> None:
    result = readiness(
        "assess", small(tmp_path), "--out", tmp_path / "out", "--area", "containers", "--fail-on", "never"
    )

    assert result.exit_code == 0, result.output
    assert "report.html" in result.output


def test_the_summary_is_json_on_standard_output(tmp_path: Path) -> None:
    result = readiness("assess", small(tmp_path), "--out", tmp_path / "out", "--area", "compliance", "--json")

    assert json.loads(result.stdout)["project"]["name"] == "project"


def test_two_runs_differ_in_times_only(tmp_path: Path) -> None:
    project = small(tmp_path)
    for name in ("a", "b"):
        readiness(
            "assess", project, "--out", tmp_path / name, "--area", "containers", "--jobs", "1" if name == "a" else "2"
        )

    texts = [json.loads((tmp_path / n / "assessment.json").read_text("utf-8")) for n in ("a", "b")]
    for text in texts:
        text.pop("generated_at")
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["/no/such/folder"], "no such folder or params file"),
        (["{file}"], "no params YAML"),
        (["{empty}"], "no files there"),
        (["{project}", "--params", "/no/such.yaml"], "no such"),
        (["{project}", "--env", "prod"], "no such environment; one of staging, production"),
        (["{project}", "--area", "dta"], "no such area"),
        (["{project}", "--format", "html,docx"], "--format docx: no such format; one or more of html, pdf, site"),
        (["{unknown}"], "did you mean"),
        (["{wrong}"], "example"),
    ],
)
def test_bad_input_is_one_line_and_exit_2_and_writes_nothing(tmp_path: Path, words: list[str], told: str) -> None:
    project = small(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").touch()
    (tmp_path / "unknown.yaml").write_text("project: {path: project}\nenviroments: [production]\n", "utf-8")
    (tmp_path / "wrong.yaml").write_text("project: {path: project}\nthresholds: {rto: soon}\n", "utf-8")
    places = {
        "{project}": project, "{empty}": tmp_path / "empty", "{file}": tmp_path / "file.txt",
        "{unknown}": tmp_path / "unknown.yaml", "{wrong}": tmp_path / "wrong.yaml",
    }  # fmt: skip

    result = readiness("assess", *[places.get(w, w) for w in words], "--out", tmp_path / "out")

    assert result.exit_code == 2, result.output
    assert told in result.output
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission_to_write_is_bad_input(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)

    result = readiness("assess", small(tmp_path), "--out", closed / "out")

    assert result.exit_code == 2
    assert "no permission" in result.output


def test_a_notebook_that_fails_is_exit_3_and_the_rest_is_whole(tmp_path: Path) -> None:
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        text = path.read_text("utf-8")
        (notebooks / path.name).write_text(
            text.replace('.headline()"', '.no_such_thing()"') if "14-" in path.name else text, "utf-8"
        )

    result = readiness(
        "assess", small(tmp_path), "--out", tmp_path / "out", "--notebooks", notebooks, "--area", "compliance", "--area", "operations",
    )  # fmt: skip

    assert result.exit_code == 3, result.output
    assert "14-compliance.ipynb" in result.output
    data = json.loads((tmp_path / "out" / "assessment.json").read_text("utf-8"))
    assert {f["area"] for f in data["findings"]} == {"compliance", "operations"}


def test_an_interrupt_is_130_and_the_same_command_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "kit", "assess", str(POOR), "--out", str(out), "--jobs", "1", "--fail-on", "never"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not list(out.glob(".partial/done/*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=60)

    assert process.returncode == 130, told
    kept = {p.name for p in out.glob(".partial/done/*")}
    assert kept
    assert not (out / "report.html").exists()
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("finished by an earlier run") >= len(kept)
    assert not (out / ".partial").exists()


def test_checks_lists_the_catalogue() -> None:
    result = readiness("checks", "--area", "recovery", "--json")

    assert {c["area"] for c in json.loads(result.stdout)} == {"recovery"}


def test_explain_tells_one_check_in_full() -> None:
    result = readiness("explain", "con-001")

    assert result.exit_code == 0
    for part in ("CON-001", "Why", "How it decides", "Fix", "What it does not see", "https://"):
        assert part in result.output


def test_explain_names_the_nearest_id() -> None:
    result = readiness("explain", "CON-01")

    assert result.exit_code == 2
    assert "did you mean CON-0" in result.output


def test_doctor_tells_what_is_here() -> None:
    result = readiness("doctor")

    assert result.exit_code == 0
    for part in ("Python", "Quarto", "Browser", "JupyterLab"):
        assert part in result.output


def test_diff_says_what_was_fixed_and_a_verdict_that_fell_is_exit_1(tmp_path: Path) -> None:
    project, words = small(tmp_path), ("--area", "containers", "--fail-on", "never")
    readiness("assess", project, "--out", tmp_path / "old", *words)
    (tmp_path / "later").mkdir()
    later = small(tmp_path / "later")  # a folder of its own: one process reads a project once
    (later / "Dockerfile").write_text(f"FROM node:22.1.0@sha256:{'0a' * 32}\nUSER node\n", "utf-8")
    old, new = tmp_path / "old" / "assessment.json", tmp_path / "new" / "assessment.json"
    readiness("assess", later, "--out", new.parent, "--baseline", old, *words)
    worse = json.loads(new.read_text("utf-8"))
    worse["environments"]["production"]["verdict"] = "NO-GO"
    (tmp_path / "worse.json").write_text(json.dumps(worse), "utf-8")

    risen, fallen = readiness("diff", old, new, "--json"), readiness("diff", new, tmp_path / "worse.json")

    assert risen.exit_code == 0, risen.output
    assert [(c["check"], c["kind"]) for c in json.loads(risen.output)["changes"]] == [("CON-003", "fixed")]
    assert fallen.exit_code == 1
    assert "production: GO → NO-GO" in fallen.output
    assert " fixed" in (new.parent / "report.html").read_text("utf-8").partition("Since the assessment of")[2][:80]


@pytest.mark.parametrize("text", ["", "{}", '{"schema": 9}', '["x"]', None])
def test_what_is_no_assessment_is_exit_2_for_diff_and_baseline_and_nothing_is_written(
    tmp_path: Path, text: str | None
) -> None:
    bad = tmp_path / "old.json"
    if text is not None:
        bad.write_text(text, "utf-8")

    compared = readiness("diff", bad, bad)
    assessed = readiness("assess", small(tmp_path), "--out", tmp_path / "out", "--baseline", bad)

    for result in (compared, assessed):
        assert result.exit_code == 2, result.output
        assert str(bad) in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
