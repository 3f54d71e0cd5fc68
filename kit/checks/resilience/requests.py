"""The requests that production makes to others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kit.checks.shared.browser import in_browser
from kit.checks.shared.judged import runs
from kit.project import Project
from kit.sources.code.records import CallFact
from kit.system.scope import within


def outbound(project: Project) -> Iterator[tuple[CallFact, bool]]:
    """The requests of code that runs in production, each with whether a browser makes it."""
    web = {s.root for s in project.system.own if s.kind == "web" and s.root not in {None, "."} and not s.routes}
    web |= {
        p.dir for p in project.packages if p.dir and p.depends_on("react-native", "expo")
    }  # nor do phones serve others
    probes = _of_health_checks(project)
    for call in project.calls:
        if runs(call.at.path) and call.at.path.rpartition("/")[2] not in probes:
            shown = any(within(call.at.path, r) for r in web) or in_browser(project, call)
            yield call, shown


@lru_cache(maxsize=4)
def _of_health_checks(project: Project) -> frozenset[str]:
    """The names of scripts that containers' health checks run: their own limit is the check's."""
    told = [i.value for d in project.dockerfiles for i in d.of("HEALTHCHECK")]
    tests = (s.node.get("healthcheck", "test") for f in project.compose for s in f.services)
    told += [" ".join(n.text for n in (test, *test.children())) for test in tests if test is not None]
    return frozenset(name for text in told for name in re.findall(r"([\w-]+\.(?:py|[cm]?[jt]s))\b", text))
