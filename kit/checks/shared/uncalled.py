"""Routes of Go that a function would register if anything called it."""

from __future__ import annotations

import re
from functools import lru_cache

from kit.project import Project

_HANDED_ROUTER = re.compile(
    r"(?m)^func (\w+)\([^)]*\b(?:mux\.Router|gin\.(?:Engine|RouterGroup|IRouter)|chi\.Router|echo\.(?:Echo|Group)|fiber\.(?:App|Router)|http\.ServeMux)\b"
)


@lru_cache(maxsize=256)
def is_uncalled(project: Project, path: str) -> bool:
    """Whether a file of Go puts routes onto a router that it is handed, and nothing calls any of its functions."""
    text = project.code.text(path)
    taken = _HANDED_ROUTER.findall(text)
    every = re.findall(r"(?m)^func (?:\([^)]*\) )?(\w+)\(", text)
    if not taken or len(taken) < len(every):
        return False
    used = re.compile(rf"\b(?:{'|'.join(map(re.escape, taken))})\b")
    others = project.code.holding(*taken, languages=("go",))
    return not any(used.search(project.code.text(p)) for p in others if p != path)
