"""Are compose files fit for more than a developer's machine?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from kit.checks.containers.confinement import shared_namespaces
from kit.checks.containers.started import started_by_hand
from kit.checks.shared.images import image_of, services
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.sources.containers.compose_fields import ComposeVolume
from kit.system.images import Image as ImageName
from kit.system.images import keeps_data, parse_image

LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


@check("CON-010", "Compose services restart by themselves", Severity.MEDIUM, Clause.EXECUTION, effort_hours=0.5)
def services_restart(project: Project) -> Iterator[Fact]:
    """
    Without a restart policy a crash or a reboot of the host leaves the service down until somebody logs in.

    Decides: `restart` or `deploy.restart_policy` of each service in compose files that are not for development or tests;
    services that run once are left out. Containers that scripts and pipelines for deployments start in the background
    with `docker run`, too.

    Fix: add `restart: unless-stopped`, or `--restart unless-stopped`.

    Blind to: supervisors outside of compose.

    See: https://docs.docker.com/reference/compose-file/services/#restart
    """
    lasting = [(f, s) for f, s in services(project) if not _runs_once(f, s)]
    yield from _told(lasting, _no_restart, "no restart policy")
    for _, service in (pair for pair in lasting if not _no_restart(pair[1])):
        yield ok(f"{service.name}: restarts by itself.", service.node.get("restart") or service)
    for started in started_by_hand(project):
        if started.restarts:
            yield ok(f"{started.at.path}: what it starts with `docker run` restarts by itself.", started)
        else:
            message = f"{started.at.path}: `docker run` without a restart policy; after a reboot the container is gone."
            yield bad(message, started)


def _no_restart(service: ComposeService) -> bool:
    if "stack" in posixpath.basename(service.at.path):
        return False  # Swarm restarts what ends, unless it is told not to.
    return service.restart in {None, "no", "false"} and service.node.get("deploy", "restart_policy") is None


def _told(
    pairs: list[tuple[ComposeFile, ComposeService]], lacks: Callable[[ComposeService], bool], what: str
) -> Iterator[Fact]:
    """The services that lack something: one by one where the file names its environment; else, for they may be meant
    for a developer's machine, once per file and milder."""
    together: dict[str, list[ComposeService]] = defaultdict(list)
    for file, service in pairs:
        if not lacks(service):
            continue
        if file.environment == "unknown":
            together[service.at.path].append(service)
        else:
            yield bad(f"{service.name}: {what} in {file.path}.", service, environment=file.environment)
    for path, found in together.items():
        names = ", ".join(dict.fromkeys(s.name for s in found[:6])) + (" …" if len(found) > 6 else "")
        message = f"{path}: {what} for {names}."
        yield bad(message, *found[:6], severity=Severity.LOW)


@check("CON-011", "Compose services have resource limits", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=1)
def services_have_limits(project: Project) -> Iterator[Fact]:
    """
    One service that leaks memory takes the others on its host with it.

    Decides: a memory limit (`deploy.resources.limits.memory` or `mem_limit`) of each service in compose files that are
    not for development or tests. A limit of processors is not asked for.

    Fix: add `deploy: {resources: {limits: {memory: 512M}}}`, from measured use.

    Blind to: limits that the host sets.

    See: https://docs.docker.com/reference/compose-file/deploy/#resources
    """
    lasting = [(f, s) for f, s in services(project) if not _runs_once(f, s)]
    yield from _told(lasting, lambda service: service.memory_limit is None, "no memory limit")
    for _, service in lasting:
        if service.memory_limit is not None:
            also = " and processors are" if service.cpu_limit is not None else " is"
            yield ok(f"{service.name}: memory{also} limited.", service.memory_limit)


