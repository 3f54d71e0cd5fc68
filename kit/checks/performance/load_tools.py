"""The load tests of a project: with which tool, and how that one is run and made to fail."""

from __future__ import annotations

import posixpath
import re

from kit.model import FileClass
from kit.project import Project

_TOOLS = (
    ("k6", re.compile(r"""from\s+["']k6(/\w+)?["']|require\(["']k6"""), re.compile(r"\bthresholds\b")),
    (
        "Locust",
        re.compile(r"from locust\b|import locust\b"),
        re.compile(r"process_exit_code|fail_ratio|quitting|check_thresholds"),
    ),
    ("Gatling", re.compile(r"io\.gatling\.|@gatling\.io"), re.compile(r"\.assertions\(|assertions:")),
    (
        "autocannon",
        re.compile(r"""require\(["']autocannon|from\s+["']autocannon"""),
        re.compile(r"process\.exit|assert|expect\(|throw "),
    ),
)
_NEEDLES = ("k6", "locust", "gatling", "autocannon")
_RUNS = {
    "k6": "k6 run --summary-export=k6-summary.json {path}",
    "Locust": "locust --headless --run-time 5m --csv load -f {path}",
    "Gatling": "gatling.sh --simulation {stem}",
    "JMeter": "jmeter -n -t {path} -l results.jtl",
    "Artillery": "artillery run --output artillery.json {path}",
    "autocannon": "node {path}",
}
BOUNDS = {
    "k6": '`thresholds: { http_req_duration: ["p(95)<500"], http_req_failed: ["rate<0.01"] }`',
    "Locust": "a listener of `quitting` that sets `environment.process_exit_code` where `fail_ratio` or a percentile is too high",
    "Gatling": "`assertions` for the 95th percentile and for failed requests",
    "JMeter": "a Duration Assertion and a Response Assertion",
    "Artillery": "`ensure: { thresholds: [{ http.response_time.p95: 500 }] }`",
    "autocannon": "an exit code other than 0 where `latency.p97_5` or `errors` is too high",
}
"""What makes a test of each tool fail by itself."""


def run_of(tool: str, path: str) -> str:
    """The command that runs a load test and keeps what it measures."""
    return _RUNS[tool].format(path=path, stem=posixpath.splitext(posixpath.basename(path))[0])


def measuring(project: Project) -> str:
    """The command that would measure the project under load: with the tool that it has, else with k6."""
    path, tool, _ = next(iter(load_tests(project)), ("your-test.js", "k6", False))
    return run_of(tool, path)


def load_tests(project: Project) -> list[tuple[str, str, bool]]:
    """The load tests of a project: path, tool, whether it states what is good enough."""
    found = []
    for path in project.code.files(every_class=True):
        text = (
            project.code.text(path)
            if project.files.class_of(path) not in {FileClass.VENDORED, FileClass.GENERATED}
            else ""
        )
        if any(needle in text for needle in _NEEDLES):
            found += [(path, tool, bool(limits.search(text))) for tool, mark, limits in _TOOLS if mark.search(text)]
    for path in project.files.glob("**/*.jmx"):
        found.append((path, "JMeter", "Assertion" in project.files.text(path)))
    for path in project.files.glob(
        "**/*artillery*.yml", "**/*artillery*.yaml", "**/artillery/**/*.yml", "**/load*/**/*.yml", "**/perf*/**/*.yml"
    ):
        text = project.files.text(path)
        if re.search(r"^config:", text, re.MULTILINE) and re.search(r"^scenarios:", text, re.MULTILINE):
            found.append((path, "Artillery", bool(re.search(r"^\s+ensure:", text, re.MULTILINE))))
    return found
