"""What the owner demands, against what was measured: coverage, latency, error rate, RTO and RPO."""

from __future__ import annotations

from collections.abc import Sequence

from kit.model import Finding, Strength
from kit.report.blocks import Block, Cell, Chart, Mark, Place, Table, columns
from kit.report.charts_measured import against_target
from kit.report.display import figure_json
from kit.report.sections.basics import heads, nothing
from kit.report.sections.material import Material
from kit.report.sections.readings import Reading, Target, readings, targets
from kit.report.texts import text
from kit.report.views import recovery
from kit.report.words import at, count

MEASURED = {Strength.LIVE, Strength.MEASURED}
OF_FILES = "OPS-070"
"""The check of the evidence files themselves: it measures nothing of the system."""
MOST = 60
"""Measurements that the table of them shows; all findings stand in the appendix."""


def baselines(material: Material) -> tuple[Block, ...]:
    """The targets with what was measured of each, in a table and charts, all measurements, and when data is saved."""
    found = measured(material)
    timed = recovery.timeline(material.project, material.assessment.thresholds).blocks
    return (
        *against(material),
        _measurements(found) if found else nothing("baselines"),
        *timed,
    )


def against(material: Material) -> tuple[Block, ...]:
    """The targets with what was measured of each: a table, then a chart of floors and one of ceilings."""
    wanted = targets(material)
    if not wanted:
        return (nothing("targets"),)
    found = readings(material)
    real = [r for r in found if not r.planned]
    drawn = (_chart([r for r in real if r.target.least is least], least=least) for least in (True, False))
    return (_table(wanted, found), *(chart for chart in drawn if chart is not None))


def measured(material: Material) -> tuple[Finding, ...]:
    """What another tool or a live probe decided of the system; whether its files can be read stands with those."""
    decided = (f for f in material.assessment.findings if f.outcome.decided and f.check != OF_FILES)
    return tuple(f for f in decided if any(e.strength in MEASURED for e in f.evidence))


def _table(wanted: Sequence[Target], found: Sequence[Reading]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for target in wanted:
        own = [r for r in found if r.target == target]
        rows += [(target.name, target.words, Mark(r.outcome, r.words), r.by, Place(r.at)) for r in own]
        if not own:
            rows.append((target.name, target.words, Mark("unknown", text("targets.unmeasured")), supply(target), ""))
    return Table(text("targets.caption"), columns(*heads("metric", "target", "measured", "by", "where")), tuple(rows))


def supply(target: Target) -> str:
    """What would measure the target."""
    own = target.key if target.key in ("errors", "rto", "rpo") else "coverage" if target.least else "latency"
    return text(f"targets.supply-{own}")


def _chart(found: Sequence[Reading], *, least: bool) -> Chart | None:
    if not found:
        return None
    kept = sum(r.outcome == "pass" for r in found)
    key = "least" if least else "most"
    title = text(f"targets.{key}", kept=kept, count=count(len(found), "measurement"))
    drawn = [(f"{r.target.name}, {r.by}", r.share, f"{r.words} ({r.target.words})", r.outcome) for r in found]
    figure = against_target(drawn, text("targets.unit"))
    rows = tuple(
        (r.target.name, r.target.words, Mark(r.outcome, r.words), round(r.share, 1), r.by, Place(r.at)) for r in found
    )
    names = columns(*heads("metric", "target", "measured"), (text("targets.unit"), "number"), *heads("by", "where"))
    said = "; ".join(f"{r.target.name}: {r.words}, {r.target.words}" for r in found)
    return Chart(title, figure_json(figure), f"{title}. {said}.", Table(title, names, rows))


def _measurements(found: tuple[Finding, ...]) -> Table:
    rows = tuple((f.title, Mark(f.outcome.value), f.message, Place(at(f))) for f in found[:MOST])
    rest = len(found) - MOST
    note = text("page.more", number=rest) if rest > 0 else ""
    return Table(text("targets.measured"), columns(*heads("metric", "result", "seen", "where")), rows, note)
