"""The poor shop with everything that a params file can have: evidence, commands, a running system, answers of people.

PostgreSQL, Redis and nginx are real. The shop's own services run where SAMPLE_SHOP names a copy with its packages
installed, as `.ci/run` makes one; elsewhere what answers as they do stands in for them (tests/sources/probes/shop_app.py).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import servers
import yaml

from kit.execute.live import commands_of
from kit.params import Params

pytestmark = [
    pytest.mark.xdist_group("live"),
    pytest.mark.skipif(sys.platform == "win32", reason="commands are run on POSIX systems"),
]
SHOP = Path(__file__).parent / "projects" / "shop-poor"
MIGRATIONS = sorted((SHOP / "api" / "prisma" / "migrations").glob("*/migration.sql"))


def _token(who: str) -> str:
    """What the shop's API takes for a customer's token."""
    claims = {"role": "CUSTOMER", "sub": who, "iss": "shop-api", "aud": "shop-web"}
    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in ({"alg": "HS256"}, claims)]
    signature = hmac.digest(servers.SIGNING_KEY.encode(), b".".join(parts), hashlib.sha256)
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


TOKEN = _token("6f1d6a52-3c5b-4d0e-8f57-0c2a8f0f9a11")
OWNERSHIP = """
import os, sys, urllib.error, urllib.request
print("calling as somebody else:", os.environ["API_TOKEN"])
order = os.environ["API_URL"] + "/api/v1/orders/1b0c5bb4-2d4f-4f39-8f0e-3d6a2c9b7e10/cancel"
try:
    code = urllib.request.urlopen(urllib.request.Request(order, b"", {"Authorization": os.environ["API_TOKEN"]})).status
except urllib.error.HTTPError as refused:
    code = refused.code
