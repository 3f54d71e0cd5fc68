"""`findings.csv`: one row per finding for spreadsheets, in which no cell can act as a formula."""

from __future__ import annotations

import csv
import io

from kit.judgement.assessment import Assessment
from kit.judgement.score import strength_of
from kit.judgement.waivers import primary_path
from kit.model import Finding
from kit.report.exports.files import printable

COLUMNS = (
    "check",
    "area",
    "title",
    "severity",
    "outcome",
    "path",
    "line",
    "end_line",
    "message",
    "fix",
    "blocker",
    "environment",
    "file_class",
    "strength",
    "waived_by",
    "waived_until",
    "waived_because",
    "effort_hours",
    "fingerprint",
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def render(assessment: Assessment) -> str:
    """Every finding, in the order of the report; no byte order mark, rows end as RFC 4180 wants."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerows([safe(cell) for cell in _row(finding)] for finding in assessment.findings)
    return stream.getvalue()


def safe(cell: object) -> str:
    """The cell as text that a spreadsheet shows and never evaluates."""
    text = "" if cell is None else printable(str(cell))
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text


def _row(finding: Finding) -> tuple[object, ...]:
    first = finding.evidence[0] if finding.evidence else None
    waived = finding.waived
    return (
        finding.check,
        finding.area,
        finding.title,
        finding.severity,
        finding.outcome,
        primary_path(finding),
        first.line if first else None,
        first.end_line if first else None,
        finding.message,
        finding.fix,
        finding.blocker,
        finding.environment,
        finding.file_class,
        strength_of(finding),
        waived.owner if waived else None,
        waived.expires if waived else None,
        waived.reason if waived else None,
        f"{finding.effort_hours:g}",
        finding.fingerprint,
    )
