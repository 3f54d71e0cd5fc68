"""What a kustomization changes in all its objects: names, namespaces, labels, images, replicas."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from kit.sources.formats.node_edit import edited, scalar, with_entry, with_value
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.kinds import CLUSTER_SCOPED, POD_ROUTES, SCALED
from kit.sources.kubernetes.pods import text_of

_CONTAINERS = (("containers", "*"), ("initContainers", "*"))


@dataclass(frozen=True)
class Resource:
    """An object on its way through overlays. `names`: every name it had, the present one last."""

    node: Node
    names: tuple[str, ...]
    complete: bool = True

    @property
    def kind(self) -> str:
        return text_of(self.node, "kind")

    @property
    def name(self) -> str:
        return text_of(self.node, "metadata", "name")


Resources = tuple[Resource, ...]


def resource(node: Node, *, complete: bool = True) -> Resource:
    """An object as its file has it."""
    return Resource(node, (text_of(node, "metadata", "name"),), complete)


def with_namespace(resources: Resources, kustomization: Node) -> Resources:
    """`namespace`: every object that lives in one is put there."""
    namespace = kustomization.get("namespace")
    if namespace is None or not namespace.text:
        return resources
    value = scalar(namespace.text, namespace.at, "namespace")

    def moved(node: Node) -> Node:
        if text_of(node, "kind") in CLUSTER_SCOPED:
            return node
        return with_value(node, ("metadata", "namespace"), value)

    return _each(resources, moved)


def with_affixes(resources: Resources, kustomization: Node) -> Resources:
    """`namePrefix` and `nameSuffix`, references among the objects following."""
    prefix, suffix = text_of(kustomization, "namePrefix"), text_of(kustomization, "nameSuffix")
    if not prefix and not suffix:
        return resources
    renames: dict[str, dict[str, str]] = {}
    named = []
    for item in resources:
        if item.kind in {"Namespace", "CustomResourceDefinition"} or not item.name:
            named.append(item)
            continue
        name = f"{prefix}{item.name}{suffix}"
        renames.setdefault(item.kind, {})[item.name] = name
        node = edited(item.node, ("metadata", "name"), partial(replace, data=name))
        named.append(Resource(node, (*item.names, name), item.complete))
    return _each(tuple(named), lambda node: _references_renamed(node, renames))


def with_labels(resources: Resources, kustomization: Node) -> Resources:
    """`commonLabels` (selectors too) and `labels` (as each entry says)."""
    common = kustomization.get("commonLabels")
    if common is not None:
        resources = _each(resources, lambda node: _labelled(node, common, selectors=True, templates=True))
    for entry in kustomization.each("labels", "*"):
        resources = _with_label_entry(resources, entry)
    return resources


def _with_label_entry(resources: Resources, entry: Node) -> Resources:
    pairs = entry.get("pairs")
    if pairs is None:
        return resources
    selectors = text_of(entry, "includeSelectors") == "true"
    templates = selectors or text_of(entry, "includeTemplates") == "true"
    return _each(resources, lambda node: _labelled(node, pairs, selectors=selectors, templates=templates))


def with_annotations(resources: Resources, kustomization: Node) -> Resources:
    """`commonAnnotations`, on objects and on the pods they make."""
    common = kustomization.get("commonAnnotations")
    if common is None:
        return resources

    def annotated(node: Node) -> Node:
        node = _merged_at(node, ("metadata", "annotations"), common)
        route = _template(node)
        return _merged_at(node, (*route, "metadata", "annotations"), common) if route else node

    return _each(resources, annotated)


def with_replicas(resources: Resources, kustomization: Node) -> Resources:
    """`replicas`: the count of each named workload."""
    for entry in kustomization.each("replicas", "*"):
        count = entry.get("count")
        if count is not None:
            resources = tuple(_counted(r, text_of(entry, "name"), count) for r in resources)
    return resources


def _counted(item: Resource, name: str, count: Node) -> Resource:
    if item.kind not in SCALED or name not in item.names:
        return item
    return replace(item, node=with_value(item.node, ("spec", "replicas"), replace(count, key="replicas")))


def with_images(resources: Resources, kustomization: Node) -> Resources:
    """`images`: another name, tag or digest, at the place of the entry that says so."""
    for entry in kustomization.each("images", "*"):
        resources = _each(resources, partial(_reimaged, entry=entry))
    return resources


def split_image(image: str) -> tuple[str, str, str]:
    """Name, tag and digest of an image reference; empty where there is none."""
    name, _, digest = image.partition("@")
    head, slash, tail = name.rpartition("/")
    base, _, tag = tail.partition(":")
    return f"{head}{slash}{base}", tag, digest


def _reimaged(node: Node, entry: Node) -> Node:
    route = POD_ROUTES.get(text_of(node, "kind"))
    for containers in _CONTAINERS if route else ():
        node = edited(node, (*(route or ()), *containers, "image"), partial(_new_image, entry=entry))
    return node


def _new_image(image: Node, entry: Node) -> Node:
    name, tag, digest = split_image(image.text)
    if name != text_of(entry, "name"):
        return image
    name = text_of(entry, "newName") or name
    tag, digest = _new_version(entry, tag, digest)
    tag += text_of(entry, "tagSuffix")
    text = name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    place = entry.get("digest") or entry.get("newTag") or entry.get("newName") or entry
    return scalar(text, place.at, image.key)


def _new_version(entry: Node, tag: str, digest: str) -> tuple[str, str]:
    if text_of(entry, "digest"):
        return text_of(entry, "newTag"), text_of(entry, "digest")
    if text_of(entry, "newTag"):
        return text_of(entry, "newTag"), ""
    return tag, digest


def _each(resources: Resources, change: Callable[[Node], Node]) -> Resources:
    return tuple(replace(item, node=change(item.node)) for item in resources)


def _template(node: Node) -> tuple[str, ...]:
    """The route to the pod template of what makes pods; empty for anything else."""
    return POD_ROUTES.get(text_of(node, "kind"), ())[:-1]


def _merged_at(node: Node, route: tuple[str, ...], entries: Node) -> Node:
    held = node.get(*route) or Node({}, entries.at, key=route[-1])
    for key, value in entries.items():
        held = with_entry(held, key, value)
    return with_value(node, route, held)


def _labelled(node: Node, pairs: Node, *, selectors: bool, templates: bool) -> Node:
    kind, template = text_of(node, "kind"), _template(node)
    node = _merged_at(node, ("metadata", "labels"), pairs)
    if templates and template:
        node = _merged_at(node, (*template, "metadata", "labels"), pairs)
    route = _selector_route(node, kind) if selectors else ()
    return _merged_at(node, route, pairs) if route else node


def _selector_route(node: Node, kind: str) -> tuple[str, ...]:
    if kind in {"Service", "ReplicationController"}:
        return ("spec", "selector") if node.get("spec", "selector") else ()
    if kind in {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}:
        return ("spec", "selector", "matchLabels")
    routes = (("spec", "selector", "matchLabels"), ("spec", "podSelector", "matchLabels"))
    return next((r for r in routes if kind in {"PodDisruptionBudget", "NetworkPolicy"} and node.get(*r)), ())


_Routes = dict[str, tuple[tuple[str, ...], ...]]
_CONTAINER_NAMES: _Routes = {
    "ConfigMap": (
        ("env", "*", "valueFrom", "configMapKeyRef", "name"),
        ("envFrom", "*", "configMapRef", "name"),
    ),
    "Secret": (
        ("env", "*", "valueFrom", "secretKeyRef", "name"),
        ("envFrom", "*", "secretRef", "name"),
    ),
}
_POD_NAMES: _Routes = {
    "ConfigMap": (
        ("volumes", "*", "configMap", "name"),
        ("volumes", "*", "projected", "sources", "*", "configMap", "name"),
    ),
    "Secret": (
        ("volumes", "*", "secret", "secretName"),
        ("volumes", "*", "projected", "sources", "*", "secret", "name"),
        ("imagePullSecrets", "*", "name"),
    ),
    "PersistentVolumeClaim": (("volumes", "*", "persistentVolumeClaim", "claimName"),),
    "ServiceAccount": (("serviceAccountName",), ("serviceAccount",)),
}
_OBJECT_NAMES: dict[str, _Routes] = {
    "Ingress": {
        "Service": (
            ("spec", "rules", "*", "http", "paths", "*", "backend", "service", "name"),
            ("spec", "defaultBackend", "service", "name"),
        ),
        "Secret": (("spec", "tls", "*", "secretName"),),
    },
    "StatefulSet": {"Service": (("spec", "serviceName"),)},
    "ServiceAccount": {"Secret": (("imagePullSecrets", "*", "name"), ("secrets", "*", "name"))},
    "RoleBinding": {"ServiceAccount": (("subjects", "*", "name"),)},
    "ClusterRoleBinding": {"ServiceAccount": (("subjects", "*", "name"),)},
}


def _references_renamed(node: Node, renames: dict[str, dict[str, str]]) -> Node:
    for kind, route in _reference_routes(node):
        if kind in renames:
            node = edited(node, route, partial(_renamed, names=renames[kind]))
    return node


def _renamed(node: Node, names: dict[str, str]) -> Node:
    return replace(node, data=names.get(node.text, node.data)) if isinstance(node.data, str) else node


def _reference_routes(node: Node) -> Iterable[tuple[str, tuple[str, ...]]]:
    kind = text_of(node, "kind")
    pod = POD_ROUTES.get(kind)
    if pod:
        yield from ((target, (*pod, *route)) for target, routes in _POD_NAMES.items() for route in routes)
        for target, routes in _CONTAINER_NAMES.items():
            yield from ((target, (*pod, *holder, *route)) for holder in _CONTAINERS for route in routes)
    for target, routes in _OBJECT_NAMES.get(kind, {}).items():
        yield from ((target, route) for route in routes)
    yield text_of(node, "spec", "scaleTargetRef", "kind"), ("spec", "scaleTargetRef", "name")
    yield text_of(node, "roleRef", "kind"), ("roleRef", "name")
