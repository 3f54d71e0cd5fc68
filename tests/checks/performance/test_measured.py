"""Latencies, errors and pages are judged by what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from given import seen

LIMITS = "thresholds: {latency: {p95: 200ms}, error_rate: 1%}\n"


def k6(p95: float, failed: float = 0.0, count: int = 5000) -> str:
    metrics = {
        "http_req_duration": {"avg": 10, "med": 9, "p(95)": p95},
        "http_reqs": {"count": count, "rate": 10},
        "http_req_failed": {"value": failed},
    }
    return json.dumps({"metrics": metrics}, indent=1)


@pytest.mark.parametrize(("p95", "outcome"), [(150.0, "pass"), (250.0, "fail")])
def test_a_percentile_is_compared_with_its_threshold(tmp_path: Path, p95: float, outcome: str) -> None:
    found = seen(tmp_path, "PRF-071", {"k6.json": k6(p95)}, params=LIMITS)

    assert found.outcomes == [outcome]
    assert f"p95 is {p95:g} ms; at most 200 ms are allowed" in found.text


def test_a_handful_of_requests_holds_in_part(tmp_path: Path) -> None:
    assert seen(tmp_path, "PRF-071", {"k6.json": k6(100, count=20)}, params=LIMITS).outcomes == ["partial"]


def test_a_slow_kind_of_request_behind_a_good_sum_holds_in_part(tmp_path: Path) -> None:
    rows = [
        f"1763800000000,{900 if i < 3 else 50},{'report' if i < 3 else 'list'},200,OK,t,text,true,,1,1,1,1,u,1,0,0"
        for i in range(200)
    ]
    head = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect"

    found = seen(tmp_path, "PRF-071", {"r.jtl": "\n".join([head, *rows])}, params=LIMITS)

    assert found.outcomes == ["partial"]
    assert "but report takes 900 ms" in found.text


def test_without_a_measurement_the_threshold_is_unknown_and_says_what_would_measure(tmp_path: Path) -> None:
    for check in ("PRF-071", "PRF-072"):
        found = seen(tmp_path, check, {}, params=LIMITS)
        assert found.outcomes == ["unknown"]
        assert "`k6 run --summary-export=k6-summary.json" in found.text


def test_a_percentile_that_a_test_does_not_tell_is_unknown(tmp_path: Path) -> None:
    found = seen(tmp_path, "PRF-071", {"k6.json": k6(100)}, params="thresholds: {latency: {p99: 1s}}\n")

    assert found.outcomes == ["unknown"]
    assert "--summary-trend-stats" in found.text


def test_without_a_threshold_what_was_measured_is_told_and_not_judged(tmp_path: Path) -> None:
    found = seen(tmp_path, "PRF-071", {"k6.json": k6(100)})

    assert found.outcomes == ["unknown"]
    assert "k6 measured p50 9 ms, p95 100 ms" in found.text


@pytest.mark.parametrize(("failed", "outcome"), [(0.01, "pass"), (0.02, "fail")])
def test_the_share_of_failures_is_compared(tmp_path: Path, failed: float, outcome: str) -> None:
    assert seen(tmp_path, "PRF-072", {"k6.json": k6(100, failed)}, params=LIMITS).outcomes == [outcome]


@pytest.mark.parametrize(("score", "outcome"), [(0.95, "pass"), (0.6, "partial"), (0.3, "fail")])
def test_a_page_is_graded_as_lighthouse_grades_it(tmp_path: Path, score: float, outcome: str) -> None:
    report = {
        "lighthouseVersion": "12",
        "finalUrl": "https://shop.example",
        "categories": {"performance": {"score": score}},
        "audits": {},
    }

    assert seen(tmp_path, "PRF-073", {"l.json": json.dumps(report)}).outcomes == [outcome]


@pytest.mark.parametrize(
    ("path", "source", "command"),
    [
        ("load/buy.py", "from locust import HttpUser\n", "locust --headless --run-time 5m --csv load -f load/buy.py"),
        ("load/buy.js", 'import http from "k6/http";\n', "k6 run --summary-export=k6-summary.json load/buy.js"),
    ],
)
def test_what_would_measure_is_the_load_test_that_is_there(
    tmp_path: Path, path: str, source: str, command: str
) -> None:
    """PRF-071, PRF-072"""
    for check in ("PRF-071", "PRF-072"):
        assert f"`{command}`" in seen(tmp_path / check, check, {}, {path: source}, LIMITS).text
