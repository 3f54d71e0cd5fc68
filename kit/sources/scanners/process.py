"""Commands of scanners side by side, each in a folder of its own, with limits on time and output."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.sources.tree.text import decode

SECONDS = 600.0
"""How long a scanner may take."""
MAX_OUTPUT = 50_000_000
"""How many bytes it may write."""
_PAUSE = 0.05
_NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Command:
    """What is started: the words of the command, and the folder that it is started in and may write to."""

    words: tuple[str, ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class Output:
    """What came of a command: what it wrote, or why it was ended."""

    text: str
    code: int | None = None
    error: str | None = None


def environment(folder: Path) -> dict[str, str]:
    """The variables that a scanner sees: nothing of ours but where programs are; a home that is empty; proxies
    that lead nowhere."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "PATHEXT") if name in os.environ}
    homes = dict.fromkeys(("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR", "TEMP"), str(folder))
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), _NOWHERE)
    return {**kept, **homes, **proxies, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "NO_COLOR": "1"}


def run_all(commands: Sequence[Command], *, seconds: float = SECONDS, limit: int = MAX_OUTPUT) -> list[Output]:
    """What came of each command, all started at once. None raises; one that cannot be started says so."""
    end = time.monotonic() + seconds
    started = [_Running(command) for command in commands]
    while waiting := [running for running in started if running.output is None]:
        for running in waiting:
            running.look(end, seconds, limit)
        time.sleep(_PAUSE)
    return [running.output for running in started if running.output is not None]


class _Running:
    def __init__(self, command: Command) -> None:
        self._out = command.folder / "out"
        self.output: Output | None = None
        self._process: subprocess.Popen[bytes] | None = None
        try:
            with self._out.open("wb") as out:
                self._process = subprocess.Popen(  # noqa: S603 - the words are the kit's own, no shell reads them
                    command.words,
                    cwd=command.folder,
                    env=environment(command.folder),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.DEVNULL,
                )
        except OSError as error:
            self.output = Output("", error=f"it cannot be started: {error.strerror or error}")

    def look(self, end: float, seconds: float, limit: int) -> None:
        """Set the output where the command has ended, or has to be."""
        if self._process is None:
            return
        code = self._process.poll()
        if self._out.stat().st_size > limit:
            self._end(f"it wrote more than {limit} bytes")
        elif code is not None:
            self.output = Output(decode(self._out.read_bytes()).text, code)
        elif time.monotonic() > end:
            self._end(f"it took longer than {seconds:g} s")

    def _end(self, error: str) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self.output = Output("", error=error)
