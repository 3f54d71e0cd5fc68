"""Start a command under its supervisor, and be sure that nothing of it is left when this returns."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from kit.sources.ran.model import Ended

MOST_OUTPUT = 50_000_000
"""Bytes that a command may write before it is ended."""
_SUPERVISOR = Path(__file__).with_name("supervise.py")
_ENDING = 15.0


@dataclass(frozen=True, slots=True)
class Job:
    """What is started: words that no shell reads, where, with which variables, and what it may take."""

    words: tuple[str, ...]
    folder: Path
    env: Mapping[str, str]
    seconds: float
    memory: int
    limit: int = MOST_OUTPUT


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: how it ended, both ends of what it wrote, bytes and lines in all, processes that stayed.
    `missing`: there is no such program."""

    ended: Ended
    code: int | None = None
    head: bytes = b""
    tail: bytes = b""
    size: int = 0
    lines: int = 0
    left: int = 0
    seconds: float = 0.0
    error: str = ""
    missing: bool = False


def run(job: Job) -> Answer:
    """Run the job to its end. An interrupt of ours, or our own death, ends it and everything that it started."""
    process = subprocess.Popen(  # noqa: S603 - our own program; the job goes in as data
        [sys.executable, "-I", "-S", str(_SUPERVISOR)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin"},
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(_as_line(job))
            process.stdin.flush()
        return _answer(process.stdout.read())
    finally:
        _end(process)


def _as_line(job: Job) -> bytes:
    data = {
        "words": job.words,
        "folder": str(job.folder),
        "env": dict(job.env),
        "seconds": job.seconds,
        "memory": job.memory,
        "limit": job.limit,
    }
    return json.dumps(data).encode("ascii") + b"\n"


def _answer(said: bytes) -> Answer:
    try:
        data = json.loads(said)
    except ValueError:
        return Answer("interrupted", error="what watched over it was ended")
    head, tail = (base64.b64decode(data.pop(name, "")) for name in ("head", "tail"))
    return Answer(cast("Ended", data.pop("ended")), head=head, tail=tail, **data)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the supervisor, which ends its command first; closing its input is enough."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()
    try:
        process.wait(_ENDING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
