"""Does the process of an image start, hear signals, and listen where it says?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.containers.packages import ran
from kit.checks.shared.images import Image, images
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import word_set
from kit.sources.commands.wrappers import base_name
from kit.sources.containers.dockerfile_model import StageCommand
from kit.system.images import parse_image

RUNNERS = frozenset({"exec", "dumb-init", "tini", "--", "/sbin/tini", "/usr/bin/tini", "/usr/bin/dumb-init"})
SCRIPTS = frozenset({"node", "python", "python3", "bun", "deno", "ruby", "php", "sh", "bash"})
_COMPILED = (".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".jsx", ".coffee")
OUTPUT = frozenset({"dist", "build", "out", "target", ".next", "lib", "bin", "publish", "es", "cjs"})


@check("CON-008", "The entry point exists", Severity.CRITICAL, Clause.EXECUTION, blocker="cannot start", effort_hours=1)
def entry_point_exists(project: Project) -> Iterator[Fact]:
    """
    A command that names a file which is not in the image ends every container at once.

    Decides: the script that `CMD` and `ENTRYPOINT` name is followed back through `COPY` and `WORKDIR` to a file of the
    project; what a build step makes is unknown. Where nothing but packages is installed into a plain image of a language
    and no `COPY` brings the script, it is not there.

    Fix: correct the path relative to `WORKDIR`, or copy the file into the image.

    Blind to: files that `RUN` steps or base images make.

    See: https://docs.docker.com/reference/dockerfile/#cmd
    """
    for image in images(project):
        command = image.dockerfile.command(image.stage)
        if command is None:
            continue
        module = _module(command.args)
        script = _script(command.args)
        if module is not None:
            yield from _module_exists(project, image, module, command)
        elif script is not None:
            yield from _script_exists(project, image, script, command)


def _script_exists(project: Project, image: Image, script: str, command: StageCommand) -> Iterator[Fact]:
    place = _in_image(image, script)
    if place is None:
        return
    sources = [s for one in _looked_up(image, script, place) for s in _sources_of(project, image, one)]
    if any(project.files.exists(s) for s in sources):
        yield ok(f"{image.name}: {script} is copied into the image.", command)
    elif (compiled := _compiled_from(project, [*sources, posixpath.join(image.context, script)])) is not None:
        yield ok(f"{image.name}: {script} is compiled from {compiled}.", command, At(compiled))
    elif not sources and "/" in script and _brings_nothing(image, place):
        message = f"{image.name}: the command runs {script}, and nothing brings that file into the image"
        yield bad(f"{message}; the container ends at once.", command)
    elif not sources or OUTPUT & set(place.split("/")) or not _all_literal(image) or _made(image, place):
        yield unknown(f"{image.name}: {script} is made while the image is built; files alone do not show it.", command)
    else:
        there = "there" if script == place else f"to {place}"
        message = f"{image.name}: the command runs {script}, but no file of the project is copied {there}"
        yield bad(f"{message}; the container ends at once.", command)


_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


def _looked_up(image: Image, script: str, place: str) -> tuple[str, ...]:
    """Where a program is looked for: a name without a slash along the path."""
    command = image.dockerfile.command(image.stage)
    first = next((w for w in command.args if w not in RUNNERS), "") if command is not None else ""
    return (place,) if "/" in script or first != script else tuple(posixpath.join(p, script) for p in _PATH)


_PLAIN = frozenset(
    {
        "python",
        "node",
        "golang",
        "alpine",
        "debian",
        "ubuntu",
        "ruby",
        "openjdk",
        "eclipse-temurin",
        "rust",
        "bun",
        "deno",
    }
)
"""Images of languages and systems, which hold no program of anybody's own."""
_HARMLESS = word_set("""
    apt apt-get apk yum dnf pip pip3 npm pnpm yarn corepack uv gem bundle poetry mkdir chmod chown adduser addgroup useradd
    groupadd usermod rm echo set ln true update-ca-certificates locale-gen sed touch find dpkg-reconfigure cd rmdir
""")


def _brings_nothing(image: Image, place: str) -> bool:
    """Whether neither the base, nor another stage, nor a command of the build can have brought the file."""
    lineage = image.dockerfile.lineage(image.stage)
    base = parse_image(image.dockerfile.base_image(image.stage))
    plain = base is not None and base.registry in {None, "docker.io"} and base.name.removeprefix("library/") in _PLAIN
    for stage in lineage if plain else ():
        for copy in image.dockerfile.copies(stage):
            outside = (
                copy.from_stage is not None or copy.from_image is not None or set("*?[$") & set("".join(copy.sources))
            )
            target = posixpath.normpath(copy.target or "/").rstrip("/")
            if (
                (outside and f"{place}/".startswith(f"{target}/"))
                or copy.instruction.heredocs
                or copy.instruction.name == "ADD"
            ):
                return False
    runs = [c for s in lineage for i in s.instructions if i.name == "RUN" for c in ran(i)]
    built = any("run" in c.args[:1] or c.writes for c in runs)
    made = _made(image, place) or any(i.heredocs for s in lineage for i in s.instructions)
    return plain and not made and not built and all(base_name(c.program) in _HARMLESS for c in runs)


