"""Does every image build?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from kit.checks.containers.made import nobody_makes
from kit.checks.containers.packages import left_behind
from kit.checks.containers.stages import lacking
from kit.checks.shared.crowd import joined
from kit.checks.shared.images import Image, images, judged, nobody_runs
from kit.checks.shared.submodules import in_submodule
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.containers.dockerfile_model import Copy
from kit.system.images import parse_image
from kit.system.installs import LOCKS, installs

BUILT = frozenset({"dist", "build", "out", "target", "bin", "publish", ".next", "_build", "release", "artifacts"})
PATTERN = frozenset("*?[")
MOVING = frozenset({"latest", "stable", "edge", "main", "master", "nightly", "dev", "develop", "lts", "alpine", "slim"})
NO_IMAGE = frozenset({"scratch"})
_LOCKFILES = frozenset(name for names in LOCKS.values() for name in names)
SOURCES = frozenset({"lib", "src", "app", "cmd", "internal", "pkg", "config"})
"""Folders that hold what people write: an ignore rule that takes one was made for another."""


@check(
    "CON-001",
    "Every COPY source exists in its build context",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot build",
    effort_hours=1,
)
@joined("files that images copy")
def copy_sources_exist(project: Project) -> Iterator[Fact]:
    """
    A `COPY` of a file that is not there ends the build: no image, no release.

    Decides: each literal source of `COPY` and `ADD` is looked up in the context that compose, a pipeline or the
    Dockerfile's place gives, with `.dockerignore` applied. A Dockerfile that nothing builds or runs, where others are
    built, weighs less.

    Fix: add the file, correct the path relative to the build context, or take the line in `.dockerignore` out.

    Blind to: files that somebody makes by hand before the build; sources that look like build output are unknown, unless
    nothing in the project runs the build that they come from: no pipeline, script or document speaks of it.

    See: https://docs.docker.com/reference/dockerfile/#copy
    """
    seen: set[At] = set()
    for image in images(project):
        for stage in image.dockerfile.stages:
            for copy in image.dockerfile.copies(stage):
                if copy.from_stage is None and copy.from_image is None and copy.at not in seen:
                    seen.add(copy.at)
                    yield from _sources(project, image, copy)


def _sources(project: Project, image: Image, copy: Copy) -> Iterator[Fact]:
    if shell := shell_words(copy):
        message = (
            f"{image.name}: COPY goes through no shell; {' '.join(shell)} is read as names of files, and it fails."
        )
        yield bad(message, copy)
        return
    ignore = project.dockerignore(image.context, image.dockerfile.path)
    absent = []
    for source in copy.sources:
        if "://" in source or source.startswith("git@") or "$" in source:
            continue
        path = posixpath.normpath(posixpath.join(image.context, source.lstrip("/") or "."))
        if PATTERN & set(source):
            if BUILT & set(path.split("/")[:-1]) and not project.files.is_dir(posixpath.dirname(path)):
                absent.append((source, path))
            continue
        if path.startswith("..") or not (project.files.exists(path) or project.files.is_dir(path)):
            absent.append((source, path))
        elif path != image.context and project.files.exists(path) and ignore.ignores(path):
            yield bad(
                f"{image.name}: {source} is kept out of the build context by {ignore.path}, so this COPY fails.",
                copy,
                ignore,
            )
            return
    if not absent:
        yield ok(f"{image.name}: everything that this line copies is in the build context.", copy)
    for source, path in absent:
        yield _absent(project, image, copy, source, path)


def shell_words(copy: Copy) -> list[str]:
    """What a COPY says to a shell, which never reads it: `2>/dev/null || true`."""
    words = (*copy.sources, copy.target)
    return [w for w in words if w in {"||", "&&", "|", ";"} or re.match(r"\d?>", w)]


def _absent(project: Project, image: Image, copy: Copy, source: str, path: str) -> Fact:
    made = BUILT & set(path.split("/")) or path.rsplit(".", 1)[-1] in {"jar", "war", "whl", "exe", "dll", "zip", "tgz"}
    where = "the repository's top" if image.context == "." else image.context
    swallowed = posixpath.basename(path) in SOURCES and project.files.ignored(path)
    if swallowed and not BUILT & set(path.split("/")[:-1]):
        message = f"{image.name}: {source} is what a rule of .gitignore keeps out of the repository ({path}); the build stops here."
        return replace(bad(message, copy, severity=Severity.HIGH), blocks=False)
    if made and not image.context.startswith("/") and nobody_makes(project, path):
        message = (
            f"{image.name}: {source} is not in {where}, and nothing in the project makes it; the build stops here."
        )
        severity = Severity.MEDIUM if nobody_runs(project, image.dockerfile.path) else Severity.HIGH
        return replace(bad(message, copy, severity=severity), blocks=False)
    if (kept := in_submodule(project, path)) is not None:
        return unknown(f"{image.name}: {source} is a submodule, which is taken in before the build.", copy, kept)
    unlocked = posixpath.basename(path) in _LOCKFILES and not _is_locked_anew(project, path)
    if made or (project.files.ignored(path) and not unlocked) or image.context.startswith("/"):
        return unknown(
            f"{image.name}: {source} is not in {where}; it looks like something that a step before the build makes.",
            copy,
        )
    kept_out = f"is kept out of the repository by .gitignore ({path})" if project.files.ignored(path) else ""
    said = kept_out or f"does not exist in the build context ({where})"
    message = f"{image.name}: {source} {said}; the build stops here."
    if nobody_runs(project, image.dockerfile.path):
        return replace(bad(message, copy, severity=Severity.MEDIUM), blocks=False)
    return bad(message, copy)


def _is_locked_anew(project: Project, path: str) -> bool:
    """Whether a pipeline installs in the lockfile's folder as it likes, which writes the lockfile before an image is built."""
    folder = posixpath.dirname(path) or "."
    return any(i.where == "pipeline" and not i.demand and i.package.dir == folder for i in installs(project))


