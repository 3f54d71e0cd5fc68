"""Status: red, yellow, green per area with confidence, what is required for green, the go / no-go matrix."""

from __future__ import annotations

from collections.abc import Sequence

from kit.judgement.assessment import AreaResult
from kit.judgement.groups import group_of
from kit.model import AREAS, Finding
from kit.report import overview
from kit.report.blocks import Block, Listing, Mark, Notice, Prose, Ref, Table, columns
from kit.report.document import Section
from kit.report.sections.basics import (
    findings_rows,
    fix_of,
    gravest_first,
    group_name,
    heads,
    joined,
    missing,
    nothing,
    section,
    topics_table,
    unseen,
    wholly_held,
)
from kit.report.sections.closing import calls, conditions, must, reasons, summary
from kit.report.sections.material import Material, Standing
from kit.report.sections.planning import estimate
from kit.report.sections.targets import baselines
from kit.report.texts import text, texts
from kit.report.words import listed

GROUPS: dict[str, tuple[str, ...]] = {
    "deployment": ("delivery", "containers", "orchestration", "infrastructure", "configuration"),
    "security": ("security",),
    "performance": ("performance", "resilience"),
    "operations": ("observability", "operations", "recovery"),
    "data": ("data", "contract"),
    "testing": ("testing",),
    "compliance": ("compliance",),
}
"""The status report's areas, each of areas of the kit."""

TOPICS: dict[str, tuple[str, ...]] = {
    "security": (
        "encryption",
        "tls",
        "authentication",
        "authorization",
        "headers",
        "limits",
        "injection",
        "validation",
        "audit",
        "scanning",
    ),
    "data": ("migrations", "specification", "idempotency", "pooling"),
    "testing": ("tests", "gates", "smoke"),
}
"""Evidence is told by topic where an area has a table of it."""

GRAVE = ("critical", "high")
MOST = 15


def sections(material: Material) -> tuple[Section, ...]:
    """The sections of the status report."""
    groups = [(key, _group(material, key)) for key in GROUPS]
    judged = [(key, result) for key, result in groups if result is not None]
    made = [_area(material, number, key, result) for number, (key, result) in enumerate(judged, start=1)]
    return (_summary(material, judged), *made, _limitations(material), _decision(material))


def _group(material: Material, key: str) -> AreaResult | None:
    return group_of(material.assessment, key, text(f"groups.{key}"), GROUPS[key])


def _summary(material: Material, judged: Sequence[tuple[str, AreaResult]]) -> Section:
    names = columns(*heads("area", "status"), *((text(f"columns.{c}"), "number") for c in ("score", "confidence")))
    rows = tuple(
        (
            Ref(f"status-{key}", group_name(key, GROUPS[key])),
            Mark(result.status),
            "–" if result.score is None else f"{result.score:.0f}",
            f"{result.confidence:.0f} %",
        )
        for key, result in judged
    )
    note = joined(GROUPS, [key for key, _ in judged])
    table = Table(text("status.summary"), names, rows, note)
    return section("status.summary", table, calls(material), summary(material))


def _area(material: Material, number: int, key: str, result: AreaResult) -> Section:
    standings = material.of_areas(*GROUPS[key])
    grave = [s for s in standings if s.open and _is_missing(s, result)]
    minor = [s for s in standings if s.open and not _is_missing(s, result)]
    parts = [
        ("works", (wholly_held(standings),)),
        ("evidence", (topics_table(material, result.title, TOPICS[key]),) if key in TOPICS else ()),
        ("baselines", baselines(material) if key == "performance" else ()),
        ("missing", _present(_missing(grave, minor), unseen(standings))),
        ("gaps", (missing(minor, most=MOST),)),
        ("required", (_required(material, result, standings),)),
    ]
    made = [Section(f"status-{key}-{part}", text(f"status.{part}"), blocks) for part, blocks in parts if blocks]
    title = text("status.group", number=number, group=result.title)
    note = text(
        "areas.note",
        score="–" if result.score is None else f"{result.score:.0f}",
        confidence=f"{result.confidence:.0f}",
    )
    if group_name(key, GROUPS[key]) != result.title:
        note = text("areas.together", areas=listed([AREAS[a][1] for a in GROUPS[key]], len(GROUPS[key])), note=note)
    return Section(f"status-{key}", title, sections=tuple(made), status=result.status, note=note)


