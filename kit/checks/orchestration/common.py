"""Which manifests are judged, what is applied together, and how a workload and its containers are called."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from typing import Any

from kit.model import At, CheckFunction, Fact, FileClass
from kit.project import Project
from kit.sources.kubernetes.manifests import Manifest, Manifests
from kit.sources.kubernetes.pods import Container, text_of
from kit.system.images import parse_image
from kit.system.kubernetes_join import target_of
from kit.system.model import Deployment, Service

ASIDE = frozenset({"development", "test"})
LASTING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "DeploymentConfig"})
"""Kinds whose pods run until they are taken away."""

_UNITS = {
    "": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50,
}  # fmt: skip
_QUANTITY = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?")


@dataclass(frozen=True, eq=False)
class Group:
    """What is applied together: an overlay, a release, or the plain manifests of one environment.

    `environment` is None where no name tells it; `known` False where some of it could not be seen.
    """

    name: str
    at: At
    environment: str | None
    manifests: Manifests

    @cached_property
    def _provided(self) -> dict[tuple[str, str], list[Manifest]]:
        found: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
        for manifest in self.manifests:
            for key in manifest.provides():
                found[key].append(manifest)
        return found

    @property
    def known(self) -> bool:
        return all(m.companions_known for m in self.manifests)

    @property
    def workloads(self) -> Manifests:
        """Those that run pods."""
        return self.manifests.workloads

    def of(self, *kinds: str) -> Manifests:
        """Those of the kinds."""
        return self.manifests.of(*kinds)

    def providing(self, kind: str, name: str, beside: Manifest) -> list[Manifest]:
        """What declares or brings forth that object in the namespace of the manifest that asks."""
        return [m for m in self._provided.get((kind, name), ()) if same_namespace(m, beside)]

    def selected_by(self, manifest: Manifest) -> list[Manifest]:
        """The workloads whose pods its selector matches."""
        return [m for m in self.workloads if same_namespace(m, manifest) and manifest.selects(m.pod_labels)]

    def selecting(self, workload: Manifest, *kinds: str) -> list[Manifest]:
        """The objects of those kinds that select the workload's pods."""
        labels = workload.pod_labels
        return [m for m in self.of(*kinds) if same_namespace(m, workload) and m.selects(labels)]


def groups(project: Project) -> list[Group]:
    """Every group that is not for development or tests only."""
    made: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for manifest in project.manifests.effective:
        if manifest.environment not in ASIDE and _counts(project, manifest):
            made[manifest.origin, manifest.scope].append(manifest)
    found = [group for (origin, _), held in made.items() if origin != "plain" for group in _made(origin, held)]
    return [*found, *_plain(made.get(("plain", ""), []))]


def grade(group: Group) -> dict[str, Any]:
    """The keyword for a fact: the environment that the group is for, where its name tells."""
    return {"environment": group.environment}


def by_a_chart(project: Project, name: str) -> At | None:
    """Where a script, pipeline or document installs a chart whose release the name is one of: `helm install redis ...`
    makes redis and redis-master."""
    for path in (*_installers(project), *(d.path for d in project.markdown)):
        text = project.files.text(path)
        for found in _INSTALLS.finditer(text) if "helm" in text else ():
            given = [w.strip("`'\"") for w in found[1].split()]
            words = {w.rpartition("/")[2] for w in given if re.fullmatch(r"[a-z][\w./-]{2,}", w)}
            own = any(project.files.is_dir(posixpath.normpath(w)) for w in given if "/" in w or w in words)
            if not own and any(name == word or name.startswith(f"{word}-") for word in words):
                line = text.count("\n", 0, found.start()) + 1
                return At(path, line, line)
    return _by_values(project, name)


def _by_values(project: Project, name: str) -> At | None:
    """Where values for a chart that is not in the project speak of the name."""
    inside = tuple(f"{chart.dir}/" if chart.dir != "." else "" for chart in project.charts)
    for path in project.files.glob("values*.yaml", "values*.yml", "*-values.yaml"):
        text = project.files.text(path) if not path.startswith(inside or ("//",)) else ""
        found = re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", text)
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            return At(path, line, line)
    return None


