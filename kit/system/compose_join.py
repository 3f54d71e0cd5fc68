"""Compose files to services and deployments."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from kit.model import FileClass
from kit.system.drafts import Draft, Drafts
from kit.system.images import Image, parse_image
from kit.system.model import Build, Deployment, EnvGiven, Port, Probe
from kit.system.probes import asked_by
from kit.system.scope import within

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.containers.compose import ComposeFile, ComposeService


_ASIDE = {"development": 1, "test": 2}
"""How far a file is from production, by what it is for."""


def join_compose(project: Project, drafts: Drafts) -> None:
    """Add a draft per compose service (one for the same name in several files) and a deployment per file."""
    overridden = {f.overrides for f in project.compose if f.overrides and f.environment == "development"}
    meant = {f.path: _environment(project, f, overridden) for f in project.compose}
    # What a service is comes from the file nearest to production: a test often builds a stage of its own.
    for file in sorted(project.compose, key=lambda f: _ASIDE.get(meant[f.path], 0)):
        for service in file.services:
            draft = _draft_of(file, service, drafts)
            draft.deployments.append(_deployment(file, service, meant[file.path]))


def _environment(project: Project, file: ComposeFile, overridden: set[str]) -> str:
    """What a file is for: one that names nothing itself is a test's among tests, or a developer's."""
    if file.environment != "unknown":
        return file.environment
    if project.files.class_of(file.path) is FileClass.TEST:
        return "test"
    return "development" if file.path in overridden else "unknown"


def _draft_of(file: ComposeFile, service: ComposeService, drafts: Drafts) -> Draft:
    build = _build(service)
    image = parse_image(service.image)
    draft = _same(file, service, drafts, build, image)
    if draft is None:
        kind = image.kind if image and not build else "unknown"
        taken = image is not None and kind == "unknown" and drafts.called(service.name) is not None
        name = image.base if image is not None and taken else service.name
        draft = drafts.add(Draft(name, service.at, kind=kind, build=build, command=_command(service)))
    if draft.build is None and build is not None:
        draft.build, draft.kind = build, "unknown"
    if image and (build or image.kind == "unknown"):
        draft.images.add(image.base)
    draft.command = draft.command or _command(service)
    return draft


def _same(
    file: ComposeFile, service: ComposeService, drafts: Drafts, build: Build | None, image: Image | None
) -> Draft | None:
    """The service of that name in another file, unless the two build from different Dockerfiles and their names differ
    by an affix, or are stacks of their own. Two services of one file are two, though they may share an image."""
    here = f"compose:{file.path}"
    called = drafts.called(service.name)
    namesakes: list[Draft | None] = [d for d in drafts if service.name in {d.name, *d.aliases}]
    free = [d for d in namesakes or [called] if d is not None and all(one.target != here for one in d.deployments)]
    alike = (d for d in free if build is not None and d.build is not None and d.build.dockerfile == build.dockerfile)
    found = next(alike, None) or next((d for d in free if not _apart(d, file, build, image)), None)
    if found is None or found.build is None or build is None or found.build.dockerfile == build.dockerfile:
        return found
    return found if found in namesakes else None


def _apart(found: Draft, file: ComposeFile, build: Build | None, image: Image | None) -> bool:
    """Whether a stack of another folder builds what only has the same name, or runs another image of the project."""
    stacks = {posixpath.dirname(d.target.removeprefix("compose:")) for d in found.deployments}
    if posixpath.dirname(file.path) in stacks:
        return False
    if build is not None and found.build is not None:
        one, other = found.build.context, build.context
        return not (within(one, other) or within(other, one))
    own = image is not None and image.kind == "unknown" and build is None and found.build is None
    return own and bool(found.images) and image is not None and image.base not in found.images


def _build(service: ComposeService) -> Build | None:
    if service.build is None:
        return None
    b = service.build
    return Build(b.dockerfile, b.context, b.at, b.target)


def _deployment(file: ComposeFile, service: ComposeService, environment: str) -> Deployment:
    replicas = service.replicas
    return Deployment(
        target=f"compose:{file.path}",
        environment=environment,
        at=service.at,
        image=service.image,
        build=_build(service),
        env=tuple(EnvGiven(name, v.at, v.value, v.source) for name, v in service.environment.items()),
        env_complete=all(e.exists for e in service.env_files),
        ports=tuple(_ports(service)),
        probes=tuple(_probes(file, service)),
        replicas=replicas if replicas is not None else 1,
        command=_command(service),
        workload="compose service",
        volumes=tuple((v.source or "", v.target, v.at) for v in service.volumes),
        depends_on=tuple(service.depends_on),
    )


def _ports(service: ComposeService) -> list[Port]:
    return [Port(p.container, "published", p.at, host=p.host, address=p.address) for p in service.ports]


def _probes(file: ComposeFile, service: ComposeService) -> list[Probe]:
    check = service.healthcheck
    if check is None or check.disabled:
        return []
    path, port = asked_by(check.command)
    return [Probe("healthcheck", check.at, path, port, check.command, f"compose:{file.path}")]


def _command(service: ComposeService) -> str | None:
    parts = [part.text for part in (service.entrypoint, service.command) if part is not None]
    return " ".join(parts) or None
