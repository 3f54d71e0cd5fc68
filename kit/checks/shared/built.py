"""Which source files go into what the project builds and runs, and what they import by their words."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from kit.project import Project
from kit.sources.code import specifiers
from kit.sources.code.index import JAVASCRIPT
from kit.sources.code.own_modules import OwnModules
from kit.sources.packages.model import Package
from kit.system.scope import with_workspaces, within

WHOLE = re.compile(r"(?:^|[\s;&|])(?:tsc|vue-tsc|tsgo|nest build|next build)\b")
"""Builds that read every file of a package, imported or not."""
_ASIDE = frozenset({"scripts", "tools", "hack", "bin", "notebooks", "experiments"})
_TASKS = ("package.json", "pyproject.toml", "Makefile", "justfile", "Taskfile.yml", "Procfile")
_RETIRED = re.compile(r"(?:^|/)(?:backups?|archived?|old|deprecated|attic|unused)/")
"""Folders of what was once in use, where nothing outside of them imports it."""
COMPILED = frozenset({"go", "java", "kotlin", "csharp", "rust"})


@lru_cache(maxsize=4)
def own_modules(project: Project) -> OwnModules:
    """The project's files as imports see them."""
    return OwnModules(project.code)


@lru_cache(maxsize=4)
def seen(project: Project) -> dict[str, tuple[specifiers.Seen, ...]]:
    """What each production file of JavaScript, TypeScript and Python seems to import."""
    found = {p: tuple(specifiers.javascript(project.code.text(p))) for p in project.code.files(*JAVASCRIPT)}
    return found | {p: tuple(specifiers.python(project.code.text(p))) for p in project.code.files("python")}


@lru_cache(maxsize=4)
def built(project: Project) -> frozenset[str]:
    """The files of the services' folders that a compiler reads, that another file there imports, or that start it."""
    folders = _folders(project)
    inside = [p for p in project.code.files() if any(within(p, folder) for folder in folders)]
    starts = started(project) | named(project)
    imported = _imported(project, inside, starts)
    whole = _compiled_whole(project)
    return frozenset(p for p in inside if p in imported or p in starts or _is_compiled(project, p, whole))


def _folders(project: Project) -> tuple[str, ...]:
    """The folders of what is built into an image or deployed, shared workspace packages with them."""
    roots = [s.root for s in project.system.own if s.root is not None and (s.build or s.deployments)]
    return with_workspaces(project, dict.fromkeys(roots))


def started(project: Project) -> set[str]:
    """The files that start the services. One that can be run by hand counts where a command names it, or where the
    service has none besides: a script that lies beside a program is copied with it, and starts nothing."""
    named: dict[str, set[str]] = {}
    for entry in project.entrypoints:
        named.setdefault(entry.at.path, set()).add(entry.name)
    found: set[str] = set()
    for service in project.system.own:
        paths = {at.path for at in service.entrypoints}
        programs = {p for p in paths if named.get(p) != {"__main__"} or _is_called(project, p)}
        found |= programs or paths
    return found


def _is_called(project: Project, path: str) -> bool:
    """Whether a command of an image, a compose file, a pipeline, a script or a manifest names the file or module, or
    code that loads it by its name."""
    stem, _ = posixpath.splitext(path)
    module = ".".join(stem.split("/")[-2:])
    called = re.compile(rf"(?<![\w-])(?:{re.escape(posixpath.basename(path))}|{re.escape(module)})(?![\w-])")
    loaded = project.code.holding(f'"{module}', f"'{module}") if "/" in stem else ()
    return any(called.search(text) for text in commanding(project)) or any(p != path for p in loaded)


@lru_cache(maxsize=4)
def commanding(project: Project) -> tuple[str, ...]:
    """The texts that hold commands."""
    paths = [d.path for d in project.dockerfiles] + [c.path for c in project.compose]
    paths += [w.path for w in project.workflows] + [s.path for s in project.scripts]
    paths += project.files.named(*_TASKS)
    paths += [m.path for m in project.manifests.effective]
    paths += project.files.glob("**/supervisord*.conf") + project.files.glob("**/*.service")
    return tuple(project.files.text(p) for p in dict.fromkeys(paths))


def _imported(project: Project, inside: list[str], starts: set[str]) -> frozenset[str]:
    """What the files import; left out are scripts beside the program that nothing starts, and retired folders."""
    links = [
        (path, target)
        for path in inside
        if path in starts or not _ASIDE & set(path.split("/")[:-1])
        for target in targets(project, path)
    ]
    entered = {f for path, target in links for f in _retired(target) - _retired(path)}
    return frozenset(target for path, target in links if path in starts or _retired(path) <= entered)


