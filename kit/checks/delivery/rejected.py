"""Do compiled aliases hold when the program runs, and do the locked tools take their configuration?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from kit.checks.shared.built import built, seen
from kit.checks.shared.crowd import by_file, gathered
from kit.checks.shared.started import runs as started
from kit.model import At, Clause, Fact, FileClass, Located, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.imports import Import
from kit.sources.formats.nodes import Node
from kit.sources.packages.model import Package
from kit.sources.packages.versions import satisfies
from kit.system.pipeline_acts import pipelines
from kit.system.scope import within

COMPILES = re.compile(r"(?:^|[\s;&|])tsc\b(?![^;&|]*--noEmit)")
RESOLVERS = re.compile(
    r"tsc-alias|tspath|tsconfig-paths|module-alias|resolve-tspaths|ttsc|tspc|tsup|esbuild|webpack|vite|rollup|swc|babel|next\b|nest\b|ncc"
    r"|tsx|ts-node|\bbun\b|--import|--loader|--require|\s-r\s|NODE_PATH|ts-patch|tscpaths"
)
ALIAS_TOOLS = (
    "tsc-alias", "module-alias", "tsconfig-paths", "babel-plugin-module-resolver", "tscpaths", "resolve-tspaths",
    "typescript-transform-paths", "@zerollup/ts-transform-paths", "ts-patch", "tsconfig-replace-paths",
)  # fmt: skip


@check(
    "DEL-031",
    "Aliases of paths hold when the program runs",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot start",
    effort_hours=0.5,
)
def aliases_hold_at_run_time(project: Project) -> Iterator[Fact]:
    """
    The TypeScript compiler checks `@app/...` against `paths` and leaves it in the output as it is; Node.js then looks for
    a package of that name and ends.

    Decides: packages that `tsc` alone compiles and that `node` starts, whose tsconfig.json has `paths`: whether built
    code imports a value by such an alias, and nothing rewrites or resolves it (tsc-alias, module-alias,
    tsconfig-paths, a bundler, `imports` of package.json).

    Fix: let the build end in `tsc && tsc-alias`, or use `imports` of package.json.

    Blind to: loaders that the environment of the deployment names.

    See: https://www.typescriptlang.org/docs/handbook/modules/reference.html#paths-does-not-affect-emit
    """
    for package in project.packages:
        paths = _aliases(project, package)
        if paths is None or not _runs_what_tsc_writes(project, package):
            continue
        found = _aliased(project, package, paths)
        if found is not None:
            message = (
                f"{found.at.path} imports {found.module}, an alias that only the compiler knows; nothing in {package.path} "
                "resolves it when node runs the output, so the program ends when it starts."
            )
            yield bad(message, found.at, paths, package)
        else:
            yield ok(f"{package.path}: no alias is left for the running program to resolve.", paths)


def _aliases(project: Project, package: Package) -> Node | None:
    """The `paths` of the package's tsconfig.json, or of the file beside it that it extends."""
    path = posixpath.normpath(posixpath.join(package.dir, "tsconfig.json"))
    for _ in range(3):
        document = project.documents.get(path)
        found = document.get("compilerOptions", "paths")
        if found is not None and found.is_map:
            return found
        extended = document.get("extends")
        if extended is None or not extended.text.startswith("."):
            return None
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), extended.text))
        path += "" if path.endswith(".json") else ".json"
    return None


def _runs_what_tsc_writes(project: Project, package: Package) -> bool:
    if package.ecosystem != "npm" or package.node is None or package.depends_on(*ALIAS_TOOLS) is not None:
        return False
    if package.node.get("imports") is not None or package.node.get("_moduleAliases") is not None:
        return False
    scripts = [node.text for node in package.scripts.values()]
    build = package.scripts.get("build")
    if build is None or not COMPILES.search(build.text) or RESOLVERS.search(build.text):
        return False
    commands = [c.text for d in project.dockerfiles if (c := d.command()) is not None and within(d.path, package.dir)]
    start = package.scripts.get("start")
    commands += [start.text] if start is not None else []
    plain = [c for c in commands if re.search(r"\bnode\b.*\b(?:dist|build|out|lib)\b", c)]
    hooked = any("module-alias" in text or "tsconfig-paths" in text for text in (*scripts, *commands))
    return bool(plain) and not hooked and not any(RESOLVERS.search(c) for c in plain)


