"""The metrics that code registers by name with Prometheus clients and their kin."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.sources.code.index import CodeIndex, Match
from kit.sources.code.js import JsProject
from kit.sources.code.js_module import arguments, callee_name, pair, unwrap
from kit.sources.code.python import PythonProject
from kit.sources.code.python_module import argument, keyword
from kit.sources.code.records import MetricFact

KINDS = {
    "Counter": "counter",
    "Gauge": "gauge",
    "Histogram": "histogram",
    "Summary": "summary",
    "Info": "gauge",
}
KINDS |= {"Enum": "gauge"}


def python_metrics(code: CodeIndex) -> Iterator[MetricFact]:
    """`Counter("http_requests_total", …)` of prometheus_client: the exporter adds `_total` to a counter
    without it."""
    project = code.once(PythonProject)
    for module in project.modules("prometheus_client", "aioprometheus"):
        for call, scope in module.all(ast.Call):
            origin = project.origin(call.func, module, scope)
            kind = KINDS.get(origin.rsplit(".", 1)[-1])
            if kind and origin.startswith(("prometheus_client", "aioprometheus")):
                name = project.text(argument(call, 0, "name"), module, scope)
                spaces = (keyword(call, "namespace"), keyword(call, "subsystem"))
                prefix = [project.text(space, module, scope).path for space in spaces if space is not None]
                if name.known and name.path:
                    yield MetricFact("_".join([*prefix, _total(name.path, kind)]), kind, module.at(call))


def js_metrics(code: CodeIndex) -> Iterator[MetricFact]:
    """`new client.Counter({ name: "…" })` of prom-client, `collectDefaultMetrics()` as `process_`."""
    project = code.once(JsProject)
    for module in project.modules("prom-client", "prom-bundle", "Counter(", "Histogram(", "Gauge("):
        for node in module.root.find_all(kind="new_expression"):
            kind = KINDS.get(callee_name(node).rsplit(".", 1)[-1])
            given = arguments(node)
            named = pair(unwrap(given[0]), "name") if given else None
            if kind and named is not None:
                name = project.text(named, module)
                if name.known and name.path:
                    yield MetricFact(name.path, kind, module.at(node))


def _total(name: str, kind: str) -> str:
    return name if kind != "counter" or name.endswith("_total") else f"{name}_total"


_GO_KIND = re.compile(r"(?:^|\.)(?:New)?(Counter|Gauge|Histogram|Summary)(?:Vec|Func)?$")


def other_metrics(code: CodeIndex) -> Iterator[MetricFact]:
    """Go's `prometheus.NewCounterVec(prometheus.CounterOpts{Name: …})`, Micrometer's
    `Counter.builder("…")`."""
    for match in code.find(kind="call_expression", languages=("go",), needles=("prometheus/client_golang",)):
        yield from _go(match)
    for match in code.find(kind="method_invocation", languages=("java",), needles=("io.micrometer",)):
        yield from _micrometer(match)


def _go(match: Match) -> Iterator[MetricFact]:
    function = match.node.field("function")
    found = _GO_KIND.search(function.text()) if function is not None else None
    options = match.node.find(kind="literal_value") if found else None
    if found is None or options is None:
        return
    values = {}
    for element in options.find_all(kind="keyed_element"):
        parts = element.named_children()
        if len(parts) == 2 and parts[1].text().startswith(('"', "`")):
            values[parts[0].text()] = parts[1].text().strip('"`')
    if "Name" in values:
        name = "_".join(values[key] for key in ("Namespace", "Subsystem", "Name") if values.get(key))
        yield MetricFact(name, found[1].lower(), match.at)


def _micrometer(match: Match) -> Iterator[MetricFact]:
    """Names with dots, as Prometheus shows them: with underscores, a counter with `_total`."""
    receiver, name, given = (match.node.field(part) for part in ("object", "name", "arguments"))
    if receiver is None or name is None or given is None or name.text() not in {"builder", "counter", "timer", "gauge"}:
        return
    kind = {"counter": "counter", "timer": "summary", "gauge": "gauge"}.get(
        name.text(), KINDS.get(receiver.text(), "summary" if receiver.text() == "Timer" else "")
    )
    first = _first_text(given)
    if kind and first:
        text = first.replace(".", "_").replace("-", "_")
        yield MetricFact(_total(text, kind), kind, match.at)


def _first_text(given: SgNode) -> str | None:
    children = given.named_children()
    literal = children[0] if children and children[0].kind() == "string_literal" else None
    return literal.text().strip('"') if literal is not None else None
