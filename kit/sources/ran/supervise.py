"""Run one command and answer for everything that it starts. Started by `process.py` as a program of its own.

It imports nothing but the standard library. The job comes as one line of JSON on standard input, which stays open: its
end means that whoever asked is gone. The answer is one line of JSON on standard output. On Linux this process adopts
what the command's children leave behind, so that whatever sessions and groups they make, they are found and ended.
"""

from __future__ import annotations

import base64
import ctypes
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

KEPT = 1_000_000
"""Bytes kept of each end of the output."""
PAUSE = 0.05
GRACE = 1.5
"""Seconds between asking to end and ending."""
_ADOPT = 36
_ASKED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PROC = os.path.isdir("/proc/self")  # noqa: PTH112 - this program imports as little as it can


class Ended(Exception):
    """The command has to end; the first argument says why."""


class Output:
    """What was written: both ends, and how many bytes and lines in all."""

    def __init__(self) -> None:
        self.head, self.tail, self.size, self.lines = bytearray(), bytearray(), 0, 0

    def add(self, chunk: bytes) -> None:
        """Take in what was written."""
        self.size += len(chunk)
        self.lines += chunk.count(b"\n")
        room = KEPT - len(self.head)
        self.head += chunk[:room]
        self.tail += chunk[max(room, 0) :]
        del self.tail[:-KEPT]

    def as_data(self) -> dict[str, Any]:
        """Both ends as text that JSON takes."""
        ends = (base64.b64encode(bytes(end)).decode("ascii") for end in (self.head, self.tail))
        return {**dict(zip(("head", "tail"), ends, strict=True)), "size": self.size, "lines": self.lines}


class Supervisor:
    """One command from its start until nothing of it is left."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job, self._output, self._begun = job, Output(), time.monotonic()
        self._command = subprocess.Popen(  # noqa: S603 - the words are those of the params file
            job["words"],
            cwd=job["folder"],
            env=job["env"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: _limit(job["memory"]),
        )
        assert self._command.stdout is not None
        self._pipe = self._command.stdout.fileno()
        os.set_blocking(self._pipe, False)
        self._watch = selectors.DefaultSelector()
        self._watch.register(self._pipe, selectors.EVENT_READ)
        self._watch.register(0, selectors.EVENT_READ)

    def run(self) -> dict[str, Any]:
        """Wait for its end, or bring it about. Returns the answer."""
        ended, left = "exited", 0
        try:
            while self._command.poll() is None:
                self._look()
            self._settle()
            left = len(list(self._family()))
        except Ended as why:
            ended = str(why)
        self.end()
        code = self._command.wait()
        seconds = time.monotonic() - self._begun
        return {"ended": ended, "code": code, "left": left, "seconds": seconds, **self._output.as_data()}

    def end(self) -> None:
        """End the command and all that came of it, asked first and then not."""
        for number in _ASKED:
            signal.signal(number, signal.SIG_IGN)
        self._until(lambda: self._signal(signal.SIGTERM), GRACE)
        self._until(lambda: self._signal(signal.SIGKILL), 5.0)
        self._drain()

    def _look(self) -> None:
        for key, _ in self._watch.select(PAUSE):
            if key.fd == 0 and not os.read(0, 4096):
                raise Ended("interrupted")
        self._drain()
        if time.monotonic() - self._begun > self._job["seconds"]:
            raise Ended("timed-out")
        if self._output.size > self._job["limit"]:
            raise Ended("flooded")
        if _PROC and self._memory() > self._job["memory"]:
            raise Ended("memory")

    def _settle(self) -> None:
        """Give what it started a moment to go by itself, and what was written to arrive."""
        end = time.monotonic() + GRACE
        while time.monotonic() < end and next(self._family(), None) is not None:
            self._drain()
            time.sleep(PAUSE)
        self._drain()

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            while chunk := os.read(self._pipe, 65536):
                self._output.add(chunk)
                if self._output.size > self._job["limit"]:
                    return
            if self._pipe in self._watch.get_map():
                self._watch.unregister(self._pipe)

    def _until(self, act: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while act() and time.monotonic() < end:
            self._drain()
            time.sleep(PAUSE)

    def _signal(self, number: signal.Signals) -> bool:
        """Signal all that are left. Returns whether there are any."""
        self._command.poll()
        found = list(self._family())
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        if not _PROC:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._command.pid, number)
                return True
        return bool(found)

    def _family(self) -> Iterator[int]:
        """The processes that came of the command and are alive; those that are dead are laid to rest."""
        parents = dict(_processes()) if _PROC else {}
        for pid, (parent, state) in parents.items():
            if not _descends(pid, parents):
                continue
            if state != "Z":
                yield pid
            elif parent == os.getpid() and pid != self._command.pid:
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)

    def _memory(self) -> int:
        """Bytes that all hold together; exact only where the quick sum is beyond the limit."""
        pids = list(self._family())
        quick = sum(_field(f"/proc/{pid}/statm", 1) for pid in pids) * resource.getpagesize()
        return quick if quick <= self._job["memory"] else sum(_shared_out(pid) for pid in pids)


def _processes() -> Iterator[tuple[int, tuple[int, str]]]:
    """Each process with its parent and state."""
    for name in os.listdir("/proc"):  # noqa: PTH208 - this program imports as little as it can
        if name.isdigit():
            with suppress(OSError, ValueError, IndexError), open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                fields = file.read().rpartition(b")")[2].split()
                yield int(name), (int(fields[1]), fields[0].decode("ascii"))


def _descends(pid: int, parents: dict[int, tuple[int, str]]) -> bool:
    own, steps = os.getpid(), 0
    while pid in parents and steps < 10_000:
        pid, steps = parents[pid][0], steps + 1
        if pid == own:
            return True
    return False


def _field(path: str, number: int) -> int:
    with suppress(OSError, ValueError, IndexError), open(path, "rb") as file:  # noqa: PTH123
        return int(file.read().split()[number])
    return 0


def _shared_out(pid: int) -> int:
    """Bytes of a process, what it shares with others counted in parts."""
    with suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123
        for line in file:
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _limit(memory: int) -> None:
    """In the command itself, before it starts. Address space is limited only where memory cannot be looked at: runtimes
    reserve many times what they use."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not _PROC:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _adopt() -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)


def _stop(*_: object) -> None:
    raise Ended("interrupted")


def main() -> None:
    """Read the job, run it, answer."""
    _adopt()
    for number in _ASKED:
        signal.signal(number, _stop)
    try:
        answer = Supervisor(json.loads(sys.stdin.buffer.readline())).run()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        answer = {"ended": "not-started", "error": error.strerror or str(error), "missing": missing}
    except Ended:
        answer = {"ended": "interrupted"}
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(answer))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
