"""Trees of folders and files that a report draws: is each of them there?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.ground import Ground
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At

_BRANCH = re.compile(
    r"^(?P<indent>[\s│|]*)(?:├─++|└─++|\|--++|`--++|\+--++)\s*(?P<name>[\w@.()\[\]+-]+(?:/[\w@.()\[\]+-]+)*/?)(?=\s|$|#)"
)
_FILE = re.compile(r"\w\.\w{1,12}$|^(?:Dockerfile|Makefile|Procfile|Caddyfile|Jenkinsfile|LICENSE)$|^\.\w")
LEAST = 2
"""How many files a drawing names at least."""


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for a drawing of files."""
    if statement.kind != "code":
        return
    paths = [path for path in drawn(statement.text) if _FILE.search(path.rpartition("/")[2])]
    kept = [path for path in paths if not ground.files.ignored(path)]
    if len(kept) < LEAST:
        return
    places = {path: _place(path, ground) for path in kept}
    there = [at for at in places.values() if at is not None]
    gone = [path for path, at in places.items() if at is None]
    evidence = ground.evidence(there)
    if not gone:
        yield Answer(Verdict.CONFIRMED, f"All {len(there)} files of the drawing are there.", evidence, about="drawing")
    elif there:
        reason = f"{len(there)} of {len(kept)} files of the drawing are there; missing: {', '.join(gone[:5])}."
        yield Answer(Verdict.PARTLY, reason, evidence, about="drawing")
    elif not ground.hollow:
        yield Answer(Verdict.UNSUPPORTED, f"None of the {len(kept)} files of the drawing is there.", about="drawing")


_LINE = re.compile(r"^\s*/?(?P<path>(?:[\w@.()\[\]-]+/)*[\w@.()\[\]-]+\.\w{1,12})(?:\s+[#(—–-].*)?\s*$")


def drawn(text: str) -> list[str]:
    """The paths of a drawing, each below those that it stands under; or of a list with a path in each line."""
    lines = [line for line in text.split("\n") if line.strip()]
    listed = [match["path"] for line in lines if (match := _LINE.match(line))]
    if len(listed) == len(lines):
        return listed
    found: list[str] = []
    above: list[tuple[int, str]] = []
    for line in text.split("\n"):
        branch = _BRANCH.match(line)
        if branch is None:
            continue
        depth = len(branch["indent"])
        above = [(known, name) for known, name in above if known < depth]
        name = branch["name"]
        found.append("/".join([*(folder.strip("/") for _, folder in above), name.rstrip("/")]))
        above.append((depth, name))
    return found


def _place(path: str, ground: Ground) -> At | None:
    """Where a drawn file is: at its path, or as the only one that ends so."""
    found = ground.resolve(path)
    if not found and "/" in path:
        found = ground.resolve(path.partition("/")[2])
    return At(found[0]) if found else None
