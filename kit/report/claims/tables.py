"""Claims as our blocks: counts for each report, what is not borne out, what cannot both be true."""

from __future__ import annotations

from kit.claims.between import score_of
from kit.claims.model import Claim, Examination, Verdict
from kit.report.blocks import Cell, Figure, Figures, Mark, Place, Ref, Table, columns
from kit.report.claims.data import counted
from kit.report.claims.rows import short
from kit.report.claims.words import MEANINGS, OUTCOMES
from kit.report.words import count


def figures(examination: Examination) -> Figures:
    """How many claims have each verdict."""
    counts = counted(examination.claims)
    return Figures(
        tuple(
            Figure(name.capitalize(), str(number), status=OUTCOMES[name], note=MEANINGS[name])
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
        share = f"{shares.get(reading.source, 0.0):.0%}" if decided else "nothing decided"
        rows.append((reading.source, len(own), *counts.values(), share))
    heads = [(verdict.value.capitalize(), "number") for verdict in Verdict]
    return Table(
        "What each report got right",
        columns("Report", ("Claims", "number"), *heads, ("Borne out", "number")),  # type: ignore[arg-type]  # literals
        tuple(rows),
        note="Borne out: of the claims that the project decides, the share that it confirms; partly counts half.",
    )


def contradictions(examination: Examination, *, linked: bool) -> Table | None:
    """Statements that cannot both be true, and which side the project supports; None where there are none."""
    if not examination.contradictions:
        return None
    by_id = {claim.statement.id: claim for claim in examination.claims}
    rows = []
    for each in examination.contradictions:
        sides = [_side(by_id[side], linked=linked) for side in (each.a, each.b)]
        supported = {each.a: "the first", each.b: "the second"}.get(each.supported or "", "neither")
        rows.append((each.about, *sides, supported, each.reason))
    return Table(
        f"{count(len(rows), 'pair')} of statements that cannot both be true",
        columns("About", "One says", "The other says", "The project supports", "Why"),
        tuple(rows),
    )


def _side(claim: Claim, *, linked: bool) -> Cell:
    text = f"{claim.statement.source}:{claim.statement.line} “{short(claim, 120)}”"
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
            f"{claim.statement.source}:{claim.statement.line}",
            Mark(OUTCOMES[claim.verdict], claim.verdict.value),
            claim.reason,
            Place(_place(claim)) if claim.evidence else "",
        )
        for claim in found
    )
    heads = columns("Statement", "Where it stands", "Verdict", "Why", "Shown at")
    return Table(f"{count(len(rows), 'statement')} that the project does not bear out", heads, rows)


def _place(claim: Claim) -> str:
    first = claim.evidence[0]
    return first.path if first.line is None else f"{first.path}:{first.line}"


def anchor(claim: Claim) -> str:
    """The claim's anchor on the page."""
    return "claim-" + "".join(c if c.isalnum() or c in "-_." else "-" for c in claim.statement.id)
