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


LOCUST = "from locust import HttpUser, task\n\n\nclass Buyer(HttpUser):\n    @task\n    def buy(self):\n        self.client.get('/')\n"


def test_the_fix_speaks_of_the_tool_and_the_script_that_are_there(look: Look) -> None:
    """PRF-002"""
    k6 = look("PRF-002", {**API, "load/all.js": K6}).findings[0].fix
    both = look("PRF-002", {**API, "stress/locustfile.py": LOCUST}).findings
    locust = next(f.fix for f in both if "Locust" in f.message)

    assert "k6 run" in k6 and "load/all.js" in k6 and "locust" not in k6
    assert "locust --headless" in locust and "stress/locustfile.py" in locust and "k6" not in locust
