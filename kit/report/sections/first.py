"""The first screen, which is the cover on paper: verdicts, numbers and their trend, what decides, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from kit.judgement.diff import Change, Changes, Move, Trend
from kit.judgement.score import Term
from kit.judgement.verdict import Verdict as Judged
from kit.report.blocks import (
    Block,
    Cell,
    Figure,
    Figures,
    Listing,
    Mark,
    Notice,
    Place,
    Prose,
    Reason,
    Ref,
    Table,
    Verdict,
    Verdicts,
    columns,
)
from kit.report.document import Facts
from kit.report.exports.run import kit_version
from kit.report.overview import addends, shares
from kit.report.sections.basics import findings_rows, heads, nothing
from kit.report.sections.given import sources
from kit.report.sections.material import Material
from kit.report.sections.planning import estimate
from kit.report.texts import text
from kit.report.words import VERDICT_MEANING, count, listed, long_date

BEHIND = 5
MOST_BLOCKERS = 12
MOST_CHANGES = 20


def verdicts(material: Material) -> Verdicts:
    """The verdict of each environment with its reasons, the strictest first."""
    judged = material.assessment.environments.items()
    return Verdicts(tuple(reversed([_verdict(material, name, verdict) for name, verdict in judged])))


def numbers(material: Material) -> Figures:
    """Score, confidence and risk, each with its terms, and what it was last time."""
    a, changes = material.assessment, material.changes
    trend = (changes.score, changes.confidence, changes.risk) if changes else (None, None, None)
    return Figures(
        (
            _figure("score", f"{a.score:.0f}", "of-100", "holds", shares(a.score_terms), trend[0], changes),
            _figure(
                "confidence", f"{a.confidence:.0f}", "percent", "seen", shares(a.confidence_terms), trend[1], changes
            ),
            _figure("risk", f"{a.risk_score:.1f}", "of-10", "open", _risk_terms(a.risk_terms), trend[2], changes),
        )
    )


def deciding(material: Material) -> Block:
    """Hard blockers and critical findings, which decide the verdict whatever the score is."""
    found = material.deciding
    if not found:
        return _holding(material)
    hard, further = len(material.assessment.blockers), sum(f.blocker is None for f in found)
    if hard and further:
        words = {"blockers": count(hard, "hard blocker"), "critical": count(further, "further critical finding")}
        caption = text("first.deciding", **words)
    else:
        caption = text(
            "first.holding", findings=count(*((hard, "hard blocker") if hard else (further, "critical finding")))
        )
    return findings_rows(found, caption, most=MOST_BLOCKERS)


def outlook(material: Material) -> tuple[Block, ...]:
    """What it would take, where anything holds the strictest environment back; what changed since last time."""
    a = material.assessment
    effort = (Prose((estimate(material),)),) if a.environments[a.strictest].reasons else ()
    if material.changes is None:
        return effort
    moved = tuple(_moved(material.changes, move) for move in material.changes.moves)
    there = Ref("appendix-changes", text("first.changes"))
    return (*effort, Notice(_since(material.changes), tone="info", items=(*moved, there)))


def _holding(material: Material) -> Block:
    """What the conditions stand for where nothing graver is open."""
    if not material.holding:
        return Notice(text("first.none"), tone="pass")
    counts = Counter(f.severity.value for f in material.holding)
    said = listed((count(n, f"{grade} finding") for grade, n in counts.items()), 4)
    return findings_rows(material.holding, text("first.holding", findings=said), most=MOST_BLOCKERS)


def changed(material: Material) -> tuple[Block, ...]:
    """What is new, fixed and changed since the earlier assessment, and which verdicts that moved."""
    changes = material.changes
    if changes is None:
        return (nothing("changes"),)
    tables = (_changes_table(kind, changes.of(*kinds)) for kind, kinds in _KINDS.items())
    return (Notice(_since(changes)), *_moves(material, changes), *(t for t in tables if t is not None))


def facts(material: Material) -> Facts:
    """What is said of the report itself on its first page."""
    a = material.assessment
    found: list[tuple[str, Cell]] = [
        (text("facts.project"), a.project.name),
        (text("facts.date"), long_date(a.generated_at)),
        (text("facts.revision"), a.project.revision[:12] if a.project.revision else text("facts.no-revision")),
        (text("facts.policy"), a.policy.name),
        (text("facts.made-by"), text("facts.maker", version=kit_version(), sources=sources(material))),
    ]
    if a.report.audience:
        found.insert(1, (text("facts.audience"), a.report.audience))
    return tuple(found)


def _verdict(material: Material, name: str, judged: Judged) -> Verdict:
    said = text(
        "numbers.sentence",
        score=f"{judged.score:.0f}",
        confidence=f"{judged.confidence:.0f}",
        risk=f"{judged.risk_score:.1f}",
    )
    reasons = tuple(_reason(material, r.verdict, r.text, r.findings) for r in judged.reasons)
    return Verdict(name, judged.verdict, VERDICT_MEANING[judged.verdict], said, reasons)


def _reason(material: Material, verdict: str, said: str, fingerprints: Sequence[str]) -> Reason:
    wanted = set(fingerprints)
    found = [f for f in material.open if f.fingerprint in wanted]
    found = found or [f for f in material.assessment.findings if f.fingerprint in wanted]
    behind = tuple(Ref(f"finding-{f.fingerprint}", f.message) for f in found[:BEHIND])
    return Reason(verdict, said, behind, max(0, len(found) - BEHIND))


def _figure(
    key: str,
    value: str,
    unit: str,
    note: str,
    terms: tuple[tuple[str, str], ...],
    trend: Trend | None,
    changes: Changes | None,
) -> Figure:
    words = text(f"numbers.{note}")
    if trend is not None and changes is not None:
        words = f"{words}, {_trend(trend, long_date(changes.since))}"
    return Figure(text(f"numbers.{key}"), value, text(f"numbers.{unit}"), note=words, terms=terms)


def _trend(trend: Trend, since: str) -> str:
    if not trend.change:
        return text("numbers.same", date=since)
    sign = "+" if trend.change > 0 else "−"
    return text("numbers.trend", sign=sign, change=f"{abs(trend.change):.1f}", date=since)


def _risk_terms(terms: Sequence[Term]) -> tuple[tuple[str, str], ...]:
    """The greatest addends; those too small to be read are summed up."""
    shown = [t for t in terms if t.contribution >= 0.01]
    rest = [t for t in terms if t.contribution < 0.01]
    more = ((text("first.smaller", count=len(rest)), f"+{sum(t.contribution for t in rest):.2f}"),) if rest else ()
    return (*addends(shown), *more)


_KINDS = {
    "new": ("new",),
    "fixed": ("fixed",),
    "changed": ("worse", "better", "changed", "gone"),
    "newly_asked": ("newly_asked",),
}


def _since(changes: Changes) -> str:
    counts = {kind: len(changes.of(*kinds)) for kind, kinds in _KINDS.items()}
    said = text("changes.sentence", date=long_date(changes.since), **counts)
    newly = text("changes.asked", added=len(changes.added), dropped=len(changes.dropped), **counts)
    asked = f" {newly}" if changes.added or changes.dropped else ""
    policy = f" {text('changes.policy')}" if changes.policy_changed else ""
    return f"{said}{asked}{policy}"


def _moves(material: Material, changes: Changes) -> Iterable[Block]:
    by_id = {c.fingerprint: c for c in changes.changes}
    for move in changes.moves:
        behind = tuple(_behind(material, by_id[f]) for f in move.findings[:MOST_BLOCKERS])
        yield Listing(behind or move.reasons, caption=_moved(changes, move))


def _moved(changes: Changes, move: Move) -> str:
    key = "changes.move-asked" if changes.only_newly_asked(move) else "changes.move"
    return text(key, environment=move.environment, before=move.before, after=move.after)


def _behind(material: Material, change: Change) -> Cell:
    words = f"{text(f'changes.{change.kind}')}: {change.message}"
    there = material.assessment.finding(change.fingerprint)
    return Ref(f"finding-{change.fingerprint}", words) if there else words


def _changes_table(kind: str, found: Sequence[Change]) -> Table | None:
    if not found:
        return None
    rows = tuple(
        (c.check, Mark(c.severity, c.blocker), c.message, Place(c.place), _state(c)) for c in found[:MOST_CHANGES]
    )
    more = len(found) - MOST_CHANGES
    note = text("changes.more", number=more) if more > 0 else ""
    names = columns(*heads("check", "severity", "seen", "where", "change"))
    return Table(text(f"changes.{kind}-caption", count=len(found)), names, rows, note, folded=True)


def _state(change: Change) -> str:
    return f"{change.before or '–'} → {change.after or '–'}"
