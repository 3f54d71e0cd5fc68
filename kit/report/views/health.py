"""A health check: what runs, what answers, what is left, in ten sections; from commands, live probes and logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.checks.shared.asked import bytes_of, milliseconds, name, probes
from kit.checks.shared.ran import console
from kit.model import Finding, Outcome
from kit.project import Project
from kit.report.blocks import Block, Cell, Chart, Excerpt, Mark, Notice, Table, columns, empty
from kit.report.charts import bars
from kit.report.display import Display, figure_json, show
from kit.report.theme import LIGHT
from kit.report.views import health_tables as tables
from kit.report.words import count, have
from kit.sources.probes.model import HttpProbe

SECTIONS: dict[str, tuple[str, ...]] = {
    "Containers": ("CON-081",),
    "Services": ("OPS-081",),
    "Endpoints": ("SEC-081", "SEC-084", "RES-081", "PRF-081", "PRF-082"),
    "Database and schema": ("DAT-081", "DAT-082", "DAT-083", "DAT-084", "PRF-083", "SEC-085", "OBS-081"),
    "Cache": ("SEC-086", "REC-081", "PRF-084"),
    "Storage": ("SEC-087", "REC-082"),
    "Resources": ("OPS-082",),
    "Network and DNS": ("SEC-082", "SEC-083", "INF-081"),
    "Logs": ("OBS-072", "OBS-073"),
}
"""The sections before the summary, each with the checks that decide it."""
HEALTH_CHECKS = frozenset(check for checks in SECTIONS.values() for check in checks)
_WORST = (Outcome.FAIL, Outcome.PARTIAL, Outcome.UNKNOWN, Outcome.PASS)


@dataclass(frozen=True)
class HealthCheck:
    """What was run and asked of a project, and what the checks of it say."""

    project: Project
    findings: tuple[Finding, ...]

    def containers(self) -> Display:
        """Containers as a listing tells them."""
        found = [state for run in self.project.ran or () for read in run.read for state in read.containers]
        if not found:
            return _nothing(
                "No container was listed",
                "What a command such as docker compose ps --all --format json lists, named under commands",
            )
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (
                c.name,
                c.image,
                _mark(c.state == "running", c.state),
                _mark(c.health in {"", "healthy"}, c.health or "not told"),
            )
            for c in found
        )
        heads = columns("Container", ("Image", "code"), "State", "Health")
        return show(Table(count(len(rows), "container"), heads, rows))

    def services(self) -> Display:
        """The services of the project, and what answers for each."""
        return show(tables.services(self.project) or _empty("No service was found", "Services and their addresses"))

    def endpoints(self) -> Display:
        """Addresses with their answers, headers and times."""
        found = probes(self.project).http
        if not found:
            return _nothing("No address was asked", "Addresses under targets.http")
        return show(tables.endpoints(found), *_latencies(self.project, found))

    def database(self) -> Display:
        """PostgreSQL servers, their migrations and largest tables."""
        found = probes(self.project).postgres
        if not found:
            return _nothing("No database was asked", "Servers under targets.postgres")
        return show(tables.databases(found), *tables.migrations(found), *_sizes(self.project))

    def cache(self) -> Display:
        """Redis servers."""
        found = probes(self.project).redis
        if not found:
            return _nothing("No cache was asked", "Servers under targets.redis")
        return show(tables.caches(found))

    def storage(self) -> Display:
        """Buckets."""
        found = probes(self.project).s3
        if not found:
            return _nothing("No bucket was asked", "Buckets under targets.s3")
        return show(tables.buckets(found))

    def resources(self) -> Display:
        """Disks and memory of the machine that this ran on."""
        host = probes(self.project).host
        if host is None:
            return _nothing("This host was not asked", "Its disks and memory, with targets.host")
        names = [*(f"disk {d.mount}" for d in host.disks if not d.error), "memory"]
        shares = [*(d.share for d in host.disks if not d.error), host.share]
        least = [*(host.disk_free for d in host.disks if not d.error), host.memory_free]
        figure = bars(
            names,
            [round(share * 100, 1) for share in shares],
            texts=[f"{share:.0%} free" for share in shares],
            colors=[_color(share >= wanted) for share, wanted in zip(shares, least, strict=True)],
            unit="percent free",
            top=115,
        )
        low = [n for n, share, wanted in zip(names, shares, least, strict=True) if share < wanted]
        title = f"Too little is left: {', '.join(low)}" if low else "Disks and memory have room left"
        return show(Chart(title, figure_json(figure), f"{title}.", tables.host(host)))

    def network(self) -> Display:
        """Names and TLS endpoints."""
        found = probes(self.project)
        blocks = [t for t in (tables.endpoints_of_tls(found.tls), tables.names(found.dns)) if t is not None]
        if not blocks:
            return _nothing("No name and no TLS endpoint was asked", "Those under targets.tls and targets.dns")
        return show(*blocks)

    def logs(self) -> Display:
        """Logs by level and service, and what repeats."""
        blocks = tables.logs(self.project)
        return show(*blocks) if blocks else _nothing("No log was given", "Files under evidence.logs")

    def ran(self) -> Display:
        """Commands and what they wrote."""
        runs = self.project.ran or ()
        if not runs:
            return _nothing("No command was run", "What commands write that are named under commands")
        return show(*(Excerpt("", tuple(console(r).split("\n")), caption=f"{r.name} ({r.area})") for r in runs))

    def headline(self) -> Display:
        """How many sections hold, and which do not."""
        came = {title: self._worst(checks) for title, checks in SECTIONS.items()}
        wrong = [title for title, worst in came.items() if worst in {Outcome.FAIL, Outcome.PARTIAL}]
        unasked = [title for title, worst in came.items() if worst is None]
        asked = len(came) - len(unasked)
        held = f"{asked - len(wrong)} of {count(asked, 'section')} that could be judged {have(asked, 'holds', 'hold')}."
        said = held if asked else f"None of the {len(came)} sections was asked."
        more = f" Not asked: {', '.join(unasked)}." if asked and unasked else ""
        if not wrong:
            return show(Notice(f"{said}{more}", tone="empty" if len(unasked) == len(came) else "pass", title="Health"))
        return show(Notice(f"{said}{more}", tone="fail", title=f"Not as it should be: {', '.join(wrong)}"))

    def summary(self) -> Display:
        """Each section with what its checks came to."""
        rows = tuple(self._row(title, checks) for title, checks in SECTIONS.items())
        asked = probes(self.project).at
        note = f"Asked on {asked[:10]} at {asked[11:16]} UTC." if asked else "Nothing that runs was asked."
        heads = columns("Section", "Comes to", ("Holds", "number"), ("Open", "number"), ("Unknown", "number"))
        return show(Table("The health check in nine lines", heads, rows, note))

    def _worst(self, checks: Sequence[str]) -> Outcome | None:
        found = {f.outcome for f in self.findings if f.check in checks}
        return next((o for o in _WORST if o in found), None)

    def _row(self, title: str, checks: Sequence[str]) -> tuple[Cell, ...]:
        found = [f for f in self.findings if f.check in checks]
        worst = self._worst(checks)
        mark = Mark(worst.value) if worst else Mark("not_applicable", "not asked")
        held = sum(f.outcome is Outcome.PASS for f in found)
        opened = sum(f.outcome.open for f in found)
        return (title, mark, held, opened, sum(f.outcome is Outcome.UNKNOWN for f in found))


def _latencies(project: Project, found: Sequence[HttpProbe]) -> list[Block]:
    """The slowest of a hundred answers of each address, against what it should be."""
    measured = [p for p in found if p.latency is not None and "p95" in p.latency.seconds]
    if not measured:
        return []
    wanted = project.thresholds.latency.p95
    seconds = [p.latency.seconds["p95"] if p.latency else 0.0 for p in measured]
    limits = [p.limits.get("p95") or (wanted.total_seconds() if wanted else None) for p in measured]
    slow = [p.url for p, s, limit in zip(measured, seconds, limits, strict=True) if limit is not None and s > limit]
    figure = bars(
        [p.url.partition("://")[2] for p in measured],
        [round(s * 1000, 2) for s in seconds],
        texts=[
            f"{milliseconds(s)}{f' of {milliseconds(limit)}' if limit is not None else ''}"
            for s, limit in zip(seconds, limits, strict=True)
        ],
        colors=[_color(p.url not in slow) for p in measured],
        unit="milliseconds, p95 one by one",
    )
    title = (
        f"{count(len(slow), 'address')} slower than they should be"
        if slow
        else "No address is slower than it should be"
    )
    return [Chart(title, figure_json(figure), f"{title}.", tables.latencies(measured))]


def _sizes(project: Project) -> list[Block]:
    found = [(name(p), t) for p in probes(project).postgres for t in p.tables[:8]]
    if not found:
        return []
    names = [t.name for _, t in found]
    figure = bars(
        names,
        [round(t.bytes / 1e6, 3) for _, t in found],
        texts=[bytes_of(t.bytes) for _, t in found],
        colors=[LIGHT["pass_fill"]] * len(found),
        unit="megabytes with indexes",
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple((server, t.name, bytes_of(t.bytes), t.rows) for server, t in found)
    heads = columns("Server", ("Table", "code"), "Size", ("Rows, about", "number"))
    title = "The largest tables"
    return [Chart(title, figure_json(figure), f"{title}.", Table(title, heads, rows))]


def _mark(holds: bool, text: str) -> Mark:
    return Mark("pass" if holds else "fail", text)


def _color(holds: bool) -> str:
    return LIGHT["pass_fill"] if holds else LIGHT["fail_fill"]


def _nothing(what: str, fill: str) -> Display:
    return show(_empty(what, f"{fill} of the params file"))


def _empty(what: str, fill: str) -> Notice:
    return empty(what, f"{fill} would be shown here.")
