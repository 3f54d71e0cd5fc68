"""Whether assessment.json is the same byte for byte however it is made: `make reproducible PROJECTS="a b.yaml"`.

Each project is assessed by the warm engine with one job and with many, answered from the cache, and by ordinary kernels
with one job and with many; each run has hashes of its own seed. Only `generated_at` may differ.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

TESTS = Path(__file__).resolve().parent
SAMPLES = (TESTS / "projects/shop-poor", TESTS / "projects/shop-good.params.yaml")
_TIME = re.compile(rb'("generated_at": )"[^"]*"')
_WARM, _ORDINARY = ("-m", "kit"), (str(TESTS / "kernels.py"),)
MANY = "3"


@dataclass(frozen=True)
class Way:
    """One way to assess: what Python is started with, words of the command, and whether `after` leaves a cache that
    has to answer."""

    name: str
    start: tuple[str, ...]
    words: tuple[str, ...]
    cached: bool = False


WAYS = (
    Way("warm, many jobs, cold cache", _WARM, ("--jobs", MANY)),
    Way("warm, many jobs, cached", _WARM, ("--jobs", MANY), cached=True),
    Way("warm, one job, no cache", _WARM, ("--jobs", "1", "--no-cache")),
    Way("ordinary kernels, many jobs", _ORDINARY, ("--jobs", MANY, "--no-cache")),
    Way("ordinary kernels, one job", _ORDINARY, ("--jobs", "1", "--no-cache")),
)


class Failed(Exception):
    """A run that wrote no assessment, or was not answered from the cache though it should have been."""


@dataclass
class Compared:
    """What came of one project: seconds by way, and the first lines that differ from the first way's."""

    seconds: dict[str, float] = field(default_factory=dict)
    different: dict[str, list[str]] = field(default_factory=dict)


def compare(project: Path, ways: tuple[Way, ...] = WAYS, more: tuple[str, ...] = ()) -> Compared:
    """Assess a project in each way. Raises Failed where a run fails; `more` goes to each command."""
    found, first, before = Compared(), b"", b""
    with tempfile.TemporaryDirectory() as folder:
        for number, way in enumerate(ways):
            # A cached answer is the one of the same folder.
            out = Path(folder) / ("out0" if way.cached else f"out{number}")
            begun = time.perf_counter()
            raw = _assess(project, way, out, Path(folder) / "cache", (*more, *way.words), seed=number)
            found.seconds[way.name] = time.perf_counter() - begun
            if way.cached and raw != before:
                raise Failed(f"{way.name}: the answer is not the one that was kept")
            before, text = raw, _TIME.sub(rb"\1null", raw)
            first = first or text
            if text != first:
                found.different[way.name] = list(_differences(first, text))
    return found


def _assess(project: Path, way: Way, out: Path, cache: Path, words: tuple[str, ...], *, seed: int) -> bytes:
    command = [sys.executable, *way.start, "assess", str(project), "--out", str(out), "--quiet", "--fail-on", "never"]
    environment = {**os.environ, "READINESS_CACHE": str(cache), "PYTHONHASHSEED": str(seed)}
    run = subprocess.run([*command, *words], env=environment, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise Failed(f"{way.name}: exit code {run.returncode}: {run.stderr.strip()[-2000:]}")
    return (out / "assessment.json").read_bytes()


def _differences(one: bytes, other: bytes, most: int = 12) -> Iterator[str]:
    lines = difflib.unified_diff(one.decode().splitlines(), other.decode().splitlines(), lineterm="", n=0)
    yield from (line[:200] for line, _ in zip((x for x in lines if x[:3] not in {"---", "+++"}), range(most)))  # noqa: B905 - the shorter one


@click.command()
@click.argument("projects", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--warm-only", is_flag=True, help="Leave ordinary kernels out.")
@click.option("--short", is_flag=True, help="Ordinary kernels with many jobs only.")
def main(projects: tuple[Path, ...], warm_only: bool, short: bool) -> None:
    """Assess each of PROJECTS (folders or params files; both samples without any) in every way and compare."""
    ways = tuple(w for w in WAYS if not (warm_only and w.start is _ORDINARY))
    ways = tuple(w for w in ways if not (short and w.name == "ordinary kernels, one job"))
    same = True
    for project in projects or SAMPLES:
        try:
            found = compare(project.resolve(), ways)
        except Failed as error:
            same = False
            click.echo(f"{project.name}: FAILED: {error}")
            continue
        seconds = ", ".join(f"{name} {took:.0f} s" for name, took in found.seconds.items())
        click.echo(f"{project.name}: {'DIFFERENT' if found.different else 'the same'} ({seconds})")
        for name, lines in found.different.items():
            same = False
            click.echo("\n".join([f"  {name}:", *(f"    {line}" for line in lines)]))
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
