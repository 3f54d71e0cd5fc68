"""A bounded load on one address, made by Locust in a process of its own."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kit.sources.probes.latency import latency_of_counts
from kit.sources.probes.model import Load
from kit.sources.probes.targets import HttpTarget
from kit.sources.ran.process import Job, run

USERS = Path(__file__).with_name("locust_users.py")
_STARTING = 30.0
"""Seconds that Locust may take beside the load itself."""
_MEMORY = 2_000_000_000


def load(target: HttpTarget, resolve: Callable[[str], Path]) -> Load:
    """So many users at once ask the address for so long, never more than the target says."""
    assert target.load is not None
    wanted = target.load
    seconds = wanted.duration.total_seconds()
    users = str(wanted.users)
    parts = urlsplit(target.url)
    words = (sys.executable, "-m", "locust", "--locustfile", str(USERS), "--headless", "--only-summary", "--json",
             "--users", users, "--spawn-rate", users, "--run-time", f"{max(1, round(seconds))}s",
             "--stop-timeout", "2", "--host", f"{parts.scheme}://{parts.netloc}", "--loglevel", "ERROR")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="readiness-") as home:
        env = _environment(target, resolve, home)
        answer = run(Job(words, Path(home), env, seconds + _STARTING, _MEMORY))
    asked = Load(wanted.users, seconds)
    if answer.ended != "exited":
        return Load(asked.users, asked.duration, error=answer.error or f"the load was {answer.ended}")
    return _read(asked, (answer.head + answer.tail).decode("utf-8", "replace"))


def _environment(target: HttpTarget, resolve: Callable[[str], Path], home: str) -> dict[str, str]:
    """What the users of `locust_users.py` are told: through variables, so that no process list shows a header."""
    assert target.load is not None
    parts = urlsplit(target.url)
    told = {
        "path": (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        "expect": target.expect,
        "pause": target.load.pause.total_seconds(),
        "timeout": target.timeout.total_seconds(),
        "ca": str(resolve(target.ca)) if target.ca else True,
        "headers": {name: os.environ[variable] for name, variable in target.header_env.items()},
    }
    return {"PATH": os.defpath, "HOME": home, "LANG": "C.UTF-8", "READINESS_LOAD": json.dumps(told)}


def _read(asked: Load, said: str) -> Load:
    """The summary that Locust writes as JSON."""
    try:
        start = said.index("[")
        rows = json.JSONDecoder().raw_decode(said[start:])[0]
        row: dict[str, Any] = rows[0]
        counts = {float(ms) / 1000: int(count) for ms, count in row["response_times"].items()}
        requests, failed = int(row["num_requests"]), int(row["num_failures"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return Load(asked.users, asked.duration, error="no request was answered")
    latency = latency_of_counts(counts, requests, failed)
    return Load(asked.users, asked.duration, latency, round(requests / asked.duration, 1) if asked.duration else 0.0)