_INSTALLS = re.compile(r"\bhelm\s+(?:install|upgrade)\b((?:[^\n\\]|\\\n){0,300})")


def _installers(project: Project) -> list[str]:
    return [
        *(s.path for s in project.scripts),
        *(w.path for w in project.workflows),
        *(m.path for m in project.makefiles),
    ]


def told_once(check: CheckFunction) -> CheckFunction:
    """A check whose facts of copies are told once: what the same thing lacks in several files, with each place."""

    @wraps(check)
    def facts(project: Project) -> Iterator[Fact]:
        alike: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
        for fact in check(project):
            alone = not fact.outcome.open or not fact.at
            key = (fact.outcome, fact.message, fact.severity, fact.environment, len(alike) if alone else None)
            alike[key].append(fact)
        for same in alike.values():
            first, places = same[0], {fact.at[0].path: fact.at[0] for fact in same if fact.at}
            if len(places) < 2:
                yield from same
                continue
            message = f"{first.message.removesuffix('.')} (so in {len(places)} files)."
            yield replace(first, message=message, at=(*list(places.values())[:MANY],))

    return facts


MANY = 8
"""How many places of copies are shown."""


def containers(group: Group) -> Iterator[tuple[Manifest, Container]]:
    """Every container that runs on, with its workload; those that run before others are left out."""
    for workload in group.workloads:
        for container in workload.containers:
            if not container.init and container.image:
                yield workload, container


def lasting(group: Group) -> Iterator[tuple[Manifest, Container]]:
    """The containers of workloads that run until they are taken away."""
    return ((w, c) for w, c in containers(group) if w.kind in LASTING or _lasts(w))


def _lasts(workload: Manifest) -> bool:
    """Whether a pod that no workload makes is started again each time that it ends."""
    return workload.kind == "Pod" and text_of(workload.node, "spec", "restartPolicy") in {"", "Always"}


def called(workload: Manifest, container: Container) -> str:
    """What a container is called in a message: its workload, and its own name where there are several."""
    alone = sum(not c.init for c in workload.containers) == 1
    return workload.title if alone else f"{workload.title}, container {container.name}"


def owner_of(project: Project, workload: Manifest, container: Container) -> tuple[Service, Deployment] | None:
    """The service of the system that this container runs, and its deployment."""
    return project.serving.owner(container.at, target_of(workload))


def service_of(project: Project, workload: Manifest, container: Container) -> Service | None:
    """The service of the system that this container runs."""
    owner = owner_of(project, workload, container)
    return owner[0] if owner is not None else None


def store_of(project: Project, workload: Manifest, container: Container) -> str | None:
    """The engine of the store that the container runs: by its image, or by what the image is built on."""
    image = parse_image(container.image)
    if image is not None and image.engine is not None:
        return image.engine
    service = service_of(project, workload, container)
    if service is None or service.kind != "store":
        return None
    return next((s.engine for s in project.system.stores if s.name == service.name), None)


def is_off_the_shelf(container: Container) -> bool:
    """Whether the image is a well-known store, proxy or monitor, which nobody here builds."""
    image = parse_image(container.image)
    return image is not None and image.kind != "unknown"


def is_monitor(container: Container) -> bool:
    """Whether the image is a well-known monitor, which has to look at its node."""
    image = parse_image(container.image)
    return image is not None and image.kind == "monitoring"


def is_kept_elsewhere(project: Project, group: Group, manifest: Manifest) -> bool:
    """Whether the namespace that an object names holds no pod of the project: something else is installed there."""
    here = manifest.namespace
    beside = {m.namespace for m in group.workloads} | {m.namespace for m in project.manifests.workloads if m.namespace}
    return here is not None and not beside & {None, here}


def same_namespace(one: Manifest, other: Manifest) -> bool:
    """Whether both may be in one namespace; one that names none is put where the other is."""
    return None in {one.namespace, other.namespace} or one.namespace == other.namespace


def scaler_of(group: Group, workload: Manifest) -> Manifest | None:
    """What scales the workload."""
    return next(
        (
            m
            for m in group.of("HorizontalPodAutoscaler", "ScaledObject")
            if (target := m.scale_target) is not None
            and (target.kind, target.name) == (workload.kind, workload.name)
            and same_namespace(m, workload)
        ),
        None,
    )


