"""What the sections of a report are made from: the assessment, the project, what notebooks drew, the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kit.claims.model import Examination
from kit.judgement.assessment import Assessment
from kit.judgement.diff import Changes
from kit.judgement.reach import SCORED, Reach, reach
from kit.model import Finding, Outcome
from kit.project import Project
from kit.report.notebooks import NotebookSection
from kit.report.sections.topics import raised_by
from kit.report.tables import ranked


@dataclass(frozen=True)
class Standing:
    """How a check stands: the findings that weigh, by what they came to; those waived or set aside are `aside`."""

    check: str
    title: str
    area: str
    held: tuple[Finding, ...]
    open: tuple[Finding, ...]
    unseen: tuple[Finding, ...]
    aside: tuple[Finding, ...]

    @property
    def examined(self) -> int:
        """How many things were decided."""
        return len(self.held) + len(self.open)

    @property
    def outcome(self) -> str:
        """The outcome of the whole: fail where something grave is open, partial where anything is."""
        return outcome_of([self])


@dataclass(frozen=True)
class Material:
    """Everything that sections read. `run` is the record of the run, `changes` what an earlier assessment shows,
    `claims` what readiness documents say."""

    assessment: Assessment
    project: Project
    notebooks: tuple[NotebookSection, ...] = ()
    run: Mapping[str, Any] = field(default_factory=dict)
    changes: Changes | None = None
    claims: Examination | None = None

    @property
    def name(self) -> str:
        """How the report calls the project."""
        return self.assessment.project.name

    @cached_property
    def open(self) -> tuple[Finding, ...]:
        """What counts against the system, the gravest first."""
        return self.assessment.open

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each open finding in this report, by fingerprint, the gravest first."""
        return {f.fingerprint: n for n, f in enumerate(self.open, start=1)}

    @cached_property
    def deciding(self) -> tuple[Finding, ...]:
        """Blockers and critical findings that are open."""
        return tuple(f for f in self.open if f.blocker or f.severity == "critical")

    @cached_property
    def holding(self) -> tuple[Finding, ...]:
        """What keeps the strictest environment from a better verdict. Behind a number that is too low stands all that
        is open: such a gate names nothing here."""
        a = self.assessment
        kinds = {g.id: g.when.kind for g in a.policy.environments[a.strictest].gates}
        reasons = [r for r in a.environments[a.strictest].reasons if kinds.get(r.gate) not in SCORED]
        wanted = {f for r in reasons for f in r.findings}
        return tuple(f for f in self.open if f.fingerprint in wanted)

    @cached_property
    def reach_allowed(self) -> Reach:
        """What it takes until nothing forbids the strictest environment."""
        return reach(self.assessment, self.assessment.strictest, "CONDITIONAL")

    @cached_property
    def reach_go(self) -> Reach:
        """What it takes until no condition of the strictest environment is left."""
        return reach(self.assessment, self.assessment.strictest, "GO")

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """How each check stands, in the order of the report."""
        grouped: dict[str, list[Finding]] = {}
        for finding in self.assessment.findings:
            grouped.setdefault(finding.check, []).append(finding)
        return {check: self._standing(found) for check, found in grouped.items()}

    @cached_property
    def raised(self) -> frozenset[str]:
        """The topics that what the system has raises."""
        return raised_by(self.project.system)

    def of_checks(self, checks: Iterable[str]) -> tuple[Standing, ...]:
        """The standings of those of the checks that ran."""
        return tuple(self.standings[c] for c in dict.fromkeys(checks) if c in self.standings)

    def of_areas(self, *areas: str) -> tuple[Standing, ...]:
        """The standings of all checks of some areas."""
        return tuple(s for s in self.standings.values() if s.area in areas)

    def _standing(self, found: list[Finding]) -> Standing:
        policy = self.assessment.policy
        weighty = [f for f in found if policy.weighs(f) > 0 and f.waived is None]
        first = found[0]
        return Standing(
            check=first.check,
            title=first.title,
            area=first.area,
            held=tuple(f for f in weighty if f.outcome is Outcome.PASS),
            open=tuple(ranked(f for f in weighty if f.outcome.open)),
            unseen=tuple(f for f in weighty if f.outcome in {Outcome.UNKNOWN, Outcome.ERROR}),
            aside=tuple(f for f in found if f.outcome.open and (f.waived or policy.weighs(f) == 0)),
        )


def outcome_of(standings: Iterable[Standing]) -> str:
    """What several checks come to: the worst that is open, else what holds, else what could not be seen."""
    found = list(standings)
    opened = [f for s in found for f in s.open]
    if any(f.blocker or f.severity in {"critical", "high"} for f in opened):
        return "fail"
    if opened:
        return "partial"
    if any(s.held for s in found):
        return "pass"
    return "unknown" if any(s.unseen for s in found) else "not_applicable"
