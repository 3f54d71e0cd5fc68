"""What compilers and linters said is a finding at the line of the code."""

from __future__ import annotations

import json
from pathlib import Path

from given import seen

CODE = {"src/a.ts": "const a: number = 'b';\nconst c = 1;\n"}


def test_errors_of_a_file_are_one_finding_at_the_first_of_them(tmp_path: Path) -> None:
    text = "src/a.ts(2,1): error TS2: Second.\nsrc/a.ts(1,7): error TS1: First.\n"

    found = seen(tmp_path, "DEL-070", {"tsc.txt": text}, CODE)

    assert found.failed == ["src/a.ts:1"]
    assert found.text == "tsc: 2 errors, the first (TS1): First."
    assert [(e.path, e.line) for e in found.findings[0].evidence] == [("src/a.ts", 1), ("../evidence/tsc.txt", 2)]


def test_an_error_in_a_file_that_is_not_ours_is_told_at_the_output(tmp_path: Path) -> None:
    found = seen(tmp_path, "DEL-070", {"tsc.txt": "lib/x.ts(2,1): error TS2: Second.\n"}, CODE)

    assert found.failed == ["../evidence/tsc.txt:1"]


def test_warnings_alone_show_in_part_and_nothing_at_all_holds(tmp_path: Path) -> None:
    def eslint(*messages: dict[str, object]) -> str:
        return json.dumps([{"filePath": "/x/src/a.ts", "messages": list(messages)}])

    assert seen(
        tmp_path, "DEL-070", {"e.json": eslint({"ruleId": "r", "severity": 1, "message": "m", "line": 1})}, CODE
    ).outcomes == ["partial"]
    assert seen(tmp_path, "DEL-070", {"e.json": eslint()}, CODE).outcomes == ["pass"]


def test_what_one_tool_says_in_two_outputs_is_told_once(tmp_path: Path) -> None:
    text = "src/a.ts(1,7): error TS1: First.\n"

    assert seen(tmp_path, "DEL-070", {"a.txt": text, "b.txt": text}, CODE).failed == ["src/a.ts:1"]
