"""Is a store of keys asked for one key, or made to look through all of them?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.shared.calls import Call, calls, text_value
from kit.checks.shared.meant import in_command
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT

_CLIENT = re.compile(r"(?i)redis|jedis|valkey")
_USUAL = re.compile(r"(?i)^(?:\w*client|\w*cache|store|conn|connection|kv|rdb|r|db|pipe|pipeline)$")
_OTHERS = re.compile(r"(?i)(?:^|\.)(?:object|reflect|map|config|settings|options|headers|schema|this|self|super)$")
_STEPWISE = ("scan_iter", "scanStream", "scanIterator")


@check("PRF-012", "Redis is not searched key by key", Severity.MEDIUM, Clause.EXECUTION, effort_hours=2)
def keys_are_not_searched(project: Project) -> Iterator[Fact]:
    """
    `KEYS` looks at every key of the server, and nothing else is answered until it is done: with a million keys each such
    request holds up all others.

    Decides: calls of `keys` with a pattern on clients of Redis in code that serves (ioredis, node-redis, redis-py, go-redis,
    Jedis, Spring's RedisTemplate). A client is known by its name, its type, or what the file binds it to.

    Fix: keep the members in a set of their own (`SADD`, `SMEMBERS`), or go through them with `SCAN`, which lets others in
    between.
    - node: `for await (const keys of redis.scanStream({ match: "session:*", count: 500 }))`.
    - python: `for key in client.scan_iter(match="session:*", count=500)`.
    - go: `iter := rdb.Scan(ctx, 0, "session:*", 500).Iterator()`.
    - java: `redisTemplate.scan(ScanOptions.scanOptions().match("session:*").count(500).build())`.

    Blind to: clients that a function hands on under another name; how many keys there are.

    See: https://redis.io/docs/latest/commands/keys/
    """
    found: dict[str, list[At]] = defaultdict(list)
    for call in _searching(project):
        if not in_command(project, call.at):
            found[call.path].append(call.at)
    for places in found.values():
        yield bad("`KEYS` goes through every key of Redis, and all other requests wait.", *places[:8])
    for call in calls(project, *_STEPWISE, languages=("python", *JAVASCRIPT)):
        if call.path not in found:
            yield ok("Keys of Redis are gone through in steps.", call)


def _searching(project: Project) -> Iterator[Call]:
    """The calls of `keys` with a pattern on a client of Redis."""
    for call in calls(project, "keys", "Keys", needles=(".keys(", ".Keys("), both=("edis", "valkey")):
        text = project.code.text(call.path)
        receiver = call.callee.rpartition(".")[0]
        if receiver and not _OTHERS.search(receiver) and _has_pattern(call) and _is_client(call, receiver, text):
            yield call


def _has_pattern(call: Call) -> bool:
    """Whether a call names keys by a pattern: methods of dictionaries and maps take none."""
    if call.language == "python":
        return len(call.args) == 1 or call.option("pattern") is not None
    return len(call.args) == (2 if call.language == "go" else 1)


def _is_client(call: Call, receiver: str, text: str) -> bool:
    name = re.sub(r"\(.*", "", receiver.rpartition(".")[2] or receiver)
    if call.language == "go":
        return "go-redis" in text or "redis/go-redis" in text
    if _CLIENT.search(name):
        return True
    bound = re.search(
        rf"(?<!\w){re.escape(name)}\b[\"'\]]?\s*(?:[?!]?\s*:\s*|\s+)?(?:[\w.|\s\[\]]{{0,40}}[=:]\s*)?(?:await\s+)?(?:new\s+)?[\w.]{{0,40}}"
        r"(?:Redis\w*|IORedis|createClient|createCluster|from_url)\b",
        text,
    )
    typed = re.search(rf"\b\w*(?:Redis|Jedis)\w*(?:<[^<>]{{0,60}}>)?\s+{re.escape(name)}\b", text)
    pattern = text_value(call.args[0]) if call.args else None
    return bool(bound or typed) or (pattern is not None and "*" in pattern and _USUAL.match(name) is not None)
