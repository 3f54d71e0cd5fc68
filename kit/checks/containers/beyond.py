"""Is what a manifest installs from a folder beside it in the build context?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kit.checks.shared.images import Image, images, nobody_runs
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.containers.dockerfile_model import Copy
from kit.system.scope import within


@dataclass(frozen=True)
class _Manifest:
    """A kind of manifest: the names of its files, how it names a folder (group `path`), and what installs from it."""

    files: re.Pattern[str]
    names: re.Pattern[str]
    installs: re.Pattern[str]


_KINDS = (
    _Manifest(
        re.compile(r"go\.mod"),
        re.compile(
            r"(?m)^[ \t]*(?:replace[ \t]+)?[^\s=]{1,200}(?:[ \t]+v\S{1,60})?[ \t]+=>[ \t]+(?P<path>\.\.?/\S{0,200})"
        ),
        re.compile(r"\bgo\s+(?:mod\s+download|build|install)\b"),
    ),
    _Manifest(
        re.compile(r"package\.json"),
        re.compile(r"\"(?:file|link|portal):(?P<path>\.\.?/[^\"\n]{1,200})\""),
        re.compile(r"\b(?:npm|yarn|pnpm|bun)\s+(?:ci|i|install)\b|\byarn\s*(?:$|&&|--)", re.MULTILINE),
    ),
    _Manifest(
        re.compile(r"pyproject\.toml|Cargo\.toml"),
        re.compile(r"\bpath[ \t]{0,4}=[ \t]{0,4}\"(?P<path>\.\./[^\"\n]{1,200})\""),
        re.compile(r"\b(?:poetry|uv|pdm|pip3?)\s+(?:install|sync)\b|\bcargo\s+(?:build|install|chef)\b"),
    ),
    _Manifest(
        re.compile(r"requirements[\w.-]*\.txt"),
        re.compile(r"(?m)^[ \t]*(?:-e[ \t]+|--editable[ =])?(?P<path>\.\./[^\s#]{1,200})"),
        re.compile(r"\bpip3?\s+install\b"),
    ),
    _Manifest(
        re.compile(r"[\w.-]{1,120}\.(?:cs|fs)proj"),
        re.compile(r"<ProjectReference\s+Include=\"(?P<path>\.\.[\\/][^\"\n]{1,200})\""),
        re.compile(r"\bdotnet\s+(?:restore|build|publish)\b"),
    ),
    _Manifest(
        re.compile(r"pom\.xml"),
        re.compile(r"<relativePath>\s{0,40}(?P<path>\.\./[^<\s]{0,200})\s{0,40}</relativePath>"),
        re.compile(r"\bmvnw?\b"),
    ),
)


@check(
    "CON-025",
    "What is installed by path is in the build context",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot build",
    effort_hours=1,
)
def installed_by_path_is_in_context(project: Project) -> Iterator[Fact]:
    """
    A build sees its context and nothing beside it: a library in `../shared` is on the developer's disk, not in the image.

    Decides: each manifest that a stage copies and installs from, of Go, npm, Python, Cargo, .NET and Maven: the folders that
    it names by a relative path, against the build context. Dockerfiles that speak of such a folder, and Go modules with a
    vendor folder, are left out. A Dockerfile that nothing builds or runs, where others are built, weighs less.

    Fix: build from the folder above (`context: ..` and `dockerfile: service/Dockerfile`), and copy both; or bring the folder
    in as a named context.

    Blind to: dependencies that lie in the context and are copied too late; contexts that are given by hand.

    See: https://docs.docker.com/build/concepts/context/
    """
    stopped: dict[tuple[str, bool], dict[At, tuple[Image, Copy]]] = defaultdict(dict)
    for image in images(project):
        named = [(copy, *one) for copy, kind, path in _manifests(project, image) for one in _named(project, kind, path)]
        beyond = [one for one in named if _is_beyond(project, image, one[2])]
        for copy, at, target in beyond:
            lying = nobody_runs(project, image.dockerfile.path)
            stopped[target, lying].setdefault(at, (image, copy))
        if named and not beyond:
            yield ok(f"{image.name}: what is installed by path is in the build context.", *named[0][:2])
    for (target, lying), users in stopped.items():
        fact = _stopped(target, users)
        yield replace(fact, severity=Severity.MEDIUM, blocks=False) if lying else fact


def _stopped(target: str, users: dict[At, tuple[Image, Copy]]) -> Fact:
    """One folder that several images install is one cause."""
    at, (image, copy) = next(iter(users.items()))
    places = [place for at, (_, copy) in users.items() for place in (at, copy)]
    if len(users) == 1:
        said = f"{image.name}: {at.path} installs {target}, which lies outside of the build context ({image.context})"
        return bad(f"{said}; the build stops here.", at, copy)
    names = listed(dict.fromkeys(image.name for image, _ in users.values()))
    return bad(f"{names} install {target}, which lies outside of their build contexts; the builds stop here.", *places)


def _manifests(project: Project, image: Image) -> Iterator[tuple[Copy, _Manifest, str]]:
    """The manifests that the image's stages copy from the context and install from."""
    for stage in image.dockerfile.stages:
        runs = "\n".join(i.value for i in stage.instructions if i.name == "RUN")
        for copy in image.dockerfile.copies(stage):
            if copy.from_stage is None and copy.from_image is None:
                for kind in _KINDS:
                    if kind.installs.search(runs):
                        yield from ((copy, kind, path) for path in _copied(project, image, copy, kind))


def _copied(project: Project, image: Image, copy: Copy, kind: _Manifest) -> Iterator[str]:
    for source in copy.sources:
        path = posixpath.normpath(posixpath.join(image.context, source.lstrip("/") or "."))
        if project.files.exists(path) and kind.files.fullmatch(posixpath.basename(path)):
            yield path
        elif project.files.is_dir(path) or path == ".":
            yield from (
                p
                for p in project.files.paths
                if (posixpath.dirname(p) or ".") == path and kind.files.fullmatch(posixpath.basename(p))
            )


def _named(project: Project, kind: _Manifest, path: str) -> Iterator[tuple[At, str]]:
    """The folders that a manifest names, from the project's top, each with its place."""
    text, folder = project.files.text(path), posixpath.dirname(path)
    if not project.files.exists(posixpath.join(folder, "vendor/modules.txt")):
        for found in kind.names.finditer(text):
            target = posixpath.normpath(posixpath.join(folder, found["path"].replace("\\", "/")))
            yield at_offset(path, text, found.start("path")), target


def _is_beyond(project: Project, image: Image, target: str) -> bool:
    """Whether a folder lies outside of the context, and the Dockerfile does nothing about it."""
    said = project.files.text(image.dockerfile.path)
    folder = posixpath.dirname(target) if target.endswith("pom.xml") else target
    spoken = (folder and posixpath.basename(folder) in said) or re.search(r"\breplace\b", said)
    return image.context != "." and not within(target, image.context) and not spoken