@check(
    "CON-006",
    "Build stages that are named exist and hold what is copied from them",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot build",
    effort_hours=0.5,
)
def targets_exist(project: Project) -> Iterator[Fact]:
    """
    A build for a target stage that the Dockerfile does not have fails at once; so does a `COPY --from` of what a stage
    does not hold.

    Decides: every `target` in compose files and pipelines is looked up among the stages of the Dockerfile. Paths that are
    copied from a stage are looked up in what it copies from the context, where every command that it runs is one whose
    output is known: package managers, compilers, users and rights.

    Fix: name one of the stages, or add `AS <name>` to the `FROM` that is meant; correct the path.

    Blind to: targets given through variables; stages that run anything else.

    See: https://docs.docker.com/build/building/multi-stage/
    """
    told: set[At] = set()
    for fact in (fact for image in images(project) for fact in lacking(project, image)):
        if fact.at[0] not in told:
            told.add(fact.at[0])
            yield fact
    known = {d.path: d for d in project.dockerfiles}
    asked = [(s.name, s.build.dockerfile, s.build.target, s.build.at) for s in project.system.services if s.build]
    asked += [("image build", b.dockerfile or "", b.target, b.at) for b in project.image_builds]
    for name, path, target, at in asked:
        if target and path in known and "$" not in target:
            if known[path].stage(target) is not None:
                yield ok(f"{name}: stage {target} is in {path}.", at)
            else:
                stages = ", ".join(s.name for s in known[path].stages if s.name) or "none with a name"
                yield bad(f"{name}: {path} has no stage {target} (it has {stages}).", at, known[path])


