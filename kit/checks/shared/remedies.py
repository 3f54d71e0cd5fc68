"""The fix that fits where a finding stands: in the terms of that service's language and framework."""

from __future__ import annotations

import posixpath
from collections import Counter
from functools import lru_cache

from kit.model import At, Check, FileClass
from kit.project import Project
from kit.sources.packages.model import Package
from kit.sources.packages.technologies import CLOUDS, LANGUAGES, PLATFORM, platform_of, technologies
from kit.sources.tree.classify import language_of
from kit.system.model import Service
from kit.system.scope import within

_RARE = 10
"""How often fewer files of a language than of the main one make it a tool at its side."""
_MOST = 3
"""Ways that one fix tells where it concerns code of several languages."""


def remedy(project: Project, check: Check, place: At | None) -> str:
    """The fix of a check, with the way of doing it for what stands at `place`; the plain sentence where none is known."""
    if not check.ways:
        return check.fix
    known = _at(project, place or At("."))
    chosen: dict[str, str] = {}
    for names, way in check.ways:
        fitting = next((PLATFORM[name] for name in names if name in known), None)
        if fitting is not None:
            chosen.setdefault(fitting, way)
    ways = [chosen[platform] for platform in known if platform in chosen][:_MOST]
    if not ways:
        return check.fix
    plain = " ".join(check.fix.split()).rstrip(".")
    return f"{plain}: {'; '.join([*(way.rstrip('.') for way in ways[:-1]), ways[-1]])}"


@lru_cache(maxsize=2048)
def _at(project: Project, place: At) -> tuple[str, ...]:
    """The platforms of the code that a place belongs to, the one with most files first, and their libraries."""
    own = LANGUAGES.get(language_of(place.path) or "")
    service = _service(project, place)
    folder = (service.root if service else None) or _folder(project, place.path)
    own = own or LANGUAGES.get((service.language if service else None) or "")
    platforms = (own,) if own else _platforms(project, folder)
    while not platforms and folder != ".":
        folder = posixpath.dirname(folder) or "."
        platforms = _platforms(project, folder)
    return (*platforms, *sorted(_libraries(project, folder, platforms)), *_clouds(project, place.path))


def _clouds(project: Project, path: str) -> tuple[str, ...]:
    """The clouds that the Terraform modules of a place make resources of, else those of all modules."""
    folder = _folder(project, path)
    near = [m for m in project.terraform if within(m.dir or ".", folder) or within(folder, m.dir or ".")]
    types = [r.type for m in near or project.terraform for r in m.resources]
    files = [
        f.provider.get("name") or f.provider for f in project.serverless if f.path == path or not project.terraform
    ]
    named = {node.text for node in files}
    return tuple(c for c, start in CLOUDS.items() if c in named or any(t.startswith(start) for t in types))


def _service(project: Project, place: At) -> Service | None:
    """The service that a manifest or Dockerfile at this place starts."""
    for service in project.system.own:
        starts = (service.at, *(d.at for d in service.deployments))
        built = service.build is not None and service.build.dockerfile == place.path
        if service.root is not None and (built or any((a.path, a.line) == (place.path, place.line) for a in starts)):
            return service
    return None


def _folder(project: Project, path: str) -> str:
    """The folder that a place speaks for: its own; of what tools keep in a hidden one, the folder that holds that."""
    folder = path if project.files.is_dir(path) else posixpath.dirname(path)
    parts = folder.split("/")
    hidden = next((n for n, part in enumerate(parts) if len(part) > 1 and part.startswith(".")), len(parts))
    return "/".join(parts[:hidden]) or "."


@lru_cache(maxsize=1024)
def _platforms(project: Project, folder: str) -> tuple[str, ...]:
    """The platforms of the production code in a folder, the one with most files first; of its manifests without code.

    Scripts of pages that no package holds are part of what serves them."""
    inside = [p for p in project.files if within(p, folder) and project.files.class_of(p) is FileClass.PRODUCTION]
    seen = (language_of(p) for p in inside if "/." not in f"/{p}")
    counted = Counter(LANGUAGES[name] for name in seen if name in LANGUAGES)
    if not any(platform_of(p) == "node" for p in project.packages):
        counted.pop("node", None)
    if counted:
        most = max(counted.values())
        return tuple(platform for platform, files in counted.most_common() if files * _RARE > most)
    return tuple(dict.fromkeys(p for package in _packages(project, folder) if (p := platform_of(package))))


def _libraries(project: Project, folder: str, platforms: tuple[str, ...]) -> set[str]:
    """What the nearest manifests of these platforms depend on, in the folder or above it."""
    found: set[str] = set()
    for platform in platforms:
        at = folder
        while not (near := [p for p in _packages(project, at) if platform_of(p) == platform]) and at != ".":
            at = posixpath.dirname(at) or "."
        found |= technologies(near) - {platform}
    return found


def _packages(project: Project, folder: str) -> list[Package]:
    inside = [p for p in project.packages if within(p.path, folder)]
    return [p for p in inside if project.files.class_of(p.path) is FileClass.PRODUCTION]
