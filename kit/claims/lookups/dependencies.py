"""Packages that a statement names as their manifests do ("Framer Motion", "`pino-http`"): declared, and taken in?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.catalogue import products
from kit.claims.ground import Ground
from kit.claims.lookups.plain import PLAIN, beyond
from kit.claims.model import Answer, Statement, Verdict

_QUOTED = re.compile(r"`(?P<name>@?[\w-]+(?:[/.][\w.-]+(?:/[\w.-]+)*)?)`")
_PROPER = re.compile(r"\b(?P<name>[A-Z][\w.]*(?:[ -][A-Z][\w.]*){0,2})\b")
_DENIED = re.compile(
    r"\b(?:no|not|without|missing|removed?|replaced?|lacks?|instead|install|add|should|unused|uninstalled|never|deprecated|or|if|e\.g)\b",
    re.IGNORECASE,
)
MOST = 4


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each declared package that a statement names and the table of products does not know."""
    if statement.kind == "code" or _DENIED.search(statement.text):
        return
    text = statement.text
    found = {m["name"]: m.span() for pattern in (_QUOTED, _PROPER) for m in pattern.finditer(text)}
    named = {name: span for name, span in found.items() if not any(p.says.search(name) for p in products())}
    for name, span in list(named.items())[:MOST]:
        declared = _declared(name, ground, quoted=text[span[0]] == "`")
        if declared is None:
            continue
        entry = ground.dependencies[declared][0][1]
        taken = ground.imported(entry.name)
        rest = beyond(text, [span], PLAIN)
        where = [taken, entry.at] if taken else [entry.at]
        reason = f"{entry.name} is {'used' if taken else 'declared'}."
        about = f"product {name}"
        yield Answer(Verdict.CONFIRMED, reason, ground.evidence(where), about=about, decisive=not rest, exists=True)


def _declared(name: str, ground: Ground, *, quoted: bool) -> str | None:
    """The declared package that a name means: as it is written, with hyphens, or with the ending of its language."""
    low = name.lower()
    if not quoted and (len(low) < 5 or low in PLAIN):
        return None
    forms = (
        [low]
        if quoted
        else [low.replace(" ", "-"), low.replace(" ", ""), low.removesuffix(".js"), low.replace(".", "")]
    )
    return next((form for form in forms if form in ground.dependencies), None)
