"""Two runs never write into one folder at once, and a killed one keeps nobody out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kit.execute.lock import locked
from kit.params import ParamsError

HOLD = """
import sys, time
from pathlib import Path
from kit.execute.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(out: Path) -> subprocess.Popen[str]:
    """Another process that holds the folder."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_told_to_wait_and_a_killed_one_keeps_nobody_out(tmp_path: Path) -> None:
    process = holder(tmp_path / "out")
    try:
        with pytest.raises(ParamsError, match="another run is writing there"), locked(tmp_path / "out"):
            raise AssertionError("both hold it")
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()

    with locked(tmp_path / "out"):
        assert [p.name for p in (tmp_path / "out").iterdir()] == [".lock"]


def test_what_a_killed_run_left_half_written_goes(tmp_path: Path) -> None:
    (tmp_path / ".report.html.123.part").write_text("<html", "utf-8")
    (tmp_path / ".site.123.part" / "pages").mkdir(parents=True)
    (tmp_path / "report.html").write_text("whole", "utf-8")

    with locked(tmp_path):
        pass

    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_run_that_writes_nothing_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ParamsError), locked(tmp_path / "a" / "b"):
        raise ParamsError("bad input")

    assert not (tmp_path / "a").exists()


def test_one_run_after_the_other_is_fine(tmp_path: Path) -> None:
    for _ in range(3):
        with locked(tmp_path / "out"):
            (tmp_path / "out" / "written").touch()

    assert [p.name for p in (tmp_path / "out").iterdir()] == ["written"]
