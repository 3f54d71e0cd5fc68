"""A run that is killed, starved or hindered leaves nothing half-written, and the same command goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hostile.notebooks import alone

KILLED = Path(__file__).with_name("killed.py")
CLI = "from kit.cli import main; main()"
SMALL_DISK = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0})); " + CLI
NO_NETWORK = "import socket; socket.socket.connect = socket.getaddrinfo = lambda *_, **__: 1 / 0; " + CLI


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of two files."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "Dockerfile").write_text("FROM node:latest\nCOPY nothing.js /app/\n", "utf-8")
    (root / "README.md").write_text("# Small\n", "utf-8")
    return root


def start(project: Path, out: Path, *, code: str = CLI, **variables: str) -> subprocess.Popen[str]:
    """Begin an assessment of one area."""
    words = ["assess", str(project), "--out", str(out), "--fail-on", "never", "--quiet", "--jobs", "1"]
    areas = ["--area", "containers", "--notebooks", str(alone("02-containers", out.parent / "notebooks"))]
    environment = {**os.environ, "READINESS_CACHE": "", **variables}
    return subprocess.Popen(
        [sys.executable, "-c", code, *words, *areas],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code of a run and what it said."""
    said = process.communicate(timeout=400)
    return process.returncode, "".join(said)


def assessment(out: Path) -> Any:
    """The assessment without its time."""
    data = json.loads((out / "assessment.json").read_bytes())
    return {key: value for key, value in data.items() if key != "generated_at"}


def visible_names(out: Path) -> set[str]:
    """What lies in the folder and is no working folder."""
    return {p.name for p in out.iterdir() if not p.name.startswith(".")} if out.exists() else set()


def test_a_run_killed_at_any_moment_is_gone_on_with_to_the_same_answer(project: Path, tmp_path: Path) -> None:
    words = ["--notebooks", alone("02-containers", tmp_path / "notebooks")]
    done = subprocess.run(
        [sys.executable, KILLED, project, tmp_path, *words], capture_output=True, text=True, check=True, timeout=500
    )
    *ended, last = [json.loads(line) for line in done.stdout.splitlines()]
    out, whole = tmp_path / "out", tmp_path / "whole"

    assert "Traceback" not in done.stderr
    assert {code for _, _, code, _ in ended} <= {0, -signal.SIGKILL, 130} and last[2] == 0
    assert sum(code != 0 for _, _, code, _ in ended) >= 3, "most of them were ended"
    assert not [wrong for _, _, _, wrong in (*ended, last) if wrong]
    assert assessment(out) == assessment(whole)
    assert sorted(p.name for p in out.iterdir()) == sorted(p.name for p in whole.iterdir())
    assert not [p.name for p in out.iterdir() if p.name.startswith(".")]


def test_a_disk_that_is_full_ends_in_one_line_and_no_half_file(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    code, said = finish(start(project, out, code=SMALL_DISK.format(60_000)))

    assert code in {2, 3} and "Traceback" not in said
    assert "report.html" not in visible_names(out)
    for name in visible_names(out) & {"assessment.json", "run.json", "findings.sarif"}:
        json.loads((out / name).read_bytes())


def test_neither_home_nor_network_nor_clock_nor_a_writable_project_is_needed(project: Path, tmp_path: Path) -> None:
    for path in (*project.iterdir(), project):
        os.utime(path, (4e9, 4e9))  # the clock was set back since
    (project / "Dockerfile").chmod(0o444)
    project.chmod(0o555)
    (tmp_path / "out").mkdir()
    os.utime(tmp_path / "out", (4e9, 4e9))
    before = {path: path.stat().st_mtime for path in project.rglob("*")}

    code, said = finish(
        start(
            project,
            tmp_path / "out",
            code=NO_NETWORK,
            HOME="/proc/none",
            LC_ALL="C",
            TZ="Asia/Tokyo",
            PYTHONHASHSEED="7",
        )
    )

    assert (code, said) == (0, "")
    assert {path: path.stat().st_mtime for path in project.rglob("*")} == before
    assert assessment(tmp_path / "out")["schema"] == 1
