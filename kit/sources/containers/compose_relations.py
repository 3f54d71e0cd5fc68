"""Which compose files are put over which: told by their names, their content and how they are called."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import PurePosixPath

from kit.sources.containers.compose_fields import dependencies
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Node
from kit.sources.tree.files import FileIndex

MAX_LINE = 4000
DEFAULT_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")

_NAME = re.compile(
    r"(?:docker[-_.]?)?compose(?:[-._][\w.-]+)?\.ya?ml|[\w.-]+[-._](?:docker[-_.]?)?compose\.ya?ml"
    r"|(?:docker[-_.]?)?(?:stack|swarm)(?:[-._][\w.-]+)?\.ya?ml",
    re.IGNORECASE,
)
_CALLERS = (
    "Makefile", "*.mk", "*.sh", "*.ps1", "*.bat", "package.json", "justfile", "Justfile", "Taskfile.y*ml",
    "tasks.py", "/.github/workflows/*.y*ml", "/.gitea/workflows/*.y*ml", ".gitlab-ci.yml", "Jenkinsfile",
    "/.circleci/config.yml", "*.service", "*.md", "*.py", "*.js", "*.mjs", "*.cjs", "*.ts",
)  # fmt: skip
_CALL = re.compile(r"(?:^|\s)(?:-f|--file)(?:=|\s+)[\"']?([^\s\"']+\.ya?ml)")
_ARGUMENT = re.compile(r"""(["'])(?:-f|--file)\1\s*,\s*["']([^\s"']+\.ya?ml)["']""")
_DEVELOPMENT = re.compile(
    r"\bdevelop(?:er|ers|ing|ment)?\b|\blocal (?:dev|machine|use|testing|setup)\b|\byour machine\b", re.I
)
_PRODUCTION = re.compile(r"(?<!not for )(?<!not in )(?<!not for use in )(?<!never in )\bproduction\b", re.I)
_MEANT = re.compile(
    r"\b(?:only|solely|is|are|meant|intended) for (?:the |use in |a )?\W{0,2}develop(?:ment|ers?)\b", re.I
)
_SERVICES = re.compile(r"(?m)^services:\s*(?:#.*)?$")
_RUN_FROM = re.compile(r"\b(?:image|build):")
_SECTIONS = frozenset({"version", "name", "services", "volumes", "networks", "secrets", "configs", "include"})
_RELEASES = re.compile(r"deploy|release|prod|\bcd\b", re.IGNORECASE)
_RELEASE_WORDS = {"deploy", "deployment", "release"}


def is_compose_name(path: str) -> bool:
    """True where the file's name is one of a compose file."""
    return bool(_NAME.fullmatch(PurePosixPath(path).name))


def candidates(files: FileIndex, documents: Documents) -> tuple[str, ...]:
    """The paths of the compose files: the name of one, and services, an include or an error inside."""
    named = (path for path in files.paths if is_compose_name(path) and _is_compose(path, documents))
    others = (path for path in files.glob("*.yml", "*.yaml") if not is_compose_name(path))
    return tuple(sorted({*named, *(path for path in others if _looks_like_one(path, files, documents))}))


def _is_compose(path: str, documents: Documents) -> bool:
    document = documents.get(path)
    if document.template:
        return False
    services = document.get("services")
    if document.error is not None or "include" in document.root:
        return True
    return services is not None and services.is_map


def _looks_like_one(path: str, files: FileIndex, documents: Documents) -> bool:
    """Whether a file of another name holds what only a compose file holds: nothing but its sections, and services that
    are run from an image or a build."""
    if path.startswith(".") or not _SERVICES.search(text := files.text(path)) or not _RUN_FROM.search(text):
        return False
    document = documents.get(path)
    if document.template or document.error is not None or not document.root.is_map:
        return False
    services = _services(path, documents)
    known = all(key in _SECTIONS or key.startswith("x-") for key, _ in document.root.items())
    return known and bool(services) and all(node.is_map and _complete(node) for _, node in services)


def layers(paths: tuple[str, ...], files: FileIndex, documents: Documents) -> dict[str, tuple[str, ...]]:
    """For each compose file the files that are loaded for it, the base first and itself last."""
    calls = _calls(files, paths)
    return {path: _layers_of(path, paths, calls, documents) for path in paths}


