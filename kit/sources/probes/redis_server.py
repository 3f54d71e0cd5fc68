"""A Redis server or what speaks its protocol, read only: what it says of itself, and whether it asks for a password."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kit.sources.probes.model import RedisProbe
from kit.sources.probes.targets import RedisTarget
from kit.sources.secrets.known import Known

if TYPE_CHECKING:
    import redis

SECONDS = 5.0
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", None})


def probe(target: RedisTarget, known: Known) -> RedisProbe:
    """What the server says. Its address comes from a variable and is told without the name and password in it."""
    import redis

    asked = RedisProbe(target.url_env, use=target.use)
    address = os.environ.get(target.url_env, "")
    if not address:
        return replace(asked, error=f"the variable {target.url_env} is not set")
    try:
        parts = urlsplit(address)
        asked = replace(
            asked,
            where=f"{parts.hostname or parts.path}:{parts.port or 6379}",
            local=parts.hostname in _LOCAL,
            encrypted=parts.scheme == "rediss",
        )
        with _client(address) as client:
            return _asked(asked, client, _open(address))
    except (redis.RedisError, OSError, ValueError) as error:
        return replace(asked, error=known.hide(_why(error)))


def _client(address: str, **more: Any) -> redis.Redis:
    import redis

    options = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS, "decode_responses": True, **more}
    return redis.Redis.from_url(address, **options)


def _asked(asked: RedisProbe, client: redis.Redis, is_open: bool | None) -> RedisProbe:
    told: dict[str, Any] = client.info()
    saves = _setting(client, "save")
    appends = _setting(client, "appendonly") or {0: "no", 1: "yes"}.get(told.get("aof_enabled", -1))
    keys = sum(int(d.get("keys", 0)) for name, d in told.items() if name.startswith("db") and isinstance(d, dict))
    return replace(
        asked,
        version=str(told.get("redis_version") or told.get("server_name") or ""),
        open=is_open,
        saves=None if saves is None else bool(saves.strip()),
        appends=None if appends is None else appends == "yes",
        saved=told.get("rdb_last_bgsave_status", "ok") == "ok" and told.get("aof_last_write_status", "ok") == "ok",
        memory=int(told.get("used_memory", 0)),
        most_memory=int(told["maxmemory"]) if "maxmemory" in told else None,
        eviction=str(told.get("maxmemory_policy") or ""),
        evicted=int(told.get("evicted_keys", 0)),
        keys=keys,
    )


def _setting(client: redis.Redis, name: str) -> str | None:
    """A setting; None where the server keeps it to itself."""
    import redis

    try:
        found: dict[str, str] = client.config_get(name)  # type: ignore[assignment]  # as above
    except redis.RedisError:
        return None
    return found.get(name)


def _open(address: str) -> bool | None:
    """Whether it answers somebody without a password; None where that could not be tried."""
    import redis

    try:
        parts = urlsplit(address)
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        with _client(bare) as stranger:
            return bool(stranger.ping())
    except (redis.AuthenticationError, redis.ResponseError):
        return False
    except (redis.RedisError, OSError):
        return None


def _why(error: Exception) -> str:
    import redis

    said = str(error).lower()
    if isinstance(error, redis.AuthenticationError) or "noauth" in said or "wrongpass" in said:
        return "the password was refused"
    if isinstance(error, redis.TimeoutError | TimeoutError):
        return "it did not answer in time"
    if "refused" in said:
        return "the connection was refused"
    if "not known" in said or "resolution" in said or "no address" in said:
        return "its name does not resolve"
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
