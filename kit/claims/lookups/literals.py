"""Code that a sentence quotes ("`whitelist: true`") and settings that it gives by name: do they stand in the files?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.ground import Ground
from kit.claims.lookups.files import named_paths
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At

_QUOTED = re.compile(r"`(?P<code>[^`\n]{5,120})`")
_CODE = re.compile(r"[A-Za-z_]\w*\s*(?:[:=(\[]|\s[\w\"'])")
_NO_CODE = re.compile(
    r"^(?:npm|npx|yarn|pnpm|docker|kubectl|git|curl|make|python3?|pip|node|bash|sh|sudo|GET|POST|PUT|PATCH|DELETE|alembic|\./|/|~)|\.\.\.|…|<|https?:"
)
_SETTING = re.compile(
    r"^\W*(?P<key>[a-z]+(?:[A-Z]|_\w)\w*)\s*[:=]\s*[\"'`]?(?P<value>[\w.-]{1,40})[\"'`]?\s*(?:$|\(|,)"
)
_DENIED = re.compile(
    r"\b(?:no|not|never|without|missing|instead of|removed|replaced?|was|were|fixed|should|must|add|use|→|->)\b",
    re.IGNORECASE,
)


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each piece of code that a statement quotes, or for the setting that it gives."""
    if statement.kind == "code":
        return
    yield from _setting(statement, ground)
    if _DENIED.search(statement.text):
        return
    for found in _QUOTED.finditer(statement.text):
        code = found["code"].strip()
        if _CODE.match(code) and not _NO_CODE.match(code) and not named_paths(code):
            at = _stands(code, statement, ground)
            if at is not None:
                reason = f"`{code[:80]}` stands at {at}."
                yield Answer(
                    Verdict.CONFIRMED, reason, ground.evidence([at]), about=f"code {code}", decisive=False, exists=True
                )


def _stands(code: str, statement: Statement, ground: Ground) -> At | None:
    """The first line of a file that weighs, of the named ones where there are some, that holds the code."""
    parts = [re.escape(part) for part in re.findall(r"\w+|[^\w\s]", code)]
    pattern = re.compile(r"(?<!\w)" + r"\s*".join(part.replace('"', "[\"']").replace("'", "[\"']") for part in parts))
    named = [p for n in named_paths(statement.text) for p in ground.resolve(n.written, statement.source)[:1]]
    found = ground.lines_with(pattern, 40 if named else 1)
    return next((at for at in found if not named or at.path in named), None)


def _setting(statement: Statement, ground: Ground) -> Iterator[Answer]:
    found = _SETTING.match(statement.text)
    if found is None:
        return
    key, value = found["key"], found["value"]
    given = re.compile(rf"(?<!\w){re.escape(key)}[\"']?\s*[:=]\s*[\"'`]?{re.escape(value)}\b")
    places = ground.lines_with(given, 1)
    about = f"setting {key}"
    if places:
        yield Answer(Verdict.CONFIRMED, f"{key} is {value} at {places[0]}.", ground.evidence(places), about=about)
    elif not ground.spoken_of(key) and not ground.hollow:
        yield Answer(Verdict.UNSUPPORTED, f"No file of the project that is no document has {key}.", about=about)
