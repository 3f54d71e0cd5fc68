"""Operations: what was run and what was asked, where the params file says so."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.asked import answer_of, bytes_of, live, name, place_of, probes, was_asked
from kit.checks.shared.ran import ran
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.formats.settings import nearest
from kit.sources.probes.model import HostProbe, HttpProbe, PostgresProbe, RedisProbe, S3Probe


@check(
    "OPS-080",
    "Commands that were run for operations succeed",
    Severity.HIGH,
    Clause.EXECUTION,
    blocker="cannot be released",
    effort_hours=3,
)
def commands_of_operations_succeed(project: Project) -> Iterator[Fact]:
    """
    A health script or a runbook step is trusted once it has been run to its end.

    Decides: each command of the params file with `area: operations` is run, with limits on time, memory and output, and has to
    end by itself with the expected exit code; what its output says of files and lines is told there. One that was not run
    is unknown. It decides the verdict where the params file says `required: true`.

    Fix: run the command in the project's folder and mend what it names; where it needs more time or memory, or a variable,
    give it `timeout`, `memory` or `env` in the params file.

    Blind to: what the script does not try, and outputs of tools whose format is not known.

    See: https://sre.google/sre-book/testing-reliability/
    """
    yield from ran(project, "operations")


@check("OPS-081", "What should be running answers", Severity.CRITICAL, Clause.EXECUTION, effort_hours=2)
def what_should_be_running_answers(project: Project) -> Iterator[Fact]:
    """
    A system that is ready on paper and does not answer is not ready.

    Decides: every address, database, cache, bucket and TLS endpoint of the params file was asked once: an address has to
    answer with its status and body, the others at all. What could not be asked because a variable or a password is missing
    is unknown, and so is whom an address belongs to where the project has no service of the name that the params file gives.

    Fix: start it, or mend what the answer names; where the params file names a wrong address or status, mend that.

    Blind to: addresses that nobody named.

    See: https://sre.google/sre-book/monitoring-distributed-systems/
    """
    found = probes(project)
    for probe in found.http:
        yield _address(project, probe)
        yield from _nobody(project, probe)
    servers: tuple[PostgresProbe | RedisProbe | S3Probe, ...] = (*found.postgres, *found.redis, *found.s3)
    for other in servers:
        yield _server(other)
    for endpoint in found.tls:
        if endpoint.error:
            message = f"{endpoint.where}: {endpoint.error}."
            yield live(bad, message, f"endpoint {endpoint.where}", f"TLS {endpoint.where}\n{endpoint.error}")


def _address(project: Project, probe: HttpProbe) -> Fact:
    place, about, said = place_of(project, probe), f"address {probe.url}", answer_of(probe)
    if probe.error:
        if not was_asked(probe.error):
            return unknown(f"{probe.url}: it could not be asked: {probe.error}.", place, about=about)
        return live(bad, f"{probe.url}: {probe.error}.", about, said, place)
    away = next((r.to for r in probe.redirects if not r.followed), None)
    if probe.status != probe.expect:
        led = f" and leads to {away}, which is another address" if away else ""
        message = f"{probe.url}: it answers {probe.status}{led}; {probe.expect} was expected."
        return live(bad, message, about, said, place)
    if probe.wrong:
        return live(bad, f"{probe.url}: {'; '.join(probe.wrong)}.", about, said, place, severity=Severity.HIGH)
    return live(ok, f"{probe.url}: it answers {probe.status}.", about, said, place)


def _nobody(project: Project, probe: HttpProbe) -> Iterator[Fact]:
    """What an answer is worth where the params file says that it is that of a service which the project does not have."""
    names = {service.name for service in project.system.services}
    if probe.service and probe.service not in names:
        near = nearest(probe.service, names) if names else "; no service is seen in its files"
        message = f"{probe.url}: the params file says that {probe.service} answers there, and the project has no service of that name{near}. Nothing that it answers decides what files ask of a service."
        yield unknown(message, At("."), about=f"service {probe.service}")


def _server(probe: PostgresProbe | RedisProbe | S3Probe) -> Fact:
    about = f"server {name(probe)}"
    if not probe.error:
        return live(ok, f"{name(probe)}: it answers.", about)
    if not was_asked(probe.error):
        return unknown(f"{name(probe)}: it could not be asked: {probe.error}.", At("."), about=about)
    return live(bad, f"{name(probe)}: {probe.error}.", about, probe.error)


@check("OPS-082", "The host has room left", Severity.MEDIUM, Clause.EXECUTION, effort_hours=2)
def the_host_has_room_left(project: Project) -> Iterator[Fact]:
    """
    A full disk stops databases in the middle of a write; memory that has run out ends whatever is largest.

    Decides: the share of each disk and of memory that is free on the machine that this ran on, against `disk_free` and
    `memory_free` of the params file.

    Fix: rotate logs, prune images (`docker system prune`), move data, or make the machine larger; and alert before.

    Blind to: other machines, and how fast the room goes.

    See: https://sre.google/sre-book/monitoring-distributed-systems/
    """
    host = probes(project).host
    if host is not None:
        yield from _disks(host)
        told = ok if host.share >= host.memory_free else bad
        message = f"Memory: {host.share:.0%} of {bytes_of(host.memory)} are free, {_least(host.memory_free)} should be."
        yield live(told, message, "memory of the host")


def _disks(host: HostProbe) -> Iterator[Fact]:
    for disk in host.disks:
        about = f"disk {disk.mount}"
        if disk.error:
            yield unknown(f"Disk {disk.mount}: {disk.error}.", At("."), about=about)
            continue
        told = ok if disk.share >= host.disk_free else bad
        message = f"Disk {disk.mount}: {disk.share:.0%} of {bytes_of(disk.total)} are free, {_least(host.disk_free)} should be."
        yield live(told, message, about)


def _least(share: float) -> str:
    """A limit as the params file may write it, a fraction of a percent too."""
    return f"{100 * share:g}%"