def _layers_of(
    path: str, paths: tuple[str, ...], calls: list[tuple[str, ...]], documents: Documents
) -> tuple[str, ...]:
    base = default_of(posixpath.dirname(path), paths)
    if base and base != path and _stem(path) == f"{_stem(base)}.override":
        return base, path
    called = [call[: call.index(path) + 1] for call in calls if path in call[1:]]
    if called:
        return max(called, key=lambda call: (called.count(call), -len(call)))
    lacking = _lacking(path, documents)
    if base == path or not lacking:
        return (path,)
    siblings = [p for p in paths if p != path and posixpath.dirname(p) == posixpath.dirname(path)]
    for other in sorted(siblings, key=lambda p: (not _is_shared(p), p != base, p)):
        if lacking <= {name for name, node in _services(other, documents) if _complete(node)}:
            return other, path
    return (path,)


def _lacking(path: str, documents: Documents) -> set[str]:
    """The services that a file only amends or depends on: it cannot run without one that defines them."""
    services = dict(_services(path, documents))
    partial = {name for name, node in services.items() if not _complete(node)}
    needed = {name for node in services.values() for name in dependencies(node.get("depends_on"))}
    return partial | (needed - services.keys())


def default_of(directory: str, paths: Iterable[str]) -> str | None:
    """The compose file that `docker compose` takes in a folder when none is named."""
    known = set(paths)
    return next((p for name in DEFAULT_NAMES if (p := posixpath.join(directory, name)) in known), None)


_OF_PIPELINES = (".github/", ".gitea/", ".forgejo/", ".gitlab/", ".circleci/", ".buildkite/")


def completed_by(paths: tuple[str, ...], order: dict[str, tuple[str, ...]], documents: Documents) -> dict[str, str]:
    """Each default file that only names images and builds, with its override: all that is set stands there, and nothing
    else is put over it. `docker compose up` takes both, and neither runs alone."""
    over: dict[str, list[str]] = {}
    for path in paths:
        for below in order[path][:-1]:
            over.setdefault(below, []).append(path)
    return {
        base: paths_over[0]
        for base, paths_over in over.items()
        if len(paths_over) == 1 and _stem(paths_over[0]) == f"{_stem(base)}.override" and _is_bare(base, documents)
    }


def _is_bare(path: str, documents: Documents) -> bool:
    """Whether no service of a file is given anything to run with."""
    services = _services(path, documents)
    return bool(services) and not any(key in node for _, node in services for key in _SETTINGS)


_SETTINGS = ("environment", "env_file", "ports", "volumes", "command", "restart", "deploy")


def environment_of(path: str, paths: tuple[str, ...], files: FileIndex, base: str | None = None) -> str:
    """The environment that a compose file is for, told by its name, its folders and its neighbours; `base`, where it is
    an override without which that one does not run."""
    named = files.environment_of(base or path)
    if path.startswith(_OF_PIPELINES) and not _is_deployed(path, paths, files):
        return "test"  # what a pipeline starts for itself, however it is called
    if named in {"unknown", "development"} and _is_deployed(path, paths, files):
        return "production"
    if named != "unknown":
        return named
    if _says_not_production(files.text(path)):
        return "development"
    if _words(path) & _RELEASE_WORDS:
        return "production"
    directory = posixpath.dirname(path)
    if (base or path) != default_of(directory, paths):
        return "unknown"
    beside = [p for p in paths if p not in {path, base} and posixpath.dirname(p) == directory]
    production = any(_is_production_of(path, p, files) for p in beside)
    text = files.text(path)
    said = _says_development(text) or _runs_source(path, files) or _stops_before(text) or _builds_aside(text, files)
    return "development" if production or said else "unknown"


def environments(
    paths: tuple[str, ...], order: dict[str, tuple[str, ...]], files: FileIndex, completed: dict[str, str]
) -> dict[str, str]:
    """The environment of each compose file; one that names none has that of the base for development under it."""
    bases_of = {override: base for base, override in completed.items()}
    own = {path: environment_of(path, paths, files, bases_of.get(path)) for path in paths}
    bases = {path: own[order[path][0]] for path in paths}
    return {p: "development" if own[p] == "unknown" and bases[p] == "development" else own[p] for p in paths}


