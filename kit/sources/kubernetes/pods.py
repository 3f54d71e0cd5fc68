"""What a pod specification says: containers, their ports, probes, environment, and what they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kit.model import At
from kit.sources.formats.nodes import Node

PROBE_KINDS = {"livenessProbe": "liveness", "readinessProbe": "readiness", "startupProbe": "startup"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that a manifest uses and something else must declare; `key` where one entry of it is meant."""

    kind: str
    name: str
    key: str | None
    optional: bool
    at: At


@dataclass(frozen=True, slots=True)
class ContainerPort:
    """A port that a container declares."""

    number: int
    name: str | None
    protocol: str
    at: At


@dataclass(frozen=True, slots=True)
class EnvVar:
    """A variable that a container is given. `source`: literal, configmap, secret, field, resource.

    `value` is None unless it is a literal; `reference` is set where it comes from a ConfigMap or Secret.
    """

    name: str
    value: str | None
    source: str
    reference: Reference | None
    at: At


@dataclass(frozen=True, slots=True)
class EnvFrom:
    """A whole ConfigMap or Secret given as environment, every key with `prefix` before it."""

    prefix: str
    reference: Reference
    at: At


@dataclass(frozen=True, slots=True)
class ContainerProbe:
    """A probe: `kind` liveness, readiness or startup; `mode` http, tcp, grpc or exec.

    `port` is the number, with the container's port names resolved, or the name where nothing declares it.
    """

    kind: str
    mode: str
    container: str
    path: str | None
    port: int | str | None
    command: str | None
    scheme: str
    node: Node
    at: At


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of a pod: `kind` as written (emptyDir, persistentVolumeClaim, configMap, hostPath, nfs ...).

    `source` is the name of the claim, ConfigMap or Secret, or the host's path; None where there is none.
    """

    name: str
    kind: str
    source: str | None
    at: At


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a container sees a volume."""

    volume: str
    path: str
    sub_path: str | None
    read_only: bool
    at: At


@dataclass(frozen=True, eq=False)
class Container:
    """A container of a pod; `init` where it runs before the others and ends."""

    node: Node
    init: bool = False

    @property
    def at(self) -> At:
        return self.node.at

    @property
    def name(self) -> str:
        return text_of(self.node, "name")

    @property
    def image(self) -> str | None:
        """The image as written, or None where none is named."""
        return text_of(self.node, "image") or None

    @property
    def command(self) -> tuple[str, ...]:
        """`command` followed by `args`; empty where the image's own are used."""
        return (*_words(self.node.get("command")), *_words(self.node.get("args")))

    @property
    def ports(self) -> tuple[ContainerPort, ...]:
        """The declared ports that have a number."""
        found = ((number_of(p, "containerPort"), p) for p in self.node.each("ports", "*"))
        return tuple(
            ContainerPort(number, text_of(p, "name") or None, text_of(p, "protocol") or "TCP", p.at)
            for number, p in found
            if number is not None
        )

    @property
    def env(self) -> tuple[EnvVar, ...]:
        """The variables given one by one."""
        return tuple(_env_var(entry) for entry in self.node.each("env", "*") if text_of(entry, "name"))

    @property
    def env_from(self) -> tuple[EnvFrom, ...]:
        """The ConfigMaps and Secrets given whole."""
        return tuple(
            EnvFrom(text_of(entry, "prefix"), reference, entry.at)
            for entry in self.node.each("envFrom", "*")
            for reference in _source_references(entry, {"configMapRef": "ConfigMap", "secretRef": "Secret"})
        )

    @property
    def probes(self) -> tuple[ContainerProbe, ...]:
        """The probes of the container."""
        nodes = ((kind, self.node.get(key)) for key, kind in PROBE_KINDS.items())
        return tuple(self._probe(kind, node) for kind, node in nodes if node is not None and node.is_map)

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """The volumes that the container sees."""
        return tuple(
            Mount(
                text_of(m, "name"),
                text_of(m, "mountPath"),
                text_of(m, "subPath") or None,
                text_of(m, "readOnly") == "true",
                m.at,
            )
            for m in self.node.each("volumeMounts", "*")
        )

    def get(self, *route: str | int) -> Node | None:
        """`node.get`."""
        return self.node.get(*route)

    def port_number(self, port: int | str | None) -> int | str | None:
        """The number behind a port's name; the name itself where no port is called so."""
        if isinstance(port, str):
            return next((p.number for p in self.ports if p.name == port), port)
        return port

    def _probe(self, kind: str, node: Node) -> ContainerProbe:
        keys = {"http": "httpGet", "tcp": "tcpSocket", "grpc": "grpc"}
        mode = next((mode for mode, key in keys.items() if key in node), "exec")
        handler = node.get(keys.get(mode, "exec")) or node
        return ContainerProbe(
            kind=kind,
            mode=mode,
            container=self.name,
            path=(text_of(handler, "path") or "/") if mode == "http" else None,
            port=self.port_number(port_of(handler.get("port"))),
            command=" ".join(_words(handler.get("command"))) or None,
            scheme=text_of(handler, "scheme") or "HTTP",
            node=node,
            at=node.at,
        )


