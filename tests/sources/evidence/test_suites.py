"""Runs of tests come to the same counts, whoever ran them."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from evidence_files import one

from kit.sources.evidence.model import Issues, Suites


def ran(root: Path, content: str) -> Suites:
    file = one(root, content)
    assert file.error is None, file.error
    [record] = file.records
    assert isinstance(record, Suites)
    return record


JUNIT = """
<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testsuite name="api" tests="5" failures="1" errors="0" skipped="1" time="1.5" timestamp="2026-11-20T10:00:00Z">
    <testcase classname="orders" name="creates" time="0.1"/>
    <testcase classname="orders" name="refuses" time="0.1"><failure message="expected 403, got 200" type="AssertionError">trace</failure></testcase>
    <testcase classname="orders" name="later"><skipped message="not yet"/></testcase>
    <testcase classname="orders" name="sometimes"><flakyFailure message="timeout"/></testcase>
    <testcase classname="orders" name="logs"><system-out>error</system-out></testcase>
  </testsuite>
</testsuites>
"""
PYTEST = {
    "created": 1763800000.5,
    "duration": 2.5,
    "exitcode": 1,
    "root": "/app",
    "environment": {},
    "summary": {"passed": 2, "failed": 1, "skipped": 1, "total": 4},
    "tests": [
        {"nodeid": "tests/test_a.py::test_a", "outcome": "passed"},
        {"nodeid": "tests/test_a.py::test_b", "outcome": "passed"},
        {"nodeid": "tests/test_a.py::test_c", "outcome": "failed", "call": {"crash": {"message": "assert 1 == 2"}}},
        {"nodeid": "tests/test_a.py::test_d", "outcome": "skipped"},
    ],
}
PLAYWRIGHT = {
    "config": {"metadata": {"gitCommit": {"hash": "a" * 40}}},
    "suites": [
        {
            "title": "cart.spec.ts",
            "specs": [
                {
                    "title": "adds",
                    "file": "cart.spec.ts",
                    "tests": [{"projectName": "chromium", "status": "expected", "results": []}],
                }
            ],
            "suites": [
                {
                    "title": "inner",
                    "specs": [
                        {
                            "title": "pays",
                            "file": "cart.spec.ts",
                            "tests": [{"status": "unexpected", "results": [{"error": {"message": "no button"}}]}],
                        },
                        {"title": "again", "file": "cart.spec.ts", "tests": [{"status": "flaky", "results": []}]},
                        {"title": "off", "file": "cart.spec.ts", "tests": [{"status": "skipped", "results": []}]},
                    ],
                }
            ],
        }
    ],
    "errors": [],
    "stats": {
        "startTime": "2026-11-20T10:00:00.123Z",
        "duration": 4000.5,
        "expected": 1,
        "skipped": 1,
        "unexpected": 1,
        "flaky": 1,
    },
}
JEST = {
    "numTotalTests": 3,
    "numPassedTests": 1,
    "numFailedTests": 1,
    "numPendingTests": 1,
    "startTime": 1763800000000,
    "success": False,
    "testResults": [
        {
            "name": "/app/a.test.ts",
            "status": "failed",
            "assertionResults": [
                {"fullName": "adds", "status": "passed", "failureMessages": []},
                {"fullName": "pays", "status": "failed", "failureMessages": ["Error: no"]},
                {"fullName": "off", "status": "pending", "failureMessages": []},
            ],
        },
        {"name": "/app/b.test.ts", "status": "failed", "message": "Cannot find module", "assertionResults": []},
    ],
}
MOCHA = {
    "stats": {
        "suites": 1,
        "tests": 3,
        "passes": 1,
        "pending": 1,
        "failures": 1,
        "end": "2026-11-20T10:00:00.000Z",
        "duration": 30,
    },
    "tests": [],
    "failures": [{"fullTitle": "cart pays", "file": "/app/test/cart.js", "err": {"message": "no"}}],
    "pending": [{"fullTitle": "cart off", "err": {}}],
}
TAP = """
TAP version 14
1..4
ok 1 - adds
not ok 2 - pays
  ---
  message: 'no'
  ...
