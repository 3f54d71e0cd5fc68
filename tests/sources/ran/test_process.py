"""A command is held to its limits, and nothing of it is left when it has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kit.sources.ran.process import Answer, Job, run

REPO = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="commands are run on POSIX systems")


def sh(line: str, folder: Path, seconds: float = 20, memory: int = 4_000_000_000, limit: int = 50_000_000) -> Answer:
    return run(Job(("/bin/sh", "-c", line), folder, {"PATH": "/usr/bin:/bin"}, seconds, memory, limit))


def alive(mark: str) -> list[str]:
    """The processes whose command line holds a mark."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        found += [words] if mark in words else []
    return found


def test_both_streams_and_the_exit_code_come_back(tmp_path: Path) -> None:
    answer = sh("echo out; echo err >&2; exit 3", tmp_path)

    assert (answer.ended, answer.code, answer.left) == ("exited", 3, 0)
    assert answer.head.split() == [b"out", b"err"]


def test_a_signal_is_told_as_one(tmp_path: Path) -> None:
    assert sh("kill -9 $$", tmp_path).code == -9


def test_one_that_hangs_is_ended_at_its_time(tmp_path: Path) -> None:
    begun = time.monotonic()

    answer = sh("echo begun; exec sleep 71.01", tmp_path, seconds=0.5)

    assert (answer.ended, answer.head) == ("timed-out", b"begun\n")
    assert time.monotonic() - begun < 10
    assert not alive("71.01")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt what others leave behind")
@pytest.mark.parametrize(
    ("mark", "line"),  # a mark for each: both may run at once
    [
        ("71.02", "(setsid sleep 71.02 &); echo done"),
        ("71.05", "trap '' TERM; (setsid setsid sh -c \"trap '' TERM; sleep 71.05; sleep 71.05\" &); sleep 71.05"),
    ],
)
def test_children_of_children_in_sessions_of_their_own_are_ended_too(mark: str, line: str, tmp_path: Path) -> None:
    answer = sh(line, tmp_path, seconds=1)

    assert (answer.ended, answer.left) in {("exited", 1), ("timed-out", 0)}
    assert not alive(mark)


def test_one_that_writes_without_end_is_ended_and_both_ends_are_kept(tmp_path: Path) -> None:
    answer = sh("echo first; yes", tmp_path, limit=3_000_000)

    assert answer.ended == "flooded"
    assert answer.head.startswith(b"first\n")
    assert len(answer.head) == len(answer.tail) == 1_000_000
    assert answer.lines > 1_000_000


def test_one_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    code = "x = bytearray(400_000_000); import time; time.sleep(71.03)"
    answer = run(Job((sys.executable, "-c", code), tmp_path, {}, 20, 150_000_000))

    assert answer.ended == "memory"


def test_a_program_that_is_not_there_says_so(tmp_path: Path) -> None:
    answer = run(Job(("no-such-program",), tmp_path, {"PATH": "/usr/bin"}, 5, 10**9))

    assert (answer.ended, answer.missing) == ("not-started", True)


def test_nothing_of_our_environment_reaches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_SECRET", "hunter2")

    said = sh("env", tmp_path).head.decode()

    assert "hunter2" not in said
    assert {line.partition("=")[0] for line in said.splitlines()} <= {"PATH", "PWD", "OLDPWD", "SHLVL", "_"}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_runs_ends_with_whoever_asked(how: signal.Signals, tmp_path: Path) -> None:
    code = f"""
        from pathlib import Path
        from kit.sources.ran.process import Job, run
        line = "trap '' TERM INT HUP; (setsid sleep 71.04 &); echo > {tmp_path}/begun; sleep 71.04"
        run(Job(("/bin/sh", "-c", line), Path({str(tmp_path)!r}), {{"PATH": "/usr/bin:/bin"}}, 60, 10**10))
    """
    lines = "\n".join(line.strip() for line in code.splitlines())
    asking = subprocess.Popen([sys.executable, "-c", lines], cwd=REPO, stderr=subprocess.DEVNULL)
    until(lambda: (tmp_path / "begun").exists())

    asking.send_signal(how)
    asking.wait(20)

    until(lambda: not alive("71.04"))


def until(true: object, seconds: float = 15) -> None:
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.05)
