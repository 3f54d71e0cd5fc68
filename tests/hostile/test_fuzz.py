"""Every parser over broken files: no exception, in time, and every place inside of the project and of its file.

`make fuzz` does the same for longer: READINESS_FUZZ is the number of projects that are tried.
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hostile.mutants import CORPUS, Mutation, broken, mutations, seeds
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kit.model import At
from kit.project import Project
from kit.report.exports.files import printable
from kit.sources.evidence.read import read_evidence
from kit.sources.limits import time_limit
from kit.sources.secrets.find import mask

pytestmark = pytest.mark.fuzz
EXAMPLES = int(os.environ.get("READINESS_FUZZ", "40"))
SECONDS = 20.0
"""Seconds of computing for one small project; most take a tenth of one."""
SEEDS = seeds()
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


def check(root: Path) -> None:
    """Read a project with every source, and look at what came of it."""
    with time_limit(SECONDS):
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


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.sampled_from(list(SEEDS)), st.lists(mutations(), min_size=1, max_size=4)), min_size=1, max_size=3
    )
)
def test_broken_files_stop_no_parser(chosen: list[tuple[Path, list[Mutation]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for seed, how in chosen:
            place = Path(folder).joinpath(*seed.relative_to(CORPUS).parts[1:])
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.is_dir():
                place.write_bytes(broken(SEEDS[seed], how))
        check(Path(folder))


NAMES = sorted({path.name for path in SEEDS})


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(NAMES), st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@example("package.json", b'{"name": "\\ud800", "scripts": {"\\udfff": "node \\ud800"}}')
@example("package.json", b'{"name": "cut off", "scripts": {\n')
@example("README.md", b"# A\n\n```")
@example("main.tf", b'resource "a" "b" {\n  c = [\n')
@example("docker-compose.yml", b"a: &a [*a, *a]\nservices: *a\n")
def test_random_bytes_under_every_name_stop_no_parser(name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(data)
        check(Path(folder))
