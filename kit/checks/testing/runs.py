"""Which test files the pipelines' commands run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from posixpath import dirname, normpath

from kit.checks.shared.testfiles import TestFile
from kit.checks.testing.common import ECOSYSTEMS, nearest
from kit.checks.testing.matching import configs_for, matches
from kit.model import At
from kit.project import Project
from kit.sources.commands.command import Command, word_set
from kit.sources.commands.wrappers import base_name, expanded
from kit.sources.pipelines.model import Job, Step
from kit.system.pipeline_acts import Act, Pipeline, pipelines
from kit.system.purposes import prints_only, purposes, skips_tests
from kit.system.scope import within

RUNNERS = {
    **dict.fromkeys(word_set("pytest py.test tox nox nose2 behave robot trial"), ("python", "")),
    **dict.fromkeys(word_set("jest vitest mocha ava tap jasmine karma nyc c8 wtr react-scripts ng"), ("js", "unit")),
    **dict.fromkeys(word_set("cypress playwright testcafe wdio detox codeceptjs"), ("js", "e2e")),
    **dict.fromkeys(word_set("go gotestsum ginkgo"), ("go", "")),
    **dict.fromkeys(word_set("mvn mvnw gradle gradlew"), ("jvm", "")),
    **dict.fromkeys(word_set("rspec rails rake cucumber"), ("ruby", "")),
    **dict.fromkeys(word_set("phpunit pest paratest artisan"), ("php", "")),
    "dotnet": ("dotnet", ""), "cargo": ("rust", ""), "bun": ("js", ""), "node": ("js", ""), "tsx": ("js", ""), "ts-node": ("js", ""), "deno": ("js", ""),
}  # fmt: skip
_INTERPRETERS = frozenset({"node", "tsx", "ts-node", "bun", "deno"})
"""Without a runner of their own, what they start is a script of the project's that runs what lies beside it."""
ACTIONS = {"cypress": ("js", "e2e"), "playwright": ("js", "e2e"), "gradle": ("jvm", ""), "maven": ("jvm", "")}


TASKS = {"npm": "js", "pnpm": "js", "yarn": "js", "uv": "python", "poetry": "python", "pdm": "python", "task": "python"}
ELSEWHERE = word_set("docker docker-compose podman nerdctl kubectl")
MOVES = re.compile(
    r"\b(?:cd|pushd)\s+\S*\$|--filter|\s-F\s|--workspace|\byarn workspace\b|\s[\w./-]*\$\{\{[^}]*\}\}\s*$"
)


@dataclass(frozen=True)
class Run:
    """A run of tests by a pipeline: `family` and `kind` "" where they cannot be told, `folder` None likewise; `said` is
    then what the step says of folders. `paths` are the only ones that it looks at, where it names some; `config` the
    configuration that it names."""

    act: Act
    pipeline: Pipeline
    family: str = ""
    kind: str = ""
    tool: str = ""
    folder: str | None = None
    paths: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    config: str | None = None
    said: str = ""

    def covers(self, project: Project, test: TestFile) -> bool:
        """Whether the file is among those that it runs, as far as its words tell."""
        if self.family and self.family != test.family:
            return False
        if (self.kind or test.browser) and self.tool and (self.kind == "e2e") != test.browser:
            return False
        if not self._there(project, test) or (self.words and not any(word in test.path for word in self.words)):
            return False
        if self.tool in {"jest", "vitest"} and self._configured(project, test) is False:
            return False
        return not self.paths or any(within(test.path, path) for path in self.paths)

    @property
    def certainty(self) -> int:
        """How much is known of it: of two runs that cover a file the better known one is told."""
        return 2 * bool(self.family) + bool(self.kind) + (self.folder is not None)

    def _there(self, project: Project, test: TestFile) -> bool:
        if self.folder is not None:
            if not within(test.path, self.folder):
                return False
            return self.family != "go" or self._in_module(project, test)
        if not self.said or "{{" in test.path:
            return True
        package = nearest(project, test.path, ECOSYSTEMS.get(test.family, ""))
        if package is None or package.dir == ".":
            return True
        names = {package.dir.rpartition("/")[2], package.dir, package.name or package.dir}
        return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", self.said) for name in names)

    def _in_module(self, project: Project, test: TestFile) -> bool:
        """`go test` stays in its module."""
        own, other = nearest(project, f"{self.folder}/x", "go"), nearest(project, test.path, "go")
        return own is None or other is None or own.path == other.path

    def _configured(self, project: Project, test: TestFile) -> bool | None:
        found = configs_for(project, test.path, self.tool)
        if self.config is not None:
            found = [c for c in found if c.path == self.config]
        elif self.folder is not None:
            # Without a name the runner takes the file of its own name in the folder where it is started.
            found = [c for c in found if within(self.folder, c.dir) or within(c.dir, self.folder)]
            found = [c for c in found if DEFAULT_NAME.search(c.path)]
        answers = [matches(c, test.path) for c in found]
        return None if not answers or None in answers else True in answers


