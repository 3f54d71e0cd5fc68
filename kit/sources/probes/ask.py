"""Ask every target of a params file once, one after the other, so that none disturbs the measurement of another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from kit.sources.formats.settings import ParamsError
from kit.sources.probes.model import Probes
from kit.sources.probes.targets import HttpTarget, Targets, TlsTarget
from kit.sources.secrets.known import Known

INSTALL = 'pip install "readiness-kit[live]"'
LOAD = 'pip install "readiness-kit[load]"'

Resolve = Callable[[str], Path]
"""A path of the params file to an absolute one."""


def ask(targets: Targets, known: Known, resolve: Resolve) -> Probes:
    """What the targets answer. `known` are secrets that no answer may show.

    Raises ParamsError where a library that a target needs is not here; a target that does not answer says so.
    """
    require(targets)
    from kit.sources.probes import host, http, names, postgres, redis_server, s3, tls

    return Probes(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        http=tuple(http.probe(target, known, resolve) for target in targets.http),
        tls=tuple(tls.probe(target, resolve) for target in endpoints(targets)),
        postgres=tuple(postgres.probe(target, known) for target in targets.postgres),
        redis=tuple(redis_server.probe(target, known) for target in targets.redis),
        s3=tuple(s3.probe(target, known) for target in targets.s3),
        dns=tuple(names.probe(target) for target in targets.dns),
        host=host.probe(targets.host) if targets.host else None,
    )


def require(targets: Targets) -> None:
    """Raise ParamsError where a library that a target needs is not here."""
    for kind, library, install in _needs(targets):
        if find_spec(library) is None:
            raise ParamsError(f"targets.{kind}: {library} is not here; {install}")


def endpoints(targets: Targets) -> Iterator[TlsTarget]:
    """The TLS endpoints: those that are named, and those of https addresses."""
    named = {(target.host, target.port) for target in targets.tls}
    yield from targets.tls
    for target in targets.http:
        endpoint = _endpoint(target)
        if endpoint is not None and (endpoint.host, endpoint.port) not in named:
            named.add((endpoint.host, endpoint.port))
            yield endpoint


def _endpoint(target: HttpTarget) -> TlsTarget | None:
    from urllib.parse import urlsplit

    parts = urlsplit(target.url)
    if parts.scheme != "https" or not parts.hostname:
        return None
    return TlsTarget(host=parts.hostname, port=parts.port or 443, ca=target.ca)


def _needs(targets: Targets) -> Iterable[tuple[str, str, str]]:
    kinds = {
        "http": (targets.http, "httpx"),
        "tls": (tuple(endpoints(targets)), "cryptography"),
        "postgres": (targets.postgres, "psycopg"),
        "redis": (targets.redis, "redis"),
        "s3": (targets.s3, "botocore"),
        "dns": (targets.dns, "dns"),
        "host": (targets.host, "psutil"),
    }
    yield from ((kind, library, INSTALL) for kind, (asked, library) in kinds.items() if asked)
    if any(target.load for target in targets.http):
        yield "http.load", "locust", LOAD
