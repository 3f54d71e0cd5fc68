"""Does a cache drop what may be dropped, and nothing else?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.images import services
from kit.checks.shared.texts import first_line
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.system.images import parse_image

_POLICY = re.compile(r"maxmemory-policy[\s=\"',]{1,6}([\w-]+)")
_LIMIT = re.compile(r"maxmemory[\s=\"',]{1,6}\d")
_QUEUES = (
    "bull",
    "bullmq",
    "@nestjs/bull",
    "@nestjs/bullmq",
    "bee-queue",
    "rq",
    "arq",
    "dramatiq",
    "sidekiq",
    "github.com/hibiken/asynq",
)
_SESSIONS = ("connect-redis", "@fastify/redis-session", "spring-session-data-redis", "flask-session")


@check(
    "PRF-070", "Caches drop what may be dropped, and nothing else", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1
)
def caches_drop_what_may_be_dropped(project: Project) -> Iterator[Fact]:
    """
    Redis that may drop any key drops jobs and sessions when memory is short: orders are never sent, people are logged out,
    and no error says so. One that only caches and has no limit grows until it is killed.

    Decides: `maxmemory` and its policy in commands and configuration files of Redis, against libraries of queues and
    sessions that the project's packages declare.

    Fix: `--maxmemory-policy noeviction` for queues; for a cache a store of its own with `--maxmemory 256mb
    --maxmemory-policy allkeys-lru`.

    Blind to: which of several stores a library uses; policies that a provider sets.

    See: https://redis.io/docs/latest/develop/reference/eviction/
    """
    kept = _kept(project)
    for name, text, at in (*_commands(project), *_files(project)):
        policy = _POLICY.search(text)
        drops = policy is not None and policy[1] != "noeviction"
        if kept is not None and policy is not None and policy[1].startswith("allkeys"):
            grade = Severity.HIGH if kept[0] in _QUEUES else Severity.MEDIUM
            yield bad(
                f"{name} drops any key ({policy[1]}), and {kept[0]} keeps in it what must not be lost.",
                at,
                kept[1],
                severity=grade,
            )
        elif policy is not None:
            yield ok(f"{name}: what is dropped is said ({policy[1]}).", at)
        elif kept is None and not drops and _LIMIT.search(text) is None:
            yield partial(f"{name} has no `maxmemory`: it grows until it is killed.", at, severity=Severity.LOW)


def _kept(project: Project) -> tuple[str, At] | None:
    """The library that keeps jobs or sessions in Redis."""
    for package in project.packages:
        found = package.depends_on(*_QUEUES, *_SESSIONS)
        if found is not None and found.kind != "dev":
            return found.name, found.at
    return None


def _commands(project: Project) -> Iterator[tuple[str, str, At]]:
    for _, service in services(project):
        image = parse_image(service.image)
        if image is not None and image.engine == "redis":
            command = service.command
            text = command.text if command is not None else ""
            elsewhere = re.search(r"\.conf\b", text) or any((v.target or "").endswith(".conf") for v in service.volumes)
            if _POLICY.search(text) or _LIMIT.search(text) or not elsewhere:
                place = command.at if command is not None and _POLICY.search(text) else service.at
                yield service.name, text, place
    for manifest in project.manifests.effective.workloads:
        for container in manifest.containers:
            image = parse_image(container.image)
            text = " ".join(container.command)
            if image is not None and image.engine == "redis" and "maxmemory" in text:
                yield manifest.name, text, container.at


def _files(project: Project) -> Iterator[tuple[str, str, At]]:
    for path in (*project.files.named("redis.conf"), *project.files.named("valkey.conf")):
        at = first_line(project, path, re.compile(r"^\s*maxmemory-policy\s"))
        if at is not None and at.line is not None:
            yield path, project.files.lines(path)[at.line - 1], at
