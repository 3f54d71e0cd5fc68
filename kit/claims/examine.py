"""Reports held against one project: read, judged, compared with themselves and with each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kit.claims.between import contradictions
from kit.claims.ground import Ground
from kit.claims.itself import inner_contradictions, weighed
from kit.claims.judge import judge
from kit.claims.model import Claim, Examination, Reading
from kit.model import Finding
from kit.project import Project


def examine(
    project: Project, readings: Iterable[Reading], findings: Mapping[str, tuple[Finding, ...]] | None = None
) -> Examination:
    """Every statement of the reports with its verdict, and what cannot both be true.

    `findings` are those of the checks that have run already, by check id; others run where a statement speaks to them.
    """
    read = _told_apart(tuple(readings))
    ground = Ground(project, findings)
    claims: list[Claim] = []
    inner = []
    for reading in read:
        own = [weighed(judge(statement, ground), reading, project) for statement in reading.statements]
        claims += own
        inner += inner_contradictions(own)
    return Examination(
        project=project.name,
        revision=project.files.revision,
        readings=read,
        claims=tuple(claims),
        contradictions=(*inner, *contradictions(claims)),
    )


def _told_apart(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """The readings, ids prefixed with a number where two reports have one name."""
    stems = [reading.statements[0].id.rpartition(":")[0] if reading.statements else "" for reading in readings]
    if len(set(stems)) == len(stems):
        return readings
    return tuple(
        replace(r, statements=tuple(replace(s, id=f"{n}.{s.id}") for s in r.statements))
        for n, r in enumerate(readings, 1)
    )
