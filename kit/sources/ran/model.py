"""What came of commands, in one shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kit.model import Severity

Ended = Literal["exited", "timed-out", "flooded", "memory", "not-started", "interrupted", "not-asked"]
Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What a tool says of one place: `path` as it writes it, made one of the project's where it can be."""

    path: str
    line: int | None
    message: str
    rule: str = ""
    level: Level = "error"


@dataclass(frozen=True, slots=True)
class Counts:
    """Tests by what came of them."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.passed + self.failed + self.skipped


@dataclass(frozen=True, slots=True)
class ContainerState:
    """A container as `docker ps` or `docker compose ps` tells it."""

    name: str
    image: str
    state: str
    health: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What an output was read as: the tool whose format it is, and what it says."""

    tool: str
    problems: tuple[Problem, ...] = ()
    tests: Counts | None = None
    containers: tuple[ContainerState, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandRun:
    """A command that was run, or why it was not.

    `code` is its exit code, negative for a signal, None where it has none; `expect` the one that it should have.
    `output` holds both ends of what it wrote, secrets masked; `cut` lines are left out between them. `left` processes
    stayed behind and were ended. `seconds` is how long it took, `limit` how long it may take. `severity`, `required`
    and `decides` are what the params file says of it.
    """

    name: str
    area: str
    line: str
    folder: str
    ended: Ended
    code: int | None = None
    expect: int = 0
    error: str = ""
    seconds: float = 0.0
    limit: float = 0.0
    memory: int = 0
    output: tuple[str, ...] = ()
    cut: int = 0
    left: int = 0
    read: tuple[Read, ...] = ()
    severity: Severity = Severity.HIGH
    required: bool = False
    decides: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it ended by itself with the expected exit code."""
        return self.ended == "exited" and self.code == self.expect

    @property
    def asked(self) -> bool:
        """Whether it was started at all."""
        return self.ended not in {"not-asked", "not-started", "interrupted"}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What all that was read in its output says of places, each once."""
        return tuple(dict.fromkeys(problem for read in self.read for problem in read.problems))

    @property
    def tests(self) -> Counts | None:
        """The tests that it ran, where its output tells."""
        return next((read.tests for read in self.read if read.tests), None)
