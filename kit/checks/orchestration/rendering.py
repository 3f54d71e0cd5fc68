"""Do the manifests render, and does an API server take them?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.orchestration.common import ASIDE, grade, groups
from kit.checks.orchestration.refused import refusals
from kit.checks.shared.crowd import crowded
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.kubernetes.helm import Chart
from kit.sources.kubernetes.helm_release import Unrendered
from kit.sources.kubernetes.kustomize import Kustomization

_OBJECT = re.compile(
    r"^apiVersion:[^\n]*\n(?:[^\n]*\n){0,5}?kind:|^kind:[^\n]*\n(?:[^\n]*\n){0,5}?apiVersion:", re.MULTILINE
)
_REMOVED: dict[tuple[str, str], tuple[str, str]] = {
    ("apps/v1beta1", "*"): ("1.16", "apps/v1"),
    ("apps/v1beta2", "*"): ("1.16", "apps/v1"),
    ("extensions/v1beta1", "Ingress"): ("1.22", "networking.k8s.io/v1"),
    ("extensions/v1beta1", "NetworkPolicy"): ("1.16", "networking.k8s.io/v1"),
    ("extensions/v1beta1", "PodSecurityPolicy"): ("1.16", "pod security admission"),
    ("extensions/v1beta1", "*"): ("1.16", "apps/v1"),
    ("networking.k8s.io/v1beta1", "*"): ("1.22", "networking.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1beta1", "*"): ("1.22", "rbac.authorization.k8s.io/v1"),
    ("rbac.authorization.k8s.io/v1alpha1", "*"): ("1.22", "rbac.authorization.k8s.io/v1"),
    ("apiextensions.k8s.io/v1beta1", "*"): ("1.22", "apiextensions.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "*"): ("1.22", "admissionregistration.k8s.io/v1"),
    ("apiregistration.k8s.io/v1beta1", "*"): ("1.22", "apiregistration.k8s.io/v1"),
    ("certificates.k8s.io/v1beta1", "*"): ("1.22", "certificates.k8s.io/v1"),
    ("coordination.k8s.io/v1beta1", "*"): ("1.22", "coordination.k8s.io/v1"),
    ("scheduling.k8s.io/v1beta1", "*"): ("1.22", "scheduling.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "StorageClass"): ("1.22", "storage.k8s.io/v1"),
    ("batch/v1beta1", "*"): ("1.25", "batch/v1"),
    ("batch/v2alpha1", "*"): ("1.21", "batch/v1"),
    ("policy/v1beta1", "PodDisruptionBudget"): ("1.25", "policy/v1"),
    ("policy/v1beta1", "PodSecurityPolicy"): ("1.25", "pod security admission"),
    ("discovery.k8s.io/v1beta1", "*"): ("1.25", "discovery.k8s.io/v1"),
    ("autoscaling/v2beta1", "*"): ("1.25", "autoscaling/v2"),
    ("autoscaling/v2beta2", "*"): ("1.26", "autoscaling/v2"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "*"): ("1.26", "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "*"): ("1.29", "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "*"): ("1.32", "flowcontrol.apiserver.k8s.io/v1"),
}  # fmt: skip


@check(
    "ORC-001",
    "Manifests render and an API server takes them",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="manifests do not render",
    effort_hours=1,
)
def manifests_render(project: Project) -> Iterator[Fact]:
    """
    What does not render, or what the API server refuses, never runs, and it takes the rest of the release with it.

    Decides: each manifest parses; each overlay and chart is resolved as Kustomize and Helm do; what comes out has the
    fields, types and inner references that the API server demands.

    Fix: correct the file, field or reference that is named; `kubectl apply --dry-run=server` shows the same error.

    Blind to: admission policies of the cluster, custom resources, remote bases and charts.

    See: https://kubernetes.io/docs/concepts/overview/working-with-objects/
    """
    yield from _unreadable(project)
    for kustomization in project.kustomizations:
        yield from _kustomization(project, kustomization)
    for chart in project.charts:
        yield from _chart(project, chart)
    for group in groups(project):
        found = [(m, refusal) for m in group.manifests if m.complete for refusal in refusals(m)]
        for manifest, (message, at) in found:
            yield bad(f"{manifest.title}: {message} The API server refuses it.", at, **grade(group))
        if not found:
            count = len(group.manifests)
            yield ok(f"{group.name}: {count} objects have all that the API server demands.", group, **grade(group))


def _unreadable(project: Project) -> Iterator[Fact]:
    folders = tuple(posixpath.join(chart.dir, "templates", "") for chart in project.charts)
    for path in project.files.glob("*.yaml", "*.yml", classes={FileClass.PRODUCTION}):
        if path.startswith(folders) or not _OBJECT.search(project.files.text(path)):
            continue
        document = project.documents.get(path)
        if document.error is not None and not document.template and project.files.environment_of(path) not in ASIDE:
            yield bad(f"The manifest cannot be read: {document.error.message}", document.error)


def _kustomization(project: Project, one: Kustomization) -> Iterator[Fact]:
    if one.component or _aside(project, one.path, one.environment):
        return
    place = {"environment": None if one.environment == "unknown" else one.environment}
    for problem in one.problems:
        yield bad(f"{problem.message} `kustomize build {one.dir or '.'}` fails.", problem, **place)
    if one.superseded or one.problems:
        return
    if one.unresolved:
        reasons = listed(p.message for p in one.unresolved)
        yield unknown(f"{one.dir or '.'}: not all of it can be seen from here. {reasons}", *one.unresolved[:3], **place)
    else:
        yield ok(f"{one.dir or '.'}: gives {len(one.manifests)} objects.", At(one.path), **place)


def _chart(project: Project, chart: Chart) -> Iterator[Fact]:
    if chart.library or chart.superseded or _aside(project, chart.path, "unknown"):
        return
    refused = [u for u in chart.unrendered if u.kind == "error"]
    unseen = [u for u in chart.unrendered if u.kind != "error"]
    yield from _refused(chart, refused)
    if unseen:
        reasons = listed((u.reason for u in unseen), 3)
        yield unknown(
            f"Chart {chart.name}: {len(unseen)} templates cannot be rendered from here: {reasons}",
            *unseen[:3],
        )
    if not chart.unrendered:
        yield ok(f"Chart {chart.name}: renders to {len(chart.manifests)} objects.", At(chart.path))


def _refused(chart: Chart, refused: list[Unrendered]) -> Iterator[Fact]:
    """A template once, whatever values it is refused with; many of one chart together."""
    # A definition that is missed stands in a helper that is itself refused, where others are, too.
    real = [u for u in refused if not u.reason.startswith("no template")] or refused
    first = {one.path: one for one in reversed(real)}
    if len(first) > MANY:
        told = sorted(first.values(), key=lambda u: u.path)
        names = listed([f"{posixpath.basename(u.path)} ({u.reason})" for u in told], 3)
        yield bad(f"Chart {chart.name}: Helm refuses {len(told)} of its templates: {names}", *told[:8])
        return
    for one in first.values():
        with_values = f" with {one.values}" if one.values else ""
        yield bad(f"Chart {chart.name}: Helm refuses {posixpath.basename(one.path)}{with_values}: {one.reason}", one)


MANY = 5


def _aside(project: Project, path: str, environment: str) -> bool:
    return project.files.class_of(path) is not FileClass.PRODUCTION or environment in ASIDE


@check("ORC-022", "API versions are still served", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
@crowded("objects have an API version that Kubernetes has removed")
def api_versions_are_served(project: Project) -> Iterator[Fact]:
    """
    An object of an API version that Kubernetes has removed is refused by every cluster that is kept up to date.

    Decides: the `apiVersion` and kind of each object against the versions that Kubernetes releases have removed.

    Fix: move to the version that is named; `kubectl convert` rewrites the file.

    Blind to: which version the cluster runs, versions of custom resources.

    See: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
    """
    for group in groups(project):
        gone = False
        for manifest in group.manifests:
            removed = _REMOVED.get((manifest.api_version, manifest.kind)) or _REMOVED.get((manifest.api_version, "*"))
            if removed is not None:
                gone = True
                at = manifest.node.get("apiVersion") or manifest
                since, instead = removed
                message = f"{manifest.title}: {manifest.api_version} was removed in Kubernetes {since}; use {instead}."
                yield bad(message, at, **grade(group))
        if not gone:
            yield ok(f"{group.name}: no API version that has been removed.", group, **grade(group))