@check("CON-003", "Base images are pinned", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=0.5)
def base_images_pinned(project: Project) -> Iterator[Fact]:
    """
    A base image without a version changes under the next build: what was tested is not what runs.

    Decides: each `FROM` of an outside image; a digest holds, an exact version holds, a moving tag holds in part, none
    or `latest` does not.

    Fix: name a version, better with its digest: `FROM debian:12.8-slim@sha256:...`.

    Blind to: what a private registry does with its tags.

    See: https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """
    for dockerfile in judged(project):
        for stage in dockerfile.stages:
            image = parse_image(stage.image)
            if stage.base_stage is not None or image is None or image.name in NO_IMAGE:
                continue
            if image.digest:
                yield ok(f"{stage.image.split('@')[0]} is pinned by digest.", stage)
            elif image.tag is None or image.tag == "latest":
                yield bad(f"{image.name} has no version: every build may stand on another base.", stage)
            elif image.tag in MOVING or not any(c.isdigit() for c in image.tag):
                yield partial(f"{image.name}:{image.tag} moves from release to release.", stage)
            else:
                yield ok(f"{image.name} is pinned to {image.tag}.", stage)


@check("CON-007", "Build tools stay out of the final image", Severity.LOW, Clause.DEPLOYMENT, effort_hours=3)
def build_tools_stay_out(project: Project) -> Iterator[Fact]:
    """
    Compilers and development dependencies in a production image are weight to pull and tools for an intruder.

    Decides: the final image stands on a stage of its own (a multi-stage build), or on a single stage that compiles
    and bundles nothing.

    Fix: build in a first stage and copy the result: `COPY --from=build /app/dist ./dist`.

    Blind to: what the base image itself brings.

    See: https://docs.docker.com/build/building/multi-stage/
    """
    for image in images(project):
        lineage = image.dockerfile.lineage(image.stage)
        commands = [i for s in lineage for i in s.instructions if i.name == "RUN"]
        building = next((i for i in commands if any(w in i.value for w in _BUILDING)), None)
        if building is not None:
            yield bad(
                f"{image.name}: the final image is built where it is compiled; the build tools stay in it.", building
            )
        elif len(image.dockerfile.stages) > 1:
            yield ok(f"{image.name}: built in one stage, run in another.", image.stage)


_BUILDING = (
    "npm run build", "yarn build", "pnpm build", "pnpm run build", "yarn run build", "go build", "cargo build", "mvn ", "gradlew ",
    "gradle ", "dotnet publish", "build-essential", " gcc ", "next build", "vite build", "tsc",
)  # fmt: skip


