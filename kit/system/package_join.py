"""Packages that start a server though no image is built of them: services run by a platform or by hand."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from kit.model import At, FileClass
from kit.system.drafts import Draft, Drafts
from kit.system.scope import applications, covers, with_workspaces, within

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.packages.find import Package


def join_packages(project: Project, drafts: Drafts, serving: tuple[At, ...]) -> None:
    """Give a package that serves to the draft of its name, or make one. `serving` are the places in code that start
    a server or serve routes."""
    packages = [p for p in project.packages if project.files.class_of(p.path) is FileClass.PRODUCTION]
    owners = {owner for place in serving if (owner := _owner(packages, place.path)) is not None}
    _narrow(drafts, owners)
    for package in sorted(applications(packages), key=lambda p: p.dir):
        if package.dir not in owners or any(_claims(d, package) for d in drafts):
            continue
        owners.discard(package.dir)
        name = posixpath.basename(package.dir) if package.dir != "." else package.name or project.name
        known = drafts.named(name, package.name)
        if known is not None and known.root is None and known.kind == "unknown":
            draft = known
            draft.root = package.dir
        else:
            draft = drafts.add(Draft(name, package.at, root=package.dir))
        draft.scope = with_workspaces(project, (package.dir,))


def _owner(packages: list[Package], path: str) -> str | None:
    """The folder of the innermost package that holds the path."""
    return max((p.dir for p in packages if within(path, p.dir)), key=len, default=None)


def _narrow(drafts: Drafts, owners: set[str]) -> None:
    """The one image made of a whole monorepo runs the one package in it that serves."""
    whole = [d for d in drafts if d.build is not None and d.root == "." and "." in d.scope]
    if len(whole) == 1 and len(owners) == 1 and "." not in owners:
        whole[0].root = next(iter(owners))


def _claims(draft: Draft, package: Package) -> bool:
    """Whether a draft already stands for the package. One of the whole repository stands only for the root's own."""
    return draft.root == package.dir or covers(draft.scope, package.dir) > 1
