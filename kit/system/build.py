"""The joins, in order: what runs, what builds it, which code that is, and what the code says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.model import At
from kit.system.code_join import join_code
from kit.system.compose_join import join_compose
from kit.system.dockerfile_join import join_dockerfiles
from kit.system.drafts import Drafts
from kit.system.image_builds import ImageBuild
from kit.system.kubernetes_join import join_kubernetes
from kit.system.model import Build, SystemMap
from kit.system.paas_join import join_platforms
from kit.system.package_join import join_packages
from kit.system.pipelines import join_pipelines
from kit.system.schedules import schedules
from kit.system.scope import covers, resolve_scopes
from kit.system.stores import join_stores

if TYPE_CHECKING:
    from kit.project import Project

_SCRIPTS = frozenset({"scripts", "script", "tools", "tool", "hack", "bin", "examples", "benchmarks"})


def build_map(project: Project) -> SystemMap:
    """The system map of a project. It never raises: what cannot be told is said in `unknown`."""
    drafts = Drafts(project.name)
    join_compose(project, drafts)
    join_dockerfiles(project, drafts, project.image_builds)
    _name_images(project, drafts, project.image_builds)
    join_kubernetes(project, drafts)
    join_platforms(project, drafts)
    resolve_scopes(project, drafts)
    join_packages(project, drafts, _serving(project))
    resolve_scopes(project, drafts)
    join_code(project, drafts)
    stores = join_stores(project, drafts)
    join_pipelines(project, drafts)
    timetable = schedules(project)
    _join_migrations(project, drafts)
    targets = {(d.target, d.environment): d.at for draft in drafts for d in draft.deployments}
    return SystemMap(
        services=tuple(draft.service() for draft in drafts),
        stores=stores,
        targets=tuple((target, environment, at) for (target, environment), at in targets.items()),
        schedules=timetable,
        unknown=()
        if drafts.all
        else ("No service could be told: no Dockerfile, compose file, manifest or server code.",),
    )


def _serving(project: Project) -> tuple[At, ...]:
    """Where code starts a server, serves a route, or is a program of its own and no script."""
    programs = (e for e in project.entrypoints if e.name != "__main__" and not _SCRIPTS & set(e.at.path.split("/")))
    return (*(f.at for f in project.listens), *(f.at for f in project.routes), *(f.at for f in programs))


def _stage(project: Project, build: ImageBuild) -> str | None:
    """The stage that is built; None where that is the last one, by its name or without."""
    dockerfile = next((d for d in project.dockerfiles if d.path == build.dockerfile), None)
    return None if dockerfile is not None and build.target == dockerfile.final.name else build.target


def _name_images(project: Project, drafts: Drafts, builds: tuple[ImageBuild, ...]) -> None:
    """The image names that a pipeline gives to what a Dockerfile builds, so that manifests are joined by them."""
    for build in builds:
        stage = _stage(project, build)
        built = drafts.built_by(build.dockerfile, stage) if build.dockerfile else []
        for name in build.images:
            base = name.rsplit("/", 1)[-1].split("@")[0].split(":")[0]
            if not base or "$" in base or "{" in base:
                continue
            if len(built) == 1:
                built[0].images.add(base)
            elif build.dockerfile and build.context:
                drafts.made[base] = Build(build.dockerfile, build.context, build.at, stage)


def _join_migrations(project: Project, drafts: Drafts) -> None:
    for draft in drafts:
        draft.facts["migrations"] = tuple(s.at for s in project.migrations if covers(draft.scope, s.at.path))
