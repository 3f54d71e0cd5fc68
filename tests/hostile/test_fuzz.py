"""Every parser over broken files: no exception, in time, and every place inside of the project and of its file.

`make fuzz` does the same for longer: READINESS_FUZZ is the number of projects that are tried.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hostile.mutants import CORPUS, Mutation, broken, mutations, seeds
from hostile.reading import check
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.fuzz
EXAMPLES = int(os.environ.get("READINESS_FUZZ", "40"))
SEEDS = seeds()


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
