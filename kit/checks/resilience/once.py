"""Keys of idempotency that two requests at once can both take."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.calls import Call, calls
from kit.model import At, Fact, bad, ok
from kit.project import Project

_KEY = re.compile(r"idempoten", re.IGNORECASE)
_ATOMIC = re.compile(r"\bnx\b|['\"]NX['\"]|\bNX\s*:\s*true", re.IGNORECASE)
_CLIENT = re.compile(r"redis|cache|valkey|opsForValue|\br\b|rdb|\bkv\b", re.IGNORECASE)
_LOOKS = re.compile(r"\.(?:get|exists|hasKey|has)\(\s*[^)\n]{0,80}idempoten", re.IGNORECASE)
_TAKES = ("set", "setex", "setEx", "Set", "setnx", "setNX", "SetNX", "setIfAbsent")


def taken_once(project: Project) -> Iterator[Fact]:
    """Where a file looks for a key of idempotency in Redis and then sets it: one command must do both."""
    for call in calls(
        project, *_TAKES, needles=("idempoten", "Idempoten", "IDEMPOTEN"), both=("edis", "EDIS", "alkey")
    ):
        if not _names_key(call) or not _CLIENT.search(call.callee):
            continue
        if call.name.lower() in {"setnx", "setifabsent"} or _ATOMIC.search(call.node.text()[-400:]):
            yield ok("The key of idempotency is taken in one step.", call)
        elif (looked := _looked(project, call)) is not None:
            words = "The key of idempotency is looked for and then set: two requests at once both find it free"
            yield bad(f"{words}.", call, looked, fix="SET key value NX EX 86400")


def _names_key(call: Call) -> bool:
    return bool(call.args) and _KEY.search(call.args[0].text()) is not None


def _looked(project: Project, call: Call) -> At | None:
    """Where the key is looked for, up to forty lines above in the same file."""
    lines = project.code.text(call.path).splitlines()
    last = call.at.line or 1
    for number in range(last, max(0, last - 40), -1):
        if _LOOKS.search(lines[number - 1]):
            return At(call.path, number)
    return None
