"""What load was tried, by load tests whose results are given and by live probes, and how it went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kit.model import At
from kit.project import Project
from kit.report.blocks import Block, Place, Table, columns
from kit.report.sections.basics import heads, nothing
from kit.report.sections.material import Material
from kit.report.texts import text
from kit.sources.evidence.model import Load


@dataclass(frozen=True, slots=True)
class Tried:
    """One load: users at once and requests a second where they are told, p95 in milliseconds, failed in percent."""

    by: str
    users: int | None
    rate: float | None
    p95: float | None
    failed: float | None
    at: str

    @property
    def words(self) -> str:
        """The load in one line, without what is not known."""
        said = [
            text(f"loads.{key}", value=value)
            for key, value in (("users", _number(self.users)), ("rate", _number(self.rate)))
            if value
        ]
        said += [text("loads.p95", value=_number(self.p95))] if self.p95 is not None else []
        said += [text("loads.failed", value=_share(self.failed))] if self.failed is not None else []
        return f"{self.by}: {', '.join(said)}" if said else self.by


def loads(project: Project) -> tuple[Tried, ...]:
    """Every load that was tried, from files first."""
    return (*_of_files(project), *_of_probes(project))


def capacity(material: Material) -> Block:
    """The loads that were tried; where there is none, what would tell how much it bears."""
    found = loads(material.project)
    if not found:
        return nothing("capacity")
    names = columns(
        *heads("by"),
        *((text(f"loads.column-{key}"), "number") for key in ("users", "rate", "p95", "failed")),
        *heads("where"),
    )
    rows = tuple(
        (
            load.by,
            _number(load.users) or None,
            _number(load.rate) or None,
            _number(load.p95) or None,
            None if load.failed is None else _share(load.failed),
            Place(load.at),
        )
        for load in found
    )
    return Table(text("loads.caption"), names, rows, text("loads.note"))


def _of_files(project: Project) -> Iterator[Tried]:
    for file in project.evidence or ():
        for record in file.records:
            if isinstance(record, Load):
                by = text("targets.stale", tool=record.tool) if file.stale else record.tool
                failed = None if record.error_rate is None else 100 * record.error_rate
                at = str(At(file.path, record.line))
                yield Tried(by, record.users, record.rate, record.latency.get("p95"), failed, at)


def _of_probes(project: Project) -> Iterator[Tried]:
    for probe in project.probes.http if project.probes is not None else ():
        load = probe.load
        if load is None or load.latency is None:
            continue
        spent = load.latency.seconds.get("p95")
        failed = 100 * load.latency.failed / load.latency.requests if load.latency.requests else None
        yield Tried(
            text("loads.live"),
            load.users,
            load.per_second or None,
            None if spent is None else 1000 * spent,
            failed,
            probe.url,
        )


def _share(percent: float) -> str:
    return f"{percent:.2f}" if 0 < percent < 1 else f"{percent:.1f}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 10 else f"{value:.3g}"
