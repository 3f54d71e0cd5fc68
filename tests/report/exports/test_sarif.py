from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from findings import assess, finding
from samples import sample

from kit.report.exports import sarif
from kit.report.exports.sarif import MOST_RESULTS, render

TEXT = {"type": "object", "required": ["text"], "additionalProperties": False}
MESSAGE = {**TEXT, "properties": {"text": {"type": "string", "minLength": 1}}}
LOCATION = {
    "type": "object",
    "required": ["artifactLocation", "region"],
    "properties": {
        "artifactLocation": {
            "type": "object",
            "required": ["uri", "uriBaseId"],
            "properties": {"uri": {"type": "string", "pattern": r"^[A-Za-z0-9._~/%-]+$"}},
        },
        "region": {
            "type": "object",
            "required": ["startLine"],
            "properties": {
                "startLine": {"type": "integer", "minimum": 1},
                "endLine": {"type": "integer", "minimum": 1},
            },
        },
    },
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "message", "level", "locations", "partialFingerprints"],
    "properties": {
        "message": MESSAGE,
        "level": {"enum": ["error", "warning", "note"]},
        "kind": {"const": "fail"},
        "locations": {"minItems": 1, "maxItems": 1, "items": {"properties": {"physicalLocation": LOCATION}}},
        "relatedLocations": {"items": {"required": ["id", "message", "physicalLocation"]}},
        "partialFingerprints": {"type": "object", "minProperties": 1},
        "suppressions": {"items": {"required": ["kind"], "properties": {"status": {"const": "accepted"}}}},
    },
}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "fullDescription", "help", "properties"],
    "properties": {
        "name": {"type": "string", "pattern": "^[A-Za-z0-9]+$", "maxLength": 255},
        "shortDescription": {**MESSAGE, "properties": {"text": {"type": "string", "maxLength": 1024}}},
        "fullDescription": {**MESSAGE, "properties": {"text": {"type": "string", "maxLength": 1024}}},
        "help": {"type": "object", "required": ["text", "markdown"]},
        "properties": {
            "type": "object",
            "required": ["tags", "precision", "problem.severity", "security-severity"],
            "properties": {
                "tags": {"type": "array", "maxItems": 10, "uniqueItems": True},
                "precision": {"enum": ["very-high", "high", "medium", "low"]},
                "problem.severity": {"enum": ["error", "warning", "recommendation"]},
                "security-severity": {"type": "string", "pattern": r"^\d\.\d$"},
            },
        },
    },
}
RUN = {
    "type": "object",
    "required": ["tool", "results"],
    "properties": {
        "tool": {"properties": {"driver": {"required": ["name"], "properties": {"rules": {"items": RULE}}}}},
        "results": {"type": "array", "items": RESULT},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    },
}


def run_of(text: str) -> dict[str, Any]:
    data = json.loads(text)
    assert (data["version"], len(data["runs"])) == ("2.1.0", 1)
    return dict(data["runs"][0])


RUN_DATA = run_of(render(sample()))


def result(check: str) -> dict[str, Any]:
    return next(r for r in RUN_DATA["results"] if r["ruleId"] == check)


def test_the_run_has_what_code_scanning_wants() -> None:
    jsonschema.Draft202012Validator(RUN).validate(RUN_DATA)


def test_only_what_is_open_or_waived_is_told_the_gravest_first() -> None:
    assert [r["ruleId"] for r in RUN_DATA["results"]] == [
        "CON-001",
        "SEC-001",
        "CON-002",
        "ORC-001",
        "SEC-002",
    ]


def test_every_result_points_at_its_rule() -> None:
    rules = RUN_DATA["tool"]["driver"]["rules"]

    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in RUN_DATA["results"])
    assert {r["ruleId"] for r in RUN_DATA["results"]} == {rule["id"] for rule in rules}


@pytest.mark.parametrize(("check", "level"), [("SEC-001", "error"), ("ORC-001", "warning"), ("CON-001", "note")])
def test_the_level_follows_the_severity(check: str, level: str) -> None:
    assert result(check)["level"] == level


def test_a_path_is_percent_encoded_and_relative_to_the_root() -> None:
    place = result("SEC-001")["locations"][0]["physicalLocation"]

    assert place["artifactLocation"] == {"uri": "src/my%20app%3A1.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"]["startLine"] == 7


def test_a_finding_without_a_place_points_at_the_first_line_of_the_root() -> None:
    place = result("CON-002")["locations"][0]["physicalLocation"]

    assert (place["artifactLocation"]["uri"], place["region"]) == (".", {"startLine": 1})


def test_further_places_are_related_locations() -> None:
    related = result("ORC-001")["relatedLocations"]

    assert [r["physicalLocation"]["artifactLocation"]["uri"] for r in related] == ["src/app.py"]


def test_a_waived_finding_is_suppressed_with_its_reason() -> None:
    suppressed = {r["ruleId"]: r["suppressions"] for r in RUN_DATA["results"] if "suppressions" in r}

    assert suppressed["SEC-002"][0]["justification"] == "pilot (Jane, until 2026-12-31)"
    assert suppressed.keys() == {"SEC-002"}


def test_a_message_holds_no_link_placeholder_or_control_character() -> None:
    text = result("SEC-001")["message"]["text"]

    assert "](" not in text
    assert "{{0}}" in text
    assert "${{ secrets.X }}" in text
    assert text.isprintable()


def test_a_crashed_check_makes_the_run_unsuccessful() -> None:
    invocation = RUN_DATA["invocations"][0]

    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"].startswith("OPS-001: The check crashed")


def test_a_rule_of_the_catalogue_brings_its_texts() -> None:
    rules = {rule["id"]: rule for rule in RUN_DATA["tool"]["driver"]["rules"]}

    assert rules["SEC-001"]["helpUri"] == "https://example.com/why"
    assert "**Fix.** Do this." in rules["SEC-001"]["help"]["markdown"]
    assert rules["SEC-001"]["properties"]["security-severity"] == "9.5"


def test_more_than_github_shows_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)

    run = run_of(render(assess(*(finding(line=n) for n in range(1, 6)))))

    assert MOST_RESULTS == 5000
    assert len(run["results"]) == 3
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].startswith("2 further results")
