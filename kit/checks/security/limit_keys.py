"""What limits count by, and where: a key that a client chooses, a memory that replicas do not share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.security.limit_gaps import believed, of_the_proxy
from kit.checks.shared.calls import JAVASCRIPT, Call, arguments, calls
from kit.model import Fact, Severity, partial
from kit.project import Project
from kit.system.model import Deployment
from kit.system.scope import within

_BY_HEADER = re.compile(r"x-forwarded-for|x-real-ip|x-client|cf-connecting-ip|true-client-ip", re.IGNORECASE)


_BY_BODY = re.compile(r"\breq(?:uest)?\.(?:body|query)\b|\bget_json\(")
_BY_ADDRESS = re.compile(r"\.ips?\b|remote_?addr|ipKeyGenerator|\.user\b", re.IGNORECASE)


def keys(project: Project) -> Iterator[Fact]:
    """Limits whose key a client chooses, or whose memory is split among replicas."""
    by_address = [c.at for c, _ in _limiter_calls(project) if c.option("keyGenerator", "getTracker") is None]
    yield from believed(project, by_address)
    yield from of_the_proxy(project, (at for at in by_address if project.code.language(at.path) in JAVASCRIPT))
    for call, stored in _limiter_calls(project):
        key = call.option("keyGenerator", "key_func")
        if key is not None and _BY_HEADER.search(_key_text(project, call, key)):
            say = "The limit counts by a header that the client writes: whoever changes it is not limited."
            yield partial(say, call, severity=Severity.MEDIUM)
        elif (
            key is not None and _BY_BODY.search(text := _key_text(project, call, key)) and not _BY_ADDRESS.search(text)
        ):
            say = "The limit counts by a field of the body alone: whoever sends another value each time is not limited."
            yield partial(say, call, severity=Severity.MEDIUM)
        many = _many(project, call.path)
        if many is not None and not stored and call.args + _by_keyword(call):
            say = f"The limit counts in the memory of each process; {many.replicas} replicas let as many times more through."
            yield partial(say, call, many, severity=Severity.LOW)
    for config in project.nginx:
        for directive in config.walk():
            if directive.name == "limit_req_zone" and directive.args and directive.args[0].startswith("$http_"):
                yield partial(
                    "The limit counts by a header that the client writes.", directive, severity=Severity.MEDIUM
                )


def _limiter_calls(project: Project) -> Iterator[tuple[Call, bool]]:
    """The calls that make limiters, each with whether it is given a store that all processes share."""
    express = ("express-rate-limit", "express-slow-down")
    for call in calls(project, "rateLimit", "slowDown", languages=JAVASCRIPT, needles=express):
        yield call, call.option("store") is not None
    for call in calls(project, "forRoot", languages=JAVASCRIPT, needles=("ThrottlerModule",)):
        if call.callee.endswith("ThrottlerModule.forRoot"):
            yield call, "storage" in call.node.text()[:2000]
    for call in calls(project, "Limiter", languages=("python",), needles=("flask_limiter", "slowapi")):
        given = call.option("storage_uri") is not None
        yield call, given or "RATELIMIT_STORAGE" in project.code.text(call.path)


def _by_keyword(call: Call) -> tuple[SgNode, ...]:
    """The arguments that are given by keyword."""
    return tuple(a for a in arguments(call.node) if a.kind() == "keyword_argument")


def _key_text(project: Project, call: Call, key: SgNode) -> str:
    """What a key is made of: the function that stands there, or the one of that name in the same file."""
    text = str(key.text())
    if re.fullmatch(r"\w+", text):
        source = project.code.text(call.path)
        found = re.search(rf"(?m)^\s*(?:async\s+)?(?:export\s+)?(?:def|function|const|let|var)\s+{text}\b", source)
        return source[found.start() : found.start() + 300] if found else ""
    return text[:400]


def _many(project: Project, path: str) -> Deployment | None:
    """A deployment that runs more than one process of the service that a file belongs to."""
    every = (d for s in project.system.own if within(path, s.root) for d in s.deployments)
    return next((d for d in every if (d.replicas or 1) > 1), None)
