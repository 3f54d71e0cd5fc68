"""Compose on a host of production: who reaches the stores, what fills the disk, and what can be written to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.shared.images import services
from kit.checks.shared.words import listed
from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.system.images import parse_image

_UNBOUNDED = frozenset({"", "json-file"})
"""Drivers that keep everything on the host's disk until they are told a size."""

_LIVE = frozenset({"production", "staging"})
_KEPT = 6


@check("CON-063", "Stores are reached only by what needs them", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1)
def stores_are_apart(project: Project) -> Iterator[Fact]:
    """
    Whoever breaks into the container that faces the world reaches whatever is in its networks. Where that is the
    database, its password is all that is left in between.

    Decides: proxies and pages in compose files that publish a port and share a network with a store that they do not speak of: no
    `depends_on`, no variable, command, link or proxy configuration names it, and their environment is known. Told once
    per file; files for development and tests are left out.

    Fix: `networks: [front]` for the proxy, `[front, back]` for the service between, `[back]` for the store, with
    `networks: {front: {}, back: {internal: true}}`.

    Blind to: addresses that code builds by itself.

    See: https://docs.docker.com/compose/how-tos/networking/#specify-custom-networks
    """
    for file, found in _by_file(project):
        stores = [s for s in found if (i := parse_image(s.image)) is not None and i.engine is not None]
        facing = [s for s in found if s.ports and s not in stores and not s.network_mode]
        pairs = [(f, s) for f in facing for s in stores if _share(f, s) and not _speaks(project, f, s)]
        judged = [f for f in facing if stores and _is_front(project, f)]
        wrong = [(f, s) for f, s in pairs if f in judged]
        place = {"environment": None if file.environment == "unknown" else file.environment}
        if wrong:
            names = listed(f.name for f, _ in wrong)
            reached = listed(s.name for _, s in wrong)
            message = f"{file.path}: {names} can reach {reached} without need, from a port that is published."
            yield bad(message, *dict.fromkeys(f for f, _ in wrong), **place)
        elif judged:
            yield ok(
                f"{file.path}: what others reach shares networks only with stores that it uses.", judged[0], **place
            )


def _by_file(project: Project) -> Iterator[tuple[ComposeFile, list[ComposeService]]]:
    found: dict[str, tuple[ComposeFile, list[ComposeService]]] = {}
    for file, service in services(project):
        found.setdefault(file.path, (file, []))[1].append(service)
    yield from found.values()


def _share(one: ComposeService, other: ComposeService) -> bool:
    return bool(set(one.networks or ("default",)) & set(other.networks or ("default",))) and not other.network_mode


def _is_front(project: Project, service: ComposeService) -> bool:
    """Whether a service is a proxy, or pages without a server of their own, whose environment can all be seen."""
    image = parse_image(service.image)
    known = next((s for s in project.system.services if s.name == service.name), None)
    front = known is not None and known.kind in {"proxy", "web"} and not known.routes
    return (front or (image is not None and image.kind == "proxy")) and not service.env_files


def _speaks(project: Project, one: ComposeService, store: ComposeService) -> bool:
    word = re.compile(rf"(?<![\w-]){re.escape(store.name)}(?![\w-])")
    if store.name in one.depends_on or any(word.search(n.text) for n in one.node.strings()):
        return True
    if any(e.value is None or "$" in e.value or word.search(e.value) for e in one.environment.values()):
        return True
    known = next((s for s in project.system.services if s.name == one.name), None)
    engine = parse_image(store.image)
    used = {s.engine for s in known.stores} if known is not None else set()
    if engine is not None and engine.engine in used:
        return True
    mounted = [one.host_path(v) for v in one.volumes]
    texts = [project.files.text(p) for p in mounted if p is not None and project.files.exists(p)]
    return any(word.search(t) for t in (*texts, *(project.files.text(c.path) for c in project.nginx)))


@check("CON-064", "Logs of containers are bounded", Severity.LOW, Clause.EXECUTION, effort_hours=0.5)
def logs_are_bounded(project: Project) -> Iterator[Fact]:
    """
    Docker keeps all that a container prints until it is removed. After some months the disk is full, and with it the
    database stands still.

    Decides: `logging` of the services in compose files that are not for development or tests: a driver that sends logs
    away or rotates them, or `max-size`. A `daemon.json` of the project that sets it for all holds. Told once per
    file, and once for all files that name no environment; what runs once is left out.

    Fix: `logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}`, for all services by a YAML anchor.

    Blind to: the settings of the daemon on the host.

    See: https://docs.docker.com/engine/logging/configure/
    """
    for path in project.files.named("daemon.json"):
        size = project.documents.get(path).get("log-opts", "max-size") or project.documents.get(path).get("log-driver")
        if size is not None:
            yield ok(f"{path}: logs are bounded for all containers.", size)
            return
    for file, found in _by_file(project):
        lasting = [s for s in found if s.restart not in {"no", "on-failure", "false"} and not s.profiles]
        without = [s for s in lasting if not _is_bounded(s)]
        place = {"environment": None if file.environment == "unknown" else file.environment}
        if without:
            names = listed(s.name for s in without)
            message = f"{file.path}: nothing bounds the logs of {names}; they grow until the disk is full."
            yield bad(message, *(s.node.get("logging") or s for s in without[:_KEPT]), **place)
        elif lasting:
            yield ok(
                f"{file.path}: the logs of every service are bounded.", lasting[0].node.get("logging") or file, **place
            )


def _is_bounded(service: ComposeService) -> bool:
    driver = service.node.get("logging", "driver")
    size = service.node.get("logging", "options", "max-size")
    return size is not None or (driver is not None and driver.text not in _UNBOUNDED)


@check("CON-065", "Programs cannot rewrite their own image", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1)
def images_are_read_only(project: Project) -> Iterator[Fact]:
    """
    Whoever makes a service write a file where its program lies has the program do what he likes at the next start.

    Decides: `read_only` of the services with an image of the project's own, in compose files for production or staging.
    Told once per file.

    Fix: `read_only: true` and `tmpfs: [/tmp]`, with a volume for what has to be kept.

    Blind to: which folders a program writes to; try it once.

    See: https://docs.docker.com/reference/compose-file/services/#read_only
    """
    own: dict[str, list[ComposeService]] = defaultdict(list)
    built = {s.name for s in project.system.own}
    for file, service in services(project):
        if file.environment in _LIVE and (service.build is not None or service.name in built):
            own[file.path].append(service)
    for file in project.compose:
        found = own.pop(file.path, [])
        writable = [s for s in found if not s.read_only]
        if writable:
            message = f"{file.path}: {listed(s.name for s in writable)} can write into the folders of the program."
            yield bad(message, *writable[:_KEPT], environment=file.environment)
        elif found:
            yield ok(f"{file.path}: no service can rewrite its image.", found[0], environment=file.environment)
