"""Is what code defines for callers part of the program?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.shared.calls import runs
from kit.checks.shared.go_packages import outside_of_programs
from kit.checks.shared.texts import at_offset
from kit.checks.shared.uncalled import is_uncalled
from kit.checks.shared.wiring import Wiring
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT, CodeIndex
from kit.system.model import Route
from kit.system.scope import within

_MODULE = re.compile(r"@Module\(")
_CLASS = re.compile(r"(?m)^(?:export\s+)?(?:default\s+)?(?:abstract\s+)?class\s+(\w+)")
_STARTED = re.compile(
    r"(?:^|/)(?:index|main|server|app|start|www|wsgi|asgi|handler|lambda\w*|cli|run)\.\w+$|(?:^|/)(?:api|functions|pages|netlify)/"
)
"""Files that a runtime or a platform starts by their place."""
_STARTS = ("NestFactory.", "CommandFactory.")
_WORD = re.compile(r"\w+")
_Served = dict[tuple[str, str, str], list[Route]]


@check("CTR-016", "Routers, controllers and modules are part of the program", Severity.HIGH, Clause.SPECIFICATION, effort_hours=0.5)  # fmt: skip
def routers_are_mounted(project: Project) -> Iterator[Fact]:
    """
    A router that nothing mounts answers nobody: its feature is there in every review, and callers get 404.

    Decides: routers of Express, Koa, Fastify, FastAPI, Flask and Go and controllers of NestJS that no application mounts,
    includes or lists though others are; packages of Go that listen or serve and that no program imports; NestJS modules that no way leads to from the module that the program starts with;
    files of Django's URLs that no other one includes and no setting names.

    Fix: mount it where the application is put together, or delete it.
    - nestjs: `controllers` or `imports` of a module.
    - express: `app.use("/orders", orders)`.
    - fastapi: `app.include_router(router)`.
    - flask: `app.register_blueprint(blueprint)`.
    - django: `path("orders/", include("orders.urls"))`.
    - gin, go: a call of the function that registers it.

    Blind to: routers that are mounted at run time by what they are called.

    See: https://expressjs.com/en/guide/routing.html
    """
    lost, served = _unmounted(project), _served(project)
    mounted = [r for r in project.routes if r.mounted and _is_judged(project, r.at.path)]
    files = list(dict.fromkeys(r.at.path for r in mounted))
    for path, routes in lost.items():
        shown = listed((f"{r.method} {r.path}" for r in routes), 3)
        twins = _twins(project, routes, served)
        if twins:
            said = f"Nothing mounts {path}: {shown} are served by {listed(sorted({r.at.path for r in twins}), 2)}; this is a dead double"
            yield bad(f"{said}.", *routes[:4], twins[0], severity=Severity.LOW)
        else:
            forgotten = len(lost) <= len(files) and routes[0].framework != "django" and not _alone(project, path)
            grave = Severity.HIGH if forgotten else Severity.MEDIUM  # dead, or taken up in a way that is not seen
            yield bad(f"Nothing mounts what {path} serves: {shown} cannot be reached.", *routes[:4], severity=grave)
    if mounted:
        yield ok(f"What {plural(len(files), 'file')} with routes define is mounted.", mounted[0])
    yield from _packages(project)
    yield from _modules(project)


_LISTENS = re.compile(
    r"\bkafka\.NewReader\(|\bsarama\.NewConsumer\w{0,12}\(|\bReaderConfig\{|\.(?:Subscribe|QueueSubscribe|SubscribeTopics|Consume)\("
    r"|\.HandleFunc\(|\bcron\.New\(|\bRegister\w{1,60}Server\("
)


def _packages(project: Project) -> Iterator[Fact]:
    """Packages of Go that listen or serve and that no program imports."""
    by_folder: dict[str, list[At]] = defaultdict(list)
    for path in project.code.holding("NewReader(", "NewConsumer", "ReaderConfig{", "ubscribe", "Consume(", "HandleFunc(", "cron.New(", "Server(", languages=("go",)):  # fmt: skip
        folder = posixpath.dirname(path) or "."
        if folder in outside_of_programs(project) and _is_judged(project, path) and "pkg" not in folder.split("/"):
            text = project.code.text(path)
            found = _LISTENS.search(text)
            if found is not None:
                by_folder[folder].append(at_offset(path, text, found.start()))
    for folder, places in by_folder.items():
        yield bad(f"No program imports the package {folder}: what it listens to or serves does not run.", *places[:5])


def _is_judged(project: Project, path: str) -> bool:
    return project.files.class_of(path) is FileClass.PRODUCTION and "{{" not in path and runs(path)


def _unmounted(project: Project) -> dict[str, list[Route]]:
    found: dict[str, list[Route]] = defaultdict(list)
    for route in project.routes:
        if route.mounted is not True and _is_judged(project, route.at.path):
            found[route.at.path].append(route)
    lost = {p: routes for p, routes in found.items() if all(r.mounted is False for r in routes) or _alone(project, p)}
    return {p: routes for p, routes in lost.items() if not _handed_over(project, p)}


def _served(project: Project) -> _Served:
    """Mounted routes by their program and the end of their path."""
    found: _Served = defaultdict(list)
    for route in project.routes:
        if route.mounted is not False:
            found[project.code.unit(route.at.path), route.method, _bare(route).rpartition("/")[2]].append(route)
    return found


def _twins(project: Project, routes: list[Route], served: _Served) -> list[Route]:
    """Mounted routes of the same program that serve what these would; empty where most have none."""
    unit = project.code.unit(routes[0].at.path)
    found = [twin for r in routes if (twin := _twin(r, unit, served)) is not None]
    return found if len(found) * 2 > len(routes) else []


def _twin(lost: Route, unit: str, served: _Served) -> Route | None:
    tail = _bare(lost).removeprefix("/api")
    if tail:
        alike = served.get((unit, lost.method, tail.rpartition("/")[2]), [])
    else:
        alike = [r for key, routes in served.items() if key[:2] == (unit, lost.method) for r in routes]
    return next((r for r in alike if r.at.path != lost.at.path and _answers(_bare(r), tail)), None)


def _answers(served: str, tail: str) -> bool:
    return served.endswith(tail) if tail else served.count("/") <= 2


def _bare(route: Route) -> str:
    return re.sub(r"\{[^}]*\}|:\w+", "{}", route.path).rstrip("/")


def _handed_over(project: Project, path: str) -> bool:
    """Whether a file that imports the router puts it into an object or a list, for a registry to mount; of Python,
    whether another file names the module in a text, and one more that file: hosts and settings choose among URLs so."""
    if project.code.language(path) == "python":
        return any(_naming(project, other) for other in _naming(project, path))
    if project.code.language(path) not in JAVASCRIPT:
        return False
    wiring = project.code.once(Wiring)
    return any(
        name and re.search(rf"[{{,\[:]\s*{re.escape(name)}\s*[,}}\]]", wiring.body(other))
        for other, name in wiring.imported_as(path)
    )


def _naming(project: Project, path: str) -> list[str]:
    """The other files of Python that name the module in a text."""
    module = ".".join(posixpath.splitext(path)[0].split("/")[-2:])
    named = re.compile(rf"['\"](?:[\w.]+\.)?{re.escape(module)}['\"]")
    others = project.code.holding(module, languages=("python",))
    return [p for p in others if p != path and named.search(project.code.text(p))]


def _alone(project: Project, path: str) -> bool:
    """Whether no other file can load this one: none imports it, and none loads what stands in its folder."""
    wiring, language = project.code.once(Wiring), project.code.language(path)
    stem = posixpath.splitext(posixpath.basename(path))[0]
    if _STARTED.search(path) or any(path == e.at.path for e in project.entrypoints):
        return False
    if language == "go":
        return is_uncalled(project, path)
    if language not in (*JAVASCRIPT, "python") or wiring.by_folder(project.code.unit(path)):
        return False
    if language in JAVASCRIPT:
        return not any(True for _ in wiring.imported_as(path))
    return not any(other != path for other in project.code.once(_words).get(stem, ()))


def _words(code: CodeIndex) -> dict[str, list[str]]:
    """The Python files that say the name of a Python file, by that name."""
    stems = {posixpath.splitext(posixpath.basename(path))[0] for path in code.files("python")}
    found: dict[str, list[str]] = defaultdict(list)
    for path in code.files("python"):
        for word in stems.intersection(_WORD.findall(code.text(path))):
            found[word].append(path)
    return found


def _modules(project: Project) -> Iterator[Fact]:
    """NestJS modules against those that the program is made of."""
    wiring = project.code.once(Wiring)
    homes = dict(_nest_modules(project))
    starting = [p for p in project.code.holding(*_STARTS, languages=JAVASCRIPT) if runs(p)]
    if not homes or not starting:
        return
    known = re.compile(rf"\b(?:{'|'.join(map(re.escape, homes))})\b")
    waiting = [
        p for p in project.code.holding("Module", languages=JAVASCRIPT) if p not in {a.path for a in homes.values()}
    ]
    waiting += [p for p in starting if p not in waiting]
    reached: set[str] = set()
    while waiting:
        for name in set(known.findall(wiring.body(waiting.pop()))):
            if name not in reached:
                reached.add(name)
                waiting.append(homes[name].path)
    for name, at in homes.items():
        if name not in reached:
            said = f"No module of the program imports {name}: what it provides and serves does not run"
            serves = "controllers" in project.code.text(at.path)
            grave = Severity.HIGH if serves else Severity.MEDIUM
            yield bad(f"{said}.", at, severity=Severity.LOW if _is_offered(project, name, at) else grave)
    if reached:
        yield ok(f"{plural(len(reached), 'module')} of NestJS are part of the program.", homes[min(reached)])


def _is_offered(project: Project, name: str, at: At) -> bool:
    """Whether a module is one of several to choose from: of a library beside the services, or taken out by a comment."""
    roots = [s.root for s in project.system.own if s.root not in {None, "."}]
    taken_out = re.compile(rf"(?m)^\s*//.*\b{name}\b")
    users = (p for p in project.code.holding(name, languages=JAVASCRIPT) if p != at.path)
    beside = bool(roots) and not any(within(at.path, root) for root in roots if root)
    return beside or any(taken_out.search(project.code.text(path)) for path in users)


def _nest_modules(project: Project) -> Iterator[tuple[str, At]]:
    for path in project.code.holding("@Module(", languages=JAVASCRIPT):
        text = project.code.text(path)
        for decorator in _MODULE.finditer(text) if runs(path) else ():
            found = _CLASS.search(text, decorator.end())
            if found is not None:
                yield found[1], at_offset(path, text, found.start(1))