def _compiled_from(project: Project, outputs: list[str]) -> str | None:
    """The source that an output of a compiler is made of: `src/main.ts` for `dist/main.js`."""
    for output in outputs:
        stem, dot, _ = output.rpartition(".")
        steps = stem.split("/")
        for index, step in enumerate(steps if dot else ()):
            for place in ([], ["src"]) if step in OUTPUT else ():
                bare = "/".join([*steps[:index], *place, *steps[index + 1 :]])
                found = next((bare + end for end in _COMPILED if project.files.exists(bare + end)), None)
                if found is not None:
                    return found
    return None


def _module(args: tuple[str, ...]) -> str | None:
    """The module of `python -m pkg.mod`."""
    words = [w for w in args if w not in RUNNERS]
    known = len(words) > 2 and words[0] in {"python", "python3"} and words[1] == "-m"
    return words[2] if known and re.fullmatch(r"[A-Za-z_][\w.]*", words[2]) else None


def _module_exists(project: Project, image: Image, module: str, command: StageCommand) -> Iterator[Fact]:
    """Whether a package that is copied into the working directory has the module that is started."""
    top, below = (_in_image(image, part.replace(".", "/")) for part in (module.partition(".")[0], module))
    if top is None or below is None or "." not in module:
        return
    packages = [s for s in _sources_of(project, image, f"{top}/__init__.py") if project.files.exists(s)]
    if not packages:
        return  # One that is installed, or that a later step makes.
    wanted = (f"{below}.py", f"{below}/__main__.py", f"{below}/__init__.py")
    if any(project.files.exists(s) for place in wanted for s in _sources_of(project, image, place)):
        yield ok(f"{image.name}: the module {module} is copied into the image.", command)
    else:
        message = f"{image.name}: the command runs {module}, which its package does not have"
        yield bad(f"{message}; the container ends at once.", command, At(packages[0]))


def _script(args: tuple[str, ...]) -> str | None:
    """The file of the project that a command runs, as written."""
    words = [w for w in args if w not in RUNNERS]
    if not words or "$" in " ".join(words[:2]):
        return None
    if words[0].startswith("./") or words[0].endswith((".sh", ".py", ".js")):
        return words[0]
    if words[0] in SCRIPTS and len(words) > 1:
        found = next((w for w in words[1:] if not w.startswith("-")), None)
        flagged = any(w in {"-c", "-m", "-e", "--eval", "-p"} for w in words[1:])
        return found if found and not flagged and re.search(r"\.(c?js|mjs|ts|py|rb|php|sh)$", found) else None
    return None


def _in_image(image: Image, script: str) -> str | None:
    base = image.dockerfile.workdir(image.stage)
    if not script.startswith("/") and base is None:
        return None
    return posixpath.normpath(posixpath.join(base or "/", script))


def _sources_of(project: Project, image: Image, place: str) -> Iterator[str]:
    """Where in the project a path of the image comes from, by the COPY lines that could have put it there."""
    for stage in image.dockerfile.stages:
        for copy in image.dockerfile.copies(stage):
            if copy.from_stage is not None or copy.from_image is not None:
                continue
            target = copy.target or "/"
            for source in copy.sources:
                origin = posixpath.normpath(posixpath.join(image.context, source.lstrip("/") or "."))
                if project.files.is_dir(origin) or origin == ".":
                    inner = posixpath.relpath(place, target.rstrip("/") or "/")
                    if not inner.startswith(".."):
                        yield posixpath.normpath(posixpath.join(origin, inner))
                elif target.endswith("/") or len(copy.sources) > 1:
                    if posixpath.join(target, posixpath.basename(origin)) == place:
                        yield origin
                elif target == place:
                    yield origin


def _made(image: Image, place: str) -> bool:
    """Whether a command of the build names the file, as one that writes it does."""
    runs = (i for s in image.dockerfile.lineage(image.stage) for i in s.instructions if i.name == "RUN")
    return any(posixpath.basename(place) in i.value for i in runs)


def _all_literal(image: Image) -> bool:
    """Whether all that the image holds can be seen: nothing is built, and no wildcard or outside image is copied."""
    lineage = image.dockerfile.lineage(image.stage)
    copies = [c for s in lineage for c in image.dockerfile.copies(s)]
    return all(
        c.from_stage is None and c.from_image is None and not any(set("*?[$") & set(s) for s in c.sources)
        for c in copies
    )


@check("CON-017", "Signals reach the process", Severity.LOW, Clause.EXECUTION, effort_hours=0.5)
def signals_reach(project: Project) -> Iterator[Fact]:
    """
    A shell as the first process keeps SIGTERM to itself: each deploy waits for the kill and drops open requests.

    Decides: the effective command of each image is in exec form, or starts with `exec`; `npm start` holds in part.

    Fix: write the command as a JSON list: `CMD ["/app/server", "--port", "8080"]`.

    Blind to: scripts that end in `exec`; those hold where they can be read.

    See: https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
    """
    for image in images(project):
        command = image.dockerfile.command(image.stage)
        if command is None:
            continue
        last = command.entrypoint or command.cmd
        assert last is not None
        first = command.args[0] if command.args else ""
        if not last.json and not last.value.lstrip().startswith("exec "):
            yield bad(f"{image.name}: the command is in shell form; the shell does not pass SIGTERM on.", last)
        elif first in {"npm", "yarn", "pnpm"}:
            fix = 'Start the program itself, and not by its package script: `CMD ["node", "server.js"]`.'
            yield partial(f"{image.name}: {first} stands between the signal and the process.", last, fix=fix)
        else:
            yield ok(f"{image.name}: the command is in exec form.", last)
