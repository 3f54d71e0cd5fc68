"""Platform files (Procfile, fly.toml, render.yaml, …): what each hosting platform is told to run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from kit.model import At
from kit.sources.containers.runtime import StartCommand, split_words
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Node
from kit.sources.formats.template import has_template
from kit.sources.platforms import paas_platforms as platforms
from kit.sources.platforms.paas_model import PaasApp, PaasBuild, PaasService
from kit.sources.tree.files import FileIndex

__all__ = ["PaasApp", "PaasBuild", "PaasService", "find", "procfile"]

_PROCFILE = re.compile(r"Procfile(?:\.[\w-]+)?")
_PROCESS = re.compile(r"([A-Za-z0-9_-]+)\s*:\s*(\S.*)$")
_READERS: tuple[tuple[re.Pattern[str], Callable[[Node], bool], platforms.Reader], ...] = (
    (
        re.compile(r"fly(?:[.-][\w-]+)?\.toml"),
        lambda root: "app" in root or "http_service" in root,
        platforms.fly,
    ),
    (re.compile(r"render\.ya?ml"), lambda root: "services" in root or "projects" in root, platforms.render),
    (
        re.compile(r"railway\.(?:toml|json)"),
        lambda root: "build" in root or "deploy" in root,
        platforms.railway,
    ),
    (re.compile(r"vercel\.json"), lambda root: root.is_map, platforms.vercel),
    (re.compile(r"netlify\.toml"), lambda root: root.is_map, platforms.netlify),
    (re.compile(r"heroku\.ya?ml"), lambda root: "build" in root or "run" in root, platforms.heroku_docker),
    (re.compile(r"app\.json"), lambda root: _is_heroku(root), platforms.heroku_app),
    (re.compile(r"app(?:[.-][\w-]+)?\.ya?ml"), lambda root: _is_appengine(root), platforms.appengine),
    (re.compile(r"app(?:[.-][\w-]+)?\.ya?ml"), lambda root: _is_digitalocean(root), platforms.digitalocean),
)
_HEROKU_KEYS = ("env", "formation", "addons", "buildpacks", "scripts", "stack")
_APPENGINE_KEYS = (
    "automatic_scaling", "basic_scaling", "entrypoint", "env", "env_variables", "handlers", "instance_class",
    "manual_scaling", "resources", "service",
)  # fmt: skip


def find(files: FileIndex, documents: Documents) -> tuple[PaasApp, ...]:
    """Every platform file of the project. A Procfile has the variables of the app.json beside it."""
    found = [app for path in files.paths for app in _read(path, files, documents)]
    shared = {posixpath.dirname(app.path): app for app in found if posixpath.basename(app.path) == "app.json"}
    return tuple(_with_shared(app, shared.get(posixpath.dirname(app.path))) for app in found)


def _read(path: str, files: FileIndex, documents: Documents) -> Iterator[PaasApp]:
    name = posixpath.basename(path)
    environment = files.environment_of(path)
    if _PROCFILE.fullmatch(name) and not has_template(files.text(path)):
        yield replace(procfile(files.text(path), path), environment=environment)
    for pattern, belongs, reader in _READERS:
        if not pattern.fullmatch(name):
            continue
        document = documents.get(path)
        if document.template:
            return
        if document.error is not None and not name.startswith("app"):
            platform = reader.__name__.partition("_")[0]
            yield PaasApp(platform, path, environment=environment, error=document.error)
            return
        if belongs(document.root):
            yield replace(reader(document.root, path), environment=environment)
            return


def procfile(text: str, path: str) -> PaasApp:
    """A Procfile: one process a line."""
    services = []
    for number, line in enumerate(text.split("\n"), start=1):
        process = _PROCESS.match(line.strip())
        if process is None:
            continue
        name, at = process[1], At(path, number, number)
        kind = name if name in {"web", "release"} else "worker"
        command = StartCommand(split_words(process[2]), process[2], True, at)
        services.append(PaasService(name, kind, at, command))
    return PaasApp("procfile", path, tuple(services))


def _with_shared(app: PaasApp, shared: PaasApp | None) -> PaasApp:
    if app.platform != "procfile" or shared is None:
        return app
    scale = {service.name: service.replicas for service in shared.services}
    services = tuple(replace(s, env=shared.env, replicas=scale.get(s.name)) for s in app.services)
    return replace(app, platform="heroku", services=services, env=shared.env)


def _is_heroku(root: Node) -> bool:
    return "expo" not in root and any(key in root for key in _HEROKU_KEYS)


def _is_appengine(root: Node) -> bool:
    runtime = root.get("runtime")
    return runtime is not None and bool(runtime.text) and any(key in root for key in _APPENGINE_KEYS)


def _is_digitalocean(root: Node) -> bool:
    root = root.get("spec") or root
    sections = ("services", "workers", "static_sites", "jobs", "functions")
    listed = [node for section in sections if (node := root.get(section)) is not None and node.is_list]
    return "name" in root and "kind" not in root and bool(listed)
