"""Outputs of tools that are known, read: what they say of which file and line, and how many tests did what."""

from __future__ import annotations

from pathlib import Path

from kit.sources.ran.model import Read
from kit.sources.ran.read import compilers, containers, linters, suites
from kit.sources.ran.read.places import placed

_READERS = (
    linters.tsc,
    linters.eslint,
    suites.pytest,
    suites.vitest,
    suites.jest,
    suites.go,
    compilers.maven,
    compilers.lines,
    containers.docker,
)
MOST_LINES = 60_000


def read_output(text: str, root: Path, folder: Path) -> tuple[Read, ...]:
    """What the readers know in an output; places made the project's. Several tools may speak in one output."""
    lines = text.split("\n")[:MOST_LINES]
    found = [read for reader in _READERS if (read := reader(lines)) is not None]
    named = [read for read in found if read.tool != compilers.GENERAL]
    return tuple(placed(read, root, folder) for read in named or found)
