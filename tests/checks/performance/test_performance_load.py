"""Whether anybody tried how much the system carries."""

from __future__ import annotations

from conftest import Look

API = {
    "package.json": '{"name": "api", "dependencies": {"express": "^5.0.0"}}',
    "app.js": 'import express from "express";\nconst app = express();\napp.get("/a", (req, res) => res.json([]));\napp.listen(3000);\n',
}
K6 = 'import http from "k6/http";\nexport const options = { thresholds: { http_req_failed: ["rate<0.01"] } };\nexport default () => http.get("/");\n'
CI = "on: push\njobs:\n  load:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: k6 run load/all.js\n"


def test_a_system_without_load_tests_is_named_once(look: Look) -> None:
    assert look("PRF-001", {"README.md": "# Notes\n"}).outcomes == ["not_applicable"]
    assert look("PRF-001", API).failed == ["."]
    assert look("PRF-001", {**API, "load/all.js": K6}).passed == ["load/all.js"]


def test_load_tests_must_run(look: Look) -> None:
    assert look("PRF-002", {**API, "load/all.js": K6}).failed == ["load/all.js"]
    assert look("PRF-002", {**API, "load/all.js": K6, ".github/workflows/load.yml": CI}).passed == ["load/all.js"]


def test_load_tests_without_thresholds_hold_in_part(look: Look) -> None:
    files = {**API, "load/all.js": K6.replace("thresholds", "tags"), ".github/workflows/load.yml": CI}
    assert look("PRF-002", files).outcomes == ["partial"]
