"""The servers that tests of probes share, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import servers


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    """The address of the sample application."""
    with servers.sample_app() as url:
        yield url


@pytest.fixture(scope="session")
def nginx(app: str) -> Iterator[servers.Nginx]:
    """An nginx with TLS in front of the sample application."""
    with servers.nginx(app) as found:
        yield found


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The DSN of a superuser of a PostgreSQL."""
    with servers.postgres() as dsn:
        yield dsn


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 server."""
    with servers.s3() as url:
        yield url
