"""The assessment: one frozen record of all that was judged. Report, gate and exit code read nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from kit.judgement.attestations import apply_attestations
from kit.judgement.plan import Plan, make_plan
from kit.judgement.policy import Policy, StatusRule
from kit.judgement.risk import risk_of
from kit.judgement.score import (
    CheckResult,
    Number,
    Term,
    area_title,
    by_area,
    check_results,
    confidence_of,
    overall,
    score_of,
)
from kit.judgement.verdict import Verdict, decide
from kit.judgement.waivers import Notice, apply_waivers, primary_path, unknown_checks
from kit.model import AREAS, Check, Finding, Outcome, Severity
from kit.params import Params, ReportParams, Thresholds

Status = Literal["GREEN", "YELLOW", "RED", "GREY"]
FailOn = Literal["no-go", "conditional", "never"]

_BREAKING = {"no-go": {"NO-GO"}, "conditional": {"NO-GO", "CONDITIONAL"}, "never": set()}

_AREA_ORDER = {area: index for index, area in enumerate(AREAS)}
_SEVERITY_ORDER = {severity: index for index, severity in enumerate(Severity)}
_OUTCOME_ORDER = {
    outcome: index
    for index, outcome in enumerate(
        (Outcome.ERROR, Outcome.FAIL, Outcome.PARTIAL, Outcome.UNKNOWN, Outcome.PASS, Outcome.NOT_APPLICABLE)
    )
}


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """What was assessed: its name, its absolute root, and the revision where it is under version control."""

    name: str
    root: str
    revision: str | None


@dataclass(frozen=True, slots=True)
class AreaResult:
    """One area. `score` None where nothing was decided; the terms unfold score and confidence by check.

    `counts` holds the findings by outcome, `waived`, `set_aside` (those that weigh nothing), which add up to
    all of the area's; and the open ones by severity.
    """

    id: str
    title: str
    score: float | None
    confidence: float
    status: Status
    counts: Mapping[str, int]
    score_terms: tuple[Term, ...]
    confidence_terms: tuple[Term, ...]
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True)
class Assessment:
    """Everything that a report shows."""

    project: ProjectInfo
    generated_at: str
    report: ReportParams
    thresholds: Thresholds
    policy: Policy
    score: float
    confidence: float
    risk_score: float
    environments: Mapping[str, Verdict]
    areas: tuple[AreaResult, ...]
    findings: tuple[Finding, ...]
    plan: Plan
    notices: tuple[Notice, ...]
    score_terms: tuple[Term, ...]
    confidence_terms: tuple[Term, ...]
    risk_terms: tuple[Term, ...]
    checks: Mapping[str, Check]

    @property
    def style(self) -> str:
        """The style of the report."""
        return self.report.style

    @property
    def strictest(self) -> str:
        """The strictest environment that was judged."""
        return list(self.environments)[-1]

    def holds(self, fail_on: FailOn = "no-go", environment: str | None = None) -> bool:
        """Whether the gate holds for an environment, the strictest where none is named.

        `fail_on` is the mildest verdict that breaks it: "no-go", "conditional", or "never".
        """
        verdict = self.environments[environment or self.strictest].verdict
        return verdict not in _BREAKING[fail_on]

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that count against the system, the gravest first."""
        return tuple(sorted((f for f in self.findings if self.policy.is_open(f)), key=_gravest_first))

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """The open findings that decide the verdict whatever the score is."""
        return tuple(f for f in self.open if f.blocker is not None)

    def area(self, id: str) -> AreaResult | None:
        """The area of that id."""
        return next((a for a in self.areas if a.id == id), None)

    def finding(self, fingerprint: str) -> Finding | None:
        """The finding of that fingerprint."""
        return next((f for f in self.findings if f.fingerprint == fingerprint), None)


def judge(
    findings: Iterable[Finding],
    policy: Policy,
    params: Params,
    *,
    generated_at: datetime,
    revision: str | None = None,
    checks: Iterable[Check] = (),
) -> Assessment:
    """Judge findings by a policy. Pure: it reads no file, and the same input gives the same assessment.

    `checks` is the catalogue, or the part of it that ran: it gives each check's own severity and its texts.
    """
    catalogue = {check.id: check for check in checks}
    kept, notices = _prepared(tuple(findings), policy, params, generated_at, catalogue)
    severities = {id: policy.override(id).severity or check.severity for id, check in catalogue.items()}
    areas = _areas(kept, policy, severities)
    score = overall({a.id: Number(a.score, a.score_terms) for a in areas}, policy)
    seen = {a.id: Number(a.confidence if a.confidence_terms else None, a.confidence_terms) for a in areas}
    confidence, risk = overall(seen, policy), risk_of(kept, policy)
    judged = [name for name in policy.environments if name in params.environments]
    return Assessment(
        project=ProjectInfo(params.name, params.root.as_posix(), revision),
        generated_at=generated_at.astimezone(UTC).isoformat(timespec="seconds"),
        report=params.report,
        thresholds=params.thresholds,
        policy=policy,
        score=score.shown,
        confidence=confidence.shown,
        risk_score=risk.shown,
        environments={name: decide(name, kept, policy, severities) for name in judged},
        areas=areas,
        findings=kept,
        plan=make_plan(kept, policy, severities),
        notices=notices,
        score_terms=score.terms,
        confidence_terms=confidence.terms,
        risk_terms=risk.terms,
        checks=catalogue,
    )


