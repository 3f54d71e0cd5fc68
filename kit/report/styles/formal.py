"""Formal verification: clauses S, I, A, E, D, undefined behaviour and compliance, then the proof's conclusion."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from kit.checks.shared.services import only_aside
from kit.model import Finding
from kit.report.blocks import Block, Excerpt, Notice, Prose
from kit.report.document import Section
from kit.report.sections.basics import (
    actions,
    findings_rows,
    held,
    nothing,
    outcome_about,
    section,
    unseen,
)
from kit.report.sections.closing import (
    after,
    before,
    blockers_table,
    calls,
    conditions,
    continuous,
    signoff,
    summary,
)
from kit.report.sections.entries import entries
from kit.report.sections.material import Material, Standing, outcome_of
from kit.report.sections.planning import estimate, phase_sections, risks
from kit.report.sections.topics import TOPICS, by_clause
from kit.report.texts import text
from kit.report.words import count, listed

CLAUSES = "SIAEDUC"
MUTE = {"invariants", "rotation", "regulation", "nulls"}
"""Topics that say in words of their own what would answer them, where no check does."""

MOST_OPEN = 10
MOST_COMPONENTS = 12

WIDTH = 96
"""Letters in a line of the formal statement."""


def sections(material: Material) -> tuple[Section, ...]:
    """The sections of the formal report."""
    placed = by_clause(material.assessment.checks.values())
    return (
        section("formal.summary", summary(material), calls(material)),
        *(_clause(material, clause, placed[clause]) for clause in CLAUSES),
        section("formal.blockers", blockers_table(material)),
        _checklist(material),
        _conclusion(material, placed),
        section(
            "formal.next", sections=phase_sections(material, ("formal.immediate", "formal.short", "formal.medium"))
        ),
        section("formal.signoff", *signoff(material)),
    )


def _clause(material: Material, clause: str, topics: dict[str, tuple[str, ...]]) -> Section:
    """A clause with a section per topic, the clause's outcome beside its title."""
    made = [
        _topic(material, clause, topic, checks)
        for topic, checks in topics.items()
        if topic or outcome_of(material.of_checks(checks)) != "not_applicable"
    ]
    every = [check for checks in topics.values() for check in checks]
    status = outcome_of(material.of_checks(every))
    return section(f"formal.{clause.lower()}", sections=made, status=status)


def _topic(material: Material, clause: str, topic: str, checks: Iterable[str]) -> Section:
    key = f"topics.{topic}" if topic else "topics.rest"
    standings = material.of_checks(checks)
    outcome = outcome_about(material, topic, standings)
    if topic and not _told(standings):
        # each check is told once; what was told of it under another topic may answer this one, too
        standings = material.of_checks(TOPICS[topic])
        outcome = outcome_about(material, topic, standings)
    id = f"formal-{clause.lower()}-{topic or 'rest'}"
    if not _told(standings):
        empty = nothing(topic) if topic in MUTE else nothing("topic", topic=text(key))
        return Section(id, text(key), (empty,), status=outcome)
    found = [f for s in standings for f in s.open]
    blocks = (
        held(standings) if any(s.held for s in standings) else None,
        *_open(material, found),
        actions(material, standings),
        unseen(standings),
    )
    return Section(id, text(key), tuple(b for b in blocks if b is not None), status=outcome)


def _told(standings: Iterable[Standing]) -> bool:
    return any(s.examined or s.unseen for s in standings)


def _open(material: Material, found: list[Finding]) -> tuple[Block, ...]:
    """Blockers and critical findings as cards, the others as rows."""
    deciding = {f.fingerprint for f in material.deciding}
    grave = [f for f in found if f.fingerprint in deciding]
    rest = sorted((f for f in found if f.fingerprint not in deciding), key=lambda f: material.numbers[f.fingerprint])
    if not rest:
        return entries(material, grave)
    key = "standing.others" if grave else "standing.all-open"
    shown = findings_rows(rest, text(key, count=len(rest)), most=MOST_OPEN)
    return (*entries(material, grave), shown)


def _checklist(material: Material) -> Section:
    return section(
        "formal.checklist",
        sections=(
            section("formal.before", before(material)),
            section("formal.after", after(material)),
            section("formal.continuous", continuous(material)),
        ),
    )