DEFAULT_NAME = re.compile(r"(?:^|/)(?:(?:jest|vitest|vite)\.config\.\w+|package\.json)$")


@lru_cache(maxsize=4)
def runs(project: Project) -> tuple[Run, ...]:
    """Every run of tests in every pipeline, those first of which most is known."""
    found = [_run(project, pipeline, act) for pipeline in pipelines(project) for act in pipeline.of("test")]
    return tuple(sorted(found, key=lambda run: -run.certainty))


def run_outside(project: Project) -> list[Job]:
    """The jobs that call pipelines of other repositories, which may run tests unseen."""
    return [job for pipeline in pipelines(project) for job in pipeline.outside]


def unread_runs(project: Project, kind: str) -> Iterator[At]:
    """The steps that speak of tests of a kind, and of which nothing tells what they run: actions of others, programs
    that are not there to be read."""
    for pipeline in pipelines(project):
        known = {id(act.step) for act in pipeline.of("test")}
        for step in (s for job in pipeline.workflow.jobs for s in job.all_steps if id(s) not in known):
            written = step.uses or "\n".join(c.text for c in step.commands if not prints_only(c))
            said = f"{step.name} {written}"
            if not written or skips_tests(f" {written}") or _BESIDE.search(said) or not _SPEAKS.search(said):
                continue
            if (kind == "e2e" or not _WHOLE.search(said)) and _is_unread(step):
                yield step.at


_SPEAKS = re.compile(r"(?<![\w.-])(?:unit[ _-]?|run[ _-]?)?tests?(?![\w.])", re.IGNORECASE)
_BESIDE = re.compile(
    r"report|result|upload|download|publish|coverage|summary|badge|notif|comment|cache|set.?up|install|wait|start",
    re.IGNORECASE,
)
"""Words of steps that come before or after tests."""
_WHOLE = re.compile(r"e2e|end.to.end|smoke|journey|cypress|playwright|\bload\b|perf", re.IGNORECASE)


def _is_unread(step: Step) -> bool:
    if step.uses:
        return not step.uses.startswith((".", "actions/"))
    return any(not purposes(c) and not prints_only(c) for c in step.commands)


