"""Which folders of code belong to a service: what its image copies, narrowed to its own package in a monorepo."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kit.system.drafts import Draft, normal
from kit.system.images import parse_image

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.containers.dockerfile import Dockerfile
    from kit.sources.containers.dockerfile_model import Stage
    from kit.sources.packages.find import Package

_OUTPUT = frozenset({"dist", "build", "target", "out", ".next", ".output", "publish"})


def resolve_scopes(project: Project, drafts: Iterable[Draft]) -> None:
    """Set `root` and `scope` of every draft that has a build; a draft without one keeps what a join gave it."""
    for draft in drafts:
        if draft.build is not None and draft.root is None:
            dockerfile = next((d for d in project.dockerfiles if d.path == draft.build.dockerfile), None)
            if dockerfile is not None:
                base = parse_image(dockerfile.base_image())
                if base is not None and base.kind != "proxy" and draft.kind == "unknown":
                    draft.kind, draft.engine = base.kind, base.engine
                draft.root, folders = _of_image(project, draft, dockerfile)
                draft.scope = with_workspaces(project, folders)
            elif project.files.is_dir(draft.build.context) or draft.build.context == ".":
                draft.root, draft.scope = draft.build.context, (draft.build.context,)
        elif draft.root is not None and not draft.scope:
            draft.scope = with_workspaces(project, (draft.root,))


def covers(scope: Iterable[str], path: str) -> int:
    """How deep the folder of the scope is that holds the path: 0 where none does, 1 for the root."""
    return max((_depth(folder) for folder in scope if within(path, folder)), default=0)


def within(path: str, folder: str | None) -> bool:
    """Whether the path is the folder or below it; without a folder nothing is."""
    if folder is None:
        return False
    return folder == "." or path == folder or path.startswith(folder.rstrip("/") + "/")


def _depth(folder: str) -> int:
    return 1 if folder == "." else folder.count("/") + 2


def _of_image(project: Project, draft: Draft, dockerfile: Dockerfile) -> tuple[str | None, tuple[str, ...]]:
    """The service's own folder and all folders of its code; none where the image holds nothing of the context."""
    assert draft.build is not None
    context = posixpath.normpath(draft.build.context)
    own = posixpath.dirname(dockerfile.path) or "."
    copied = _copied(project, dockerfile, context)
    if not copied and _holds_output(project, dockerfile, context):
        return context, (context,)
    if not copied:
        return None, ()
    packages = applications([p for p in _packages_below(project, context) if covers(copied, p.dir)])
    best = _own_package(draft, dockerfile, packages)
    if best is not None:
        return best, (best, *(f for f in copied if f != context and not within(best, f)))
    if own != context and within(own, context) and _has_code(project, own):
        return own, (own, *(f for f in copied if f != context and not within(f, own) and not within(own, f)))
    if context in copied:
        return context, (context,)
    folders = [f for f in copied if project.files.is_dir(f)]
    return (folders[0] if len(folders) == 1 and own != context else context), tuple(copied)


def _copied(project: Project, dockerfile: Dockerfile, context: str) -> list[str]:
    """The folders and files of the context that some stage copies."""
    found: dict[str, None] = {}
    for stage in dockerfile.stages:
        for copy in dockerfile.copies(stage):
            if copy.from_stage is None and copy.from_image is None:
                for source in copy.sources:
                    place = posixpath.normpath(posixpath.join(context, source.split("*")[0].lstrip("/") or "."))
                    if place == context or project.files.is_dir(place) or project.files.exists(place):
                        found[place] = None
    return list(found)


def _holds_output(project: Project, dockerfile: Dockerfile, context: str) -> bool:
    """Whether the image holds what a build in the folder of a package makes before the image is built."""
    copies = [c for stage in dockerfile.stages for c in dockerfile.copies(stage)]
    own = [c for c in copies if c.from_stage is None and c.from_image is None]
    made = any(source.lstrip("./").split("/")[0] in _OUTPUT for copy in own for source in copy.sources)
    return made and any(p.dir == context for p in project.packages)


def _own_package(draft: Draft, dockerfile: Dockerfile, packages: list[Package]) -> str | None:
    """The workspace package that the image is about: named like the service, or the one that its stage speaks of."""
    if len({p.dir for p in packages}) < 2:
        return None
    names = draft.names | {normal(draft.build.target or "")} if draft.build else draft.names
    alike = [p for p in packages if {normal(posixpath.basename(p.dir)), normal(p.name or "-")} & names]
    if len({p.dir for p in alike}) == 1:
        return alike[0].dir
    target = dockerfile.stage(draft.build.target) if draft.build and draft.build.target else dockerfile.final
    counts = {p.dir: _mentions(dockerfile, target or dockerfile.final, p, draft.command) for p in packages}
    best = max(counts.values(), default=0)
    leaders = [d for d, n in counts.items() if n == best]
    return leaders[0] if best and len(leaders) == 1 else None


def _mentions(dockerfile: Dockerfile, stage: Stage, package: Package, command: str | None) -> int:
    """How strongly a stage speaks of a package: three for the command, one for each other instruction."""
    words = re.compile(rf"(?<![\w-])({re.escape(package.dir)}|{re.escape(package.name or package.dir)})(?![\w-])")
    start = dockerfile.command(stage)
    text = f"{command or ''} {start.text if start else ''} {dockerfile.workdir(stage) or ''}"
    others = sum(bool(words.search(i.value)) for i in dockerfile.instructions if i.name in {"RUN", "COPY"})
    return 3 * bool(words.search(text)) + min(others, 2)


def _packages_below(project: Project, folder: str) -> list[Package]:
    return [p for p in project.packages if p.dir != "." and p.dir != folder and within(p.dir, folder)]


def applications(packages: Iterable[Package]) -> list[Package]:
    """The packages that no other of them depends on: what runs, as against what is shared."""
    kept = list(packages)
    shared = {d.name for p in kept for d in p.dependencies}
    return [p for p in kept if p.name not in shared] or kept


def with_workspaces(project: Project, folders: Iterable[str]) -> tuple[str, ...]:
    """The folders and those of the workspace packages that the packages in them depend on, transitively."""
    by_name = {p.name: p for p in project.packages if p.name and p.dir != "."}
    found = dict.fromkeys(folders)
    waiting = [p for p in project.packages if p.dir in found]
    while waiting:
        for dependency in waiting.pop().dependencies:
            package = by_name.get(dependency.name)
            if package is not None and not covers(found, package.dir):
                found[package.dir] = None
                waiting.append(package)
    return tuple(found)


def _has_code(project: Project, folder: str) -> bool:
    return any(within(path, folder) for path in project.code.files())