def _conclusion(material: Material, placed: dict[str, dict[str, tuple[str, ...]]]) -> Section:
    strictest = material.assessment.strictest
    recommended = (calls(material), conditions(material, strictest), Prose((estimate(material),)))
    return section(
        "formal.conclusion",
        sections=(
            section("formal.statement", _statement(material, placed), Notice(text("statement.note"))),
            section("formal.risk", risks(material)),
            section("formal.recommendation", *recommended),
        ),
    )


def _statement(material: Material, placed: dict[str, dict[str, tuple[str, ...]]]) -> Excerpt:
    """The formal statement: what is let, when it is ready, what each clause came to, what follows."""
    clauses = {
        clause: material.of_checks(c for checks in placed[clause].values() for c in checks) for clause in CLAUSES
    }
    lines = (
        _components(material),
        text("statement.let-k", clauses=f"{', '.join(CLAUSES[:-1])} and {CLAUSES[-1]}"),
        *(f"  {_decided_by(clause, standings)}" for clause, standings in clauses.items()),
        _let_f(material),
        text("statement.iff-clause"),
        text("statement.iff-ready", policy=material.assessment.policy.name),
        "",
        text("statement.for-all"),
        *(f"  {_came_to(clause, standings)}" for clause, standings in clauses.items()),
        "",
        text("statement.therefore"),
        *(f"  {_follows(material, name)}" for name in reversed(list(material.assessment.environments))),
    )
    wrapped = (part for line in lines for part in _wrapped(line))
    return Excerpt("", tuple(wrapped), caption=text("formal.statement"))


def _components(material: Material) -> str:
    project = material.project
    own = project.system.own
    names = [s.name for s in [s for s in own if not only_aside(project, s)] or own]
    if not names:
        return text("statement.let-p-whole", project=material.name)
    return text("statement.let-p", project=material.name, count=len(names), services=listed(names, MOST_COMPONENTS))


def _decided_by(clause: str, standings: Sequence[Standing]) -> str:
    asked = [s for s in standings if s.outcome != "not_applicable"]
    words = {"clause": text(f"statement.let-{clause.lower()}"), "checks": len(asked)}
    return text("statement.decided-by", **words, count=sum(s.examined for s in asked))


def _let_f(material: Material) -> str:
    grave = sum(f.blocker is not None or f.severity in {"critical", "high"} for f in material.open)
    critical = sum(f.blocker is None and f.severity == "critical" for f in material.open)
    high = sum(f.blocker is None and f.severity == "high" for f in material.open)
    return text(
        "statement.let-f",
        count=len(material.open),
        blockers=count(grave - critical - high, "hard blocker"),
        critical=count(critical, "further critical finding"),
        high=count(high, "high finding"),
        lesser=len(material.open) - grave,
    )


def _came_to(clause: str, standings: Sequence[Standing]) -> str:
    """What a clause came to; "in part" only where a part of it holds."""
    examined, good = sum(s.examined for s in standings), sum(len(s.held) for s in standings)
    outcome = outcome_of(standings)
    words = text(f"statement.{'lesser' if outcome == 'partial' and not good else outcome}")
    values = {"clause": text(f"statement.{clause.lower()}"), "outcome": words, "held": good, "count": examined}
    return text("statement.outcome" if examined else "statement.outcome-none", **values)


def _follows(material: Material, environment: str) -> str:
    """What the gates of an environment come to: how many there are, are met, and forbid it."""
    verdict = material.assessment.environments[environment]
    key = {"GO": "go", "CONDITIONAL": "conditional", "NO-GO": "no-go"}[verdict.verdict]
    return text(
        f"statement.{key}",
        environment=environment,
        gates=len(material.assessment.policy.environments[environment].gates),
        met=len({r.gate for r in verdict.reasons}),
        forbids=len({r.gate for r in verdict.reasons if r.verdict == "NO-GO"}),
    )


def _wrapped(line: str) -> list[str]:
    """A line as wide as paper takes, what it goes on with set in."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, WIDTH, subsequent_indent=f"{indent}    ", break_on_hyphens=False) or [""]
