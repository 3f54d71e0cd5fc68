"""Load tests: k6, Locust, JMeter, Artillery, autocannon, Vegeta. Latencies in milliseconds."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kit.sources.evidence.found import Format, Found
from kit.sources.evidence.model import Endpoint, Load
from kit.sources.evidence.xml import tags
from kit.sources.formats.parts import Part, moment, number, one_line

MOST_ENDPOINTS = 200
MOST_SAMPLES = 2_000_000
_K6 = {"avg": "mean", "med": "p50", "p(90)": "p90", "p(95)": "p95", "p(99)": "p99", "max": "max"}
_LOCUST = {
    "50%": "p50",
    "90%": "p90",
    "95%": "p95",
    "99%": "p99",
    "Average Response Time": "mean",
    "Max Response Time": "max",
}
_JMETER = {
    "meanResTime": "mean",
    "medianResTime": "p50",
    "pct1ResTime": "p90",
    "pct2ResTime": "p95",
    "pct3ResTime": "p99",
    "maxResTime": "max",
}
_VEGETA = {"mean": "mean", "50th": "p50", "90th": "p90", "95th": "p95", "99th": "p99", "max": "max"}
_AUTOCANNON = {
    "average": "mean",
    "p50": "p50",
    "p90": "p90",
    "p95": "p95",
    "p97_5": "p97.5",
    "p99": "p99",
    "max": "max",
}


def k6(root: Part) -> Found:
    """A summary of k6: that of `--summary-export`, or the data that `handleSummary` is given."""
    metrics = root.get("metrics")
    times, failing = _k6_values(metrics.get("http_req_duration")), metrics.get("http_req_failed")
    requests = _k6_values(metrics.get("http_reqs"))
    total, values = requests.get("count").count, _k6_values(failing)
    milliseconds = root.get("state", "testRunDurationMs").number
    rate = values.first("rate", "value").number
    failed = round(rate * total) if rate is not None and total is not None else values.get("passes").count
    record = Load(
        tool="k6",
        requests=total,
        failed=failed,
        latency=_mapped(times, _K6),
        seconds=milliseconds / 1000 if milliseconds is not None else None,
        rate=requests.get("rate").number,
        users=_k6_values(metrics.get("vus_max")).first("max", "value").count,
        broken=tuple(_k6_broken(metrics)),
        line=metrics.get("http_req_duration").line or metrics.line,
    )
    return Found((record,))


def _k6_values(metric: Part) -> Part:
    return metric.get("values") if "values" in metric else metric


def _k6_broken(metrics: Part) -> Iterator[str]:
    """Thresholds that did not hold. The export says `true` of a broken one, the data `ok: false`."""
    for name, metric in metrics.items():
        for rule, state in metric.get("thresholds").items():
            if state.value is True or state.get("ok").value is False:
                yield one_line(f"{name} {rule}")


def k6_points(rows: list[Part]) -> Found:
    """The stream of `k6 run --out json=`. Raises ValueError where it holds no request."""
    tally = _Tally("k6")
    for row in rows:
        if row.get("type").text != "Point":
            continue
        data, name = row.get("data"), row.get("metric").text
        label = data.get("tags").first("name", "url").text
        if name == "http_req_duration" and (value := data.get("value").number) is not None:
            tally.add(label, value, data.get("time").value, line=row.line)
        elif name == "http_req_failed" and data.get("value").number == 1:
            tally.fail(label)
    return tally.found()


@dataclass
class _Tally:
    """Single requests, gathered by what was asked."""

    tool: str
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lines: dict[str, int | None] = field(default_factory=dict)
    first: float | None = None
    last: float | None = None
    users: int = 0

    def add(self, label: str, milliseconds: float, at: object, line: int | None = None) -> None:
        self.times[label].append(milliseconds)
        self.lines.setdefault(label, line)
        made = moment(at)
        if made is not None:
            seconds = made.timestamp()
            self.first = seconds if self.first is None else min(self.first, seconds)
            self.last = seconds if self.last is None else max(self.last, seconds)

    def fail(self, label: str) -> None:
        self.failed[label] += 1

    def found(self) -> Found:
        """The test as a whole. Raises ValueError where no request was seen."""
        if not self.times:
            raise ValueError("it holds no request that was measured")
        endpoints = tuple(self._endpoint(label) for label in list(self.times)[:MOST_ENDPOINTS])
        all_times = [t for times in self.times.values() for t in times]
        seconds = self.last - self.first if self.last is not None and self.first is not None else None
        record = Load(
            self.tool,
            len(all_times),
            sum(self.failed.values()),
            latencies(all_times),
            seconds,
            len(all_times) / seconds if seconds else None,
            self.users or None,
            endpoints,
            line=1,
        )
        return Found((record,), made=moment(self.last))

    def _endpoint(self, label: str) -> Endpoint:
        times = self.times[label]
        return Endpoint(one_line(label, 120), len(times), self.failed[label], latencies(times), self.lines[label])


def latencies(times: Iterable[float]) -> dict[str, float]:
    """Percentiles of single times, the nearest rank: a time that somebody really waited."""
    ranked = sorted(times)
    if not ranked:
        return {}
    found = {f"p{p}": ranked[max(0, -(-p * len(ranked) // 100) - 1)] for p in (50, 90, 95, 99)}
    return {**found, "mean": sum(ranked) / len(ranked), "max": ranked[-1]}


def locust_csv(text: str) -> Found:
    """`*_stats.csv` of Locust. Raises ValueError where the row of all requests is missing."""
    rows = list(_rows(text))
    whole = next((row for row in rows if row.get("Name") == "Aggregated"), None)
    if whole is None:
        raise ValueError("it is Locust's without the row Aggregated: the test did not come to its end")
    endpoints = [
        Endpoint(
            one_line(f"{row.get('Type', '')} {row.get('Name', '')}".strip(), 120),
            _whole(row.get("Request Count")),
            _whole(row.get("Failure Count")),
            _cells(row, _LOCUST),
            n,
        )
        for n, row in enumerate(rows, start=2)
        if row is not whole
    ]
    record = Load(
        "Locust",
        _whole(whole.get("Request Count")),
        _whole(whole.get("Failure Count")),
        _cells(whole, _LOCUST),
        rate=number(whole.get("Requests/s")),
        endpoints=tuple(endpoints[:MOST_ENDPOINTS]),
        line=rows.index(whole) + 2,
    )
    return Found((record,))


def locust_beside(text: str) -> Found:
    """The files that Locust writes beside its statistics: nothing that those do not tell."""
    del text
    return Found((), note="the statistics beside it (_stats.csv) hold the sums")


def locust_json(root: Part) -> Found:
    """`locust --json`: a histogram of times for each kind of request."""
    tally, made = _Tally("Locust"), None
    for each in root:
        label = f"{each.get('method').text} {each.get('name').text}".strip()
        made = moment(each.get("last_request_timestamp").value) or made
        for text, times in each.get("response_times").items():
            value, count = number(text), times.count
            for _ in range(min(count or 0, MOST_SAMPLES) if value is not None else 0):
                tally.add(label, value or 0, None, each.get("name").line)
        tally.failed[label] += each.get("num_failures").count or 0
    found = tally.found()
    found.made = made
    return found


def jmeter_csv(text: str) -> Found:
    """A results file of JMeter: a row for each request. Raises ValueError where none is there."""
    tally = _Tally("JMeter")
    for n, row in enumerate(_rows(text), start=2):
        elapsed = number(row.get("elapsed"))
        if elapsed is None:
            continue
        label = row.get("label") or ""
        tally.add(label, elapsed, row.get("timeStamp"), n)
        tally.users = max(tally.users, _whole(row.get("allThreads")) or 0)
        if (row.get("success") or "").lower() == "false":
            tally.fail(label)
    return tally.found()


def jmeter_xml(text: str) -> Found:
    """A results file of JMeter in XML."""
    tally = _Tally("JMeter")
    for tag in tags(text):
        elapsed = number(tag.attributes.get("t"))
        if tag.ended or elapsed is None or len(tag.path) != 1:
            continue
        label = tag.attributes.get("lb", "")
        tally.add(label, elapsed, tag.attributes.get("ts"), tag.line)
        if tag.attributes.get("s") == "false":
            tally.fail(label)
    return tally.found()


def jmeter_statistics(root: Part) -> Found:
    """`statistics.json` of JMeter's dashboard."""
    each = {name: _jmeter_row(name, part) for name, part in root.items()}
    whole = each.pop("Total")
    rate = root.get("Total", "throughput").number
    record = Load(
        "JMeter",
        whole.requests,
        whole.failed,
        whole.latency,
        rate=rate,
        endpoints=tuple(each.values()),
        line=whole.line,
    )
    return Found((record,))


