"""Coverage reports of every tool come to the same counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from evidence_files import one

from kit.sources.evidence.model import Counted, Coverage


def covered(root: Path, content: str) -> Coverage:
    file = one(root, content)
    assert file.error is None
    [record] = file.records
    assert isinstance(record, Coverage)
    return record


LCOV = """
TN:
SF:src/a.ts
FN:1,f
FNDA:3,f
FNF:2
FNH:1
DA:1,3
DA:2,0
LF:4
LH:3
BRF:4
BRH:2
end_of_record
SF:src/b.ts
DA:1,0
DA:2,1
end_of_record
"""
COBERTURA = """
<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.75" lines-covered="3" lines-valid="4" branches-covered="1" branches-valid="2" timestamp="1763800000000" version="6.5">
  <sources><source>/app</source></sources>
  <packages><package name="a"><classes>
    <class name="a.py" filename="pkg/a.py" line-rate="0.75"><methods/>
      <lines>
        <line number="1" hits="1"/><line number="2" hits="0"/>
        <line number="3" hits="4" branch="true" condition-coverage="50% (1/2)"/>
        <line number="4" hits="1"/>
      </lines>
    </class>
  </classes></package></packages>
</coverage>
"""
JACOCO = """
<?xml version="1.0" encoding="UTF-8" standalone="yes"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="shop"><sessioninfo id="h-1" start="1763799999000" dump="1763800000000"/>
<package name="com/shop"><class name="com/shop/A" sourcefilename="A.java"><method name="f" desc="()V" line="3">
<counter type="LINE" missed="1" covered="3"/></method><counter type="LINE" missed="1" covered="3"/></class>
<sourcefile name="A.java"><line nr="3" mi="0" ci="3" mb="0" cb="0"/>
<counter type="INSTRUCTION" missed="9" covered="1"/><counter type="LINE" missed="1" covered="3"/>
<counter type="BRANCH" missed="1" covered="1"/><counter type="METHOD" missed="0" covered="2"/></sourcefile></package>
<counter type="LINE" missed="1" covered="3"/><counter type="BRANCH" missed="1" covered="1"/>
</report>
"""
CLOVER = """
<?xml version="1.0" encoding="UTF-8"?>
<coverage generated="1763800000123" clover="3.2.0">
  <project timestamp="1763800000123" name="All files">
    <metrics statements="4" coveredstatements="3" conditionals="2" coveredconditionals="1" methods="2" coveredmethods="2"/>
    <file name="a.ts" path="/app/src/a.ts">
      <metrics statements="4" coveredstatements="3" conditionals="2" coveredconditionals="1" methods="2" coveredmethods="2"/>
      <line num="1" count="1" type="stmt"/>
    </file>
  </project>
</coverage>
"""
SUMMARY = {
    "total": {
        m: {"total": 4, "covered": 3, "skipped": 0, "pct": 75} for m in ("lines", "statements", "functions", "branches")
    },
    "/app/src/a.ts": {
        m: {"total": 4, "covered": 3, "skipped": 0, "pct": 75} for m in ("lines", "statements", "functions", "branches")
    },
}
FINAL = {
    "/app/src/a.ts": {
        "path": "/app/src/a.ts",
        "statementMap": {
            str(i): {"start": {"line": i + 1, "column": 0}, "end": {"line": i + 1, "column": 9}} for i in range(4)
        },
        "fnMap": {"0": {"name": "f"}},
        "branchMap": {"0": {"type": "if"}},
        "s": {"0": 1, "1": 0, "2": 2, "3": 1},
        "f": {"0": 1},
        "b": {"0": [1, 0]},
    }
}
PYTHON = {
    "meta": {"format": 3, "version": "7.6.1", "timestamp": "2026-11-22T10:00:00.123456", "branch_coverage": True},
    "files": {
        "pkg/a.py": {"summary": {"covered_lines": 3, "num_statements": 4, "covered_branches": 1, "num_branches": 2}}
    },
    "totals": {
        "covered_lines": 3,
        "num_statements": 4,
        "covered_branches": 1,
        "num_branches": 2,
        "percent_covered": 66.7,
    },
}
GO = """
mode: set
example.org/shop/a.go:3.14,5.2 3 1
example.org/shop/a.go:7.14,9.2 1 0
"""


@pytest.mark.parametrize(
    ("content", "tool", "metric", "path"),
    [
        (COBERTURA, "Cobertura", "lines", "pkg/a.py"),
        (JACOCO, "JaCoCo", "lines", "com/shop/A.java"),
        (CLOVER, "Clover", "statements", "/app/src/a.ts"),
        (json.dumps(SUMMARY), "Istanbul", "lines", "/app/src/a.ts"),
        (json.dumps(FINAL), "Istanbul", "lines", "/app/src/a.ts"),
        (json.dumps(PYTHON), "coverage.py", "lines", "pkg/a.py"),
        (GO, "go cover", "statements", "example.org/shop/a.go"),
    ],
)
def test_three_of_four_are_covered_whoever_says_so(
    tmp_path: Path, content: str, tool: str, metric: str, path: str
) -> None:
    record = covered(tmp_path, content)

    assert record.tool == tool
    assert record.totals[metric] == Counted(3, 4)
    assert [f.path for f in record.files] == [path]
    assert record.files[0].counts[metric] == Counted(3, 4)


def test_lcov_adds_up_its_files_and_counts_lines_where_no_sum_is_given(tmp_path: Path) -> None:
    record = covered(tmp_path, LCOV)

    assert record.totals == {"lines": Counted(4, 6), "branches": Counted(2, 4), "functions": Counted(1, 2)}
    assert [(f.path, f.line, f.counts["lines"].percent) for f in record.files] == [
        ("src/a.ts", 2, 75.0),
        ("src/b.ts", 14, 50.0),
    ]


@pytest.mark.parametrize("content", [COBERTURA, JACOCO, CLOVER, json.dumps(SUMMARY), json.dumps(FINAL)])
def test_branches_are_counted_too(tmp_path: Path, content: str) -> None:
    assert covered(tmp_path, content).totals["branches"].hit * 1.0 >= 1


@pytest.mark.parametrize("content", [COBERTURA, JACOCO, CLOVER])
def test_the_time_that_a_report_tells_is_kept(tmp_path: Path, content: str) -> None:
    made = one(tmp_path, content).made

    assert made is not None and made.isoformat().startswith("2025-11-22T08:26:40")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (LCOV[: LCOV.index("end_of_record")], "ends within the record of src/a.ts"),
        (COBERTURA[:-40], "line "),
        (JACOCO[: len(JACOCO) // 2], "line "),
        (json.dumps(SUMMARY)[:-30], "the JSON cannot be read"),
        ("mode: set\nnonsense\n", "line 2: file.go"),
        ('<coverage line-rate="0"/>', "names no file and counts nothing"),
    ],
)
def test_a_report_that_is_cut_off_is_an_error_and_no_measurement(tmp_path: Path, content: str, said: str) -> None:
    file = one(tmp_path, content)

    assert file.error is not None and said in file.error
    assert file.records == ()
