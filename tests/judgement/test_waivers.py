from __future__ import annotations

from typing import Any

import pytest
from findings import NOW, assess, check, finding

from kit.judgement.assessment import judge
from kit.judgement.policy import default_policy
from kit.model import Finding
from kit.params import Params


def waived(*findings: Finding, **waiver: Any) -> tuple[list[bool], list[str]]:
    entry = {
        "check": "SEC-001",
        "path": "k8s/dev/**",
        "reason": "pilot",
        "owner": "Jane",
        "expires": "2026-12-31",
    }
    assessment = assess(*findings, waivers=[{**entry, **waiver}])
    return [f.waived is not None for f in assessment.findings], [n.kind for n in assessment.notices]


DEV = finding(path="k8s/dev/app.yaml")


def test_a_waiver_covers_its_check_under_its_path() -> None:
    marks, notices = waived(DEV, finding(path="k8s/prod/app.yaml"), finding("SEC-002", path="k8s/dev/app.yaml"))

    assert marks == [True, False, False]
    assert notices == []


def test_what_is_waived_is_neither_passed_nor_open() -> None:
    waiver = {"check": "SEC-001", "path": "k8s/dev/**", "reason": "r", "owner": "o", "expires": "2026-12-31"}
    assessment = assess(DEV, finding("SEC-002", "pass"), waivers=[waiver])

    assert assessment.score == 100.0
    assert assessment.areas[0].counts["waived"] == 1
    assert assessment.areas[0].counts["pass"] == 1
    assert [t.key for t in assessment.areas[0].score_terms] == ["SEC-002"]
    assert assessment.open == ()


def test_a_waiver_holds_through_its_last_day() -> None:
    assert waived(DEV, expires="2026-11-22") == ([True], [])
    assert waived(DEV, expires="2026-11-21") == ([False], ["waiver-expired"])


@pytest.mark.parametrize(
    ("found", "waiver", "kind"),
    [
        (finding(outcome="pass", path="k8s/dev/app.yaml"), {}, "waiver-unused"),
        (DEV, {"path": "**"}, "waiver-too-wide"),
        (DEV, {"expires": "2036-01-01"}, "waiver-too-long"),
        (finding(path="k8s/dev/app.yaml", blocker="cannot start"), {}, "waiver-refused"),
    ],
)
def test_a_misused_waiver_is_reported(found: Finding, waiver: dict[str, str], kind: str) -> None:
    assert waived(found, **waiver)[1] == [kind]


def test_a_waiver_over_very_many_findings_is_too_wide() -> None:
    assert waived(*(finding(path="k8s/dev/app.yaml", line=n) for n in range(26)))[1] == ["waiver-too-wide"]


def test_a_blocker_cannot_be_waived() -> None:
    assert waived(finding(path="k8s/dev/app.yaml", blocker="cannot start"))[0] == [False]


def kinds_with_catalogue(*named: str) -> list[tuple[str, str]]:
    """The notices on waivers of these checks where SEC-002 ran and SEC-001 is in the catalogue as well."""
    entry = {"reason": "r", "owner": "o", "expires": "2026-12-31"}
    params = Params.model_validate({"waivers": [{"check": name, **entry} for name in named]})
    catalogue = [check("SEC-001"), check("SEC-002")]
    notices = judge([finding("SEC-002")], default_policy(), params, generated_at=NOW, checks=catalogue).notices
    return [(n.kind, n.text) for n in notices]


@pytest.mark.parametrize("name", ["SEC-001", "DAT-001"])
def test_a_waiver_of_a_check_that_did_not_run_is_not_unused(name: str) -> None:
    assert kinds_with_catalogue(name) == []


@pytest.mark.parametrize("name", ["SEC-022", "sec-002"])
def test_a_waiver_of_a_check_that_does_not_exist_names_the_nearest(name: str) -> None:
    notices = kinds_with_catalogue(name)

    assert [kind for kind, _ in notices] == ["unknown-check", "waiver-unused"]
    assert notices[0][1].startswith(f"There is no check {name}")
