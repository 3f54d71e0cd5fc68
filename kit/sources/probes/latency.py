"""Response times to percentiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kit.sources.probes.model import Latency

PERCENTILES = {"p50": 50, "p95": 95, "p99": 99}


def latency_of(seconds: Sequence[float], requests: int, failed: int) -> Latency:
    """The percentiles of response times in seconds; `failed` of all requests had none or a wrong one."""
    times = sorted(seconds)
    found = {name: round(_nearest(times, share), 5) for name, share in PERCENTILES.items()} if times else {}
    return Latency(requests, failed, found)


def latency_of_counts(counts: Mapping[float, int], requests: int, failed: int) -> Latency:
    """The percentiles of a histogram, seconds to how many requests took them."""
    times = sorted(counts.items())
    total = sum(counts.values())
    found = {name: _counted(times, total * share / 100) for name, share in PERCENTILES.items()} if total else {}
    return Latency(requests, failed, found)


def _nearest(times: Sequence[float], share: int) -> float:
    """The smallest time that so many percent of the requests did not exceed."""
    return times[max(0, -(-len(times) * share // 100) - 1)]


def _counted(times: Sequence[tuple[float, int]], wanted: float) -> float:
    reached = 0
    for seconds, count in times:
        reached += count
        if reached >= wanted:
            return round(seconds, 5)
    return 0.0