def _aliased(project: Project, package: Package, paths: Node) -> Import | None:
    heads = [key.rstrip("*") for key, targets in paths.items() if key != "*" and _inside(targets)]
    for path in sorted(built(project)) if heads else ():
        if not within(path, package.dir) or project.code.language(path) not in {"typescript", "tsx"}:
            continue
        if not any(name.startswith(tuple(heads)) for name, _ in seen(project)[path]):
            continue
        text = project.code.text(path)
        for found in project.code.imports(path):
            own = found.module.startswith(tuple(heads)) and package.depends_on(_name(found.module)) is None
            if own and not found.type_only and not found.guarded and _is_value(text, found):
                return found
    return None


def _inside(targets: Node) -> bool:
    """Whether an alias leads to code of the package, and not to one that is installed or only declared."""
    texts = [n.text for n in targets.children()]
    return bool(texts) and not any("node_modules" in t or t.endswith(".d.ts") or t.startswith("../") for t in texts)


def _name(module: str) -> str:
    return "/".join(module.split("/")[: 2 if module.startswith("@") else 1])


def _is_value(text: str, found: Import) -> bool:
    """Whether one of the names is called, built or read from: then the import stays in the output."""
    return not found.names or any(
        re.search(rf"(?:new\s+)?\b{re.escape(n)}\s*[(.]|=\s*{re.escape(n)}\b", text) for n in found.names
    )


class Refusal(NamedTuple):
    """What a tool refuses from a version on: in the scripts that start it."""

    tool: str
    versions: str
    script: re.Pattern[str]
    why: str


SCRIPTS = (
    Refusal("jest", ">=30", re.compile(r"--testPathPattern(?![s\w])"), "Jest 30 ends at `--testPathPattern`; the option is `--testPathPatterns` now"),
    Refusal("next", ">=16", re.compile(r"\bnext lint\b"), "Next.js 16 has no `next lint` any more"),
    Refusal("eslint", ">=9", re.compile(r"\beslint\b[^;&|]*--(?:no-eslintrc|rulesdir|ignore-path|resolve-plugins-relative-to)\b"),
            "ESLint 9 refuses options of the old configuration"),
)  # fmt: skip
"""Sources: jestjs.io/docs/upgrading-to-jest30, nextjs.org/docs/app/guides/upgrading/version-16, the ESLint guide below."""
COMPILER_OPTIONS = (
    "charset", "importsNotUsedAsValues", "noImplicitUseStrict", "noStrictGenericChecks", "keyofStringsOnly",
    "suppressExcessPropertyErrors", "suppressImplicitAnyIndexErrors", "out", "preserveValueImports",
)  # fmt: skip
"""Options of TypeScript that 5.5 removed: github.com/microsoft/TypeScript/issues/51909."""


