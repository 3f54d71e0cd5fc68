"""Processes that go on after an error that nothing caught."""

from __future__ import annotations

import pytest
from conftest import Look

SERVER = "const app = require('express')();\n%s\napp.listen(3000);\n"


def uncaught(look: Look, handler: str) -> list[str]:
    found = look("RES-006", {"package.json": '{"name": "shop"}', "server.js": SERVER % handler})
    return [f"{f.outcome}:{f.evidence[0].line}" for f in found.findings if "nothing caught" in f.message]


@pytest.mark.parametrize(
    "handler",
    [
        "process.on('uncaughtException', (err) => console.error('[UNCAUGHT]', err));",
        "process.on('uncaughtException', function (err) { logger.error(err.message, String(err)); });",
        "process.on('uncaughtException', () => {});",
    ],
)
def test_a_process_that_only_logs_goes_on(look: Look, handler: str) -> None:
    assert uncaught(look, handler) == ["fail:2"]


@pytest.mark.parametrize(
    "handler",
    [
        "process.on('uncaughtException', (err) => { console.error(err); process.exit(1); });",
        "process.on('uncaughtException', (err) => { logger.error(err); shutdown('uncaughtException'); });",
        "process.on('uncaughtException', async (err) => { await flush(err); });",
    ],
)
def test_one_that_ends_does_not(look: Look, handler: str) -> None:
    assert uncaught(look, handler) == ["pass:2"]


def test_a_handler_from_elsewhere_and_other_events_are_left_alone(look: Look) -> None:
    assert uncaught(look, "process.on('uncaughtException', onError);") == []
    assert uncaught(look, "process.on('unhandledRejection', (e) => console.error(e));") == []
