"""An examination as the project is told of it: the documents, and what each says that the project refutes."""

from __future__ import annotations

from kit.claims.model import Claim, Examination, Reading, Verdict
from kit.model import At
from kit.sources.papers.stated import Contested, StatedDocument

MOST_CHARACTERS = 160


def stated_of(examination: Examination) -> tuple[StatedDocument, ...]:
    """The documents of an examination in its order."""
    return tuple(_document(reading, examination) for reading in examination.readings)


def _document(reading: Reading, examination: Examination) -> StatedDocument:
    own = [claim for claim in examination.claims if claim.statement.source == reading.source]
    decided = sum(claim.verdict is not Verdict.UNDECIDABLE for claim in own)
    contested = tuple(_contested(claim) for claim in own if claim.verdict is Verdict.REFUTED)
    return StatedDocument(reading.source, _at(reading.source), decided, contested)


def _contested(claim: Claim) -> Contested:
    text = " ".join(claim.statement.text.split())
    short = text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1].rstrip()}…"
    shown = tuple(dict.fromkeys(At(e.path, e.line, e.end_line) for e in claim.evidence))
    return Contested(short, _at(claim.statement.source, claim.statement.line), claim.reason, shown)


def _at(source: str, line: int | None = None) -> At | None:
    """The place in the project; None for a document that lies elsewhere, whose name is no path from the root."""
    return None if source.startswith(("/", "..")) else At(source, line)
