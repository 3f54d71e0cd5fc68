"""What linters and compilers say: ESLint, tsc, mypy, pyright, Ruff, golangci-lint."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.sources.evidence.found import Format, Found
from kit.sources.evidence.issues import kept, listed
from kit.sources.evidence.model import Issue
from kit.sources.evidence.parts import Part, one_line
from kit.sources.evidence.words import level

_TSC = re.compile(
    r"(?P<path>[^\s(:][^(:\n]{0,400}?)(?:\((?P<l1>\d{1,9}),\d{1,9}\): |:(?P<l2>\d{1,9}):\d{1,9} - )"
    r"(?P<level>error|warning|message) (?P<rule>TS\d{1,6}): (?P<said>.*)"
)
_TSC_ALONE = re.compile(r"error (?P<rule>TS\d{1,6}): (?P<said>.*)")
_TSC_END = re.compile(r"Found (\d{1,9}) errors?\b")
_MYPY = re.compile(
    r"(?P<path>[^\s:][^:\n]{0,400}):(?P<line>\d{1,9})(?::\d{1,9})?: (?P<level>error|warning|note): "
    r"(?P<said>.*?)(?:  \[(?P<rule>[\w-]+)\])?$"
)
_MYPY_END = re.compile(r"(?:Found \d+ errors? in \d+ files?|Success: no issues found in \d+ source files?)")
_STYLISH = re.compile(
    r"\s{2,}(?P<line>\d{1,9}):\d{1,9}\s+(?P<level>error|warning)\s+(?P<said>\S.*?)(?:\s{2,}(?P<rule>[\w@/-]+))?\s*$"
)
_STYLISH_END = re.compile(r"[✖×x] \d{1,9} problems? \(\d{1,9} errors?, \d{1,9} warnings?\)")
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")


def eslint(root: Part) -> Found:
    """The JSON of ESLint, with metadata or without."""
    files = root.get("results") if root.is_map else root
    issues = [issue for file in files for issue in _eslint_file(file)]
    return Found((kept("ESLint", "lint", issues, line=files.line),))


def _eslint_file(file: Part) -> Iterator[Issue]:
    for each in file.get("messages"):
        yield Issue(
            rule=each.get("ruleId").text or "fatal",
            level="error" if each.get("severity").number == 2 else "warning",
            message=each.get("message").text,
            path=file.get("filePath").text,
            at=each.get("line").count,
            end=each.get("endLine").count,
            line=each.get("ruleId").line,
        )


def stylish(text: str) -> Found:
    """What ESLint writes to a terminal."""
    issues, path = [], ""
    for n, line in enumerate(_COLOUR.sub("", text).split("\n"), start=1):
        match = _STYLISH.fullmatch(line)
        if match:
            rule, said = match["rule"] or "fatal", one_line(match["said"])
            issues.append(Issue(rule, level(match["level"]), said, path, int(match["line"]), line=n))
        elif line.strip() and not line.startswith(" ") and not _STYLISH_END.search(line):
            path = one_line(line)
    return Found((kept("ESLint", "lint", issues, line=1),))


def tsc(text: str) -> Found:
    """What the TypeScript compiler writes, pretty or not. Raises ValueError where it announces more than it holds."""
    issues, announced = [], 0
    for n, raw in enumerate(_COLOUR.sub("", text).split("\n"), start=1):
        line = raw[:2000]
        if match := _TSC.match(line):
            at = int(match["l1"] or match["l2"])
            issues.append(
                Issue(match["rule"], level(match["level"]), one_line(match["said"]), match["path"], at, line=n)
            )
        elif match := _TSC_ALONE.match(line):
            issues.append(Issue(match["rule"], "error", one_line(match["said"]), "", line=n))
        elif match := _TSC_END.match(line):
            announced = int(match[1])
    if announced > len(issues):
        raise ValueError(f"it announces {announced} errors and holds {len(issues)}: the rest is cut off")
    return Found((kept("tsc", "types", issues, line=1),))


def mypy(text: str) -> Found:
    """What mypy writes."""
    issues = []
    for n, line in enumerate(_COLOUR.sub("", text).split("\n"), start=1):
        match = _MYPY.fullmatch(line[:2000])
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


def _is_tsc(text: str) -> bool:
    head = _COLOUR.sub("", text[:20_000])
    return any(_TSC.match(line[:2000]) or _TSC_ALONE.match(line[:2000]) for line in head.split("\n"))


def _is_eslint(root: Part) -> bool:
    inner = root.get("results") if root.is_map and "metadata" in root else root
    return listed(inner, "filePath", "messages")


JSON: tuple[Format[Part], ...] = (
    Format("ESLint", _is_eslint, eslint),
    Format("pyright", lambda r: "generalDiagnostics" in r, pyright),
    Format("Ruff", lambda r: listed(r, "filename", "location", "code"), ruff),
    Format("golangci-lint", lambda r: "Issues" in r and "Linters" in r.get("Report"), golangci),
)
TEXT: tuple[Format[str], ...] = (
    Format("tsc", _is_tsc, tsc),
    Format("mypy", lambda t: _MYPY_END.search(t[-4000:]) is not None, mypy),
    Format("ESLint", lambda t: _STYLISH_END.search(_COLOUR.sub("", t[-4000:])) is not None, stylish),
)