@check(
    "CON-009",
    "The build context leaves out what no image should hold",
    Severity.MEDIUM,
    Clause.DEPLOYMENT,
    effort_hours=0.5,
)
def context_is_lean(project: Project) -> Iterator[Fact]:
    """
    `COPY . .` without a `.dockerignore` puts the git history, local secrets and installed modules into the image.

    Decides: for each context that is copied whole, whether `.dockerignore` leaves out what belongs there: `.git` at the
    repository's top, `.env` beside a sample of it, `node_modules` beside a package.json.

    Fix: add a `.dockerignore` beside the context with `.git`, `.env*`, and what is installed or built there.
    - node: `node_modules` and `dist`.
    - python: `.venv` and `__pycache__`.
    - java: `target` or `build`.
    - dotnet: `bin` and `obj`.
    - php, ruby: `vendor`.
    - rust: `target`.

    Blind to: whether such files are there when the image is built.

    See: https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    done: set[str] = set()
    for image in images(project):
        for copy in image.dockerfile.copies():
            if copy.from_stage is not None or copy.from_image is not None or image.context in done:
                continue
            if any(posixpath.normpath(s) in {".", "/"} for s in copy.sources):
                done.add(image.context)
                yield _context(project, image, copy)


def _context(project: Project, image: Image, copy: Copy) -> Fact:
    ignore = project.dockerignore(image.context, image.dockerfile.path)
    names = [".git"] if image.context == "." else []
    if any(
        posixpath.basename(p).startswith(".env") and (posixpath.dirname(p) or ".") == image.context
        for p in project.files.paths
    ):
        names.append(".env")
    if project.files.exists(posixpath.normpath(posixpath.join(image.context, "package.json"))):
        names.append("node_modules")
    left_in = [n for n in names if not ignore.ignores(posixpath.normpath(posixpath.join(image.context, n)))]
    if not names:
        return ok(f"{image.name}: the context holds nothing that an image should not.", copy)
    if ignore.path is None:
        return bad(f"{image.name}: the whole context is copied and no .dockerignore leaves anything out.", copy)
    if left_in:
        final = {stage.index for stage in image.dockerfile.lineage(image.stage)}
        severity = None if copy.instruction.stage in final else Severity.LOW
        message = f"{image.name}: the whole context is copied; {ignore.path} does not leave out {', '.join(left_in)}."
        return partial(message, copy, ignore, severity=severity)
    return ok(f"{image.name}: {ignore.path} keeps {', '.join(names)} out of the image.", ignore)


@check("CON-018", "Package lists and caches are not left in layers", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5)
def caches_cleaned(project: Project) -> Iterator[Fact]:
    """
    Package lists that stay in a layer make every pull and every scan longer.

    Decides: each `RUN` with `apt-get install`, `apk add`, `dnf`, `yum`, `zypper` or `pip install` in a final image; a cache mount or a
    clean-up in the same instruction holds.

    Fix: end the instruction with `&& rm -rf /var/lib/apt/lists/*`, and let package managers keep no cache, as `apk add
    --no-cache` does.
    - python: `pip install --no-cache-dir`.

    Blind to: images that are squashed later.

    See: https://docs.docker.com/build/building/best-practices/#apt-get
    """
    for image in images(project):
        for instruction in image.dockerfile.effective(image.stage):
            if instruction.name != "RUN":
                continue
            text, mounted = instruction.value, any(m.get("type") == "cache" for m in instruction.mounts)
            if "apt-get install" in text or "apt install" in text:
                kept = "/var/lib/apt/lists" not in text and not mounted
                yield (bad if kept else ok)(
                    f"{image.name}: apt's package lists {'stay in the layer' if kept else 'are removed'}.", instruction
                )
            elif "apk add" in text:
                kept = "--no-cache" not in text and "/var/cache/apk" not in text and not mounted
                yield (bad if kept else ok)(
                    f"{image.name}: apk's index {'stays in the layer' if kept else 'is not kept'}.", instruction
                )
    yield from left_behind(project)


@check("CON-019", "Nothing is downloaded into an image unchecked", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=1)
def downloads_are_checked(project: Project) -> Iterator[Fact]:
    """
    A script piped from the network into a shell runs whatever that server answers on the day of the build.

    Decides: `curl ... | sh` and `wget ... | sh` in `RUN`, `ADD` of a URL without `--checksum`.

    Fix: download a fixed version, compare its checksum, then run it: `echo "<sha256>  file" | sha256sum -c`.

    Blind to: downloads inside of scripts that are copied in.

    See: https://docs.docker.com/reference/dockerfile/#add---checksum
    """
    for dockerfile in judged(project):
        for instruction in dockerfile.of("RUN", "ADD"):
            text = instruction.value
            if instruction.name == "ADD" and "://" in text:
                checked = "checksum" in instruction.flags
                yield (ok if checked else bad)(
                    f"ADD downloads from the network {'and compares a checksum' if checked else 'without a checksum'}.",
                    instruction,
                )
            elif instruction.name == "RUN" and ("curl " in text or "wget " in text) and _piped(text):
                yield bad("A download is piped into a shell: the build runs whatever the server answers.", instruction)


def _piped(text: str) -> bool:
    parts = [p.strip() for p in text.split("|")]
    return any(
        ("curl " in left or "wget " in left) and right.split(" ")[0] in {"sh", "bash", "sudo", "python", "python3"}
        for left, right in pairwise(parts)
    )
