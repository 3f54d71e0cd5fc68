"""Hold checks against the labelled fixtures of Checkmarx KICS: recall and precision at the line.

Run it with the folder that holds `assets/queries` (or `queries`) of a copy of KICS, which is no part of this
repository:

    python tests/yardsticks/kics.py path/to/kics [--misses] [--false] [--query WORD]

`kics.yaml` beside this file says which checks answer which query. Each fixture is laid out as a project on its own,
the checks run over it, and their open findings are compared with the lines that KICS expects.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kit.model import At, Finding
from kit.project import Project
from kit.registry import catalogue
from kit.run import run_check

MAPPING = Path(__file__).with_suffix(".yaml")
_LABELS = "positive_expected_result.json"
_NAMES = {
    "dockerfile": "Dockerfile",
    "dockerCompose": "docker-compose.yml",
    "k8s": "manifests/app{suffix}",
    "cicd": ".github/workflows/ci.yml",
    "openAPI": "openapi{suffix}",
    "serverlessFW": "serverless.yml",
    "terraform": "main{suffix}",
}
_BY_SUFFIX = {".dockerfile": "Dockerfile", ".tf": "main.tf"}


@dataclass(frozen=True)
class Mapping:
    """One query and what answers it.

    `message` narrows the findings to those about the query's subject. `anchor` says how near a finding has to be:
    "line" on the expected line, "block" in the same block (what is said of a container or a resource as a whole may
    stand at its first line), "file" anywhere in the file (what is missing has no line). `left_out` are fixtures that
    are not judged; the mapping file says why.
    """

    query: str
    checks: tuple[str, ...]
    message: str = ""
    anchor: str = "line"
    left_out: frozenset[str] = frozenset()

    @property
    def platform(self) -> str:
        """The folder of the platform: "k8s", "terraform" ..."""
        return self.query.split("/")[0]


@dataclass(frozen=True)
class Label:
    """A line that is expected to be found. `file` is None where KICS does not say in which of the positive files."""

    file: str | None
    line: int

    def is_in(self, path: Path) -> bool:
        """Whether it may stand in that fixture."""
        return path.name == self.file if self.file is not None else path.name.startswith("positive")


@dataclass
class Score:
    """Expected lines that were found, and findings that were expected."""

    expected: int = 0
    found: int = 0
    findings: int = 0
    wrong: int = 0
    misses: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        return 1 - self.wrong / self.findings if self.findings else 1.0

    def add(self, other: Score) -> None:
        """Count another's numbers in."""
        for name in ("expected", "found", "findings", "wrong", "misses", "false"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def load_mapping(path: Path = MAPPING) -> tuple[Mapping, ...]:
    """The queries of a mapping file. Raises ValueError for a check that is not in the catalogue."""
    queries = yaml.safe_load(path.read_text("utf-8"))["queries"]
    found = tuple(_mapping(query, entry) for query, entry in queries.items())
    unknown = {check for one in found for check in one.checks} - {check.id for check in catalogue()}
    if unknown:
        raise ValueError(f"{path.name}: no such check: {', '.join(sorted(unknown))}")
    return found


def _mapping(query: str, entry: str | dict[str, Any]) -> Mapping:
    if isinstance(entry, str):
        return Mapping(query, tuple(entry.split()))
    message, anchor = entry.get("message", ""), entry.get("anchor", "line")
    return Mapping(query, tuple(entry["check"].split()), message, anchor, frozenset(entry.get("left_out", {})))


def queries_of(folder: Path) -> Path:
    """The folder of the queries in a copy of KICS."""
    return next((p for p in (folder / "assets" / "queries", folder / "queries") if p.is_dir()), folder)


def fixtures(query: Path) -> tuple[Path, ...]:
    """The positive and negative files of a query; JSON plans of Terraform, which nobody writes, are left out."""
    found = sorted(p for p in (query / "test").iterdir() if p.name.startswith(("positive", "negative")) and p.is_file())
    plan = ".json" if any(p.suffix == ".tf" for p in found) else None
    return tuple(p for p in found if p.name != _LABELS and p.suffix not in {"", ".md", plan})


def labels(query: Path, held: Iterable[Path]) -> tuple[Label, ...]:
    """What is expected in those files of a query, each line once."""
    positive = [p.name for p in held if p.name.startswith("positive")]
    only = positive[0] if len(positive) == 1 else None
    entries = json.loads((query / "test" / _LABELS).read_text("utf-8"))
    found = {Label(e.get("fileName") or e.get("filename") or only, int(e["line"])) for e in entries}
    kept = [one for one in found if one.file is None or one.file in positive]
    return tuple(sorted(kept, key=lambda one: (one.file or "", one.line)))


def laid_out(fixture: Path, platform: str) -> str:
    """The path that a fixture has in its project."""
    name = _NAMES.get(platform) or _BY_SUFFIX.get(fixture.suffix, "config{suffix}")
    return name.format(suffix=fixture.suffix)


def findings_of(fixture: Path, platform: str, checks: Iterable[str]) -> list[Finding]:
    """The open findings of the checks over a project that is this file alone."""
    with tempfile.TemporaryDirectory(prefix="fixture-") as folder:
        target = Path(folder, laid_out(fixture, platform))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(fixture.read_bytes())
        project = Project(folder, name="fixture")
        return [f for id in checks for f in run_check(project, _check(id)) if f.outcome.open]


@cache
def _check(id: str) -> Any:
    return next(check for check in catalogue() if check.id == id)


def judge(mapping: Mapping, query: Path) -> Score:
    """Compare what the checks find in a query's files with what is expected there."""
    held = [p for p in fixtures(query) if p.name not in mapping.left_out]
    expected, met, score, near = labels(query, held), set[Label](), Score(), NEAR[mapping.anchor]
    for fixture in held:
        text = fixture.read_text("utf-8", errors="replace").split("\n")
        here = [label for label in expected if label.is_in(fixture)]
        for finding in findings_of(fixture, mapping.platform, mapping.checks):
            if not re.search(mapping.message, finding.message):
                continue
            hit = {label for label in here for place in _places(finding) if near(text, place, label.line)}
            met |= hit
            score.findings += 1
            if not hit:
                score.wrong += 1
                line = finding.evidence[0].line if finding.evidence else None
                score.false.append(f"{mapping.query}/{fixture.name}:{line} {finding.check} {finding.message}")
    score.expected, score.found = len(expected), len(met)
    score.misses = [f"{mapping.query}/{one.file or 'positive*'}:{one.line}" for one in expected if one not in met]
    return score


def _places(finding: Finding) -> Iterator[At]:
    yield from (At(e.path, e.line, e.end_line) for e in finding.evidence)


def _on_line(_text: list[str], place: At, line: int) -> bool:
    return place.line == line


def _in_block(text: list[str], place: At, line: int) -> bool:
    """Whether the expected line is within the place, or the place is within the block that the line opens."""
    if place.line is None:
        return False
    return place.line <= line <= (place.end_line or place.line) or line <= place.line <= _end(text, line)


def _end(text: list[str], line: int) -> int:
    """The last line of the block that a line opens: those that follow with a deeper indentation."""
    opening = text[line - 1] if line <= len(text) else ""
    depth, last = _depth(opening), line
    for number, following in enumerate(text[line:], line + 1):
        item = following.lstrip().startswith("- ") and not opening.lstrip().startswith("- ")
        if following.strip() and _depth(following) + item <= depth:
            break
        last = number
    return last


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _in_file(_text: list[str], _place: At, _line: int) -> bool:
    return True


NEAR: dict[str, Callable[[list[str], At, int], bool]] = {"line": _on_line, "block": _in_block, "file": _in_file}


def measure(queries: Path, mapping: Iterable[Mapping]) -> dict[Mapping, Score]:
    """The score of each query."""
    return {one: judge(one, queries / one.query) for one in mapping}


def table(scores: dict[Mapping, Score]) -> Iterator[str]:
    """One row a query, one a platform, and the total."""
    platforms: dict[str, Score] = defaultdict(Score)
    counts: dict[str, int] = defaultdict(int)
    yield _HEAD
    for mapping, score in scores.items():
        yield _row(mapping.query, score)
        for name in (mapping.platform, "total"):
            platforms[name].add(score)
            counts[name] += 1
    yield "-" * len(_HEAD)
    for name in sorted(platforms, key=lambda name: (name == "total", name)):
        yield _row(f"{name} ({counts[name]} queries)", platforms[name])


_HEAD = f"{'query':<72} {'expected':>8} {'found':>6} {'recall':>7} {'findings':>8} {'wrong':>6} {'precision':>9}"


def _row(name: str, s: Score) -> str:
    return f"{name[:72]:<72} {s.expected:>8} {s.found:>6} {s.recall:>7.2f} {s.findings:>8} {s.wrong:>6} {s.precision:>9.2f}"


def main(arguments: list[str] | None = None) -> int:
    """Print the table; with options also what was missed and what was said in vain."""
    parser = argparse.ArgumentParser(description="Hold the checks against the fixtures of KICS.")
    parser.add_argument("kics", type=Path, help="a copy of KICS")
    parser.add_argument("--misses", action="store_true", help="list the expected lines that no finding names")
    parser.add_argument("--false", action="store_true", help="list the findings that were not expected")
    parser.add_argument("--query", default="", help="only queries whose path holds this word")
    chosen = parser.parse_args(arguments)
    mapping = [one for one in load_mapping() if chosen.query in one.query]
    scores = measure(queries_of(chosen.kics), mapping)
    lines = list(table(scores))
    for score in scores.values():
        lines += [f"missed {one}" for one in score.misses if chosen.misses]
        lines += [f"false  {one}" for one in score.false if chosen.false]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
