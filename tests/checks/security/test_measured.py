"""Audits and scanners of others: what they found is told once, where it stands."""

from __future__ import annotations

import json
from pathlib import Path

from given import seen

from kit.model import Severity


def npm(*holes: tuple[str, str]) -> str:
    vulnerabilities = {
        name: {
            "name": name,
            "severity": grade,
            "range": "<2",
            "via": [{"title": "Bad", "url": "https://x/GHSA-1", "severity": grade}],
            "fixAvailable": {"name": name, "version": "2.0.0"},
        }
        for name, grade in holes
    }
    return json.dumps(
        {"auditReportVersion": 2, "vulnerabilities": vulnerabilities, "metadata": {"dependencies": {"total": 9}}},
        indent=1,
    )


def osv(name: str, version: str) -> str:
    package = {
        "package": {"name": name, "version": version},
        "vulnerabilities": [{"id": "GHSA-1", "summary": "Bad"}],
        "groups": [{"ids": ["GHSA-1"], "max_severity": "9.8"}],
    }
    return json.dumps({"results": [{"source": {"path": "/x/package-lock.json"}, "packages": [package]}]}, indent=1)


def sarif(rule: str, path: str, line: int, *, tool: str = "CodeQL", score: str = "8.1") -> str:
    driver = {"name": tool, "rules": [{"id": rule, "properties": {"security-severity": score}}]}
    place = {"artifactLocation": {"uri": path}, "region": {"startLine": line}}
    result = {"ruleId": rule, "message": {"text": "It is bad."}, "locations": [{"physicalLocation": place}]}
    return json.dumps(
        {"$schema": "x", "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": [result]}]}, indent=1
    )


def test_each_package_with_a_hole_is_a_finding_with_the_version_that_mends_it(tmp_path: Path) -> None:
    found = seen(tmp_path, "SEC-070", {"npm.json": npm(("a", "low"), ("b", "critical"))})

    assert [(f.severity, f.outcome) for f in found.findings] == [(Severity.CRITICAL, "fail"), (Severity.LOW, "fail")]
    assert "b <2: GHSA-1: Bad; mended in b 2.0.0 (npm audit)" in found.text
    assert found.findings[0].fix == "Update b to b 2.0.0."


def test_a_hole_that_two_tools_tell_is_told_once(tmp_path: Path) -> None:
    found = seen(tmp_path, "SEC-070", {"a.json": osv("lodash", "1.0"), "b.json": osv("lodash", "1.0")})

    assert found.outcomes == ["fail"]
    assert [e.path for e in found.findings[0].evidence] == ["../evidence/a.json", "../evidence/b.json"]


def test_an_audit_without_a_hole_holds(tmp_path: Path) -> None:
    found = seen(tmp_path, "SEC-070", {"npm.json": npm()})

    assert found.outcomes == ["pass"]
    assert "no known hole in 9 packages" in found.text


def test_an_alarm_of_a_rule_that_no_check_asks_about_stands_at_its_line_with_the_report(tmp_path: Path) -> None:
    found = seen(
        tmp_path, "SEC-071", {"s.sarif": sarif("js/odd", "src/a.ts", 2)}, {"src/a.ts": "const a = 1;\nconst b = 2;\n"}
    )

    assert found.failed == ["src/a.ts:2"]
    [open_one] = [f for f in found.findings if f.outcome == "fail"]
    assert [(e.path, e.excerpt) for e in open_one.evidence] == [
        ("src/a.ts", "const b = 2;"),
        ("../evidence/s.sarif", '"ruleId": "js/odd",'),
    ] or (open_one.evidence[1].path == "../evidence/s.sarif" and "js/odd" in open_one.evidence[1].excerpt)
    assert open_one.blocker is None


def test_an_alarm_of_a_rule_of_ours_is_a_finding_of_our_check_and_of_no_other(tmp_path: Path) -> None:
    code = {"src/a.ts": "export const q = (id) => db.query('SELECT 1 WHERE id = ' + id);\n"}
    report = {"s.sarif": sarif("js/sql-injection", "src/a.ts", 1)}

    assert seen(tmp_path / "a", "SEC-071", report, code).failed == []
    ours = seen(tmp_path / "b", "SEC-006", report, code)
    assert ours.failed == ["src/a.ts:1"]
    assert any(e.path == "../evidence/s.sarif" for f in ours.findings for e in f.evidence)


def test_an_alarm_in_no_file_of_the_project_is_told_at_the_report(tmp_path: Path) -> None:
    found = seen(tmp_path, "SEC-071", {"s.sarif": sarif("js/odd", "usr/lib/x.js", 2)})

    assert found.failed == ["../evidence/s.sarif:19"] or found.failed[0].startswith("../evidence/s.sarif:")
    assert "which is no file of the project" in found.text


def test_a_secret_that_gitleaks_found_is_a_finding_of_our_check_and_shown_nowhere(tmp_path: Path) -> None:
    leak = [
        {
            "RuleID": "generic-api-key",
            "Description": "Key",
            "StartLine": 1,
            "EndLine": 1,
            "Match": "x",
            "Secret": "qwpo2309fjkdlsaz",
            "File": "conf/app.txt",
            "Fingerprint": "f",
        }
    ]

    found = seen(tmp_path, "CFG-005", {"g.json": json.dumps(leak)}, {"conf/app.txt": "hub: qwpo2309fjkdlsaz\n"})

    assert found.failed == ["conf/app.txt:1"]
    assert "qwpo2309fjkdlsaz" not in str(found.findings)


def test_a_report_of_another_project_is_told_once(tmp_path: Path) -> None:
    report = json.loads(sarif("js/odd", "elsewhere/x.js", 2))
    report["runs"][0]["results"] *= 3

    found = seen(tmp_path, "SEC-071", {"s.sarif": json.dumps(report)}, {"src/a.ts": "x\n"})

    assert found.outcomes == ["fail"]
    assert "none of its 3 alarms is in a file of this project; the first is in elsewhere/x.js" in found.text
