"""ESLint: its plain list and its JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from kit.sources.ran.model import Level, Problem, Read

_FILE = re.compile(r"(?:[A-Za-z]:)?[/\\.\w@][^\n:]{0,300}\.\w{1,8}")
_ENTRY = re.compile(r"\s+(?P<line>\d+):\d+\s+(?P<level>error|warning)\s+(?P<said>.+)")
_SUMMARY = re.compile(r"[✖×x] \d+ problems? \(\d+ errors?, \d+ warnings?\)")
_RULE = re.compile(r"\s{2,}(?P<rule>[@\w/-]+)$")


def eslint(lines: list[str]) -> Read | None:
    """What ESLint says; None where it is not ESLint that speaks."""
    found = list(_json(lines)) or (list(_plain(lines)) if any(_SUMMARY.match(line) for line in lines) else [])
    return Read("eslint", tuple(dict.fromkeys(found))) if found else None


def _plain(lines: list[str]) -> Iterator[Problem]:
    path = ""
    for line in lines:
        match = _ENTRY.fullmatch(line)
        if match is not None and path:
            rule = _RULE.search(match["said"])
            said = match["said"][: rule.start()] if rule else match["said"]
            yield Problem(path, int(match["line"]), said, rule["rule"] if rule else "", _level(match["level"]))
        elif _FILE.fullmatch(line.rstrip()):
            path = line.rstrip()


def _json(lines: list[str]) -> Iterator[Problem]:
    for line in lines:
        if line.startswith('[{"filePath"'):
            for file in _loaded(line):
                for said in file.get("messages") or ():
                    yield Problem(
                        str(file.get("filePath")),
                        said.get("line"),
                        str(said.get("message")),
                        str(said.get("ruleId") or ""),
                        _level("error" if said.get("severity") == 2 else "warning"),
                    )


def _loaded(line: str) -> list[Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return []
    return [f for f in found if isinstance(f, dict) and isinstance(f.get("messages"), list)]


def _level(word: str) -> Level:
    return "warning" if word == "warning" else "error"
