"""Where the result of a backup lands: the volume, claim or folder that its files are written to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kit.model import At
from kit.system.dumps import Trail

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.commands.command import Command
    from kit.sources.kubernetes.manifests import Manifest
    from kit.system.model import Deployment

_GIVEN = frozenset({"configMap", "secret", "projected", "downwardAPI"})
_ASIDE = frozenset({"development", "test"})


def of_workload(manifest: Manifest, text: str, command: Command) -> tuple[str, At]:
    """Where a job's dump lands: "emptyDir", "host:<path>", "claim:<name>" of the deepest volume that the text names, or
    "container" where none is mounted there."""
    kinds = {v.name: v for v in manifest.volumes}
    mounts = [m for c in manifest.containers for m in c.mounts if m.path.rstrip("/") and m.path.rstrip("/") in text]
    for mount in sorted(mounts, key=lambda m: -len(m.path)):
        volume = kinds.get(mount.volume)
        if volume is None:
            return f"claim:{mount.volume}", mount.at
        if volume.kind == "emptyDir":
            return "emptyDir", volume.at
        if volume.kind not in _GIVEN:
            where = "host" if volume.kind == "hostPath" else "claim"
            return f"{where}:{volume.source or mount.volume}", mount.at
    return "container", command.at


def of_script(project: Project, path: str, trail: Trail, command: Command) -> tuple[str, At]:
    """Where a script's dump lands that no job of a cluster runs.

    "volume:<name>", "host:<folder>" or "container" where a compose service runs it, the folder of the host where none
    does; "" where no folder is told.
    """
    folders = sorted(
        {posixpath.dirname(n) for n in trail.names if n.startswith("/") and "*" not in posixpath.dirname(n)}
    )
    runners = list(_runners(project, path))
    if not folders:
        return "", command.at
    if not runners:
        return f"host:{folders[0]}", command.at
    for deployment in runners:
        for source, mounted, at in sorted(deployment.volumes, key=lambda v: -len(v[1])):
            if any(_below(folder, mounted) for folder in folders):
                return f"{'host' if source.startswith(('.', '/', '~', '$')) else 'volume'}:{source}", at
    return "container", command.at


def _runners(project: Project, path: str) -> Iterator[Deployment]:
    """The compose services, those of development and tests left out, that start a script."""
    name = posixpath.basename(path)
    starts = {d.path: d.command() for d in project.dockerfiles}
    for service in project.system.services:
        start = starts.get(service.build.dockerfile) if service.build is not None else None
        for deployment in service.deployments:
            if deployment.workload == "compose service" and deployment.environment not in _ASIDE:
                told = deployment.command or (start.text if start is not None else "")
                if name in told:
                    yield deployment


def in_the_store(project: Project, engine: str, lands: str, lands_at: At) -> At | None:
    """The volume of a store of the engine that a backup of it lands in; None where it lands elsewhere.

    `lands_at` is the backup's own mount: a container that saves has the store's image, and is none.
    """
    kind, _, where = lands.partition(":")
    stores = {s.name for s in project.system.stores if s.engine == engine}
    for service in project.system.services:
        for deployment in service.deployments if service.name in stores else ():
            for source, _mounted, at in deployment.volumes:
                named = source.rpartition(":")[2] if kind == "claim" else source
                if (
                    at != lands_at
                    and where
                    and (named == where or (kind == "host" and named.startswith("/") and _below(where, named)))
                ):
                    return at
    return None


def _below(folder: str, above: str) -> bool:
    return f"{folder.rstrip('/')}/".startswith(f"{above.rstrip('/')}/")
