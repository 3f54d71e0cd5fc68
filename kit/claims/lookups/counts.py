"""Counts: "50+ models", "8 microservices", "15+ 'ACTION REQUIRED' comments", against what the project has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kit.claims.amounts import Amount, amounts
from kit.claims.ground import Ground
from kit.claims.lookups.files import named_paths
from kit.claims.lookups.nouns import NOUNS, Noun, Places
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At, FileClass

_NEUTRAL = (
    r"(?:(?:total|production|different|separate|distinct|individual|main|own|independent|core|unique|deployable|comprehensive|real"
    r"|working|existing|defined|configured|properly|running|application|backend|automated|active|normalized|documented|well-defined"
    r"|falsifiable|complete)\s+){0,3}"
)
_QUOTED = re.compile(
    r"[\"“'‘`](?P<text>[^\"”'’`\n]{3,60})[\"”'’`]\s+(?:comments?|markers?|notes?|occurrences?|placeholders?|todos?)"
)
_TODO = re.compile(r"\s*(?P<text>TODO|FIXME|XXX|HACK)s?\b(?:\s+comments?)?")
_COMMENTED = re.compile(r"(?:#|//|/\*|^\s*\*|<!--|--|;).{0,2000}\b(?:TODO|FIXME|XXX|HACK)\b")
_IDS = re.compile(r"\b[A-Z]{2,12}(?:-[A-Z]{2,16})*-\d{1,4}\b")
_LISTED = re.compile(r"\s+" + _NEUTRAL + r"(?P<noun>[a-z][a-z-]{3,24}s)\b", re.IGNORECASE)
_SHARE = re.compile(r"^\s*(?:/|of\b|out of\b|%)|^\s*-\s*\d")

FEW = 10
MOST_BEYOND = 2
"""How many times what is said at least may be there, and it is still the same thing that was counted."""
_PIPELINES = re.compile(r"\b(?:CI|CD|CI/CD|github|actions|pipelines?|build|release)\b|\.github", re.IGNORECASE)
_LANGUAGE_MODELS = re.compile(
    r"\b(?:AI|ML|LLMs?|GPT\S*|Groq|OpenAI|Ollama|Claude|Anthropic|Gemini|Llama|Mistral|embeddings?|inference|neural|trained)\b"
)
PART = 4
"""How many times as much as is said leaves it open whether a part was meant."""


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each number of a statement that stands before something countable."""
    if statement.kind == "code" or _hypothetical(statement):
        return
    text = statement.text.replace("`", "")
    for amount in amounts(text):
        if (
            amount.unit not in {"", "lines"}
            or _SHARE.match(text[amount.end :])
            or (amount.low or amount.high or 0) > 1e6
            or text[: amount.start].rstrip().endswith("§")
        ):
            continue
        yield from _quoted(statement, ground, amount, text)
        yield from _with_ending(ground, amount, text)
        noun = _noun_behind(text[amount.end :])
        if noun is not None and _of_another_kind(noun[0], statement):
            continue
        if noun is not None:
            yield from _counted(statement, ground, amount, *noun)
        else:
            yield from _in_document(statement, ground, amount, text)


_ENDING = re.compile(r"\s+(?:different\s+|separate\s+)?\*?(?P<ending>(?:\.[A-Za-z]\w*)+)\s+files?\b")


def _with_ending(ground: Ground, amount: Amount, text: str) -> Iterator[Answer]:
    """A number of files whose names end so ("31 .module.css files")."""
    found = _ENDING.match(text[amount.end :])
    if found is None:
        return
    every = tuple(At(path) for path in ground.files.paths if path.endswith(found["ending"]))
    ours = tuple(at for at in every if ground.files.class_of(at.path) is FileClass.PRODUCTION)
    ways = {f"{found['ending']} files": every, f"{found['ending']} files that weigh": ours}
    fitting = next(((name, places) for name, places in ways.items() if places and amount.fits(len(places))), None)
    about = f"number of {found['ending']} files"
    if fitting:
        name, places = fitting
        reason = f"{_shown(name, places)}; said is {amount.text}."
        yield Answer(Verdict.CONFIRMED, reason, ground.evidence(places), about=about)
    elif every and _far(amount, ways):
        reason = f"Said are {amount.text} {found['ending']} files; the project has {len(every)}."
        yield Answer(Verdict.REFUTED, reason, ground.evidence(every), about=about)


