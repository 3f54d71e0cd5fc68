"""Load tests of every tool come to requests, failures and percentiles in milliseconds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from evidence_files import one

from kit.sources.evidence.load import latencies
from kit.sources.evidence.model import Load

TREND = {"avg": 120.5, "min": 1, "med": 100, "max": 900, "p(90)": 250, "p(95)": 300, "p(99)": 700}
K6_EXPORT = {
    "root_group": {},
    "metrics": {
        "http_req_duration": {**TREND, "thresholds": {"p(95)<200": True, "p(99)<900": False}},
        "http_reqs": {"count": 1000, "rate": 33.3},
        "http_req_failed": {"value": 0.02, "passes": 20, "fails": 980},
        "vus_max": {"value": 50, "min": 50, "max": 50},
    },
}
K6_DATA = {
    "root_group": {},
    "state": {"testRunDurationMs": 30000},
    "metrics": {
        "http_req_duration": {
            "type": "trend",
            "contains": "time",
            "values": TREND,
            "thresholds": {"p(95)<200": {"ok": False}, "p(99)<900": {"ok": True}},
        },
        "http_reqs": {"type": "counter", "values": {"count": 1000, "rate": 33.3}},
        "http_req_failed": {"type": "rate", "values": {"rate": 0.02, "passes": 20, "fails": 980}},
        "vus_max": {"type": "gauge", "values": {"value": 50, "max": 50}},
    },
}
LOCUST = """
Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%
GET,/orders,600,20,100,120.5,1,900,10,20.0,0.6,100,110,120,130,250,300,600,700,900,900,900
POST,/orders,400,0,100,120.5,1,900,10,13.3,0,100,110,120,130,250,300,600,700,900,900,900
,Aggregated,1000,20,100,120.5,1,900,10,33.3,0.6,100,110,120,130,250,300,600,700,900,900,900
"""
JMETER_STATISTICS = {
    "Total": {
        "transaction": "Total",
        "sampleCount": 1000,
        "errorCount": 20,
        "errorPct": 2.0,
        "meanResTime": 120.5,
        "medianResTime": 100,
        "pct1ResTime": 250,
        "pct2ResTime": 300,
        "pct3ResTime": 700,
        "maxResTime": 900,
        "throughput": 33.3,
    },
    "orders": {"transaction": "orders", "sampleCount": 1000, "errorCount": 20},
}
ARTILLERY = {
    "aggregate": {
        "counters": {
            "http.requests": 1000,
            "http.responses": 995,
            "http.codes.200": 980,
            "http.codes.500": 15,
            "errors.ETIMEDOUT": 5,
            "vusers.created": 50,
        },
        "rates": {"http.request_rate": 33},
        "firstCounterAt": 1763800000000,
        "lastCounterAt": 1763800030000,
        "summaries": {
            "http.response_time": {
                "min": 1,
                "max": 900,
                "mean": 120.5,
                "median": 100,
                "p50": 100,
                "p90": 250,
                "p95": 300,
                "p99": 700,
            }
        },
    },
    "intermediate": [],
}
AUTOCANNON = {
    "url": "http://127.0.0.1:1",
    "connections": 50,
    "requests": {"average": 33.3, "total": 1000},
    "latency": {"average": 120.5, "p50": 100, "p90": 250, "p95": 300, "p99": 700, "max": 900},
    "errors": 5,
    "timeouts": 0,
    "non2xx": 15,
    "duration": 30,
    "finish": "2026-11-20T10:00:00.000Z",
}
VEGETA = {
    "latencies": {"mean": 120.5e6, "50th": 100e6, "90th": 250e6, "95th": 300e6, "99th": 700e6, "max": 900e6},
    "requests": 1000,
    "rate": 33.3,
    "duration": 30e9,
    "success": 0.98,
    "status_codes": {"200": 980},
    "end": "2026-11-20T10:00:00Z",
}


def load(root: Path, content: object) -> Load:
    file = one(root, content if isinstance(content, str) else json.dumps(content))
    assert file.error is None, file.error
    [record] = file.records
    assert isinstance(record, Load)
    return record


@pytest.mark.parametrize(
    ("content", "tool"),
    [
        (K6_EXPORT, "k6"),
        (K6_DATA, "k6"),
        (LOCUST, "Locust"),
        (JMETER_STATISTICS, "JMeter"),
        (ARTILLERY, "Artillery"),
        (AUTOCANNON, "autocannon"),
        (VEGETA, "Vegeta"),
    ],
    ids=["k6-export", "k6-data", "locust", "jmeter", "artillery", "autocannon", "vegeta"],
)
def test_the_same_run_is_the_same_whoever_measured_it(tmp_path: Path, content: object, tool: str) -> None:
    record = load(tmp_path, content)

    assert record.tool == tool
    assert (record.requests, record.failed, record.error_rate) == (1000, 20, 0.02)
    assert {name: record.latency[name] for name in ("p50", "p95", "p99")} == {"p50": 100, "p95": 300, "p99": 700}


@pytest.mark.parametrize("content", [K6_EXPORT, K6_DATA])
def test_a_threshold_of_k6_that_broke_is_told_in_both_of_its_forms(tmp_path: Path, content: object) -> None:
    assert load(tmp_path, content).broken == ("http_req_duration p(95)<200",)


JTL = (
    "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n"
    + "".join(
        f'{1763800000000 + i * 100},{i + 1},orders,200,"OK, fine",t 1,text,{"false" if i == 99 else "true"},,1,1,5,7,http://x,1,0,0\n'
        for i in range(100)
    )
)
JTL_XML = (
    '<testResults version="1.2">\n'
    + "".join(
        f'<httpSample t="{i + 1}" lt="1" ts="{1763800000000 + i}" s="{"false" if i == 99 else "true"}" lb="orders" rc="200"><httpSample t="9" lb="inner"/></httpSample>\n'
        for i in range(100)
    )
    + "</testResults>"
)
POINTS = "\n".join(
    json.dumps(
        {
            "type": "Point",
            "metric": metric,
            "data": {"time": "2026-11-20T10:00:00Z", "value": value, "tags": {"name": "orders"}},
        }
    )
    for i in range(100)
    for metric, value in (("http_req_duration", i + 1), ("http_req_failed", int(i == 99)))
)
HISTOGRAM = [
    {
        "name": "orders",
        "method": "",
        "num_requests": 100,
        "num_failures": 1,
        "last_request_timestamp": 1763800000.5,
        "response_times": {str(i + 1): 1 for i in range(100)},
    }
]


@pytest.mark.parametrize(
    "content", [JTL, JTL_XML, POINTS, json.dumps(HISTOGRAM)], ids=["csv", "xml", "points", "histogram"]
)
def test_percentiles_of_single_requests_are_times_that_somebody_waited(tmp_path: Path, content: str) -> None:
    record = load(tmp_path, content)

    assert (record.requests, record.failed) == (100, 1)
    assert {name: record.latency[name] for name in ("p50", "p95", "p99", "max")} == {
        "p50": 50,
        "p95": 95,
        "p99": 99,
        "max": 100,
    }
    assert [(e.name, e.requests, e.failed) for e in record.endpoints] == [("orders", 100, 1)]


def test_a_percentile_of_few_times_is_one_of_them() -> None:
    assert latencies([5.0]) == {"p50": 5.0, "p90": 5.0, "p95": 5.0, "p99": 5.0, "mean": 5.0, "max": 5.0}
    assert latencies([]) == {}


def test_locust_without_its_last_row_did_not_come_to_its_end(tmp_path: Path) -> None:
    file = one(tmp_path, LOCUST[: LOCUST.index(",Aggregated")])

    assert file.error is not None and "without the row Aggregated" in file.error