def containers_of(pod: Node) -> tuple[Container, ...]:
    """The containers of a pod specification, then those that run before them; one without a dash is one."""
    running = (Container(node) for node in _listed(pod.get("containers")))
    first = (Container(node, init=not _sidecar(node)) for node in _listed(pod.get("initContainers")))
    return tuple(container for container in (*running, *first) if container.node.is_map)


def _listed(node: Node | None) -> Iterable[Node]:
    """The items of a list; what is none, and stands where one belongs, by itself."""
    if node is None:
        return ()
    return (node,) if node.is_map else node.children()


def volumes_of(pod: Node) -> tuple[Volume, ...]:
    """The volumes of a pod specification."""
    return tuple(_volume(node) for node in pod.each("volumes", "*") if text_of(node, "name"))


def pod_references(pod: Node) -> Iterator[Reference]:
    """What a pod specification needs: ConfigMaps, Secrets, PersistentVolumeClaims, its ServiceAccount."""
    for container in containers_of(pod):
        yield from (v.reference for v in container.env if v.reference is not None)
        yield from (e.reference for e in container.env_from)
    for volume in pod.each("volumes", "*"):
        yield from _volume_references(volume)
    for secret in pod.each("imagePullSecrets", "*"):
        yield from _named("Secret", secret.get("name"))
    for key in ("serviceAccountName", "serviceAccount"):
        if key in pod and text_of(pod, key) != "default":
            yield from _named("ServiceAccount", pod.get(key))
            break


def text_of(node: Node | None, *route: str | int) -> str:
    """The scalar at the route as text; empty where it is not there."""
    found = node.get(*route) if node is not None else None
    return found.text if found is not None else ""


def number_of(node: Node | None, *route: str | int) -> int | None:
    """The whole number at the route, or None."""
    found = node.get(*route) if node is not None else None
    port = port_of(found)
    return port if isinstance(port, int) else None


def port_of(node: Node | None) -> int | str | None:
    """A port as a number where it is one, even quoted, else its name; None for nothing."""
    if node is None or node.text == "":
        return None
    text = node.text
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _env_var(entry: Node) -> EnvVar:
    name = text_of(entry, "name")
    given = entry.get("valueFrom")
    if given is None:
        value = entry.get("value") or entry
        # A value that an overlay changed stands elsewhere than its entry.
        at = entry.at if value.at.path == entry.at.path else value.at
        return EnvVar(name, text_of(entry, "value"), "literal", None, at)
    kinds = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
    reference = next(_source_references(given, kinds), None)
    source = reference.kind.lower() if reference else ("field" if "fieldRef" in given else "resource")
    return EnvVar(name, None, source, reference, entry.at)


def _source_references(node: Node, kinds: dict[str, str]) -> Iterator[Reference]:
    for key, kind in kinds.items():
        target = node.get(key)
        if target is not None and text_of(target, "name"):
            wanted = text_of(target, "key") or None
            yield Reference(kind, text_of(target, "name"), wanted, _optional(target), target.at)


def _volume(node: Node) -> Volume:
    kind, source = next(((k, n) for k, n in node.items() if k != "name"), ("emptyDir", Node({}, node.at)))
    names = ("claimName", "secretName", "name", "path", "driver", "server")
    named = next((text_of(source, n) for n in names if n in source), None)
    return Volume(text_of(node, "name"), kind, named, node.at)


def _volume_references(volume: Node) -> Iterator[Reference]:
    for source in (volume, *volume.each("projected", "sources", "*")):
        for key, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
            target = source.get(key)
            if target is not None:
                yield from _volume_source(kind, target)
    claim = volume.get("persistentVolumeClaim")
    if claim is not None:
        yield from _named("PersistentVolumeClaim", claim.get("claimName"))


def _volume_source(kind: str, target: Node) -> Iterator[Reference]:
    name = text_of(target, "secretName") or text_of(target, "name")
    if not name:
        return
    yield Reference(kind, name, None, _optional(target), target.at)
    for item in target.each("items", "*", "key"):
        yield Reference(kind, name, item.text, _optional(target), item.at)


def _named(kind: str, node: Node | None) -> Iterator[Reference]:
    if node is not None and node.text:
        yield Reference(kind, node.text, None, False, node.at)


def _optional(node: Node) -> bool:
    return text_of(node, "optional") == "true"


def _sidecar(node: Node) -> bool:
    return text_of(node, "restartPolicy") == "Always"


def _words(node: Node | None) -> tuple[str, ...]:
    return tuple(child.text for child in node.children()) if node is not None else ()