@check("DEL-036", "Tools take the configuration that they find", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
@gathered(by_file)
def tools_take_their_configuration(project: Project) -> Iterator[Fact]:
    """
    A tool that was updated past its configuration ends before it looks at a single file, and the gate stays shut or is
    opened by hand.

    Decides: the versions in the lockfile against what they refuse: ESLint 9 with `.eslintrc` alone and options that it
    has lost, `--testPathPattern` of Jest 30, `next lint` of Next.js 16, options that TypeScript 5.5 removed; also a
    `[pytest]` section in setup.cfg.

    Fix: follow the tool's guide for the new version, or keep the version that fits the configuration.

    Blind to: tools and versions that are not in this list.

    See: https://eslint.org/docs/latest/use/migrate-to-9.0.0
    """
    for package in project.packages:
        if package.ecosystem == "npm" and project.files.class_of(package.path) is FileClass.PRODUCTION:
            yield from _of_package(project, package)
    for path in project.files.named("setup.cfg"):
        section = project.documents.get(path).get("pytest")
        newer = project.documents.get(path).get("tool:pytest")
        if section is not None and newer is None and not _has_own_file(project, posixpath.dirname(path)):
            yield bad(f"{path}: pytest ends at a section [pytest] in setup.cfg; it is read as [tool:pytest].", section)


def _has_own_file(project: Project, folder: str) -> bool:
    """Whether pytest takes another file of the folder and never opens setup.cfg."""
    named = any(project.files.exists(posixpath.join(folder, name)) for name in ("pytest.ini", ".pytest.ini"))
    toml = project.documents.get(posixpath.join(folder, "pyproject.toml"))
    return named or toml.get("tool", "pytest") is not None


def _of_package(project: Project, package: Package) -> Iterator[Fact]:
    told = set()
    for rule in SCRIPTS:
        version = _version(package, rule.tool)
        if version is not None and satisfies(version, rule.versions):
            for name, node in package.scripts.items():
                if rule.script.search(node.text):
                    told.add(rule.tool)
                    message = f"Script {name} of {package.path} fails with {rule.tool} {version}: {rule.why}."
                    yield bad(message, node, severity=_gravity(project, node))
    yield from _eslint(project, package, told)
    yield from _typescript(project, package)


def _version(package: Package, tool: str) -> str | None:
    """The version that the lockfile holds for the package's own use of a tool."""
    dependency = package.depends_on(tool)
    locks = [lock for lock in package.lockfiles if lock.error is None]
    if dependency is None or not locks:
        return None
    found = [v for v in locks[0].packages.get(tool, ()) if satisfies(v, dependency.spec) is not False]
    return found[0] if len(found) == 1 else None


def _eslint(project: Project, package: Package, told: set[str]) -> Iterator[Fact]:
    version = _version(package, "eslint")
    runs = next((n for n in package.scripts.values() if re.search(r"(?:^|[\s;&|])eslint\b", n.text)), None)
    if version is None or runs is None or "eslint" in told or not satisfies(version, ">=9"):
        return
    folders = [package.dir, *_upwards(package.dir)]
    flat = [p for p in project.files.paths if re.fullmatch(r"eslint\.config\.[cm]?[jt]s", posixpath.basename(p))]
    old = [p for p in project.files.paths if re.fullmatch(r"\.eslintrc(?:\.\w+)?", posixpath.basename(p))]
    mine = [p for p in old if (posixpath.dirname(p) or ".") in folders]
    forced = (
        "ESLINT_USE_FLAT_CONFIG" in " ".join(n.text for n in package.scripts.values())
        or "-c " in runs.text
        or "--config" in runs.text
    )
    if any((posixpath.dirname(p) or ".") in folders for p in flat):
        yield ok(f"{package.path}: ESLint {version} finds the configuration of its version.", runs)
    elif mine and not forced:
        message = f"ESLint {version} does not read {mine[0]} and ends without an eslint.config.js."
        yield bad(message, runs, At(mine[0]), severity=_gravity(project, runs))


def _gravity(project: Project, script: Node) -> Severity | None:
    """A script that no pipeline and no image build reaches stops nobody but who types it."""
    piped = (at for p in pipelines(project) for act in p.acts for at in act.places)
    built = (at for run in started(project) if run.kind == "build" for at in run.places)
    reached = any((at.path, at.line) == (script.at.path, script.at.line) for each in (piped, built) for at in each)
    return None if reached else Severity.MEDIUM


def _upwards(folder: str) -> Iterator[str]:
    while folder not in {"", "."}:
        folder = posixpath.dirname(folder) or "."
        yield folder


def _typescript(project: Project, package: Package) -> Iterator[Fact]:
    version = _version(package, "typescript")
    path = posixpath.normpath(posixpath.join(package.dir, "tsconfig.json"))
    options = project.documents.get(path).get("compilerOptions")
    if version is None or options is None or not satisfies(version, ">=5.5"):
        return
    gone: list[Located] = [n for key in COMPILER_OPTIONS if (n := options.get(key)) is not None]
    if gone:
        names = ", ".join(key for key in COMPILER_OPTIONS if key in options)
        yield bad(f"{path}: TypeScript {version} has removed {names}; the compiler ends there.", *gone)
    else:
        yield ok(f"{path}: TypeScript {version} knows its options.", options)
