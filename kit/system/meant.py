"""What a compose file is for, seen beside everything else that the project is deployed by.

Its name, its words and its neighbours come first (`compose_relations.py`). Where they say nothing, what it holds
decides: a file with stand-ins, of stores alone, or one that shows the source to a debugger is a developer's; so is one
that builds what a cluster, a cloud or a platform runs for users. What restarts by itself or serves TLS looks live.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from kit.model import FileClass
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.system.images import parse_image, stands_in

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.kubernetes.manifests import Manifest
    from kit.sources.tree.files import FileIndex

ASIDE = frozenset({"development", "test"})
_LIVE = frozenset({"production", "staging"})
_INSPECTING = frozenset(
    {"adminer", "phpmyadmin", "pgadmin4", "mongo-express", "redis-commander", "redisinsight", "kafka-ui", "kafdrop",
     "akhq", "elasticvue", "kibana", "dozzle"}
)  # fmt: skip
"""Images through which people look into a store."""
_DEBUGGERS = frozenset({5005, 9229, 9230, 5678, 2345, 40000, 9003})
_MODE = re.compile(
    r"(?:NODE|RAILS|RACK|FLASK|APP|GO)_ENV|ASPNETCORE_ENVIRONMENT|DOTNET_ENVIRONMENT|SPRING_PROFILES_ACTIVE"
    r"|ENV(?:IRONMENT)?(?:_NAME)?"
)
_TRIED = frozenset({"quickstart", "demo", "try", "tutorial", "playground"})
_WORDS = re.compile(r"[^a-z0-9]+")
_FOR_USERS = re.compile(r"(?:\$\{\w+:?-)?(?:prod|production|live)\}?", re.IGNORECASE)
_HOSTED = re.compile(
    r"_(?:ecs_task_definition|ecs_service|lambda_function|apprunner_service|cloud_run(?:_v2)?_service|app_service"
    r"|(?:linux|windows)_(?:web|function)_app|container_app|kubernetes_cluster|eks_cluster|container_cluster"
    r"|app_engine_\w*version|elastic_beanstalk_environment|cloudfunctions2?_function)$|^(?:helm_release|heroku_app)$"
    r"|^kubernetes_(?:deployment|stateful_set|manifest)"
)
_ROLLS_OUT = re.compile(
    r"kubectl (?:apply|set image|rollout)|helm (?:upgrade|install)|helmfile|\baws (?:ecs|lambda|apprunner) update-"
    r"|aws-actions/amazon-ecs-deploy|copilot (?:svc |app )?deploy|gcloud (?:run|app|functions) deploy"
    r"|google-github-actions/deploy-|az (?:webapp|containerapp|functionapp)\b"
    r"|azure/(?:webapps|container-apps|k8s)-deploy"
    r"|fly(?:ctl)? deploy|heroku-deploy|heroku container:release|kamal deploy|nais/deploy|cf push|sam deploy"
    r"|(?:serverless|sls) deploy|cdk deploy|eb deploy",
    re.IGNORECASE,
)
_OF_PAGES = frozenset({"vercel", "netlify", "procfile"})
_TRIES = re.compile(r"kind-action|kind create cluster|minikube|k3d|k3s", re.IGNORECASE)
"""A cluster within a pipeline is for its tests."""
_INFRASTRUCTURE = re.compile(
    r"k8s|kube\w*|helm\w*|charts?|deploy\w*|infra\w*|terraform|tf|ops|devops|iac|manifests?|cloud\w*|aws|gcp|azure|copilot"
    r"|gitops|argo\w*|kustomize|overlays|base|\.[\w-]+",
    re.IGNORECASE,
)


_RELEASES = re.compile(r"deploy|release|prod|\bcd\b", re.IGNORECASE)
_BRINGS_UP = re.compile(r"compose\b[^\n]*\s(?:up|pull)\b")
_FILES = re.compile(r"(?:-f|--file)[= ]\s{0,8}[\"']?([\w./-]{1,200}\.ya?ml)")


def settled(project: Project, found: tuple[ComposeFile, ...]) -> tuple[ComposeFile, ...]:
    """The compose files, each with the environment that it is for and whether it looks as if it ran for users."""
    targets = {posixpath.dirname(f.path) for f in found if f.environment in _LIVE}
    brought = _is_brought_up(project)
    targets |= set() if brought else set(_targets(project))
    coded = bool(project.packages)
    first = {f.path: _settled(f, targets, coded=coded, brought=brought) for f in found}
    bases = {path for path, f in first.items() if f.environment == "development"}
    amends = {f.path for f in first.values() if f.environment == "unknown" and bases & set(f.layers[:-1])}
    return tuple(replace(f, environment="development", live=False) if f.path in amends else f for f in first.values())


def _settled(file: ComposeFile, targets: set[str], *, coded: bool, brought: bool) -> ComposeFile:
    if file.environment != "unknown":
        return replace(file, live=file.environment in _LIVE)
    tried = bool(_TRIED & set(_WORDS.split(posixpath.basename(file.path).lower())))
    asks = any(variable.required for variable in file.variables)
    live = not tried and (brought or asks or any(_is_live(service) for service in file.services))
    built = any(service.build is not None for service in file.services)
    covered = any(_covers(target, posixpath.dirname(file.path)) for target in targets)
    elsewhere = covered and (built or not live)
    aside = elsewhere or (not live and _is_developers(file, coded))
    aside |= any(stands_in(service.image) for service in file.services)
    environment = "development" if aside else "unknown"
    return replace(file, environment=environment, live=live and not aside, elsewhere=elsewhere)


def _is_brought_up(project: Project) -> bool:
    """Whether a pipeline that deploys, by its name, does so with compose: what it starts for its tests is aside."""
    return any(
        _RELEASES.search(posixpath.basename(path)) and _brings_up(project.files, project.files.text(path))
        for path in project.files.glob("/.github/workflows/*.y*ml")
    )


def _brings_up(files: FileIndex, text: str) -> bool:
    calls = (called[0] for called in _BRINGS_UP.finditer(text.replace("\\\n", " ")))
    return any(not (named := _FILES.findall(call)) or files.environment_of(named[-1]) not in ASIDE for call in calls)


def _is_live(service: ComposeService) -> bool:
    """Whether a service that is no store looks as if it ran for users: it restarts, serves TLS, has replicas or a
    share of its host, or is in the mode for production."""
    image = parse_image(service.image)
    if stands_in(service.image) or (image is not None and (image.engine or image.base.lower() in _INSPECTING)):
        return False
    restarts = (service.restart or "no").strip("\"'").lower() not in {"no", "none", "false"}
    tls = any(port.host == 443 for port in service.ports) or any("traefik.http" in label for label in service.labels)
    values = [(name, value.value or "") for name, value in service.environment.items()]
    mode = any(_MODE.fullmatch(name) and _FOR_USERS.fullmatch(value.strip()) for name, value in values)
    return restarts or tls or mode or service.node.get("deploy") is not None


def _is_developers(file: ComposeFile, coded: bool) -> bool:
    """Whether a file holds what only a developer has a use for: a debugger's port, the source over an image, or
    nothing but the stores that a program of the project is started beside."""
    if any(_is_debugged(s) or _shows_source(s) for s in file.services):
        return True
    images = [parse_image(s.image) if s.build is None else None for s in file.services]
    return coded and bool(images) and all(i and (i.engine or i.base.lower() in _INSPECTING) for i in images)


def _is_debugged(service: ComposeService) -> bool:
    return service.build is not None and any(port.container in _DEBUGGERS for port in service.ports)


def _shows_source(service: ComposeService) -> bool:
    """Whether the folder that an image is built from is laid over what was built."""
    build = service.build
    if build is None or build.remote:
        return False
    shown = {service.host_path(volume) for volume in service.volumes if volume.mode != "ro"}
    sources = {posixpath.join(build.context, name) for name in ("", "src", "app")}
    return bool({posixpath.normpath(p) for p in shown if p} & {posixpath.normpath(s) for s in sources})


def _targets(project: Project) -> Iterator[str]:
    """The folders of what runs the project for users elsewhere than on a host with compose."""
    places = [m.path for m in _known(project, "manifests") if not m.superseded and _runs_own(m) and _for_users(m)]
    places += [c.path for c in _known(project, "charts") if not c.superseded]
    places += [
        m.paths[0]
        for m in _known(project, "terraform")
        if _for_users(m) and any(_HOSTED.search(r.type) for r in m.resources)
    ]
    places += [a.path for a in _known(project, "paas") if _for_users(a) and a.platform not in _OF_PAGES]
    places += [s.path for s in _known(project, "serverless") if _for_users(s) and s.functions]
    places += project.files.glob("copilot/*/manifest.yml")
    for place in dict.fromkeys(places):
        if project.files.class_of(place) is FileClass.PRODUCTION and project.files.environment_of(place) not in ASIDE:
            yield posixpath.dirname(place)
    if any(
        _rolls_out(project.files.text(p)) for p in project.files.glob("/.github/workflows/*.y*ml", ".gitlab-ci.yml")
    ):
        yield ""


def _known(project: Project, source: str) -> Iterable[Any]:
    """What a source holds; nothing where it cannot be read, as the checks of it say."""
    if source not in project.given_up:
        with suppress(Exception):
            return cast(Iterable[Any], getattr(project, source))
    return ()


def _for_users(target: Any) -> bool:
    return target.environment not in ASIDE


def _runs_own(manifest: Manifest) -> bool:
    """Whether a manifest runs more than stores, or stands for what an operator runs."""
    if manifest.group in {"nais.io", "helm.toolkit.fluxcd.io"} and manifest.kind in {"Application", "HelmRelease"}:
        return True
    images = [parse_image(container.image) for container in manifest.containers]
    return any(image is None or image.kind == "unknown" for image in images)


def _rolls_out(text: str) -> bool:
    return _ROLLS_OUT.search(text) is not None and not _TRIES.search(text)


def _covers(target: str, folder: str) -> bool:
    """Whether what is deployed from one folder may be what a compose file in another one starts: it lies below, or both
    belong to one part of the project."""
    parts = target.split("/") if target else []
    owner = next((parts[:n] for n, part in enumerate(parts) if _INFRASTRUCTURE.fullmatch(part)), parts)
    above = folder == "" or f"{target}/".startswith(f"{folder}/")
    return above or not owner or f"{folder}/".startswith("/".join(owner) + "/")
