"""What linters and compilers say: ESLint, tsc, mypy, pyright, Ruff, golangci-lint."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kit.sources.diagnostics import eslint as eslint_said
from kit.sources.diagnostics import tsc as tsc_said
from kit.sources.diagnostics.model import Diagnostic
from kit.sources.diagnostics.output import plain
from kit.sources.evidence.found import Format, Found
from kit.sources.evidence.issues import kept, listed
from kit.sources.evidence.model import Issue, Topic
from kit.sources.evidence.words import level
from kit.sources.formats.parts import Part, one_line

_MYPY = re.compile(
    r"(?P<path>[^\s:][^:\n]{0,400}):(?P<line>\d{1,9})(?::\d{1,9})?: (?P<level>error|warning|note): "
    r"(?P<said>.*?)(?:  \[(?P<rule>[\w-]+)\])?$"
)
_MYPY_END = re.compile(r"(?:Found \d+ errors? in \d+ files?|Success: no issues found in \d+ source files?)")


def eslint(root: Part) -> Found:
    """The JSON of ESLint, with metadata or without."""
    return _found("ESLint", "lint", eslint_said.results(root), root.line)


def stylish(text: str) -> Found:
    """What ESLint writes to a terminal."""
    return _found("ESLint", "lint", eslint_said.stylish(plain(text)))


def tsc(text: str) -> Found:
    """What the TypeScript compiler writes, pretty or not. Raises ValueError where it announces more than it holds."""
    lines = plain(text)
    found = tsc_said.tsc(lines)
    announced = tsc_said.announced(lines)
    if announced > len(found):
        raise ValueError(f"it announces {announced} errors and holds {len(found)}: the rest is cut off")
    return _found("tsc", "types", found)


def _found(tool: str, topic: Topic, said: Iterable[Diagnostic], line: int | None = 1) -> Found:
    issues = (Issue(d.rule, d.level, d.message, d.path, d.at, d.end, line=d.line) for d in said)
    return Found((kept(tool, topic, issues, line=line),))


def mypy(text: str) -> Found:
    """What mypy writes."""
    issues = []
    for n, line in enumerate(plain(text), start=1):
        match = _MYPY.fullmatch(line)
        if match and match["level"] != "note":
            rule = match["rule"] or "error"
            issues.append(
                Issue(rule, level(match["level"]), one_line(match["said"]), match["path"], int(match["line"]), line=n)
            )
    return Found((kept("mypy", "types", issues, line=1),))


def pyright(root: Part) -> Found:
    """The JSON of pyright."""
    issues = [
        Issue(
            rule=each.get("rule").text,
            level=level(each.get("severity").text),
            message=each.get("message").text,
            path=each.get("file").text,
            at=(each.get("range", "start", "line").count or 0) + 1,
            line=each.get("file").line,
        )
        for each in root.get("generalDiagnostics")
    ]
    return Found((kept("pyright", "types", issues, root.get("version").text, root.get("generalDiagnostics").line),))


def ruff(root: Part) -> Found:
    """The JSON of Ruff."""
    issues = [
        Issue(
            rule=each.get("code").text or "syntax",
            level="error",
            message=each.get("message").text,
            path=each.get("filename").text,
            at=each.get("location", "row").count,
            end=each.get("end_location", "row").count,
            line=each.get("code").line,
        )
        for each in root
    ]
    return Found((kept("Ruff", "lint", issues, line=root.line),))


def golangci(root: Part) -> Found:
    """The JSON of golangci-lint."""
    issues = [
        Issue(
            rule=each.get("FromLinter").text,
            level=level(each.get("Severity").text or "error"),
            message=each.get("Text").text,
            path=each.get("Pos", "Filename").text,
            at=each.get("Pos", "Line").count,
            line=each.get("FromLinter").line,
        )
        for each in root.get("Issues")
    ]
    return Found((kept("golangci-lint", "lint", issues, line=root.line),))


JSON: tuple[Format[Part], ...] = (
    Format("ESLint", eslint_said.is_results, eslint),
    Format("pyright", lambda r: "generalDiagnostics" in r, pyright),
    Format("Ruff", lambda r: listed(r, "filename", "location", "code"), ruff),
    Format("golangci-lint", lambda r: "Issues" in r and "Linters" in r.get("Report"), golangci),
)
TEXT: tuple[Format[str], ...] = (
    Format("tsc", lambda t: bool(tsc_said.tsc(plain(t[:20_000]))), tsc),
    Format("mypy", lambda t: _MYPY_END.search(t[-4000:]) is not None, mypy),
    Format("ESLint", lambda t: eslint_said.is_stylish(plain(t[-4000:])), stylish),
)
