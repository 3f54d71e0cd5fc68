"""Compilers and linters say the same, whether a command printed it or a file keeps it."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kit.sources.diagnostics import eslint, tsc
from kit.sources.diagnostics.output import plain
from kit.sources.evidence.model import Issues
from kit.sources.evidence.recognise import recognise
from kit.sources.formats.parts import parse_part
from kit.sources.ran.read import read_output

TSC = """\
src/a.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.
src/(shop)/b.tsx:2:49 - error TS2551: Property 'nme' does not exist.
error TS18003: No inputs were found in config file.
"""
STYLISH = """\
/project/src/b.js
  1:7   error    'unused' is assigned a value but never used  no-unused-vars
  2:7   warning  Expected '===' and instead saw '=='          eqeqeq
  3:1   error    Parsing error: Unexpected token

✖ 3 problems (2 errors, 1 warning)
"""
JSON = [
    {
        "filePath": "/project/src/b.js",
        "messages": [{"ruleId": "no-undef", "severity": 2, "message": "'a' is not defined.", "line": 2, "endLine": 3}],
    }
]


def test_the_compiler_is_read_plain_and_pretty_with_the_lines_of_its_output() -> None:
    said = tsc.tsc(plain(f"\x1b[96m{TSC}"))

    assert [(d.path, d.at, d.rule, d.line) for d in said] == [
        ("src/a.ts", 1, "TS2322", 1),
        ("src/(shop)/b.tsx", 2, "TS2551", 2),
        ("", None, "TS18003", 3),
    ]


def test_an_announced_number_of_errors_is_known() -> None:
    assert tsc.announced(["a", "Found 12 errors in 3 files."]) == 12
    assert tsc.announced(["Found nothing."]) == 0


def test_eslint_is_read_from_a_terminal_only_where_its_sum_stands_below() -> None:
    assert [(d.rule, d.level, d.at) for d in eslint.stylish(plain(STYLISH))] == [
        ("no-unused-vars", "error", 1),
        ("eqeqeq", "warning", 2),
        ("fatal", "error", 3),
    ]
    assert eslint.stylish(plain(STYLISH.partition("✖")[0])) == []


def test_eslint_as_json_is_known_by_its_keys() -> None:
    [said] = eslint.results(parse_part(json.dumps(JSON, indent=1)))

    assert (said.path, said.at, said.end, said.message) == ("/project/src/b.js", 2, 3, "'a' is not defined.")
    assert not eslint.is_results(parse_part('[{"filePath": "a"}]'))


def test_a_command_and_a_file_tell_the_same() -> None:
    for text in (TSC, STYLISH, json.dumps(JSON)):
        [record] = recognise(text, "reports")[1].records
        [read] = read_output(text, Path("/"), Path("/"))

        assert isinstance(record, Issues)
        assert [(i.rule, i.at, i.message) for i in record.found] == [(p.rule, p.line, p.message) for p in read.problems]


@given(st.text(max_size=300))
def test_no_output_breaks_a_reader(text: str) -> None:
    lines = plain(text)

    assert all(d.line and d.line <= len(lines) for d in [*tsc.tsc(lines), *eslint.stylish(lines)])
