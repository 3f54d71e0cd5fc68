"""Formal verification: clauses S, I, A, E, D, undefined behaviour and compliance, then the proof's conclusion."""

from __future__ import annotations

from collections.abc import Iterable

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
from kit.report.sections.material import Material, outcome_of
from kit.report.sections.planning import estimate, phase_sections, risks
from kit.report.sections.topics import by_clause
from kit.report.texts import text

CLAUSES = "SIAEDUC"
MUTE = {"invariants", "rotation", "regulation", "nulls"}
"""Topics that say in words of their own what would answer them, where no check does."""

MOST_OPEN = 10


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
    outcome = outcome_about(topic, standings)
    id = f"formal-{clause.lower()}-{topic or 'rest'}"
    if outcome == "not_applicable":
        empty = nothing(topic) if topic in MUTE else nothing("topic", topic=text(key))
        return Section(id, text(key), (empty,), status="not_applicable")
    found = [f for s in standings for f in s.open]
    blocks = (
        held(standings) if any(s.held for s in standings) else None,
        *_open(material, found),
        actions(material, standings),
        unseen(standings),
    )
    return Section(id, text(key), tuple(b for b in blocks if b is not None), status=outcome)


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
    """The formal statement: what is let, what each clause came to, what follows."""
    lines = [text("statement.let-p", project=material.name)]
    lines += [text(f"statement.let-{name}") for name in "siaed"]
    lines += ["", text("statement.for-all")]
    for clause in CLAUSES:
        outcome = outcome_of(material.of_checks(c for checks in placed[clause].values() for c in checks))
        lines.append(f"  {text(f'statement.{clause.lower()}')}: {text(f'statement.{outcome}')}")
    words = {"GO": "go", "CONDITIONAL": "conditional", "NO-GO": "no-go"}
    lines += ["", text("statement.therefore")]
    for name, verdict in reversed(list(material.assessment.environments.items())):
        lines.append(f"  {text(f'statement.{words[verdict.verdict]}', environment=name)}")
    return Excerpt("", tuple(lines), caption=text("formal.statement"))
