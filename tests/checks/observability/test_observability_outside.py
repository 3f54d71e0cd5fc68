"""Probes from outside."""

from __future__ import annotations

from conftest import Look

SERVICE = {
    "package.json": '{"name": "api", "dependencies": {"express": "4"}}',
    "server.js": 'const express = require("express");\nconst app = express();\napp.get("/", (q, r) => r.end());\napp.listen(80);\n',
    "Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "server.js"]\n',
    "docker-compose.prod.yml": "services:\n  api:\n    build: .\n    ports: ['80:80']\n",
}
JOB = "scrape_configs:\n  - job_name: pages\n    metrics_path: /probe\n    static_configs: [{targets: [%s]}]\n"
CLOCK = "on: {schedule: [{cron: '*/5 * * * *'}]}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: curl -fsS %s/health\n"


def test_services_that_nothing_asks_from_outside_are_told_once(look: Look) -> None:
    assert look("OBS-060", SERVICE).failed == ["."]
    inside = {**SERVICE, ".github/workflows/probe.yml": CLOCK % "http://localhost:80"}
    assert look("OBS-060", inside).failed == ["."]


def test_a_probe_with_addresses_holds_and_one_without_holds_in_part(look: Look) -> None:
    assert look("OBS-060", {**SERVICE, "prometheus.yml": JOB % "https://shop.test"}).passed == ["prometheus.yml:2"]
    assert look("OBS-060", {**SERVICE, "prometheus.yml": JOB % ""}).outcomes == ["partial"]
    asked = {**SERVICE, ".github/workflows/probe.yml": CLOCK % "https://shop.test"}
    assert look("OBS-060", asked).passed == [".github/workflows/probe.yml:6"]
