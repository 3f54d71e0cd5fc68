"""Do hosting platforms and serverless frameworks find what they are told to start?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.orchestration.common import ASIDE
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.commands.definitions import Definitions
from kit.sources.commands.invocations import invocations
from kit.sources.commands.shell import commands
from kit.sources.papers.references import references
from kit.sources.platforms.paas_model import PaasApp, PaasService
from kit.sources.platforms.serverless import Function, ServerlessFile

GATEWAY_SECONDS = 30
"""How long Amazon's API Gateway waits for a function."""

_SUFFIXES = {
    "nodejs": (".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".jsx", ".tsx"),
    "python": (".py",),
    "ruby": (".rb",),
}
_BUILT = frozenset({"dist", "build", ".build", "out", "bin", "target", ".webpack", ".esbuild", "_optimize", "lib"})
_ENDED = re.compile(
    r"nodejs(?:[468]|1[02468])(?:\.x|\.10|\.3)?|python(?:2\.7|3\.[678])|ruby2\.[57]|go1\.x|java8|provided"
    r"|dotnetcore\S*|dotnet[567]"
)
_ENDING = frozenset({"nodejs20.x", "python3.9", "ruby3.2", "dotnet8"})
_LOGIN = ("SERVERLESS_ACCESS_KEY", "SERVERLESS_LICENSE_KEY")


@check(
    "ORC-018",
    "What a platform is told to start exists",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot start",
    effort_hours=0.5,
)
def what_is_started_exists(project: Project) -> Iterator[Fact]:
    """
    A function whose handler is not there fails at its first request, an app whose start command is not there never
    comes up.

    Decides: each handler of a Serverless Framework file is looked up as module and exported name; the files,
    package scripts and Python modules that the commands of a Procfile, fly.toml, render.yaml and the like start
    are looked up in the project.

    Fix: correct the path or name relative to the platform's file.

    Blind to: handlers that a build makes, programs that the platform installs.

    See: https://www.serverless.com/framework/docs/providers/aws/guide/functions
    """
    for file in _functions_files(project):
        for function in file.functions:
            yield from _handler(project, file, function)
    definitions = _definitions(project)
    for app in _apps(project):
        for service in app.services:
            yield from _command(project, definitions, app, service)


def _definitions(project: Project) -> Definitions:
    return Definitions(project.files, project.documents, project.packages, project.makefiles)


def _functions_files(project: Project) -> list[ServerlessFile]:
    return [
        f
        for f in project.serverless
        if project.files.class_of(f.path) is FileClass.PRODUCTION and f.environment not in ASIDE
    ]


def _apps(project: Project) -> list[PaasApp]:
    return [
        a for a in project.paas if project.files.class_of(a.path) is FileClass.PRODUCTION and a.environment not in ASIDE
    ]


def _handler(project: Project, file: ServerlessFile, function: Function) -> Iterator[Fact]:
    suffixes = next((s for name, s in _SUFFIXES.items() if (function.runtime or "").startswith(name)), ())
    module, at = function.module, function.node.at_or_self("handler")
    made = "artifact" in (function.node.get("package") or ()) or "${" in function.handler
    if not suffixes or module is None or made or "image" in function.node:
        return
    found = next((module + s for s in suffixes if project.files.exists(module + s)), None)
    if found is not None and found.endswith(_TYPED) and not _compiled(project, file):
        message = (
            f"{function.name}: {found} is TypeScript, and nothing here compiles it for the platform; every call fails."
        )
        yield bad(message, at, At(found))
    elif found is not None:
        yield _exported(project, function, found, at)
    elif (plugin := _made_by_plugin(file, module)) is not None:
        yield unknown(f"{function.name}: {function.handler} may be brought by the plugin {plugin}.", at)
    elif _BUILT & set(module.split("/")) or project.files.ignored(module + suffixes[0]):
        yield unknown(f"{function.name}: {function.handler} is made by a build; files do not show it.", at)
    elif module.startswith("../"):
        yield unknown(f"{function.name}: {function.handler} lies outside of the project.", at)
    else:
        wanted = f"{function.handler.rpartition('.')[0]}{suffixes[0]}"
        yield bad(f"{function.name}: the handler's file {wanted} does not exist; every call fails.", at)


_TYPED = (".ts", ".tsx", ".mts")
_COMPILES = re.compile(
    r"esbuild|typescript|webpack|bundle|rspack|rollup|vite|parcel|swc|optimize|ncc|sst|nest", re.IGNORECASE
)


def _compiled(project: Project, file: ServerlessFile) -> bool:
    """Whether a plugin, the framework from version 4 on, or a build that a script makes may turn TypeScript into what runs."""
    told = file.framework_version or ""
    older = re.match(r"[\^~>=v ]*[123](?:\D|$)", told) is not None
    build = file.root is not None and ("build" in file.root or "build" in (file.root.get("custom") or ()))
    compiling = any(_COMPILES.search(plugin) for plugin in file.plugins)
    folder = posixpath.dirname(file.path)
    scripts = [s.text for p in project.packages if p.dir in {folder or ".", "."} for s in p.scripts.values()]
    made = any(re.search(r"\btsc\b(?!.*--noEmit)|esbuild|webpack|tsup|ncc", text) for text in scripts)
    return compiling or build or made or not older


def _made_by_plugin(file: ServerlessFile, module: str) -> str | None:
    """The plugin that shares a word with the module's name, as those do that wrap an application."""
    words = set(re.split(r"[-_./]", module)) - {"handler", "src", "app", "index", "lambda", "serverless"}
    return next((p for p in file.plugins if words & set(re.split(r"[-_./@]", p))), None)


def _exported(project: Project, function: Function, path: str, at: At) -> Fact:
    name, code = function.handler.rpartition(".")[2], project.files.text(path)
    if re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", code):
        return ok(f"{function.name}: {function.handler} is in {path}.", at, At(path))
    if re.search(r"export\s*\*|import\s*\*|module\.exports\s*=\s*(?:require|[\w.]+\()|exports\[", code):
        return unknown(f"{function.name}: whether {path} hands on {name} cannot be told.", at, At(path))
    return bad(f"{function.name}: {path} has no {name}; every call fails.", at, At(path))


def _command(project: Project, definitions: Definitions, app: PaasApp, service: PaasService) -> Iterator[Fact]:
    start = service.command
    build = service.build
    if build is not None and build.dockerfile is not None and "$" not in build.dockerfile:
        beside = posixpath.join(posixpath.dirname(app.path), posixpath.basename(build.dockerfile))
        if project.files.exists(build.dockerfile) or project.files.exists(beside):
            yield ok(f"{service.name}: is built from {build.dockerfile}.", build)
        else:
            yield bad(f"{service.name}: {build.dockerfile}, which it is built from, does not exist.", build)
    if start is None or (build is not None and build.dockerfile is not None):
        return
    folder = (build.context if build is not None else None) or posixpath.dirname(app.path) or "."
    missing = []
    certain = False
    for command in commands(start.text, start.at.path, start.at.line or 1, directory=folder):
        needed = [r for r in references(command) if r.kind in {"script", "node", "file"}]
        missing += [r.path for r in needed if not project.files.exists(r.path) and not _made(project, r.path)]
        calls = [(c, definitions.defined(c)) for c in invocations(command) if not c.optional]
        missing += [f"{c.kind} {c.name}" for c, defined in calls if defined is False and c.certain]
        certain |= bool(needed) or any(defined for _, defined in calls)
    if missing:
        yield bad(f"{service.name}: {app.platform} starts {listed(missing)}, which does not exist.", start)
    elif certain:
        yield ok(f"{service.name}: what {app.platform} starts exists.", start)


def _made(project: Project, path: str) -> bool:
    """Whether a build or an installation may make the file."""
    steps = set(path.split("/"))
    return bool((_BUILT | {"node_modules", ".venv", "venv", ".next"}) & steps) or project.files.ignored(path)


@check(
    "ORC-026",
    "Functions end before their caller gives up",
    Severity.MEDIUM,
    Clause.EXECUTION,
    effort_hours=0.5,
)
def functions_have_limits(project: Project) -> Iterator[Fact]:
    """
    API Gateway answers 504 after half a minute, while a function with a longer limit goes on, is paid for, and may do
    its work twice.

    Decides: the time limit of each function that HTTP calls, its own or the provider's, against the gateway's 30 s.

    Fix: `timeout: 29` for what HTTP calls, and a queue for what takes longer.

    Blind to: limits that are raised with the provider.

    See: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    """
    for file in _functions_files(project):
        for function in file.functions:
            at = function.node.at_or_self("timeout")
            if not function.http or function.timeout is None:
                continue
            if function.timeout > GATEWAY_SECONDS:
                message = f"{function.name}: may take {function.timeout} s, but HTTP callers get 504 after 30 s."
                yield partial(message, at)
            else:
                yield ok(f"{function.name}: ends within {function.timeout} s.", at)


@check("ORC-030", "Function runtimes are supported", Severity.HIGH, Clause.EXECUTION, effort_hours=3)
def runtimes_are_supported(project: Project) -> Iterator[Fact]:
    """
    Once a runtime is past its end, the provider refuses to create and later to update functions with it, and mends no
    hole in it.

    Decides: the runtime of each function against those that AWS Lambda has ended; one whose end is near holds in
    part.

    Fix: move to a runtime that is supported, and test with it.

    Blind to: ends that were announced after this version of the kit.

    See: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    """
    stated: dict[str, list[At]] = defaultdict(list)
    for file in _functions_files(project):
        if (file.provider.get("name") or file.provider).text in {"aws", ""}:
            for function in file.functions:
                node = function.node.get("runtime") or file.provider.get("runtime")
                if function.runtime is not None and node is not None and node.at not in stated[function.runtime]:
                    stated[function.runtime].append(node.at)
    for runtime, places in stated.items():
        shown, where = places[:10], f" (in {len(places)} places)" if len(places) > 1 else ""
        if _ENDED.fullmatch(runtime):
            message = f"{runtime} has ended{where}: the provider mends no holes in it and refuses new functions."
            yield bad(message, *shown)
        elif runtime in _ENDING:
            yield partial(f"{runtime}: its end is announced{where}.", *shown, severity=Severity.LOW)
        else:
            yield ok(f"{runtime} is supported{where}.", *shown)


@check(
    "ORC-029",
    "A pipeline may deploy with the Serverless Framework",
    Severity.HIGH,
    Clause.EXECUTION,
    effort_hours=1,
)
def framework_may_deploy(project: Project) -> Iterator[Fact]:
    """
    Since version 4 the Serverless Framework asks for a login or licence key: without one each command stops.

    Decides: where `frameworkVersion` or the package manifest asks for version 4, a pipeline that deploys gives
    `SERVERLESS_ACCESS_KEY` or `SERVERLESS_LICENSE_KEY`.

    Fix: give the pipeline `SERVERLESS_ACCESS_KEY` from its secrets, or stay with version 3.

    Blind to: keys that runners have in their own environment.

    See: https://www.serverless.com/framework/docs/guides/license-keys
    """
    for file in _functions_files(project):
        place = _version_four(project, file)
        if place is None:
            continue
        given = next((w for w in project.workflows if any(k in project.files.text(w.path) for k in _LOGIN)), None)
        deploys = any("serverless" in c.text or "sls " in c.text for w in project.workflows for c in w.commands)
        if given is not None:
            yield ok("The pipeline gives the key that version 4 asks for.", place, given)
        elif deploys:
            yield bad("Version 4 asks for a licence key, and no pipeline gives one; deploying stops there.", place)
        else:
            message = "Version 4 asks for a licence key; no pipeline deploys, so whoever does must be logged in."
            yield unknown(message, place)


def _version_four(project: Project, file: ServerlessFile) -> At | None:
    """Where version 4 is asked for."""
    major = re.search(r"\d+", file.framework_version or "")
    if major is not None:
        node = file.root.get("frameworkVersion") if file.root is not None else None
        return (node or file).at if int(major[0]) >= 4 else None
    folder = posixpath.dirname(file.path) or "."
    package = next((p for p in project.packages if p.dir == folder and p.ecosystem == "npm"), None)
    dependency = package.depends_on("serverless") if package is not None else None
    found = re.search(r"\d+", dependency.spec) if dependency is not None else None
    return dependency.at if dependency is not None and found and int(found[0]) >= 4 else None
