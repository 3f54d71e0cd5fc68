"""Kubernetes objects as data: what each is called, what it runs, selects, needs and provides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kit.model import At
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.kinds import POD_ROUTES, SCALED, TEMPLATE_ROUTE, matches, texts
from kit.sources.kubernetes.pods import (
    Container,
    ContainerProbe,
    Reference,
    Volume,
    containers_of,
    number_of,
    pod_references,
    port_of,
    text_of,
    volumes_of,
)


@dataclass(frozen=True, slots=True)
class Backend:
    """A Service that an Ingress or HTTPRoute sends requests to."""

    host: str | None
    path: str
    service: str
    port: int | str | None
    at: At


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a Service; `target` is a number or a container port's name."""

    number: int | None
    target: int | str | None
    name: str | None
    node_port: int | None
    at: At


@dataclass(frozen=True, eq=False)
class Manifest:
    """A Kubernetes object.

    `origin` is "plain", "kustomize:<folder>" or "helm:<chart folder>", `scope` the values file of a release;
    `environment` is what the names of its path or overlay say. `complete` is False where some of its values
    could not be resolved, `companions_known` where some objects that are applied with it could not be seen.
    `superseded` is True where it is only the base of something else in the project, not judged by itself.
    """

    node: Node
    origin: str = "plain"
    environment: str = "unknown"
    complete: bool = True
    superseded: bool = False
    scope: str = ""
    companions_known: bool = True

    @property
    def at(self) -> At:
        return self.node.at

    @property
    def path(self) -> str:
        """The file that it is written in: of an overlaid one, the file of the base."""
        return self.node.at.path

    @cached_property
    def kind(self) -> str:
        kind = text_of(self.node, "kind")
        # A Service of Knative has the name of another kind: it runs pods, and has no ports of its own.
        return f"Knative{kind}" if kind == "Service" and self.group == "serving.knative.dev" else kind

    @property
    def api_version(self) -> str:
        return text_of(self.node, "apiVersion")

    @property
    def group(self) -> str:
        """The API group; empty for the core."""
        return self.api_version.rpartition("/")[0]

    @cached_property
    def name(self) -> str:
        return text_of(self.node, "metadata", "name") or text_of(self.node, "metadata", "generateName")

    @cached_property
    def namespace(self) -> str | None:
        return text_of(self.node, "metadata", "namespace") or None

    @property
    def title(self) -> str:
        """`Kind/name`, as one speaks of it."""
        return f"{self.kind}/{self.name}"

    @property
    def labels(self) -> dict[str, str]:
        return texts(self.node.get("metadata", "labels"))

    @property
    def annotations(self) -> dict[str, str]:
        return texts(self.node.get("metadata", "annotations"))

    @cached_property
    def pod(self) -> Node | None:
        """The pod specification of any workload; None for what runs no pods."""
        route = POD_ROUTES.get(self.kind)
        if self.group == "serving.knative.dev":
            route = ("spec",) if self.kind == "Revision" else TEMPLATE_ROUTE
        pod = self.node.get(*route) if route else None
        return pod if pod is not None and pod.is_map else None

    @property
    def pod_labels(self) -> dict[str, str]:
        """The labels of the pods that it runs."""
        route = POD_ROUTES.get(self.kind, TEMPLATE_ROUTE)
        return texts(self.node.get(*route[:-1], "metadata", "labels")) if self.pod is not None else {}

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Its containers, those that run before the others (`init`) last."""
        return containers_of(self.pod) if self.pod is not None else ()

    @property
    def volumes(self) -> tuple[Volume, ...]:
        """The volumes of its pods, without a StatefulSet's claim templates."""
        return volumes_of(self.pod) if self.pod is not None else ()

    @property
    def probes(self) -> tuple[ContainerProbe, ...]:
        """The probes of all its containers."""
        return tuple(probe for container in self.containers for probe in container.probes)

    @property
    def replicas(self) -> int | None:
        """The replicas asked for, 1 where a scaled kind says nothing; None for other kinds."""
        if self.kind not in SCALED:
            return None
        return number_of(self.node, "spec", "replicas") if self.node.get("spec", "replicas") else 1

    @property
    def schedule(self) -> Node | None:
        """A CronJob's cron expression."""
        return self.node.get("spec", "schedule") if self.kind == "CronJob" else None

    @property
    def selector(self) -> Node | None:
        """The node that says which pods it means, of a Service, workload, NetworkPolicy or budget."""
        if self.kind == "NetworkPolicy":
            return self.node.get("spec", "podSelector")
        return self.node.get("spec", "selector")

    @property
    def scale_target(self) -> Reference | None:
        """What a HorizontalPodAutoscaler or ScaledObject scales."""
        target = self.node.get("spec", "scaleTargetRef")
        if target is None or not text_of(target, "name"):
            return None
        kind = text_of(target, "kind") or "Deployment"
        return Reference(kind, text_of(target, "name"), None, False, target.at)

    @property
    def service_ports(self) -> tuple[ServicePort, ...]:
        """The ports of a Service; the target is the port itself where none is named."""
        return tuple(
            ServicePort(
                number_of(port, "port"),
                port_of(port.get("targetPort")) or number_of(port, "port"),
                text_of(port, "name") or None,
                number_of(port, "nodePort"),
                port.at,
            )
            for port in (self.node.each("spec", "ports", "*") if self.kind == "Service" else ())
        )

    @property
    def backends(self) -> tuple[Backend, ...]:
        """The Services that an Ingress or HTTPRoute sends requests to."""
        if self.kind == "Ingress":
            return tuple(_ingress_backends(self.node))
        return tuple(_route_backends(self.node)) if self.kind in {"HTTPRoute", "GRPCRoute"} else ()

    @property
    def keys(self) -> frozenset[str] | None:
        """The entries of a ConfigMap or Secret, or of the Secret that an ExternalSecret makes; None where they cannot
        be seen."""
        if self.kind == "ExternalSecret" and self.complete:
            whole = self.node.get("spec", "dataFrom") or self.node.get("spec", "target", "template")
            named = frozenset(n.text for n in self.node.each("spec", "data", "*", "secretKey") if n.text)
            return named if whole is None and named else None
        if self.kind not in {"ConfigMap", "Secret"} or not self.complete:
            return None
        parts = (self.node.get(part) for part in ("data", "stringData", "binaryData"))
        return frozenset(key for part in parts if part is not None for key, _ in part.items())

    def selects(self, labels: dict[str, str]) -> bool:
        """Whether its selector matches those labels; an empty one of a Service matches nothing."""
        node = self.selector
        if node is None:
            return False
        if self.kind in {"Service", "ReplicationController", "DeploymentConfig"}:
            wanted = texts(node)
            return bool(wanted) and all(labels.get(k) == v for k, v in wanted.items())
        return matches(node, labels)

    def references(self) -> tuple[Reference, ...]:
        """Everything that it needs by name from elsewhere."""
        found = list(pod_references(self.pod)) if self.pod is not None else []
        found.extend(_other_references(self))
        claims = {n.text for n in self.node.each("spec", "volumeClaimTemplates", "*", "metadata", "name")}
        return tuple(r for r in found if r.kind != "PersistentVolumeClaim" or r.name not in claims)

    def provides(self) -> tuple[tuple[str, str], ...]:
        """Kind and name of what exists once it is applied: itself, and what a controller makes of it."""
        if self.kind not in _SECRET_NAMES:
            return ((self.kind, self.name),)
        secret = text_of(self.node, *_SECRET_NAMES[self.kind]) or self.name
        return ((self.kind, self.name), ("Secret", secret))


