"""How verdicts on claims are called, drawn and explained: in one place for page, section and terminal."""

from __future__ import annotations

from kit.claims.model import Verdict

OUTCOMES: dict[str, str] = {
    Verdict.CONFIRMED: "pass",
    Verdict.PARTLY: "partial",
    Verdict.REFUTED: "fail",
    Verdict.UNSUPPORTED: "error",
    Verdict.UNDECIDABLE: "unknown",
}
"""The outcome whose colour a verdict takes."""

SHAPES: dict[str, str] = {
    Verdict.CONFIRMED: "✓",
    Verdict.PARTLY: "◐",
    Verdict.REFUTED: "✕",
    Verdict.UNSUPPORTED: "∅",
    Verdict.UNDECIDABLE: "?",
}

MEANINGS: dict[str, str] = {
    Verdict.CONFIRMED: "The project shows it.",
    Verdict.PARTLY: "The project shows some of it, and not the rest.",
    Verdict.REFUTED: "The project shows the opposite.",
    Verdict.UNSUPPORTED: "One would see it in the project, and it is not there.",
    Verdict.UNDECIDABLE: "No file could show it, or none does so beyond doubt; the reason says what would.",
}
