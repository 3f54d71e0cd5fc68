"""What load tests and page audits measured, against what is demanded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kit.checks.performance.load_tools import measuring
from kit.checks.shared.asked import load_measured
from kit.checks.shared.evidence import Told, told
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.evidence.model import Load, Page

PERCENTILES = ("p50", "p95", "p99")
FEWEST = 100
"""Requests below which a 99th percentile is one unlucky request."""
ERRORS = 0.01
GOOD, POOR = 90.0, 50.0


@check("PRF-071", "Measured latencies stay within the thresholds", Severity.HIGH, Clause.SPECIFICATION, effort_hours=16)
def latencies_stay_within(project: Project) -> Iterator[Fact]:
    """
    A target for the 95th percentile is a wish until something has measured it under load.

    Decides: p50, p95 and p99 of each load test of the evidence (k6, Locust, JMeter, Artillery, autocannon, Vegeta) against
    `thresholds.latency`; a threshold that nothing measures is unknown, and so is a measurement without a threshold. Tests of
    fewer than 100 requests hold in part.

    Fix: find what the slow requests wait for (a trace, the slow-query log), then measure again under the same load.

    Blind to: how near the test's load is to that of production.

    See: https://sre.google/sre-book/service-level-objectives/
    """
    wanted = {p: limit for p in PERCENTILES if (limit := getattr(project.thresholds.latency, p)) is not None}
    tests = list(told(project, Load))
    for test in tests:
        for name, limit in wanted.items():
            if name in test.record.latency:
                yield _latency(test, name, limit)
        if not wanted and test.record.latency:
            yield unknown(
                test.said(f"{_measured(test)}; `thresholds.latency` would say whether that is enough."),
                test.at(),
                **test.how,
            )
    for name, limit in wanted.items():
        if not load_measured(project) and not any(name in test.record.latency for test in tests):
            yield _unmeasured(project, tests, name, limit)


def _latency(test: Told[Load], name: str, limit: timedelta) -> Fact:
    value, most = test.record.latency[name], limit.total_seconds() * 1000
    said = f"{test.record.tool}: {name} is {value:g} ms; at most {most:g} ms are allowed"
    slow = [e for e in test.record.endpoints if e.latency.get(name, 0) > most]
    worst = max(slow, key=lambda e: e.latency[name], default=None)
    if value > most:
        where = f"; slowest is {worst.name} with {worst.latency[name]:g} ms" if worst else ""
        return bad(test.said(f"{said}{where}."), test.at(), **test.how)
    if worst is not None:
        message = f"{said}, but {worst.name} takes {worst.latency[name]:g} ms."
        return partial(test.said(message), test.at(worst.line), severity=Severity.MEDIUM, **test.how)
    if test.record.requests is not None and test.record.requests < FEWEST:
        message = f"{said}, measured with {test.record.requests} requests only."
        return partial(test.said(message), test.at(), severity=Severity.LOW, **test.how)
    return ok(test.said(f"{said}."), test.at(), **test.how)


def _measured(test: Told[Load]) -> str:
    latency = test.record.latency
    values = listed([f"{p} {latency[p]:g} ms" for p in PERCENTILES if p in latency])
    return f"{test.record.tool} measured {values or 'no percentile'}"


def _unmeasured(project: Project, tests: list[Told[Load]], name: str, limit: timedelta) -> Fact:
    said = f"{name}: at most {limit.total_seconds() * 1000:g} ms are demanded, and nothing measures it"
    if tests and tests[0].record.tool == "k6":
        hint = '`--summary-trend-stats="avg,med,p(95),p(99)"` makes k6 tell it'
        return unknown(f"{said}; {hint}.", tests[0].at())
    return unknown(
        f"{said}. `{measuring(project)}` does; name the file under `evidence.load`.",
        *([tests[0].at()] if tests else [At(".")]),
    )


@check("PRF-072", "Load tests fail no more requests than allowed", Severity.HIGH, Clause.SPECIFICATION, effort_hours=8)
def few_requests_fail(project: Project) -> Iterator[Fact]:
    """
    A system that answers fast with errors has good percentiles.

    Decides: the share of failed requests of each load test against `thresholds.error_rate`, or 1 per cent where none is set,
    and the thresholds of its own that a k6 test broke.

    Fix: read the errors of the endpoint that fails most; where it is a limit (connections, memory, a rate limiter), decide on
    it and test again.

    Blind to: wrong answers that came with status 200.

    See: https://sre.google/sre-book/monitoring-distributed-systems/
    """
    wanted = project.thresholds.error_rate
    tests = list(told(project, Load))
    for test in tests:
        rate = test.record.error_rate
        if rate is not None:
            yield _failures(test, rate, wanted)
        for rule in test.record.broken:
            yield bad(
                test.said(f"{test.record.tool}: its own threshold {rule} is broken."),
                test.at(),
                severity=Severity.MEDIUM,
                **test.how,
            )
    unmeasured = not load_measured(project) and not any(t.record.error_rate is not None for t in tests)
    if wanted is not None and unmeasured:
        message = f"At most {wanted:.2%} of requests may fail, and nothing measures it. `{measuring(project)}` does; name the file under `evidence.load`."
        yield unknown(message, At("."))


def _failures(test: Told[Load], rate: float, wanted: float | None) -> Fact:
    r = test.record
    limit = ERRORS if wanted is None else wanted
    asked = "are allowed" if wanted is not None else "are usual, and no threshold is set"
    said = f"{r.tool}: {r.failed} of {r.requests} requests failed, {rate:.2%}; at most {limit:.2%} {asked}"
    if rate <= limit:
        return ok(test.said(f"{said}."), test.at(), **test.how)
    worst = max(r.endpoints, key=lambda e: e.failed or 0, default=None)
    where = f"; most of them {worst.name} ({worst.failed} of {worst.requests})" if worst and worst.failed else ""
    line = worst.line if worst and worst.failed else None
    severity = Severity.HIGH if wanted is not None else Severity.MEDIUM
    return bad(test.said(f"{said}{where}."), test.at(line), severity=severity, **test.how)


@check("PRF-073", "Pages score well in Lighthouse", Severity.LOW, Clause.SPECIFICATION, effort_hours=8)
def pages_score_well(project: Project) -> Iterator[Fact]:
    """
    What users wait for is the page; a fast interface behind a slow one helps nobody.

    Decides: performance, accessibility, best practices and search of each Lighthouse report: from 90 holds, from 50 in part.

    Fix: begin with the audit that wins the most milliseconds; the report lists them.

    Blind to: real users' devices and networks; it is one laboratory run.

    See: https://developer.chrome.com/docs/lighthouse/performance/performance-scoring
    """
    for page in told(project, Page):
        if page.record.error:
            yield unknown(f"Lighthouse could not look at {page.record.url}: {page.record.error}", page.at(), **page.how)
        for name, score in page.record.scores.items():
            yield _score(page, name, score)


def _score(page: Told[Page], name: str, score: float) -> Fact:
    slow = page.record.metrics.get("largest-contentful-paint")
    paint = f"; the largest part is painted after {slow / 1000:.1f} s" if name == "performance" and slow else ""
    message = page.said(f"{page.record.url}: {name} {score:.0f} of 100{paint}.")
    if score >= GOOD:
        return ok(message, page.at(), **page.how)
    if score >= POOR:
        return partial(message, page.at(), **page.how)
    return bad(
        message,
        page.at(),
        severity=Severity.MEDIUM if name in ("performance", "accessibility") else Severity.LOW,
        **page.how,
    )
