"""What people vouch for decides what nothing else can, for a time, and overrules nothing."""

from __future__ import annotations

from typing import Any

import pytest
from findings import assess, finding
from pydantic import ValidationError

from kit.judgement.assessment import Assessment
from kit.model import Finding, Strength
from kit.params import Params

ENTRY = {"check": "SEC-001", "answer": "pass", "by": "Jane Doe", "on": "2026-11-01", "note": "38 minutes"}
"""The findings are judged on 2026-11-22."""


def judged(*findings: Finding, **more: Any) -> Assessment:
    return assess(*findings, attestations=[{**ENTRY, **more}])


def outcomes(assessment: Assessment) -> list[tuple[str, str]]:
    return [(f.outcome.value, n.kind) for f in assessment.findings for n in assessment.notices] or [
        (f.outcome.value, "") for f in assessment.findings
    ]


@pytest.mark.parametrize("answer", ["pass", "partial", "fail"])
def test_a_person_answers_what_the_project_cannot_show(answer: str) -> None:
    assessment = judged(finding(outcome="unknown"), answer=answer)
    (found,) = assessment.findings

    assert (found.outcome, found.evidence[0].strength, assessment.notices) == (answer, Strength.ATTESTED, ())
    assert found.message.startswith(
        f"Jane Doe attests on 2026-11-01, until 2027-11-01: {answer}. 38 minutes. The project"
    )


def test_it_raises_the_confidence_less_than_anything_measured() -> None:
    nobody = assess(finding(outcome="unknown")).confidence
    person = judged(finding(outcome="unknown")).confidence
    file = assess(finding(outcome="pass")).confidence
    measured = assess(finding(outcome="pass", strength="measured")).confidence

    assert nobody < person < file < measured


def test_a_person_decides_what_is_unknown_beside_what_is_decided() -> None:
    assessment = judged(finding(outcome="unknown", line=1), finding(outcome="pass", line=2))

    assert [f.outcome.value for f in assessment.findings] == ["pass", "pass"]
    assert assessment.notices == ()


@pytest.mark.parametrize("strength", ["static", "measured", "live"])
def test_a_person_overrules_nothing_and_the_conflict_is_shown(strength: str) -> None:
    assessment = judged(finding(outcome="fail", strength=strength))
    (notice,) = assessment.notices

    assert assessment.findings[0].outcome == "fail"
    assert notice.kind == "attestation-conflict"
    assert notice.text.endswith("says pass, and app/main.py shows otherwise (fail): What was seen.")


def test_a_person_who_says_that_it_fails_is_against_a_pass() -> None:
    assert outcomes(judged(finding(outcome="pass"), answer="fail")) == [("pass", "attestation-conflict")]


def test_what_the_project_answers_alike_needs_no_person() -> None:
    assert outcomes(judged(finding(outcome="pass"))) == [("pass", "attestation-unused")]


@pytest.mark.parametrize(
    ("days", "result"),
    [
        ({"expires": "2026-11-22"}, ("pass", "")),
        ({"expires": "2026-11-21"}, ("unknown", "attestation-expired")),
        ({"on": "2025-11-22"}, ("pass", "")),
        ({"on": "2025-11-21"}, ("unknown", "attestation-expired")),
        ({"on": "2026-11-23"}, ("unknown", "attestation-early")),
    ],
)
def test_it_holds_from_its_day_to_its_end(days: dict[str, str], result: tuple[str, str]) -> None:
    assert outcomes(judged(finding(outcome="unknown"), **days)) == [result]


def test_it_speaks_of_its_path_alone() -> None:
    there, elsewhere = finding(outcome="unknown", path="k8s/base/a.yaml"), finding(outcome="unknown", path="other.yaml")

    assessment = judged(there, elsewhere, path="k8s/**")

    assert [(f.evidence[0].path, f.outcome.value) for f in assessment.findings] == [
        ("other.yaml", "unknown"),
        ("k8s/base/a.yaml", "pass"),
    ]


def test_of_two_answers_the_later_counts() -> None:
    later = {**ENTRY, "answer": "fail", "on": "2026-11-10", "by": "John Roe"}

    assessment = assess(finding(outcome="unknown"), attestations=[ENTRY, later])

    assert assessment.findings[0].message.startswith("John Roe")
    assert [n.kind for n in assessment.notices] == ["attestation-unused"]


def test_an_answer_to_what_nobody_asked_is_reported() -> None:
    assert outcomes(judged(finding("SEC-002", "unknown"))) == [("unknown", "attestation-unused")]


def test_an_end_before_its_day_is_refused() -> None:
    with pytest.raises(ValidationError, match="no earlier than"):
        Params.model_validate({"attestations": [{**ENTRY, "expires": "2026-10-01"}]})
