"""What changed between two assessments: findings by fingerprint, and the verdicts that they moved."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kit.judgement.diff import Changes, DiffError, diff
from kit.model import Finding
from kit.report.exports.json import as_data
from tests.findings import assess, finding

HIGH = finding("SEC-001", severity="high", fingerprint="high")
BLOCKER = finding("CON-001", severity="critical", area="containers", blocker="cannot build", fingerprint="block")
HELD = finding("CON-001", "pass", severity="critical", area="containers", fingerprint="held")
GOOD = [finding("SEC-002", "pass", fingerprint=f"good{i}") for i in range(3)]


def data(*findings: Finding, **params: Any) -> dict[str, Any]:
    """The assessment as it stands in a file."""
    read: dict[str, Any] = json.loads(json.dumps(as_data(assess(*findings, *GOOD, **params))))
    return read


def kinds(changes: Changes) -> dict[str, str]:
    return {c.fingerprint: c.kind for c in changes.changes}


def test_the_same_assessment_twice_has_no_change() -> None:
    changes = diff(data(HIGH), data(HIGH))

    assert changes.changes == ()
    assert changes.moves == ()
    assert changes.score.change == 0


def test_what_is_open_now_and_was_not_there_is_new_and_what_the_check_no_longer_finds_is_fixed() -> None:
    before = finding("SEC-001", "not_applicable", severity="high", fingerprint="before")

    assert kinds(diff(data(HELD, before), data(HELD, HIGH))) == {"high": "new"}
    assert kinds(diff(data(BLOCKER, HELD), data(HELD))) == {"block": "fixed"}


def test_what_a_check_finds_that_did_not_run_before_is_newly_asked_and_no_regression() -> None:
    changes = diff(data(), data(BLOCKER))

    assert kinds(changes) == {"block": "newly_asked"}
    assert changes.added == ("CON-001",)
    assert [m.after for m in changes.moves] == ["NO-GO", "NO-GO"]
    assert all(changes.only_newly_asked(move) for move in changes.moves)
    assert not changes.worsened


def test_a_verdict_that_old_and_new_checks_move_together_did_fall() -> None:
    other = finding("CON-002", severity="critical", area="containers", blocker="cannot start", fingerprint="other")

    changes = diff(data(HELD), data(HELD, BLOCKER, other))

    assert kinds(changes) == {"block": "new", "other": "newly_asked"}
    assert changes.worsened


def test_what_nobody_looked_for_is_gone_and_not_fixed() -> None:
    assert kinds(diff(data(HIGH), data())) == {"high": "gone"}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({"severity": "low"}, {"severity": "high"}, "worse"),
        ({"severity": "high"}, {"severity": "low"}, "better"),
        ({"outcome": "partial"}, {"outcome": "fail"}, "worse"),
        ({"outcome": "fail"}, {"outcome": "pass"}, "fixed"),
        ({"outcome": "pass"}, {"outcome": "fail"}, "new"),
        ({"outcome": "unknown"}, {"outcome": "pass"}, "changed"),
    ],
)
def test_a_finding_that_came_to_something_else_says_which_way(
    before: dict[str, str], after: dict[str, str], kind: str
) -> None:
    old, new = (finding("SEC-001", fingerprint="f", **given) for given in (before, after))

    assert kinds(diff(data(old), data(new))) == {"f": kind}


def test_a_verdict_that_moved_names_the_findings_behind_it() -> None:
    worse = diff(data(HELD), data(HELD, BLOCKER))
    better = diff(data(HELD, BLOCKER), data(HELD))

    assert [(m.environment, m.before, m.after) for m in worse.moves if m.environment == "production"] == [
        ("production", "GO", "NO-GO")
    ]
    assert all(m.findings == ("block",) for m in (*worse.moves, *better.moves))
    assert worse.worsened
    assert not better.worsened


def test_numbers_have_a_trend_and_a_policy_that_differs_is_said() -> None:
    changed = data(HIGH)
    changed["policy"]["sha256"] = "other"

    changes = diff(data(), changed)

    assert changes.score.change < 0
    assert changes.risk.change > 0
    assert changes.policy_changed


@pytest.mark.parametrize("bad", [{}, [], {"schema": 9}, {"schema": 1}, {"schema": 1, "findings": [{}]}])
def test_what_is_no_assessment_is_refused(bad: Any) -> None:
    with pytest.raises(DiffError):
        diff(bad, data())
