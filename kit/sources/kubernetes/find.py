"""Every Kubernetes object of a project: plain manifests, Kustomize overlays, rendered Helm charts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from kit.sources.formats.documents import Documents
from kit.sources.kubernetes import helm, kustomize
from kit.sources.kubernetes.helm import Chart
from kit.sources.kubernetes.kinds import objects
from kit.sources.kubernetes.kustomize import Kustomization, counts_for
from kit.sources.kubernetes.manifests import Manifest, Manifests, collected
from kit.sources.tree.files import FileIndex

__all__ = ["Manifest", "Manifests", "find", "plain"]


def find(
    files: FileIndex,
    documents: Documents,
    kustomizations: Iterable[Kustomization] | None = None,
    charts: Iterable[Chart] | None = None,
) -> Manifests:
    """All manifests; `kustomizations` and `charts` where they have been read already."""
    overlays = tuple(kustomize.find(files, documents) if kustomizations is None else kustomizations)
    releases = tuple(helm.find(files, documents) if charts is None else charts)
    made = [m for overlay in overlays for m in overlay.manifests]
    made.extend(m for chart in releases for m in chart.manifests)
    return collected((*plain(files, documents, overlays, releases), *made))


def plain(
    files: FileIndex,
    documents: Documents,
    kustomizations: Iterable[Kustomization] = (),
    charts: Iterable[Chart] = (),
) -> Iterator[Manifest]:
    """The objects in YAML and JSON files as they stand: no patches, no templates; overlaid ones marked."""
    overlays = tuple(kustomizations)
    patches = frozenset().union(*(k.patches for k in overlays))
    folders = tuple(posixpath.join(chart.dir, "templates", "") for chart in charts)
    for path in files.glob("*.yaml", "*.yml", "*.json"):
        if path in patches or path.startswith(folders) or not _may_hold_objects(files, path):
            continue
        superseded = any(path in k.used and counts_for(k.path, path, files) for k in overlays)
        environment = files.environment_of(path)
        for root in documents.get(path).roots:
            for node in objects(root):
                yield Manifest(node, environment=environment, superseded=superseded)


def _may_hold_objects(files: FileIndex, path: str) -> bool:
    text = files.text(path)
    return "apiVersion" in text and "kind" in text
