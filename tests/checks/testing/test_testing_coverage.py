"""Whether there is a floor under coverage, over what, and whether anything asks."""

from __future__ import annotations

import pytest
from conftest import Look

TEST = {
    "src/a.test.ts": "import { a } from './a'; it('adds', () => { expect(a()).toBe(1) })",
    "src/a.ts": "export const a = () => 1",
}


def vitest(figure: str) -> str:
    return f"export default {{\n  test: {{\n    coverage: {{\n      thresholds: {{\n        {figure}\n      }},\n    }},\n  }},\n}}\n"


@pytest.mark.parametrize(
    ("figure", "outcome"),
    [
        ("lines: 5", "fail"),
        ("lines: 79", "partial"),
        ("lines: 80", "pass"),
        ("functions: 70", "pass"),
        ("branches: 70", "partial"),
    ],
)
def test_a_threshold_is_judged_by_its_metric(look: Look, figure: str, outcome: str) -> None:
    seen = look("TST-003", {**TEST, "vitest.config.ts": vitest(figure)})

    assert seen.outcomes == [outcome]
    assert seen.failed + seen.passed == ["vitest.config.ts:5"]


def test_tests_without_any_threshold_are_found_once(look: Look) -> None:
    assert look("TST-003", TEST).failed == ["."]


def test_a_threshold_on_the_command_counts(look: Look) -> None:
    workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pytest --cov=app --cov-fail-under=85\n"

    assert look("TST-003", {**TEST, ".github/workflows/ci.yml": workflow}).passed == [".github/workflows/ci.yml:6"]


def test_a_coverage_service_leaves_it_open(look: Look) -> None:
    workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: codecov/codecov-action@v5\n"

    assert look("TST-003", {**TEST, ".github/workflows/ci.yml": workflow}).outcomes == ["unknown"]


def test_no_tests_need_no_threshold(look: Look) -> None:
    assert look("TST-003", {"src/a.ts": "export const a = 1"}).outcomes == ["not_applicable"]


CODE = {f"src/{folder}/m{n}.ts": "export const x = 1" for folder in ("pay", "web") for n in range(5)}


def test_a_scope_that_leaves_half_out_is_found(look: Look) -> None:
    config = "module.exports = {\n  collectCoverageFrom: ['src/pay/**/*.ts'],\n}\n"

    seen = look("TST-004", {**CODE, "jest.config.js": config})

    assert seen.failed == ["jest.config.js:2"]
    assert "5 of 10" in seen.text


def test_a_scope_over_all_code_holds(look: Look) -> None:
    config = "module.exports = { collectCoverageFrom: ['<rootDir>/src/**/*.{ts,tsx}', '!**/*.d.ts'] }"

    assert look("TST-004", {**CODE, "jest.config.js": config}).outcomes == ["pass"]


def test_what_is_left_out_of_python_counts(look: Look) -> None:
    files = {f"app/m{n}.py": "x = 1" for n in range(4)} | {f"app/api/m{n}.py": "x = 1" for n in range(6)}
    config = '[tool.coverage.run]\nsource = ["app"]\nomit = ["app/api/*"]\n'

    seen = look("TST-004", {**files, "pyproject.toml": config})

    assert seen.outcomes == ["fail"]
    assert "4 of 10" in seen.text


def test_a_pattern_that_code_computes_is_unknown(look: Look) -> None:
    config = "export default { test: { coverage: { include: folders() } } }"

    assert look("TST-004", {**CODE, "vitest.config.ts": config}).unknown == ["vitest.config.ts:1"]


def workflow(command: str) -> dict[str, str]:
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - run: {command}\n"
    return {".github/workflows/ci.yml": text, "vitest.config.ts": vitest("lines: 80"), **TEST}


def test_a_threshold_that_no_pipeline_measures_is_found(look: Look) -> None:
    assert look("TST-013", workflow("npx vitest run")).failed == ["vitest.config.ts:5"]


def test_a_pipeline_that_measures_holds(look: Look) -> None:
    assert look("TST-013", workflow("npx vitest run --coverage")).passed == [".github/workflows/ci.yml:7"]


@pytest.mark.parametrize(
    "step", ["npx vitest run --coverage || true", "npx vitest run --coverage\n        continue-on-error: true"]
)
def test_a_measurement_that_cannot_fail_holds_nothing(look: Look, step: str) -> None:
    seen = look("TST-013", workflow(step))

    assert seen.outcomes == ["fail"]
    assert "cannot fail" in seen.text