CONVENTIONAL = re.compile(
    r"^(?:src/)?(?:pages|app)/|(?:^|/)(?:routes|api|functions|handlers|lambdas?|commands|tasks|jobs|migrations|versions|plugins|middlewares?|views|models"
    r"|controllers|resources|blueprints)/|(?:^|/)(?:main|index|app|server|wsgi|asgi|manage|__main__|bootstrap|setup|conftest|celery|worker"
    r"|settings|middleware|instrumentation|handler|lambda_function)\.\w+$|\.config\.\w+$"
)
"""Files that a framework, a platform or a runtime takes without an import."""


@lru_cache(maxsize=4)
def live(project: Project) -> frozenset[str]:
    """Of what is built, the files that something leads to: what starts the services, what frameworks take by their place,
    and what these import, one after the other. An import by an alias counts by its last words."""
    inside = built(project)
    by_end: dict[str, list[str]] = {}
    for path in inside:
        by_end.setdefault(stem(path), []).append(path)
    starts = started(project) | named(project)
    found = {p for p in inside if p in starts or CONVENTIONAL.search(posixpath.relpath(p, project.code.unit(p)))}
    waiting = list(found)
    while waiting:
        path = waiting.pop()
        led = {*targets(project, path), *_by_alias(project, path, by_end)} & inside - found
        found |= led
        waiting += led
    return frozenset(found)


def stem(path: str) -> str:
    """The name of a module as imports say it: that of its folder for an index."""
    stem = posixpath.splitext(path)[0].removesuffix("/index").removesuffix("/__init__")
    return posixpath.basename(stem)


def _by_alias(project: Project, path: str, by_end: dict[str, list[str]]) -> Iterator[str]:
    for name, names in seen(project).get(path, ()):
        words = re.split(r"[./]" if path.endswith(".py") else r"/", name.strip("./"))
        for word in {words[-1].partition(".")[0], *(names if path.endswith(".py") else ())}:
            yield from (by_end.get(word, ()) if not name.startswith(".") or path.endswith(".py") else ())


def _retired(path: str) -> set[str]:
    """The folders of a path that are named as what was once in use."""
    return {path[: match.end()] for match in _RETIRED.finditer(path)}


def targets(project: Project, path: str) -> Iterator[str]:
    """The files that a file's imports mean."""
    modules = own_modules(project)
    python = project.code.language(path) == "python"
    for name, names in seen(project).get(path, ()):
        if python or name.startswith("."):
            target = modules.python(path, name) if python else modules.javascript(path, name)
            yield target.path
            below = target.path.removesuffix("/__init__.py")
            if python and below:
                yield from (f"{below}/{n}{end}" for n in names for end in (".py", "/__init__.py"))


def named(project: Project) -> set[str]:
    """The files that manifests and images name as what starts."""
    found = set()
    for package in project.packages:
        words = [target for _, target, _ in package.entrypoints]
        words += [w for n in package.scripts.values() for w in n.text.split() if "." in w]
        found |= {posixpath.normpath(posixpath.join(package.dir, w)) for w in words}
    for dockerfile in project.dockerfiles:
        for instruction in dockerfile.of("CMD", "ENTRYPOINT"):
            folder = posixpath.dirname(dockerfile.path)
            found |= {posixpath.normpath(posixpath.join(folder, w)) for w in instruction.args if "." in w}
    return found


def _compiled_whole(project: Project) -> list[Package]:
    """The TypeScript packages that a build compiles as a whole."""
    return [
        p
        for p in project.packages
        if p.ecosystem == "npm"
        and any(WHOLE.search(node.text) for name, node in p.scripts.items() if "build" in name or "check" in name)
        and project.files.exists(posixpath.normpath(posixpath.join(p.dir, "tsconfig.json")))
    ]


def _is_compiled(project: Project, path: str, whole: list[Package]) -> bool:
    language = project.code.language(path)
    if language in COMPILED:
        return True
    if language not in {"typescript", "tsx"}:
        return False
    package = max((p for p in whole if within(path, p.dir)), key=lambda p: len(p.dir), default=None)
    nearest = project.code.unit(path)
    return package is not None and nearest == package.dir and _is_included(project, package.dir, path)


def _is_included(project: Project, folder: str, path: str) -> bool:
    """Whether the tsconfig.json of a folder takes the file, as far as `include` and `exclude` stand in it."""
    config = project.documents.get(posixpath.normpath(posixpath.join(folder, "tsconfig.json")))
    inner = posixpath.relpath(path, folder)
    included = [n.text for n in config.each("include", "*")] + [n.text for n in config.each("files", "*")]
    excluded = [n.text for n in config.each("exclude", "*")]
    return (not included or any(_matches(p, inner) for p in included)) and not any(_matches(p, inner) for p in excluded)


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    """A pattern of a tsconfig.json; a folder stands for all below it."""
    plain = posixpath.normpath(text.lstrip("/"))
    parts = re.split(r"(\*\*/?|\*|\?)", plain)
    known = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(known.get(p, re.escape(p)) for p in parts) + "(?:/.*)?")


def _matches(pattern: str, path: str) -> bool:
    return pattern in {".", "./"} or bool(_pattern(pattern).fullmatch(path))
