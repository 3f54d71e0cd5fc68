"""What was measured of each target: coverage, response times, failures, backups and restores, live or from files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain

from kit.model import At
from kit.project import Project
from kit.report.sections.material import Material
from kit.report.texts import text
from kit.sources.evidence.model import Coverage, EvidenceFile, Load, Record
from kit.system.backups import interval_hours

COVERAGE = ("lines", "branches", "functions", "statements")
PERCENTILES = ("p50", "p95", "p99")
_RESTORES = re.compile(r"restore|recover|drill", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """What the owner demands: `limit` in percent, milliseconds or hours; at least so much where `least`."""

    key: str
    name: str
    limit: float
    words: str
    least: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a target: in words, as a share of the target in percent, by what and where; `planned` where a
    file only says what shall be."""

    target: Target
    words: str
    share: float
    by: str
    at: str
    planned: bool = False

    @property
    def outcome(self) -> str:
        """Whether the target is kept."""
        return "pass" if (self.share >= 100 if self.target.least else self.share <= 100) else "fail"


def targets(material: Material) -> tuple[Target, ...]:
    """Every threshold of the params, in the order of the report."""
    return tuple(_targets(material))


def readings(material: Material) -> tuple[Reading, ...]:
    """What is known of each target that was set: its measurements, and what a schedule plans."""
    return tuple(chain.from_iterable(_of(material, target) for target in targets(material)))


def _targets(material: Material) -> Iterator[Target]:
    wanted = material.assessment.thresholds
    for name in COVERAGE:
        share = getattr(wanted.coverage, name)
        if share is not None:
            yield Target(name, text(f"targets.{name}"), share, f"≥ {share:g} %", least=True)
    for name in PERCENTILES:
        limit = getattr(wanted.latency, name)
        if limit is not None:
            words = f"< {span_words(limit.total_seconds())}"
            yield Target(name, text("targets.latency", name=name), limit.total_seconds() * 1000, words)
    if wanted.error_rate is not None:
        percent = wanted.error_rate * 100
        yield Target("errors", text("targets.errors"), percent, f"≤ {percent:g} %")
    for name, span in (("rto", wanted.rto), ("rpo", wanted.rpo)):
        if span is not None:
            yield Target(name, text(f"targets.{name}"), _hours(span), f"≤ {span_words(span.total_seconds())}")


def _of(material: Material, target: Target) -> Iterator[Reading]:
    project = material.project
    if target.key in COVERAGE:
        yield from _coverage(project, target)
    elif target.key in PERCENTILES:
        yield from _latencies(project, target)
    elif target.key == "errors":
        yield from _failures(project, target)
    elif target.key == "rpo":
        yield from _schedules(project, target)
    else:
        yield from _restores(project, target)


def _reading(target: Target, value: float, words: Callable[[float], str], by: str, at: object) -> Reading:
    share = 100 * value / target.limit if target.limit else (0.0 if not value else 1000.0)
    return Reading(target, words(value), share, by, str(at))


def _records(project: Project) -> Iterator[tuple[EvidenceFile, Record]]:
    return ((file, record) for file in project.evidence or () for record in file.records)


def _by(file: EvidenceFile, tool: str) -> str:
    return text("targets.stale", tool=tool) if file.stale else tool


def _coverage(project: Project, target: Target) -> Iterator[Reading]:
    for file, record in _records(project):
        counted = dict(record.totals).get(target.key) if isinstance(record, Coverage) else None  # type: ignore[call-overload]
        if counted is not None and counted.of and isinstance(record, Coverage):
            yield _reading(target, counted.percent, _percent, _by(file, record.tool), At(file.path, record.line))


def _latencies(project: Project, target: Target) -> Iterator[Reading]:
    for file, record in _records(project):
        if isinstance(record, Load) and target.key in record.latency:
            value = record.latency[target.key]
            yield _reading(target, value, _milliseconds, _by(file, record.tool), At(file.path, record.line))
    for probe in project.probes.http if project.probes is not None else ():
        measured = [(probe.latency, text("targets.live"))]
        measured += (
            [(probe.load.latency, text("targets.load", users=probe.load.users))] if probe.load is not None else []
        )
        for latency, how in measured:
            if latency is not None and target.key in latency.seconds:
                yield _reading(target, latency.seconds[target.key] * 1000, _milliseconds, how, probe.url)


def _failures(project: Project, target: Target) -> Iterator[Reading]:
    for file, record in _records(project):
        if isinstance(record, Load) and record.error_rate is not None:
            value = record.error_rate * 100
            yield _reading(target, value, _percent, _by(file, record.tool), At(file.path, record.line))


def _schedules(project: Project, target: Target) -> Iterator[Reading]:
    timed = [(b, s, h) for b in project.backups for s in b.schedules if (h := interval_hours(s.expression)) is not None]
    for engine in dict.fromkeys(b.engine for b, _, _ in timed):
        backup, schedule, hours = min((t for t in timed if t[0].engine == engine), key=lambda t: t[2])
        tool = f"{backup.tool} ({engine})" if engine else backup.tool
        planned = _reading(target, hours, _hours_words, text("targets.planned", tool=tool), schedule.at)
        yield replace(planned, planned=True)


def _restores(project: Project, target: Target) -> Iterator[Reading]:
    for run in project.ran or ():
        if _RESTORES.search(run.name) and run.ended == "exited" and run.code == run.expect:
            yield _reading(target, run.seconds / 3600, _hours_words, run.name, run.folder)


def span_words(seconds: float) -> str:
    """Seconds as a person says them: "200 ms", "4 s", "15 min", "6 h"."""
    if seconds < 1:
        return f"{seconds * 1000:g} ms"
    if seconds < 60:
        return f"{seconds:g} s"
    return f"{seconds / 60:g} min" if seconds < 3600 else f"{seconds / 3600:g} h"


def _percent(value: float) -> str:
    return f"{value:.1f} %" if value >= 1 or not value else f"{value:.2f} %"


def _milliseconds(value: float) -> str:
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


def _hours_words(value: float) -> str:
    """Hours; whole seconds where there is one, so that no sum of floats shows."""
    seconds = value * 3600
    return span_words(round(seconds) if seconds >= 1 else round(seconds, 3))


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600