def _of_another_kind(word: str, statement: Statement) -> bool:
    """Whether models are a language model's and not a database's, and workflows those of a business, not of pipelines."""
    said = " ".join((statement.text, *statement.section[-2:]))
    if word.lower() == "workflows":
        return _PIPELINES.search(said) is None
    return word.lower() == "models" and _LANGUAGE_MODELS.search(said) is not None


def _hypothetical(statement: Statement) -> bool:
    return bool(
        re.search(
            r"\b(?:users?|concurrent|per (?:second|minute|hour|day)|up to|scal(?:e|ing))\b",
            statement.text,
            re.IGNORECASE,
        )
    )


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Noun], ...]:
    # The longest expression first, so that "test files" is no "files" of something else.
    return tuple((re.compile(rf"\s+{_NEUTRAL}(?P<noun>{n.words})\b(?!\s*/)", re.IGNORECASE), n) for n in NOUNS)


def _noun_behind(rest: str) -> tuple[str, Noun] | None:
    for pattern, noun in _patterns():
        found = pattern.match(rest)
        if found:
            return found["noun"], noun
    return None


def _counted(statement: Statement, ground: Ground, amount: Amount, word: str, noun: Noun) -> Iterator[Answer]:
    ways = noun.count(ground)
    about = f"number of {word.lower()}"
    folder = _named_place(statement, ground)
    if folder:
        within = {
            n: tuple(at for at in p if at.path == folder or at.path.startswith(f"{folder}/")) for n, p in ways.items()
        }
        ways = {name: places for name, places in within.items() if places} or ways
    if not ways:
        yield Answer(
            Verdict.UNDECIDABLE, f"Nothing in the project tells how many {word.lower()} there are.", about=about
        )
        return
    fitting = {name: places for name, places in ways.items() if amount.fits(len(places))}
    if fitting:
        name, places = next(iter(fitting.items()))
        reason = f"{_shown(name, places)}; said is {amount.text}."
        if amount.low and amount.low >= FEW and len(places) > amount.low * MOST_BEYOND:
            # "67+" of one thing is borne out by no hundred and fifty of perhaps another.
            yield Answer(Verdict.UNDECIDABLE, reason, ground.evidence(places), about=about, decisive=False)
            return
        yield Answer(Verdict.CONFIRMED, reason, ground.evidence(places), about=about)
        return
    yield _other_number(ground, amount, word, noun, ways, about)


def _other_number(ground: Ground, amount: Amount, word: str, noun: Noun, ways: dict[str, Places], about: str) -> Answer:
    _, places = min(ways.items(), key=lambda way: abs(len(way[1]) - (amount.low or amount.high or 0)))
    shown = "; ".join(_shown(n, p) for n, p in list(ways.items())[:4])
    evidence = ground.evidence(places)
    if noun.certain and (len(ways) == 1 or _far(amount, ways)) and not _may_be_part(amount, ways):
        return Answer(
            Verdict.REFUTED, f"Said are {amount.text} {word.lower()}; the project has: {shown}.", evidence, about=about
        )
    reason = f"Said are {amount.text} {word.lower()}; counted are: {shown}. What is meant cannot be told beyond doubt."
    return Answer(Verdict.UNDECIDABLE, reason, evidence, about=about)


def _may_be_part(amount: Amount, ways: dict[str, Places]) -> bool:
    """Whether so much more is there that a report of one feature may have counted its own."""
    said = amount.high if amount.high is not None else amount.low
    return said is not None and said * PART < min(len(places) for places in ways.values())


def _far(amount: Amount, ways: dict[str, Places]) -> bool:
    """Whether every way of counting is far from what is said."""
    said = amount.low if amount.low is not None else amount.high or 0.0
    numbers = [len(places) for places in ways.values()]
    between = min(numbers) < said < max(numbers)
    return not between and all(abs(number - said) > max(2.0, said * 0.25) for number in numbers)


def _shown(name: str, places: Places) -> str:
    return f"{len(places)} {name}"