ok 3 - off # SKIP later
ok 4 refunds
"""
GO = "\n".join(
    json.dumps(row)
    for row in [
        {"Time": "2026-11-20T10:00:00.123456789Z", "Action": "run", "Package": "shop", "Test": "TestA"},
        {"Time": "2026-11-20T10:00:01Z", "Action": "pass", "Package": "shop", "Test": "TestA", "Elapsed": 0.1},
        {"Action": "fail", "Package": "shop", "Test": "TestB/empty", "Elapsed": 0},
        {"Action": "fail", "Package": "shop", "Test": "TestB", "Elapsed": 0},
        {"Action": "skip", "Package": "shop", "Test": "TestC", "Elapsed": 0},
        {"Action": "fail", "Package": "shop", "Elapsed": 1},
        {"Action": "fail", "Package": "broken", "Elapsed": 0},
    ]
)


@pytest.mark.parametrize(
    ("content", "counts"),
    [
        (JUNIT, (3, 1, 1, 1)),
        (json.dumps(PYTEST), (2, 1, 1, 0)),
        (json.dumps(PLAYWRIGHT), (2, 1, 1, 1)),
        (json.dumps(JEST), (1, 2, 1, 0)),
        (json.dumps(MOCHA), (1, 1, 1, 0)),
        (TAP, (2, 1, 1, 0)),
        (GO, (1, 2, 1, 0)),
    ],
    ids=["junit", "pytest", "playwright", "jest", "mocha", "tap", "go"],
)
def test_what_passed_failed_was_skipped_and_was_flaky_is_counted(
    tmp_path: Path, content: str, counts: tuple[int, ...]
) -> None:
    run = ran(tmp_path, content)

    assert (run.passed, run.failed, run.skipped, run.flaky) == counts
    assert sum(c.outcome in ("failed", "error") for c in run.cases) == counts[1]


def test_a_failure_has_its_words_and_the_line_of_its_case(tmp_path: Path) -> None:
    [failed] = [c for c in ran(tmp_path, JUNIT).cases if c.outcome == "failed"]

    assert (failed.name, failed.message, failed.line) == ("orders refuses", "expected 403, got 200", 5)


def test_time_and_revision_are_taken_where_they_are_told(tmp_path: Path) -> None:
    file = one(tmp_path, json.dumps(PLAYWRIGHT))

    assert file.revision == "a" * 40
    assert file.made is not None and file.made.isoformat() == "2026-11-20T10:00:00.123000+00:00"


def test_a_suite_that_declares_more_than_it_holds_is_noted(tmp_path: Path) -> None:
    file = one(tmp_path, JUNIT.replace('tests="5"', 'tests="9"'))

    assert file.note == "it declares 9 tests and holds 5"


def test_a_tap_stream_that_ends_before_its_plan_is_cut_off(tmp_path: Path) -> None:
    file = one(tmp_path, TAP.replace("1..4", "1..40"))

    assert file.error == "it is cut off: 40 tests were announced and 4 came"


def test_tests_within_the_braces_of_a_tap_stream_count_and_their_suites_do_not(tmp_path: Path) -> None:
    text = """
        TAP version 13
        1..2
        not ok 1 - tests/cart.test.ts # time=12.40ms {
            1..2
            ok 1 - cart # time=9.00ms {
                1..1
                ok 1 - adds # time=1.00ms
            }
            not ok 2 - pays # time=3.00ms
                ---
                error:
                    message: "expected 1 to be 2"
                ...
        }
        ok 2 - tests/order.test.ts # time=2.00ms {
            1..1
            ok 1 - later # SKIP
        }
    """
    run = ran(tmp_path, dedent(text).lstrip())

    assert (run.passed, run.failed, run.skipped) == (1, 1, 1)
    assert run.cases[0].name == "pays"


def test_sums_at_the_end_of_a_tap_stream_count_what_stands_within_suites(tmp_path: Path) -> None:
    run = ran(
        tmp_path,
        "TAP version 13\n# Subtest: cart\n    ok 1 - adds\n    ok 2 - pays\n    1..2\nok 1 - cart\n1..1\n# tests 2\n# pass 2\n# fail 0\n",
    )

    assert (run.passed, run.failed) == (2, 0)


@pytest.mark.parametrize(
    ("package", "case", "tool", "rule"),
    [
        (
            "org.ruff",
            '<testcase name="org.ruff.F401" classname="a" line="4"><failure message="unused">line 4, col 1, unused</failure></testcase>',
            "Ruff",
            "F401",
        ),
        (
            "org.eslint",
            '<testcase name="org.eslint.no-undef" classname="a"><failure message="no">line 4, col 7, Error - no</failure></testcase>',
            "ESLint",
            "no-undef",
        ),
    ],
)
def test_what_a_linter_writes_as_cases_is_no_run_of_tests(
    tmp_path: Path, package: str, case: str, tool: str, rule: str
) -> None:
    [record] = one(
        tmp_path,
        f'<testsuites><testsuite package="{package}" name="/app/a.py" tests="1">{case}</testsuite></testsuites>',
    ).records

    assert isinstance(record, Issues)
    assert (record.tool, [(i.rule, i.path, i.at) for i in record.found]) == (tool, [(rule, "/app/a.py", 4)])