@check("CON-012", "Stores are not published to the world", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=0.5)
def stores_are_not_published(project: Project) -> Iterator[Fact]:
    """
    A database port published on all addresses is found by scanners within hours; Docker's rules pass by the firewall.

    Decides: `ports` of services that run a database, cache or queue, in compose files that are not for development or
    tests; one bound to 127.0.0.1 holds.

    Fix: take `ports` out (services of one network reach each other anyway), or bind it: `"127.0.0.1:5432:5432"`.

    Blind to: firewalls in front of the host.

    See: https://docs.docker.com/engine/network/packet-filtering-firewalls/
    """
    for file, service in services(project):
        image = image_of(project, service)
        if image is None or image.engine is None:
            continue
        open_ports = [p for p in service.ports if p.address not in LOCAL]
        for port in open_ports:
            shown = port.host if port.host is not None else port.raw or port.container
            yield bad(
                f"{service.name}: port {shown} of the {image.engine} store is published on all addresses.",
                port,
                **_grade(file, Severity.MEDIUM),
            )
        if not open_ports:
            yield ok(
                f"{service.name}: the {image.engine} store is not published to the world.",
                service.ports[0] if service.ports else service,
            )


@check("CON-013", "Services wait for their stores to be healthy", Severity.LOW, Clause.EXECUTION, effort_hours=0.5)
def services_wait(project: Project) -> Iterator[Fact]:
    """
    A service that starts before its database answers crashes, or worse, starts half.

    Decides: each `depends_on` of a store asks for `service_healthy`, and the store has a health check.

    Fix: write `depends_on: {db: {condition: service_healthy}}` and give the store a `healthcheck`.

    Blind to: services that retry by themselves.

    See: https://docs.docker.com/compose/how-tos/startup-order/
    """
    for file, service in services(project):
        for name, condition in service.depends_on.items():
            other = file.service(name)
            image = image_of(project, other) if other else None
            if other is None or image is None or image.engine is None:
                continue
            at = service.node.get("depends_on", name) or service.node.get("depends_on") or service
            if condition == "service_healthy" and other.healthcheck is not None:
                yield ok(f"{service.name}: waits until {name} is healthy.", at)
            else:
                yield bad(
                    f"{service.name}: starts as soon as {name} has been started, healthy or not.", at, **_grade(file)
                )