def _jmeter_row(name: str, part: Part) -> Endpoint:
    return Endpoint(
        one_line(name, 120),
        part.get("sampleCount").count,
        part.get("errorCount").count,
        _mapped(part, _JMETER),
        part.line,
    )


def artillery(root: Part) -> Found:
    """Artillery's report. Answers from 400 on and requests without one count as failed, as with other tools."""
    whole = root.get("aggregate")
    counters = whole.get("counters")
    codes = {
        name.removeprefix("http.codes."): c.count or 0 for name, c in counters.items() if name.startswith("http.codes.")
    }
    errors = sum(c.count or 0 for name, c in counters.items() if name.startswith("errors."))
    failed = sum(count for code, count in codes.items() if code >= "400") + errors
    first, last = whole.get("firstCounterAt").number, whole.get("lastCounterAt").number
    record = Load(
        tool="Artillery",
        requests=counters.get("http.requests").count,
        failed=failed,
        latency=_mapped(
            whole.get("summaries", "http.response_time"),
            {"mean": "mean", "median": "p50", "p50": "p50", "p90": "p90", "p95": "p95", "p99": "p99", "max": "max"},
        ),
        seconds=(last - first) / 1000 if first is not None and last is not None else None,
        rate=whole.get("rates", "http.request_rate").number,
        users=counters.get("vusers.created").count,
        line=whole.get("summaries", "http.response_time").line or whole.line,
    )
    return Found((record,), made=moment(last))


