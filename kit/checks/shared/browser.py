"""Which requests a browser makes, and which a server."""

from __future__ import annotations

import re

from kit.project import Project
from kit.sources.code.records import CallFact

_BROWSER = re.compile(
    r"(^|/)(components?|hooks|pages|views|stores?|composables|src/app|public|static|client-only|frontend)/|\.(tsx|jsx|vue)$"
)
_ON_SERVER = re.compile(
    r"\bprocess\.env\.(?!(?:REACT_APP|NEXT_PUBLIC|VITE|VUE_APP|NUXT_PUBLIC|GATSBY|PUBLIC|EXPO_PUBLIC)_|NODE_ENV\b)[A-Z]"
)
"""Variables that no bundler writes into what a browser gets."""
_SERVER = re.compile(r"(^|/)(api|server|backend|route\.[jt]s|actions?|lib/server)(/|$|\.)")
_ON_PAGE = re.compile(
    r"\bwindow\.(?:location|localStorage|sessionStorage|open)\b|\bdocument\.(?:cookie|querySelector|getElementById|body)\b"
    r"|\blocalStorage\.(?:get|set|remove)Item\b"
)
"""What only a page in a browser has."""


def in_browser(project: Project, call: CallFact) -> bool:
    """Whether a browser makes the request, as its client, its file and what stands beside it say."""
    path = call.at.path
    if call.client not in {"fetch", "axios", "ky", "superagent"}:
        return False
    head = project.code.text(path)[:4000]
    if _ON_SERVER.search(head) and not _BROWSER.search(path):
        return False
    if _ON_PAGE.search(project.code.text(path)[:20_000]):
        return True
    if (
        call.url.startswith("/")
        or "use client" in head[:200]
        or re.search(r"from ['\"](react|vue|svelte|@angular/core)['\"]", head)
    ):
        return True
    return bool(_BROWSER.search(path)) and not _SERVER.search(path)


def on_page(project: Project, path: str) -> bool:
    """Whether a file of JavaScript belongs to what a browser runs, as its place and what it speaks of say."""
    text = project.code.text(path)[:20_000]
    if _SERVER.search(path) or _ON_SERVER.search(text):
        return False
    return bool(_BROWSER.search(path) or _ON_PAGE.search(text)) or path.startswith(("client/", "web/", "frontend/"))
