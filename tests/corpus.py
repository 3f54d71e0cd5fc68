"""The labelled corpus: small projects written for it, each with a file that says what is wrong in it and what only looks so.

`tests/projects/<name>/` is a project, `tests/projects/<name>.truth.yaml` its truth: a list of entries with the fields of
`Truth`. `tests/projects/<name>.params.yaml`, where there is one, is the params file that it is assessed with: what it demands,
and the evidence files, commands and answers that stand in `tests/projects/<name>.evidence/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import yaml

from kit.assessment import opened
from kit.model import Evidence, Finding, Severity
from kit.params import load_params
from kit.project import Project
from kit.registry import catalogue
from kit.run import run_checks

PROJECTS = Path(__file__).parent / "projects"
GRAVE = frozenset({Severity.CRITICAL, Severity.HIGH})
WIDEST = 20
"""Lines of a block that a finding may point at; one that points at half a file names no place in it."""
_NOWHERE = Evidence(".", None, None, "")


@dataclass(frozen=True)
class Truth:
    """One labelled place of a project.

    `kind` is `defect` (one of `check` has to report it there) or `near_miss` (none of `check` may, where it would count).
    `line` None: something is absent, or the whole of the file or folder is meant. `text` stands on the line.
    `gap` says why the kit falls short of the entry; such an entry counts against its figures.
    """

    id: str
    path: str
    line: int | None
    check: tuple[str, ...]
    what: str
    text: str | None = None
    kind: str = "defect"
    gap: str | None = None

    def told_by(self, finding: Finding) -> bool:
        """Whether the finding says this: one of its checks, at this place."""
        return finding.check in self.check and any(map(self._at, finding.evidence or (_NOWHERE,)))

    def _at(self, place: Evidence) -> bool:
        if self.line is None:
            return self.path == "." or place.path == "." or f"{place.path}/".startswith(f"{self.path}/")
        first, last = place.line or 0, place.end_line or place.line or 0
        return place.path == self.path and first <= self.line <= last and last - first < WIDEST


@dataclass(frozen=True)
class Labelled:
    """One project of the corpus: its folder, its truth, and what the kit says of it."""

    root: Path
    truths: tuple[Truth, ...]

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def defects(self) -> tuple[Truth, ...]:
        return tuple(t for t in self.truths if t.kind == "defect")

    @property
    def near_misses(self) -> tuple[Truth, ...]:
        return tuple(t for t in self.truths if t.kind == "near_miss")

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding of every check, without a policy and without waivers."""
        return run_checks(self._opened, catalogue())

    @property
    def _opened(self) -> Project:
        params = self.root.with_name(f"{self.name}.params.yaml")
        recorded = self.root.with_name(f"{self.name}.evidence")
        out = str(recorded) if (recorded / "probes.json").is_file() else ""
        return opened(load_params(params, project=self.root), out) if params.is_file() else Project(self.root)

    @cached_property
    def opened(self) -> tuple[Finding, ...]:
        """What is open, in documents and tests too: some defects stand there."""
        return tuple(f for f in self.findings if f.outcome.open)

    @cached_property
    def counted(self) -> tuple[Finding, ...]:
        """What is open and counts: in files of production, and not of development alone."""
        return tuple(f for f in self.opened if f.open and f.environment != "development")

    def finders(self, defect: Truth) -> set[str]:
        """The checks that report the defect."""
        return self._found[defect.id]

    @cached_property
    def _found(self) -> dict[str, set[str]]:
        return {d.id: {f.check for f in self.opened if d.told_by(f)} for d in self.defects}

    def alarms(self, near_miss: Truth) -> list[Finding]:
        """The findings that take the near miss for a defect."""
        return [f for f in self.counted if near_miss.told_by(f)]

    def true(self, finding: Finding) -> bool:
        """Whether an entry says what the finding says."""
        return any(defect.told_by(finding) for defect in self.defects)


@lru_cache(maxsize=1)
def projects() -> tuple[Labelled, ...]:
    """Every project of the corpus, by name."""
    files = sorted(PROJECTS.glob("*.truth.yaml"))
    return tuple(Labelled(PROJECTS / file.name.removesuffix(".truth.yaml"), truths(file)) for file in files)


def project(name: str) -> Labelled:
    """The project of that name."""
    return next(p for p in projects() if p.name == name)


def truths(file: Path) -> tuple[Truth, ...]:
    """The entries of a truth file, in its order."""
    rows = yaml.safe_load(file.read_text(encoding="utf-8")) or []
    return tuple(Truth(**{**row, "check": tuple(row["check"])}) for row in rows)


def entries(kind: str) -> Iterator[tuple[Labelled, Truth]]:
    """Every entry of that kind with its project."""
    return ((p, t) for p in projects() for t in p.truths if t.kind == kind)


def told(finding: Finding) -> str:
    """The finding on one line."""
    places = ", ".join(f"{e.path}:{e.line}" for e in finding.evidence) or "nowhere"
    return f"{finding.check} {finding.severity} {places} {finding.message}"
