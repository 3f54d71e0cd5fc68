"""Addresses are asked as they are named, and what they answer is told as what it is."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from servers import PASSWORD, Nginx, free_port, sample_app

from kit.sources.formats.settings import ParamsError
from kit.sources.probes import ask
from kit.sources.probes.http import probe
from kit.sources.probes.model import HttpProbe
from kit.sources.probes.targets import HttpTarget, Targets
from kit.sources.secrets.known import Known

TOKEN = "s3cr3t-p4ssw0rd"  # noqa: S105 - what the sample application takes


def asked(url: str, known: Known | None = None, **more: Any) -> HttpProbe:
    target = HttpTarget.model_validate({"url": url, "requests": 3, **more})
    return probe(target, known or Known(), Path)


def test_an_address_that_answers_as_it_should(app: str) -> None:
    found = asked(f"{app}/health", contains="ok", json={"status": "ok", "checks.database": "up"}, p95="2s")

    assert (found.holds, found.status, found.error, found.said) == (True, 200, "", "")
    assert found.latency is not None
    assert (found.latency.requests, found.latency.failed) == (3, 0)
    assert 0 < found.latency.seconds["p50"] <= found.latency.seconds["p99"] < 2
    assert found.limits == {"p95": 2.0}


def test_a_status_that_is_not_expected_is_shown_with_what_was_said(app: str) -> None:
    found = asked(f"{app}/broken")

    assert (found.holds, found.status, found.latency) == (False, 500, None)
    assert found.said.startswith("connection to postgresql://app:")
    assert TOKEN not in found.said


@pytest.mark.parametrize(
    ("expected", "wrong"),
    [
        ({"contains": "fine"}, "its body does not contain 'fine'"),
        ({"json": {"status": "fine"}}, 'its field status is "ok", not "fine"'),
        ({"json": {"checks.cache": "up"}}, 'its field checks.cache is null, not "up"'),
    ],
)
def test_a_body_that_is_not_expected_is_told(expected: dict[str, Any], wrong: str, app: str) -> None:
    found = asked(f"{app}/health", **expected)

    assert found.wrong == (wrong,)
    assert not found.holds


def test_a_body_that_is_no_json_where_fields_are_expected(app: str) -> None:
    assert asked(f"{app}/page", json={"status": "ok"}).wrong == ("its body is no JSON",)


def test_a_redirect_within_the_address_is_followed(app: str) -> None:
    found = asked(f"{app}/here")

    assert found.holds
    assert [(r.status, r.followed) for r in found.redirects] == [(302, True)]


def test_a_redirect_to_another_address_is_shown_and_not_followed(app: str) -> None:
    found = asked(f"{app}/away")

    assert (found.status, found.holds) == (302, False)
    assert [(r.to, r.followed) for r in found.redirects] == [("http://other.example.org/health?…", False)]


def test_redirects_in_a_circle_come_to_an_end(app: str) -> None:
    assert len(asked(f"{app}/around").redirects) == 6


@pytest.mark.parametrize("path", ["hang", "drip"])
def test_one_that_hangs_or_drips_is_left(path: str, app: str) -> None:
    begun = time.monotonic()

    found = asked(f"{app}/{path}", timeout="300ms")

    assert (found.status, found.error) == (None, "it did not answer in time")
    assert time.monotonic() - begun < 5


def test_one_that_is_stopped_refuses() -> None:
    with sample_app() as url:
        assert asked(f"{url}/health").holds
    assert asked(f"{url}/health").error == "the connection was refused"


def test_a_name_that_does_not_resolve() -> None:
    assert asked("http://no-such-name.invalid/").error == "its name does not resolve"


def test_proxies_of_this_host_are_not_used(app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")

    assert asked(f"{app}/health").holds


def test_a_header_from_a_variable_is_sent_and_shown_nowhere(app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", f"Bearer {TOKEN}")
    headers = {"header_env": {"Authorization": "API_TOKEN"}}

    good = asked(f"{app}/private", **headers)
    wrong = asked(f"{app}/private", Known.of(["API_TOKEN"]), contains="something else", **headers)

    assert good.holds
    assert asked(f"{app}/private").status == 401
    assert TOKEN not in repr(good) + repr(wrong)
    assert "********" in wrong.said


def test_a_header_whose_variable_is_not_set_keeps_it_from_being_asked(app: str) -> None:
    assert asked(f"{app}/private", header_env={"A": "SURELY_NOT_SET"}).error == "the variable SURELY_NOT_SET is not set"


def test_of_cookies_only_their_attributes_are_kept(app: str) -> None:
    found = asked(f"{app}/bare", role="page")

    assert found.headers["set-cookie"] == "session=…; Path=/"
    assert found.headers["x-powered-by"] == "X/1.2"


def test_a_readiness_is_compared_with_itself_where_a_dependency_is_dead(app: str) -> None:
    with sample_app(f"127.0.0.1:{free_port()}") as widowed:
        switch = asked(f"{app}/ready", dead={"url": f"{app}/ready?dead=1"}).dead
        other = asked(f"{app}/ready", dead={"url": f"{widowed}/ready"}).dead
        blind = asked(f"{app}/always-ready", dead={"url": f"{widowed}/always-ready"}).dead

    assert [found.status for found in (switch, other, blind) if found] == [503, 503, 200]


def test_a_slow_address_is_measured_as_slow(app: str) -> None:
    latency = asked(f"{app}/slow").latency

    assert latency is not None
    assert latency.seconds["p50"] >= 0.06


def test_a_certificate_that_has_run_out_is_why_there_is_no_answer(nginx: Nginx) -> None:
    good = asked(f"https://localhost:{nginx.ports['valid']}/page", ca=str(nginx.ca), role="page")
    expired = asked(f"https://localhost:{nginx.ports['expired']}/page", ca=str(nginx.ca))
    strange = asked(f"https://localhost:{nginx.ports['valid']}/page")

    assert good.holds
    assert expired.error == "its certificate does not hold: certificate has expired"
    assert strange.error.startswith("its certificate does not hold: unable to get local issuer certificate")


def test_a_load_is_bounded_and_measured(app: str) -> None:
    if find_spec("locust") is None:
        pytest.skip("Locust is not installed")
    found = asked(f"{app}/health", load={"users": 5, "duration": "1s", "pause": "100ms"}).load

    assert found is not None
    assert (found.users, found.duration) == (5, 1.0)
    assert found.latency is not None
    assert 5 <= found.latency.requests <= 100
    assert found.latency.failed == 0


def test_a_library_that_is_missing_is_named_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "find_spec", lambda _: None)

    with pytest.raises(ParamsError, match=r"targets.http: httpx is not here; pip install \"readiness-kit\[live\]\""):
        ask.require(Targets.model_validate({"http": [{"url": "http://127.0.0.1/"}]}))


def test_the_planted_password_is_no_part_of_an_address() -> None:
    with pytest.raises(ValueError, match="without a name and password"):
        HttpTarget.model_validate({"url": f"http://admin:{PASSWORD}@127.0.0.1/"})
