"""What tests reach and what came of them is judged by what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from given import seen

from kit.model import Severity, Strength

LCOV = "SF:/ci/shop/src/a.ts\nLF:100\nLH:{hit}\nBRF:10\nBRH:9\nend_of_record\n"
CODE = {"src/a.ts": "export const a = 1;\n" * 40}
SUITE = '<testsuite name="s" tests="{n}">{cases}</testsuite>\n'


def suite(*cases: str) -> str:
    return SUITE.format(
        n=len(cases), cases="".join(f'\n<testcase name="t{i}">{c}</testcase>' for i, c in enumerate(cases))
    )


@pytest.mark.parametrize(("hit", "outcome"), [(80, "pass"), (79, "fail")])
def test_a_threshold_of_the_owner_is_kept_or_not(tmp_path: Path, hit: int, outcome: str) -> None:
    found = seen(tmp_path, "TST-070", {"a.info": LCOV.format(hit=hit)}, CODE, "thresholds: {coverage: {lines: 80}}\n")

    assert found.outcomes == [outcome]
    assert found.findings[0].severity is Severity.HIGH
    assert found.findings[0].evidence[0].strength is Strength.MEASURED
    assert (found.findings[0].evidence[0].path, found.findings[0].evidence[0].excerpt) == (
        "../evidence/a.info",
        "SF:/ci/shop/src/a.ts",
    )


@pytest.mark.parametrize(("hit", "outcome"), [(80, "pass"), (60, "partial"), (30, "fail")])
def test_without_a_threshold_what_is_usual_counts_and_less_gravely(tmp_path: Path, hit: int, outcome: str) -> None:
    found = seen(tmp_path, "TST-070", {"a.info": LCOV.format(hit=hit)}, CODE)

    assert found.outcomes == [outcome, "pass"]
    assert hit == 80 or found.findings[0].severity is Severity.MEDIUM


def test_a_threshold_that_nothing_measures_is_unknown_and_says_what_would(tmp_path: Path) -> None:
    package = '{"name": "a", "devDependencies": {"vitest": "3.0.0"}}'

    found = seen(tmp_path, "TST-070", {}, {**CODE, "package.json": package}, "thresholds: {coverage: {lines: 80}}\n")

    assert found.outcomes == ["unknown"]
    assert "`npx vitest run --coverage" in found.text and "coverage/lcov.info" in found.text


def test_a_report_that_lacks_the_metric_says_so(tmp_path: Path) -> None:
    found = seen(
        tmp_path, "TST-070", {"a.info": LCOV.format(hit=90)}, CODE, "thresholds: {coverage: {functions: 70}}\n"
    )

    assert found.outcomes == ["unknown"]
    assert "lcov count no functions" in found.text


def test_a_scope_that_leaves_most_of_the_code_out_is_seen(tmp_path: Path) -> None:
    more = {**CODE, "src/payments/b.ts": "export const b = 1;\n" * 200}

    found = seen(tmp_path, "TST-071", {"a.info": LCOV.format(hit=100)}, more)

    assert found.outcomes == ["fail"]
    assert "left out is most of src/payments" in found.text
    assert [e.path for e in found.findings[0].evidence] == ["../evidence/a.info", "src/payments/b.ts"]


def test_a_report_of_all_code_holds_and_settings_and_declarations_are_no_code(tmp_path: Path) -> None:
    more = {
        **CODE,
        "vite.config.ts": "export default {};\n" * 90,
        "src/env.d.ts": "declare const x: 1;\n" * 90,
        "tool.py": "x = 1\n" * 300,
    }

    assert seen(tmp_path, "TST-071", {"a.info": LCOV.format(hit=100)}, more).outcomes == ["pass"]


def test_a_report_of_another_project_is_told(tmp_path: Path) -> None:
    found = seen(tmp_path, "TST-071", {"a.info": LCOV.format(hit=100)}, {"lib/other.ts": "export const a = 1;\n"})

    assert found.outcomes == ["fail"]
    assert "none of its 1 files is this project's; the first is /ci/shop/src/a.ts" in found.text


def test_a_failed_test_fails_at_its_case(tmp_path: Path) -> None:
    found = seen(tmp_path, "TST-072", {"j.xml": suite("", '<failure message="expected 1"/>')})

    assert found.failed == ["../evidence/j.xml:3"]
    assert "1 passed, 1 failed, 0 skipped; the first is t1: expected 1" in found.text


def test_a_file_that_failed_before_any_test_is_named_as_the_project_does(tmp_path: Path) -> None:
    suites = [
        {"name": "/build/job/tests/a.test.js", "status": "failed", "message": "no database", "assertionResults": []}
    ]
    run = {"numTotalTests": 0, "numFailedTests": 0, "success": False, "testResults": suites}

    found = seen(tmp_path, "TST-072", {"j.json": json.dumps(run)}, {"tests/a.test.js": "test()"})

    assert "the first is tests/a.test.js: no database" in found.text


def test_a_run_in_which_nothing_passed_is_no_success(tmp_path: Path) -> None:
    assert seen(tmp_path, "TST-072", {"j.xml": suite("<skipped/>")}).outcomes == ["fail"]


def test_a_run_that_passed_holds(tmp_path: Path) -> None:
    assert seen(tmp_path, "TST-072", {"j.xml": suite("", "")}).outcomes == ["pass"]


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        (("", "", "<skipped/>"), "1 of 3 are skipped"),
        (("", '<flakyFailure message="late"/>'), "1 passed only when tried again; the first is t1: late"),
    ],
)
def test_what_is_skipped_or_flaky_shows_in_part(tmp_path: Path, cases: tuple[str, ...], said: str) -> None:
    found = seen(tmp_path, "TST-073", {"j.xml": suite(*cases)})

    assert found.outcomes == ["partial"]
    assert said in found.text


def test_one_skipped_test_of_many_is_no_matter(tmp_path: Path) -> None:
    assert seen(tmp_path, "TST-073", {"j.xml": suite(*[""] * 20, "<skipped/>")}).outcomes == ["pass"]