def autocannon(root: Part) -> Found:
    """autocannon's JSON."""
    total = root.get("requests", "total").count
    failed = sum(root.get(key).count or 0 for key in ("errors", "timeouts", "non2xx"))
    latency = _mapped(root.get("latency"), _AUTOCANNON)
    line = root.get("latency").line
    record = Load(
        "autocannon",
        total,
        failed,
        latency,
        root.get("duration").number,
        root.get("requests", "average").number,
        root.get("connections").count,
        line=line,
    )
    return Found((record,), made=moment(root.get("finish").value))


def vegeta(root: Part) -> Found:
    """`vegeta report -type=json`, which counts nanoseconds."""
    total, success = root.get("requests").count, root.get("success").number
    failed = round(total * (1 - success)) if total is not None and success is not None else None
    latency = {name: value / 1e6 for name, value in _mapped(root.get("latencies"), _VEGETA).items()}
    nanoseconds = root.get("duration").number
    seconds = nanoseconds / 1e9 if nanoseconds is not None else None
    record = Load("Vegeta", total, failed, latency, seconds, root.get("rate").number, line=root.get("latencies").line)
    return Found((record,), made=moment(root.get("end").value))


def _mapped(part: Part, names: dict[str, str]) -> dict[str, float]:
    values = {name: part.get(key).number for key, name in names.items()}
    return {name: value for name, value in values.items() if value is not None and value >= 0}


def _cells(row: dict[str, str], names: dict[str, str]) -> dict[str, float]:
    values = {name: number(row.get(key)) for key, name in names.items()}
    return {name: value for name, value in values.items() if value is not None and value >= 0}


def _whole(text: str | None) -> int | None:
    found = number(text)
    return int(found) if found is not None and 0 <= found < 1e15 else None


def _rows(text: str) -> Iterator[dict[str, str]]:
    """Rows of a CSV by the names of its columns. Raises ValueError for what is none."""
    try:
        for n, row in enumerate(csv.DictReader(io.StringIO(text), restkey="", restval="")):
            if n >= MOST_SAMPLES:
                return
            yield {key: value for key, value in row.items() if isinstance(value, str)}
    except csv.Error as error:
        raise ValueError(f"the CSV cannot be read: {error}") from error


def _starts(*columns: str) -> re.Pattern[str]:
    return re.compile(r'\s*"?' + r'"?,"?'.join(map(re.escape, columns)))


_LOCUST_BESIDE = (
    _starts("Timestamp", "User Count", "Type", "Name"),
    _starts("Method", "Name", "Error", "Occurrences"),
    _starts("Count", "Message", "Traceback"),
)
_LOCUST_HEAD, _JMETER_HEAD = _starts("Type", "Name", "Request Count"), _starts("timeStamp", "elapsed", "label")


def _has(root: Part, *keys: str) -> bool:
    return all(key in root for key in keys)


def _k6_fits(root: Part) -> bool:
    return any(name in root.get("metrics") for name in ("http_req_duration", "iterations", "http_reqs"))


def _points(rows: Sequence[Part]) -> bool:
    return any(row.get("type").text in ("Point", "Metric") and "metric" in row for row in rows[:50])


JSON: tuple[Format[Part], ...] = (
    Format("k6", _k6_fits, k6),
    Format("Artillery", lambda r: "counters" in r.get("aggregate"), artillery),
    Format("Locust", lambda r: _has(r.get(0), "num_requests", "response_times"), locust_json),
    Format("JMeter", lambda r: "sampleCount" in r.get("Total"), jmeter_statistics),
    Format("autocannon", lambda r: _has(r, "latency", "requests", "non2xx"), autocannon),
    Format("Vegeta", lambda r: _has(r, "latencies", "status_codes"), vegeta),
)
LINES: tuple[Format[list[Part]], ...] = (Format("k6", _points, k6_points),)
TEXT: tuple[Format[str], ...] = (
    Format("Locust", lambda t: _LOCUST_HEAD.match(t) is not None, locust_csv),
    Format("Locust, beside its statistics", lambda t: any(h.match(t) for h in _LOCUST_BESIDE), locust_beside),
    Format("JMeter", lambda t: _JMETER_HEAD.match(t) is not None, jmeter_csv),
)
XML = {"testResults": Format("JMeter", lambda _: True, jmeter_xml)}
