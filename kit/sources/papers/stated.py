"""What somebody's readiness documents state that the project shows the opposite of: handed in from outside."""

from __future__ import annotations

from dataclasses import dataclass

from kit.model import At


@dataclass(frozen=True, slots=True)
class Contested:
    """A statement that the project refutes: its words, its place where the document lies in the project, why, and the
    places that show it."""

    text: str
    at: At | None
    reason: str
    shown: tuple[At, ...] = ()


@dataclass(frozen=True, slots=True)
class StatedDocument:
    """A document that was held against the project: its name, its place if it lies there, how many of its statements
    the project decides, and those that it refutes."""

    name: str
    at: At | None
    decided: int
    contested: tuple[Contested, ...] = ()
