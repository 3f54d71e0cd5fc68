"""Compilers: Maven's Java, and the form that most others share."""

from __future__ import annotations

import re

from kit.sources.ran.model import Level, Problem, Read
from kit.sources.ran.read.suites import maven_tests

GENERAL = "compiler"
_JAVAC = re.compile(r"\[(?P<level>ERROR|WARNING)\] (?P<path>\S+\.(?:java|kt|scala)):\[(?P<line>\d+),\d+\] (?P<said>.+)")
_LINE = re.compile(
    r"(?P<path>(?:\./|/)?[\w@.+-]{1,100}(?:/[\w@.+-]{1,100}){0,20}\.\w{1,8}):(?P<line>\d+)(?::\d+)?:? "
    r"(?:(?P<level>error|warning|fatal error)(?:\[\w+\])?: )?(?P<said>\S.{3,})"
)
_CODE = re.compile(r"\s\[(?P<rule>[\w-]+)\]$|^(?P<ruff>[A-Z]{1,4}\d{3,4})\s")


def maven(lines: list[str]) -> Read | None:
    """Maven: the Java compiler's errors and Surefire's tests."""
    found = [
        Problem(m["path"], int(m["line"]), m["said"], "", "error" if m["level"] == "ERROR" else "warning")
        for line in lines
        if (m := _JAVAC.fullmatch(line.rstrip())) is not None
    ]
    failures, tests = maven_tests(lines)
    problems = tuple(dict.fromkeys([*found, *failures]))
    return Read("maven", problems, tests) if problems or tests else None


def lines(lines: list[str]) -> Read | None:
    """`path:line:column: message`, as compilers, type checkers and linters of many languages write it."""
    found = []
    for line in lines:
        match = _LINE.fullmatch(line.rstrip())
        if match is not None and not match["said"].startswith("note:"):
            code = _CODE.search(match["said"])
            rule = (code["rule"] or code["ruff"]) if code else ""
            level: Level = "warning" if match["level"] == "warning" else "error"
            found.append(Problem(match["path"], int(match["line"]), match["said"], rule, level))
    return Read(GENERAL, tuple(dict.fromkeys(found))) if found else None
