"""Features that a statement names, and where the project shows them at work: `features.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import yaml

from kit.claims.ground import Ground
from kit.claims.lookups.files import named_paths
from kit.claims.lookups.plain import FILLING, beyond
from kit.claims.model import Answer, Stated, Statement, Verdict
from kit.claims.parts import OUTCOME, RESULTS
from kit.claims.sections import Mood, mood_of
from kit.model import At, FileClass

MOST_WORDS = 14
"""A longer statement is about more than a feature that it names."""
HEAD = 3
"""How many words may stand before a feature that a statement is about."""
_DENIED = re.compile(
    r"(?:^|[:;,.(|—–-]\s*|\b(?:is|are|has|have|with|there)\s+)(?:no|missing|lacks?|lacking|without)\s+(?:any\s+|proper\s+)?$",
    re.IGNORECASE,
)
_DENIED_BEHIND = re.compile(
    r"^\W*(?:is |are )?(?:missing|absent|not (?:yet )?(?:implemented|configured|present|set up|in place|enabled|there|found))\b",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:should|could|would|will|might|may|needs?|required?|requires|consider|recommend\w*|plan(?:ned|s)?|todo|if|optional\w*|future|must"
    r"|no|not|never|without|missing|lack\w*|only|basic|limited|partial\w*|incomplete|false positives?|disabled|removed|instead|yet|but)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.;:](?:\s|$)|\s[—–]\s|\(|\b(?:for|to|which|that|because|so)\b", re.IGNORECASE)
_LABEL = re.compile(r"^\W*(?:issue|problem|finding|gap|status|missing|risk)s?\s*[:—–-]\s*", re.IGNORECASE)
_SIDES = re.compile(
    r"\b(?:front-?end|back-?end|client|server|mobile|web|api|admin|staging|production|local|redis|e2e)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature as `features.yaml` has it."""

    name: str
    says: re.Pattern[str]
    code: re.Pattern[str] | None
    routes: re.Pattern[str] | None
    files: tuple[str, ...]
    absent: bool
    whole: bool
    tests: bool


@cache
def features() -> tuple[Feature, ...]:
    """Every feature of the table."""
    data = yaml.safe_load((files("kit.claims") / "features.yaml").read_text("utf-8"))
    return tuple(_feature(str(name), entry) for name, entry in data.items())


