"""The TypeScript compiler and ESLint, read as evidence files of theirs are."""

from __future__ import annotations

import json
from collections.abc import Iterable

from kit.sources.diagnostics import eslint as eslint_said
from kit.sources.diagnostics import tsc as tsc_said
from kit.sources.diagnostics.model import Diagnostic
from kit.sources.formats.parts import Part
from kit.sources.ran.model import Problem, Read


def tsc(lines: list[str]) -> Read | None:
    """The TypeScript compiler's errors, pretty or plain."""
    return _read("tsc", tsc_said.tsc(lines))


def eslint(lines: list[str]) -> Read | None:
    """What ESLint says, as JSON or to a terminal; None where it is not ESLint that speaks."""
    return _read("eslint", _of_json(lines) or eslint_said.stylish(lines))


def _of_json(lines: list[str]) -> list[Diagnostic]:
    values = (_loaded(line) for line in lines if line.startswith('[{"filePath"'))
    return [said for value in values if eslint_said.is_results(value) for said in eslint_said.results(value)]


def _loaded(line: str) -> Part:
    try:
        return Part(json.loads(line))
    except (ValueError, RecursionError):
        return Part()


def _read(tool: str, said: Iterable[Diagnostic]) -> Read | None:
    found = [
        Problem(d.path, d.at, d.message, d.rule, "warning" if d.level == "warning" else "error")
        for d in said
        if d.level != "note"
    ]
    return Read(tool, tuple(dict.fromkeys(found))) if found else None
