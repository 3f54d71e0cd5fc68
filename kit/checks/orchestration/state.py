"""Is what must last kept on something that lasts?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.orchestration.common import Group, containers, grade, groups, most_replicas, store_of
from kit.checks.shared.crowd import crowded
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.kubernetes.pods import Container, Volume, text_of
from kit.system.images import keeps_data, parse_image

_PASSING = frozenset({"memcached"})
_FILES = frozenset({"configMap", "secret", "downwardAPI", "projected"})


@check(
    "ORC-019",
    "Stores keep their data on a volume that lasts",
    Severity.HIGH,
    Clause.DEPLOYMENT,
    effort_hours=3,
)
@crowded("stores keep their data where it is gone with the pod")
def stores_keep_their_data(project: Project) -> Iterator[Fact]:
    """
    What a database writes into its container or an emptyDir is gone with the pod: at the next update, drain or crash.

    Decides: each workload that runs a database, queue or object store mounts a claim; a cache without one holds in
    part.

    Fix: make it a StatefulSet with `volumeClaimTemplates`, or use a managed service.

    Blind to: whether the mounted path is where the store keeps its data.

    See: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
    """
    for group in groups(project):
        for workload, container in containers(group):
            engine = store_of(project, workload, container)
            known = parse_image(container.image)
            named = known is not None and known.engine is not None
            if named and not keeps_data(container.image, " ".join(container.command)):
                continue
            if engine is not None and engine not in _PASSING and workload.kind not in {"Job", "CronJob"}:
                yield _kept(group, workload, container, engine)


def _kept(group: Group, workload: Manifest, container: Container, engine: str) -> Fact:
    claims = {n.text for n in workload.node.each("spec", "volumeClaimTemplates", "*", "metadata", "name")}
    volumes = {v.name: v for v in workload.volumes}
    mounts = [m for m in container.mounts if m.sub_path is None or m.volume in claims]
    held = [m for m in mounts if m.volume in claims]
    if held:
        return ok(f"{workload.title}: its data is on the claim {held[0].volume}.", held[0], **grade(group))
    mounted = [volumes[m.volume] for m in container.mounts if m.volume in volumes]
    lasting = [v for v in mounted if v.kind not in {"emptyDir", *_FILES}]
    if lasting:
        return _on(group, workload, lasting[0])
    empty = next((v for v in mounted if v.kind == "emptyDir"), None)
    where = "an emptyDir" if empty is not None else "its container"
    message = f"{workload.title}: the data of the {engine} store is in {where} and gone with the pod."
    at = container.at if empty is None else _written_at(workload, empty)
    if engine == "redis":
        return partial(message, at, severity=Severity.MEDIUM, **grade(group))
    return bad(message, at, **grade(group))


def _written_at(workload: Manifest, volume: Volume) -> At:
    """Where the kind of a volume is written."""
    nodes = workload.pod.each("volumes", "*") if workload.pod is not None else ()
    return next((n.at_or_self(volume.kind) for n in nodes if text_of(n, "name") == volume.name), volume.at)


def _on(group: Group, workload: Manifest, volume: Volume) -> Fact:
    if volume.kind == "hostPath":
        message = f"{workload.title}: its data is on one node ({volume.source}); it is lost with that node."
        return partial(message, volume, severity=Severity.MEDIUM, **grade(group))
    return ok(f"{workload.title}: its data is on {volume.source or volume.kind}.", volume, **grade(group))


@check("ORC-021", "Replicas do not share a volume for one", Severity.HIGH, Clause.EXECUTION, effort_hours=3)
def replicas_share_no_volume(project: Project) -> Iterator[Fact]:
    """
    A ReadWriteOnce claim is mounted on one node: a second replica elsewhere hangs, one on the same node writes into
    the first one's files.

    Decides: the access modes of the claims that Deployments with several replicas (or a scaler) mount.

    Fix: use a StatefulSet with a claim per pod, a ReadWriteMany volume, or an object store.

    Blind to: claims that are made elsewhere.

    See: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes
    """
    for group in groups(project):
        for workload in group.of("Deployment", "Rollout", "ReplicaSet"):
            most = most_replicas(group, workload)
            for volume in workload.volumes if most > 1 else ():
                if volume.kind == "persistentVolumeClaim" and volume.source:
                    yield _shared(group, workload, volume, most)


def _shared(group: Group, workload: Manifest, volume: Volume, most: int) -> Fact:
    found = group.providing("PersistentVolumeClaim", volume.source or "", workload)
    modes = {n.text for claim in found for n in claim.node.each("spec", "accessModes", "*")}
    if not modes:
        message = f"{workload.title}: whether the claim {volume.source} can be shared by {most} pods cannot be seen."
        return unknown(message, volume, **grade(group))
    if modes <= {"ReadWriteOnce", "ReadWriteOncePod"}:
        message = f"{workload.title}: up to {most} pods share the claim {volume.source}, which is for one node."
        return bad(message, volume, *found[:1], **grade(group))
    return ok(f"{workload.title}: the claim {volume.source} can be shared.", volume, **grade(group))
