"""What the page supposes is what Python would judge: the same score, risk and verdicts on random sets."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kit.judgement.assessment import Assessment, judge
from kit.judgement.policy import default_policy
from kit.judgement.what_if import supposed
from kit.model import Evidence, FileClass, Finding, Strength
from kit.params import Params, load_params
from kit.report.builtin import asset
from kit.report.markup import script_json
from kit.report.page import findings_data, judgement_data
from tests.findings import assess, finding, with_policy
from tests.report.devtools import BROWSER, Browser
from tests.report.poor import GROUP, PARAMS, sample

SETS = 220

pytestmark = GROUP
needs_browser = pytest.mark.skipif(BROWSER is None, reason="needs a Chromium or Chrome")

PAGE = """<!doctype html><meta charset="utf-8"><pre id="out"></pre>
<script type="application/json" id="given">{given}</script>
<script>{script}</script>
<script>
const given = JSON.parse(document.getElementById("given").textContent)
const names = ["id", "check", "area", "title", "severity", "outcome", "message", "fix", "evidence", "files",
  "environment", "waived", "blocker", "hours", "open"]
const findings = given.rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])))
document.getElementById("out").textContent = JSON.stringify(given.sets.map(([fixed, waived]) =>
  window.readinessJudgement(given.data, findings, new Set(fixed), new Set(waived))))
</script>"""


def sets_of(count: int, among: int) -> list[tuple[list[int], list[int]]]:
    """Sets of mended and accepted findings: none, all, and random ones of every size; some in both."""
    dice = random.Random(7)  # noqa: S311 - the same sets in every run
    made: list[tuple[list[int], list[int]]] = [([], []), (list(range(among)), []), ([], list(range(among)))]
    while len(made) < count:
        fixed = dice.sample(range(among), dice.randint(0, among))
        waived = dice.sample(range(among), dice.randint(0, among) // 3)
        made.append((fixed, waived))
    return made


def in_python(judged: Assessment, sets: list[tuple[list[int], list[int]]], params: Any) -> list[dict[str, Any]]:
    rows = findings_data(judged)["rows"]
    told = []
    for fixed, waived in sets:
        ids = [{rows[i][0] for i in chosen} for chosen in (fixed, waived)]
        found = supposed(judged.findings, judged.policy, *ids)
        moment = datetime(2026, 11, 22, tzinfo=UTC)
        told.append(as_page(judge(found, judged.policy, params, generated_at=moment, checks=judged.checks.values())))
    return told


def as_page(a: Assessment) -> dict[str, Any]:
    environments = {
        name: {
            "verdict": v.verdict,
            "reasons": [{"gate": r.gate, "verdict": r.verdict, "text": r.text} for r in v.reasons],
            "score": v.score,
            "confidence": v.confidence,
            "risk": v.risk_score,
        }
        for name, v in a.environments.items()
    }
    return {"score": a.score, "confidence": a.confidence, "risk": a.risk_score, "environments": environments}


def in_browser(
    judged: Assessment, sets: list[tuple[list[int], list[int]]], tmp_path: Path, browser: Browser
) -> list[dict[str, Any]]:
    given = {"rows": findings_data(judged)["rows"], "data": judgement_data(judged), "sets": sets}
    page = tmp_path / "judged.html"
    page.write_text(PAGE.format(given=script_json(given), script=asset("judgement.js")), encoding="utf-8")
    with browser.page(page.as_uri()) as tab:
        told: list[dict[str, Any]] = json.loads(tab.eval("document.getElementById('out').textContent"))
    return told


@needs_browser
@pytest.mark.browser
def test_the_page_and_python_agree_on_random_sets_over_the_poor_sample(tmp_path: Path, browser: Browser) -> None:
    _, judged = sample()
    params = load_params(PARAMS)
    sets = sets_of(SETS, len(judged.open))

    told = in_browser(judged, sets, tmp_path, browser)

    assert len(told) == SETS
    assert told == in_python(judged, sets, params)
    assert len({t["score"] for t in told}) > 50
    assert len({e["verdict"] for t in told for e in t["environments"].values()}) > 1


@needs_browser
@pytest.mark.browser
def test_they_agree_under_a_policy_of_every_kind_of_gate(tmp_path: Path, browser: Browser) -> None:
    gates = [
        {"id": "a", "when": {"checks_open": ["SEC-001", "DAT-001"]}, "verdict": "CONDITIONAL", "text": "{count} open."},
        {"id": "b", "when": {"risk_over": 3}, "verdict": "NO-GO", "text": "Risk {value} over {limit}."},
        {"id": "c", "when": {"confidence_below": 70.5}, "verdict": "CONDITIONAL", "text": "{value} below {limit}."},
        {"id": "d", "when": {"area_below": {"security": 60}}, "verdict": "CONDITIONAL", "text": "{area}: {value}."},
        {"id": "e", "when": {"errors_over": 0}, "verdict": "CONDITIONAL", "text": "{count} crashed."},
    ]
    default = default_policy().values()
    policy = with_policy(
        environments={"production": {"counts": ["production"], "gates": gates}},
        file_class_weights={**default["file_class_weights"], "test": 0.5},
        checks={"SEC-001": {"weight": 2.5}, "DAT-001": {"severity": "low"}},
        waivers={**default["waivers"], "unwaivable": {"blockers": True, "checks": ["SEC-002"]}},
    )
    judged = assess(*mixed(), policy=policy, environments=["production"])
    sets = sets_of(60, len(judged.open))

    told = in_browser(judged, sets, tmp_path, browser)

    assert told == in_python(judged, sets, Params.model_validate({"environments": ["production"]}))


def mixed() -> list[Finding]:
    """Findings of every outcome, severity, class, strength and environment that a judgement tells apart."""
    made = [
        finding("SEC-001", outcome, severity, fingerprint=f"{outcome}{severity}")
        for outcome in ("pass", "partial", "fail", "unknown", "not_applicable", "error")
        for severity in ("critical", "high", "medium", "low")
    ]
    made += [finding("SEC-002", "fail", "high", fingerprint=f"s{i}") for i in range(4)]
    made += [replace(finding("SEC-001", "fail", "high", fingerprint="x"), file_class=FileClass.TEST)]
    made += [finding("DAT-001", "partial", "medium", area="data", fingerprint="d", environment="development")]
    made += [finding("DAT-001", "fail", "medium", area="data", fingerprint="e", environment="production")]
    made += [finding("CON-001", "fail", "critical", area="containers", blocker="cannot build", fingerprint="c")]
    evidence = (Evidence("a.py", 1, 1, "x", Strength.MEASURED), Evidence("b.py", 1, 1, "x", Strength.DOCUMENTED))
    return [*made, replace(finding("TST-001", "pass", area="testing", fingerprint="t"), evidence=evidence)]


def test_what_the_policy_makes_unwaivable_stays_open() -> None:
    judged = assess(finding("CON-001", severity="critical", blocker="cannot build", fingerprint="b"))

    (kept,) = supposed(judged.findings, judged.policy, set(), {"b"})
    (mended,) = supposed(judged.findings, judged.policy, {"b"}, {"b"})

    assert kept.waived is None
    assert mended.blocker is None
    assert not mended.outcome.open


def test_what_is_not_open_cannot_be_mended() -> None:
    judged = assess(finding("SEC-001", "unknown", fingerprint="u"))

    assert supposed(judged.findings, judged.policy, {"u"}, {"u"}) == judged.findings