print("it answers", code)
print("1 passed in 0.10s" if code in (403, 404, 501) else "1 failed in 0.10s")
sys.exit(code not in (403, 404, 501))
"""
SCHEMA = """
CREATE TABLE _prisma_migrations (migration_name text, finished_at timestamptz, rolled_back_at timestamptz, started_at int);
CREATE ROLE shop LOGIN PASSWORD '{password}';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO shop;
"""


@dataclass(frozen=True)
class Run:
    """What one run of the command came to."""

    out: Path
    code: int
    said: str

    @property
    def assessment(self) -> Any:
        return json.loads((self.out / "assessment.json").read_text("utf-8"))

    def of(self, check: str, *outcomes: str) -> list[dict[str, Any]]:
        """The findings of a check, all or those with one of the outcomes."""
        found = [f for f in self.assessment["findings"] if f["check"] == check]
        return [f for f in found if not outcomes or f["outcome"] in outcomes]

    def said_of(self, check: str) -> list[tuple[str, str]]:
        """Outcome and message of the findings of a check."""
        return [(f["outcome"], f["message"]) for f in self.of(check)]

    def unknown(self) -> list[tuple[str, str]]:
        """What stayed unknown: check and message."""
        return [(f["check"], f["message"]) for f in self.assessment["findings"] if f["outcome"] == "unknown"]

    def area(self, id: str) -> Any:
        return next(a for a in self.assessment["areas"] if a["id"] == id)


@dataclass(frozen=True)
class System:
    """The addresses of what runs, and the variables that hold the secret ones: `shop` and the `dead` ones by service,
    `app` with addresses that answer in every wrong way."""

    shop: Mapping[str, str]
    dead: Mapping[str, str]
    app: str
    nginx: servers.Nginx
    variables: Mapping[str, str]


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """The shop over PostgreSQL with its schema but the last migration, and Redis; its services without stores; nginx."""
    with ExitStack() as stack:
        admin = stack.enter_context(servers.postgres("-c", "log_min_duration_statement=500"))
        cache = stack.enter_context(servers.redis("--appendonly", "yes", password=servers.PASSWORD))
        database, nowhere = _schema(admin), f"127.0.0.1:{servers.free_port()}"
        shop = {name: stack.enter_context(servers.shop(name, database, cache)) for name in ("api", "web", "worker")}
        gone = f"postgresql://shop:{servers.PASSWORD}@{nowhere}/shop", f"redis://{nowhere}/0"
        dead = {name: stack.enter_context(servers.shop(name, *gone)) for name in ("api", "worker")}
        app = stack.enter_context(servers.sample_app())
        front = stack.enter_context(servers.nginx(shop["api"]))
        variables = {"DATABASE_URL": database, "REDIS_URL": cache, "API_TOKEN": f"Bearer {TOKEN}"}
        yield System(shop, dead, app, front, variables)


def _schema(admin: str) -> str:
    """The DSN of a plain role of a database in which all migrations but the last have run, as Prisma notes them."""
    import psycopg

    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
    with psycopg.connect(admin.replace("/postgres", "/shop"), autocommit=True) as connection:
        for migration in MIGRATIONS[:-1]:
            connection.execute(migration.read_text("utf-8").encode())
        connection.execute(SCHEMA.format(password=servers.PASSWORD).encode())
        for number, migration in enumerate(MIGRATIONS[:-1]):
            row = (migration.parent.name, number)
            connection.execute("INSERT INTO _prisma_migrations VALUES (%s, now(), NULL, %s)", row)
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO shop")
    return admin.replace("admin:", "shop:").replace("/postgres", "/shop")


def params(system: System, **more: Any) -> dict[str, Any]:
    """A params file with all four kinds."""
    tsc = "api/src/index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'."
    return {
        "project": {"name": "Sample shop", "path": "shop"},
        "report": {"style": "status"},
        "thresholds": {"coverage": {"lines": 80}, "latency": {"p95": "2s"}, "rto": "4h"},
        "evidence": {"coverage": ["coverage.info"]},
        "commands": [
            {"name": "type-check", "run": f'echo "{tsc}"; exit 2', "shell": True, "area": "delivery"},
            {
                "name": "ownership", "run": [sys.executable, "-c", OWNERSHIP], "area": "security",
                "env": ["API_TOKEN"], "set": {"API_URL": system.shop["api"]}, "decides": ["SEC-064"],
            },
            {"name": "restore drill", "run": ["sleep", "0.1"], "area": "recovery"},
        ],
        "targets": {
            "http": [
                {"url": f"{system.shop['web']}/", "role": "page", "service": "web", "requests": 5},
                {
                    "url": f"{system.shop['api']}/ready", "role": "readiness", "service": "api", "requests": 5,
                    "json": {"status": "ready"}, "dead": {"url": f"{system.dead['api']}/ready"},
                    "header_env": {"Authorization": "API_TOKEN"},
                    "load": {"users": 5, "duration": "2s", "pause": "100ms"},
                },
                {"url": f"{system.shop['api']}/healthz/ready", "role": "readiness", "service": "api"},
                {
                    "url": f"{system.shop['worker']}/ready", "role": "readiness", "service": "worker", "requests": 5,
                    "dead": {"url": f"{system.dead['worker']}/ready"},
                },
            ],
            "postgres": [{"dsn_env": "DATABASE_URL"}],
            "redis": [{"url_env": "REDIS_URL"}],
            "tls": [{"host": "localhost", "port": system.nginx.ports["valid"], "ca": str(system.nginx.ca)}],
            "host": {"disk_free": "0.1%", "memory_free": "0.1%"},
        },
        "attestations": [
            {
                "check": "CFG-001", "answer": "pass", "by": "Jane Doe, SRE", "on": "2026-01-01", "expires": "2099-01-01",
                "note": "the variables stand in the vault", "path": "worker/**",
            }
        ],
        **more,
    }  # fmt: skip


def assess(folder: Path, system: System, given: Mapping[str, Any], *options: str) -> Run:
    """Run the command over the params, in an environment that holds the secrets and nothing else of note."""
    shutil.copytree(SHOP, folder / "shop", dirs_exist_ok=True)
    (folder / "coverage.info").write_text("TN:\nSF:shop/api/src/index.ts\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\n")
    (folder / "cut.xml").write_text('<testsuites><testsuite name="orders"><testcase name="pla')
    (folder / "swapped.xml").write_text(
        '<testsuites><testsuite name="orders"><testcase name="places"/></testsuite></testsuites>'
    )
    (folder / "p.yaml").write_text(yaml.safe_dump(dict(given)), "utf-8")
    words = [
        sys.executable,
        "-m",
        "kit",
        "assess",
        "p.yaml",
        "--out",
        "out",
        "--no-cache",
        "--fail-on",
        "never",
        *options,
    ]
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", **system.variables}
    repo = str(Path(__file__).parents[1])
    done = subprocess.run(
        words, cwd=folder, env={**env, "PYTHONPATH": repo}, capture_output=True, text=True, timeout=400, check=False
    )
    return Run(folder / "out", done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def alive(system: System, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run over all that runs."""
    run = assess(tmp_path_factory.mktemp("alive"), system, params(system))
    assert run.code == 0, run.said
    return run


