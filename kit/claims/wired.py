"""Code that nothing takes in: what stands there is written, and not at work."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from kit.claims import wired_go
from kit.claims.ground import Ground
from kit.claims.model import Answer, Verdict
from kit.model import Evidence, FileClass

_OF_PLACES = ("file ", "excerpt", "name ", "number of", "module ", "command ", "variables", "product ", "port ")
"""Answers to what is said to stand somewhere: whether it runs is no part of that."""
_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".py")
_LOADED = re.compile(
    r"(?:^|/)(?:index|main|app|server|error|global-error|layout|page|route|not-found|loading|template|middleware|instrumentation"
    r"|_app|_error|_document|\+\w+|manage|wsgi|asgi|conftest|settings|__main__)\.\w+$|\.config\.|(?:^|/)(?:pages|commands)/",
    re.IGNORECASE,
)
"""Files that a framework or a person starts by their place."""
_DEFINED = re.compile(
    r"^(?:export\s+)?(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(?:class|function\*?|def)\s+(?P<name>[A-Za-z_$][\w$]*)"
    r"|^(?:export\s+)?const\s+(?P<const>[A-Za-z_$][\w$]*)\s*(?::[^=]{1,80})?=\s*(?:async\s*)?(?:\([^)]*\)\s*(?::[^=]{1,40})?=>|\w+\s*=>|function\b)"
)
_OWN_WORDS = re.compile(r"\b(?:export default|export \{|module\.exports)|\.(?:name|displayName)\b")
_TAKEN = re.compile(r"\b(?:import|require|from)\b")


def at_work(answers: Iterable[Answer], ground: Ground) -> list[Answer]:
    """The answers; one that rests on code which nothing takes in bears out a part."""
    return [_only_written(answer) if _is_unused(answer, ground) else answer for answer in answers]


def _only_written(answer: Answer) -> Answer:
    reason = f"{answer.reason} Nothing that is started takes that code in."
    return replace(answer, verdict=Verdict.PARTLY, reason=reason)


def _is_unused(answer: Answer, ground: Ground) -> bool:
    if answer.verdict is not Verdict.CONFIRMED or answer.about.startswith(_OF_PLACES) or not answer.evidence:
        return False
    # Checks of other languages than Go follow what is taken in by themselves.
    feature = answer.about.startswith("feature ")
    return all(wired_go.is_idle(each, ground) or (feature and _is_unnamed(each, ground)) for each in answer.evidence)


def _is_unnamed(place: Evidence, ground: Ground) -> bool:
    """Whether a place lies in a class or function at the top of a script that no other line of the project names."""
    lines = ground.files.lines(place.path)
    if not place.path.endswith(_SCRIPTS) or _LOADED.search(place.path) or not 0 < (place.line or 0) <= len(lines):
        return False
    if ground.files.class_of(place.path) is not FileClass.PRODUCTION:
        return False
    name = _definition_around(lines[: place.line])
    return name is not None and not _is_named(name, place.path, ground)


def _definition_around(lines: list[str]) -> str | None:
    """The class or function at the top level that the last of the lines stands in; None for what runs by itself, and
    for what a decorator of Python hands on."""
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        if not line.strip() or line[0] in " \t@)]#/*" or (line[0] == "}" and line.rstrip().endswith("{")):
            continue
        found = _DEFINED.match(line)
        if found is None or (line.startswith(("def ", "async def ")) and lines[number - 1].startswith("@")):
            return None
        return found["name"] or found["const"]
    return None


def _is_named(name: str, path: str, ground: Ground) -> bool:
    """Whether another file names it or takes its file in, or its own names it beside defining and exporting it."""
    word, stem = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])"), _stem(path)
    taken = re.compile(rf"(?:[/.]|\bimport\s+|\bfrom\s+){re.escape(stem)}(?:\.\w+)?[\"'\s;]")
    for other in ground.code_paths:
        text = ground.files.text(other)
        if name not in text and (other == path or stem not in text):
            continue
        for line in text.splitlines():
            if other != path and _TAKEN.search(line) and taken.search(f"{line} "):
                return True
            if word.search(line) and not (other == path and (_DEFINED.match(line) or _OWN_WORDS.search(line))):
                return True
    return False


def _stem(path: str) -> str:
    """What an import calls a file: its name without ending, its folder's where it is the folder's own file."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0] if name.startswith(("index.", "__init__.")) else name.rpartition(".")[0]
    return folder.rpartition("/")[2] if stem in {"index", "__init__"} else stem