def _is_deployed(path: str, paths: tuple[str, ...], files: FileIndex) -> bool:
    """Whether a pipeline that deploys, by its name, brings the file up: of several in one call, what they come to."""
    for caller in files.glob(*(f"/{place}/workflows/*.y*ml" for place in (".github", ".gitea", ".forgejo"))):
        if _RELEASES.search(posixpath.basename(caller)) and "compose" in (text := files.text(caller)):
            lines = (line for line in text.replace("\\\n", " ").split("\n") if len(line) <= MAX_LINE)
            names = (called[-1] for line in lines if _BRINGS_UP.search(line) and (called := _CALL.findall(line)))
            if any(_resolved(name, caller, paths) == path for name in names):
                return True
    return False


_BRINGS_UP = re.compile(r"compose\b.*\s(?:up|pull)\b")


def _says_development(text: str) -> bool:
    """Whether the comment at the top of a file says that it is for a developer's machine."""
    head = " ".join(takewhile(lambda line: line.startswith("#") or not line, (t.strip() for t in text.splitlines())))
    return bool(_MEANT.search(head)) or (bool(_DEVELOPMENT.search(head)) and not _PRODUCTION.search(head))


_NOT_PRODUCTION = re.compile(
    r"\b(?:not|never|don't)\b[^.!]{0,40}\b(?:use|meant|intended|suitable|for|run)\b[^.!]{0,40}\bproduction\b"
    r"|\b(?:only|solely|intended|meant)\b[^.!]{0,60}\b(?:demo|demonstration|learning|evaluation|local development)\b",
    re.I,
)


def _says_not_production(text: str) -> bool:
    """Whether the comment at the top of a file says that it is for anything but production."""
    lines = takewhile(lambda line: line.startswith("#") or not line, (t.strip() for t in text.splitlines()))
    return bool(_NOT_PRODUCTION.search(" ".join(line.lstrip("# ") for line in lines)[:4000]))


_MODE = re.compile(
    r"(?m)^[ \t]*(?:-[ \t]*)?[\"']?(?:(?:NODE|RAILS|RACK|FLASK|APP)_ENV|ASPNETCORE_ENVIRONMENT|DJANGO_SETTINGS_MODULE)"
    r"[\"']?[ \t]*[:=][ \t]*[\"']?(?:[\w.]*\.)?(?:dev|development|local)[\"']?[ \t]*$",
    re.IGNORECASE,
)
_MOUNT = re.compile(
    r"(?m)^[ \t]*-[ \t]*[\"']?\.(/[\w./-]{0,200})?:/[\w./-]{1,200}(?::(?:rw|cached|delegated|[zZ]))?[\"']?[ \t]*$"
)
_STAGE = re.compile(
    r"(?m)^[ \t]+target:[ \t]*[\"']?(?:\$\{\w+:?-)?(?:dev|develop|development|debug|local)\}?[\"']?[ \t]*(?:#.*)?$"
)
_RELOADS = re.compile(
    r"(?m)^[ \t]+command:[^\n]*(?:manage\.py runserver|--reload\b|\bnodemon\b|\b(?:npm|pnpm|yarn) (?:run )?dev\b"
    r"|\b(?:next|vite|nuxt) dev\b)"
)
_HELPERS = re.compile(
    r"(?m)^[ \t]+image:[ \t]*[\"']?(?:[\w./-]{1,60}/)?(?:phpmyadmin|adminer|mailhog|mailpit|mailcatcher"
    r"|pgadmin4?|mongo-express|redis-commander)\b"
)
"""What a developer looks into stores and mails with."""
_CODE = (".py", ".js", ".ts", ".jsx", ".tsx", ".rb", ".php", ".go", ".java", ".cs", ".ex")


def _stops_before(text: str) -> bool:
    """Whether an image is built, unless told otherwise, up to the stage of its Dockerfile that is for developers."""
    return _STAGE.search(text) is not None


