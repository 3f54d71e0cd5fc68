"""Packages that a statement names as their manifests do ("Framer Motion", "`pino-http`"): declared, and taken in?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.catalogue import products
from kit.claims.ground import Ground
from kit.claims.lookups.plain import PLAIN, beyond
from kit.claims.model import Answer, Statement, Verdict
from kit.sources.packages.model import Dependency, plain_name

_QUOTED = re.compile(r"`(?P<name>@?[\w-]+(?:[/.][\w.-]+(?:/[\w.-]+)*)?)`")
_PROPER = re.compile(r"\b(?P<name>[A-Z][\w.]*(?:[ -][A-Z][\w.]*){0,2})\b")
_DENIED = re.compile(
    r"\b(?:no|not|without|missing|removed?|replaced?|lacks?|instead|install|add|should|unused|uninstalled|never|deprecated|or|if|e\.g)\b",
    re.IGNORECASE,
)
_HEAD = re.compile(r"^\W*(?P<name>@?[a-z][\w./-]*\w|[a-z]\w)(?=\s*(?:\||$|\s[#–—-]\s|:\s|\s\())")
"""What stands at the head of a row or an item as manifests write it."""
_CELL = re.compile(r"^[~^v=]*(?P<release>\d+(?:\.\d+)+)$")
_GONE = re.compile(r"\b(?:removed|deleted|dropped|uninstalled|legacy)\b", re.IGNORECASE)
_HYPHENED = re.compile(r"[a-z]\w*(?:-\w+)+")
MOST = 4


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each declared package that a statement names and the table of products does not know, and for the
    package that a row or an item is about."""
    if statement.kind == "code":
        return
    headed = tuple(_headed(statement, ground))
    yield from headed
    if headed or _DENIED.search(statement.text):
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


def _headed(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """What a row or an item of a list of packages says of the one at its head."""
    found = _HEAD.match(statement.text)
    if found is None or statement.kind not in {"cell", "item"}:
        return
    name, rest = found["name"], statement.text[found.end() :]
    known = _of_manifests(name, ground)
    gone = _GONE.search(" ".join(statement.section[-1:])) is not None
    about = f"package {name}"
    if not known:
        if gone and (statement.kind == "cell" or not rest.strip()) and _HYPHENED.fullmatch(name):
            reason = f"No manifest declares {name}."
            yield Answer(Verdict.CONFIRMED, reason, about=about, absent=True)
        return
    if gone or _DENIED.search(rest):
        return
    reason = f"{known[0].name} is declared."
    said = next((m["release"] for cell in rest.split("|") if (m := _CELL.match(cell.strip()))), None)
    releases = {release.lstrip("^~v=") for d in known for release, _ in ground.installed(d.name)}
    same = said is not None and said in releases
    if not same and any(product.says.search(name) for product in products()):
        return
    taken = ground.imported(known[0].name) is not None and not beyond(rest, [], PLAIN)
    verdict = Verdict.CONFIRMED if same or taken or not re.search(r"\w", rest) else Verdict.PARTLY
    if same:
        reason = f"{known[0].name} is declared in release {said}."
    yield Answer(verdict, reason, ground.evidence(d.at for d in known), about=about, exists=True)


def _of_manifests(name: str, ground: Ground) -> list[Dependency]:
    """The declarations of a package, written with its group or without."""
    low = plain_name(name)
    every = ground.dependencies.get(low, ())
    if not every:
        every = [d for key, found in ground.dependencies.items() if key.rpartition(":")[2] == low for d in found]
    return [dependency for _, dependency in every]


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
