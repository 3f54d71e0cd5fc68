"""Paths as tools write them, made paths of the project."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path, PurePosixPath

from kit.sources.ran.model import Problem, Read
from kit.sources.ran.output import masked

MOST_PROBLEMS = 200
_LONGEST = 400


def placed(read: Read, root: Path, folder: Path) -> Read:
    """The same with paths relative to the project's root, messages masked, and no more than can be looked through."""
    return replace(read, problems=tuple(_placed(p, root, folder) for p in read.problems[:MOST_PROBLEMS]))


def _placed(problem: Problem, root: Path, folder: Path) -> Problem:
    message = masked(" ".join(problem.message.split())[:_LONGEST])
    return replace(problem, path=_path(problem.path, root.resolve(), folder), message=message)


def _path(written: str, root: Path, folder: Path) -> str:
    """The path within the root; as it is written where it leads out of it."""
    full = PurePosixPath(os.path.normpath(folder / written.replace("\\", "/").removeprefix("file://")))
    return str(full.relative_to(root)) if full.is_relative_to(root) else written