def _named_place(statement: Statement, ground: Ground) -> str | None:
    """The one file or folder that the statement is about."""
    for text in (statement.text, *reversed(statement.section)):
        found = [ground.resolve(named.written, statement.source) for named in named_paths(text)]
        known = [paths[0] for paths in found if len(paths) == 1]
        if len(known) == 1:
            return known[0]
        if known:
            return None
    return None


def _quoted(statement: Statement, ground: Ground, amount: Amount, text: str) -> Iterator[Answer]:
    """A number of places where a quoted text stands."""
    rest = text[amount.end :]
    raw = statement.text[statement.text.find(amount.text) :]
    found = _QUOTED.search(raw[:120]) if re.match(r"\s*\W", raw[len(amount.text) :]) else None
    found = found or _TODO.match(rest)
    if found is None:
        return
    words = found["text"]
    comment = "text" in found.groupdict() and found.re is _TODO
    manifests = re.search(r"\b(?:k8s|kubernetes|manifests?)\b", text, re.IGNORECASE)
    paths = {m.path for m in ground.project.manifests} if manifests else set(ground.files.paths)
    kinds = {FileClass.DOCUMENTATION, FileClass.VENDORED, FileClass.BUILD}
    places = [
        At(path, number)
        for path in sorted(paths)
        if ground.files.class_of(path) not in kinds and words in ground.files.text(path)
        for number, line in enumerate(ground.files.lines(path), 1)
        if words in line and (not comment or _COMMENTED.search(line))
    ]
    near = comment and places and not _far(amount, {words: tuple(places)})
    other = Verdict.UNDECIDABLE if near else Verdict.REFUTED if places else Verdict.UNSUPPORTED
    verdict = Verdict.CONFIRMED if amount.fits(len(places)) else other
    reason = f"“{words}” stands on {len(places)} lines; said is {amount.text}."
    yield Answer(verdict, reason, ground.evidence(places), about=f"number of “{words}”")


def _in_document(statement: Statement, ground: Ground, amount: Amount, text: str) -> Iterator[Answer]:
    """A number of things that a named document lists ("docs/INVARIANTS.md contains 26 invariants")."""
    place = _named_place(statement, ground) if named_paths(statement.text) else None
    noun = _LISTED.match(text[amount.end :])
    if place is None or noun is None or not place.endswith((".md", ".rst", ".txt")) or (amount.low or 0) < 2:
        return
    lines = ground.files.lines(place)
    ways = _listings(place, lines, noun["noun"])
    fitting = next(((name, places) for name, places in ways.items() if amount.fits(len(places))), None)
    about = f"number of {noun['noun'].lower()}"
    if fitting:
        name, places = fitting
        yield Answer(Verdict.CONFIRMED, f"{place} has {len(places)} {name}.", ground.evidence(places), about=about)
    elif ways:
        shown = ", ".join(f"{len(places)} {name}" for name, places in ways.items())
        certain = "distinct identifiers" in ways
        verdict = (
            Verdict.REFUTED if certain and not any(_near(amount, p) for p in ways.values()) else Verdict.UNDECIDABLE
        )
        reason = f"{place} has {shown}; said are {amount.text} {noun['noun']}."
        yield Answer(verdict, reason, ground.evidence([At(place)]), about=about)


def _near(amount: Amount, places: Places) -> bool:
    said = amount.low or amount.high or 0.0
    return abs(len(places) - said) <= max(1.0, said * 0.1)


def _listings(path: str, lines: list[str], noun: str) -> dict[str, Places]:
    stem = noun.lower().rstrip("s")[:6]
    ids: dict[str, At] = {}
    named = []
    numbered = []
    for number, line in enumerate(lines, 1):
        for found in _IDS.findall(line):
            ids.setdefault(found, At(path, number))
        if line.startswith("#") and stem in line.lower():
            named.append(At(path, number))
        if re.match(r"\s*\d+[.)]\s", line):
            numbered.append(At(path, number))
    ways = {
        "distinct identifiers": tuple(ids.values()),
        f"headings with “{stem}”": tuple(named),
        "numbered items": tuple(numbered),
    }
    return {name: places for name, places in ways.items() if len(places) > 1}
