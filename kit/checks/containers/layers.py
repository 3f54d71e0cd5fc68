"""Are layers kept between builds, and is what is shipped meant for users and not for debugging?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.containers.packages import ran
from kit.checks.shared.images import ASIDE, images, judged
from kit.model import At, Clause, Fact, FileClass, Located, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import Command
from kit.sources.containers.dockerfile import Dockerfile
from kit.sources.containers.dockerfile_model import Copy, Instruction, Stage

_FETCHES = re.compile(
    r"^(?:npm (?:ci|install|i)(?! -g)(?: -\S+)*$|yarn(?: install)?(?: -\S+)*$|pnpm (?:install|i)(?: -\S+)*$|bun install"
    r"|pip3? install .*(?:-r|--requirement)|python3? -m pip install .*(?:-r|--requirement)|poetry install|pipenv (?:install|sync)|uv sync"
    r"|bundle install|composer install|go mod (?:download|tidy)|cargo (?:fetch|chef cook)|dotnet restore|mix deps\.get"
    r"|\S*mvnw? .*(?:go-offline|dependency:resolve)|\S*gradlew? .*dependencies)"
)
_BUILDS = re.compile(
    r"^(?:go (?:build|install)|cargo (?:build|install)|dotnet (?:build|publish)|\S*mvnw? .*(?:package|install|verify)|\S*gradlew? .*(?:build|[jJ]ar))"
)
_WHOLE = frozenset({".", "./", "./.", "/"})
_DEBUG = re.compile(
    r"^dotnet (?:publish|build)\b.*(?:-c|--configuration)[ =]Debug\b|^ng build\b.*--configuration[ =]development\b|^vite build\b.*--mode[ =]development\b"
    r"|^webpack\b.*--mode[ =]development\b|^go build\b.*-gcflags[ =]\S*-N\b|^(?:npm|yarn|pnpm) run build:dev(?:elopment)?\b"
)
_DEBUG_OUTPUT = re.compile(r"(?:^|/)target/debug/|/bin/Debug/")
_DELETES = re.compile(
    r"\.map\b[^\n]*(?:-delete|rm\b)|\brm\b[^\n]*\.map\b|deleteSourcemapsAfterUpload|filesToDeleteAfterUpload|filesToDelete"
)
_MAPS = (
    (re.compile(r"(?:^|/)vite\.config\.[cm]?[jt]s$"), re.compile(r"\bsourcemap\s*:\s*(true|['\"]inline['\"])")),
    (re.compile(r"(?:^|/)next\.config\.[cm]?[jt]s$"), re.compile(r"\bproductionBrowserSourceMaps\s*:\s*(true)\b")),
    (re.compile(r"(?:^|/)vue\.config\.[cm]?[jt]s$"), re.compile(r"\bproductionSourceMap\s*:\s*(true)\b")),
    (
        re.compile(r"(?:^|/)webpack\.prod\w*(?:\.config)?\.[cm]?[jt]s$|(?:^|/)webpack\.config\.prod\w*\.[cm]?[jt]s$"),
        re.compile(r"\bdevtool\s*:\s*['\"]((?:inline-|eval-|cheap-)*(?:module-)?source-map|eval)['\"]"),
    ),
)
_LIBRARY = re.compile(r"\blib\s*:\s*\{|\bssr\s*:\s*true")


@check(
    "CON-060", "Dependencies are installed before the code is copied", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5
)
def dependencies_come_first(project: Project) -> Iterator[Fact]:
    """
    Docker keeps a layer until something above it changes. Where all of the code is copied first, each change of a line
    fetches every dependency again, and each build may fail at a registry.

    Decides: stages of Dockerfiles that install dependencies, or fetch them with the build: whether the whole context is
    copied before. An install with a cache mount holds.

    Fix: copy the manifest with its lockfile and install before the rest is copied.
    - node: `COPY package.json package-lock.json ./`, then `RUN npm ci`, then `COPY . .`.
    - python: `COPY requirements.txt ./`, then `RUN pip install -r requirements.txt`, then `COPY . .`.
    - go: `COPY go.mod go.sum ./`, then `RUN go mod download`, then `COPY . .`.
    - java: `COPY pom.xml ./`, then `RUN mvn dependency:go-offline`, then `COPY src ./src`.
    - dotnet: `COPY *.csproj ./`, then `RUN dotnet restore`, then `COPY . .`.
    - php: `COPY composer.json composer.lock ./`, then `RUN composer install --no-dev`, then `COPY . .`.
    - ruby: `COPY Gemfile Gemfile.lock ./`, then `RUN bundle install`, then `COPY . .`.

    Blind to: caches of a remote builder, and installs inside of scripts.

    See: https://docs.docker.com/build/cache/optimize/
    """
    for dockerfile in judged(project):
        for stage in dockerfile.stages:
            found = _first_fetch(stage)
            if found is None:
                continue
            instruction, command = found
            whole = next((c for c in dockerfile.copies(stage) if _is_whole(c) and _before(c, instruction)), None)
            cached = any(m.get("type") == "cache" for m in instruction.mounts)
            if whole is not None and not cached:
                what = " ".join(command.text.split())[:50]
                message = f"All code is copied before `{what}`: each change fetches every dependency anew."
                yield bad(message, whole, instruction)
            else:
                yield ok("Dependencies are kept between builds, whatever changes in the code.", instruction)


def _first_fetch(stage: Stage) -> tuple[Instruction, Command] | None:
    """The first instruction of a stage that fetches dependencies, by an install of its own or within a build."""
    runs = [(i, c) for i in stage.instructions if i.name == "RUN" for c in ran(i)]
    return next(((i, c) for i, c in runs if _FETCHES.match(c.text) or _BUILDS.match(c.text)), None)


def _is_whole(copy: Copy) -> bool:
    return copy.from_stage is None and copy.from_image is None and bool(_WHOLE & set(copy.sources))


def _before(copy: Copy, instruction: Instruction) -> bool:
    return (copy.at.line or 0) < (instruction.at.line or 0)


@check("CON-061", "What is shipped is built for production", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5)
def shipped_for_production(project: Project) -> Iterator[Fact]:
    """
    A debug build is slow and tells what is inside of it; source maps give every visitor the code with its comments.

    Decides: build commands of Dockerfiles that ask for a debug or development build, copies of debug output into the
    final stage, and settings of Vite, Next.js, Vue, webpack and Angular that write source maps beside a page's production
    bundle. Maps that are hidden, or deleted after they were sent to an error tracker, hold.

    Fix: build for release, and let no maps or symbols into what is served.
    - node: `build: {sourcemap: "hidden"}`, and delete `*.map` after the upload.
    - rust: `cargo build --release`.
    - dotnet: `dotnet publish -c Release`.

    Blind to: what a server in front does not hand out, and defaults of build tools.

    See: https://cwe.mitre.org/data/definitions/540.html
    """
    for image in images(project):
        yield from _debug_builds(image.dockerfile, image.stage)
    deleted = any(_DELETES.search(i.script) for d in project.dockerfiles for i in d.of("RUN"))
    for path in project.files.paths:
        pattern = next((asked for name, asked in _MAPS if name.search(path)), None)
        if pattern is not None and project.files.class_of(path) in {FileClass.PRODUCTION, FileClass.BUILD}:
            yield from _maps(project, path, pattern, deleted=deleted)
    yield from _angular(project, deleted=deleted)


def _debug_builds(dockerfile: Dockerfile, final: Stage) -> Iterator[Fact]:
    copies = [c for c in dockerfile.copies(final) if c.from_stage is not None]
    shown = ((c, next((s for s in c.sources if _DEBUG_OUTPUT.search(s)), None)) for c in copies)
    wrong: list[tuple[Located, str]] = [(copy, source) for copy, source in shown if source is not None]
    needed = {s.index for s in dockerfile.lineage(final)}
    needed |= {
        c.from_stage for s in dockerfile.lineage(final) for c in dockerfile.copies(s) if c.from_stage is not None
    }
    for instruction in dockerfile.of("RUN"):
        if instruction.stage in needed:
            found = next((c for c in ran(instruction) if _DEBUG.match(c.text)), None)
            wrong += [(instruction, found.text)] if found is not None else []
    for place, what in wrong:
        yield bad(f"The image ships a debug build (`{what[:60]}`).", place, severity=Severity.MEDIUM)


def _maps(project: Project, path: str, pattern: re.Pattern[str], *, deleted: bool) -> Iterator[Fact]:
    text = project.files.text(path)
    found = pattern.search(text)
    if found is None or _LIBRARY.search(text) or project.files.environment_of(path) in ASIDE:
        return
    line = text.count("\n", 0, found.start()) + 1
    if text[text.rfind("\n", 0, found.start()) + 1 : found.start()].lstrip().startswith(("//", "*")):
        return
    yield _told(At(path, line), deleted=deleted or bool(_DELETES.search(text)))


def _angular(project: Project, *, deleted: bool) -> Iterator[Fact]:
    for path in project.files.named("angular.json"):
        for node in project.documents.get(path).each(
            "projects", "*", "architect", "build", "configurations", "production"
        ):
            maps = node.get("sourceMap")
            scripts = maps.get("scripts") if maps is not None and maps.is_map else maps
            hidden = maps.get("hidden") if maps is not None else None
            if scripts is not None and scripts.text == "true" and (hidden is None or hidden.text != "true"):
                yield _told(scripts.at, deleted=deleted)


def _told(at: At, *, deleted: bool) -> Fact:
    if deleted:
        return ok("Source maps are written, and deleted before the release.", at)
    return bad("The production bundle comes with its source maps: every visitor can read the code.", at)
