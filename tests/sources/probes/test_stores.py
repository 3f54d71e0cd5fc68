"""Redis, buckets, names and the host are asked; each tells what it is."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from servers import PASSWORD, free_port, redis

from kit.sources.probes import host, names, redis_server, s3
from kit.sources.probes.model import RedisProbe, S3Probe
from kit.sources.probes.targets import DnsTarget, HostTarget, RedisTarget, S3Target
from kit.sources.secrets.known import Known

pytest.importorskip("redis", reason="redis is not installed")


def asked(url: str, monkeypatch: pytest.MonkeyPatch) -> RedisProbe:
    monkeypatch.setenv("CACHE_URL", url)
    return redis_server.probe(RedisTarget(url_env="CACHE_URL"), Known.of(["CACHE_URL"]))


def test_a_redis_with_a_password_and_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    more = ("--appendonly", "yes", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru")
    with redis(*more, password=PASSWORD) as url:
        found = asked(url, monkeypatch)
        wrong = asked(url.replace(PASSWORD, "wr0ng-p4ssw0rd"), monkeypatch)

    assert (found.error, found.open, found.appends, found.saves) == ("", False, True, False)
    assert (found.most_memory, found.eviction) == (64 * 1024 * 1024, "allkeys-lru")
    assert wrong.error == "the password was refused"
    assert PASSWORD not in repr(found)
    assert "wr0ng" not in repr(wrong)


def test_a_redis_that_everybody_may_ask_and_then_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    with redis() as url:
        found = asked(url, monkeypatch)
    gone = asked(url, monkeypatch)

    assert (found.open, found.appends, found.saves, found.most_memory) == (True, False, False, 0)
    assert gone.error == "the connection was refused"


def bucket(name: str, url: str, monkeypatch: pytest.MonkeyPatch, **more: Any) -> S3Probe:
    monkeypatch.setenv("S3_KEY", "testing")
    monkeypatch.setenv("S3_SECRET", PASSWORD)
    target = {"bucket": name, "endpoint": url, "key_env": "S3_KEY", "secret_env": "S3_SECRET", **more}
    return s3.probe(S3Target.model_validate(target), Known.of(["S3_KEY", "S3_SECRET"]))


@pytest.fixture(scope="module")
def buckets(s3: str) -> str:
    """An S3 server with an open and a closed bucket."""
    import json

    import botocore.session

    keys = dict.fromkeys(("aws_access_key_id", "aws_secret_access_key"), "testing")
    client = botocore.session.Session().create_client("s3", region_name="us-east-1", endpoint_url=s3, **keys)
    for name in ("closed", "opened"):
        client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket="closed", VersioningConfiguration={"Status": "Enabled"})
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    client.put_public_access_block(Bucket="closed", PublicAccessBlockConfiguration=block)
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::opened/*"}
    client.put_bucket_policy(Bucket="opened", Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    return s3


def test_a_bucket_that_is_closed_and_keeps_versions(buckets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = bucket("closed", buckets, monkeypatch)

    assert (found.error, found.versioning, found.unseen) == ("", "Enabled", ())
    assert not [why for why in found.public if "policy" in why or "grants" in why]
    assert PASSWORD not in repr(found)


def test_a_bucket_that_everybody_may_read(buckets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = bucket("opened", buckets, monkeypatch)

    assert found.versioning == "Off"
    assert "its policy allows everybody s3:GetObject" in found.public


def test_a_bucket_that_is_not_there_and_a_server_that_is_not(buckets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bucket("missing", buckets, monkeypatch).error == "there is no such bucket"
    assert bucket("closed", f"http://127.0.0.1:{free_port()}", monkeypatch).error == "the connection failed"


def test_keys_come_from_the_variables_that_are_named_alone(buckets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    unset = {"secret_env": "SURELY_NOT_SET"}

    found = bucket("closed", buckets, monkeypatch, **unset)

    assert found.error == "the variable SURELY_NOT_SET is not set"


@pytest.fixture(scope="module")
def name_server() -> Iterator[str]:
    """A name server that knows `shop.example.org`, and no other."""
    message, rrset = pytest.importorskip("dns.message"), pytest.importorskip("dns.rrset")
    rcode = pytest.importorskip("dns.rcode")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
        plug.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                try:
                    raw, client = plug.recvfrom(4096)
                except OSError:
                    return
                query = message.from_wire(raw)
                answer = message.make_response(query)
                if str(query.question[0].name) == "shop.example.org.":
                    answer.answer.append(
                        rrset.from_text("shop.example.org.", 60, "IN", "A", "203.0.113.7", "203.0.113.8")
                    )
                else:
                    answer.set_rcode(rcode.NXDOMAIN)
                plug.sendto(answer.to_wire(), client)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1#{plug.getsockname()[1]}"


def test_a_name_resolves_to_all_its_records(name_server: str) -> None:
    found = names.probe(DnsTarget(name="shop.example.org", server=name_server))

    assert (found.records, found.ttl, found.error) == (("203.0.113.7", "203.0.113.8"), 60, "")


def test_a_name_that_is_not_there(name_server: str) -> None:
    assert names.probe(DnsTarget(name="gone.example.org", server=name_server)).error == "there is no such name"


def test_the_host_tells_its_disks_and_memory() -> None:
    found = host.probe(HostTarget(disks=("/", "/surely/not/here")))

    assert 0 < found.disks[0].share < 1
    assert found.disks[1].error
    assert 0 < found.share < 1
    assert found.processors >= 1