def _run(project: Project, pipeline: Pipeline, act: Act) -> Run:
    if act.reached is None:
        uses = (act.step.uses or "").lower()
        family, kind = next((known for name, known in ACTIONS.items() if name in uses), ("", ""))
        return Run(act, pipeline, family, kind)
    command = act.reached.command
    for inner in expanded(command):
        folder = inner.directory if _is_inside(project, inner.directory) else None
        found = _runner(inner)
        said = "" if folder is not None or base_name(inner.program) in ELSEWHERE else _said(act)
        if found is not None and found.program in RUNNERS:
            family, kind = RUNNERS[found.program]
            paths, words = _selected(project, found, family)
            if found.program in _INTERPRETERS and not any(a.startswith("--test") or a == "test" for a in found.args):
                words = tuple(name for p in paths for name in _LISTED.findall(project.files.text(p)))
                beside = (folder for p in paths if (folder := dirname(p)) and folder != found.directory)
                paths = () if words or _starts_runner(project, paths) else tuple(beside)
            config = _config(found)
            return Run(act, pipeline, family, kind, found.program, folder, paths, words, config, said)
        if re.match(r"python|coverage|manage\.py", base_name(inner.program)):
            return Run(act, pipeline, "python", folder=folder, said=said)
        family = TASKS.get(base_name(inner.program), "")
        return Run(act, pipeline, family, folder=folder, said=said)
    return Run(act, pipeline)


_RUNNER_LIBRARY = re.compile(
    r"""(?:from\s*|require\(\s*|import\(\s*)["'](?:jasmine|mocha|jest|vitest/node|ava|tape|karma|node:test)["']"""
)


def _starts_runner(project: Project, scripts: tuple[str, ...]) -> bool:
    """Whether a script starts a runner by its library: where its tests lie is in what it gives to it."""
    return any(_RUNNER_LIBRARY.search(project.files.text(path)) for path in scripts if project.files.exists(path))


_LISTED = re.compile(r"[\"'`](?:\./)?([\w./-]+\.(?:test|spec)\.\w+)[\"'`]")
"""Test files that a script names one by one."""


def _runner(command: Command) -> Command | None:
    """The command of a test runner, also one that a container is told to run; its program without suffixes."""
    name = base_name(command.program).removesuffix(".cmd").partition("@")[0]
    if name not in ELSEWHERE:
        return replace(command, program=name)
    for start, word in enumerate(command.args):
        if base_name(word) in RUNNERS and start:
            return replace(command, program=base_name(word), args=command.args[start + 1 :], directory=None)
    return None


def _config(command: Command) -> str | None:
    """The configuration file that a command names."""
    for option, value in pairwise((*command.args, "")):
        name, equals, given = option.partition("=")
        if name in {"--config", "-c"} and command.directory is not None:
            return normpath(f"{command.directory}/{given if equals else value}")
    return None


def _said(act: Act) -> str:
    """What a step and the matrix of its job say, where the folder is a variable or a package's name in it; else
    nothing."""
    written = f"{act.step.run or ''} {act.step.working_directory or ''}"
    if not MOVES.search(written):
        return ""
    matrix = " ".join(node.text for node in act.job.node.each("strategy", "matrix", "**") if node.text)
    text = act.step.run or (act.reached.command.text if act.reached is not None else "")
    return f"{text} {act.step.working_directory or ''} {matrix}"


def _is_inside(project: Project, folder: str | None) -> bool:
    return folder is not None and (folder == "." or project.files.is_dir(folder))


_SOLUTION = re.compile(r"\.sln[xf]?$")


def _selected(project: Project, command: Command, family: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The paths, and for runners of JavaScript the parts of paths, that a command restricts itself to."""
    paths: list[str] = []
    words: list[str] = []
    previous = ""
    for arg in command.args:
        option = previous.startswith("-") and "=" not in previous
        previous = arg
        if arg.startswith("-") or option or arg in {"run", "test", "watch", "..."}:
            continue
        path = normpath(f"{command.directory}/{arg.split('::')[0].removesuffix('...')}") if command.directory else ""
        if family == "dotnet" and _SOLUTION.search(path):
            return (), ()  # which projects belong to it is not read
        if path and (project.files.exists(path) or project.files.is_dir(path)):
            paths.append(dirname(path) or "." if family == "dotnet" and path.endswith("proj") else path)
        elif family == "js" and re.fullmatch(r"[\w./-]{3,}", arg) and "/" in arg:
            words.append(arg.removeprefix("./"))
    return tuple(paths), tuple(words) if not paths else ()
