"""Which service runs which nginx configuration: from its image, its mounts, or its ConfigMap."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.sources.platforms.nginx import in_config_maps
from kit.system.model import Deployment, Service
from kit.system.scope import within

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.platforms.nginx import NginxConfig


@dataclass(frozen=True, eq=False)
class Proxy:
    """A configuration with the service that runs it, as one deployment target has it.

    `deployment` is None where the image is built with it and nothing here deploys the image.
    """

    config: NginxConfig
    service: Service
    deployment: Deployment | None


def proxies(project: Project) -> list[Proxy]:
    """Every configuration that some service runs."""
    return [proxy for service in project.system.services for proxy in proxies_of(project, service)]


def proxies_of(project: Project, service: Service) -> Iterator[Proxy]:
    """The configurations that a service runs."""
    built = [c for c in project.nginx if c.path in _copied(project, service)]
    for config in built:
        own = [d for d in service.deployments if not _mounted(project, d)]
        yield from (Proxy(config, service, d) for d in own or (None,))
    for deployment in service.deployments:
        yield from (Proxy(config, service, deployment) for config in _mounted(project, deployment))


def _copied(project: Project, service: Service) -> set[str]:
    """The project's files that the image of the service is built with, as far as their names are literal."""
    build = service.build
    dockerfile = next((d for d in project.dockerfiles if build and d.path == build.dockerfile), None)
    if dockerfile is None or build is None or dockerfile.error is not None:
        return set()
    stage = (dockerfile.stage(build.target) if build.target else None) or dockerfile.final
    copies = [c for s in dockerfile.lineage(stage) for c in dockerfile.copies(s)]
    own = [c for c in copies if c.from_stage is None and c.from_image is None]
    places = {posixpath.normpath(posixpath.join(build.context, s.lstrip("/"))) for c in own for s in c.sources}
    places -= {".", posixpath.normpath(build.context)}
    return {config.path for config in project.nginx if any(within(config.path, place) for place in places)}


def _mounted(project: Project, deployment: Deployment) -> list[NginxConfig]:
    kind, _, file = deployment.target.partition(":")
    sources = [source for source, _, _ in deployment.volumes]
    if kind == "compose":
        folder = posixpath.dirname(file)
        places = [posixpath.normpath(posixpath.join(folder, s)) for s in sources if s.startswith(".")]
        return [c for c in project.nginx if any(within(c.path, place) for place in places if place != ".")]
    names = {s.partition(":")[2] for s in sources if s.startswith("configMap:")}
    maps = [m for m in project.manifests.effective.of("ConfigMap") if m.name in names]
    paths = {node.at for m in maps for node in m.node.each("data", "*")}
    return [c for c in in_config_maps(project.manifests) if c.at in paths] if names else []
