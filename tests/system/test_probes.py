"""What a health command asks."""

from __future__ import annotations

import pytest

from kit.system.probes import asked_by


@pytest.mark.parametrize(
    ("command", "path", "port"),
    [
        ("curl -f http://localhost:8000/health || exit 1", "/health", 8000),
        ("wget -qO- http://127.0.0.1/ready", "/ready", 80),
        ("curl -f http://localhost:3000", "/", 3000),
        ("curl http://[::1]:9000/live?full=1", "/live", 9000),
        ("curl -f http://localhost:${PORT:-8080}/healthz", "/healthz", 8080),
        ("curl -f http://localhost:${PORT}/healthz", "/healthz", None),
        ("node -e \"http.get({port: 4000, path: '/up'})\"", "/up", 4000),
        ("pg_isready -U postgres", None, None),
        ("redis-cli ping", None, None),
    ],
)
def test_path_and_port_are_read_from_the_command(command: str, path: str | None, port: int | None) -> None:
    assert asked_by(command) == (path, port)
