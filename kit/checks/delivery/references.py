"""Does everything exist that pipelines, scripts, Makefiles and package scripts call?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, normpath

from kit.checks.delivery.common import definitions
from kit.checks.shared.crowd import crowded, joined
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import Command
from kit.sources.commands.definitions import missing_from, undefined_in
from kit.sources.commands.invocations import Invocation, invocations
from kit.sources.commands.makefiles import Makefile
from kit.sources.commands.scripts import Script, commands
from kit.sources.commands.shell_words import is_dynamic
from kit.sources.packages.model import Package
from kit.sources.papers.references import FileReference, exists, missing
from kit.sources.pipelines.model import Job, Step, texts
from kit.system.pipeline_acts import Pipeline, pipelines

FILE_INPUTS = frozenset(
    [
        "file",
        "dockerfile",
        "node-version-file",
        "python-version-file",
        "go-version-file",
        "java-version-file",
        "package_json_file",
    ]
)
KINDS = {"directory": "folder", "context": "folder", "tests": "tests", "kustomization": "folder"}
CALLED = {
    "script": "package script",
    "target": "make target",
    "recipe": "recipe",
    "task": "task",
    "turbo": "turbo task",
    "module": "module",
}
IMPORTANT = frozenset({"build", "start", "start:prod", "deploy", "test", "migrate"})


@check("DEL-002", "Every file that a pipeline names exists", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
@joined("files that pipelines name", counted=False)
def files_of_pipelines_exist(project: Project) -> Iterator[Fact]:
    """
    A step that names a file which is not there fails on its first run, and every release with it.

    Decides: scripts, configurations, Dockerfiles, manifests and folders that commands and inputs of actions name
    literally, looked up from the step's working directory; what an earlier step makes, unpacks or downloads is left
    out. A workflow that only changes of paths start which do not exist never runs.

    Fix: correct the path relative to the step's `working-directory`, or add the file.

    Blind to: paths made of variables, and files that actions make.

    See: https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-actions#jobsjob_idstepsrun
    """
    for pipeline in pipelines(project):
        found = list(_absent_files(project, pipeline))
        found += _paths_that_start(project, pipeline)
        yield from found
        if not found and pipeline.workflow.jobs:
            yield ok(f"{pipeline.workflow.name}: the files that it names are there.", pipeline.workflow)


_WRITTEN = re.compile(
    r"\bwrite(?:File|JSON|Yaml)\b[ (]{1,4}(?:[^\n]{0,80}?\bfile\s{0,4}:\s{0,4})[\"']([^\"'\n]{1,200})[\"']"
)
"""What steps of Jenkins write."""
_CODE = re.compile(r"[()\"'`;\s]")
"""What stands in no path: code that a command is given in its place."""


def _absent_files(project: Project, pipeline: Pipeline) -> Iterator[Fact]:
    told: set[tuple[str, At]] = set()
    written = set(_WRITTEN.findall(project.files.text(pipeline.path)))
    for job in pipeline.workflow.jobs:
        for reference in (*_by_commands(project, job), *_by_inputs(project, job)):
            key = (reference.path, reference.at)
            named = not reference.path.startswith("#") and not _CODE.search(reference.path)
            if key not in told and named and reference.path not in written and not _brought(job, reference.path):
                told.add(key)
                what = KINDS.get(reference.kind, "file")
                yield bad(
                    f"Job {job.id} names the {what} {reference.path}, which does not exist; the step fails.",
                    reference,
                )


def _brought(job: Job, path: str) -> bool:
    return any(place == "." or path == place or path.startswith(f"{place}/") for place in job.brings)


def _by_commands(project: Project, job: Job) -> tuple[FileReference, ...]:
    if job.checks_out is False:
        return ()
    own = [command for step in job.all_steps for command in step.commands if command.at.path]
    return missing(project.files, own)


def _by_inputs(project: Project, job: Job) -> Iterator[FileReference]:
    if not job.checks_out or any(_elsewhere(step) for step in job.steps):
        return
    for step in job.all_steps:
        for name, node in step.inputs.items() if step.inputs is not None else ():
            if name in FILE_INPUTS and step.uses and node.text and not is_dynamic(node.text):
                reference = FileReference(normpath(node.text), "file", node.at)
                if exists(project.files, reference) is False and not _conditional(step):
                    yield reference
        if step.working_directory and step.directory and step.run is not None:
            reference = FileReference(step.directory, "directory", step.node.at_or_self("working-directory"))
            if exists(project.files, reference) is False and not _made_before(job, step):
                yield reference


def _elsewhere(step: Step) -> bool:
    """Whether a checkout puts the project into a folder of its own: inputs are not relative to it then."""
    return bool(step.uses and "checkout" in step.uses and step.inputs is not None and "path" in step.inputs)


def _conditional(step: Step) -> bool:
    return step.condition is not None


def _made_before(job: Job, step: Step) -> bool:
    """Whether a command of the job, in an earlier step, makes folders or fetches some."""
    steps = list(job.all_steps)
    earlier = steps[: next((i for i, s in enumerate(steps) if s is step), 0)]
    makers = {
        "mkdir",
        "git",
        "tar",
        "unzip",
        "npx",
        "npm",
        "cookiecutter",
        "cp",
        "mv",
        "cargo",
        "yarn",
        "pnpm",
    }
    return any(c.program in makers and "ci" not in c.args[:1] for s in earlier for c in s.commands) or _conditional(
        step
    )


def _paths_that_start(project: Project, pipeline: Pipeline) -> list[Fact]:
    on = pipeline.workflow.on
    found = []
    for event in ("push", "pull_request") if on is not None else ():
        node = on.get(event, "paths") if on is not None else None
        wanted = [t for t in texts(node) if not t.startswith("!") and t.lstrip("./") != pipeline.path]
        absent = [t for t in wanted if not _leads_somewhere(project, t)]
        if node is not None and wanted and len(absent) == len(wanted):
            message = f"{pipeline.workflow.name} starts only where {listed(absent)} changes, and there is no such path: it never runs."
            found.append(bad(message, node))
        elif node is not None and absent:
            message = f"{pipeline.workflow.name} watches {listed(absent)}, which does not exist."
            found.append(partial(message, node, severity=Severity.LOW))
    return found


def _leads_somewhere(project: Project, pattern: str) -> bool:
    literal = re.split(r"[*?\[+]", pattern.lstrip("/"), maxsplit=1)[0]
    folder = literal.rstrip("/") if literal == pattern.lstrip("/") or literal.endswith("/") else dirname(literal)
    return not folder or project.files.exists(folder) or project.files.is_dir(folder)


@check(
    "DEL-003",
    "Every script that a pipeline calls is defined",
    Severity.HIGH,
    Clause.EXECUTION,
    effort_hours=1,
)
@crowded("calls lead to no script or target")
def scripts_of_pipelines_are_defined(project: Project) -> Iterator[Fact]:
    """
    `npm run build` without a script of that name fails, and no release gets past it.

    Decides: package scripts, make targets, tasks of task runners and Python modules that commands of pipelines call,
    looked up in the manifest that holds where the command runs; workspaces and filters are taken into account.

    Fix: define the script under the name that the pipeline calls, or call one that is there.

    Blind to: names made of variables, targets of generated Makefiles.

    See: https://docs.npmjs.com/cli/commands/npm-run-script
    """
    known = definitions(project)
    for pipeline in pipelines(project):
        calls = _calls(pipeline)
        wrong = {call: command for call, command in calls.items() if known.defined(call) is False}
        for call, command in wrong.items():
            yield _undefined(call, command)
        defined = [call for call in calls if call not in wrong and known.defined(call)]
        if defined:
            names = listed([call.name for call in defined])
            yield ok(f"{pipeline.workflow.name}: {names}: defined.", defined[0])


def _calls(pipeline: Pipeline) -> dict[Invocation, Command]:
    found: dict[Invocation, Command] = {}
    for job in pipeline.workflow.jobs:
        if job.checks_out is not False:
            for step in job.all_steps:
                for command in step.commands:
                    for call in invocations(command):
                        if command.conditional and _looks_for(step, call.name):
                            continue
                        if not _brought(job, normpath(f"{call.directory}/package.json")):
                            found.setdefault(call, command)
    return found


def _looks_for(step: Step, name: str) -> bool:
    """Whether a step looks first whether a script is there."""
    looked = rf"(?m)^\s*(?:el)?if\b[^\n]*\b(?:grep|jq|node -e|npm pkg get|test)\b[^\n]*{re.escape(name)}"
    return re.search(looked, step.run or "") is not None


def _undefined(call: Invocation, command: Command) -> Fact:
    where = "" if call.directory in {".", None} else f" in {call.directory}"
    message = f"`{_short(command)}`: no {CALLED.get(call.kind, call.kind)} {call.name} is defined{where}"
    if command.guarded:
        return partial(f"{message}; the failure is swallowed ({command.guard}).", call, severity=Severity.MEDIUM)
    return bad(f"{message}; the step fails.", call)


def _short(command: Command) -> str:
    line = " ".join(command.text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."


@check(
    "DEL-015",
    "What scripts, Makefiles and package scripts call exists",
    Severity.MEDIUM,
    Clause.EXECUTION,
    effort_hours=1,
)
def called_things_exist(project: Project) -> Iterator[Fact]:
    """
    A script that names what is no longer there fails in the hands of whoever needs it, as a rule at the worst time.

    Decides: the files, package scripts, make targets and modules that shell scripts, Makefile targets and scripts of
    package manifests call. A shell script is read from every folder that it may be started from.

    Fix: correct the name, or take the call out.

    Blind to: names made of variables, what other programs make before the script runs.

    See: https://docs.npmjs.com/cli/using-npm/scripts
    """
    production = project.files.class_of
    for script in project.scripts:
        if production(script.path) is FileClass.PRODUCTION and script.shell != "batch":
            yield from _of_script(project, script)
    for makefile in project.makefiles:
        if production(makefile.path) is FileClass.PRODUCTION:
            yield from _of_makefile(project, makefile)
    for package in project.packages:
        if package.ecosystem == "npm" and production(package.path) is FileClass.PRODUCTION and package.error is None:
            yield from _of_package(project, package)


def _of_script(project: Project, script: Script) -> Iterator[Fact]:

    files = missing_from(project.files, script)
    calls = undefined_in(definitions(project), script)
    yield from (_no_file(script.path, reference) for reference in files)
    yield from (_no_call(script.path, call) for call in calls)
    if not files and not calls and script.commands:
        yield ok(f"{script.path}: what it calls is there.", script)


def _of_makefile(project: Project, makefile: Makefile) -> Iterator[Fact]:
    wrong = [f for t in makefile.targets.values() for f in _wrong(project, f"Target {t.name}", t.commands)]
    yield from wrong
    if makefile.commands and not wrong:
        yield ok(f"{makefile.path}: what its targets call is there.", makefile)


def _of_package(project: Project, package: Package) -> Iterator[Fact]:
    wrong: list[Fact] = []
    for name, node in package.scripts.items():
        run = commands(node.text, package.path, node.line or 1, directory=package.dir)
        severity = Severity.HIGH if name in IMPORTANT else None
        run = tuple(c for c in run if not _starts_what_is_built(project, package, c))
        wrong += _wrong(project, f"Script {name} of {package.path}", run, severity)
    yield from wrong
    if package.scripts and not wrong:
        yield ok(f"{package.path}: what its scripts call is there.", package)


def _starts_what_is_built(project: Project, package: Package, command: Command) -> bool:
    """Whether a command starts the `server.js` that Next.js makes with `output: "standalone"`."""
    if command.program != "node" or not {"server.js", "./server.js"} & set(command.args):
        return False
    names = (f"next.config.{end}" for end in ("js", "mjs", "cjs", "ts", "mts"))
    contents = (project.files.text(normpath(f"{package.dir}/{name}")) for name in names)
    return any(re.search(r"""\boutput["']?\s*:\s*["']standalone["']""", text) for text in contents)


def _wrong(project: Project, what: str, run: tuple[Command, ...], severity: Severity | None = None) -> Iterator[Fact]:
    known = definitions(project)
    calls = [c for command in run if not command.guarded for c in invocations(command) if known.defined(c) is False]
    yield from (_no_file(what, reference, severity) for reference in missing(project.files, run))
    yield from (_no_call(what, call, severity) for call in dict.fromkeys(calls))


def _no_file(what: str, reference: FileReference, severity: Severity | None = None) -> Fact:
    kind = KINDS.get(reference.kind, "file")
    return bad(f"{what} names the {kind} {reference.path}, which does not exist.", reference, severity=severity)


def _no_call(what: str, call: Invocation, severity: Severity | None = None) -> Fact:
    message = f"{what} calls the {CALLED.get(call.kind, call.kind)} {call.name}, which is not defined."
    return bad(message, call, severity=severity)
