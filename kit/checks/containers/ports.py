"""Do the ports that an image exposes and a compose file publishes lead to the process?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.shared.deployed import grade
from kit.checks.shared.images import ASIDE, Image, images, services
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.sources.containers.compose_fields import ComposePort
from kit.system.model import Service


@check(
    "CON-021", "The exposed port is the one that is listened on", Severity.MEDIUM, Clause.EXECUTION, effort_hours=0.5
)
def exposed_is_listened(project: Project) -> Iterator[Fact]:
    """
    `EXPOSE` is what operators and tools take for the truth; a wrong one sends them to a closed port. A port that compose
    publishes and nothing listens on answers nobody.

    Decides: the ports of `EXPOSE`, and those within the container that compose files outside development publish, against
    those that the service's code or command listens on, where both are literal. Where a service has several, one that is
    listened on is enough: the others may be a debugger's or a second server's. A wrong port that is both exposed and
    published is told once.

    Fix: expose and publish the port that the process listens on.

    Blind to: ports that only the environment decides.

    See: https://docs.docker.com/reference/dockerfile/#expose
    """
    told: set[tuple[str, int]] = set()
    for fact, key in _published(project):
        if fact.outcome.open:
            told.add(key)
        yield fact
    for service in project.system.own:
        yield from _exposed(project, service, told)


def _exposed(project: Project, service: Service, told: set[tuple[str, int]]) -> Iterator[Fact]:
    image = _image(project, service)
    if image is None:
        return
    deployments = [d for d in service.deployments if d.environment not in ASIDE]
    found = [project.serving.listening(service, d) for d in deployments or (None,)]
    exposed = image.dockerfile.exposed(image.stage)
    for port in exposed:
        said = [one.on(port.number) for one in found]
        if True in said:
            yield ok(f"{service.name}: port {port.number} is exposed and listened on.", port)
        elif len(exposed) == 1 and all(a is False for a in said) and (service.name, port.number) not in told:
            ports = {number: at for one in found for number, at in one.ports.items()}
            message = f"{service.name}: port {port.number} is exposed, but the process listens on {_list(set(ports))}."
            yield bad(message, port, *ports.values())


def _published(project: Project) -> Iterator[tuple[Fact, tuple[str, int]]]:
    """What is said of the ports that compose publishes, each with the service and the port that it is of."""
    seen: set[At] = set()
    for file, service in services(project):
        found = project.serving.owner(service.at, f"compose:{file.path}")
        inside = [p for p in service.ports if p.container is not None and p.protocol == "tcp"]
        if found is None or not found[0].first_party or _shared(file, service) or not inside or inside[0].at in seen:
            continue
        seen.add(inside[0].at)
        owner, deployment = found
        listens = project.serving.listening(owner, deployment)
        said = [listens.on(p.container or 0) for p in inside]
        port, ports = inside[0], _list(set(listens.ports))
        key = (owner.name, port.container or 0)
        if True in said:
            open_ = inside[said.index(True)]
            yield ok(f"{owner.name}: port {open_.container} is published and listened on.", open_), key
        elif not all(answer is False for answer in said):
            continue
        elif not deployment.env_complete:
            message = f"{owner.name}: port {port.container} is published, and the process listens on {ports}"
            yield unknown(f"{message} unless a variable that is kept elsewhere says otherwise.", port), key
        else:
            message = f"{owner.name}: port {port.container} is published, and the process listens on {ports}"
            places = (port.at, *listens.ports.values(), *_said(project, owner, port))
            graded = grade(file.environment)
            fact = bad(f"{message}: nobody gets through.", *places, severity=Severity.HIGH, **graded)
            yield fact, key


def _said(project: Project, service: Service, port: ComposePort) -> Iterator[At]:
    """The line of the Dockerfile that exposes the same wrong port."""
    image = _image(project, service)
    exposed = image.dockerfile.exposed(image.stage) if image is not None else ()
    yield from (one.at for one in exposed if one.number == port.container)


def _shared(file: ComposeFile, service: ComposeService) -> bool:
    """Whether its ports may be those of another container, which stands in its network namespace."""
    return any(s.network_mode in {f"service:{service.name}", f"container:{service.name}"} for s in file.services)


def _image(project: Project, service: Service) -> Image | None:
    return next((i for i in images(project) if service.build and i.dockerfile.path == service.build.dockerfile), None)


def _list(numbers: set[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
