"""Models, tables and enumerations that a report lists by name: are they declared?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.ground import Ground
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At

_LIST = re.compile(r"\b(?:models?|tables?|entit(?:y|ies)|collections?|enums?|schemas?)\b", re.IGNORECASE)
_NAMED = re.compile(
    r"^\W*`?(?P<name>[A-Za-z_]\w{2,60})`?(?P<behind>\s+(?:table|model|entity|collection|enum)\b)?\s*(?:[-–—:|(]|$)",
    re.IGNORECASE,
)
_VALUES = re.compile(r"\b[A-Z][A-Z0-9_]{2,40}\b")


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for a statement that begins with the name of something declared, below a heading of models."""
    if statement.kind not in {"item", "cell"}:
        return
    found = _NAMED.match(statement.text)
    if found is None or not (found["behind"] or any(_LIST.search(heading) for heading in statement.section[-1:])):
        return
    at = _declared(found["name"], ground)
    if at is None:
        return
    values = [value for value in _VALUES.findall(statement.text[found.end() :]) if value != found["name"]]
    gone = [value for value in values if not ground.spoken_of(value)]
    kind = Verdict.PARTLY if gone else Verdict.CONFIRMED
    reason = f"{found['name']} is declared at {at}." + (f" Nothing names {', '.join(gone)}." if gone else "")
    yield Answer(kind, reason, ground.evidence([at]), about=f"model {found['name']}", exists=True)


def _declared(name: str, ground: Ground) -> At | None:
    """Where a model, table or enumeration of that name is declared."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    for schema in ground.project.schemas:
        for table in schema.tables:
            line = ground.files.excerpt(table.at.path, table.at.line or 1, table.at.line or 1)
            if table.name.lower() == name.lower() or word.search(line):
                return table.at
    declared = re.compile(
        rf"^[ \t]*(?:export\s+)?(?:const\s+)?(?:enum\s+{re.escape(name)}\b|class\s+{re.escape(name)}\(.*(?:Enum|Base|Model)\b"
        rf"|CREATE\s+TYPE\s+\S*\b{re.escape(name)}\b|CREATE\s+TABLE\s+(?:IF NOT EXISTS\s+)?\S*\b{re.escape(name)}\b)",
        re.MULTILINE | re.IGNORECASE,
    )
    return next(iter(ground.lines_with(declared, 1)), None)
