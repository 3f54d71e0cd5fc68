"""The kinds of Kubernetes objects: which run pods, which have no namespace, and what is no object at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.pods import text_of

TEMPLATE_ROUTE = ("spec", "template", "spec")
POD_ROUTES: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "Deployment": TEMPLATE_ROUTE,
    "StatefulSet": TEMPLATE_ROUTE,
    "DaemonSet": TEMPLATE_ROUTE,
    "ReplicaSet": TEMPLATE_ROUTE,
    "ReplicationController": TEMPLATE_ROUTE,
    "DeploymentConfig": TEMPLATE_ROUTE,
    "Rollout": TEMPLATE_ROUTE,
    "Job": TEMPLATE_ROUTE,
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Kinds that run pods, and the way to their pod specification."""

SCALED = frozenset(POD_ROUTES) - {"Pod", "DaemonSet", "Job", "CronJob"}
"""Kinds that run as many pods as they are told."""

CLUSTER_SCOPED = frozenset(
    {
        "Namespace",
        "Node",
        "PersistentVolume",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "StorageClass",
        "IngressClass",
        "PriorityClass",
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "APIService",
        "PodSecurityPolicy",
        "ClusterIssuer",
        "GatewayClass",
        "RuntimeClass",
        "CSIDriver",
        "ClusterSecretStore",
    }
)
_API_VERSION = re.compile(r"(?:[a-z0-9][a-z0-9.-]*/)?v[0-9]+(?:(?:alpha|beta)[0-9]+)?")
_KIND = re.compile(r"[A-Z][A-Za-z0-9]+")
# Files of tools that borrow the shape of a manifest; no API server ever sees them.
_TOOL_GROUPS = re.compile(
    r"(?:skaffold|kustomize\.config\.k8s\.io|kind\.x-k8s\.io|k3d\.io|eksctl\.io|backstage\.io|kubeadm\.k8s\.io"
    r"|kubelet\.config\.k8s\.io|kubeproxy\.config\.k8s\.io|apiserver\.config\.k8s\.io|audit\.k8s\.io"
    r"|client\.authentication\.k8s\.io|config\.kubernetes\.io|ctlptl\.dev|score\.dev|dapr\.io/components)/"
)


def is_manifest(node: Node) -> bool:
    """Whether a document is a Kubernetes object that an API server would be given."""
    api_version, kind = text_of(node, "apiVersion"), text_of(node, "kind")
    if not _API_VERSION.fullmatch(api_version) or not _KIND.fullmatch(kind):
        return False
    if _TOOL_GROUPS.match(api_version) or (api_version, kind) == ("v1", "Config"):
        return False
    metadata = node.get("metadata")
    return is_list(node) or (metadata is not None and metadata.is_map)


def is_list(node: Node) -> bool:
    """Whether it is a List that holds other objects."""
    items = node.get("items")
    return text_of(node, "kind").endswith("List") and items is not None and items.is_list


def objects(node: Node) -> Iterator[Node]:
    """The object, or those that a List holds."""
    if not is_manifest(node):
        return
    if not is_list(node):
        yield node
        return
    for item in node.each("items", "*"):
        yield from objects(item)


def matches(selector: Node, labels: dict[str, str]) -> bool:
    """Whether a label selector (`matchLabels`, `matchExpressions`) matches; an empty one matches all."""
    if any(labels.get(k) != v for k, v in texts(selector.get("matchLabels")).items()):
        return False
    return all(_expression_holds(e, labels) for e in selector.each("matchExpressions", "*"))


def texts(node: Node | None) -> dict[str, str]:
    """A mapping of scalars as text."""
    return {key: child.text for key, child in node.items()} if node is not None else {}


def _expression_holds(expression: Node, labels: dict[str, str]) -> bool:
    key, values = text_of(expression, "key"), {v.text for v in expression.each("values", "*")}
    tests: dict[str, Callable[[], bool]] = {
        "In": lambda: labels.get(key) in values,
        "NotIn": lambda: labels.get(key) not in values,
        "Exists": lambda: key in labels,
        "DoesNotExist": lambda: key not in labels,
    }
    test = tests.get(text_of(expression, "operator"))
    return test() if test else False
