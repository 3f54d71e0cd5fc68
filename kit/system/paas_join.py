"""Hosting platforms' files and Serverless Framework files to services and deployments."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kit.model import FileClass
from kit.system.drafts import Draft, Drafts
from kit.system.model import Build, Deployment, EnvGiven, Port, Probe

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.containers.runtime import EnvValue
    from kit.sources.platforms.paas_model import PaasApp, PaasService
    from kit.sources.platforms.serverless import ServerlessFile


def join_platforms(project: Project, drafts: Drafts) -> None:
    """Add a deployment per service of a platform's file, and one per Serverless Framework file."""
    for app in project.paas:
        if project.files.class_of(app.path) is FileClass.PRODUCTION:
            for service in app.services:
                if service.kind == "release":
                    continue
                _join(project, app, service, drafts)
    for file in project.serverless:
        if project.files.class_of(file.path) is FileClass.PRODUCTION and file.functions:
            _join_functions(project, file, drafts)


def _join(project: Project, app: PaasApp, service: PaasService, drafts: Drafts) -> None:
    folder = posixpath.dirname(app.path) or "."
    built = drafts.built_by(service.build.dockerfile) if service.build and service.build.dockerfile else []
    draft = built[0] if len(built) == 1 else drafts.named(service.name)
    if draft is None and service.kind in {"web", "private"}:
        draft = next((d for d in drafts if d.build is not None and d.build.context == folder), None)
    if draft is None and app.platform == "netlify" and service.build is not None:
        draft = _only_built_from(service.build.context or folder, drafts)
    if draft is None:
        draft = drafts.add(Draft(_name(project, service, folder), service.at))
        draft.kind = "store" if service.kind == "store" else "worker" if service.kind == "worker" else "unknown"
        if service.build is not None and service.build.dockerfile is not None:
            draft.build = Build(service.build.dockerfile, service.build.context or folder, service.build.at)
        elif service.kind != "store":
            draft.root = (service.build.context if service.build else None) or folder
    draft.command = draft.command or (service.command.text if service.command else None)
    draft.deployments.append(_deployment(app, service))


def _only_built_from(folder: str, drafts: Drafts) -> Draft | None:
    """The one service whose image is built from the folder: a file for one site deploys that same code."""
    built = [d for d in drafts if d.build is not None and d.build.context == folder]
    return built[0] if len(built) == 1 else None


def _deployment(app: PaasApp, service: PaasService) -> Deployment:
    target = f"{app.platform}:{app.path}"
    path, at = service.health_path, service.health_at or service.at
    return Deployment(
        target=target,
        environment=app.environment if app.environment != "unknown" else "production",
        at=service.at,
        env=tuple(_given({**app.env, **service.env})),
        # Secrets are set in the platform's own store, which no file shows.
        env_complete=False,
        ports=(Port(service.port, "target", service.port_at or service.at),) if service.port else (),
        probes=(Probe("paas", at, path, service.port, None, target),) if path else (),
        replicas=service.replicas,
        command=service.command.text if service.command else None,
        workload=service.kind,
        schedule=service.schedule,
    )


def _join_functions(project: Project, file: ServerlessFile, drafts: Drafts) -> None:
    folder = posixpath.dirname(file.path) or "."
    draft = drafts.named(file.service) if file.service else None
    if draft is None:
        named = file.service or posixpath.basename(folder.removeprefix(".")) or project.name
        draft = drafts.add(Draft(named, file.at, kind="function", root=folder))
    given = {name: value for function in file.functions for name, value in function.env.items()}
    draft.deployments.append(
        Deployment(
            target=f"serverless:{file.path}",
            environment=file.environment if file.environment != "unknown" else "production",
            at=file.at,
            env=tuple(_given(given)),
            workload="functions",
        )
    )


def _given(values: dict[str, EnvValue]) -> Iterator[EnvGiven]:
    return (EnvGiven(name, value.at, value.value, value.source) for name, value in values.items())


def _name(project: Project, service: PaasService, folder: str) -> str:
    if service.name and service.name not in {"web", "app", "default", "service"}:
        return service.name
    return posixpath.basename(folder) if folder != "." else project.name
