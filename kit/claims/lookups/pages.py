"""Pages and screens that a report lists ("Admin dashboard", "Login page"): is there a file of that name?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.ground import Ground
from kit.claims.model import Answer, Stated, Statement, Verdict
from kit.model import At

_PAGE = re.compile(
    r"^(?P<words>[A-Za-z][\w-]*(?:\s+[A-Za-z][\w-]*){0,2})\s+(?P<kind>dashboard|page|screen|panel|modal|form|component)s?\W*$",
    re.IGNORECASE,
)
_SHOWN = (".tsx", ".jsx", ".vue", ".svelte", ".html", ".js", ".dart", ".ejs", ".hbs", ".blade.php", ".astro")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_GENERAL = frozenset(
    {
        "the",
        "complete",
        "full",
        "new",
        "custom",
        "interactive",
        "responsive",
        "beautiful",
        "modern",
        "working",
        "dedicated",
        "showcase",
    }
)


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for a statement that is the name of a page and nothing else."""
    found = _PAGE.match(statement.text.strip())
    if found is None or statement.kind not in {"item", "cell"} or statement.mark in {Stated.FAIL, Stated.PARTIAL}:
        return
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", found["words"])} - _GENERAL
    if not words or words & {"no", "missing", "all", "each", "every"}:
        return
    places = [
        At(path)
        for path in ground.production
        if path.endswith(_SHOWN) and _is_named(path, words, found["kind"].lower())
    ]
    if places:
        reason = f"{places[0].path} is there."
        yield Answer(Verdict.CONFIRMED, reason, ground.evidence(places), about=f"page {found[0]}", exists=True)


def _is_named(path: str, words: set[str], kind: str) -> bool:
    """Whether the last parts of a path hold all words, and its name the kind of page or nothing else."""
    folder, _, name = path.rpartition("/")
    stem = {part.lower() for part in _PARTS.findall(name.partition(".")[0])}
    above = {part.lower() for part in _PARTS.findall(folder.rpartition("/")[2])}
    plain = stem <= {"page", "index", "view", kind}
    own = words <= stem <= words | {kind, "page", "view", "screen", "index"}
    return own or (plain and words <= above)