@check("CON-015", "No container has the run of its host", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def no_privileged_container(project: Project) -> Iterator[Fact]:
    """
    `privileged`, the host's network or its Docker socket make a container's compromise that of the whole host.

    Decides: `privileged`, namespaces shared with the host (`network_mode`, `pid`, `ipc` ...), shields that are
    unconfined, dangerous capabilities and mounts of the Docker socket in compose files that are not for development or
    tests.

    Fix: take the right away, or give the single capability that is needed; put a read-only socket proxy before the
    Docker socket.

    Blind to: what the process does with it.

    See: https://docs.docker.com/engine/security/
    """
    for file, service in services(project):
        rights: list[tuple[str, At]] = []
        if service.privileged:
            rights.append(("runs privileged", service.node.at_or_self("privileged")))
        if service.network_mode == "host":
            rights.append(("shares the host's network", service.node.at_or_self("network_mode")))
        if (pid := service.node.get("pid")) is not None and pid.text == "host":
            rights.append(("shares the host's processes", pid.at))
        rights += shared_namespaces(service)
        rights += [
            (f"has the capability {c}", service.node.at_or_self("cap_add"))
            for c in service.cap_add
            if c.upper().removeprefix("CAP_") in {"ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE"}
        ]
        for volume in service.volumes:
            if volume.source and volume.source.endswith("docker.sock"):
                read_only = "ro" in volume.mode.split(",")
                graded = {"severity": Severity.MEDIUM} if read_only or _is_monitor(service) else {}
                how = "the Docker socket, read-only" if read_only else "the Docker socket"
                message = f"{service.name}: mounts {how}; who controls it controls the host."
                yield bad(message, volume, **{**_grade(file), **graded})
        looks = {"severity": Severity.MEDIUM} if _is_monitor(service) and not service.privileged else {}
        for what, at in rights:
            yield bad(f"{service.name}: {what}.", at, **{**_grade(file), **looks})
        if not rights and not any((v.source or "").endswith("docker.sock") for v in service.volumes):
            yield ok(f"{service.name}: no rights over its host.", service)


@check("CON-020", "Stores keep their data in a volume", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=1)
def stores_have_volumes(project: Project) -> Iterator[Fact]:
    """
    A database without a volume loses everything when its container is made anew, as every update does.

    Decides: services that run a database, queue or object store in compose files that are not for development or tests
    mount a named volume or a folder of the host; a cache without one holds in part. RabbitMQ, which names the folder of
    its data after its host, has a `hostname`.

    Fix: mount a named volume at the data folder: `volumes: [db-data:/var/lib/postgresql/data]`.

    A mount that is not where one of Docker's own images keeps its data does not hold.

    Blind to: where images of others keep their data.

    See: https://docs.docker.com/engine/storage/volumes/
    """
    for file, service in services(project):
        image = image_of(project, service)
        if (
            image is None
            or image.engine is None
            or not keeps_data(image.name, service.command.text if service.command else "")
        ):
            continue
        kept = [v for v in service.volumes if v.kind in {"volume", "bind"} and not _configures(v.target)]
        if kept and (place := _data_folder(service, image)) is not None and not _holds(kept, place, image):
            message = (
                f"{service.name}: {kept[0].source} is mounted at {kept[0].target}, and the {image.engine} store keeps"
            )
            yield bad(f"{message} its data in {place}: it is gone with the container.", kept[0], **_grade(file))
        elif kept and image.engine == "rabbitmq" and not _is_found_again(service):
            message = (
                f"{service.name}: its data lies in a folder that is named after the host, and no `hostname` is set"
            )
            lost = "a container that is made anew has another name, and starts empty"
            yield partial(f"{message}; {lost}.", kept[0], **_grade(file, Severity.MEDIUM))
        elif kept:
            yield ok(f"{service.name}: its data is in {kept[0].source}.", kept[0])
        elif image.engine == "redis":
            yield partial(
                f"{service.name}: no volume; what the cache holds is gone with its container.",
                service,
                severity=Severity.LOW,
            )
        else:
            yield bad(
                f"{service.name}: no volume; the data of the {image.engine} store is gone with its container.",
                service,
                **_grade(file, Severity.MEDIUM),
            )


def _is_found_again(service: ComposeService) -> bool:
    """Whether a broker has the same name however often its container is made."""
    return service.node.get("hostname") is not None or "RABBITMQ_NODENAME" in service.environment


_DATA = {
    "postgres": "/var/lib/postgresql/data",
    "mysql": "/var/lib/mysql",
    "mariadb": "/var/lib/mysql",
    "mongo": "/data/db",
    "redis": "/data",
    "rabbitmq": "/var/lib/rabbitmq",
}
_NEW_LAYOUT = 18
"""From here on the image of PostgreSQL keeps its data below /var/lib/postgresql, a folder per version."""


def _data_folder(service: ComposeService, image: ImageName) -> str | None:
    """Where one of Docker's own images keeps its data; None where that is for others, or settings, to say."""
    name = image.name.removeprefix("library/")
    told = service.command is not None or any(n in service.environment for n in ("PGDATA", "RABBITMQ_MNESIA_BASE"))
    return _DATA.get(name) if image.registry in {None, "docker.io"} and not told else None


def _holds(kept: list[ComposeVolume], place: str, image: ImageName) -> bool:
    targets = [v.target.rstrip("/") or "/" for v in kept]
    if any("$" in target for target in targets) or place in targets:
        return True
    major = re.match(r"\d+", image.tag or "")
    if place.startswith("/var/lib/postgresql") and "/var/lib/postgresql" in targets:
        return major is None or int(major[0]) >= _NEW_LAYOUT
    return False


def _configures(target: str) -> bool:
    return "initdb" in target or target.rsplit("/", 1)[-1].rfind(".") > 0


def _grade(file: ComposeFile, severity: Severity | None = None) -> dict[str, Any]:
    """The environment that a file is for. `severity` takes the check's own where no name tells: the file may be meant
    for a developer's machine."""
    if file.environment != "unknown":
        return {"environment": file.environment}
    return {"severity": severity} if severity else {}


def _runs_once(file: ComposeFile, service: ComposeService) -> bool:
    """A migration or seed that others wait for to end, or that says it runs once."""
    waited_for = any(s.depends_on.get(service.name) == "service_completed_successfully" for s in file.services)
    return (
        waited_for
        or service.restart in {"no", "on-failure"}
        or any(w in service.name for w in ("migrat", "seed", "init", "setup"))
    )


def _is_monitor(service: ComposeService) -> bool:
    image = parse_image(service.image)
    return image is not None and image.kind in {"monitoring", "proxy"}
