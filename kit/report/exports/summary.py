"""`summary.md`: the assessment on one screen, made for a pull-request comment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from kit.judgement.assessment import AreaResult, Assessment
from kit.judgement.verdict import Verdict
from kit.judgement.waivers import primary_path
from kit.model import Finding, Severity
from kit.report.exports.files import one_line

MOST_CHARACTERS = 60_000
MOST_FINDINGS = 20
MOST_NOTICES = 10

_MARKS = re.compile(r"([\\`*_\[\]|~$]|^[-+#=]|^\d+(?=[.)]))")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def render(assessment: Assessment) -> str:
    """Verdicts, what is gravest with its place, areas, counts and plan; all project text is escaped."""
    parts = (
        _head(assessment),
        _verdicts(assessment),
        _gravest(assessment),
        _areas(assessment.areas),
        _counts(assessment),
        _plan(assessment),
        _notices(assessment),
        _foot(assessment),
    )
    return "\n".join(line for part in parts for line in part)


def escape(text: str, most: int = 300) -> str:
    """Text of the project as Markdown that shows it as it is: no markup, HTML, mention or reference."""
    plain = "".join(_ENTITIES.get(c, c) for c in one_line(text, most))
    marked = _MARKS.sub(_marked, plain)
    # A zero-width space keeps @name from calling people and a bare address from becoming a link.
    return re.sub(r"(@|#|://|www\.)", "\\1\u200b", marked)


def _marked(match: re.Match[str]) -> str:
    return f"{match[0]}\u200b" if match[0].isdigit() else f"\\{match[0]}"


def code(text: str) -> str:
    """Text as a code span, in table cells too."""
    plain = one_line(text, 200).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def _head(assessment: Assessment) -> Iterator[str]:
    yield f"## Production readiness: {escape(assessment.project.name, 100)}"
    yield ""
    yield (
        f"Score **{assessment.score:.1f}** of 100 · confidence **{assessment.confidence:.1f} %** · "
        f"risk **{assessment.risk_score:.1f}** of 10"
    )
    yield ""


def _verdicts(assessment: Assessment) -> Iterator[str]:
    yield "| Environment | Verdict | Why |"
    yield "|---|---|---|"
    for name, verdict in assessment.environments.items():
        yield f"| {escape(name, 60)} | **{verdict.verdict}** | {_why(verdict)} |"
    yield ""


def _why(verdict: Verdict) -> str:
    return " ".join(escape(reason.text) for reason in verdict.reasons) or "No gate holds it back."


def _gravest(assessment: Assessment) -> Iterator[str]:
    grave = [f for f in assessment.open if f.blocker or f.severity in {Severity.CRITICAL, Severity.HIGH}]
    if not grave:
        yield "No blocker, critical or high finding is open."
        yield ""
        return
    yield "### What stands in the way"
    yield ""
    yield "| Severity | Check | Where | What was seen |"
    yield "|---|---|---|---|"
    yield from (_row(finding) for finding in grave[:MOST_FINDINGS])
    yield ""
    if len(grave) > MOST_FINDINGS:
        yield f"… and {len(grave) - MOST_FINDINGS} more, in the report."
        yield ""


def _row(finding: Finding) -> str:
    label = f"**blocker: {escape(finding.blocker, 60)}**" if finding.blocker else finding.severity.value
    return f"| {label} | {escape(finding.check, 20)} | {code(_place(finding))} | {escape(finding.message)} |"


def _place(finding: Finding) -> str:
    line = finding.evidence[0].line if finding.evidence else None
    return primary_path(finding) if line is None else f"{primary_path(finding)}:{line}"


def _areas(areas: Iterable[AreaResult]) -> Iterator[str]:
    yield "### Areas"
    yield ""
    yield "| Area | Status | Score | Confidence | Critical | High | Medium | Low |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for area in areas:
        score = "–" if area.score is None else f"{area.score:.1f}"
        grades = " | ".join(str(area.counts[severity.value]) for severity in Severity)
        yield f"| {escape(area.title, 60)} | {area.status} | {score} | {area.confidence:.1f} % | {grades} |"
    yield ""


def _counts(assessment: Assessment) -> Iterator[str]:
    totals: Counter[str] = Counter()
    for area in assessment.areas:
        totals.update(area.counts)
    yield (
        f"{len(assessment.findings)} things examined: {totals['pass']} hold, {totals['partial']} in part, "
        f"{totals['fail']} do not, {totals['unknown']} could not be seen, {totals['waived']} waived."
    )
    yield ""


def _plan(assessment: Assessment) -> Iterator[str]:
    phases = [p for p in assessment.plan.phases if p.steps]
    if not phases:
        return
    yield "### Plan"
    yield ""
    yield "| Phase | Steps | Hours | Score after | Risk after |"
    yield "|---|--:|--:|--:|--:|"
    for p in phases:
        after = f"{p.score_after:.1f} | {p.risk_after:.1f}"
        yield f"| {escape(p.title, 60)} | {p.steps} | {p.hours:.1f} | {after} |"
    yield ""


def _notices(assessment: Assessment) -> Iterator[str]:
    if not assessment.notices:
        return
    yield "### Notices"
    yield ""
    yield from (f"- {escape(notice.text)}" for notice in assessment.notices[:MOST_NOTICES])
    if len(assessment.notices) > MOST_NOTICES:
        yield f"- … and {len(assessment.notices) - MOST_NOTICES} more, in the report."
    yield ""


def _foot(assessment: Assessment) -> Iterator[str]:
    revision = assessment.project.revision
    at = f"revision {code(revision[:12])}, " if revision else ""
    yield f"<sub>{at}policy {escape(assessment.policy.name, 60)}, {assessment.generated_at}</sub>"
    yield ""
