"""Guides that a report says are written ("Quick start guide"): a heading or a document of the project with that subject."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.ground import Ground
from kit.claims.lookups.files import named_paths
from kit.claims.model import Answer, Stated, Statement, Verdict
from kit.claims.words import words_of
from kit.model import At
from kit.sources.commands.command import word_set

_GUIDE = re.compile(
    r"^\W*(?P<subject>[A-Za-z][\w/&' -]{2,50}?)\s+(?:guides?|instructions|documentation|docs|guidelines|manual|runbooks?|procedures?)"
    r"(?:\s+(?:is |are )?(?:available|created|provided|included|exists?|added|written|present|in place))?\W*$",
    re.IGNORECASE,
)
_TOO_WIDE = word_set(
    "user admin project code system api data product technical complete full comprehensive detailed proper good all new"
    " inline existing current available other further release internal public developer service"
)
_SMALL = word_set("the a an of for to and with in on")
_HEADING = re.compile(r"^#{1,5}\s+(?P<text>.+)$")
_HIDDEN = re.compile(r"\.(?!github/)[^/]+/")
_REPORT = re.compile(
    r"report|audit|analysis|summary|checklist|readiness|review|status|complet|assessment|plan|roadmap", re.IGNORECASE
)
"""Documents that tell what was found or done: no guides."""
MOST_WORDS = 2
"""How many words beyond the subject a heading has at most that is one about it."""


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for a statement that says of a guide that it is there, and nothing else."""
    found = _GUIDE.match(statement.text)
    if found is None or statement.mark in {Stated.FAIL, Stated.PARTIAL} or statement.kind in {"code", "heading"}:
        return
    if named_paths(statement.text):
        return
    subject = _stems(found["subject"])
    if not subject or subject <= {word.stem for word in words_of(" ".join(_TOO_WIDE))}:
        return
    at = _heading(subject, statement, ground)
    if at is not None:
        about = f"guide {found['subject']}"
        yield Answer(Verdict.CONFIRMED, f"{at} is about it.", ground.evidence([at]), about=about, exists=True)


def _heading(subject: set[str], statement: Statement, ground: Ground) -> At | None:
    """The first document, else heading, whose words are those of the subject and hardly any other."""
    texts = (p for p in ground.files.paths if p.lower().endswith((".md", ".mdx", ".rst")))
    documents = sorted(
        (p for p in texts if p != statement.source and not _HIDDEN.match(p) and not _REPORT.search(p)),
        key=lambda p: p.count("/"),
    )
    for path in documents:
        if _is_about(subject, re.sub(r"[_-]+", " ", path.rpartition("/")[2].rpartition(".")[0])):
            return At(path)
    for path in documents:
        for number, line in enumerate(ground.files.lines(path), 1):
            found = _HEADING.match(line)
            if found and _is_about(subject, found["text"]):
                return At(path, number)
    return None


def _is_about(subject: set[str], text: str) -> bool:
    words = _stems(text)
    return subject <= words and len(words - subject) <= MOST_WORDS


def _stems(text: str) -> set[str]:
    return {word.stem for word in words_of(text) if word.text.lower() not in _SMALL}
