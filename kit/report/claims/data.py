"""`claims.json`: every claim with its verdict for programs; its fields are part of the contract."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import Any

from kit.claims.between import score_of
from kit.claims.model import Claim, Examination, Reading, Verdict
from kit.model import Evidence

SCHEMA = 1


def render(examination: Examination) -> str:
    """The examination as JSON text; the same input gives the same text."""
    return json.dumps(as_data(examination), indent=2, ensure_ascii=False) + "\n"


def as_data(examination: Examination) -> dict[str, Any]:
    """The examination as plain data, keys in the order of the contract."""
    return {
        "schema": SCHEMA,
        "project": {"name": examination.project, "revision": examination.revision},
        "claims": [_claim(claim) for claim in examination.claims],
        "contradictions": [asdict(each) for each in examination.contradictions],
        "reports": [_report(reading, examination) for reading in examination.readings],
    }


def summary(examination: Examination) -> str:
    """What `--json` prints: counts and contradictions without the single claims."""
    data = as_data(examination)
    kept = {key: data[key] for key in ("schema", "project", "reports", "contradictions")}
    return json.dumps(kept, indent=2, ensure_ascii=False) + "\n"


def counted(claims: tuple[Claim, ...] | list[Claim]) -> dict[str, int]:
    """How many claims have each verdict, all verdicts named."""
    counts = Counter(claim.verdict for claim in claims)
    return {verdict.value: counts[verdict] for verdict in Verdict}


def _report(reading: Reading, examination: Examination) -> dict[str, Any]:
    own = [claim for claim in examination.claims if claim.statement.source == reading.source]
    decided = sum(claim.verdict is not Verdict.UNDECIDABLE for claim in own)
    share = round(score_of(own).get(reading.source, 0.0), 4) if decided else None
    return {
        "source": reading.source,
        "repaired": reading.repaired,
        "claims": len(own),
        "verdicts": counted(own),
        "borne_out": share,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    statement = claim.statement
    return {
        "id": statement.id,
        "source": statement.source,
        "line": statement.line,
        "end_line": statement.end_line,
        "also": list(statement.also),
        "section": " > ".join(statement.section),
        "text": statement.text,
        "stated": claim.stated.value,
        "verdict": claim.verdict.value,
        "reason": claim.reason,
        "checks": list(claim.checks),
        "evidence": [_evidence(each) for each in claim.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "path": evidence.path,
        "line": evidence.line,
        "end_line": evidence.end_line,
        "excerpt": evidence.excerpt,
        "strength": evidence.strength.value,
    }
