"""Scanners, linters and compilers: alarms with rule, level, path and line, whoever raised them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from evidence_files import one

from kit.model import Severity
from kit.sources.evidence.model import Issues

SARIF = {
    "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
    "version": "2.1.0",
    "runs": [
        {
            "tool": {
                "driver": {
                    "name": "CodeQL",
                    "semanticVersion": "2.16.0",
                    "rules": [
                        {
                            "id": "js/sql-injection",
                            "defaultConfiguration": {"level": "error"},
                            "properties": {"security-severity": "8.8"},
                        }
                    ],
                }
            },
            "invocations": [{"executionSuccessful": True, "endTimeUtc": "2026-11-20T10:00:00.000Z"}],
            "versionControlProvenance": [{"revisionId": "b" * 40}],
            "results": [
                {
                    "ruleId": "js/sql-injection",
                    "ruleIndex": 0,
                    "message": {"text": "This query depends on a user-provided value."},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {"uri": "src/db%20x.ts"},
                                "region": {"startLine": 7, "endLine": 8},
                            }
                        }
                    ],
                },
                {"ruleId": "js/xss", "message": {"text": "accepted"}, "suppressions": [{"kind": "inSource"}]},
                {"ruleId": "js/ok", "kind": "pass", "message": {"text": "fine"}},
            ],
        }
    ],
}
SEMGREP = {
    "version": "1.90.0",
    "results": [
        {
            "check_id": "js.eval",
            "path": "src/a.js",
            "start": {"line": 3, "col": 1},
            "end": {"line": 3, "col": 9},
            "extra": {"message": "eval", "severity": "ERROR", "metadata": {"impact": "HIGH"}, "is_ignored": False},
        }
    ],
    "errors": [],
    "paths": {"scanned": ["src/a.js"]},
}
CHECKOV = {
    "check_type": "terraform",
    "results": {
        "passed_checks": [],
        "failed_checks": [
            {
                "check_id": "CKV_AWS_20",
                "check_name": "public",
                "resource": "aws_s3_bucket.a",
                "file_path": "/main.tf",
                "file_line_range": [1, 4],
                "severity": None,
            }
        ],
    },
    "summary": {"passed": 0, "failed": 1, "checkov_version": "3.2.0"},
}
KICS = {
    "kics_version": "v2.1.0",
    "end": "2026-11-20T10:00:00.123Z",
    "queries": [
        {
            "query_name": "Privileged",
            "query_id": "x",
            "severity": "HIGH",
            "files": [{"file_name": "k8s/a.yaml", "line": 4, "actual_value": "it is privileged"}],
        }
    ],
}
GITLEAKS = [
    {
        "RuleID": "generic-api-key",
        "Description": "Generic API Key",
        "StartLine": 5,
        "EndLine": 5,
        "Match": "key = Zk3jf9Qpl2mXv8Rt",
        "Secret": "Zk3jf9Qpl2mXv8Rt",
        "File": "config/app.js",
        "Commit": "0123456789abcdef0123456789abcdef01234567",
        "Fingerprint": "x:y:z:5",
    }
]
BANDIT = {
    "errors": [],
    "generated_at": "2026-11-20T10:00:00Z",
    "metrics": {},
    "results": [
        {
            "test_id": "B602",
            "filename": "app.py",
            "line_number": 9,
            "issue_severity": "HIGH",
            "issue_text": "shell=True",
        }
    ],
}
GOSEC = {
    "Issues": [
        {"rule_id": "G101", "severity": "HIGH", "details": "credentials", "file": "/app/main.go", "line": "12-14"}
    ],
    "Stats": {},
}
HADOLINT = [
    {"code": "DL3008", "column": 1, "file": "Dockerfile", "level": "warning", "line": 3, "message": "Pin versions"}
]
ESLINT = [
    {
        "filePath": "/app/src/a.js",
        "messages": [{"ruleId": "no-undef", "severity": 2, "message": "'x' is not defined.", "line": 4, "endLine": 4}],
        "errorCount": 1,
    },
    {"filePath": "/app/src/b.js", "messages": [], "errorCount": 0},
]
PYRIGHT = {
    "version": "1.1",
    "generalDiagnostics": [
        {"file": "/app/a.py", "severity": "error", "message": "no", "rule": "reportX", "range": {"start": {"line": 3}}}
    ],
    "summary": {},
}
RUFF = [
    {
        "code": "F401",
        "filename": "/app/a.py",
        "location": {"row": 4, "column": 1},
        "end_location": {"row": 4},
        "message": "unused",
    }
]
GOLANGCI = {
    "Issues": [
        {"FromLinter": "errcheck", "Text": "not checked", "Severity": "", "Pos": {"Filename": "main.go", "Line": 4}}
    ],
    "Report": {"Linters": []},
}
TSC = "src/a.ts(4,7): error TS2322: Type 'string' is not assignable to type 'number'.\n  inner words\n"
TSC_PRETTY = "\x1b[96msrc/a.ts\x1b[0m:\x1b[93m4\x1b[0m:\x1b[93m7\x1b[0m - \x1b[91merror\x1b[0m\x1b[90m TS2322: \x1b[0mType 'string'.\n\n4 const a: number = 'b'\n\nFound 1 error in src/a.ts:4\n"
MYPY = "app/a.py:4: error: Incompatible types  [assignment]\napp/a.py:5: note: see\nFound 1 error in 1 file (checked 3 source files)\n"
STYLISH = "/app/src/a.js\n  4:7  error  'x' is not defined  no-undef\n\n✖ 1 problem (1 error, 0 warnings)\n"


@pytest.mark.parametrize(
    ("content", "tool", "topic", "rule", "path", "at"),
    [
        (SARIF, "CodeQL", "security", "js/sql-injection", "src/db x.ts", 7),
        (SEMGREP, "Semgrep", "security", "js.eval", "src/a.js", 3),
        (CHECKOV, "checkov", "configuration", "CKV_AWS_20", "main.tf", 1),
        ([CHECKOV], "checkov", "configuration", "CKV_AWS_20", "main.tf", 1),
        (KICS, "KICS", "configuration", "Privileged", "k8s/a.yaml", 4),
        (GITLEAKS, "gitleaks", "secrets", "generic-api-key", "config/app.js", 5),
        (BANDIT, "Bandit", "security", "B602", "app.py", 9),
        (GOSEC, "gosec", "security", "G101", "/app/main.go", 12),
        (HADOLINT, "hadolint", "configuration", "DL3008", "Dockerfile", 3),
        (ESLINT, "ESLint", "lint", "no-undef", "/app/src/a.js", 4),
        ({"results": ESLINT, "metadata": {}}, "ESLint", "lint", "no-undef", "/app/src/a.js", 4),
        (STYLISH, "ESLint", "lint", "no-undef", "/app/src/a.js", 4),
        (PYRIGHT, "pyright", "types", "reportX", "/app/a.py", 4),
        (RUFF, "Ruff", "lint", "F401", "/app/a.py", 4),
        (GOLANGCI, "golangci-lint", "lint", "errcheck", "main.go", 4),
        (TSC, "tsc", "types", "TS2322", "src/a.ts", 4),
        (TSC_PRETTY, "tsc", "types", "TS2322", "src/a.ts", 4),
        (MYPY, "mypy", "types", "assignment", "app/a.py", 4),
    ],
)
def test_an_alarm_has_its_rule_and_place(
    tmp_path: Path, content: object, tool: str, topic: str, rule: str, path: str, at: int
) -> None:
    file = one(tmp_path, content if isinstance(content, str) else json.dumps(content, indent=1))

    assert file.error is None, file.error
    [run] = file.records
    assert isinstance(run, Issues)
    assert (run.tool, run.topic) == (tool, topic)
    [issue] = run.found
    assert (issue.rule, issue.path, issue.at) == (rule, path, at)
    assert issue.line in file.quotes


def test_sarif_is_graded_by_its_rules_and_dated_by_its_run(tmp_path: Path) -> None:
    file = one(tmp_path, json.dumps(SARIF))

    [run] = file.records
    assert isinstance(run, Issues)
    assert (run.found[0].severity, run.found[0].level, run.version) == (Severity.HIGH, "error", "2.16.0")
    assert file.revision == "b" * 40
    assert file.made is not None


def test_a_secret_that_gitleaks_found_is_nowhere_in_what_is_kept(tmp_path: Path) -> None:
    for text in (json.dumps(GITLEAKS), json.dumps(GITLEAKS, indent=1)):
        assert "Zk3jf9Qpl2mXv8Rt" not in str(one(tmp_path, text))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({**SARIF, "version": "1.0.0"}, "it is SARIF 1.0.0; 2.1.0 was expected"),
        ({**SARIF, "runs": {}}, "without a list of runs"),
        (TSC + "Found 7 errors in 3 files.\n", "announces 7 errors and holds 1"),
        ([], "none of what is known"),
    ],
)
def test_what_is_no_report_after_all_says_what_was_expected(tmp_path: Path, content: object, said: str) -> None:
    file = one(tmp_path, content if isinstance(content, str) else json.dumps(content))

    assert file.error is not None and said in file.error
