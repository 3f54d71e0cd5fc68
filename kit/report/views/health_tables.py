"""The tables of a health check."""

from __future__ import annotations

from collections.abc import Sequence

from kit.checks.shared.asked import bytes_of, milliseconds, name, probes
from kit.project import Project
from kit.report.blocks import Block, Cell, Mark, Table, columns
from kit.report.views.common import at_cell
from kit.report.words import count
from kit.sources.evidence.model import EvidenceFile, Log
from kit.sources.probes.model import DnsProbe, HostProbe, HttpProbe, PostgresProbe, RedisProbe, S3Probe, TlsProbe

LOG_LINES = 8


def services(project: Project) -> Table | None:
    """The services of the project's own, with the address that answers for each."""
    own = [s for s in project.system.own if s.kind != "library"]
    rows: list[tuple[Cell, ...]] = []
    for service in own:
        asked: list[HttpProbe | None] = [p for p in probes(project).http if p.service == service.name]
        rows += [
            (service.name, service.kind, p.url if p else None, _answered(p), at_cell(service.at))
            for p in asked or [None]
        ]
    heads = columns("Service", "Kind", ("Address", "code"), "Answers", "Where")
    return Table(count(len(own), "service"), heads, tuple(rows)) if rows else None


def endpoints(found: Sequence[HttpProbe]) -> Table:
    """Addresses with their answers."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (p.url, p.role, p.expect, _answered(p), _redirects(p), _dead(p), _load(p)) for p in found
    )
    heads = columns(
        ("Address", "code"), "Role", ("Expected", "number"), "Answer", "Redirects", "With a dead dependency", "Load"
    )
    return Table(count(len(rows), "address", "addresses"), heads, rows)


def latencies(found: Sequence[HttpProbe]) -> Table:
    """Response times one by one."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (p.url, p.latency.requests, *(milliseconds(p.latency.seconds.get(n, 0.0)) for n in ("p50", "p95", "p99")))
        for p in found
        if p.latency is not None
    )
    heads = columns(("Address", "code"), ("Requests", "number"), "p50", "p95", "p99")
    return Table("Response times of requests one after the other", heads, rows)


def databases(found: Sequence[PostgresProbe]) -> Table:
    """PostgreSQL servers."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            name(p),
            _up(p.error),
            f"{p.version // 10000}.{p.version % 10000}" if p.version else None,
            f"{p.connections} of {p.most_connections}" if p.most_connections else None,
            bytes_of(p.size) if p.size else None,
            ", ".join(p.extensions) or None,
            (f"{p.role.name}{' (' + ', '.join(p.role.may) + ')' if p.role.may else ''}") if p.role else None,
            len(p.unindexed) if not p.error else None,
        )
        for p in found
    )
    heads = columns(
        "Server",
        "Answers",
        "Version",
        "Connections",
        "Size",
        "Extensions",
        "Role",
        ("Foreign keys without index", "number"),
    )
    return Table(count(len(rows), "database"), heads, rows)


def migrations(found: Sequence[PostgresProbe]) -> list[Block]:
    """What the tables of migration tools say."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name(p), table.table, len(table.names), table.names[-1] if table.names else None, _broken(table.failed))
        for p in found
        for table in p.applied
    )
    heads = columns("Server", ("Table", "code"), ("Ran", "number"), ("The last", "code"), "Broke off")
    return [Table("Migrations that the databases have run", heads, rows)] if rows else []


def caches(found: Sequence[RedisProbe]) -> Table:
    """Redis servers."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            name(p),
            _up(p.error),
            p.version or None,
            p.use,
            None if p.open is None else Mark("fail", "no") if p.open else Mark("pass", "yes"),
            None if p.error else _kept(p),
            None if p.error else f"{bytes_of(p.memory)} of {bytes_of(p.most_memory) if p.most_memory else 'no limit'}",
            p.eviction or None,
        )
        for p in found
    )
    heads = columns("Server", "Answers", "Version", "Use", "Asks for a password", "Keeps its data", "Memory", "Evicts")
    return Table(count(len(rows), "cache"), heads, rows)


def buckets(found: Sequence[S3Probe]) -> Table:
    """Buckets."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (p.bucket, p.where, _up(p.error), p.versioning, p.encrypted, _public(p)) for p in found
    )
    heads = columns(("Bucket", "code"), ("Where", "code"), "Answers", "Versions", "Encryption", "Everybody may")
    return Table(count(len(rows), "bucket"), heads, rows)


