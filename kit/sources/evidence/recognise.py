"""What a content is: by its own words, never by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from kit.model import At
from kit.sources.evidence import audits, bills, coverage, issues, linters, load, logs, running, suites
from kit.sources.evidence.found import Format, Found, Input
from kit.sources.evidence.xml import tags
from kit.sources.formats.nodes import Node
from kit.sources.formats.parts import Part, parse_part

JSON: tuple[Format[Part], ...] = (
    *issues.JSON,
    *coverage.JSON,
    *suites.JSON,
    *linters.JSON,
    *audits.JSON,
    *bills.JSON,
    *load.JSON,
    *running.JSON,
)
LINES: tuple[Format[list[Part]], ...] = (*suites.LINES, *audits.LINES, *load.LINES, *running.LINES)
TEXT: tuple[Format[str], ...] = (*coverage.TEXT, *suites.TEXT, *bills.TEXT, *load.TEXT, *linters.TEXT)
XML: dict[str, Format[str]] = {**coverage.XML, **suites.XML, **bills.XML, **load.XML}
_BOXED = re.compile(r"\s*\[[A-Za-z0-9][^\]\n,{\"]{2,}\]")
"""A line of a log that begins with a time or level in brackets."""
MOST_ROWS = 500_000
KNOWN = (
    "coverage (lcov, Cobertura, JaCoCo, Clover, coverage.py, Istanbul, Go), tests (JUnit, pytest, Playwright, jest, "
    "mocha, TAP, go test), SARIF, the JSON of a scanner or linter, an audit of dependencies, CycloneDX, SPDX, a load "
    "test, Lighthouse, the JSON of Prometheus, kubectl or Terraform, or a log"
)


class UnrecognisedError(ValueError):
    """A content that is none of the formats."""


def recognise(text: str, key: str) -> tuple[str, Found]:
    """The name of a text's format, and what it says. `key` of the params decides only what any text could be: a log.

    Raises ValueError where the content is broken, UnrecognisedError where it is nothing that is known.
    """
    text = text.removeprefix("\ufeff")
    head = text.lstrip()[:1]
    if not head:
        raise ValueError(
            "it is empty; a tool that writes nothing where it finds nothing has a format that says so (JSON, SARIF)"
        )
    if key == "logs":
        return _first(logs.NAMED, text)
    if head == "<":
        return _xml(text)
    if head == "{" or (head == "[" and not _BOXED.match(text)):
        return _json(text)
    return _first((*TEXT, *logs.LOG), text)


def _first(formats: Sequence[Format[Input]], content: Input) -> tuple[str, Found]:
    for known in formats:
        if known.fits(content):
            return known.name, known.read(content)
    raise UnrecognisedError(f"it is none of what is known: {KNOWN}")


def _xml(text: str) -> tuple[str, Found]:
    root = next(tags(text))
    if root.name not in XML:
        raise UnrecognisedError(f"its root is <{root.name[:60]}>; JUnit, Cobertura, JaCoCo or Clover was expected")
    known = XML[root.name]
    found = known.read(text)
    return known.name or found.records[0].tool, found


def _json(text: str) -> tuple[str, Found]:
    try:
        root = parse_part(text)
    except ValueError as error:
        rows = _rows(text)
        if len(rows) < 2:
            raise ValueError(f"the JSON cannot be read: {error}") from error
    else:
        _refuse_error(root)
        known = next((each for each in JSON if each.fits(root)), None)
        if known is not None:
            return known.name, known.read(root)
        rows = [root]
    lined = next((each for each in LINES if each.fits(rows)), None)
    return (lined.name, lined.read(rows)) if lined is not None else _first(logs.LOG, text)


def _refuse_error(root: Part) -> None:
    """Raises ValueError for what a tool writes where it could not do its work."""
    said = root.get("error").first("summary", "detail", "message").text
    if not said and "message" in root and "uri" in root:
        said = root.get("message").text
    if said:
        raise ValueError(f"the tool ended in an error and measured nothing: {said}")


def _rows(text: str) -> list[Part]:
    """The values of JSON lines, each with its line. Lines that are none, among others, are left out."""
    rows: list[Part] = []
    for n, line in enumerate(text.split("\n")[:MOST_ROWS], start=1):
        try:
            rows.append(Part(json.loads(line), Node(None, At("", n))))
        except (ValueError, RecursionError):
            if len(rows) < 2 and n > 20:
                return []
    return rows
