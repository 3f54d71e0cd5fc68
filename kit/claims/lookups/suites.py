"""Kinds of tests that a statement names: are there files of that kind?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.ground import Ground
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At, FileClass

_KINDS: dict[str, tuple[str, str]] = {
    "smoke tests": (r"smoke[- ]tests?", r"smoke"),
    "end-to-end tests": (r"(?:e2e|end[- ]to[- ]end)(?:[- ]tests?|[- ]testing)", r"e2e|end.?to.?end|cypress|playwright"),
    "integration tests": (r"integration[- ]tests?", r"integration|\.int\.|_it\b|IT\.java"),
    "unit tests": (r"unit[- ]tests?", r"unit|\.test\.|\.spec\.|test_|_test\.|Tests?\.(?:java|kt|cs|php)"),
}
_PATTERNS = {
    name: (re.compile(rf"\b{said}\b", re.IGNORECASE), re.compile(path, re.IGNORECASE))
    for name, (said, path) in _KINDS.items()
}
_ABSENT = re.compile(r"\b(?:no|missing|lacks?|lacking|without)\s*:?\s+(?:any\s+|automated\s+)?$", re.IGNORECASE)
_BEHIND = re.compile(
    r"^\W*(?:are |is )?(?:missing|not (?:yet )?(?:implemented|written|present|there))\b", re.IGNORECASE
)
_THERE = re.compile(
    r"^\W*(?:examples?|suites?|files?)?\W*(?:are |is )?(?:implemented|defined|present|exist\w*|written|available|included|in place)?\W*$",
    re.IGNORECASE,
)


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each kind of tests that a statement says to be there or to be missing, and no more than that."""
    if statement.kind == "code":
        return
    for name, (said, path) in _PATTERNS.items():
        found = said.search(statement.text)
        if found is None:
            continue
        before, behind = statement.text[: found.start()], statement.text[found.end() :]
        denied = _ABSENT.search(before) is not None or _BEHIND.match(behind) is not None
        alone = _THERE.match(behind) is not None and len(re.findall(r"\w+", before)) <= 3
        files = [p for p in ground.files.paths if ground.files.class_of(p) is FileClass.TEST and path.search(p)]
        answer = _answer(name, [At(p) for p in files], ground, denied=denied)
        # That there are such tests refutes no denial of those "for the database".
        narrow = denied and answer is not None and answer.verdict is Verdict.REFUTED and not _ends(behind)
        if answer is not None and (denied or alone) and not narrow:
            yield answer


def _ends(behind: str) -> bool:
    return (
        _THERE.match(behind) is not None
        or _BEHIND.match(behind) is not None
        or re.match(r"\W*[.:;(|—–]", behind) is not None
    )


def _answer(name: str, places: list[At], ground: Ground, *, denied: bool) -> Answer | None:
    about = f"kind {name}"
    if places:
        reason = f"{len(places)} files of {name}, the first {places[0].path}."
        verdict = Verdict.REFUTED if denied else Verdict.CONFIRMED
        return Answer(verdict, reason, ground.evidence(places), about=about, exists=not denied)
    if denied:
        return Answer(Verdict.CONFIRMED, f"No file of the project looks like {name}.", about=about, absent=True)
    return None