def _feature(name: str, entry: dict[str, list[str] | bool]) -> Feature:
    def joined(key: str) -> str | None:
        given = entry.get(key)
        return "|".join(f"(?:{text})" for text in given) if isinstance(given, list) else None

    code, routes, paths = joined("code"), joined("routes"), entry.get("files")
    return Feature(
        name,
        re.compile(rf"(?<![\w./-])(?:{joined('says')})(?![\w-])", re.IGNORECASE),
        re.compile(code, re.MULTILINE | re.IGNORECASE) if code else None,
        re.compile(routes, re.IGNORECASE) if routes else None,
        tuple(paths) if isinstance(paths, list) else (),
        entry.get("absent") is True,
        entry.get("whole") is True,
        entry.get("tests") is True,
    )


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each feature that a statement is about, or that it denies."""
    text = statement.text
    if statement.kind == "code" or RESULTS.search(text):
        return
    every = _named(text)
    unseen = any(not where(feature, ground) for feature, _ in every)
    for feature, found in every:
        about = f"feature {feature.name}"
        if _is_denied(text, found):
            yield from _denied(statement, feature, found, about, ground)
        elif _is_claimed(statement):
            claimed = _claimed(statement, feature, found, about, ground)
            yield from (_one_of_several(answer) if unseen else answer for answer in claimed)


def _one_of_several(answer: Answer) -> Answer:
    """What is there of several features, one of which nothing shows: a part of what is said."""
    if answer.verdict is not Verdict.CONFIRMED:
        return answer
    reason = f"{answer.reason} The rest of what is said is not decided by that."
    return replace(answer, verdict=Verdict.PARTLY, reason=reason)


def _named(text: str) -> list[tuple[Feature, re.Match[str]]]:
    """The features that a text names, one within the words of another left out."""
    found = [(feature, match) for feature in features() if (match := feature.says.search(text))]
    found.sort(key=lambda pair: (pair[1].start(), -pair[1].end()))
    kept: list[tuple[Feature, re.Match[str]]] = []
    for feature, match in found:
        if not any(known.start() <= match.start() and match.end() <= known.end() for _, known in kept):
            kept.append((feature, match))
    return kept


def _is_denied(text: str, found: re.Match[str]) -> bool:
    before = text[max(0, found.start() - 40) : found.start()]
    return _DENIED.search(before) is not None or _DENIED_BEHIND.match(text[found.end() :]) is not None


def _is_claimed(statement: Statement) -> bool:
    """Whether it says without reserve that something is there."""
    if statement.mark in {Stated.FAIL, Stated.PARTIAL} or _OPEN.search(statement.text):
        return False
    if statement.mark is None and mood_of(statement.section) not in {None, Mood.HOLDS}:
        return False
    return statement.kind != "heading" or statement.mark is Stated.PASS


def _claimed(
    statement: Statement, feature: Feature, found: re.Match[str], about: str, ground: Ground
) -> Iterator[Answer]:
    text = statement.text
    if len(re.findall(r"\w+", text[: found.start()])) > HEAD or len(text.split()) > MOST_WORDS:
        return
    places = _within(statement, where(feature, ground), ground)
    if not places:
        return
    spans = [match.span() for _, match in _named(text)]
    rest = beyond(text, spans, FILLING)
    reason = f"{feature.name[0].upper()}{feature.name[1:]}: the project shows it at {places[0]}."
    evidence = ground.evidence(places)
    whole = not rest and not re.search(r"\d", re.sub(r"\boauth2?\b|\b404\b|\bi18n\b", "", text, flags=re.IGNORECASE))
    if not whole and (feature.whole or OUTCOME.search(text)):
        return
    yield Answer(
        Verdict.CONFIRMED if whole else Verdict.PARTLY,
        reason if whole else f"{reason} The rest of what is said is not decided by that.",
        evidence,
        about=about,
        exists=True,
    )


def _denied(
    statement: Statement, feature: Feature, found: re.Match[str], about: str, ground: Ground
) -> Iterator[Answer]:
    """What is denied and little else: refuted where it is there; borne out where it would be seen and is not."""
    if statement.mark is Stated.PASS or feature.whole or not _is_alone(statement.text, found):
        return
    places = where(feature, ground)
    if places:
        reason = f"{feature.name[0].upper()}{feature.name[1:]}: the project shows it at {places[0]}."
        yield Answer(Verdict.REFUTED, reason, ground.evidence(places), about=about)
    elif feature.absent and not ground.hollow:
        yield Answer(Verdict.CONFIRMED, f"Nothing in the project shows {feature.name}.", about=about, absent=True)


def _is_alone(text: str, found: re.Match[str]) -> bool:
    """Whether the clause of a denial speaks of the feature and of nothing that would make it another one."""
    label = _LABEL.match(text)
    start = max(
        label.end() if label else 0, max((m.end() for m in re.finditer(r"[.;]\s", text[: found.start()])), default=0)
    )
    stop = _CLAUSE.search(text, found.end())
    end = stop.start() if stop else len(text)
    clause = text[start:end]
    rest = beyond(clause, [(found.start() - start, found.end() - start)], FILLING | _DENIALS)
    return not rest and not _SIDES.search(text[start : found.start()] + text[found.end() : end])


_DENIALS = frozenset(
    {"no", "not", "missing", "lack", "lacks", "lacking", "without", "any", "there", "yet", "absent", "middleware"}
)


def _within(statement: Statement, places: tuple[At, ...], ground: Ground) -> tuple[At, ...]:
    """The places in the file that the statement names; all where it names none."""
    named = [p for n in named_paths(statement.text) for p in ground.resolve(n.written, statement.source)[:1]]
    return tuple(at for at in places if at.path in named) if named else places


def where(feature: Feature, ground: Ground) -> tuple[At, ...]:
    """The first places where the project shows a feature at work, looked up once."""
    key = f"feature {feature.name}"
    known: tuple[At, ...] | None = ground.products.get(key)
    if known is None:
        known = ground.products[key] = tuple(_where(feature, ground))
    return known


def _where(feature: Feature, ground: Ground) -> Iterator[At]:
    if feature.routes is not None:
        yield from [
            r.at for r in ground.project.routes if feature.routes.search(r.path or "") and _weighs(r.at.path, ground)
        ][:2]
    if feature.files:
        paths = (path for path in ground.files.glob(*feature.files) if _counts(path, ground, tests=feature.tests))
        yield from [At(path) for path in paths][:2]
    if feature.code is not None:
        yield from ground.lines_with(feature.code)


def _weighs(path: str, ground: Ground) -> bool:
    return ground.files.class_of(path) is FileClass.PRODUCTION


def _counts(path: str, ground: Ground, *, tests: bool) -> bool:
    kind = ground.files.class_of(path)
    return kind not in {FileClass.VENDORED, FileClass.DOCUMENTATION} and (tests or kind is not FileClass.TEST)
