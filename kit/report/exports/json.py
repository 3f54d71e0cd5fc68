"""`assessment.json`: the whole assessment for programs; its fields are part of the contract."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from kit.judgement.assessment import AreaResult, Assessment
from kit.judgement.score import Term
from kit.judgement.verdict import Verdict
from kit.model import Evidence, Finding

SCHEMA = 1
"""Version of the format; it grows only when a reader of the one before it would misread."""

_DIGITS = 4


def render(assessment: Assessment) -> str:
    """The assessment as JSON text. Only `generated_at` differs between two runs over the same input."""
    return json.dumps(as_data(assessment), indent=2, ensure_ascii=False) + "\n"


def as_data(assessment: Assessment) -> dict[str, Any]:
    """The assessment as plain data, keys in the order of the contract."""
    return {
        "schema": SCHEMA,
        "project": asdict(assessment.project),
        "generated_at": assessment.generated_at,
        "style": assessment.style,
        "policy": {"sha256": assessment.policy.sha256, **assessment.policy.values()},
        "score": assessment.score,
        "confidence": assessment.confidence,
        "risk_score": assessment.risk_score,
        "environments": {name: _verdict(v) for name, v in assessment.environments.items()},
        "areas": [_area(area) for area in assessment.areas],
        "findings": [_finding(finding) for finding in assessment.findings],
        "plan": asdict(assessment.plan),
        "notices": [asdict(notice) for notice in assessment.notices],
        "terms": {
            "score": _terms(assessment.score_terms),
            "confidence": _terms(assessment.confidence_terms),
            "risk": _terms(assessment.risk_terms),
        },
    }


def summary(assessment: Assessment) -> str:
    """What `--json` prints: verdicts, numbers and areas without the single findings."""
    data = as_data(assessment)
    kept = (
        "schema",
        "project",
        "generated_at",
        "style",
        "score",
        "confidence",
        "risk_score",
        "environments",
        "areas",
    )
    return json.dumps({key: data[key] for key in kept}, indent=2, ensure_ascii=False) + "\n"


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return asdict(verdict)


def _area(area: AreaResult) -> dict[str, Any]:
    return {
        "id": area.id,
        "title": area.title,
        "score": area.score,
        "confidence": area.confidence,
        "status": area.status,
        "counts": dict(area.counts),
        "terms": {"score": _terms(area.score_terms), "confidence": _terms(area.confidence_terms)},
        "caps": {check.check: check.capped_by for check in area.checks if check.capped_by},
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "area": finding.area,
        "title": finding.title,
        "severity": finding.severity,
        "outcome": finding.outcome,
        "message": finding.message,
        "fix": finding.fix,
        "fingerprint": finding.fingerprint,
        "waived": asdict(finding.waived) if finding.waived else None,
        "evidence": [_evidence(each) for each in finding.evidence],
        "clause": finding.clause,
        "blocker": finding.blocker,
        "file_class": finding.file_class,
        "environment": finding.environment,
        "effort_hours": finding.effort_hours,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    """The place; the lines around it only where there are some."""
    told = asdict(evidence)
    return {key: value for key, value in told.items() if value or key not in {"before", "after"}}


def _terms(terms: Iterable[Term]) -> list[Mapping[str, Any]]:
    return [{key: _rounded(value) for key, value in asdict(term).items()} for term in terms]


def _rounded(value: Any) -> Any:
    return round(value, _DIGITS) if isinstance(value, float) else value
