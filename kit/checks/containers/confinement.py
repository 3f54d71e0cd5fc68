"""What may a container of a compose file do to others and to its host?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kit.checks.shared.images import services
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeService
from kit.system.images import parse_image

_NAMESPACES = {"ipc": "shared memory", "userns_mode": "users", "cgroup": "control groups", "uts": "name"}
_MOST_NAMED = 6


def shared_namespaces(service: ComposeService) -> Iterator[tuple[str, At]]:
    """What a compose service shares with its host or takes off, each with its place."""
    for key, what in _NAMESPACES.items():
        node = service.node.get(key)
        if node is not None and node.text == "host":
            yield f"shares the host's {what}", node.at
    for option in service.node.each("security_opt", "*"):
        name, _, value = option.text.replace("=", ":").removeprefix("label:").partition(":")
        if value.strip().lower() == "unconfined":
            yield f"runs without the shield of {name} (unconfined)", option.at


@check("CON-047", "Compose services cannot gain rights", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5)
def services_gain_nothing(project: Project) -> Iterator[Fact]:
    """
    Without `no-new-privileges` a program with the setuid bit makes root of whoever takes over the process, and every
    container starts with a dozen capabilities that few programs need.

    Decides: `security_opt` with `no-new-privileges` and `cap_drop` of each service in compose files that are not for
    development or tests; told once per file. Well-known stores, proxies and monitors are left out.

    Fix: `security_opt: ["no-new-privileges:true"]` and `cap_drop: [ALL]`, then `cap_add` of what is missed.

    Blind to: what the daemon is told for all containers.

    See: https://docs.docker.com/engine/security/#linux-kernel-capabilities
    """
    lacking: dict[str, list[ComposeService]] = defaultdict(list)
    told: set[tuple[str, str]] = set()
    for file, service in sorted(services(project), key=lambda pair: len(pair[0].layers)):
        if (file.layers[0], service.name) in told:
            continue  # an overlay says more of a service that was told already
        told.add((file.layers[0], service.name))
        if _no_new_privileges(service) and service.node.get("cap_drop") is not None:
            yield ok(f"{service.name}: gains no rights and has dropped some.", service)
        elif not _is_well_known(service):
            lacking[service.at.path].append(service)
    for path, found in lacking.items():
        gaining = [s for s in found if not _no_new_privileges(s)]
        able = [s for s in found if s.node.get("cap_drop") is None]
        parts = [f"nothing keeps {_named(gaining)} from gaining rights"] if gaining else []
        parts += [f"no default capabilities are taken from {_named(able)}"] if able else []
        yield bad(f"{path}: {'; '.join(parts)}.", *(_at(s, "security_opt") for s in found[:_MOST_NAMED]))


def _named(found: list[ComposeService]) -> str:
    return listed(dict.fromkeys(s.name for s in found), _MOST_NAMED)


def _is_well_known(service: ComposeService) -> bool:
    """Whether the image is a store, proxy or monitor that gives up its rights by itself."""
    image = parse_image(service.image)
    return service.build is None and image is not None and image.kind != "unknown"


def _no_new_privileges(service: ComposeService) -> bool:
    options = [o.text.replace(" ", "").replace("=", ":") for o in service.node.each("security_opt", "*")]
    return any(o in {"no-new-privileges", "no-new-privileges:true"} for o in options)


def _at(service: ComposeService, key: str) -> At:
    node = service.node.get(key)
    return node.at if node is not None else service.at
