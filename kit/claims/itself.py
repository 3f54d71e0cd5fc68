"""A report against itself: counts against the items listed, sums, open boxes below a verdict, dates, standards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from statistics import mean

from kit.claims.amounts import amounts
from kit.claims.dates import date_against_history
from kit.claims.model import Claim, Contradiction, Reading, Stated, Statement, Verdict
from kit.claims.standards import no_such_standard
from kit.project import Project

_RATED = re.compile(r"\b(?P<number>\d+)\s+(?P<rating>CRITICAL|HIGH|MEDIUM|LOW)\b")
_RATING = re.compile(r"\b(?P<rating>CRITICAL|HIGH|MEDIUM|LOW)\b")
_LISTED = re.compile(
    r"(?P<number>\d+)\s+(?:[\w-]+\s+){0,3}(?P<noun>[a-z][a-z-]{3,}s)\b(?:\s+\w+)?\s*:?$", re.IGNORECASE
)
_OVERALL = re.compile(r"\boverall\b[^\d]{0,40}(?P<number>\d{1,3})\s*/\s*100\b", re.IGNORECASE)
_OF_HUNDRED = re.compile(r"^(?P<name>[^|]{2,50})\|\s*(?P<number>\d{1,3})\s*/\s*100\b")
_READY = re.compile(
    r"\bproduction[- ]ready\b|\bready (?:for|to) (?:production|deploy\w*|launch|ship)|\bdeployment readiness:? *100|\b100 ?% (?:ready|complete)"
    r"|\bfully (?:ready|implemented|complete)|\ball (?:items|checks|tasks|requirements) (?:are )?(?:complete|done|passed)|\bapproved\b|^go$"
    r"|\bcleared for (?:production|launch)",
    re.IGNORECASE,
)
_NOT_READY = re.compile(
    r"\b(?:not|no|isn't|until|after|once|conditional|conditionally|with critical|requires?|before|if|when)\b",
    re.IGNORECASE,
)
_MUST = re.compile(
    r"\b(?:pre-deployment|must|critical|before|blocker|required|needs attention|pre-launch|checklist|ready|readiness)\b",
    re.IGNORECASE,
)


def weighed(claim: Claim, reading: Reading, project: Project) -> Claim:
    """The claim, with a verdict where public standards or the file's own history settle it."""
    statement = claim.statement
    if statement.kind == "code":
        return claim
    told = no_such_standard(statement.text)
    if told is not None:
        return replace(claim, verdict=Verdict.REFUTED, reason=told, evidence=())
    dated = date_against_history(statement, reading.source, project)
    if dated is not None:
        return replace(claim, verdict=dated[0], reason=dated[1], evidence=())
    return claim


def inner_contradictions(claims: list[Claim]) -> list[Contradiction]:
    """What one report says that cannot both be true."""
    statements = [claim.statement for claim in claims]
    return [*_ratings(statements), *_lists(statements), *_sums(statements), *_scores(statements), *_boxes(claims)]


def _ratings(statements: list[Statement]) -> Iterator[Contradiction]:
    """ "7 CRITICAL and 12 HIGH" against the items that are called so."""
    head = next((s for s in statements if len(_RATED.findall(s.text)) > 0 and s.kind != "code"), None)
    if head is None:
        return
    items = [s for s in statements if s.line > head.end_line and s.kind in {"cell", "heading", "item"}]
    for found in _RATED.finditer(head.text):
        rating, said = found["rating"], int(found["number"])
        cells = [s for s in items if s.kind == "cell" and any(c.strip() == rating for c in s.text.split("|"))]
        named = [
            s
            for s in items
            if s.kind != "cell" and (m := _RATING.search(s.text)) and m["rating"] == rating and m.start() < 12
        ]
        listed = cells or named
        if len(listed) != said:
            reason = f"It says {said} {rating}; {_none_or(len(listed))} listed as {rating}."
            other = (
                listed[0] if listed else next((s for s in items if s.kind == "cell" and _RATING.search(s.text)), None)
            )
            if other is not None:
                yield Contradiction(head.id, other.id, f"number of {rating} findings", None, reason)


def _none_or(number: int) -> str:
    return "none is" if not number else "1 is" if number == 1 else f"{number} are"


