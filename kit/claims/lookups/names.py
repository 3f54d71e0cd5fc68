"""Names of code that a report quotes: classes, functions, variables, tables. Are they there, and does anything use them?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.ground import Ground
from kit.claims.lookups.files import named_paths
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At, FileClass

_QUOTED = re.compile(r"`(?P<name>@?[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)*)(?:\(\)|\([^`()]{0,60}\))?`")
_VARIABLE = re.compile(r"(?<![\w/.-])(?P<name>[A-Z][A-Z0-9]{1,20}(?:_[A-Z0-9]+){1,8})(?![\w-])")
_CAMEL = re.compile(r"^(?P<name>[A-Z][a-z]+(?:[A-Z][a-z]+)+)(?![\w./-])")
"""A name of code at the head of a statement, without marks; brands are written so, too, and are not missed."""
_CALLED = re.compile(r"[a-z][A-Z]|_|[a-z0-9]\.[a-z]|^[A-Z][a-z]+[A-Z]")
_EXISTS = re.compile(
    r"\b(?:exists?|there|present|available|defined|implemented|exported|added|created)\b", re.IGNORECASE
)
_ABSENT = re.compile(
    r"\b(?:no|nothing|none|zero|missing|lacks?|without|not (?:found|present|implemented|used|set|defined|enforced)|unused|never|removed|add|needs?|should|must)\b",
    re.IGNORECASE,
)
_WORDS = frozenset(
    {"true", "false", "null", "none", "undefined", "latest", "main", "master", "develop", "localhost", "sudo", "root"}
)
MOST_NAMES = 6
SHORT = 6
"""How many words a statement has at most that is about the name at its head, though nothing marks it as code."""


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each name that looks like one of the project's code."""
    if statement.kind == "code":
        return
    yield from _sought(statement, ground)
    for name, variable in _names(statement.text):
        answer = _answer(name, statement, ground, variable=variable)
        if answer is not None:
            yield answer


_NO_MATCH = re.compile(
    r"[`\"](?P<name>[^`\"\n]{4,60})[`\"][\w ]{0,30}?(?::|\breturn(?:s|ed)|[—–-]|\|)?\s*(?:0|zero|no)\s+(?:remaining )?(?:match(?:es)?|occurrences?|hits|results?|references?|usages?|instances)\b",
    re.IGNORECASE,
)
_REMOVED = re.compile(
    r"^\W*(?:removed?|deleted|dropped)\s+(?:(?:deprecated|legacy|old|unused|the|all)\s+)*`(?P<name>@?[A-Za-z_$][\w$.]{3,60})(?:\(\))?`(?:\s+\w+)?\W*$|"
    r"^\W*`(?P<gone>@?[A-Za-z_$][\w$.]{3,60})(?:\(\))?`\s+(?:was |has been |is )?(?:removed|deleted|dropped)\W*$",
    re.IGNORECASE,
)


def _sought(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """What is said to stand nowhere any more: borne out where no line of the project that is no document has it."""
    none, removed = _NO_MATCH.search(statement.text), _REMOVED.match(statement.text)
    if none is None and (removed is None or named_paths(statement.text)):
        return
    found = none["name"] if none else removed["name"] or removed["gone"] if removed else ""
    text = found.strip("*").rstrip(".") if found.endswith(".*") else found
    places = ground.lines_with(re.compile(re.escape(text)))
    about = f"name {text}"
    if not places and not ground.hollow:
        reason = f"No file of the project that is no document has {text}."
        yield Answer(Verdict.CONFIRMED, reason, about=about, absent=True)
    elif none:
        yield Answer(Verdict.REFUTED, f"{text} stands at {places[0]}.", ground.evidence(places), about=about)


def _names(text: str) -> list[tuple[str, bool]]:
    paths = " ".join(named.written for named in named_paths(text))
    found: dict[str, bool] = {}
    for match in _QUOTED.finditer(text):
        name = re.split(r"\.|::|->", match["name"])[-1].lstrip("@")
        if (
            (_CALLED.search(match["name"]) or match[0].endswith(")`"))
            and len(name) > 3
            and re.search(r"[A-Za-z]{2}", name)
            and name.lower() not in _WORDS
        ):
            found[name] = bool(_VARIABLE.fullmatch(name))
    for match in _CAMEL.finditer(text) if len(text.split()) <= SHORT else ():
        found.setdefault(match["name"], False)
    named = re.search(r"\b(?:env\w*|variables?|vars?|settings?)\b", text, re.IGNORECASE)
    for match in _VARIABLE.finditer(text) if named else ():
        found.setdefault(match["name"], True)
    return [(name, variable) for name, variable in found.items() if name not in paths][:MOST_NAMES]


def _answer(name: str, statement: Statement, ground: Ground, *, variable: bool) -> Answer | None:
    about = f"name {name}"
    places = ground.spoken_of(name)
    denied = _ABSENT.search(statement.text) is not None
    if not places:
        if denied:
            return None
        if _CAMEL.match(statement.text) and f"`{name}" not in statement.text:
            return None
        kind = "variable" if variable else "name"
        reason = f"No file of the project that is no document has the {kind} {name}."
        return Answer(Verdict.UNSUPPORTED, reason, about=about, exists=True)
    if denied:
        return None
    files = {at.path for at in places}
    absent = any(not ground.resolve(n.written, statement.source) for n in named_paths(statement.text))
    decisive = _only_says_there(statement.text, name) and not absent
    if len(files) == 1 and not variable and len(places) == 1 and _is_definition(places[0], name, ground):
        reason = f"{name} is defined at {places[0]}, and nothing else in the project names it."
        return Answer(Verdict.PARTLY, reason, ground.evidence(places), about=about, exists=True)
    return Answer(
        Verdict.CONFIRMED, f"{name} is there.", ground.evidence(places), about=about, decisive=decisive, exists=True
    )


def _is_definition(at: At, name: str, ground: Ground) -> bool:
    """Whether the only place is where a class or function of a module begins (a decorated one is used by its framework)."""
    line = ground.files.lines(at.path)[(at.line or 1) - 1]
    above = ground.files.lines(at.path)[max(0, (at.line or 1) - 2)]
    defined = re.search(rf"\b(?:class|function|def|func|const|interface)\s+(?:\([^)]*\)\s*)?{re.escape(name)}\b", line)
    return (
        defined is not None
        and not above.lstrip().startswith("@")
        and ground.files.class_of(at.path) is FileClass.PRODUCTION
    )


def _only_says_there(text: str, name: str) -> bool:
    rest = text.replace(name, " ")
    words = re.findall(r"[^\W\d_]{3,}", rest)
    return _EXISTS.search(rest) is not None and len(words) <= 6
