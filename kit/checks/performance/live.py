"""Performance: what was run and what was asked, where the params file says so."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.asked import answered, bytes_of, live, milliseconds, name, place_of, probes, silent
from kit.checks.shared.ran import ran
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.probes.model import HttpProbe, Latency, Limits, RedisProbe


@check(
    "PRF-080",
    "Commands that were run for performance succeed",
    Severity.HIGH,
    Clause.SPECIFICATION,
    blocker="cannot be released",
    effort_hours=3,
)
def commands_of_performance_succeed(project: Project) -> Iterator[Fact]:
    """
    A budget holds where something has measured against it.

    Decides: each command of the params file with `area: performance` is run, with limits on time, memory and output, and has to
    end by itself with the expected exit code; what its output says of files and lines is told there. One that was not run
    is unknown. It decides the verdict where the params file says `required: true`.

    Fix: run the command in the project's folder and mend what it names; where it needs more time or memory, or a variable,
    give it `timeout`, `memory` or `env` in the params file.

    Blind to: what the measurement does not try, and outputs of tools whose format is not known.

    See: https://sre.google/sre-book/service-level-objectives/
    """
    yield from ran(project, "performance")


_ERRORS = 0.01
_MOST = 0.8
"""The share of connections that may be taken while nothing unusual happens."""


@check("PRF-081", "Addresses answer in time one by one", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=4)
def addresses_answer_in_time(project: Project) -> Iterator[Fact]:
    """
    What is slow for one user alone will not get faster for many.

    Decides: percentiles of requests one after the other, over an open connection, against `p50`, `p95` and `p99` of the
    address, or of `thresholds.latency`.

    Fix: look at what the address waits for (statements, other services, files) with a profiler or a trace, and mend the
    slowest first.

    Blind to: networks between this host and users, and what happens under load.

    See: https://sre.google/sre-book/service-level-objectives/
    """
    for probe in probes(project).http:
        limits = _limits(project, probe)
        if limits and probe.latency is None:
            why = probe.error or "it does not answer as it should"
            yield unknown(
                f"{probe.url}: its latency was not measured: {why}.", place_of(project, probe), about=probe.url
            )
        elif limits and probe.latency is not None:
            yield _held(project, probe, probe.latency, limits, "one by one")


@check("PRF-082", "Addresses bear the load that they are made for", Severity.HIGH, Clause.SPECIFICATION, effort_hours=8)
def addresses_bear_their_load(project: Project) -> Iterator[Fact]:
    """
    Pools, locks and limits of others show when many ask at once, and not before.

    Decides: where the params file asks for it (`load`), so many users at once ask an address for so long; the share of
    failed requests is held against `thresholds.error_rate` (1 % where none is set), the percentiles against the address's
    limits or `thresholds.latency`.

    Fix: find what saturates first (connections, processors, a lock), widen it or ask for it less, and measure again.

    Blind to: loads that are larger, longer or of another mixture.

    See: https://sre.google/sre-book/handling-overload/
    """
    for probe in probes(project).http:
        if probe.load is None:
            continue
        about, place, latency = f"load on {probe.url}", place_of(project, probe), probe.load.latency
        if latency is None or not latency.requests:
            message = f"{probe.url}: the load was not measured: {probe.load.error or 'no request was made'}."
            yield unknown(message, place, about=about)
            continue
        limit = project.thresholds.error_rate if project.thresholds.error_rate is not None else _ERRORS
        if latency.failed / latency.requests > limit:
            message = f"{probe.url}: {latency.failed / latency.requests:.1%} of {latency.requests} requests failed under {probe.load.users} users; {limit:.1%} may."
            yield live(bad, message, about, _shown(probe, latency), place)
        else:
            yield _held(project, probe, latency, _limits(project, probe), f"under {probe.load.users} users")


def _limits(project: Project, probe: HttpProbe) -> Limits:
    wanted = project.thresholds.latency
    owner = {name: limit.total_seconds() for name in ("p50", "p95", "p99") if (limit := getattr(wanted, name))}
    return {**owner, **probe.limits}


def _held(project: Project, probe: HttpProbe, latency: Latency, limits: Limits, how: str) -> Fact:
    over = {name: limit for name, limit in limits.items() if latency.seconds.get(name, 0.0) > limit}
    place, about = place_of(project, probe), f"latency of {probe.url} {how}"
    seen = ", ".join(
        f"{name} {milliseconds(latency.seconds.get(name, 0.0))}" for name in (over or limits or latency.seconds)
    )
    wanted = ", ".join(f"{name} {milliseconds(limit)}" for name, limit in (over or limits).items())
    if over:
        return live(
            bad, f"{probe.url}: {seen} {how}; at most {wanted} should it be.", about, _shown(probe, latency), place
        )
    against = f" (at most {wanted})" if wanted else ""
    return live(ok, f"{probe.url}: {seen} {how}{against}.", about, _shown(probe, latency), place)


def _shown(probe: HttpProbe, latency: Latency) -> str:
    times = [f"{name} {milliseconds(seconds)}" for name, seconds in latency.seconds.items()]
    return "\n".join([f"GET {probe.url}", f"{latency.requests} requests, {latency.failed} failed", *times])


@check("PRF-083", "Databases have connections left", Severity.MEDIUM, Clause.UNDEFINED, effort_hours=3)
def databases_have_connections_left(project: Project) -> Iterator[Fact]:
    """
    A database that has given out its last connection turns everybody away, the operator among them.

    Decides: the connections that are open against `max_connections`, at the moment of the question.

    Fix: make the pools of the services smaller so that their sum fits, or put PgBouncer in between; raise `max_connections`
    last.

    Blind to: how many there are in the busiest hour.

    See: https://www.postgresql.org/docs/current/runtime-config-connection.html
    """
    yield from silent(probes(project).postgres, "its connections")
    for probe in answered(probes(project).postgres):
        about = f"connections of {probe.variable}"
        if not probe.most_connections:
            yield unknown(f"{name(probe)}: the role may not see its connections.", At("."), about=about)
            continue
        share = probe.connections / probe.most_connections
        message = f"{name(probe)}: {probe.connections} of {probe.most_connections} connections are taken."
        yield live(ok if share <= _MOST else bad, message, about)


@check("PRF-084", "Redis has a limit of memory that fits its use", Severity.MEDIUM, Clause.UNDEFINED, effort_hours=0.5)
def redis_has_a_limit_that_fits(project: Project) -> Iterator[Fact]:
    """
    Without a limit a cache grows until the kernel ends it; with the wrong one a store throws data away.

    Decides: `maxmemory` and `maxmemory-policy` of each server of the params file against its `use`: a cache needs a limit and
    a policy that evicts, a store must not evict what has no end of its own.

    Fix: `maxmemory 512mb` with `maxmemory-policy allkeys-lru` for a cache, `noeviction` for a store.

    Blind to: limits of the container around it.

    See: https://redis.io/docs/latest/develop/reference/eviction/
    """
    yield from silent(probes(project).redis, "its memory")
    for probe in answered(probes(project).redis):
        yield _memory(probe)


def _memory(probe: RedisProbe) -> Fact:
    about, policy = f"memory of {probe.variable}", probe.eviction or "no policy"
    said = f"used {bytes_of(probe.memory)}\nmaxmemory {bytes_of(probe.most_memory or 0)}\npolicy {policy}\nevicted {probe.evicted}"
    if probe.most_memory is None:
        return unknown(f"{name(probe)}: it does not tell its limit of memory.", At("."), about=about)
    if probe.use == "store" and policy.startswith("allkeys") and probe.most_memory:
        return live(bad, f"{name(probe)}: it is a store, and evicts whatever it likes ({policy}).", about, said)
    if probe.use == "cache" and not probe.most_memory:
        return live(
            partial, f"{name(probe)}: it is a cache without a limit of memory.", about, said, severity=Severity.LOW
        )
    if probe.use == "cache" and policy == "noeviction":
        return live(bad, f"{name(probe)}: it is a cache that refuses to write once it is full.", about, said)
    limit = bytes_of(probe.most_memory) if probe.most_memory else "no limit"
    return live(ok, f"{name(probe)}: {bytes_of(probe.memory)} of {limit}, {policy}.", about, said)
