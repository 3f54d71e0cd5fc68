"""Logs: levels by service, what repeats, and what should not stand in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from evidence_files import one

from kit.sources.evidence.exposed import exposed, masked
from kit.sources.evidence.logs import folded
from kit.sources.evidence.model import Log


def log(root: Path, content: str, key: str = "logs") -> Log:
    file = one(root, content, key=key)
    assert file.error is None, file.error
    [record] = file.records
    assert isinstance(record, Log)
    return record


@pytest.mark.parametrize(
    ("line", "level", "service"),
    [
        ('{"level":"error","msg":"no route","service":"api","time":"2026-11-20T10:00:00Z"}', "error", "api"),
        ('{"level":50,"msg":"no route","name":"api"}', "error", "api"),
        ('{"severity":"WARNING","message":"slow","logger":"orders.views"}', "warn", "orders.views"),
        ('{"log":{"level":"critical"},"message":"gone","service":{"name":"pay"}}', "fatal", "pay"),
        ("2026-11-20T10:00:00Z ERROR [main] no route", "error", ""),
        ("2026-11-20 10:00:00,123 - orders - WARNING - slow", "warn", ""),
        ('time=2026-11-20T10:00:00Z level=info msg="served" service=api', "info", "api"),
        ("E1120 10:00:00.123456       1 server.go:9] no route", "error", ""),
        ('10.0.0.1 - - [20/Nov/2026:10:00:00 +0000] "GET /orders HTTP/1.1" 503 0 "-" "x"', "error", ""),
        ("2026/11/20 10:00:00 [crit] 7#7: no space", "fatal", ""),
        ('api-1  | {"level":"info","msg":"up"}', "info", "api"),
        ("[pod/api-6d9/server] INFO up", "info", "server"),
    ],
)
def test_a_line_tells_its_level_and_service_in_every_shape(tmp_path: Path, line: str, level: str, service: str) -> None:
    record = log(tmp_path, line + "\n")

    assert record.levels == {level: 1}
    assert list(record.services) == ([service] if service else [])


def test_lines_that_go_on_belong_to_the_entry_before(tmp_path: Path) -> None:
    record = log(
        tmp_path,
        '2026-11-20T10:00:00Z ERROR failed\nTraceback (most recent call last):\n  File "a.py", line 1\nValueError: no\n2026-11-20T10:00:05Z INFO up\n',
    )

    assert (record.entries, record.levels) == (2, {"error": 1, "info": 1})
    assert record.seconds == 5.0


def test_messages_that_differ_in_numbers_and_ids_are_one(tmp_path: Path) -> None:
    lines = [
        f"2026-11-20T10:00:00Z ERROR order {n} of user a{n}@shop.de failed after {n * 3} ms (8f14e45f-ceea-467f-a0e6-{n:012d})"
        for n in range(5)
    ]

    record = log(tmp_path, "\n".join([*lines, "2026-11-20T10:00:00Z INFO up"]))

    assert [(r.message, r.count, r.level, r.line) for r in record.repeated] == [
        ("order # of user # failed after # ms (#)", 5, "error", 1)
    ]


def test_a_log_under_another_key_is_still_known_for_one(tmp_path: Path) -> None:
    rows = [{"level": "info", "msg": "up", "time": f"2026-11-20T10:00:0{n}Z"} for n in range(3)]

    assert log(tmp_path, "\n".join(map(json.dumps, rows)), key="other").entries == 3


def test_secrets_and_personal_data_are_found_and_nowhere_shown(tmp_path: Path) -> None:
    file = one(
        tmp_path,
        "2026-11-20T10:00:00Z INFO login anna.schmidt@firma.de password=Tr0ub4dor&3xyz\n"
        "2026-11-20T10:00:01Z INFO card 4539 1488 0343 6467 charged\n"
        "2026-11-20T10:00:02Z INFO iban DE89370400440532013000\n"
        '2026-11-20T10:00:03Z INFO {"phone": "+49 170 1234567"}\n'
        "2026-11-20T10:00:04Z INFO mail to no-reply@shop.de and user@example.com, order 4539 1488 0343 6468\n",
        key="logs",
    )

    [record] = file.records
    assert isinstance(record, Log)
    kinds = {e.what: (e.personal, e.line) for e in record.exposed}
    assert {what: kinds[what] for what in kinds if kinds[what][0]} == {
        "e-mail addresses": (True, 1),
        "card numbers": (True, 2),
        "account numbers (IBAN)": (True, 3),
        "values named phone": (True, 4),
    }
    assert [what for what in kinds if not kinds[what][0]] != []
    for value in (
        "anna.schmidt@firma.de",
        "Tr0ub4dor&3xyz",
        "4539 1488 0343 6467",
        "DE89370400440532013000",
        "170 1234567",
    ):
        assert value not in str(file)


def test_what_is_masked_already_is_no_exposure() -> None:
    text = "INFO login a***@firma.de password=**** card **** **** **** 6467 Authorization: Bearer [REDACTED]\n"

    assert exposed(text).exposed == ()


def test_masking_keeps_enough_to_find_it_by() -> None:
    assert masked("anna@firma.de") == "a***@f***.de"
    assert masked("4539148803436467") == "45***"


def test_folding_keeps_words_and_short_hexadecimal_words() -> None:
    assert folded("feed face 12 deadbeef1 at 10.0.0.1:80") == "feed face # # at #"