def _lists(statements: list[Statement]) -> Iterator[Contradiction]:
    """ "10 check sections:" against the list below it."""
    for index, head in enumerate(statements):
        found = _LISTED.search(head.text) if head.kind != "code" and head.text.endswith(":") else None
        if found is None:
            continue
        label = head.text.rstrip(": ")
        below = [
            s for s in statements[index + 1 : index + 60] if s.section and s.section[-1].rstrip(": ").endswith(label)
        ]
        said = int(found["number"])
        if len(below) > 1 and len(below) != said and not any(re.search(r"\d", s.text) for s in below):
            reason = f"It says {said} {found['noun']} and lists {len(below)}."
            yield Contradiction(head.id, below[0].id, f"number of {found['noun']}", None, reason)


def _sums(statements: list[Statement]) -> Iterator[Contradiction]:
    """ "26 invariants across:" against the parts below it that are numbered in the same noun."""
    for index, head in enumerate(statements):
        if head.kind == "code":
            continue
        for amount in amounts(head.text):
            noun = re.match(r"\s+(?:[\w-]+\s+){0,2}?(?P<noun>[a-z]{4,}s)\b", head.text[amount.end :])
            if noun is None or amount.low is None or amount.low != amount.high:
                continue
            part = re.compile(rf"^[^:|]{{1,40}}[:|]\s*(?P<number>\d+)\s+(?:[\w-]+\s+){{0,2}}{noun['noun']}\b")
            if part.match(head.text) and not re.match(r"\W*(?:total|all|overall|sum)\b", head.text, re.IGNORECASE):
                continue  # itself one of the parts, before its neighbours
            parts = []
            for statement in statements[index + 1 : index + 30]:
                found = part.match(statement.text)
                if found is None:
                    break
                parts.append(int(found["number"]))
            if len(parts) > 1 and sum(parts) != amount.low:
                shown = " + ".join(map(str, parts))
                reason = f"It says {amount.text} {noun['noun']}; its parts are {shown} = {sum(parts)}."
                yield Contradiction(head.id, statements[index + 1].id, f"number of {noun['noun']}", None, reason)


def _scores(statements: list[Statement]) -> Iterator[Contradiction]:
    """An overall score against the mean of the scores in the table below it."""
    head = next((s for s in statements if _OVERALL.search(s.text)), None)
    if head is None:
        return
    rows = [s for s in statements if s.kind == "cell" and s.line > head.line and _OF_HUNDRED.match(s.text)]
    rows = [s for s in rows if s.section == rows[0].section]
    scores = [int(found["number"]) for s in rows if (found := _OF_HUNDRED.match(s.text))]
    found = _OVERALL.search(head.text)
    if found and len(scores) > 2 and abs(mean(scores) - int(found["number"])) > 2:
        reason = (
            f"The overall score is {found['number']}; the mean of the {len(scores)} scores below is {mean(scores):.1f}."
        )
        yield Contradiction(head.id, rows[0].id, "overall score", None, reason)


def _boxes(claims: list[Claim]) -> Iterator[Contradiction]:
    """A verdict "production ready" against what the report itself leaves open."""
    head = next((c.statement for c in claims if _says_ready(c.statement)), None)
    if head is None:
        return
    lines = [c.statement for c in claims if c.statement.mark is Stated.FAIL and c.statement.kind == "item"]
    opened = [s for s in lines if any(_MUST.search(part) for part in (*s.section, s.text))]
    if opened:
        number = "1 point" if len(opened) == 1 else f"{len(opened)} points"
        reason = f"It says “{head.text[:80]}” and leaves {number} open, the first “{opened[0].text[:80]}”."
        yield Contradiction(
            head.id, opened[0].id, "readiness", opened[0].id if _borne_out(claims, opened) else None, reason
        )


def _borne_out(claims: list[Claim], opened: list[Statement]) -> bool:
    """Whether the project shows one of the open points to be open."""
    ids = {s.id for s in opened}
    return any(c.statement.id in ids and c.verdict is Verdict.CONFIRMED for c in claims)


def _says_ready(statement: Statement) -> bool:
    text = statement.text
    return bool(
        _READY.search(text)
        and not _NOT_READY.search(text)
        and statement.mark is not Stated.FAIL
        and len(text) < 160
        and statement.kind != "code"
    )
