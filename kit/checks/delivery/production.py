"""Does an install without development dependencies leave what the build and the program need?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import relpath

from kit.checks.delivery.tools import PACKAGES
from kit.checks.shared.built import built, seen
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.imports import Import
from kit.sources.code.index import JAVASCRIPT
from kit.sources.commands.command import Command
from kit.sources.commands.scripts import commands
from kit.sources.commands.wrappers import base_name, expanded
from kit.sources.packages.import_names import npm_name
from kit.sources.packages.model import Dependency, Package
from kit.system.production_installs import ProductionInstall, production_installs
from kit.system.reach import reach
from kit.system.scope import within

LIFECYCLE = ("preinstall", "install", "postinstall", "prepare")
TOOLS = {**PACKAGES, "prisma": "prisma", "swc": "@swc/cli", "typeorm": "typeorm", "patch-package": "patch-package",
         "remix": "@remix-run/dev", "react-router": "@react-router/dev", "svelte-kit": "@sveltejs/kit", "vue-cli-service": "@vue/cli-service",
         "webpack-cli": "webpack-cli", "parcel": "parcel", "ncc": "@vercel/ncc", "unbuild": "unbuild", "tsdown": "tsdown"}  # fmt: skip
BUNDLERS = (
    "next", "vite", "webpack", "rollup", "esbuild", "tsup", "@vercel/ncc", "parcel", "nuxt", "react-scripts", "@angular/cli",
    "@remix-run/dev", "@react-router/dev", "@sveltejs/kit", "astro", "tsdown", "unbuild", "nx", "@nx/webpack",
)  # fmt: skip


@check(
    "DEL-033",
    "The build finds its tools after the install",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot build",
    effort_hours=0.5,
)
def build_tools_are_installed(project: Project) -> Iterator[Fact]:
    """
    `npm ci --omit=dev`, or any npm install under `NODE_ENV=production`, leaves the compiler out: the next line of the
    Dockerfile that calls it ends the build. So does a `prepare` script that calls a tool of development.

    Decides: each stage of a Dockerfile that installs a Node.js package without its development dependencies: whether the
    commands behind it, the package scripts that they lead to, and the package's own install scripts start a tool that
    only `devDependencies` bring.

    Fix: install everything in a build stage, and only what runs in the last one; for a `prepare` script
    `npm ci --omit=dev --ignore-scripts`.

    Blind to: tools that the base image has; stages that get their modules from another one.

    See: https://docs.npmjs.com/cli/commands/npm-ci#omit
    """
    for install in production_installs(project):
        wrong = list(_lacking(project, install))
        for tool, command, places in wrong:
            yield bad(
                f"{command.text[:60]} needs {tool}, which {install.package.path} has in devDependencies only; "
                f"{install.dockerfile.path} installs without them ({install.why}), so the build ends here.",
                *places,
                install,
            )
        if not wrong:
            yield ok(
                f"{install.dockerfile.path}: what runs after the install needs no development dependency.", install
            )


def _lacking(project: Project, install: ProductionInstall) -> Iterator[tuple[str, Command, list[At]]]:
    told = set()
    starts = list(install.after)
    if install.runs_scripts:
        starts += [c for name in LIFECYCLE for c in _script(install.package, name)]
    brought = _installed_globally((*install.before, *install.after))
    for reached in reach(project).of(c for c in starts if not c.guarded and not c.conditional):
        if any(c.guarded or c.conditional for c in reached.chain):
            continue
        for tool in _tools(reached.command):
            if _only_for_development(install.package, tool) and tool not in told and tool not in brought:
                told.add(tool)
                yield tool, reached.command, list(reached.places)


def _installed_globally(ran: Iterable[Command]) -> set[str]:
    """The packages that commands install for the whole image."""
    managers = [c for c in ran if base_name(c.program) in {"npm", "yarn", "pnpm"}]
    words = {w for c in managers if {"-g", "--global", "global"} & set(c.args) for w in c.args}
    return {w[:1] + w[1:].partition("@")[0] for w in words}


def _script(package: Package, name: str) -> tuple[Command, ...]:
    node = package.scripts.get(name)
    return commands(node.text, package.path, node.line or 1, directory=package.dir) if node is not None else ()


def _tools(command: Command) -> list[str]:
    """The packages of the tools that a command starts; what npx may fetch from the registry is left out."""
    if base_name(command.program) in {"npx", "pnpx", "bunx"} or (
        command.args[:1] == ("exec",) or "dlx" in command.args
    ):
        return []
    return [TOOLS[base_name(c.program)] for c in expanded(command) if base_name(c.program) in TOOLS]


def _only_for_development(package: Package, name: str) -> bool:
    declared = [d for d in package.dependencies if d.name == name]
    return bool(declared) and all(d.kind == "dev" for d in declared)


@check(
    "DEL-032",
    "Production runs without development dependencies",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot start",
    effort_hours=0.5,
)
def production_needs_no_dev_dependency(project: Project) -> Iterator[Fact]:
    """
    Code that imports a development dependency runs on every machine but the one that was installed without them.

    Decides: where the final stage of an image installs a Node.js package without its development dependencies: whether
    its command, or a script that it leads to, starts a tool of `devDependencies`, and whether the code of the package
    imports one of them as a value. What is only a type is left out; what another dependency also brings is unknown.

    Fix: move the package to `dependencies`: `npm install --save-prod <name>`.

    Blind to: programs that a bundler writes into one file; those need no packages.

    See: https://docs.npmjs.com/specifying-dependencies-and-devdependencies-in-a-package-json-file
    """
    for install in production_installs(project):
        if install.stage.index not in {s.index for s in install.dockerfile.lineage()}:
            continue
        wrong = [*_started(project, install), *_imported(project, install)]
        yield from wrong
        if not any(fact.outcome.open for fact in wrong):
            yield ok(f"{install.package.path}: what runs in production imports no development dependency.", install)


def _started(project: Project, install: ProductionInstall) -> Iterator[Fact]:
    start = install.dockerfile.command()
    if start is None:
        return
    found = commands(start.text, install.dockerfile.path, start.at.line or 1, directory=install.package.dir)
    for reached in reach(project).of(found):
        for tool in _tools(reached.command):
            if _only_for_development(install.package, tool):
                message = (
                    f"The container starts {tool} ({reached.command.text[:60]}), which {install.package.path} has in "
                    f"devDependencies only; {install.why} leaves it out of the image."
                )
                yield bad(message, *reached.places, install)
                return


def _imported(project: Project, install: ProductionInstall) -> Iterator[Fact]:
    package = install.package
    development = {
        d.name: d for d in package.dependencies if d.kind == "dev" and _only_for_development(package, d.name)
    }
    if package.depends_on(*BUNDLERS) is not None or package.node is None:
        return
    told: set[str] = set()
    for path in sorted(built(project)):
        if not within(path, package.dir) or project.code.language(path) not in JAVASCRIPT:
            continue
        if (
            project.files.class_of(path) is not FileClass.PRODUCTION
            or ".config." in path
            or project.code.unit(path) != package.dir
        ):
            continue
        for name in dict.fromkeys(npm_name(specifier) or "" for specifier, _ in seen(project)[path]):
            found = _as_value(project, path, name) if name in development and name not in told else None
            if found is not None:
                told.add(name)
                yield _not_there(project, install, development[name], found)


def _as_value(project: Project, path: str, name: str) -> Import | None:
    """The import of a package of which something is left when the program runs."""
    for imported in project.code.imports(path):
        if npm_name(imported.module) == name and not (imported.type_only or imported.guarded or imported.inner):
            if project.code.language(path) == "javascript" or not imported.names:
                return imported
            tree = project.code.tree(path)
            used = [n for n in (tree.find_all(kind="identifier") if tree else ()) if n.text() in imported.names]
            if any(not {"import_statement"} & {a.kind() for a in n.ancestors()} for n in used):
                return imported
    return None


def _not_there(project: Project, install: ProductionInstall, dependency: Dependency, found: Import) -> Fact:
    where, lock = found.at.path, install.package.lockfile
    also = _brought_by_others(project, install.package, dependency.name)
    inside = relpath(where, install.package.dir)
    if also is None:
        message = f"{inside} imports {dependency.name}, a development dependency; whether another package brings it is not told."
        return unknown(message, found.at, dependency)
    if also:
        return ok(f"{inside} imports {dependency.name}, which a dependency of production brings, too.", found.at)
    message = (
        f"{inside} imports {dependency.name}, which {install.package.path} has in devDependencies only; "
        f"{install.dockerfile.path} installs without them ({install.why}), so the program ends when it starts."
    )
    return bad(message, found.at, dependency, install, *([lock] if lock is not None else []))


def _brought_by_others(project: Project, package: Package, name: str) -> bool | None:
    """Whether npm's lockfile has the package for production; None where no lockfile tells."""
    lock = package.lockfile
    if lock is None or lock.format != "npm":
        return None
    entry = project.documents.get(lock.path).get("packages", f"node_modules/{name}")
    if entry is None:
        return None
    mark = entry.get("dev")
    return mark is None or mark.data is not True