def test_every_unknown_of_the_files_is_decided(alive: Run, system: System) -> None:
    """What is left is no question of the files: how fast an address is that does not answer, and what a README claims."""
    wrong = f"{system.shop['api']}/healthz/ready"

    left = [one for one in alive.unknown() if one[0] != "OPS-063"]

    assert left == [("PRF-081", f"{wrong}: its latency was not measured: it does not answer as it should.")]


def test_a_probe_path_is_decided_by_the_service_that_runs(alive: Run) -> None:
    decided = [f for f in alive.of("ORC-003", "pass") if "answers 200 where it runs" in f["message"]]

    assert len(decided) == 2
    assert decided[0]["evidence"][0]["path"].startswith("k8s/")
    assert {e["strength"] for e in decided[0]["evidence"]} == {"live"}
    assert decided[0]["evidence"][1]["excerpt"].endswith("HTTP 200")


def test_a_command_decides_what_it_was_named_for(alive: Run) -> None:
    (found,) = [f for f in alive.of("SEC-064", "pass") if "ownership answers it" in f["message"]]

    assert found["evidence"][-1]["strength"] == "measured"


def test_a_person_decides_the_rest_and_it_is_shown_as_such(alive: Run) -> None:
    attested = [f for f in alive.of("CFG-001", "pass") if f["message"].startswith("Jane Doe, SRE attests")]

    assert len(attested) == 2
    assert {e["strength"] for f in attested for e in f["evidence"]} == {"attested"}


def test_a_failed_command_is_shown_with_its_console_and_its_lines(alive: Run) -> None:
    whole, line = alive.of("DEL-080", "fail")

    assert whole["evidence"][0]["excerpt"].startswith('$ echo "api/src/index.ts(3,7): error TS2322')
    assert (line["evidence"][0]["path"], line["evidence"][0]["line"]) == ("api/src/index.ts", 3)


def test_the_running_system_is_told_as_it_is(alive: Run, system: System) -> None:
    assert [m for o, m in alive.said_of("OPS-081") if o == "fail"] == [
        f"{system.shop['api']}/healthz/ready: it answers 404; 200 was expected."
    ]
    assert [o for o, _ in alive.said_of("SEC-085")] == ["pass"]
    assert [o for o, _ in alive.said_of("SEC-086")] == ["pass"]
    assert [o for o, _ in alive.said_of("OBS-081")] == ["pass"]
    (behind,) = alive.of("DAT-083", "fail")
    assert MIGRATIONS[-1].parent.name in behind["message"]
    assert [f["evidence"][0]["strength"] for f in alive.of("SEC-083", "pass")] == ["live"]


def test_the_readiness_that_asks_nothing_is_told_from_the_one_that_asks_its_stores(alive: Run, system: System) -> None:
    api, worker = alive.said_of("RES-081")

    assert api == (
        "fail",
        f"{system.shop['api']}/ready: with a dead dependency it answers 200; 503 was expected.",
    )
    assert worker == (
        "pass",
        f"{system.shop['worker']}/ready: with a dead dependency it answers 503 in place of 200.",
    )


