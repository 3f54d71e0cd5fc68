"""What the owner demands, against what was measured: coverage, latency, error rate, RTO and RPO."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kit.model import Finding, Strength
from kit.report.blocks import Block, Cell, Mark, Place, Table, columns
from kit.report.sections.basics import heads, nothing
from kit.report.sections.material import Material
from kit.report.texts import text
from kit.report.views import recovery
from kit.report.words import at

MEASURED = {Strength.LIVE, Strength.MEASURED}


def baselines(material: Material) -> tuple[Block, ...]:
    """The targets that were set with what is known of each, the measurements, and when data is saved."""
    found = measured(material)
    wanted = tuple(_targets(material))
    timed = recovery.timeline(material.project, material.assessment.thresholds).blocks
    return (
        _table(wanted) if wanted else nothing("targets"),
        _measurements(found) if found else nothing("baselines"),
        *timed,
    )


def measured(material: Material) -> tuple[Finding, ...]:
    """What another tool or a live probe decided."""
    decided = (f for f in material.assessment.findings if f.outcome.decided)
    return tuple(f for f in decided if any(e.strength in MEASURED for e in f.evidence))


def _targets(material: Material) -> Iterator[tuple[str, str]]:
    wanted = material.assessment.thresholds
    for name in ("lines", "branches", "functions", "statements"):
        share = getattr(wanted.coverage, name)
        if share is not None:
            yield text(f"targets.{name}"), f"≥ {share:g} %"
    for name in ("p50", "p95", "p99"):
        limit = getattr(wanted.latency, name)
        if limit is not None:
            yield text("targets.latency", name=name), f"< {_time(limit)}"
    if wanted.error_rate is not None:
        yield text("targets.errors"), f"≤ {wanted.error_rate * 100:g} %"
    for name, span in (("rto", wanted.rto), ("rpo", wanted.rpo)):
        if span is not None:
            yield text(f"targets.{name}"), f"≤ {_time(span)}"


def _table(wanted: tuple[tuple[str, str], ...]) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, target, Mark("unknown", text("targets.unmeasured"))) for name, target in wanted
    )
    return Table(text("targets.caption"), columns(*heads("metric", "target", "measured")), rows)


def _measurements(found: tuple[Finding, ...]) -> Table:
    rows = tuple((f.title, Mark(f.outcome.value), f.message, Place(at(f))) for f in found)
    return Table(text("targets.measured"), columns(*heads("metric", "result", "seen", "where")), rows)


def _time(span: timedelta) -> str:
    seconds = span.total_seconds()
    if seconds < 1:
        return f"{seconds * 1000:g} ms"
    if seconds < 60:
        return f"{seconds:g} s"
    return f"{seconds / 60:g} min" if seconds < 3600 else f"{seconds / 3600:g} h"
