"""What checks say of recorded answers: each as what it is, and nothing where nothing was asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.model import Finding, Strength
from kit.params import Latency as LatencyLimits
from kit.params import Thresholds
from kit.project import Project
from kit.registry import catalogue
from kit.run import run_check
from kit.sources.probes.model import (
    Applied,
    Certificate,
    Dead,
    Disk,
    DnsProbe,
    ForeignKey,
    HostProbe,
    HttpProbe,
    Latency,
    Load,
    PostgresProbe,
    Probes,
    Redirect,
    RedisProbe,
    Role,
    S3Probe,
    TlsProbe,
)
from kit.sources.ran.model import CommandRun, ContainerState, Counts, Problem, Read

AT = "2026-11-22T09:00:00+00:00"
CHECKS = {check.id: check for check in catalogue()}
LIVE = [id for id in CHECKS if id[4:6] == "08"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "price.py").write_text("def total(prices):\n    return sum(prices)\n")
    return Project(tmp_path)


def told(project: Project, check: str, *ran: CommandRun, **probes: Any) -> tuple[Finding, ...]:
    project.ran = ran or None
    project.probes = Probes(AT, **probes) if probes else None
    return run_check(project, CHECKS[check])


def outcomes(project: Project, check: str, *ran: CommandRun, **probes: Any) -> list[tuple[str, str]]:
    return [(f.outcome.value, f.severity.value) for f in told(project, check, *ran, **probes)]


@pytest.mark.parametrize("check", LIVE)
def test_where_nothing_was_run_or_asked_there_is_nothing_to_judge(check: str, project: Project) -> None:
    assert [f.outcome for f in told(project, check)] == ["not_applicable"]


def run(area: str = "testing", **more: Any) -> CommandRun:
    known: dict[str, Any] = {"name": "it", "area": area, "line": "make it", "folder": ".", "ended": "exited", "code": 0}
    return CommandRun(**{**known, **more})


COMMANDS = [
    "DEL-080", "CON-080", "ORC-080", "INF-080", "CFG-080", "SEC-080", "TST-080", "CTR-080", "DAT-080", "REC-080",
    "OBS-080", "PRF-080", "RES-080", "CMP-080", "OPS-080",
]  # fmt: skip


@pytest.mark.parametrize("check", COMMANDS)
def test_a_command_speaks_of_its_area_alone(check: str, project: Project) -> None:
    own = CHECKS[check].area
    other = "delivery" if own != "delivery" else "testing"

    held = told(project, check, run(own), run(other, code=1))
    failed = told(project, check, run(own, code=2), run(other))

    assert [f.outcome for f in held] == ["pass"]
    assert [(f.outcome, f.severity) for f in failed] == [("fail", "high")]
    assert failed[0].evidence[0].strength is Strength.MEASURED
    assert failed[0].evidence[0].excerpt.startswith("$ make it\n")


@pytest.mark.parametrize(
    ("more", "outcome", "words"),
    [
        ({"ended": "timed-out", "code": -15, "limit": 60.0}, "fail", "had not ended after 60 s"),
        ({"ended": "flooded", "code": -9}, "fail", "wrote without end"),
        ({"ended": "memory", "code": -9, "memory": 4_000_000_000}, "fail", "more than 4 GB of memory"),
        ({"code": -11}, "fail", "ended by signal 11"),
        ({"code": 3, "expect": 3}, "pass", "exit code 3"),
        ({"left": 2}, "partial", "left 2 processes running"),
        ({"ended": "not-started", "code": None, "error": "no program make on /bin"}, "unknown", "no program make"),
        ({"ended": "not-asked", "code": None}, "unknown", "--commands"),
    ],
)
def test_how_a_command_ended_is_shown_as_what_it_is(more: Any, outcome: str, words: str, project: Project) -> None:
    (found,) = told(project, "TST-080", run(**more))

    assert found.outcome == outcome
    assert words in found.message


def test_what_an_output_says_of_lines_is_told_there(project: Project) -> None:
    problems = (
        Problem("app/price.py", 2, "wrong"),
        Problem("price.py", 1, "odd", "E1", "warning"),
        Problem("gone.py", 1, "x"),
    )
    read = Read("pytest", problems, Counts(3, 1))

    whole, first, second = told(project, "TST-080", run(code=1, read=(read,)))

    assert whole.message == "it: 3 passed, 1 failed, 3 problems, exit code 1, and 0 was expected."
    assert (first.evidence[0].path, first.evidence[0].line, first.severity) == ("app/price.py", 2, "medium")
    assert (second.evidence[0].path, second.evidence[0].line, second.severity) == ("app/price.py", 1, "low")
    assert first.evidence[0].excerpt == "    return sum(prices)"


def test_only_a_required_command_decides_a_verdict(project: Project) -> None:
    assert told(project, "DEL-080", run("delivery", code=1))[0].blocker is None
    assert told(project, "DEL-080", run("delivery", code=1, required=True))[0].blocker == "cannot be released"


def test_the_same_command_keeps_its_fingerprint_whatever_it_says(project: Project) -> None:
    first = told(project, "TST-080", run(code=1, seconds=1.0, output=("a",)))
    second = told(project, "TST-080", run(code=0, seconds=2.0, output=("b",)))

    assert first[0].fingerprint == second[0].fingerprint


def test_con_081_containers_that_run_and_those_that_do_not(project: Project) -> None:
    states = (
        ContainerState("a", "a:1", "running"),
        ContainerState("b", "b:1", "running", "unhealthy"),
        ContainerState("c", "c:1", "exited"),
    )

    found = told(project, "CON-081", run("containers", read=(Read("docker", containers=states),)))

    assert [f.outcome for f in found] == ["pass", "fail", "fail"]


def http(**more: Any) -> HttpProbe:
    return HttpProbe(**{"url": "https://shop.example.org/", "status": 200, **more})


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (http(), ("pass", "critical")),
        (http(status=500), ("fail", "critical")),
        (http(status=200, expect=503), ("fail", "critical")),
        (http(wrong=("its field status is null",)), ("fail", "high")),
        (http(status=None, error="the connection was refused"), ("fail", "critical")),
        (http(status=None, error="it did not answer in time"), ("fail", "critical")),
        (http(status=None, error="the variable TOKEN is not set"), ("unknown", "critical")),
    ],
)
def test_ops_081_an_answer_is_what_it_is(probe: HttpProbe, expected: tuple[str, str], project: Project) -> None:
    assert outcomes(project, "OPS-081", http=(probe,)) == [expected]


def test_ops_081_a_redirect_away_is_named(project: Project) -> None:
    away = http(status=302, redirects=(Redirect(302, "https://elsewhere.example.org/", False),))

    (found,) = told(project, "OPS-081", http=(away,))

    assert "leads to https://elsewhere.example.org/, which is another address" in found.message


def test_ops_081_stores_that_do_not_answer_and_those_that_could_not_be_asked(project: Project) -> None:
    refused, barred = "the connection was refused", "the password was refused"
    probes = {
        "postgres": (
            PostgresProbe("A", "h:1/d"),
            PostgresProbe("B", "h:2/d", error=refused),
            PostgresProbe("C", error=barred),
        ),
        "redis": (RedisProbe("D", "h:3", error=refused),),
        "tls": (TlsProbe("h", 443, error=refused),),
    }

    assert [o for o, _ in outcomes(project, "OPS-081", **probes)] == ["pass", "fail", "unknown", "fail", "fail"]


def test_ops_081_an_address_of_a_service_that_is_not_there_speaks_for_nobody(project: Project) -> None:
    found = told(project, "OPS-081", http=(http(service="shop"),))

    assert [f.outcome.value for f in found] == ["pass", "unknown"]
    assert "says that shop answers there, and the project has no service of that name" in found[1].message


def test_ops_082_room_on_disks_and_in_memory(project: Project) -> None:
    full = HostProbe((Disk("/", 100, 5), Disk("/gone", error="No such file")), 100, 50, 2, 0.1, 0.1, 0.1)

    assert [o for o, _ in outcomes(project, "OPS-082", host=full)] == ["fail", "unknown", "pass"]


PAGE = {
    "content-type": "text/html",
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
}


@pytest.mark.parametrize(
    ("headers", "outcome", "words"),
    [
        (PAGE, "pass", "carry"),
        ({**PAGE, "server": "nginx/1.18.0"}, "partial", "server tell versions"),
        ({**PAGE, "strict-transport-security": "max-age=60"}, "fail", "strict-transport-security"),
        (
            {k: v for k, v in PAGE.items() if k != "content-security-policy"},
            "fail",
            "content-security-policy, x-frame-options",
        ),
        ({"content-type": "application/json"}, "fail", "x-content-type-options, strict"),
    ],
)
def test_sec_081_headers(headers: dict[str, str], outcome: str, words: str, project: Project) -> None:
    (found,) = told(project, "SEC-081", http=(http(headers=headers),))

    assert found.outcome == outcome
    assert words in found.message


def test_sec_081_a_host_is_judged_once_by_its_page(project: Project) -> None:
    page, api = http(role="page", headers=PAGE), http(url="https://shop.example.org/api", headers={})
    silent, off = (
        http(url="https://b.example.org/", status=503),
        http(url="https://c.example.org/", judged_headers=False),
    )

    assert [f.message for f in told(project, "SEC-081", http=(api, page, silent, off))] == [
        "https://shop.example.org: its answers carry the security headers."
    ]


def test_sec_081_a_cookie_without_its_attributes(project: Project) -> None:
    found = told(project, "SEC-081", http=(http(headers={**PAGE, "set-cookie": "s=…; HttpOnly"}),))

    assert found[1].message.endswith("it sets a cookie without samesite, secure.")


SOUND = TlsProbe(
    "shop.example.org",
    443,
    version="TLSv1.3",
    certificate=Certificate("CN=shop", "CN=CA", ("shop.example.org",), "2026-10-01", "2027-01-30", 69, 52, "EC p"),
)


def tls(certificate: dict[str, Any] | None = None, **more: Any) -> TlsProbe:
    assert SOUND.certificate is not None
    return replace(SOUND, **{"certificate": replace(SOUND.certificate, **(certificate or {})), **more})


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (SOUND, ("pass", "high")),
        (tls(old=("TLSv1",)), ("fail", "high")),
        (TlsProbe("h", 443, error="the connection was refused"), ("unknown", "high")),
    ],
)
def test_sec_082_outdated_versions(probe: TlsProbe, expected: tuple[str, str], project: Project) -> None:
    assert outcomes(project, "SEC-082", tls=(probe,)) == [expected]


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (SOUND, ("pass", "high")),
        (tls({"days": -1}, untrusted="certificate has expired"), ("fail", "critical")),
        (tls({"days": 5}), ("fail", "medium")),
        (tls({"days": 30}), ("pass", "high")),
        (tls({"age": -3}), ("fail", "high")),
        (tls(untrusted="self-signed certificate"), ("fail", "high")),
        (tls({"key": "RSA 1024"}), ("fail", "high")),
        (tls({"key": "RSA 2048"}), ("pass", "high")),
        (TlsProbe("h", 443, error="the connection was refused"), ("unknown", "high")),
    ],
)
def test_sec_083_certificates(probe: TlsProbe, expected: tuple[str, str], project: Project) -> None:
    assert outcomes(project, "SEC-083", tls=(probe,)) == [expected]


def test_sec_084_plain_addresses(project: Project) -> None:
    plain = http(url="http://shop.example.org/")
    leading = replace(plain, status=301, redirects=(Redirect(301, "https://shop.example.org/", False),))
    here = http(url="http://127.0.0.1:8000/")

    assert [o for o, _ in outcomes(project, "SEC-084", http=(plain, leading, here, http()))] == ["fail", "pass"]


def postgres(**more: Any) -> PostgresProbe:
    sound: dict[str, Any] = {
        "version": 160003,
        "local": True,
        "role": Role("app"),
        "most_connections": 100,
        "slow": 0.5,
    }
    return PostgresProbe("DATABASE_URL", "db:5432/shop", **{**sound, **more})


@pytest.mark.parametrize(
    ("check", "more", "expected"),
    [
        ("SEC-085", {}, ["pass"]),
        ("SEC-085", {"role": Role("admin", ("SUPERUSER",))}, ["fail"]),
        ("SEC-085", {"local": False}, ["pass", "fail"]),
        ("SEC-085", {"role": None}, ["unknown"]),
        ("DAT-081", {}, ["pass"]),
        ("DAT-081", {"version": 140020}, ["fail"]),
        ("DAT-082", {}, ["not_applicable"]),
        ("DAT-082", {"wanted": ("pgcrypto",)}, ["fail"]),
        ("DAT-082", {"wanted": ("pgcrypto",), "extensions": {"pgcrypto": "1.3"}}, ["pass"]),
        ("DAT-082", {"wanted": ("pgcrypto",), "unseen": ("the extensions",)}, ["unknown"]),
        ("DAT-084", {}, ["pass"]),
        ("DAT-084", {"unindexed": (ForeignKey("line", "k", ("order_id",)),)}, ["fail"]),
        ("DAT-084", {"unseen": ("the foreign keys",)}, ["unknown"]),
        ("PRF-083", {"connections": 12}, ["pass"]),
        ("PRF-083", {"connections": 81}, ["fail"]),
        ("PRF-083", {"most_connections": 0}, ["unknown"]),
        ("OBS-081", {}, ["pass"]),
        ("OBS-081", {"slow": None}, ["fail"]),
        ("OBS-081", {"slow": None, "statements": True}, ["pass"]),
        ("OBS-081", {"slow": None, "unseen": ("the settings",)}, ["unknown"]),
    ],
)
def test_what_a_database_says(check: str, more: Any, expected: list[str], project: Project) -> None:
    assert [o for o, _ in outcomes(project, check, postgres=(postgres(**more),))] == expected


@pytest.mark.parametrize("check", ["SEC-085", "DAT-081", "DAT-083", "DAT-084", "PRF-083", "OBS-081"])
def test_what_a_database_that_is_stopped_cannot_say(check: str, project: Project) -> None:
    gone = PostgresProbe("DATABASE_URL", error="the connection was refused")

    assert [o for o, _ in outcomes(project, check, postgres=(gone,))] == ["unknown"]


@pytest.fixture
def migrated(tmp_path: Path) -> Project:
    for name in ("20260101_init", "20260202_more"):
        folder = tmp_path / "prisma" / "migrations" / name
        folder.mkdir(parents=True)
        (folder / "migration.sql").write_text('CREATE TABLE "a" (id int PRIMARY KEY);\n')
    (tmp_path / "prisma" / "schema.prisma").write_text(
        'datasource db {\n  provider = "postgresql"\n  url = env("D")\n}\n'
    )
    return Project(tmp_path)


@pytest.mark.parametrize(
    ("names", "failed", "expected"),
    [
        (("20260101_init", "20260202_more"), (), ["pass"]),
        (("20260101_init",), (), ["fail"]),
        (("20260101_init",), ("20260202_more",), ["fail", "fail"]),
        (("20260101_init", "20260202_more", "20260303_by_hand"), (), ["fail"]),
    ],
)
def test_dat_083_migrations_of_the_database_and_of_the_files(
    names: tuple[str, ...], failed: tuple[str, ...], expected: list[str], migrated: Project
) -> None:
    probe = postgres(applied=(Applied("_prisma_migrations", names, failed),))

    assert [o for o, _ in outcomes(migrated, "DAT-083", postgres=(probe,))] == expected


def test_dat_083_a_database_without_the_table_has_run_none(migrated: Project) -> None:
    (found,) = told(migrated, "DAT-083", postgres=(postgres(),))

    assert found.message.endswith("none of the 2 migrations of prisma/migrations has run.")


def redis(**more: Any) -> RedisProbe:
    sound = {
        "open": False,
        "local": True,
        "appends": True,
        "saves": False,
        "most_memory": 1000,
        "eviction": "noeviction",
    }
    return RedisProbe("REDIS_URL", "cache:6379", **{**sound, **more})


@pytest.mark.parametrize(
    ("check", "more", "expected"),
    [
        ("SEC-086", {}, ("pass", "high")),
        ("SEC-086", {"open": True}, ("fail", "medium")),
        ("SEC-086", {"open": True, "local": False}, ("fail", "high")),
        ("SEC-086", {"local": False}, ("partial", "medium")),
        ("SEC-086", {"local": False, "encrypted": True}, ("pass", "high")),
        ("SEC-086", {"open": None}, ("unknown", "high")),
        ("REC-081", {}, ("pass", "high")),
        ("REC-081", {"appends": False}, ("fail", "high")),
        ("REC-081", {"appends": False, "saves": True}, ("partial", "low")),
        ("REC-081", {"saved": False}, ("fail", "high")),
        ("REC-081", {"appends": None, "saves": None}, ("unknown", "high")),
        ("REC-081", {"appends": False, "use": "cache"}, ("not_applicable", "high")),
        ("PRF-084", {}, ("pass", "medium")),
        ("PRF-084", {"eviction": "allkeys-lru"}, ("fail", "medium")),
        ("PRF-084", {"eviction": "allkeys-lru", "use": "cache"}, ("pass", "medium")),
        ("PRF-084", {"use": "cache"}, ("fail", "medium")),
        ("PRF-084", {"use": "cache", "most_memory": 0}, ("partial", "low")),
        ("PRF-084", {"most_memory": None}, ("unknown", "medium")),
    ],
)
def test_what_a_redis_says(check: str, more: Any, expected: tuple[str, str], project: Project) -> None:
    assert outcomes(project, check, redis=(redis(**more),)) == [expected]


@pytest.mark.parametrize(
    ("check", "more", "expected"),
    [
        ("SEC-087", {}, "pass"),
        ("SEC-087", {"public": ("its policy allows everybody s3:GetObject",)}, "fail"),
        ("SEC-087", {"public": ("its policy allows everybody s3:GetObject",), "wants_public": True}, "pass"),
        ("SEC-087", {"unseen": ("the policy",)}, "unknown"),
        ("SEC-087", {"error": "the connection failed"}, "unknown"),
        ("REC-082", {}, "pass"),
        ("REC-082", {"versioning": "Suspended"}, "fail"),
        ("REC-082", {"versioning": None}, "unknown"),
        ("REC-082", {"versioning": "Off", "wants_versioning": False}, "not_applicable"),
    ],
)
def test_what_a_bucket_says(check: str, more: Any, expected: str, project: Project) -> None:
    probe = replace(S3Probe("uploads", "https://s3.example.org", versioning="Enabled"), **more)

    assert [o for o, _ in outcomes(project, check, s3=(probe,))] == [expected]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"records": ("203.0.113.7",)}, "pass"),
        ({"records": ("203.0.113.7",), "expect": ("203.0.113.7",)}, "pass"),
        ({"records": ("203.0.113.7",), "expect": ("203.0.113.8",)}, "fail"),
        ({"error": "there is no such name"}, "fail"),
    ],
)
def test_inf_081_names(more: Any, expected: str, project: Project) -> None:
    assert [o for o, _ in outcomes(project, "INF-081", dns=(DnsProbe("shop.example.org", **more),))] == [expected]


@pytest.mark.parametrize(
    ("status", "dead", "expected"),
    [(200, 503, "pass"), (200, 200, "fail"), (503, 503, "fail"), (None, 503, "unknown"), (200, None, "unknown")],
)
def test_res_081_a_readiness_that_tells_and_one_that_does_not(
    status: int | None, dead: int | None, expected: str, project: Project
) -> None:
    probe = http(status=status, error="" if status else "gone", dead=Dead("https://shop.example.org/x", 503, dead))

    assert [o for o, _ in outcomes(project, "RES-081", http=(probe,))] == [expected]


TIMES = Latency(20, 0, {"p50": 0.01, "p95": 0.2, "p99": 0.4})


@pytest.mark.parametrize(
    ("probe", "owner", "expected"),
    [
        (http(latency=TIMES), None, "not_applicable"),
        (http(latency=TIMES, limits={"p95": 0.3}), None, "pass"),
        (http(latency=TIMES, limits={"p95": 0.1}), None, "fail"),
        (http(latency=TIMES), "0.1", "fail"),
        (http(latency=TIMES, limits={"p95": 0.3}), "0.1", "pass"),
        (http(status=500, limits={"p95": 0.3}), None, "unknown"),
    ],
)
def test_prf_081_times_one_by_one(probe: HttpProbe, owner: str | None, expected: str, project: Project) -> None:
    if owner:
        project.thresholds = Thresholds(latency=LatencyLimits.model_validate({"p95": "100ms"}))

    assert [o for o, _ in outcomes(project, "PRF-081", http=(probe,))] == [expected]


@pytest.mark.parametrize(
    ("load", "expected"),
    [
        (Load(50, 30, Latency(1000, 9, {"p95": 0.2})), "pass"),
        (Load(50, 30, Latency(1000, 11, {"p95": 0.2})), "fail"),
        (Load(50, 30, Latency(1000, 0, {"p95": 0.9})), "fail"),
        (Load(50, 30, error="no request was answered"), "unknown"),
    ],
)
def test_prf_082_a_load(load: Load, expected: str, project: Project) -> None:
    assert [o for o, _ in outcomes(project, "PRF-082", http=(http(load=load, limits={"p95": 0.5}),))] == [expected]


UNKNOWN = "DAT-081"


def test_a_command_answers_what_its_check_leaves_unknown_and_nothing_else(project: Project) -> None:
    gone, there = PostgresProbe("A", error="the connection was refused"), postgres(version=130001)

    both = told(project, UNKNOWN, run(decides=(UNKNOWN,)), postgres=(gone, there))
    failed = told(project, UNKNOWN, run(decides=(UNKNOWN,), code=1), postgres=(gone,))
    not_run = told(project, UNKNOWN, run(decides=(UNKNOWN,), ended="not-asked", code=None), postgres=(gone,))

    assert [f.outcome for f in both] == ["pass", "fail"]
    assert "it answers it (exit code 0)." in both[0].message
    assert both[0].evidence[-1].strength is Strength.MEASURED
    assert [f.outcome for f in (*failed, *not_run)] == ["fail", "unknown"]
