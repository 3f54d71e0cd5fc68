"""A report's lines as rows: each with the claims that it makes, as our own page draws them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.claims import marks
from kit.claims.model import Claim, Reading
from kit.model import Evidence
from kit.report.blocks import Excerpt

_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^(?P<indent>\s*)(?:[-*+•]|\d+[.)])\s+(?P<text>.*)$")
_RULE = re.compile(r"^\s*(?:\|?[\s:|=_-]{3,}\|?|[═─━_*\s-]{3,}|```.*|~~~.*)$")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
MOST_LINES = 30
"""How many lines of one statement are shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a report: its number, how it is set ("h1" ... "h6", "item", "row", "code", "text"), and its parts."""

    number: int
    kind: str
    parts: tuple[str, ...]
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that belong together, and the claims that they make."""

    lines: tuple[Line, ...]
    claims: tuple[Claim, ...] = ()

    @property
    def verdicts(self) -> str:
        """The verdicts of its claims, for the filter; empty where it claims nothing."""
        return " ".join(dict.fromkeys(claim.verdict.value for claim in self.claims))


def rows_of(reading: Reading, claims: list[Claim]) -> Iterator[Row]:
    """The report from top to bottom. What a fence or a ruler is made of is left out."""
    code = _fenced(reading.lines)
    starts: dict[int, list[Claim]] = {}
    for claim in claims:
        starts.setdefault(claim.statement.line, []).append(claim)
    number = 1
    while number <= len(reading.lines):
        own = list(starts.get(number, ()))
        last = max((claim.statement.end_line for claim in own), default=number)
        for inner in range(number + 1, last + 1):
            own += starts.get(inner, ())
        shown = range(number, min(last, number + MOST_LINES - 1, len(reading.lines)) + 1)
        lines = tuple(_line(n, reading.lines[n - 1], in_code=n in code) for n in shown if _shows(reading.lines[n - 1]))
        if lines:
            yield Row(lines, tuple(own))
        number = last + 1


def excerpt_of(evidence: Evidence) -> Excerpt:
    """A place with what stands there, as our blocks show it."""
    at = evidence.path if evidence.line is None else f"{evidence.path}:{evidence.line}"
    lines = tuple(evidence.excerpt.split("\n")) if evidence.excerpt and evidence.line else ()
    return Excerpt(at, lines, evidence.line, caption=evidence.strength.value)


def _fenced(lines: tuple[str, ...]) -> set[int]:
    """The numbers of the lines within fences."""
    found: set[int] = set()
    inside = False
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith(("```", "~~~")):
            inside = not inside
        elif inside:
            found.add(number)
    return found


def _shows(line: str) -> bool:
    return bool(line.strip()) and _RULE.match(line) is None


def _line(number: int, line: str, *, in_code: bool) -> Line:
    if in_code:
        return Line(number, "code", (line,))
    heading = _HEADING.match(line)
    if heading:
        return Line(number, f"h{len(heading[1])}", (_bare(heading[2]),))
    if line.lstrip().startswith("|"):
        return Line(number, "row", tuple(_bare(cell) for cell in line.strip().strip("|").split("|")))
    item = _ITEM.match(line)
    if item:
        return Line(number, "item", (_bare(_boxed(item["text"])),), min(len(item["indent"]) // 2, 4))
    return Line(number, "text", (_bare(line),))


def _boxed(text: str) -> str:
    """A task's box as a sign."""
    found = re.match(r"\[([ xX~-])\]\s+", text)
    if found is None:
        return text
    sign = {" ": "☐", "~": "◐", "-": "◐"}.get(found[1], "☑")
    return f"{sign} {text[found.end() :]}"


def _bare(text: str) -> str:
    """The text without emphasis; signs and code stay."""
    return _EMPHASIS.sub(r"\2", text).strip()


def short(claim: Claim, most: int = 160) -> str:
    """A claim's text on one line."""
    text = " ".join(marks.without_signs(claim.statement.text).split())
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
