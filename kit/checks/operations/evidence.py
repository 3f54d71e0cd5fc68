"""Whether the files that others were to measure by can be read, and speak of this system as it is."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import combinations

from kit.model import At, Clause, Fact, Severity, Strength, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.evidence.model import Audit, Bill, Coverage, EvidenceFile, Issues, Load, Log, Page, Suites
from kit.sources.evidence.places import ours

_KEYS: dict[str, tuple[type, ...]] = {
    "coverage": (Coverage,),
    "junit": (Suites,),
    "sarif": (Issues, Audit),
    "load": (Load, Page),
    "dependencies": (Audit, Bill, Issues),
    "logs": (Log,),
}
FAR = 1.0
"""Points of per cent by which two reports of the same files may differ."""


@check(
    "OPS-070",
    "Evidence files can be read and speak of this code",
    Severity.MEDIUM,
    Clause.ASSUMPTIONS,
    effort_hours=0.5,
)
def evidence_can_be_read(project: Project) -> Iterator[Fact]:
    """
    A report of last month's code, or half of one, is no evidence of what is released today.

    Decides: each file that the params file names under `evidence`: one that is missing, cut off, packed, hostile or of no known
    format fails; one that says that it was made of another revision, or before code that it speaks of was changed, holds in
    part and counts as a document does; so do two coverage reports of the same files that differ, and a file under a key of
    another kind.

    Fix: make the file again in the pipeline that builds the release, and name that file.

    Blind to: when a file was made that does not say so; the time of a file is no proof.

    See: https://slsa.dev/spec/v1.0/provenance
    """
    for file in project.evidence or ():
        yield _file(file)
    yield from _differences(project)


def _file(file: EvidenceFile) -> Fact:
    how = {"strength": Strength.MEASURED}
    if file.error:
        return bad(f"{file.path} is no evidence: {file.error.rstrip('.')}.", At(file.path), **how)
    if file.stale:
        return partial(f"{file.path} ({file.format}) is out of date: {file.stale}.", At(file.path), **how)
    expected = _KEYS.get(file.key)
    if expected and file.records and not any(isinstance(record, expected) for record in file.records):
        message = f"{file.path} is {file.format}, and stands under `evidence.{file.key}`; it was read as what it is."
        return partial(message, At(file.path), severity=Severity.LOW, **how)
    return ok(f"{file.path}: {file.format}, {_dated(file)}.", At(file.path), **how)


def _dated(file: EvidenceFile) -> str:
    if file.revision:
        return f"of revision {file.revision[:12]}"
    return f"made on {file.made:%Y-%m-%d}" if file.made else "which does not say when it was made"


def _differences(project: Project) -> Iterator[Fact]:
    """Coverage reports of the same files that do not say the same; of a pair both are shown."""
    reports = [
        (f, r, _named(project, f, r)) for f in project.evidence or () for r in f.records if isinstance(r, Coverage)
    ]
    for (file, one, own), (other_file, other, theirs) in combinations(reports, 2):
        first, second = one.totals.get("lines"), other.totals.get("lines")
        shared = len(own & theirs) / max(1, len(own | theirs))
        if first and second and shared > 0.5 and abs(first.percent - second.percent) > FAR:
            message = f"{file.path} says that {first.percent:.1f} per cent of the lines are covered, {posixpath.relpath(other_file.path)} {second.percent:.1f}, of the same files; one of them is of another run."
            yield partial(message, At(file.path, one.line), At(other_file.path, other.line), strength=Strength.MEASURED)


def _named(project: Project, file: EvidenceFile, report: Coverage) -> set[str]:
    return {p for f in report.files if (p := ours(project.files, f.path, file.path))}