def _prepared(
    findings: Sequence[Finding], policy: Policy, params: Params, now: datetime, checks: Mapping[str, Check]
) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    """The findings as they are judged: switched off, regraded, attested, waived, sorted; and the notices."""
    kept = [_regraded(f, policy) for f in findings if not policy.override(f.check).off]
    today = now.astimezone(UTC).date()
    attested, about_attestations = apply_attestations(kept, params, today, checks)
    waived, about_waivers = apply_waivers(attested, params, policy, today, checks)
    notices = (
        *_about_run(findings, policy, params),
        *unknown_checks(params, policy, checks),
        *about_attestations,
        *about_waivers,
    )
    return tuple(sorted(waived, key=_report_order)), notices


def _regraded(finding: Finding, policy: Policy) -> Finding:
    severity = policy.override(finding.check).severity
    return finding if severity is None else replace(finding, severity=severity)


def _about_run(findings: Sequence[Finding], policy: Policy, params: Params) -> Iterable[Notice]:
    for key in params.unused():
        yield Notice("not-looked-at", f"'{key}' is not looked at by this version.", params.source.place((key,)))
    for check in sorted({f.check for f in findings if policy.override(f.check).off}):
        yield Notice("check-off", f"{check} is switched off by the policy.", f"policy {policy.name}")


def _areas(findings: Sequence[Finding], policy: Policy, severities: Mapping[str, Severity]) -> tuple[AreaResult, ...]:
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.area, []).append(finding)
    results = by_area(check_results(findings, policy, severities))
    return tuple(_area(area, checks, grouped[area], policy) for area, checks in results.items())


def _area(area: str, checks: tuple[CheckResult, ...], findings: Sequence[Finding], policy: Policy) -> AreaResult:
    numbers = score_of(checks), confidence_of(checks)
    return area_result(area, area_title(area), *numbers, _counts(findings, policy), checks, policy)


def area_result(
    id: str,
    title: str,
    score: Number,
    confidence: Number,
    counts: Mapping[str, int],
    checks: tuple[CheckResult, ...],
    policy: Policy,
) -> AreaResult:
    """What an area, or several taken together, came to."""
    return AreaResult(
        id=id,
        title=title,
        score=score.value,
        confidence=confidence.shown,
        status=status_of(score.value, confidence.shown, counts, policy),
        counts=counts,
        score_terms=score.terms,
        confidence_terms=confidence.terms,
        checks=checks,
    )


def status_of(score: float | None, confidence: float, counts: Mapping[str, int], policy: Policy) -> Status:
    rules = policy.status
    if score is None or confidence < rules.grey_below_confidence:
        return "GREY"
    if _meets(rules.green, score, confidence, counts):
        return "GREEN"
    return "YELLOW" if _meets(rules.yellow, score, confidence, counts) else "RED"


def _meets(rule: StatusRule, score: float, confidence: float, counts: Mapping[str, int]) -> bool:
    within = all(counts[severity.value] <= most for severity, most in rule.open.items())
    return score >= rule.score and confidence >= rule.confidence and within


def _counts(findings: Sequence[Finding], policy: Policy) -> dict[str, int]:
    buckets = Counter(_bucket(f, policy) for f in findings)
    severities = Counter(f.severity.value for f in findings if policy.is_open(f))
    return {
        **{name: buckets[name] for name in (*(o.value for o in Outcome), "waived", "set_aside")},
        **{severity.value: severities[severity.value] for severity in Severity},
    }


def _bucket(finding: Finding, policy: Policy) -> str:
    if finding.waived is not None:
        return "waived"
    return finding.outcome.value if policy.weighs(finding) > 0 else "set_aside"


def _report_order(finding: Finding) -> tuple[int, str, int, int, str, int, str]:
    line = finding.evidence[0].line if finding.evidence else None
    return (
        _AREA_ORDER.get(finding.area, len(_AREA_ORDER)),
        finding.check,
        _OUTCOME_ORDER[finding.outcome],
        _SEVERITY_ORDER[finding.severity],
        primary_path(finding),
        line or 0,
        finding.fingerprint,
    )


def _gravest_first(finding: Finding) -> tuple[bool, int, int, str, int, str]:
    area, check, *_, path, line, fingerprint = _report_order(finding)
    return (
        finding.blocker is None,
        _SEVERITY_ORDER[finding.severity],
        int(area),
        f"{check} {path}",
        int(line),
        fingerprint,
    )
