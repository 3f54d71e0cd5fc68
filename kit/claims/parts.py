"""Statements of which a part is borne out: what they are about is there, and the rest is not decided by that."""

from __future__ import annotations

import re
from dataclasses import replace

from kit.claims.model import Answer, Stated, Statement, Verdict
from kit.claims.sections import Mood, mood_of

HEAD = 4
"""How many words may stand before the thing that a statement is about."""
SHORT = 9
"""In a statement of so many words a thing is what it is about, wherever it stands."""
_RESERVED = re.compile(
    r"\b(?:no|not|never|without|missing|lack\w*|should|must|could|will|would|needs?|may|might|if|unless|only|but|yet|instead|cannot|todo"
    r"|removed?|deleted?|fixed|was|were|previously|unused|failed|fails|n't|example|e\.g|such as|like|or|either|planned?|recommend\w*"
    r"|consider|optional\w*|future|broken|incorrect\w*|wrong\w*|hardcoded|error|issue|bug)\b|n't\b|→|\?",
    re.IGNORECASE,
)
OUTCOME = re.compile(
    r"\b(?:pass(?:es|ed|ing)?|compil\w*|errors?|resolved|sync\w*|generat\w+|credentials?|issues?|closed|bugs?|scaling|run|connect(?:ed|s)|runn?(?:s|ing)?|respons\w+|success\w*"
    r"|verif\w+|tested|works?|working|operational|targets?|complaints?|clean|healthy|status|version|accounts?)\b",
    re.IGNORECASE,
)
"""What became of a product's run: that the product is used says nothing of it."""
RESULTS = re.compile(r"\|\s*[<>~≈]?\d[\d.,]*\s*(?:%|ms|s|[KMG]B)?\s*(?:\||$)")
"""A row of numbers is a result, and no statement about what is there."""


def in_part(answers: list[Answer], statement: Statement, stated: Stated) -> list[Answer]:
    """The answers, those that bear out what the statement is about made to count for a part of it."""
    if (
        statement.kind in {"code", "heading"}
        or stated in {Stated.FAIL, Stated.PARTIAL}
        or RESULTS.search(statement.text)
    ):
        return answers
    if any(answer.verdict is Verdict.UNDECIDABLE for answer in answers):
        return answers
    claimed = statement.mark is not None or mood_of(statement.section) in {None, Mood.HOLDS}
    reserved = not claimed or _RESERVED.search(statement.text) is not None
    return [
        _part(answer)
        if _is_about(answer, statement.text) and (not reserved or _is_listed(answer, statement))
        else answer
        for answer in answers
    ]


def _is_listed(answer: Answer, statement: Statement) -> bool:
    """Whether a file stands at the head of an item of a list of files, whatever is told of it behind a dash."""
    name = answer.about.removeprefix("file ")
    if name == answer.about or mood_of(statement.section) in {Mood.PLANNED, Mood.MISSING, Mood.WRONG}:
        return False
    return re.match(rf"\W*{re.escape(name)}`?\s+[-–—:|(]", statement.text) is not None and not _WISHED.search(
        statement.text
    )


_WISHED = re.compile(
    r"\b(?:should|must|to be|needs?|will|missing|removed?|deleted?|superseded|deprecated|unused)\b", re.IGNORECASE
)


def _part(answer: Answer) -> Answer:
    reason = f"{answer.reason} The rest of what is said is not decided by that."
    return replace(answer, verdict=Verdict.PARTLY, reason=reason, decisive=True)


def _is_about(answer: Answer, text: str) -> bool:
    """Whether a thing that is there stands at the head of the statement, or makes up much of it."""
    kind, _, name = answer.about.partition(" ")
    if not (answer.exists and answer.evidence and answer.verdict is Verdict.CONFIRMED) or kind == "port":
        return False
    start = text.lower().find(name.split(", ")[0].lower())
    if start < 0:
        return False
    before = re.findall(r"[^\W_]+", text[:start].rpartition(": ")[2])
    return len(before) <= HEAD and (kind != "product" or (len(text.split()) <= SHORT and not OUTCOME.search(text)))
