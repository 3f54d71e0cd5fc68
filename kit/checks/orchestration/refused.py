"""What an API server refuses in an object: missing fields, wrong types, references within it that lead nowhere."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from kit.checks.orchestration.common import is_literal, name_of, quantity
from kit.model import At
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.kubernetes.pods import Container, text_of

Refusal = tuple[str, At]
"""What is wrong, as a sentence, and where."""

_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
_LABEL = re.compile(r"(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?", re.ASCII)
_NAMED_STRICTLY = frozenset(
    {
        "ConfigMap", "CronJob", "DaemonSet", "Deployment", "HorizontalPodAutoscaler", "Ingress", "Job", "Namespace",
        "NetworkPolicy", "PersistentVolume", "PersistentVolumeClaim", "Pod", "PodDisruptionBudget", "Secret",
        "Service", "ServiceAccount", "StatefulSet",
    }
)  # fmt: skip
_SELECTING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
_CRON = re.compile(
    r"@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)|(?:(?:CRON_)?TZ=\S+ )?\S+(?: +\S+){4}"
)


def refusals(manifest: Manifest) -> Iterator[Refusal]:
    """Everything in the object that the API server refuses."""
    if manifest.pod is not None and not any(c.image for c in manifest.containers):
        if manifest.origin == "plain" and not any(_unlisted(manifest)):
            return  # A patch for something that exists.
        yield "none of its containers names an image.", manifest.pod.at
    yield from _group(manifest)
    yield from _name(manifest)
    yield from _texts(manifest)
    unlisted = tuple(_unlisted(manifest))
    yield from unlisted
    if manifest.pod is not None and not unlisted:
        yield from _workload(manifest)
        for container in manifest.containers:
            yield from _container(manifest, container)
    if manifest.kind == "Service":
        yield from _service(manifest)
    if manifest.kind == "Secret":
        yield from _base64(manifest)


def _unlisted(manifest: Manifest) -> Iterator[Refusal]:
    """Containers that are written as the fields of one: a dash is missing, and nothing else can be said of them."""
    for key in ("containers", "initContainers"):
        node = manifest.pod.get(key) if manifest.pod is not None else None
        if node is not None and node.is_map:
            yield f"{key} is no list: a dash is missing before its first field.", node.at


_KINDS = {
    "v1": (
        "ConfigMap", "Endpoints", "LimitRange", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "Pod",
        "ReplicationController", "ResourceQuota", "Secret", "Service", "ServiceAccount",
    ),
    "apps/v1": ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
    "batch/v1": ("CronJob", "Job"),
    "networking.k8s.io/v1": ("Ingress", "IngressClass", "NetworkPolicy"),
    "policy/v1": ("PodDisruptionBudget",),
    "autoscaling/v2": ("HorizontalPodAutoscaler",),
    "autoscaling/v1": ("HorizontalPodAutoscaler",),
    "rbac.authorization.k8s.io/v1": ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
    "storage.k8s.io/v1": ("StorageClass",),
}  # fmt: skip
"""The kinds of APIs that every cluster serves. What they have beside these is left alone."""
_APIS = {kind: version for version, kinds in reversed(_KINDS.items()) for kind in kinds}


def _group(manifest: Manifest) -> Iterator[Refusal]:
    """A kind under an API that does not have it."""
    version, at = manifest.api_version, manifest.node.at_or_self("apiVersion")
    wanted = _APIS.get(manifest.kind)
    if wanted is not None and version in _KINDS and manifest.kind not in _KINDS[version]:
        yield f"{version} has no {manifest.kind}; write {wanted}.", at


def _name(manifest: Manifest) -> Iterator[Refusal]:
    name, node = name_of(manifest), manifest.node.get("metadata", "name")
    if not manifest.name and manifest.kind in _NAMED_STRICTLY:
        yield "it has no name.", manifest.node.at_or_self("metadata")
    elif node is not None and manifest.kind in _NAMED_STRICTLY and is_literal(name) and not _NAME.fullmatch(name):
        yield f"the name {name} may only hold lower-case letters, digits, dots and dashes.", node.at


def _texts(manifest: Manifest) -> Iterator[Refusal]:
    """Numbers and booleans without quotes where the API takes text only."""
    routes: list[tuple[str, ...]] = [("metadata", "labels"), ("metadata", "annotations")]
    if manifest.kind == "ConfigMap":
        routes.append(("data",))
    if manifest.kind == "Secret":
        routes.append(("stringData",))
    for route in routes:
        node = manifest.node.get(*route)
        for key, value in node.items() if node is not None else ():
            if _is_no_text(value):
                yield f"the value of {key} is a {_type(value)}; put it in quotes.", value.at
    yield from _labels(manifest)
    for container in manifest.containers:
        for entry in container.node.each("env", "*"):
            given = entry.get("value")
            if given is not None and _is_no_text(given):
                yield (
                    f"the variable {text_of(entry, 'name')} is a {_type(given)}; put its value in quotes.",
                    given.at,
                )


def _labels(manifest: Manifest) -> Iterator[Refusal]:
    for key, value in manifest.labels.items():
        if is_literal(value) and not _LABEL.fullmatch(value):
            at = manifest.node.at_or_self("metadata", "labels", key)
            yield f"{value} is no value for the label {key}: letters, digits, dots, dashes, 63 at most.", at


def _is_no_text(node: Node) -> bool:
    return isinstance(node.data, bool | int | float)


def _type(node: Node) -> str:
    return "boolean" if isinstance(node.data, bool) else "number"


def _workload(manifest: Manifest) -> Iterator[Refusal]:
    if manifest.kind in _SELECTING and manifest.api_version == "apps/v1":
        if manifest.selector is None:
            yield "it has no selector.", manifest.node.at_or_self("spec")
        elif not manifest.selects(manifest.pod_labels):
            at = manifest.node.at_or_self("spec", "template", "metadata", "labels")
            yield "its selector does not match the labels of its own pods.", at
    policy = manifest.pod.get("restartPolicy") if manifest.pod is not None else None
    ends = manifest.kind in {"Job", "CronJob"}
    if ends and (policy is None or policy.text == "Always"):
        yield "a job's restartPolicy must be OnFailure or Never.", (policy or manifest.pod or manifest).at
    elif manifest.kind in _SELECTING and policy is not None and policy.text not in {"Always", ""}:
        yield f"restartPolicy {policy.text} is not for a {manifest.kind}.", policy.at
    schedule = manifest.schedule
    if schedule is not None and is_literal(schedule.text) and not _CRON.fullmatch(schedule.text.strip()):
        yield f"the schedule {schedule.text!r} is no cron expression.", schedule.at


def _container(manifest: Manifest, container: Container) -> Iterator[Refusal]:
    if not container.name:
        yield "a container has no name.", container.at
    if container.image is None:
        yield f"the container {container.name} names no image.", container.at
    claims = {n.text for n in manifest.node.each("spec", "volumeClaimTemplates", "*", "metadata", "name")}
    volumes = {v.name for v in manifest.volumes} | claims
    for mount in container.mounts:
        if mount.volume and mount.volume not in volumes:
            yield f"{container.name} mounts the volume {mount.volume}, which the pod does not have.", mount.at
    for resource in ("cpu", "memory"):
        asked, most = (container.get("resources", part, resource) for part in ("requests", "limits"))
        if asked is None or most is None:
            continue
        low, high = quantity(asked.text), quantity(most.text)
        if low is not None and high is not None and low > high:
            yield (
                f"{container.name} requests {asked.text} of {resource} but is limited to {most.text}.",
                asked.at,
            )


def _service(manifest: Manifest) -> Iterator[Refusal]:
    ports = manifest.service_ports
    unnamed = [p for p in ports if not p.name]
    if len(ports) > 1 and unnamed:
        yield "a Service with several ports must name each.", unnamed[0].at
    if not ports and text_of(manifest.node, "spec", "type") != "ExternalName":
        headless = text_of(manifest.node, "spec", "clusterIP") == "None"
        if not headless and manifest.node.get("spec", "ports") is None:
            yield "a Service needs ports.", manifest.node.at_or_self("spec")


def _base64(manifest: Manifest) -> Iterator[Refusal]:
    node = manifest.node.get("data")
    encrypted = manifest.node.get("sops") is not None
    for key, value in node.items() if node is not None and not encrypted else ():
        text = "".join(value.text.split())
        if not is_literal(text) and "<" not in text:
            continue
        try:
            base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            yield f"the value of {key} under data is not base64; put plain text under stringData.", value.at