def test_each_kind_raises_the_confidence_of_its_area(
    alive: Run, system: System, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bare = assess(tmp_path_factory.mktemp("bare"), system, {"project": {"path": "shop"}})

    assert len(bare.unknown()) == 6
    for area in ("security", "orchestration", "configuration", "data", "operations"):
        assert alive.area(area)["confidence"] > bare.area(area)["confidence"], area
    assert alive.assessment["confidence"] > bare.assessment["confidence"]


def test_no_secret_is_in_any_file_that_was_written(alive: Run) -> None:
    written = [p for p in alive.out.rglob("*") if p.is_file()]

    assert {p.name for p in written} >= {"report.html", "assessment.json", "run.json", "17-health.ipynb"}
    for path in written:
        content = path.read_bytes()
        assert servers.PASSWORD.encode() not in content, path
        assert TOKEN.encode() not in content, path
    assert TOKEN not in alive.said


def test_the_health_check_has_ten_sections(alive: Run) -> None:
    notebook = json.loads((alive.out / "notebooks" / "17-health.ipynb").read_text("utf-8"))
    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]

    assert all(c["outputs"] for c in code if "check." in "".join(c["source"]))
    assert "17-health" not in alive.said
    assert "Health check" in (alive.out / "report.html").read_text("utf-8")


