"""Do readiness documents say what the repository shows?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, bad, ok
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
    not there, or what no file could show, is none.

    Fix: correct the sentence, or make it true; `readiness claims` shows every statement with its evidence.

    Blind to: documents that the params file does not name, and what only a measurement or a person could tell.

    See: https://sre.google/sre-book/evolving-sre-engagement-model/
    """
    for document in project.stated or ():
        for each in document.contested:
            places = [each.at] if each.at is not None else []
            message = f"{document.name} says “{each.text}”: {each.reason}"
            yield bad(message, *places, *each.shown)
        if document.decided and not document.contested:
            number = plural(document.decided, "statement")
            yield ok(f"{document.name}: nothing refutes it; {number} could be decided.", document.at or At("."))
