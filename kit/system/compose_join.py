"""Compose files to services and deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.model import FileClass
from kit.system.drafts import Draft, Drafts
from kit.system.images import parse_image
from kit.system.model import Build, Deployment, EnvGiven, Port, Probe
from kit.system.probes import asked_by

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.containers.compose import ComposeFile, ComposeService


def join_compose(project: Project, drafts: Drafts) -> None:
    """Add a draft per compose service (one for the same name in several files) and a deployment per file."""
    overridden = {f.overrides for f in project.compose if f.overrides and f.environment == "development"}
    meant = {f.path: _environment(project, f, overridden) for f in project.compose}
    for file in sorted(project.compose, key=lambda f: meant[f.path] in {"development", "test"}):
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
    draft = _same(file, service, drafts, build)
    image = parse_image(service.image)
    if draft is None:
        kind = image.kind if image and not build else "unknown"
        draft = drafts.add(Draft(service.name, service.at, kind=kind, build=build, command=_command(service)))
    if draft.build is None and build is not None:
        draft.build, draft.kind = build, "unknown"
    if image and (build or image.kind == "unknown"):
        draft.images.add(image.base)
    draft.command = draft.command or _command(service)
    return draft


def _same(file: ComposeFile, service: ComposeService, drafts: Drafts, build: Build | None) -> Draft | None:
    """The service of that name in another file, unless the two build from different Dockerfiles and their names differ
    by an affix. Two services of one file are two, though they may share an image."""
    found = drafts.called(service.name)
    if found is None or any(d.target == f"compose:{file.path}" for d in found.deployments):
        return None
    if found.build is None or build is None or found.build.dockerfile == build.dockerfile:
        return found
    return found if found.name == service.name else None


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
