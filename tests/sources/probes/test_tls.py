"""TLS endpoints tell their versions and certificates, also those that do not hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from servers import Nginx, free_port

from kit.sources.probes.ask import endpoints
from kit.sources.probes.model import TlsProbe
from kit.sources.probes.targets import Targets, TlsTarget
from kit.sources.probes.tls import probe


def asked(port: int, **more: Any) -> TlsProbe:
    return probe(TlsTarget.model_validate({"host": "localhost", "port": port, **more}), Path)


def test_a_sound_endpoint(nginx: Nginx) -> None:
    found = asked(nginx.ports["valid"], ca=str(nginx.ca))

    assert (found.version, found.old, found.untrusted, found.error) == ("TLSv1.3", (), "", "")
    assert found.certificate is not None
    assert found.certificate.names == ("localhost", "127.0.0.1")
    assert 364 <= found.certificate.days <= 365


@pytest.mark.parametrize(("name", "days"), [("near", 5), ("expired", -1)])
def test_the_days_that_a_certificate_has_left(name: str, days: int, nginx: Nginx) -> None:
    found = asked(nginx.ports[name], ca=str(nginx.ca)).certificate

    assert found is not None
    assert found.days == days


@pytest.mark.parametrize(
    ("name", "trusts", "why"),
    [
        ("valid", True, ""),
        ("valid", False, "unable to get local issuer certificate"),
        ("expired", True, "certificate has expired"),
        ("own", True, "self-signed certificate"),
    ],
)
def test_why_a_chain_does_not_hold(name: str, trusts: bool, why: str, nginx: Nginx) -> None:
    assert asked(nginx.ports[name], ca=str(nginx.ca) if trusts else None).untrusted == why


def test_a_name_that_the_certificate_does_not_have(nginx: Nginx) -> None:
    found = asked(nginx.ports["valid"], ca=str(nginx.ca), name="shop.example.org")

    assert found.untrusted.startswith("Hostname mismatch")


def test_outdated_versions_that_are_still_accepted(nginx: Nginx) -> None:
    assert asked(nginx.ports["old"], ca=str(nginx.ca)).old == ("TLSv1", "TLSv1.1")


def test_what_does_not_speak_tls_and_what_does_not_listen(nginx: Nginx) -> None:
    assert asked(nginx.ports["plain"]).error.startswith("no TLS connection can be made")
    assert asked(free_port()).error == "the connection was refused"


def test_https_addresses_are_endpoints_too_each_once() -> None:
    targets = Targets.model_validate(
        {
            "http": [
                {"url": "https://a.example.org/x"},
                {"url": "https://a.example.org/y"},
                {"url": "http://b.example.org/"},
            ],
            "tls": [{"host": "c.example.org", "port": 8443}],
        }
    )

    assert [(e.host, e.port) for e in endpoints(targets)] == [("c.example.org", 8443), ("a.example.org", 443)]
