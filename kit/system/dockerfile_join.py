"""Dockerfiles that no compose file builds: each is a service of its own, or the build of one known by name."""

from __future__ import annotations

from pathlib import PurePosixPath
from posixpath import join, normpath
from typing import TYPE_CHECKING

from kit.model import FileClass
from kit.system.drafts import Draft, Drafts
from kit.system.images import parse_image
from kit.system.model import Build
from kit.system.scope import within

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.containers.dockerfile import Dockerfile
    from kit.system.image_builds import ImageBuild

_BASE_NAMES = {"dockerfile", "containerfile"}
_NOT_SERVICES = {
    "dev",
    "development",
    "debug",
    "test",
    "tests",
    "ci",
    "local",
    "base",
    "builder",
    "devcontainer",
    "e2e",
}
_GENERIC_FOLDERS = {
    ".",
    "",
    "docker",
    "build",
    "ci",
    "container",
    "containers",
    "deploy",
    "deployment",
    ".docker",
    "package",
    "src",
    "app",
    "images",
    "dockerfiles",
    "packaging",
    # the system that an image stands on is not what it runs
    "alpine",
    "debian",
    "distroless",
    "scratch",
    "slim",
    "ubuntu",
}


def join_dockerfiles(project: Project, drafts: Drafts, builds: tuple[ImageBuild, ...]) -> None:
    """Add a draft per production Dockerfile that nothing has claimed, and the image names that pipelines give it."""
    for dockerfile in project.dockerfiles:
        if project.files.class_of(dockerfile.path) is not FileClass.PRODUCTION or _claimed(drafts, dockerfile.path):
            continue
        if _hidden(dockerfile.path) or _variant(dockerfile.path) in _NOT_SERVICES:
            continue
        if _is_alternative(project, dockerfile.path, builds) or _makes_packages(project, dockerfile.path):
            continue
        context = build_context(project, dockerfile, builds)
        if not any(b.dockerfile == dockerfile.path for b in builds) and _starts_nothing(project, dockerfile, context):
            continue
        build = Build(dockerfile.path, context, dockerfile.at)
        name = service_name(project, dockerfile.path, context)
        known = drafts.named(name)
        if known is not None and (known.build is None or _for_development(known.build)) and known.kind == "unknown":
            known.build = build
        else:
            drafts.add(Draft(name, dockerfile.at, build=build))


def _claimed(drafts: Drafts, path: str) -> bool:
    """Whether a service is built by it, in whichever of its deployments."""
    deployed = (d.build for draft in drafts for d in draft.deployments if d.build is not None)
    return bool(drafts.built_by(path)) or any(build.dockerfile == path for build in deployed)


def build_context(project: Project, dockerfile: Dockerfile, builds: tuple[ImageBuild, ...]) -> str:
    """The folder from which it is built: what a pipeline or script says, else the nearest folder upwards that has
    most of what it copies, else its own."""
    own = PurePosixPath(dockerfile.path).parent
    for build in builds:
        if build.dockerfile == dockerfile.path:
            return build.context or str(own)
    copies = [
        c for s in dockerfile.stages for c in dockerfile.copies(s) if c.from_stage is None and c.from_image is None
    ]
    sources = [source for copy in copies for source in copy.sources]
    literal = [s.lstrip("./") for s in sources if not any(c in s for c in "*?[$") and s.strip("./")]
    folders = [own, *own.parents]

    def held(folder: PurePosixPath) -> int:
        return sum(project.files.exists(str(folder / s)) or project.files.is_dir(str(folder / s)) for s in literal)

    return str(max(folders, key=held)) if literal else str(own)


def service_name(project: Project, path: str, context: str) -> str:
    """What the service is called, by the Dockerfile's place: `api.Dockerfile`, `Dockerfile.api`, `api/Dockerfile`."""
    variant = _variant(path)
    if variant and variant not in {"prod", "production", "release"}:
        return variant
    own = PurePosixPath(path).parent
    folders = (*own.parts[::-1], *PurePosixPath(context).parts[::-1])
    return next((folder for folder in folders if folder not in _GENERIC_FOLDERS), project.name)


def _for_development(build: Build) -> bool:
    """A build for a developer's machine, which the one for production takes the place of."""
    return _variant(build.dockerfile) in _NOT_SERVICES or build.target in _NOT_SERVICES


def _is_alternative(project: Project, path: str, builds: tuple[ImageBuild, ...]) -> bool:
    """A `Dockerfile.x` that nothing builds, beside a plain one or where others are built: another way to build the
    same service."""
    if not _variant(path) or any(b.dockerfile == path for b in builds):
        return False
    plain = str(PurePosixPath(path).with_name("Dockerfile"))
    return project.files.exists(plain) or any(b.dockerfile and b.dockerfile != path for b in builds)


_TOOLCHAINS = frozenset({
    "alpine", "amazonlinux", "buildpack-deps", "busybox", "centos", "debian", "eclipse-temurin", "fedora", "gcc",
    "golang", "gradle", "maven", "node", "openjdk", "python", "ruby", "rust", "rockylinux", "sdk", "ubuntu",
})  # fmt: skip


def _starts_nothing(project: Project, dockerfile: Dockerfile, context: str) -> bool:
    """Whether its image is there to work in: a toolchain or a bare system, no code copied, nothing to start."""
    if not dockerfile.stages or dockerfile.command(dockerfile.final) is not None:
        return False
    copies = [c for s in dockerfile.lineage(dockerfile.final) for c in dockerfile.copies(s)]
    if any(copy.from_stage is not None for copy in copies):
        return False
    copied = [normpath(join(context, source.lstrip("/"))) for copy in copies for source in copy.sources]
    if normpath(context) in copied or any(within(path, place) for place in copied for path in project.code.files()):
        return False
    base = parse_image(dockerfile.base_image(dockerfile.final))
    return base is not None and base.base.lower() in _TOOLCHAINS


def _makes_packages(project: Project, path: str) -> bool:
    """Whether it stands among the files of a system package, which it builds: nothing runs such an image."""
    beside = PurePosixPath(path).parent
    rules = project.files.exists(str(beside / "control")) and project.files.exists(str(beside / "rules"))
    return rules or any(PurePosixPath(p).parent == beside for p in project.files.glob("**/*.spec"))


def _variant(path: str) -> str:
    name = PurePosixPath(path).name.lower()
    parts = [p for p in name.replace("-", ".").split(".") if p not in _BASE_NAMES]
    return "-".join(parts)


def _hidden(path: str) -> bool:
    """In a folder of some tool: `.devcontainer`, an editor's."""
    return any(part.startswith(".") for part in PurePosixPath(path).parent.parts)