class Manifests(tuple[Manifest, ...]):
    """All manifests of a project, with the questions one asks of them together."""

    __slots__ = ()

    @property
    def effective(self) -> Manifests:
        """Without those that are only the base of an overlay that is in the project too."""
        return Manifests(m for m in self if not m.superseded)

    def of(self, *kinds: str) -> Manifests:
        """Those of the kinds."""
        return Manifests(m for m in self if m.kind in kinds)

    @property
    def workloads(self) -> Manifests:
        """Those that run pods."""
        return Manifests(m for m in self if m.pod is not None)

    def beside(self, manifest: Manifest) -> Manifests:
        """What is applied with it: the same overlay or release; of plain ones those of its environment."""
        return Manifests(m for m in self if applied_together(m, manifest))

    def providing(self, kind: str, name: str) -> Manifests:
        """Those that declare or bring forth an object of that kind and name."""
        return Manifests(m for m in self if (kind, name) in m.provides())

    def selected_by(self, manifest: Manifest) -> Manifests:
        """The workloads beside it, in its namespace, whose pods its selector matches."""
        return Manifests(
            m
            for m in self.beside(manifest).workloads
            if m.namespace == manifest.namespace and manifest.selects(m.pod_labels)
        )


def applied_together(one: Manifest, other: Manifest) -> bool:
    """Whether both belong to one overlay or release, or are plain and of no two environments."""
    if one.origin != other.origin or one.scope != other.scope:
        return False
    environments = {one.environment, other.environment} - {"unknown"}
    return len(environments) < 2