_BUILD = re.compile(r"(?m)^[ \t]+build:")
_DOCKERFILE = re.compile(r"(?m)^[ \t]+dockerfile:[ \t]*[\"']?([^\s\"'#]+)")


def _builds_aside(text: str, files: FileIndex) -> bool:
    """Whether each image is built by a Dockerfile that is named for development: `docker/local/Dockerfile`."""
    named = _DOCKERFILE.findall(text)
    each = len(named) == len(_BUILD.findall(text))
    return bool(named) and each and all(files.environment_of(name) == "development" for name in named)


def _runs_source(path: str, files: FileIndex) -> bool:
    """Whether a service runs in a mode, or by a server, for development, and the code that one edits is mounted over an
    image's."""
    text = files.text(path)
    if _HELPERS.search(text) and any(not m[1] for m in _MOUNT.finditer(text)):
        return True
    if not (_MODE.search(text) or _RELOADS.search(text)) or not re.search(r"(?m)^[ \t]+build:", text):
        return False
    folders = [
        posixpath.normpath(posixpath.join(posixpath.dirname(path), "." + m[1])) for m in _MOUNT.finditer(text) if m[1]
    ]
    folders += [posixpath.dirname(path) or "." for m in _MOUNT.finditer(text) if not m[1]]
    code = [p for p in files.paths if p.endswith(_CODE)]
    return any(folder == "." or p.startswith(f"{folder}/") for folder in folders for p in code)


def _is_production_of(path: str, other: str, files: FileIndex) -> bool:
    """True for `compose.prod.yml` beside `compose.yml`; `compose.search.prod.yml` is of another family."""
    more = [word for word in _words(other) - _words(path) if word not in {"yml", "yaml"}]
    name = posixpath.basename(other)
    return len(more) == 1 and (files.environment_of(name) == "production" or more[0] in _RELEASE_WORDS)


def _services(path: str, documents: Documents) -> tuple[tuple[str, Node], ...]:
    services = documents.get(path).get("services")
    return tuple(services.items()) if services is not None else ()


def _complete(node: Node) -> bool:
    return any(key in node for key in ("image", "build", "extends", "provider"))


def _is_shared(path: str) -> bool:
    return bool(_words(path) & {"base", "common", "shared"})


def _stem(path: str) -> str:
    return PurePosixPath(path).stem


def _words(path: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", PurePosixPath(path).name.lower()))


def _calls(files: FileIndex, paths: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The lists of compose files that scripts, pipelines and documents pass to one command."""
    if len(paths) < 2:
        return []
    found: list[tuple[str, ...]] = []
    for caller in files.glob(*_CALLERS):
        text = files.text(caller)
        written = (*_command_lines(text), *_argument_lists(text)) if "compose" in text else ()
        for names in written:
            call = dict.fromkeys(path for name in names if (path := _resolved(name, caller, paths)))
            if len(call) > 1:
                found.append(tuple(call))
    return found


def _command_lines(text: str) -> Iterator[list[str]]:
    """The compose files of each command line."""
    for line in text.replace("\\\n", " ").split("\n"):
        if "compose" in line and len(line) <= MAX_LINE:
            yield _CALL.findall(line)


def _argument_lists(text: str) -> Iterator[list[str]]:
    """The compose files of each list of arguments in code: `"-f", "a.yml", "-f", "b.yml"`."""
    names: list[str] = []
    end = 0
    for found in _ARGUMENT.finditer(text):
        if text[end : found.start()].strip(" \t\r\n,"):
            yield names
            names = []
        names.append(found[2])
        end = found.end()
    yield names


def _resolved(written: str, caller: str, paths: tuple[str, ...]) -> str | None:
    """The compose file that a command names: from the caller's folder, the root, or by the path's end."""
    tail = re.sub(r"^(?:[^/]*[$%][^/]*/)+", "", written)
    for directory in (posixpath.dirname(caller), ""):
        path = posixpath.normpath(posixpath.join(directory, tail))
        if path in paths:
            return path
    ends = [p for p in paths if p.endswith(f"/{posixpath.normpath(tail).lstrip('./')}")]
    return ends[0] if len(ends) == 1 else None
