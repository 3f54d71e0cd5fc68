"""Nothing of a project runs: whatever way the kit is started, no canary leaves its mark."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from hostile.canaries import SHADOWED, plant
from hostile.notebooks import alone

COMMAND = Path(sysconfig.get_path("scripts")) / "readiness"
NAME = "project'\"); open('named', 'w') #\nopen('named', 'w')\n{{ 7 }}$(touch named)`touch named`"
"""What a notebook is given as a parameter, and commands as a folder."""
PLAIN_KERNELS = "from kit.execute import workers; workers.available = lambda: False; from kit.cli import main; main()"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project full of canaries."""
    (tmp_path / "fired").mkdir()
    plant(tmp_path / NAME, tmp_path / "fired")
    return tmp_path / NAME


def assess(project: Path, *start: object, words: tuple[str, ...], path: str | None = None) -> list[str]:
    """Assess the project from within it. Returns the canaries that fired."""
    environment = {**os.environ, "READINESS_CACHE": "", "PATH": path or os.environ["PATH"]}
    command = [*map(str, start), "assess", ".", "--out", str(project.parent / "out"), "--fail-on", "never", "--quiet"]
    done = subprocess.run([*command, *words], cwd=project, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert (project.parent / "out/report.html").is_file()
    return sorted(p.name for p in (*(project.parent / "fired").iterdir(), *project.parent.rglob("named")))


def test_the_canaries_fire_when_they_are_run(project: Path) -> None:
    for script in ("setup.py", "deploy.sh", ".git/hooks/pre-commit"):
        start = [sys.executable] if script.endswith(".py") else ["sh"]
        subprocess.run([*start, script], cwd=project, check=True)

    assert {p.name for p in (project.parent / "fired").iterdir()} == {"module-setup", "deploy", "hook-pre-commit"}


def test_no_canary_fires_with_scanners_and_the_working_folder_inside(project: Path) -> None:
    # An entry without a name, as a careless PATH has it, is the working folder.
    path = f"{os.environ['PATH']}:"

    assert assess(project, COMMAND, words=("--scanners", "--area", "delivery", "--area", "data"), path=path) == []


def test_no_canary_fires_when_the_package_is_run(project: Path) -> None:
    (project / "kit.py").unlink()  # Python itself would run it in place of the kit; `python -P -m kit` does not

    assert assess(project, sys.executable, "-m", "kit", words=("--area", "containers")) == []


def test_no_canary_fires_in_ordinary_kernels(project: Path) -> None:
    one = alone("02-containers", project.parent / "notebooks")
    words = ("--area", "containers", "--jobs", "1", "--notebooks", str(one))

    assert assess(project, sys.executable, "-P", "-c", PLAIN_KERNELS, words=words) == []


def test_the_canaries_would_be_found_by_whoever_imports_from_the_working_folder() -> None:
    assert {"yaml", "pandas", "ipykernel_launcher", "sitecustomize"} <= set(SHADOWED)