def _missing(grave: Sequence[Standing], minor: Sequence[Standing]) -> Block:
    """What is gravely open; where only minor gaps are, that is said, lest they contradict "nothing is open"."""
    return Notice(text("status.none-grave"), tone="pass") if minor and not grave else missing(grave, most=MOST)


def _present(*blocks: Block | None) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block is not None)


def _is_missing(standing: Standing, result: AreaResult) -> bool:
    """What is grave; in an area that is not GREEN, whatever is more than low keeps it from that."""
    return _is_grave(standing) or (result.status != "GREEN" and standing.open[0].severity == "medium")


def _is_grave(standing: Standing) -> bool:
    return bool(standing.open[0].blocker) or standing.open[0].severity in GRAVE


def _required(material: Material, result: AreaResult, standings: Sequence[Standing]) -> Block:
    """What stands between the area and GREEN, by the policy's own rule: grave findings, confidence, score."""
    if result.status == "GREEN":
        return Prose((text("green.is-green"),))
    green = material.assessment.policy.status.green
    steps = {step.check: step for step in material.assessment.plan.steps}
    blocking = [s for s in gravest_first(s for s in standings if s.open) if _is_grave(s)]
    score = result.score or 0.0
    chosen = [s for s in blocking or gravest_first(s for s in standings if s.open)[:5] if s.check in steps]
    lines: list[Ref | str] = [
        Ref(
            f"check-{s.check}",
            text("green.required", title=s.title, fix=fix_of(s.open[0]), hours=f"{steps[s.check].hours:g}"),
        )
        for s in chosen[:MOST]
    ]
    if rest := chosen[MOST:]:
        lines.append(text("green.more", count=len(rest), hours=f"{sum(steps[s.check].hours for s in rest):g}"))
    if score < green.score:
        lines.append(text("green.score", score=f"{score:.0f}", needed=f"{green.score:.0f}"))
    if result.confidence < green.confidence:
        count = sum(bool(s.unseen) for s in standings)
        values = {"confidence": f"{result.confidence:.0f}", "needed": f"{green.confidence:.0f}", "count": count}
        lines.append(text("green.confidence", **values))
    return Listing(tuple(lines), ordered=True) if lines else nothing("open")


def _limitations(material: Material) -> Section:
    told = {f.fingerprint for f in (*material.deciding, *material.holding)}
    others = [f for f in material.open if f.fingerprint not in told]
    return section(
        "status.limitations",
        sections=(
            section("status.critical", *must(material)),
            section("status.other", _others(others)),
        ),
    )


def _others(found: Sequence[Finding]) -> Block:
    if not found:
        return nothing("open")
    return findings_rows(found, text("status.other"), most=MOST)


def _decision(material: Material) -> Section:
    matrix = overview.go_no_go(material.assessment)
    return section("status.decision", matrix, sections=(section("status.recommendation", *_recommended(material)),))


def _recommended(material: Material) -> tuple[Block, ...]:
    """The call; where the laxest environment may be used on conditions, which; what the strictest requires."""
    environments = material.assessment.environments
    first, strictest = next(iter(environments)), material.assessment.strictest
    blocks: list[Block] = [calls(material)]
    if environments[first].verdict == "CONDITIONAL":
        blocks.append(Listing(texts("green.caveats"), caption=text("green.suitable", environment=first.capitalize())))
    blocks += [
        reasons(material, strictest),
        Prose((text("status.allowed", environment=strictest.capitalize()),)),
        conditions(material, strictest),
        Prose((estimate(material),)),
    ]
    return tuple(blocks)
