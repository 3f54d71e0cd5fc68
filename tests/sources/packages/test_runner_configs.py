"""What test runners are told, as settings with their lines."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kit.sources.formats.documents import Documents
from kit.sources.packages.runner_configs import RunnerConfig, find, script
from kit.sources.tree.files import FileIndex

VITEST = """
import { defineConfig } from "vitest/config";
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    coverage: {
      exclude: [...defaults, "x"],
      thresholds: { statements: 5, branches: 50 },
    },
    retry: process.env.CI ? 2 : 0,
  },
});
"""


def project(root: Path, files: dict[str, str]) -> tuple[RunnerConfig, ...]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    index = FileIndex.of(root)
    return find(index, Documents(index))


def test_thresholds_of_vitest_have_their_lines() -> None:
    config = script(VITEST, "vitest.config.ts", "vitest")

    assert [(m, v, at.line) for m, v, at in config.thresholds] == [("statements", 5.0, 8), ("branches", 50.0, 8)]


def test_what_code_computes_has_no_value_but_its_text() -> None:
    config = script(VITEST, "vitest.config.ts", "vitest")
    retry, exclude = config.get("retry"), config.get("coverage", "exclude")

    assert retry is not None
    assert (retry.value, retry.text) == (None, "process.env.CI ? 2 : 0")
    assert exclude is not None
    assert exclude.value is None


def test_a_package_json_may_hold_the_configuration(tmp_path: Path) -> None:
    text = '{"jest": {"coverageThreshold": {"global": {\n"lines": 80}}}}'

    [config] = project(tmp_path, {"api/package.json": text})

    assert [(m, v, str(at)) for m, v, at in config.thresholds] == [("lines", 80.0, "api/package.json:2")]
    assert config.dir == "api"


def test_coverage_py_is_read_from_each_of_its_files(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        {
            "pyproject.toml": "[tool.coverage.report]\nfail_under = 90\n",
            "a/.coveragerc": "[report]\nfail_under = 80\n",
            "b/setup.cfg": "[coverage:report]\nfail_under = 70\n[tool:pytest]\ntestpaths = tests\n",
        },
    )

    assert sorted(value for c in found for _, value, _ in c.thresholds) == [70.0, 80.0, 90.0]
    assert [c.get("testpaths") is not None for c in found if c.tool == "pytest"] == [True]


def test_nyc_has_its_thresholds_at_the_top(tmp_path: Path) -> None:
    [config] = project(tmp_path, {".nycrc.json": '{"check-coverage": true, "branches": 60}'})

    assert [(m, v) for m, v, _ in config.thresholds] == [("branches", 60.0)]


@given(st.text(max_size=200))
def test_any_text_gives_a_configuration(text: str) -> None:
    assert script(text, "jest.config.ts", "jest").tool == "jest"
