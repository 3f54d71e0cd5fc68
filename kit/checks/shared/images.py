"""Which Dockerfiles and compose services are judged, and from which context and stage they are built."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.model import At, FileClass
from kit.project import Project
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.sources.containers.dockerfile import Dockerfile
from kit.sources.containers.dockerfile_model import Stage
from kit.sources.tree.classify import environment_of
from kit.system.images import STAND_INS, parse_image, stands_in
from kit.system.images import Image as ImageName

ASIDE = frozenset({"development", "test"})


@dataclass(frozen=True)
class Image:
    """A stage of a Dockerfile that something builds: `name` is the service it is built for."""

    name: str
    dockerfile: Dockerfile
    stage: Stage
    context: str


def judged(project: Project) -> list[Dockerfile]:
    """The Dockerfiles of production class that are not named as being for development or tests."""
    return [
        d
        for d in project.dockerfiles
        if d.error is None
        and project.files.class_of(d.path) is FileClass.PRODUCTION
        and project.files.environment_of(d.path) not in ASIDE
        and not _for_development(project, d)
    ]


_DEVELOPS = re.compile(
    r"\b(?:run|pnpm|yarn|bun)\W+dev\b|\bstart:dev\b|--reload\b|\b(?:nodemon|ts-node-dev|air|vite|watchfiles)\b|\bnext\W+dev\b|\brunserver\b"
)


def _for_development(project: Project, dockerfile: Dockerfile) -> bool:
    """Whether an image starts a server for development, and a Dockerfile beside it is named for production."""
    last = next(reversed(list(dockerfile.of("CMD", "ENTRYPOINT"))), None)
    if last is None or not _DEVELOPS.search(last.value):
        return False
    folder, name = posixpath.split(dockerfile.path)
    beside = (d.path for d in project.dockerfiles if posixpath.dirname(d.path) == folder and d is not dockerfile)
    return any(re.search(r"(?i)prod", posixpath.basename(path)) for path in beside) and "prod" not in name.lower()


def images(project: Project) -> list[Image]:
    """Every image that the system builds: one per Dockerfile and target, the final stage where no target is named."""
    found: dict[tuple[str, int], Image] = {}
    known = {d.path: d for d in judged(project)}
    # Of several services that one image runs, the one that answers requests gives it its name.
    for service in sorted(project.system.services, key=lambda s: not s.routes):
        build = service.build
        if build is not None and build.dockerfile in known and service.name.lower() not in STAND_INS:
            dockerfile = known[build.dockerfile]
            named = dockerfile.stage(build.target) if build.target else None
            # a target that is not there is CON-006's matter; the rest of the file is judged all the same
            stage = named or (dockerfile.final if dockerfile.stages else None)
            if stage is not None:
                context = posixpath.normpath(build.context)
                found.setdefault((dockerfile.path, stage.index), Image(service.name, dockerfile, stage, context))
    return list(found.values())


def nobody_runs(project: Project, dockerfile: str) -> bool:
    """Whether nothing in the project builds or runs a Dockerfile, while it does so with others: one left lying about."""
    named = {b.dockerfile for b in project.image_builds if b.dockerfile}
    for service in project.system.services:
        builds = [d.build for d in service.deployments if d.build is not None]
        named |= {b.dockerfile for b in builds}
        if service.build is not None and service.deployments:
            named.add(service.build.dockerfile)
    return bool(named) and dockerfile not in named


def image_of(project: Project, service: ComposeService) -> ImageName | None:
    """The image that a compose service runs; of one that is built here onto a well-known store, that store's."""
    named = parse_image(service.image)
    if (named is not None and named.engine is not None) or service.build is None:
        return named
    dockerfile = next((d for d in project.dockerfiles if d.path == service.build.dockerfile), None)
    if dockerfile is None or not dockerfile.stages:
        return named
    base = parse_image(dockerfile.lineage()[0].image)
    return base if base is not None and base.engine is not None else named


def services(project: Project) -> Iterator[tuple[ComposeFile, ComposeService]]:
    """Every compose service that may run in production, with its file; one that an overriding file leaves as it is is
    judged once."""
    seen: list[tuple[At, object]] = []
    for file in project.compose:
        if file.environment in ASIDE or project.files.class_of(file.path) is not FileClass.PRODUCTION:
            continue
        for service in (s for s in file.services if not stands_in(s.image) and not is_optional(s)):
            same = (service.at, service.node.value)
            if same not in seen:
                seen.append(same)
                yield file, service


def is_optional(service: ComposeService) -> bool:
    """Whether a compose service starts only with a profile that is named for development or tests."""
    return bool(service.profiles) and all(environment_of(name) in ASIDE for name in service.profiles)
