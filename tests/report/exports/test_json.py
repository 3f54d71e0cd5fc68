from __future__ import annotations

import json

from samples import FINDINGS, sample

from kit.report.exports.json import render

DATA = json.loads(render(sample()))


def test_the_fields_are_those_of_the_contract_in_its_order() -> None:
    assert list(DATA)[:11] == [
        "schema",
        "project",
        "generated_at",
        "style",
        "policy",
        "score",
        "confidence",
        "risk_score",
        "environments",
        "areas",
        "findings",
    ]
    assert DATA["schema"] == 1
    assert DATA["project"] == {"name": "Shop <b>", "root": "/srv/shop", "revision": "abc123def4567890"}
    assert DATA["generated_at"] == "2026-11-22T12:00:00+00:00"


def test_an_environment_has_a_verdict_and_reasons_that_name_findings() -> None:
    production = DATA["environments"]["production"]

    assert production["verdict"] == "NO-GO"
    known = {f["fingerprint"] for f in DATA["findings"]}
    assert {f for reason in production["reasons"] for f in reason["findings"]} <= known
    assert production["reasons"][0].keys() == {"gate", "verdict", "text", "findings"}


def test_an_area_has_its_score_or_null_and_its_terms() -> None:
    areas = {area["id"]: area for area in DATA["areas"]}

    assert areas["data"]["score"] is None
    assert areas["data"]["status"] == "GREY"
    assert areas["security"]["caps"] == {"SEC-001": "critical"}
    assert areas["security"]["counts"]["waived"] == 1
    assert sum(t["contribution"] for t in areas["security"]["terms"]["score"]) == areas["security"]["score"]


def test_a_finding_has_the_fields_of_the_contract() -> None:
    found = next(f for f in DATA["findings"] if f["check"] == "ORC-001")

    assert found.keys() >= {
        "check",
        "area",
        "title",
        "severity",
        "outcome",
        "message",
        "fix",
        "fingerprint",
        "waived",
    }
    assert found["evidence"][0] == {
        "path": "k8s/a.yaml",
        "line": 3,
        "end_line": 9,
        "excerpt": "image: x\n  tag: y",
        "strength": "static",
    }
    assert len(DATA["findings"]) == len(FINDINGS)


def test_a_waiver_says_reason_owner_and_expiry() -> None:
    waived = [f["waived"] for f in DATA["findings"] if f["waived"]]

    assert waived == [{"reason": "pilot", "owner": "Jane", "expires": "2026-12-31"}]


def test_the_same_input_gives_the_same_bytes() -> None:
    assert render(sample()) == render(sample())
