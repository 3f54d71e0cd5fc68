"""Kubernetes manifests to services and deployments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kit.model import At
from kit.system.drafts import Draft, Drafts, normal
from kit.system.images import parse_image
from kit.system.model import Deployment, EnvGiven, Port, Probe

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.formats.nodes import Node
    from kit.sources.kubernetes.manifests import Manifest, Manifests
    from kit.sources.kubernetes.pods import Container, EnvFrom


def join_kubernetes(project: Project, drafts: Drafts) -> None:
    """Add a deployment per container of every effective workload, to the draft that builds its image or bears its
    name, else to a new one."""
    manifests = project.manifests.effective
    common = _common_names(manifests)
    for workload in manifests.workloads:
        main = [c for c in workload.containers if not c.init]
        for container in workload.containers:
            alone = len(main) == 1 and not container.init
            names = [workload.name] if alone else []
            if not alone or container.name not in common:
                names.insert(0, container.name)
            draft = _draft_of(workload, container, drafts, names, alone=alone)
            draft.deployments.append(_deployment(workload, container, manifests))


def _common_names(manifests: Manifests) -> set[str]:
    """Names of containers that say nothing, such as `server`: workloads that run different images bear them."""
    runs: dict[str, dict[str, str]] = {}
    for workload in manifests.workloads:
        for container in workload.containers:
            image = parse_image(container.image)
            if image is not None:
                runs.setdefault(container.name, {})[normal(workload.name)] = image.base
    return {name for name, images in runs.items() if len(set(images.values())) > 1}


def target_of(manifest: Manifest) -> str:
    """The deployment target that a manifest belongs to: its overlay, chart, or the folder of its file."""
    kind, _, place = manifest.origin.partition(":")
    if kind == "plain":
        return f"kubernetes:{manifest.path.rpartition('/')[0] or '.'}"
    return f"{kind}:{place}" if not manifest.scope else f"{kind}:{place}#{manifest.scope}"


def _draft_of(workload: Manifest, container: Container, drafts: Drafts, names: list[str], *, alone: bool) -> Draft:
    image = parse_image(container.image)
    found = _by_image(image.base, (*names, workload.name), drafts) if image and image.kind == "unknown" else None
    if image is None or image.kind == "unknown":
        found = found or drafts.named(*names)
    elif alone:
        found = drafts.named(workload.name)
    else:  # a proxy beside the program is not the program, though the workload bears its name
        found = next((d for d in drafts if d.kind == image.kind and d.name == container.name), None)
    if found is None:
        name = workload.name if alone else container.name
        build = drafts.made.get(image.base) if image else None
        found = drafts.add(Draft(name or container.name, container.at, image.kind if image else "unknown", build=build))
        found.aliases.update(n for n in names if n)
    if image and image.kind == "unknown":
        found.images.add(image.base)
    main = next((c for c in workload.containers if not c.init), container)
    if container is main:
        found.aliases.add(workload.name)
    return found


def _by_image(base: str, names: tuple[str, ...], drafts: Drafts) -> Draft | None:
    """The draft of the image; of several that share it (a server and its migrations), the one that is called so."""
    wanted = {normal(name) for name in names}
    alike = (d for d in drafts if base in d.images and {normal(n) for n in {d.name, *d.aliases}} & wanted)
    return next(alike, None) or drafts.named(base)


def _deployment(workload: Manifest, container: Container, manifests: Manifests) -> Deployment:
    env, complete = _environment(workload, container, manifests)
    beside = manifests.beside(workload)
    scaler = next((m for m in beside if m.scale_target and m.scale_target.name == workload.name), None)
    schedule = workload.schedule
    return Deployment(
        target=target_of(workload),
        environment=workload.environment,
        at=container.at,
        image=container.image,
        env=tuple(env),
        env_complete=complete and workload.complete,
        ports=tuple(_ports(workload, container, beside)),
        probes=tuple(Probe(p.kind, p.at, p.path, p.port, p.command, target_of(workload)) for p in container.probes),
        replicas=_number(scaler, "minReplicas") if scaler else workload.replicas,
        max_replicas=_number(scaler, "maxReplicas") if scaler else workload.replicas,
        command=" ".join(container.command) or None,
        workload=f"{workload.kind} init" if container.init else workload.kind,
        schedule=schedule.text if schedule is not None else None,
        volumes=tuple(_volumes(workload, container)),
        namespace=workload.namespace,
    )


def _environment(workload: Manifest, container: Container, manifests: Manifests) -> tuple[list[EnvGiven], bool]:
    complete = True
    given: dict[str, EnvGiven] = {}
    for whole in container.env_from:
        entries = _entries(workload, whole, manifests)
        complete = complete and entries is not None
        given.update({e.name: e for e in entries or ()})
    for one in container.env:
        entry = _entry(workload, one.reference.name, one.reference.key, manifests) if one.reference else None
        value = entry.text if entry is not None else one.value
        given[one.name] = EnvGiven(one.name, entry.at if entry is not None else one.at, value, one.source)
    return list(given.values()), complete


def _entries(workload: Manifest, whole: EnvFrom, manifests: Manifests) -> list[EnvGiven] | None:
    """The variables of a ConfigMap or Secret given whole; None where it cannot be seen."""
    reference = whole.reference
    makers = manifests.beside(workload).providing(reference.kind, reference.name)
    source = next((m for m in makers if m.keys is not None), None)
    if source is None:
        return [] if reference.optional else None
    parts = (source.node.get(part) for part in ("data", "stringData"))
    nodes = [(key, node) for part in parts if part is not None for key, node in part.items()]
    kind = reference.kind.lower()
    return [EnvGiven(whole.prefix + k, n.at, n.text if kind == "configmap" else None, kind) for k, n in nodes]


def _entry(workload: Manifest, name: str, key: str | None, manifests: Manifests) -> Node | None:
    """The entry of a ConfigMap; a Secret's is not looked up here."""
    makers = manifests.beside(workload).providing("ConfigMap", name)
    return next((node for m in makers if (node := m.node.get("data", key or "")) is not None), None)


def _ports(workload: Manifest, container: Container, beside: Manifests) -> Iterator[Port]:
    for port in container.ports:
        yield Port(port.number, "container", port.at, name=port.name)
    for service in beside.of("Service"):
        if service.namespace == workload.namespace and service.selects(workload.pod_labels):
            for exposed in service.service_ports:
                target = container.port_number(exposed.target)
                number = target if isinstance(target, int) else None
                yield Port(number, "target", exposed.at, host=exposed.number, name=service.name)


def _volumes(workload: Manifest, container: Container) -> Iterator[tuple[str, str, At]]:
    claims = {n.text for n in workload.node.each("spec", "volumeClaimTemplates", "*", "metadata", "name")}
    kinds = {v.name: f"{v.kind}:{v.source or ''}" for v in workload.volumes}
    for mount in container.mounts:
        source = "volumeClaimTemplate:" + mount.volume if mount.volume in claims else kinds.get(mount.volume, "")
        yield source, mount.path, mount.at


def _number(scaler: Manifest, key: str) -> int | None:
    node = scaler.node.get("spec", key)
    return int(node.text) if node is not None and node.text.isdigit() else (1 if key == "minReplicas" else None)