def host(found: HostProbe) -> Table:
    """Disks and memory."""
    rows: list[tuple[Cell, ...]] = [
        (f"disk {d.mount}", d.error or bytes_of(d.total), None if d.error else bytes_of(d.free)) for d in found.disks
    ]
    rows.append(("memory", bytes_of(found.memory), bytes_of(found.available)))
    note = f"{count(found.processors, 'processor')}, a load of {found.load:g} over the last minute."
    return Table("What is left of this host", columns("What", "All", "Free"), tuple(rows), note)


def endpoints_of_tls(found: Sequence[TlsProbe]) -> Table | None:
    """TLS endpoints."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            p.where,
            _up(p.error),
            p.version or None,
            Mark("fail", ", ".join(p.old)) if p.old else None,
            p.certificate.not_after[:10] if p.certificate else None,
            p.certificate.days if p.certificate else None,
            None if p.error else Mark("fail", p.untrusted) if p.untrusted else Mark("pass", "trusted"),
        )
        for p in found
    )
    heads = columns(
        "Endpoint", "Answers", "Version", "Outdated versions", "Certificate until", ("Days left", "number"), "Chain"
    )
    return Table(count(len(rows), "TLS endpoint"), heads, rows) if rows else None


def names(found: Sequence[DnsProbe]) -> Table | None:
    """Names resolved."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (p.name, p.type, Mark("fail", p.error) if p.error else ", ".join(p.records), ", ".join(p.expect) or None)
        for p in found
    )
    return Table(count(len(rows), "name"), columns("Name", "Type", "Records", "Expected"), rows) if rows else None


def logs(project: Project) -> list[Block]:
    """Logs by level, and the messages that repeat."""
    found = [(f, r) for f in project.evidence or () for r in f.records if isinstance(r, Log)]
    if not found:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(_log(file, log) for file, log in found)
    heads = columns(
        "File",
        ("Entries", "number"),
        ("Errors", "number"),
        ("Warnings", "number"),
        ("Personal data and secrets", "number"),
    )
    levels = Table(count(len(rows), "log"), heads, rows)
    said: tuple[tuple[Cell, ...], ...] = tuple(
        (file.path, each.count, each.message) for file, log in found for each in log.repeated[:LOG_LINES]
    )
    repeated = Table("What repeats", columns("File", ("Times", "number"), ("Message", "code")), said)
    return [levels, *([repeated] if said else [])]


def _log(file: EvidenceFile, log: Log) -> tuple[Cell, ...]:
    warnings = log.levels.get("warning", 0) + log.levels.get("warn", 0)
    return (file.path, log.entries, log.errors, warnings, len(log.exposed))


def _answered(probe: HttpProbe | None) -> Cell:
    if probe is None:
        return Mark("unknown", "not asked")
    if probe.error:
        return Mark("fail", probe.error)
    return Mark("pass" if probe.holds else "fail", "; ".join([str(probe.status), *probe.wrong]))


def _up(error: str) -> Mark:
    return Mark("fail", error) if error else Mark("pass", "yes")


def _redirects(probe: HttpProbe) -> Cell:
    return ", ".join(f"{r.status} to {r.to}{'' if r.followed else ' (not followed)'}" for r in probe.redirects) or None


def _dead(probe: HttpProbe) -> Cell:
    if probe.dead is None:
        return None
    told = probe.dead.status == probe.dead.expect and probe.status != probe.dead.status
    return Mark("pass" if told else "fail", str(probe.dead.status or probe.dead.error))


def _load(probe: HttpProbe) -> Cell:
    if probe.load is None or probe.load.latency is None:
        return probe.load.error if probe.load else None
    latency = probe.load.latency
    p95 = milliseconds(latency.seconds.get("p95", 0.0))
    return f"{probe.load.users} users: {latency.requests} requests, {latency.failed} failed, p95 {p95}"


def _broken(failed: Sequence[str]) -> Cell:
    return Mark("fail", ", ".join(failed)) if failed else None


def _kept(probe: RedisProbe) -> Mark:
    how = [word for word, holds in (("log", probe.appends), ("snapshots", probe.saves)) if holds]
    fine = bool(how) or probe.use == "cache"
    return Mark("pass" if fine else "fail", " and ".join(how) or "in memory alone")


def _public(probe: S3Probe) -> Cell:
    if probe.error:
        return None
    held = not probe.public or probe.wants_public
    return Mark("pass" if held else "fail", "; ".join(probe.public) or "nothing")
