"""Is what metrics and health routes say measured?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.observability.health import health_routes
from kit.checks.shared.calls import runs
from kit.checks.shared.services import METRICS, running
from kit.checks.shared.texts import at_offset
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.system.model import Route

_PART = r"database|db|postgres\w*|mysql|mongo\w*|redis|cache|queue|kafka|rabbit\w*|broker|storage|s3|elastic\w*|search|smtp|mail\w*|payments?|stripe|upstream|api"
_FIGURE = r"up_?time|latency\w*|response_?time\w*|error_?rate|requests?_?(?:per\w*|count|total)?|throughput|cpu\w*|memory\w*|disk\w*|load|connections?|active_?users|availability"
_CLAIM = re.compile(
    rf"(?i)['\"]?\b(?P<part>{_PART})['\"]?\s*(?::|=>|=(?!=))\s*(?:\{{\s*['\"]?status['\"]?\s*:\s*)?(?P<says>['\"](?:ok|up|connected|healthy|operational|running|online|available|pass|green)['\"]|true\b)"
    rf"|['\"]?\b(?P<figure>{_FIGURE})['\"]?\s*(?::|=>)\s*(?P<number>['\"]?\d+(?:\.\d+)?\s*%?['\"]?(?=\s*[,}}\n)])|Math\.random\(\)|random\.(?:random|uniform|randint)\()"
)
_ASKS = re.compile(
    r"\bawait\b|\.then\(|\btry\b|\bif\b|\?|\bping|Ping|\bquery|execute|SELECT|isConnected|is_connected|check\w*\(|\bexcept\b|err\s*!=|connect\(|readyState"
)
_SET = re.compile(
    r"(?m)^(?!\s*(?://|#|\*))[^\n]*?\b(?P<name>\w+)(?:\.(?:labels|WithLabelValues|With)\([^()\n]*\))?\.(?:set|Set|observe|Observe)\((?:\{[^{}\n]*\}\s*,\s*)?"
    r"(?P<value>\d+(?:\.\d+)?|Math\.random\(\)[^()\n]*|random\.\w+\([^()\n]*\)|rand\.\w+\([^()\n]*\)[^()\n]*)\s*\)"
)
_LIBRARIES = ("prom-client", "prometheus_client", "client_golang/prometheus", "opentelemetry", "statsd", "metrics")
_FIRST = frozenset({"0", "1", "0.0", "1.0"})
"""Values that a gauge begins with, or that say no more than that it is there."""


@check("OBS-015", "Metrics and health routes tell what was measured", Severity.MEDIUM, Clause.EXECUTION, effort_hours=2)
def what_is_told_was_measured(project: Project) -> Iterator[Fact]:
    """
    A status page that says `database: "connected"` whatever happens, or a gauge that is set to 99.9, is worse than none:
    people stop looking elsewhere.

    Decides: what the handlers of health, status and metrics routes say of a store or of a figure, where nothing in
    them asks or measures; metrics that code sets to a number that stands there, or to a random one. Gauges that begin with 0
    or 1 are left out.

    Fix: leave the field out, or ask before you answer.
    - node: `await db.query("SELECT 1")`, `process.uptime()`.
    - python: `SELECT 1` through the session, and the time since the start.
    - go: `db.PingContext(ctx)`.

    Blind to: handlers that stand in other files than their routes.

    See: https://sre.google/sre-book/monitoring-distributed-systems/
    """
    looked: list[At] = []
    for route in _routes(project):
        found = _claimed(project, route)
        if found is None:
            looked.append(route.at)
        else:
            line, said = found
            what = f"{said} stands there as a constant" if "andom" not in said else f"{said} is a random number"
            yield bad(
                f"{route.method} {route.path}: {what}; nothing is asked or measured.", At(route.at.path, line), route
            )
    if looked:
        yield ok("What health and status routes say is no constant about something else.", looked[0])
    yield from _metrics(project)


def _routes(project: Project) -> list[Route]:
    found: dict[At, Route] = {}
    for service in running(project):
        for route in (*health_routes(service), *(r for r in service.routes if _tells(r))):
            if route.at.path in project.files.paths and route.framework not in {"spring-actuator"}:
                found.setdefault(route.at, route)
    return list(found.values())


def _tells(route: Route) -> bool:
    return (
        METRICS.search(route.path) is not None
        or re.search(r"/(?:stats|system-?status|uptime)/?$", route.path) is not None
    )


def _claimed(project: Project, route: Route) -> tuple[int, str] | None:
    """Line and text of a constant that a route's handler gives out as if it were measured."""
    first = (route.at.line or 1) - 1
    body = _handler(project.files.lines(route.at.path)[first : max(route.at.end_line or first, first + 25)])
    for found in _CLAIM.finditer(body):
        if "andom" in (found["number"] or "") or not _ASKS.search(body.partition("\n")[2] or body):
            return first + 1 + body.count("\n", 0, found.start()), re.sub(r"\s+", " ", found[0]).strip()[:50]
    return None


def _handler(lines: list[str]) -> str:
    """The lines of a route up to where the next one or the end of its function begins."""
    kept = lines[:1]
    for line in lines[1:]:
        if re.match(
            r"\s*(?:@\w+\.(?:get|post|put|delete|route)|(?:app|router|\w+Router|r|e|g)\.(?:get|post|put|patch|delete|use|GET|POST|listen)\()",
            line,
        ):
            break
        kept.append(line)
    return "\n".join(kept)


def _metrics(project: Project) -> Iterator[Fact]:
    """Metrics that are set to what stands in the code."""
    names = _held(project)
    for path in project.code.holding(*_LIBRARIES):
        text = project.code.text(path)
        for found in (
            _SET.finditer(text) if runs(path) and (".set(" in text or ".Set(" in text or "bserve(" in text) else ()
        ):
            if found["name"] in names and found["value"] not in _FIRST:
                at = at_offset(path, text, found.start("value"))
                yield bad(f"The metric {found['name']} is set to {found['value'].strip()}, which nothing measures.", at)


def _held(project: Project) -> set[str]:
    """The names of variables that hold metrics."""
    found = set()
    pattern = re.compile(
        r"\b(\w+)\s*(?::[^=\n]{1,60})?:?=\s*(?:await\s+)?(?:new\s+)?(?:\w+\.)*(?:Gauge|Histogram|Summary|NewGauge\w*|NewHistogram\w*|NewSummary\w*|createGauge)\b"
    )
    for path in {m.at.path for m in project.metrics}:
        found |= set(pattern.findall(project.code.text(path)))
    return found