def _ingress_backends(node: Node) -> Iterator[Backend]:
    default = node.get("spec", "defaultBackend") or node.get("spec", "backend")
    if default is not None:
        yield from _backend(None, "/", default)
    for rule in node.each("spec", "rules", "*"):
        for path in rule.each("http", "paths", "*"):
            backend = path.get("backend")
            if backend is not None:
                yield from _backend(text_of(rule, "host") or None, text_of(path, "path") or "/", backend)


def _backend(host: str | None, path: str, node: Node) -> Iterator[Backend]:
    service = node.get("service")
    if service is None:
        name, port = text_of(node, "serviceName"), port_of(node.get("servicePort"))
    else:
        name = text_of(service, "name")
        port = port_of(service.get("port", "number")) or port_of(service.get("port", "name"))
    if name:
        yield Backend(host, path, name, port, node.at)


def _route_backends(node: Node) -> Iterator[Backend]:
    host = text_of(node, "spec", "hostnames", 0) or None
    for rule in node.each("spec", "rules", "*"):
        path = text_of(rule, "matches", 0, "path", "value") or "/"
        for backend in rule.each("backendRefs", "*"):
            if text_of(backend, "kind") in {"", "Service"} and text_of(backend, "name"):
                yield Backend(host, path, text_of(backend, "name"), port_of(backend.get("port")), backend.at)


def _other_references(manifest: Manifest) -> Iterator[Reference]:
    node = manifest.node
    for backend in manifest.backends:
        key = None if backend.port is None else str(backend.port)
        yield Reference("Service", backend.service, key, False, backend.at)
    if manifest.scale_target is not None:
        yield manifest.scale_target
    for kind, route, target in _NAMED_ROUTES:
        if manifest.kind in kind:
            yield from (Reference(target, n.text, None, False, n.at) for n in node.each(*route) if n.text)
    if manifest.kind in {"RoleBinding", "ClusterRoleBinding"}:
        yield from _binding_references(node)


def _binding_references(node: Node) -> Iterator[Reference]:
    role = node.get("roleRef")
    # The cluster's own roles are there without any manifest.
    if role is not None and text_of(role, "kind") == "Role":
        yield Reference("Role", text_of(role, "name"), None, False, role.at)
    for subject in node.each("subjects", "*"):
        if text_of(subject, "kind") == "ServiceAccount" and text_of(subject, "name") not in {"", "default"}:
            yield Reference("ServiceAccount", text_of(subject, "name"), None, False, subject.at)


_NAMED_ROUTES: tuple[tuple[frozenset[str], tuple[str, ...], str], ...] = (
    (frozenset({"Ingress"}), ("spec", "tls", "*", "secretName"), "Secret"),
    (frozenset({"StatefulSet"}), ("spec", "serviceName"), "Service"),
    (frozenset({"ServiceAccount"}), ("imagePullSecrets", "*", "name"), "Secret"),
)
_SECRET_NAMES: dict[str, tuple[str, ...]] = {
    "ExternalSecret": ("spec", "target", "name"),
    "SealedSecret": ("spec", "template", "metadata", "name"),
    "Certificate": ("spec", "secretName"),
    "VaultStaticSecret": ("spec", "destination", "name"),
    "VaultDynamicSecret": ("spec", "destination", "name"),
    "OnePasswordItem": ("metadata", "name"),
    "InfisicalSecret": ("spec", "managedSecretReference", "secretName"),
}
"""Kinds whose controller makes a Secret, and where its name stands; their own name is the default."""


def collected(manifests: Iterable[Manifest]) -> Manifests:
    """The manifests in the order of their files and lines."""
    return Manifests(sorted(manifests, key=lambda m: (m.origin, m.scope, m.path, m.at.line or 0)))
