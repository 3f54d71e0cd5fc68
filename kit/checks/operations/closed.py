"""Handlers that do nothing but say that they cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.handlers import handler
from kit.model import At
from kit.project import Project
from kit.system.model import Route

_NO = re.compile(
    r"\b(?:status|sendStatus|code|writeHead|status_code\s*=|abort)\W{0,3}503\b|HTTP_503\w*|SERVICE_UNAVAILABLE\b|ServiceUnavailableException\("
)
_MORE = re.compile(r"\b(?:if|else|try|catch|except|await|for|while|switch|case|match)\b|\?[^.?:\n]{1,80}:|&&|\|\|")
_BY_NATURE = re.compile(r"(?i)health|ready|live|maintenance|status|fallback|\*")
_STATEMENT = re.compile(r";\s*(?=\S)|\n\s*(?=[\w@])")
MOST = 4
"""Statements that a body which only answers may have: a note in the log, and the answer in parts."""


def always_unavailable(project: Project) -> Iterator[tuple[Route, At]]:
    """The routes whose handler answers 503 in every case, with the line of the answer."""
    holding = set(project.code.holding("503", "SERVICE_UNAVAILABLE", "ServiceUnavailable"))
    seen: set[At] = set()
    for service in project.system.own:
        for route in service.routes:
            if route.at.path not in holding or _BY_NATURE.search(route.path) or route.at in seen:
                continue
            seen.add(route.at)
            found = handler(project, route)
            answer = _NO.search(found.body) if found is not None else None
            if found is not None and answer is not None and _only(found.body):
                yield route, found.at(answer.start())


def _only(body: str) -> bool:
    text = re.sub(r"\"{3}.*?\"{3}|//[^\n]*|#[^\n]*|'[^'\n]*'|\"[^\"\n]*\"", "''", body, flags=re.DOTALL)
    flat = re.sub(r"[^\S\n]*\n\s*(?=[.)}\]])", "", text)
    return _MORE.search(flat) is None and len(_STATEMENT.findall(flat)) < MOST
