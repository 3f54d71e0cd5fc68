"""Claims as our blocks: counts for each report, what is not borne out, what cannot both be true."""

from __future__ import annotations

from pathlib import PurePath

from kit.claims.between import score_of
from kit.claims.model import Claim, Contradiction, Examination, Verdict
from kit.registry import catalogue
from kit.report.blocks import Cell, Figure, Figures, Mark, Place, Ref, Table, columns
from kit.report.claims.data import counted
from kit.report.claims.rows import short
from kit.report.claims.words import OUTCOMES
from kit.report.texts import mapping, text
from kit.report.words import count


def figures(examination: Examination) -> Figures:
    """How many claims have each verdict."""
    counts, meanings = counted(examination.claims), mapping("claims.meanings")
    return Figures(
        tuple(
            Figure(name.capitalize(), str(number), status=OUTCOMES[name], note=meanings[name])
            for name, number in counts.items()
        )
    )


def reports(examination: Examination) -> Table:
    """Each report: how many claims, their verdicts, and the share of what could be decided that is borne out."""
    rows: list[tuple[Cell, ...]] = []
    shares = score_of(list(examination.claims))
    for reading in examination.readings:
        own = [claim for claim in examination.claims if claim.statement.source == reading.source]
        counts = counted(own)
        decided = len(own) - counts[Verdict.UNDECIDABLE]
        share = f"{shares.get(reading.source, 0.0):.0%}" if decided else text("claims.nothing")
        rows.append((_named(reading.source), len(own), *counts.values(), share))
    heads = [(verdict.value.capitalize(), "number") for verdict in Verdict]
    return Table(
        text("claims.reports"),
        columns(_head("report"), (_head("claims"), "number"), *heads, (_head("share"), "number")),  # type: ignore[arg-type]  # literals
        tuple(rows),
        note=text("claims.borne-out"),
    )


def contradictions(examination: Examination, *, linked: bool) -> Table | None:
    """Statements that cannot both be true, and which side the project supports; None where there are none."""
    if not examination.contradictions:
        return None
    by_id = {claim.statement.id: claim for claim in examination.claims}
    rows = []
    for each in examination.contradictions:
        sides = [_side(by_id[side], linked=linked) for side in (each.a, each.b)]
        supported = text(f"claims.{_which(each)}")
        rows.append((_subject(each.about), *sides, supported, each.reason))
    return Table(
        text("claims.pairs", number=count(len(rows), "pair")),
        columns(*map(_head, ("about", "one", "other", "supported", "why"))),
        tuple(rows),
    )


def _side(claim: Claim, *, linked: bool) -> Cell:
    text = f"“{short(claim, 120)}” ({_named(claim.statement.source)}:{claim.statement.line})"
    return Ref(anchor(claim), text) if linked else text


def against(examination: Examination) -> Table | None:
    """What is refuted or unsupported, the refuted first; None where nothing is."""
    order = (Verdict.REFUTED, Verdict.UNSUPPORTED)
    found = sorted((c for c in examination.claims if c.verdict in order), key=lambda c: order.index(c.verdict))
    if not found:
        return None
    rows = tuple(
        (
            short(claim, 200),
            Place(f"{_named(claim.statement.source)}:{claim.statement.line}"),
            Mark(OUTCOMES[claim.verdict.value], claim.verdict.value.capitalize()),
            claim.reason,
            Place(_place(claim)) if claim.evidence else "",
        )
        for claim in found
    )
    heads = columns(*map(_head, ("statement", "stands", "verdict", "why", "shown")))
    return Table(text("claims.against", number=count(len(rows), "statement")), heads, rows)


def _named(source: str) -> str:
    """A document outside the project by its name alone: where it lies on this machine is nobody's business."""
    return PurePath(source).name if PurePath(source).is_absolute() else source


def _subject(about: str) -> str:
    """What two statements are about: a check by its title."""
    known = next((check for check in catalogue() if check.id == about), None)
    return known.title if known else about


def _head(name: str) -> str:
    return text(f"claims.columns.{name}")


def _which(pair: Contradiction) -> str:
    return {pair.a: "first", pair.b: "second"}.get(pair.supported or "", "neither")


def _place(claim: Claim) -> str:
    first = claim.evidence[0]
    return first.path if first.line is None else f"{first.path}:{first.line}"


def anchor(claim: Claim) -> str:
    """The claim's anchor on the page."""
    return "claim-" + "".join(c if c.isalnum() or c in "-_." else "-" for c in claim.statement.id)
