"""A small project read with every source, and what came of it looked at: the same for every fuzzer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from kit.model import At
from kit.project import Project
from kit.report.exports.files import printable
from kit.sources.evidence.read import read_evidence
from kit.sources.limits import time_limit
from kit.sources.secrets.find import mask

SECONDS = 20.0
"""Seconds of computing for one small project; most take a tenth of one."""
PROPERTIES = [name for name, value in vars(Project).items() if isinstance(value, cached_property)]
EVIDENCE = ("coverage", "junit", "sarif", "load", "dependencies")


def places(value: Any, seen: set[int]) -> Iterator[At]:
    """Every place in the records of a source."""
    if isinstance(value, At):
        yield value
    elif value is None or isinstance(value, str | bytes | int | float | type) or id(value) in seen:
        return
    elif isinstance(value, dict):
        seen.add(id(value))
        for inner in value.values():
            yield from places(inner, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        seen.add(id(value))
        for inner in value:
            yield from places(inner, seen)
    elif dataclasses.is_dataclass(value):
        seen.add(id(value))
        for field in dataclasses.fields(value):
            yield from places(getattr(value, field.name, None), seen)


def check(root: Path, seconds: float = SECONDS) -> None:
    """Read a project with every source, and look at what came of it."""
    with time_limit(seconds):
        project = Project(root)
        found = [getattr(project, name) for name in PROPERTIES]
        found.append(read_evidence(project.files, dict.fromkeys(EVIDENCE, (f"{root}/**/*",))))
    with suppress(RecursionError):  # the search through what was found, not the kit
        for at in places(found, set()):
            assert not at.path.startswith(("/", "..")), at
            if at.line is not None and at.path in project.files and project.files.is_text(at.path):
                assert 1 <= at.line <= max(1, project.files.line_count(at.path)), at
    for path in project.files.paths:
        text = project.files.text(path)
        assert mask(text, path).count("\n") == text.count("\n")
        assert printable(text) is not None
