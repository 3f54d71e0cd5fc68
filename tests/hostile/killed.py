"""Runs of the command in forks of one warm process, each ended at its n-th change of a file: what `test_runs` starts.

`python killed.py PROJECT FOLDER [WORDS]` prints one line of JSON per run: the signal, the change that it came with, how the
run ended, and what was wrong in the folder then.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from kit.cli import main
from kit.execute import assess
from kit.execute.engine import warm
from kit.registry import catalogue

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "os.link"}
WRITING = os.O_WRONLY | os.O_RDWR
WORDS = ("--fail-on", "never", "--quiet", "--jobs", "1", "--area", "containers")
MOMENTS = 6


def run(project: Path, out: Path, at: int, number: int) -> tuple[int, int]:
    """One run, sent the signal at its change `at`. Returns how it ended and how many changes it made, at most 10,000."""
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        _child(project, out, at, number, tell)
    os.close(tell)
    with os.fdopen(told, "rb") as stream:
        changes = len(stream.read())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), changes


def _child(project: Path, out: Path, at: int, number: int, tell: int) -> None:
    mine, seen = os.getpid(), 0
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal seen
        if os.getpid() == mine and (
            event in CHANGES or (event == "open" and isinstance(args[2], int) and args[2] & WRITING)
        ):
            seen += 1
            os.write(tell, b".")
            if seen == at:
                os.kill(mine, number)

    sys.addaudithook(hook)
    code = 0
    try:
        main(["assess", str(project), "--out", str(out), *WORDS, *sys.argv[3:]])
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
        code = 99
    os._exit(code)


def wrong(out: Path) -> list[str]:
    """Files in view that are not whole."""
    found = [path.name for path in out.rglob("*.part") if path.parent == out and not path.name.startswith(".")]
    for path in (p for p in out.rglob("*") if p.is_file() and not p.relative_to(out).parts[0].startswith(".")):
        data = path.read_bytes()
        if path.suffix in {".json", ".sarif", ".ipynb"}:
            try:
                json.loads(data)
            except ValueError:
                found.append(path.name)
        elif path.suffix in {".html", ".svg", ".xml"} and not data.rstrip().endswith(b">"):
            found.append(path.name)
    return found


def _try(project: Path, folder: Path) -> None:
    _, changes = run(project, folder / "whole", 0, signal.SIGKILL)
    dice = random.Random(20261122)  # noqa: S311 - moments, not secrets
    last = max(changes // 3, 1)
    for turn in range(MOMENTS):
        # Half of the moments lie where results are moved into place.
        at = dice.randint(1, changes) if turn % 2 else dice.randint(changes - last, changes)
        number = signal.SIGINT if turn % 3 == 2 else signal.SIGKILL
        code, _ = run(project, folder / "out", at, number)
        print(json.dumps([number, at, code, wrong(folder / "out")]), flush=True)  # noqa: T201
    print(json.dumps([0, 0, run(project, folder / "out", 0, signal.SIGKILL)[0], wrong(folder / "out")]))  # noqa: T201


if __name__ == "__main__":
    os.environ["READINESS_CACHE"] = ""
    assert assess and catalogue() and warm() is None  # imported once, for all of them
    _try(Path(sys.argv[1]), Path(sys.argv[2]))
