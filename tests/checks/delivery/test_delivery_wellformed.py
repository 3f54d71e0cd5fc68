"""Versions that are none, and output that stands before its source."""

from __future__ import annotations

from conftest import Look


def test_a_range_without_sense_is_found(look: Look) -> None:
    package = '{\n"dependencies": {\n"a": "^1.2.3.4",\n"b": "=>2.0.0",\n"c": "^3.0.0 || 4.x",\n"d": "github:me/d"}}'

    assert look("DEL-034", {"package.json": package}).failed == ["package.json:3", "package.json:4"]


def test_a_requirement_that_pip_refuses_is_found(look: Look) -> None:
    text = "django=4.2\nrequests==2.32.3\nuvicorn[standard]>=0.30 ; python_version > '3.9'\n-e ./own\n"

    assert look("DEL-034", {"requirements.txt": text}).failed == ["requirements.txt:1"]


def test_compiled_output_beside_its_source_is_found(look: Look) -> None:
    files = {"src/a.ts": "export const a = 1;\n", "src/a.js": '"use strict";\nexports.a = 1;\n', "src/b.js": "run();\n"}

    assert look("DEL-035", files).failed == ["src/a.js"]


def test_written_code_beside_types_holds(look: Look) -> None:
    files = {"src/a.ts": "export const a = 1;\n", "src/b.js": '"use strict";\nrun();\n'}

    assert look("DEL-035", files).outcomes == ["pass"]
