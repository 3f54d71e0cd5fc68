"""What to mend in which order: steps of the plan, risks by kind, what a phase wins."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from kit.judgement.plan import PhaseTotal, Step
from kit.judgement.risk import risk_of
from kit.judgement.score import DECIMALS
from kit.model import Finding, Severity
from kit.report.blocks import Block, Listing, Mark, Prose, Ref, Table, columns
from kit.report.document import Section
from kit.report.overview import plan as plan_display
from kit.report.sections.basics import fix_of, heads, nothing, section
from kit.report.sections.material import Material
from kit.report.sections.topics import TOPICS
from kit.report.texts import text, texts
from kit.report.words import count, hours, listed

MOST_STEPS = 12
HOURS_A_WEEK = 40
KINDS: dict[str, tuple[str, ...]] = {
    "technical": ("delivery", "containers", "testing", "contract", "resilience", "performance"),
    "secure": ("security", "configuration"),
    "operational": ("orchestration", "infrastructure", "data", "recovery", "observability", "operations"),
    "business": ("compliance",),
}
"""Kind of risk to the areas that make it."""
_ALWAYS_SECURE = frozenset({"DEL-009", "DEL-010", "DEL-040", "ORC-025"}).union(
    *(TOPICS[topic] for topic in ("secrets", "hardening", "authorization", "encryption"))
)
"""Checks of any area that look for what an attacker would use."""

_LEVELS = ((2.5, "low"), (5.0, "moderate"), (7.5, "high"))


def phases(material: Material) -> tuple[PhaseTotal, ...]:
    """The phases of the policy's plan, those without steps too."""
    return material.assessment.plan.phases


def phase_sections(material: Material, keys: Sequence[str], found: Sequence[PhaseTotal] = ()) -> tuple[Section, ...]:
    """A section per phase under the keys' titles; phases beyond the last key stand under it."""
    wanted = list(found or phases(material))
    made = [section(key, *steps(material, p), phase=p.title) for key, p in zip(keys, wanted, strict=False)]
    return tuple(made)


def steps(material: Material, phase: PhaseTotal) -> tuple[Block, ...]:
    """What is done in a phase, the most urgent first, and what stands afterwards."""
    own = [step for step in material.assessment.plan.steps if step.phase == phase.id]
    if not own:
        last = phase.id == phases(material)[-1].id
        return (nothing("last-phase" if last else "phase", phase=phase.title),)
    shown = tuple(Ref(f"check-{s.check}", step_words(material, s)) for s in own[:MOST_STEPS])
    rest = len(own) - MOST_STEPS
    more = (text("phases.more", count=rest),) if rest > 0 else ()
    said = text(
        "phases.total",
        steps=count(len(own), "step"),
        hours=hours(phase.hours),
        score=f"{phase.score_after:.0f}",
        risk=f"{phase.risk_after:.1f}",
    )
    return (Listing((*shown, *more), ordered=True), Prose((f"{said} {_people(material, phase)}".strip(),)))


def _people(material: Material, phase: PhaseTotal) -> str:
    """How many people the phase needs to be done within its time; nothing where one is enough, or no time is set."""
    weeks = next(p.weeks for p in material.assessment.policy.plan.phases if p.id == phase.id)
    people = math.ceil(phase.hours / (weeks * HOURS_A_WEEK)) if weeks else 1
    return text("phases.people", week=HOURS_A_WEEK, people=people) if people > 1 else ""


def step_words(material: Material, step: Step) -> str:
    """A step in words: what is mended, how much of it, what it wins."""
    gain = _gain(material, step)
    return text(
        "phases.step",
        title=step.title,
        count=count(len(step.findings), "finding"),
        hours=f"{step.hours:g}",
        gain=f", {gain}" if gain else "",
    )


def _gain(material: Material, step: Step) -> str:
    """What a step wins: score, or else that it is a condition, or else less risk; empty where none of it shows."""
    if step.score_gain:
        return text("phases.gain", gain=f"{step.score_gain:.1f}")
    if {f.fingerprint for f in material.holding}.intersection(step.findings):
        return text("phases.condition", environment=material.assessment.strictest)
    steps = material.assessment.plan.steps
    before = next((a.risk_after for a, b in pairwise(steps) if b == step), material.assessment.risk_score)
    less = round(before - step.risk_after, DECIMALS)
    return text("phases.risk", less=f"{less:.1f}") if less else ""


def quarterly() -> Listing:
    """What comes back every quarter."""
    return Listing(texts("audited.quarterly"))


def risks(material: Material) -> Table:
    """Risk by kind: its points of 10, in words, and what makes it."""
    rows = tuple(_risk(material, kind, areas) for kind, areas in KINDS.items())
    names = columns(*heads("kind"), (text("columns.risk"), "number"), *heads("status", "from"))
    risk = f"{material.assessment.risk_score:.1f}"
    return Table(text("formal.risk"), names, rows, text("risks.together", risk=risk))


def level(risk: float) -> str:
    """A risk of 0 to 10 in a word."""
    return text(f"levels.{next((word for most, word in _LEVELS if risk < most), 'very-high')}")


def mitigation(material: Material, severities: Iterable[Severity], but: Iterable[Finding] = ()) -> Block:
    """For each check that is open at these severities, what makes the risk smaller; not for those told elsewhere."""
    wanted, told = set(severities), {f.check for f in but}
    found = [s for s in material.assessment.plan.steps if s.severity in wanted and s.check not in told]
    if not found:
        return nothing("open")
    by_id = {f.fingerprint: f for f in material.open}
    rows = tuple(Ref(f"check-{s.check}", f"{s.title}: {_fix(s, by_id)}") for s in found[:MOST_STEPS])
    rest = len(found) - MOST_STEPS
    return Listing((*rows, *((text("phases.more", count=rest),) if rest > 0 else ())), ordered=True)


def estimate(material: Material) -> str:
    """How long it takes until the strictest environment may be gone live in, and until nothing is open."""
    left = " ".join(reason.text for reason in material.reach_go.left)
    alone = f" {text('verdict.effort-left', reasons=left)}" if left else ""
    return f"{text('verdict.effort', spans=spans(material))}{alone}"


def spans(material: Material) -> str:
    """Hours until nothing forbids the strictest environment, until no condition is left, and for all that is open."""
    a, allowed, free = material.assessment, material.reach_allowed, material.reach_go
    values = {
        "environment": a.strictest,
        "allowed": hours(allowed.hours),
        "free": hours(free.hours),
        "all": hours(a.plan.hours),
    }
    if not free.steps:
        return text("verdict.effort-none", **values)
    key = "effort-both" if 0 < allowed.hours < free.hours else "effort-one"
    return text(f"verdict.{key}", **values)


def timeline(material: Material) -> tuple[Block, ...]:
    """The plan as a curve of the score over the hours, and as tables."""
    return plan_display(material.assessment).blocks


def _fix(step: Step, findings: Mapping[str, Finding]) -> str:
    finding = findings.get(step.findings[0])
    return fix_of(finding) if finding else step.fix


def _risk(material: Material, kind: str, areas: Sequence[str]) -> tuple[str, str, Mark, str]:
    secure = kind == "secure"
    own = [f for f in material.open if (secure if f.check in _ALWAYS_SECURE else f.area in areas)]
    points = risk_of(own, material.assessment.policy).shown
    mark = "fail" if points >= 5 else "partial" if points >= 2.5 else "pass"
    made = listed((f.title for f in own), 3) or text("standing.none-open")
    return (text(f"groups.{kind}"), f"{points:.1f}", Mark(mark, level(points)), made)
