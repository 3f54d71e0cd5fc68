"""The section "What your documents say" of every style: there where the params file names documents."""

from __future__ import annotations

from kit.claims.model import Examination, Verdict
from kit.report.blocks import Block, Notice, Prose
from kit.report.claims import tables
from kit.report.document import Section
from kit.report.sections.material import Material
from kit.report.texts import text, texts


def documents(material: Material) -> tuple[Section, ...]:
    """The section; none where no document was held against the project."""
    examination = material.claims
    if examination is None:
        return ()
    blocks = (
        Prose((text("claims.lead"),)),
        tables.figures(examination),
        tables.reports(examination),
        tables.against(examination) or _borne_out(),
        tables.contradictions(examination, linked=False),
        Prose((text("claims.page"),)),
    )
    kept: tuple[Block, ...] = tuple(block for block in blocks if block is not None)
    return (Section("documents", text("claims.title"), kept, status=_status(examination)),)


def _borne_out() -> Notice:
    title, said = texts("claims.all-borne-out")
    return Notice(said, tone="pass", title=title)


def _status(examination: Examination) -> str:
    verdicts = {claim.verdict for claim in examination.claims}
    if Verdict.REFUTED in verdicts:
        return "fail"
    if verdicts & {Verdict.UNSUPPORTED, Verdict.PARTLY}:
        return "partial"
    return "pass" if Verdict.CONFIRMED in verdicts else "unknown"
