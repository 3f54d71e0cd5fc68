"""Are the metrics that code registers ever told anything?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.shared.words import listed, plural
from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT
from kit.sources.code.records import MetricFact

_MADE = r"(?:Counter|Gauge|Histogram|Summary|Info|Enum)(?:Vec)?\s{0,9}(?:<[^\n>]{0,80}>)?\("
_BOUND = re.compile(
    rf"(?<![\w\"'])(\w{{2,60}})[!?]?\s{{0,9}}(?::[\w.<>\[\]\"'| ]{{1,80}})?(?::=|=|:)\s{{0,9}}(?:new\s{{1,9}})?[\w.()]{{0,80}}?{_MADE}"
)
_ITSELF = re.compile(r"Func\(|\bcollect\s*[(:]|\basync collect\b")
"""A metric that asks for its value when it is read."""
_NO_USE = re.compile(
    r"(?m)^\s*(?://|#|\*|/\*).*$"  # comments
    r"|\b(?:Must)?[Rr]egister(?:Metric|Collector)?\([^()]*\)"  # putting it into a registry
    r"|^\s*(?:from\s+[\w.]+\s+)?import\s*(?:type\s*)?(?:\{[^{}]*\}|\([^()]*\)|[^\n]*)"
    r"|^\s*(?:export|module\.exports\s*=|export default)\s*\{[^{}]*\}|__all__\s*(?::[^\n=]*)?=\s*[\[(][^\])]*[\])]"
    r"|\bexports\.\w+\s*=\s*\w+\s*;?\s*$"
    r"|^\s*(?:var\s+)?\w[\w, ]{0,200}\s\*?prometheus\.\w+\s*$"  # Go: a field or variable of the type
    r"|^[\w\s@()'\"]{0,80}?\b\w+[!?]?\s*:\s*[\w.]{0,40}?(?:Counter|Gauge|Histogram|Summary)\b(?:<[^\n>]{0,80}>)?\s*(?:=\s*None\s*)?;?\s*$"
)
"""What names a metric and tells it nothing."""


_ANY_KEY = re.compile(r"(?i)\b\w*(?:metrics?|counters?|gauges?|histograms?)\s*(?:\?\.)?\[\s*[^\]'\"\d\s]")
"""A metric that is taken out of an object by a key that only running code knows."""


@dataclass(frozen=True)
class _Metric:
    """A metric and the name that code has it under."""

    fact: MetricFact
    name: str
    keyed: bool
    """Whether it is an entry of an object of JavaScript."""


@check(
    "OBS-018",
    "Metrics that are registered are counted",
    Severity.MEDIUM,
    Clause.EXECUTION,
    effort_hours=2,
)
def metrics_are_counted(project: Project) -> Iterator[Fact]:
    """
    A metric that nothing ever counts up or sets reads as zero, or is not there at all: dashboards and alerts that rest on
    it stay quiet while the system fails.

    Decides: for each metric that code registers under a name (Prometheus clients of Go, Node and Python), whether that name
    stands anywhere in the code that runs but where it is made, declared, registered, imported or exported.

    Fix: count it where the thing happens (`.inc()`, `.observe()`, `.set()`), or take it out together with what asks for it.

    Blind to: functions that count and that nothing calls, metrics that are found by their text in a registry.

    See: https://prometheus.io/docs/practices/instrumentation/
    """
    by_file: dict[str, list[_Metric]] = defaultdict(list)
    for metric in _named(project):
        by_file[metric.fact.at.path].append(metric)
    homes: dict[str, set[str]] = defaultdict(set)
    for path, metrics in by_file.items():
        for metric in metrics:
            homes[metric.name].add(project.code.unit(path))
    for path, metrics in by_file.items():
        idle = [m for m in metrics if not _is_used(project, m, homes[m.name])]
        if not idle:
            yield ok(f"{path}: {plural(len(metrics), 'metric')} that code counts or sets.", metrics[0].fact)
            continue
        names = listed(m.fact.name for m in idle)
        how = "is" if len(idle) == 1 else "are"
        yield bad(
            f"{path}: of {plural(len(metrics), 'metric')}, {len(idle)} {how} registered and never counted or set: {names}.",
            *(m.fact for m in idle[:8]),
        )


def _named(project: Project) -> Iterator[_Metric]:
    """The metrics whose name in code can be told from the line that makes them."""
    for fact in project.metrics:
        lines = project.code.text(fact.at.path).split("\n")
        first, last = (fact.at.line or 1) - 1, fact.at.end_line or fact.at.line or 1
        found = _BOUND.search(lines[first])
        if found is not None and not _ITSELF.search("\n".join(lines[first:last])):
            keyed = "=" not in found[0] and project.code.language(fact.at.path) in JAVASCRIPT
            yield _Metric(fact, found[1], keyed)


def _is_used(project: Project, metric: _Metric, homes: set[str]) -> bool:
    """Whether anything says the name but to make, declare or hand it on. A package that has a metric of that name
    itself means its own."""
    if metric.keyed and any(_ANY_KEY.search(project.code.text(p)) for p in project.code.files(*JAVASCRIPT)):
        return True
    word = re.compile(rf"(?<![\w\"'-]){re.escape(metric.name)}(?![\w\"'-])")
    home = project.code.unit(metric.fact.at.path)
    for path in project.code.holding(metric.name):
        unit = project.code.unit(path)
        if unit != home and unit in homes:
            continue
        text = _NO_USE.sub("", _without(project, path, metric))
        if word.search(text):
            return True
    return False


def _without(project: Project, path: str, metric: _Metric) -> str:
    """The text of a file without the places that make metrics of the name."""
    lines = project.code.text(path).split("\n")
    made = re.compile(rf"(?<!\w){re.escape(metric.name)}[!?]?\s*(?::[^\n=]{{0,80}})?(?::=|=|:)[^\n]{{0,120}}?{_MADE}")
    return "\n".join("" if made.search(line) else line for line in lines)
