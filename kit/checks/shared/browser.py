"""Which requests a browser makes, and which a server."""

from __future__ import annotations

import re
from functools import lru_cache

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
    if _ON_PAGE.search(project.code.text(path)[:20_000]) or _of_pages(project, project.code.unit(path)):
        return True
    if (
        call.url.startswith("/")
        or "use client" in head[:200]
        or re.search(r"from ['\"](react|vue|svelte|@angular/core)['\"]", head)
    ):
        return True
    return bool(_BROWSER.search(path)) and not _SERVER.search(path)


_DRAWS = ("react-dom", "vue", "svelte", "@angular/core", "preact", "solid-js", "react-native", "expo")
_SERVES = (
    "next", "nuxt", "@remix-run/node", "@react-router/node", "gatsby", "astro", "@sveltejs/kit", "@angular/ssr", "express", "fastify",
    "koa", "@hapi/hapi", "@nestjs/core", "hono", "elysia", "restify", "h3", "apollo-server", "@apollo/server", "@trpc/server",
)  # fmt: skip


@lru_cache(maxsize=256)
def _of_pages(project: Project, folder: str) -> bool:
    """Whether the package of a folder draws pages in a browser, and has nothing that serves or renders on a server."""
    mine = [p for p in project.packages if p.ecosystem == "npm" and (p.dir or ".") == folder]
    return any(p.depends_on(*_DRAWS) for p in mine) and not any(p.depends_on(*_SERVES) for p in mine)


def on_page(project: Project, path: str) -> bool:
    """Whether a file of JavaScript belongs to what a browser runs, as its place and what it speaks of say."""
    text = project.code.text(path)[:20_000]
    if _SERVER.search(path) or _ON_SERVER.search(text):
        return False
    return bool(_BROWSER.search(path) or _ON_PAGE.search(text)) or path.startswith(("client/", "web/", "frontend/"))
