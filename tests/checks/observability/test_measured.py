"""What metrics and health routes say, and whether anything measured it."""

from __future__ import annotations

from conftest import Look

PACKAGE = '{"name": "shop", "dependencies": {"express": "4.19.0", "prom-client": "15.0.0"}}'


def app(handler: str, head: str = "") -> dict[str, str]:
    text = head + 'const app = require("express")();\napp.get("/health", ' + handler + ");\napp.listen(3000);\n"
    return {"package.json": PACKAGE, "app.js": text}


def test_a_store_that_is_said_to_be_connected_whatever_happens_is_told(look: Look) -> None:
    seen = look(
        "OBS-015", app('(req, res) => {\n  res.json({\n    status: "ok",\n    database: "connected",\n  });\n}')
    )
    assert seen.failed == ["app.js:5"]


def test_a_store_that_is_asked_and_a_plain_status_hold(look: Look) -> None:
    asked = 'async (req, res) => {\n  await db.query("SELECT 1");\n  res.json({ database: "connected" });\n}'
    assert look("OBS-015", app(asked)).failed == []
    assert look("OBS-015", app('(req, res) => res.json({ status: "ok", uptime: process.uptime() })')).failed == []


def test_a_figure_that_is_a_constant_is_told(look: Look) -> None:
    assert look("OBS-015", app("(req, res) => {\n  res.json({ uptime: 99.9 });\n}")).failed == ["app.js:3"]


def test_a_gauge_that_is_set_to_a_number_is_told_and_its_first_value_is_not(look: Look) -> None:
    head = (
        'const { Gauge } = require("prom-client");\nconst depth = new Gauge({ name: "queue_depth", help: "jobs" });\n'
    )
    seen = look("OBS-015", app("(req, res) => res.end()", head + "depth.set(0);\ndepth.set(42);\n"))
    assert seen.failed == ["app.js:4"]
    assert look("OBS-015", app("(req, res) => res.end()", head + "depth.set(await queue.count());\n")).failed == []
