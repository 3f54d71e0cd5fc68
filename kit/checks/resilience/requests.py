"""The requests that production makes to others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kit.checks.shared.judged import runs
from kit.project import Project
from kit.sources.code.records import CallFact
from kit.system.scope import within

_BROWSER = re.compile(
    r"(^|/)(components?|hooks|pages|views|stores?|composables|src/app|public|static|client-only|frontend)/|\.(tsx|jsx|vue)$"
)
_ON_SERVER = re.compile(
    r"\bprocess\.env\.(?!(?:REACT_APP|NEXT_PUBLIC|VITE|VUE_APP|NUXT_PUBLIC|GATSBY|PUBLIC|EXPO_PUBLIC)_|NODE_ENV\b)[A-Z]"
)
"""Variables that no bundler writes into what a browser gets."""
_SERVER = re.compile(r"(^|/)(api|server|backend|route\.[jt]s|actions?|lib/server)(/|$|\.)")


def outbound(project: Project) -> Iterator[tuple[CallFact, bool]]:
    """The requests of code that runs in production, each with whether a browser makes it."""
    web = {s.root for s in project.system.own if s.kind == "web" and s.root not in {None, "."} and not s.routes}
    probes = _of_health_checks(project)
    for call in project.calls:
        if runs(call.at.path) and call.at.path.rpartition("/")[2] not in probes:
            shown = any(within(call.at.path, r) for r in web) or _in_browser(project, call)
            yield call, shown


@lru_cache(maxsize=4)
def _of_health_checks(project: Project) -> frozenset[str]:
    """The names of scripts that containers' health checks run: their own limit is the check's."""
    told = [i.value for d in project.dockerfiles for i in d.of("HEALTHCHECK")]
    tests = (s.node.get("healthcheck", "test") for f in project.compose for s in f.services)
    told += [" ".join(n.text for n in (test, *test.children())) for test in tests if test is not None]
    return frozenset(name for text in told for name in re.findall(r"([\w-]+\.(?:py|[cm]?[jt]s))\b", text))


def _in_browser(project: Project, call: CallFact) -> bool:
    path = call.at.path
    if call.client not in {"fetch", "axios", "ky", "superagent"}:
        return False
    head = project.code.text(path)[:4000]
    if _ON_SERVER.search(head) and not _BROWSER.search(path):
        return False
    if (
        call.url.startswith("/")
        or "use client" in head[:200]
        or re.search(r"from ['\"](react|vue|svelte|@angular/core)['\"]", head)
    ):
        return True
    return bool(_BROWSER.search(path)) and not _SERVER.search(path)