@pytest.fixture(scope="module")
def broken(system: System, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run while nearly everything is wrong: a stopped server, an expired certificate, hanging commands, a broken answer."""
    gone = f"redis://:{servers.PASSWORD}@127.0.0.1:{servers.free_port()}/0"
    given = params(
        system,
        commands=[
            {"name": "hanging", "run": ["sleep", "600"], "area": "operations", "timeout": "1s"},
            {"name": "endless", "run": ["yes"], "area": "operations"},
            {"name": "staying", "run": "(setsid sleep 79.5 &); echo done", "shell": True, "area": "operations"},
        ],
        targets={
            "http": [
                {"url": f"{system.app}/broken", "headers": False},
                {"url": f"{system.app}/hang", "timeout": "300ms", "headers": False},
                {"url": f"{system.app}/away", "headers": False},
                {"url": f"{system.app}/always-ready", "headers": False, "dead": {"url": f"{system.app}/always-ready"}},
            ],
            "postgres": [{"dsn_env": "DATABASE_URL"}],
            "redis": [{"url_env": "GONE_URL"}],
            "tls": [{"host": "localhost", "port": system.nginx.ports[name], "ca": str(system.nginx.ca)} for name in ("expired", "near")],
        },
        evidence={"junit": ["cut.xml"], "coverage": ["swapped.xml"]},
    )  # fmt: skip
    wrong = system.variables["DATABASE_URL"].replace(servers.PASSWORD, "wr0ng-p4ssw0rd")
    without = replace(system, variables={**system.variables, "DATABASE_URL": wrong, "GONE_URL": gone})
    areas = [word for area in ("operations", "security", "resilience") for word in ("--area", area)]
    run = assess(tmp_path_factory.mktemp("broken"), without, given, *areas)
    assert run.code == 0, run.said
    return run


def test_each_wrong_thing_is_shown_as_what_it_is(broken: Run, system: System) -> None:
    answers = dict.fromkeys(message.partition(": ")[2] for _, message in broken.said_of("OPS-081"))

    assert "it answers 500; 200 was expected." in answers
    assert "it did not answer in time." in answers
    assert (
        "it answers 302 and leads to http://other.example.org/health?…, which is another address; 200 was expected."
        in answers
    )
    assert "the connection was refused." in answers
    assert "it could not be asked: the password was refused." in answers
    assert [o for o, _ in broken.said_of("RES-081")] == ["fail"]
    port = system.nginx.ports["expired"]
    assert any(m.startswith(f"localhost:{port}: its certificate ran out on") for _, m in broken.said_of("SEC-083"))
    assert sorted(f["severity"] for f in broken.of("SEC-083", "fail")) == ["critical", "medium"]


def test_the_report_that_people_read_shows_each_of_them_too(broken: Run, system: System) -> None:
    """A 500, a hanging address, a stopped server, an expired certificate, a hanging command, a cut and a swapped file."""
    page = html.unescape((broken.out / "report.html").read_text("utf-8"))

    for said in (
        f"{system.app}/broken: it answers 500; 200 was expected.",
        f"{system.app}/hang: it did not answer in time.",
        "): the connection was refused.",
        f"localhost:{system.nginx.ports['expired']}: its certificate ran out on",
        "hanging: it had not ended after 1 s and was ended",
        "cut.xml is no evidence:",
        "swapped.xml is JUnit, and stands under `evidence.coverage`",
    ):
        assert said in page or said.replace("`", "") in page, said


def test_a_command_that_says_nothing_of_the_areas_asked_for_is_not_run(tmp_path: Path) -> None:
    given = {
        "commands": [
            {"name": "own", "run": ["true"], "area": "data"},
            {"name": "deciding", "run": ["true"], "area": "testing", "decides": ["DAT-001"]},
            {"name": "other", "run": ["true"], "area": "testing"},
        ]
    }
    runs = commands_of(Params.model_validate({"project": {"path": str(tmp_path)}, **given}), ("data",))

    assert [(r.name, r.ended) for r in runs] == [("own", "exited"), ("deciding", "exited"), ("other", "not-asked")]


def test_commands_that_hang_flood_or_stay_are_shown_as_such(broken: Run) -> None:
    told = dict(tuple(message.split(": ", 1))[::1] for _, message in broken.said_of("OPS-080"))

    assert told["hanging"] == "it had not ended after 1 s and was ended, with everything that it had started."
    assert told["endless"] == "it wrote without end and was ended."
    assert told["staying"] == "exit code 0, and left 1 process running, which were ended."


def test_what_could_not_be_asked_stays_unknown(broken: Run) -> None:
    assert {check for check, _ in broken.unknown()} >= {"OPS-081", "SEC-085", "SEC-086"}


def test_commands_are_run_by_their_own_leave_alone(system: System, tmp_path: Path) -> None:
    made = tmp_path / "shop" / "made"
    command = {"name": "make", "run": ["touch", "made"], "area": "operations"}
    given = {"project": {"path": "shop"}, "commands": [{**command, "on_demand": True}]}
    area = ("--area", "operations")

    assert assess(tmp_path, system, given, *area).of("OPS-080", "unknown")
    assert assess(tmp_path, system, {**given, "commands": [command]}, "--commands", "--no-commands", *area).of(
        "OPS-080", "unknown"
    )
    assert not made.exists()
    assert assess(tmp_path, system, given, "--commands", *area).of("OPS-080", "pass")
    assert made.exists()


def test_an_interrupt_ends_what_runs_and_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "a.txt").write_text("a")
    line = f"(setsid sleep 79.6 &); touch {tmp_path}/begun; sleep 79.6"
    command = {"name": "long", "run": line, "shell": True, "area": "operations"}
    (tmp_path / "p.yaml").write_text(yaml.safe_dump({"project": {"path": "shop"}, "commands": [command]}))
    words = [sys.executable, "-m", "kit", "assess", "p.yaml", "--out", "out", "--quiet"]
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[1])}
    running = subprocess.Popen(words, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True)
    _until(lambda: (tmp_path / "begun").exists())

    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)[1]

    assert running.returncode == 130
    assert "interrupted" in said
    assert not [p for p in Path("/proc").glob("[0-9]*/cmdline") if b"79.6" in _read(p)]
    assert not (tmp_path / "out" / "report.html").exists()


def _until(true: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.05)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        ({"attestations": [{"check": "CFG-999", "answer": "pass", "by": "J", "on": "2026-01-01"}]}, (), "there is no check CFG-999; did you mean 'CFG-"),
        ({"commands": [{"name": "a", "run": ["b"], "area": "data", "decides": ["DAT-999"]}]}, (), "there is no check DAT-999"),
        ({}, ("--commands",), "--commands: no commands are named"),
        ({"targets": {"http": [{"url": "http://u:p4ssw0rd@h/"}]}}, (), "an address without a name and password"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_before_anything_is_run(
    given: dict[str, Any], options: tuple[str, ...], said: str, system: System, tmp_path: Path
) -> None:
    run = assess(tmp_path, system, {"project": {"path": "shop"}, **given}, *options)

    assert run.code == 2
    assert said in run.said
    assert not run.out.exists()
