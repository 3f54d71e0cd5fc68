"""Are failures tried on purpose, and do the experiments hit anything?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.deployed import manifests
from kit.checks.shared.texts import first_line
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.manifests import Manifest

_GROUPS = ("chaos-mesh.org", "litmuschaos.io", "chaos.alibaba.com", "chaosblade.io", "chaos.datadoghq.com")
_LIBRARIES = (
    "toxiproxy-node-client", "toxiproxy-python", "toxiproxy", "chaostoolkit", "chaoslib", "chaos-monkey-spring-boot",
    "@testcontainers/toxiproxy", "github.com/Shopify/toxiproxy/v2", "github.com/Shopify/toxiproxy",
)  # fmt: skip
_NAMED = re.compile(
    r"(?i)\btoxiproxy|\bchaos (?:run|toolkit)\b|\bpumba\b|\blitmusctl\b|\bchaos[_-]?monkey|chaosd\b|aws fis |aws_fis_experiment"
)
_TOLD = ("**/*.yml", "**/*.yaml", "**/*.sh", "**/Makefile", "**/*.tf")
_MANY = 3


@check("RES-062", "Failures are tried before they come", Severity.LOW, Clause.EXECUTION, effort_hours=8)
def failures_are_tried(project: Project) -> Iterator[Fact]:
    """
    Retries, timeouts and fall-backs run on the worst day for the first time, unless somebody has taken a pod or slowed a
    network down beforehand. An experiment whose labels no pod has passes each time and shows nothing.

    Decides: experiments of Chaos Mesh and Litmus among the manifests: the labels that they aim at are those of some
    workload. Toxiproxy, Chaos Toolkit, Pumba or a fault injection service in packages, tests, compose files, pipelines and
    scripts holds. Where three or more own services run in Kubernetes and there is none, that is told once.

    Fix: a `PodChaos` with `action: pod-kill` and `mode: one` for each service, in a schedule of staging.

    Blind to: experiments that are kept in another repository or in a console; whether anybody looks at what they show.

    See: https://principlesofchaos.org/
    """
    found = False
    for manifest in project.manifests.effective:
        if manifest.group in _GROUPS and project.files.class_of(manifest.path) is not FileClass.VENDORED:
            found = True
            yield _aimed(project, manifest)
    used = None if found else _elsewhere(project)
    if used is not None:
        yield ok("Failures are tried here.", used)
    elif not found:
        yield from _absent(project)


def _aimed(project: Project, manifest: Manifest) -> Fact:
    labels = _labels(manifest)
    pods = [m.pod_labels for m in project.manifests.effective.workloads]
    if labels is None or not pods or any(_covers(labels, of) for of in pods):
        return ok(f"{manifest.title}: tries a failure.", manifest)
    return bad(f"{manifest.title}: no workload has the labels that it aims at; it tries nothing.", labels)


def _covers(labels: Node, pod: dict[str, str]) -> bool:
    return all(pod.get(key) == value.text for key, value in labels.items())


def _labels(manifest: Manifest) -> Node | None:
    found = manifest.node.get("spec", "selector", "labelSelectors")
    return found if found is not None and found.is_map and "$" not in found.text else None


def _elsewhere(project: Project) -> At | None:
    declared = next((d.at for p in project.packages if (d := p.depends_on(*_LIBRARIES))), None)
    if declared is not None:
        return declared
    kinds = {FileClass.PRODUCTION, FileClass.BUILD, FileClass.TEST}
    paths = (p for p in project.files.glob(*_TOLD, classes=kinds) if project.files.size(p) < 200_000)
    return next(
        (at for p in paths if _NAMED.search(project.files.text(p)) and (at := first_line(project, p, _NAMED))), None
    )


def _absent(project: Project) -> Iterator[Fact]:
    run = {id(m): m for m in manifests(project, "Deployment", "StatefulSet", "Rollout")}
    places = {m.at for m in run.values()}
    files = {at.path for at in places}
    own = [
        s
        for s in project.system.own
        if any(d.target.startswith(("kubernetes", "helm", "kustomize")) and d.at.path in files for d in s.deployments)
    ]
    if len(own) >= _MANY:
        yield bad(
            f"{len(own)} services depend on each other in the cluster, and no failure of one is ever tried.", At(".")
        )
