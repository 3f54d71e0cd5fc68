"""How verdicts on claims are drawn."""

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
