from __future__ import annotations

from dataclasses import replace

import pytest
from findings import assess, finding
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.judgement.verdict import VERDICTS
from kit.model import FileClass, Finding, Outcome

outcomes = st.sampled_from([o.value for o in Outcome])
severities = st.sampled_from(["critical", "high", "medium", "low"])


@st.composite
def some_findings(draw: st.DrawFn) -> list[Finding]:
    made = []
    for line in range(draw(st.integers(1, 12))):
        area, prefix = draw(st.sampled_from([("security", "SEC"), ("data", "DAT")]))
        outcome = draw(outcomes)
        is_open = outcome in {"fail", "partial"}
        made.append(
            finding(
                f"{prefix}-00{draw(st.integers(1, 3))}",
                outcome,
                draw(severities),
                area=area,
                line=line,
                blocker=draw(st.sampled_from([None, None, "cannot start"])) if is_open else None,
                environment=draw(st.sampled_from([None, None, "development", "staging", "production"])),
                file_class=draw(st.sampled_from([FileClass.PRODUCTION, FileClass.PRODUCTION, FileClass.TEST])),
            )
        )
    return made


@settings(max_examples=60, deadline=None)
@given(some_findings())
def test_every_number_stays_in_its_range_and_unfolds(findings: list[Finding]) -> None:
    assessment = assess(*findings)

    assert 0 <= assessment.score <= 100
    assert 0 <= assessment.confidence <= 100
    assert 0 <= assessment.risk_score <= 10
    assert sum(t.contribution for t in assessment.risk_terms) == pytest.approx(assessment.risk_score, abs=0.051)
    assert sum(t.contribution for t in assessment.score_terms) == pytest.approx(assessment.score, abs=0.051)
    for area in assessment.areas:
        assert sum(t.contribution for t in area.score_terms) == pytest.approx(area.score or 0, abs=0.051)


@settings(max_examples=80, deadline=None)
@given(some_findings(), st.data())
def test_mending_a_finding_makes_nothing_worse(findings: list[Finding], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(findings) - 1))
    if not findings[index].outcome.open:
        findings[index] = replace(findings[index], outcome=Outcome.FAIL)
    mended = list(findings)
    mended[index] = replace(findings[index], outcome=Outcome.PASS, blocker=None)
    before, after = assess(*findings), assess(*mended)

    assert after.score >= before.score
    assert after.risk_score <= before.risk_score
    assert after.confidence == before.confidence
    for name, verdict in before.environments.items():
        assert VERDICTS.index(after.environments[name].verdict) <= VERDICTS.index(verdict.verdict)


@settings(max_examples=60, deadline=None)
@given(some_findings(), st.sampled_from(["SEC-001", "SEC-009"]), severities)
def test_what_is_unknown_changes_confidence_and_never_the_score(
    findings: list[Finding], check: str, severity: str
) -> None:
    before = assess(*findings)
    after = assess(*findings, finding(check, "unknown", severity, line=99))

    assert after.score == before.score
    assert after.risk_score == before.risk_score


@settings(max_examples=30, deadline=None)
@given(some_findings(), st.randoms(use_true_random=False))
def test_the_order_of_the_findings_does_not_matter(findings: list[Finding], random) -> None:
    shuffled = list(findings)
    random.shuffle(shuffled)

    assert assess(*shuffled) == assess(*findings)


def test_counts_add_up_to_the_findings_of_the_area() -> None:
    waiver = {"check": "SEC-001", "path": "a", "reason": "r", "owner": "o", "expires": "2026-12-31"}
    findings = [
        finding(path="a"),
        finding("SEC-002", severity="high"),
        finding("SEC-003", "pass"),
        finding("SEC-004", "fail", file_class=FileClass.TEST),
    ]

    counts = dict(assess(*findings, waivers=[waiver]).areas[0].counts)

    assert {k: v for k, v in counts.items() if v} == {
        "waived": 1,
        "fail": 1,
        "pass": 1,
        "set_aside": 1,
        "high": 1,
    }


def test_the_gravest_come_first_blockers_before_all() -> None:
    assessment = assess(
        finding("SEC-001", severity="medium"),
        finding("SEC-002", severity="critical"),
        finding("SEC-003", severity="low", blocker="cannot build"),
    )

    assert [f.check for f in assessment.open] == ["SEC-003", "SEC-002", "SEC-001"]
    assert [f.check for f in assessment.blockers] == ["SEC-003"]
    assert assessment.finding(assessment.open[0].fingerprint) is assessment.open[0]
    assert assessment.area("security") is assessment.areas[0]
    assert assessment.area("data") is None


def test_what_this_version_does_not_look_at_is_said() -> None:
    notices = assess(finding(), history="sqlite:///h.db").notices

    assert [(n.kind, n.text) for n in notices] == [("not-looked-at", "'history' is not looked at by this version.")]


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ([finding(outcome="pass")], "GREEN"),
        (
            [finding(outcome="pass"), finding("SEC-002", "fail", "medium"), finding("SEC-003", "pass")],
            "YELLOW",
        ),
        ([finding(f"SEC-1{n}", "pass") for n in range(30)] + [finding(severity="critical")], "RED"),
        ([finding(outcome="unknown")], "GREY"),
        ([finding(outcome="not_applicable")], "GREY"),
    ],
)
def test_the_light_of_an_area_follows_score_and_gravity(findings: list[Finding], status: str) -> None:
    assert assess(*findings).areas[0].status == status
