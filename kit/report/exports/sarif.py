"""`findings.sarif`: what is open, and what was waived, as SARIF 2.1.0 that GitHub code scanning accepts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from kit.judgement.assessment import Assessment
from kit.model import Check, Evidence, Finding, Outcome, Severity
from kit.report.exports.files import one_line, printable
from kit.report.exports.run import kit_version

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 5000
"""GitHub shows the first 5,000 results of a run and refuses a file with more than 25,000."""
MOST_RELATED = 20

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "2.0"}
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}
_ROOT = "%SRCROOT%"
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def render(assessment: Assessment) -> str:
    """The open findings, the gravest first, then the waived ones as suppressed results."""
    waived = [f for f in assessment.findings if f.waived is not None and f.outcome.open]
    told = [*assessment.open, *waived]
    run = _run(assessment, told[:MOST_RESULTS], len(told) - MOST_RESULTS)
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _run(assessment: Assessment, findings: Sequence[Finding], omitted: int) -> dict[str, Any]:
    firsts = {f.check: f for f in reversed(findings)}
    rules = [_rule(firsts[check], assessment.checks.get(check)) for check in sorted(firsts)]
    indexes = {rule["id"]: index for index, rule in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": "Readiness Kit",
                "semanticVersion": kit_version(),
                "rules": rules,
            }
        },
        "automationDetails": {"id": "readiness-kit/"},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the assessed project."}}},
        "invocations": [_invocation(assessment, omitted)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, indexes[finding.check]) for finding in findings],
    }


def _invocation(assessment: Assessment, omitted: int) -> dict[str, Any]:
    crashed = [f for f in assessment.findings if f.outcome is Outcome.ERROR]
    notes = [_notification("error", f"{f.check}: {f.message}") for f in crashed]
    if omitted > 0:
        notes.append(_notification("warning", f"{omitted} further results are left out; assessment.json has all."))
    return {"executionSuccessful": not crashed, "toolExecutionNotifications": notes}


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": _message(text)}}


def _rule(finding: Finding, check: Check | None) -> dict[str, Any]:
    severity = check.severity if check else finding.severity
    level = _LEVELS[severity]
    links = [link for link in (check.references if check else ()) if link.startswith("https://")]
    return {
        "id": finding.check,
        "name": "".join(re.findall(r"[A-Za-z0-9]+", finding.title.title())) or finding.check,
        "shortDescription": {"text": one_line(finding.title)},
        "fullDescription": {"text": one_line(check.rationale if check else finding.title, 1000)},
        "help": _help(finding, check, links),
        **({"helpUri": links[0]} if links else {}),
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": [finding.area, f"clause-{finding.clause}"],
            "precision": "high",
            "problem.severity": _PROBLEMS[level],
            "security-severity": _SCORES[severity],
        },
    }


def _help(finding: Finding, check: Check | None, links: Iterable[str]) -> dict[str, str]:
    if check is None:
        return {"text": f"Fix: {finding.fix}", "markdown": f"**Fix.** {finding.fix}"}
    parts = {"": check.rationale, "Decides": check.decides, "Fix": check.fix, "Blind to": check.blind_to}
    plain = "\n\n".join(f"{name}: {text}".removeprefix(": ") for name, text in parts.items())
    marked = "\n\n".join(f"**{name}.** {text}".removeprefix("**.** ") for name, text in parts.items())
    see = "".join(f"\n- <{link}>" for link in links)
    return {"text": plain, "markdown": f"{marked}\n\n**See.**\n{see}" if see else marked}


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    places = finding.evidence or (Evidence(".", None, None, ""),)
    result = {
        "ruleId": finding.check,
        "ruleIndex": rule,
        "kind": "fail",
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(f"{finding.message} Fix: {finding.fix}")},
        "locations": [{"physicalLocation": _location(places[0])}],
        "partialFingerprints": {"readinessKit/v1": finding.fingerprint},
        "properties": {"severity": finding.severity, "outcome": finding.outcome, "blocker": finding.blocker},
    }
    if places[1:]:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _location(place), "message": {"text": _message(place.path)}}
            for number, place in enumerate(places[1 : MOST_RELATED + 1], 1)
        ]
    if finding.waived is not None:
        said = f"{finding.waived.reason} ({finding.waived.owner}, until {finding.waived.expires})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": printable(said)}]
    return result


def _location(place: Evidence) -> dict[str, Any]:
    first = max(1, place.line or 1)
    region: dict[str, Any] = {"startLine": first}
    if place.end_line is not None:
        region["endLine"] = max(first, place.end_line)
    if place.excerpt:
        region["snippet"] = {"text": printable(place.excerpt)}
    return {"artifactLocation": {"uri": quote(place.path, safe="/"), "uriBaseId": _ROOT}, "region": region}


def _message(text: str) -> str:
    """Text in which nothing reads as one of SARIF's links or placeholders."""
    return _PLACEHOLDER.sub(r"{{\1}}", one_line(text, 1000).replace("](", "] ("))