def replicas_of(group: Group, workload: Manifest) -> tuple[int | None, At]:
    """The fewest pods that are run, and where that is said."""
    scaler = scaler_of(group, workload)
    if scaler is None:
        node = workload.node.get("spec", "replicas")
        return workload.replicas, node.at if node is not None else workload.at
    node = scaler.node.get("spec", "minReplicas") or scaler.node.get("spec", "minReplicaCount")
    if node is None:
        return (0 if scaler.kind == "ScaledObject" else 1), scaler.at
    return (int(node.text) if node.text.isdigit() else None), node.at


def most_replicas(group: Group, workload: Manifest) -> int:
    """The most pods that are run at a time."""
    scaler = scaler_of(group, workload)
    node = None
    if scaler is not None:
        node = scaler.node.get("spec", "maxReplicas") or scaler.node.get("spec", "maxReplicaCount")
    stated = int(node.text) if node is not None and node.text.isdigit() else 0
    return max(stated, workload.replicas or 1)


def quantity(text: str) -> float | None:
    """A Kubernetes quantity ("250m", "64Mi") as a number; None where it is none."""
    found = _QUANTITY.fullmatch(text.strip())
    return float(found[1]) * _UNITS[found[2] or ""] if found else None


def annotation(manifest: Manifest, *words: str) -> str | None:
    """The first annotation's value whose key holds one of the words."""
    return next((v for k, v in manifest.annotations.items() if any(w in k for w in words)), None)


def is_literal(text: str) -> bool:
    """Whether a text is meant as it stands: no variable of a templating tool is in it."""
    return "$" not in text and "{{" not in text and "<" not in text and "%" not in text


def selects_nothing_set(manifest: Manifest) -> bool:
    """Whether it has no selector at all, so that somebody else says what it leads to."""
    node = manifest.selector
    return node is None or not any(True for _ in node.items())


def _counts(project: Project, manifest: Manifest) -> bool:
    kind, _, place = manifest.origin.partition(":")
    paths = [manifest.path]
    if kind == "plain" and _is_filled_in(project, manifest.path):
        return False
    if kind != "plain":
        paths.append(
            posixpath.normpath(posixpath.join(place, "kustomization.yaml" if kind == "kustomize" else "Chart.yaml"))
        )
    return all(project.files.class_of(path) is FileClass.PRODUCTION for path in paths)


def _is_filled_in(project: Project, path: str) -> bool:
    """Whether code beside a manifest's folder reads what lies there: what it applies is what it made of it."""
    folder = posixpath.dirname(path)
    above = posixpath.dirname(folder)
    beside = any(posixpath.dirname(p) == above for p in project.code.files()) if folder else False
    named = project.code.holding(f"/{posixpath.basename(folder)}/") if beside else ()
    return any(posixpath.dirname(p) == above and _READS.search(project.code.text(p)) for p in named)


_READS = re.compile(r"readFile(?:Sync)?\(|ReadFile\(|\bopen\(|read_text\(|getResource")


def _made(origin: str, held: list[Manifest]) -> Iterator[Group]:
    kind, _, folder = origin.partition(":")
    name = "Chart.yaml" if kind == "helm" else "kustomization.yaml"
    at = At(held[0].scope or posixpath.normpath(posixpath.join(folder, name)))
    yield Group(folder, at, _environment(held[0].environment), Manifests(held))


def _plain(held: list[Manifest]) -> Iterator[Group]:
    """One group per environment that plain manifests name, each with those that name none."""
    named = sorted({m.environment for m in held} - {"unknown"})
    for environment in named or (["unknown"] if held else []):
        members = [m for m in held if m.environment in {environment, "unknown"}]
        folders = {posixpath.dirname(m.path) for m in members}
        common = posixpath.commonpath(folders) if folders else ""
        yield Group(common or "the plain manifests", At(common or "."), _environment(environment), Manifests(members))


def _environment(name: str) -> str | None:
    return None if name == "unknown" else name


def name_of(manifest: Manifest) -> str:
    """The name as written, empty where there is none."""
    return text_of(manifest.node, "metadata", "name")
