"""Do the services of a compose file that speak with each other stand in one network?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.shared.deployed import grade
from kit.checks.shared.images import services
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.sources.formats.nodes import Node

_HOSTS = re.compile(r"(?:^|_)(?:HOST(?:NAME)?|ADDR(?:ESS)?|SERVER|ENDPOINT|BROKERS?|NODES?|URL|URI)$", re.IGNORECASE)
"""Names of variables whose whole value is a host."""
NOT_CALLED = re.compile(
    r"ORIGIN|CORS|ALLOW|TRUST|ISSUER|AUDIENCE|ADVERTISED|LISTEN|BIND|CALLBACK|REDIRECT|WEBHOOK|NO_PROXY|SERVER_NAME"
    r"|VIRTUAL_HOST|COOKIE|PUBLIC|EXTERNAL|FRONT_?END|CLIENT_UR|^(?:VITE|REACT_APP|VUE_APP|NG|KC)_|^HOSTNAME$"
    r"|^(?:BASE|APP|SITE|ROOT)_UR[LI]$",
    re.IGNORECASE,
)
"""Names of variables whose hosts others than the process itself ask, or nobody."""
_BY_HOST = re.compile(r"host\.docker\.internal|host-gateway|\b172\.1[78]\.")
_SETS_UP = re.compile(r"migrat|seed|init|setup|build", re.IGNORECASE)


@dataclass(frozen=True)
class _Need:
    """A service needs another: `at` says so; `named` where that is its name as a host."""

    other: ComposeService
    at: At
    named: bool


@check(
    "CON-024",
    "Compose services that need each other share a network",
    Severity.HIGH,
    Clause.EXECUTION,
    effort_hours=0.5,
)
def those_who_speak_share_a_network(project: Project) -> Iterator[Fact]:
    """
    The name of a service is known in its own networks alone. Whoever stands in another one asks for a host that does not
    exist, and no request gets through.

    Decides: services in compose files that are not for development or tests, whose variables name another service of the
    file as a host, or that depend on another: both have a network in common; one without `networks` stands in the default
    one. What is only waited for, and may be reached in another way, is unknown. `network_mode` is left out.

    Fix: give both one network: `networks: [back]`.

    Blind to: hosts that code or its settings name.

    See: https://docs.docker.com/compose/how-tos/networking/
    """
    seen: set[tuple[At, ...]] = set()
    joined: dict[str, ComposeService] = {}
    apart: set[str] = set()
    for file, service in services(project):
        for need in _needs(file, service):
            if _share(file, service, need.other):
                joined.setdefault(file.path, service)
                continue
            apart.add(file.path)
            fact = _apart(project, file, service, need)
            if fact is not None and fact.at not in seen:
                seen.add(fact.at)
                yield fact
    for path, service in joined.items():
        if path not in apart:
            yield ok(f"{path}: services that need each other share a network.", service)


def _apart(project: Project, file: ComposeFile, service: ComposeService, need: _Need) -> Fact | None:
    name = need.other.name
    if _named_otherwise(file, service, need.other):
        return None
    places = (need.at, service.node.at_or_self("networks"), need.other.node.at_or_self("networks"))
    said = f"{service.name}: {'names' if need.named else 'depends on'} {name}, and they have no network in common"
    if need.named or not _only_waits(project, service, need.other):
        message = f"{said}; the name {name} leads nowhere."
        return bad(message, *dict.fromkeys(places), **grade(file.environment))
    return unknown(f"{said}; that it only waits for it cannot be ruled out.", *dict.fromkeys(places))


def _needs(file: ComposeFile, service: ComposeService) -> Iterator[_Need]:
    """Each other service that it needs, once: where a variable names it, else where it is waited for."""
    for other in file.services if not service.network_mode else ():
        if other.name == service.name or other.network_mode:
            continue
        given = next((v.at for n, v in service.environment.items() if _names(n, v.value or "", other)), None)
        if given is not None:
            yield _Need(other, given, named=True)
        elif service.depends_on.get(other.name, "service_completed_successfully") != "service_completed_successfully":
            node = service.node.get("depends_on")
            found = (node.get(other.name) or node) if node is not None else None
            yield _Need(other, found.at if found is not None else service.at, named=False)


def _names(variable: str, value: str, other: ComposeService) -> bool:
    """Whether the value of a variable has the service for a host: in an address, before a port, or all of it."""
    if other.name not in value or NOT_CALLED.search(variable):
        return False
    name = re.escape(other.name)
    if re.search(rf"://(?:[^/\s@]*@)?{name}(?=[:/?,]|$)", value):
        return True
    return bool(_HOSTS.search(variable)) and bool(re.search(rf"(?:^|,\s*){name}(?::\d{{2,5}})?(?:,|$)", value))


def _share(file: ComposeFile, one: ComposeService, other: ComposeService) -> bool:
    return bool(_networks(file, one) & _networks(file, other))


def _networks(file: ComposeFile, service: ComposeService) -> set[str]:
    """The networks that it stands in, by the names that Docker knows them under where those are told."""
    return {_true_name(file.networks.get(name), name) for name in service.networks or ("default",)}


def _true_name(declared: Node | None, name: str) -> str:
    given = declared.get("name") or declared.get("external", "name") if declared is not None else None
    return f"={given.text if given is not None else name}" if given is not None or _is_external(declared) else name


def _named_otherwise(file: ComposeFile, service: ComposeService, needed: ComposeService) -> bool:
    """Whether the name may lead to something else: another service's alias, a host that is given by hand, a link, or,
    where it does not wait for the service of this file, what another stack has in a network from outside."""
    name, own = needed.name, service.networks or ("default",)
    if any("$" in f"{n}{_true_name(file.networks.get(n), n)}" for n in (*own, *needed.networks)):
        return True
    if name not in service.depends_on and any(_is_external(file.networks.get(n)) for n in own):
        return True
    given = [service.node.get(key) for key in ("extra_hosts", "links", "external_links")]
    if any(name in re.split(r"[:=]", text) for node in given if node is not None for text in _words(node)):
        return True
    return any(name in called(other) for other in file.services if _share(file, service, other))


def _is_external(declared: Node | None) -> bool:
    external = declared.get("external") if declared is not None and declared.is_map else None
    return external is not None and external.text != "false"


def _words(node: Node) -> Iterator[str]:
    if node.is_map:
        yield from (key for key, _ in node.items())
    yield from (found.text for found in node.strings())


def called(service: ComposeService) -> set[str]:
    """The further names that a service has in its networks."""
    told = [service.node.get("container_name"), service.node.get("hostname")]
    networks = service.node.get("networks")
    for _, node in networks.items() if networks is not None and networks.is_map else ():
        aliases = node.get("aliases") if node.is_map else None
        told += list(aliases.strings()) if aliases is not None else []
    return {node.text for node in told if node is not None}


def _only_waits(project: Project, service: ComposeService, other: ComposeService) -> bool:
    """Whether who waits for another may never ask it by its name: the other leaves files for those after it, or sets
    something up and ends, or its published port is asked, by a browser or by way of the host."""
    shared = {v.source for v in other.volumes if v.source} & {v.source for v in service.volumes}
    ends = other.restart in {"no", "on-failure"} or _SETS_UP.search(other.name) is not None
    if shared or ends or not other.ports:
        return bool(shared or ends)
    known = project.system.service(service.name)
    asks = known is not None and known.first_party and known.kind in {"api", "worker", "job"}
    return not asks or any(_BY_HOST.search(node.text) for node in service.node.strings())
