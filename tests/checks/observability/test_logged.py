"""Logs and metrics of the running system are judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from given import seen


def answer(*samples: tuple[dict[str, str], str]) -> dict[str, str]:
    result = [{"metric": labels, "value": [1763800000, value]} for labels, value in samples]
    return {"p.json": json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}, indent=1)}


UP, FIRING = (
    {"__name__": "up", "job": "api"},
    {"__name__": "ALERTS", "alertname": "Slow", "alertstate": "firing", "severity": "critical"},
)


@pytest.mark.parametrize(
    ("samples", "outcome", "said"),
    [
        ([(UP, "1")], "pass", "The one target is up"),
        ([(UP, "0")], "fail", "api is down"),
        ([(FIRING, "1")], "fail", "The alert Slow fires"),
        ([({**FIRING, "alertstate": "pending"}, "1")], "pass", "No alert fires"),
    ],
)
def test_targets_and_alerts_are_judged(
    tmp_path: Path, samples: list[tuple[dict[str, str], str]], outcome: str, said: str
) -> None:
    found = seen(tmp_path, "OBS-071", answer(*samples))

    assert found.outcomes == [outcome]
    assert said in found.text


def lines(errors: int, of: int = 100) -> dict[str, str]:
    rows = [
        {"level": "error" if i < errors else "info", "msg": f"order {i} refused" if i < errors else "served"}
        for i in range(of)
    ]
    return {"a.log": "\n".join(map(json.dumps, rows))}


@pytest.mark.parametrize(
    ("errors", "params", "outcome"),
    [
        (1, "", "pass"),
        (5, "", "partial"),
        (5, "thresholds: {error_rate: 2%}\n", "fail"),
        (5, "thresholds: {error_rate: 5%}\n", "pass"),
    ],
)
def test_the_share_of_errors_is_held_against_what_is_allowed(
    tmp_path: Path, errors: int, params: str, outcome: str
) -> None:
    found = seen(tmp_path, "OBS-072", lines(errors), params=params)

    assert found.outcomes == [outcome]
    assert outcome == "pass" or "most often (5 times): order # refused" in found.text


def test_a_service_is_judged_by_itself_where_a_log_holds_several(tmp_path: Path) -> None:
    rows = [{"level": "error" if i < 30 else "info", "service": "pay", "msg": "m"} for i in range(60)]
    rows += [{"level": "info", "service": "web", "msg": "m"} for _ in range(60)]

    found = seen(tmp_path, "OBS-072", {"a.log": "\n".join(map(json.dumps, rows))})

    assert found.outcomes == ["partial", "partial"]
    assert "a.log, pay: 30 of 60" in found.text


def test_a_log_without_levels_cannot_be_judged(tmp_path: Path) -> None:
    assert seen(tmp_path, "OBS-072", {"a.log": "served a page\nserved another\n"}).outcomes == ["unknown"]


def test_what_is_private_in_a_log_is_told_masked(tmp_path: Path) -> None:
    found = seen(tmp_path, "OBS-073", {"a.log": "INFO login of anna.schmidt@firma.de\nINFO fine\n"})

    assert found.failed == ["../evidence/a.log:1"]
    assert "e-mail addresses in 1 line; the first is a***@f***.de" in found.text
    assert "anna.schmidt" not in str(found.findings)


def test_a_log_without_anything_private_holds(tmp_path: Path) -> None:
    assert seen(tmp_path, "OBS-073", {"a.log": "INFO order 1234567890123456 placed\n"}).outcomes == ["pass"]
