"""Do readiness documents say what the repository shows?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import shorten

from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check


@check(
    "OPS-063",
    "Readiness documents say what the repository shows",
    Severity.MEDIUM,
    Clause.ASSUMPTIONS,
    effort_hours=0.5,
    documents=True,
)
def documents_are_borne_out(project: Project) -> Iterator[Fact]:
    """
    Who decides by a document that says "ready" decides by something that is not so; nobody looks a second time.

    Decides: each statement of the documents that `claims:` of the params file names is held against the project; one of
    which the project shows the opposite is a finding, at its line where the document lies in the project. What is only
    not there, or what no file could show, is none. A README that the params file does not name and that calls the system
    ready is quoted, as nobody has held its words against anything.

    Fix: correct the sentence, or make it true; `readiness claims` shows every statement with its evidence.

    Blind to: documents that the params file does not name, and what only a measurement or a person could tell.

    See: https://sre.google/sre-book/evolving-sre-engagement-model/
    """
    yield from _boasts(project)
    for document in project.stated or ():
        for each in document.contested:
            places = [each.at] if each.at is not None else []
            message = f"{document.name} says “{each.text}”: {each.reason}"
            yield bad(message, *places, *each.shown)
        if document.decided and not document.contested:
            number = plural(document.decided, "statement")
            yield ok(f"{document.name}: nothing refutes it; {number} could be decided.", document.at or At("."))


_BOASTS = re.compile(
    r"\b(?:production|enterprise)[- ](?:ready|grade)\b|\b(?:fully|battle|thoroughly)[- ]tested\b|\bhighly[- ]available\b"
    r"|\b100\s?%\s(?:test\s|code\s)?coverage\b|\bbacked up (?:every|each|daily|nightly|hourly)\b",
    re.IGNORECASE,
)
_HEDGES = re.compile(
    r"\b(?:not|never|no longer|before|until|unless|once|when|if|should|would|could|todo|goal|aims?|plan\w*|towards?|becom\w+|make|making|how to|for \w+ing)\b"
    r"|n't\b|\?",
    re.IGNORECASE,
)
_PROSE = re.compile(r"(?m)(?:^(?![ \t]*(?:[-*+|#>`]|\d+\.))[^\n]*\S[^\n]*(?:\n|\Z))+")
"""Paragraphs; lists, tables and headings are none."""
_SENTENCE = re.compile(r"\S(?:(?![.!?](?:\s|$)).){0,400}[.!?]?", re.DOTALL)


def _boasts(project: Project) -> Iterator[Fact]:
    """The sentences of READMEs that say that the system is ready, where no examination was asked for."""
    examined = {document.name for document in project.stated or ()}
    for path in project.files.glob("/README*.md", "/readme*.md"):
        text = project.files.text(path)
        for paragraph in _PROSE.finditer(text) if path not in examined else ():
            for sentence in _SENTENCE.finditer(paragraph[0]):
                if _BOASTS.search(sentence[0]) and not _HEDGES.search(sentence[0]):
                    line = text.count("\n", 0, paragraph.start() + sentence.start()) + 1
                    said = shorten(sentence[0], 200, placeholder="…")
                    how = "with the file under `claims:` of the params file each statement is held against the project"
                    yield unknown(f"{path} says “{said}” Whether that is so, nobody has asked; {how}.", At(path, line))
                    return
