"""GitLab CI: includes of the project, `extends`, `default` and `!reference` resolved as GitLab does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.commands.command import word_set
from kit.sources.commands.shell import Shell
from kit.sources.formats.nodes import Document, Node, Problem
from kit.sources.pipelines.model import (
    Job,
    Lines,
    Step,
    Workflow,
    directory_of,
    entries,
    is_true,
    literals,
    read,
    texts,
)

if TYPE_CHECKING:
    from kit.sources.formats.documents import Documents
    from kit.sources.tree.files import FileIndex

MAX_INCLUDES = 100
MAX_EXTENDS = 11
MAX_NESTED = 10
NAMES = (".gitlab-ci.yml", ".gitlab-ci.yaml")
_GLOBAL = word_set("""
    default include stages variables workflow image services cache before_script after_script spec
""")
_DEFAULTS = word_set("""
    after_script artifacts before_script cache hooks id_tokens image interruptible retry services tags
    timeout
""")
_SOURCE = re.compile(r"\$CI_PIPELINE_SOURCE\s*==\s*[\"'](\w+)[\"']")


def find(files: FileIndex, documents: Documents) -> tuple[Workflow, ...]:
    """The project's pipeline, `.gitlab-ci.yml` at the root with its local includes."""
    return tuple(Reader(files.lines, documents.get, files.paths).workflow(name) for name in NAMES if files.exists(name))


def parse(text: str, path: str = NAMES[0]) -> Workflow:
    """One file by itself: includes are not taken in. Never raises."""
    from kit.sources.formats.documents import parse as parse_document

    document = parse_document(text, path)
    return Reader(lambda _: text.split("\n"), lambda _: document, (path,)).workflow(path)


class Reader:
    """Reads one pipeline; `get` gives the document of a path, `paths` all paths of the project."""

    def __init__(self, lines: Lines, get: Callable[[str], Document], paths: Iterable[str]) -> None:
        self.lines = lines
        self.get = get
        self.paths = tuple(paths)
        self.included: list[str] = []
        self.problems: list[Problem] = []
        self.remote = False
        self.config: dict[str, Node] = {}

    def workflow(self, path: str) -> Workflow:
        """The pipeline that starts at `path`."""
        document = self.get(path)
        self.config = self._merged(document, path)
        names = [n for n, node in self.config.items() if self._is_job(n, node)]
        jobs = tuple(self._job(name) for name in names)
        self._check_needs(jobs)
        workflow = self.config.get("workflow")
        return Workflow(
            path=path,
            at=At(path),
            name=path,
            platform="gitlab",
            triggers=self._triggers(jobs),
            jobs=jobs,
            env=entries(self.config.get("variables")),
            node=Node(dict(self.config), At(path)),
            on=workflow,
            includes=tuple(self.included),
            problems=(*document.problems, *self.problems),
            error=document.error,
        )

    def _is_job(self, name: str, node: Node) -> bool:
        if name.startswith(".") or name in _GLOBAL:
            return False
        return bool({"script", "extends", "trigger", "run"} & set(entries(node)))

    def _merged(self, document: Document, path: str) -> dict[str, Node]:
        """The file over what it includes: a later include wins over an earlier one, the file over all."""
        config: dict[str, Node] = {}
        include = document.get("include")
        for item in _listed(include):
            for local in self._local(item):
                if local not in self.included and local != path and len(self.included) < MAX_INCLUDES:
                    self.included.append(local)
                    config = _deep(config, self._merged(self.get(local), path))
        # A file with `spec` has its configuration in the second document.
        root = document.roots[-1] if document.roots else document.root
        return _deep(config, entries(root))

    def _local(self, item: Node) -> Iterator[str]:
        node = item.get("local") if item.is_map else item
        if node is None or re.match(r"https?://", node.text) or not node.text:
            self.remote = True
            return
        pattern = node.text.lstrip("/")
        if "$" in pattern:
            self.remote = True
        elif "*" in pattern:
            yield from (p for p in self.paths if fnmatchcase(p, pattern))
        elif pattern in self.paths:
            yield pattern
        else:
            self._report(f"includes {node.text}, which is not in the project", item)

    def _resolved(self, name: str, depth: int = 0) -> Node:
        """A job with what it extends merged in."""
        node = self.config[name]
        extends = node.get("extends")
        if extends is None or depth >= MAX_EXTENDS:
            return node
        data: dict[str, Node] = {}
        for parent in texts(extends):
            if parent in self.config and parent != name:
                data = _deep(data, entries(self._resolved(parent, depth + 1)))
            elif not self.remote and "$" not in parent:
                self._report(f"job {name} extends {parent}, which is not defined", extends)
        own = {key: value for key, value in node.items() if key != "extends"}
        return replace(node, data={**_deep(data, own), "extends": extends})

    def _with_defaults(self, node: Node) -> Node:
        default = self.config.get("default") or Node({}, node.at)
        inherit = node.get("inherit", "default")
        if inherit is not None and inherit.data is False:
            return node
        wanted = set(texts(inherit)) if inherit is not None and inherit.is_list else _DEFAULTS
        data = entries(node)
        for key in sorted(_DEFAULTS & wanted):
            value = default.get(key) or self.config.get(key)
            if key not in data and value is not None:
                data[key] = value
        return replace(node, data=data)

    def _job(self, name: str) -> Job:
        node = self._with_defaults(self._resolved(name))
        environment, when = node.get("environment"), node.get("when")
        allow = node.get("allow_failure")
        manual = when is not None and when.text == "manual"
        needs = texts(node.get("needs")) or texts(node.get("dependencies"))
        variables = entries(self.config.get("variables")) | entries(node.get("variables"))
        strategy = variables.get("GIT_STRATEGY")
        return Job(
            id=name,
            name=name,
            node=node,
            at=self.config[name].at,
            steps=tuple(self._steps(node, name)),
            needs=needs,
            runs_on=texts(node.get("tags")),
            services={text: item for item in node.each("services", "*") for text in texts(item)},
            environment=next(iter(texts(environment)), None),
            condition=_condition(node),
            continue_on_error=is_true(allow) or (manual and allow is None and node.get("rules") is None),
            uses=next(iter(texts(node.get("trigger", "include") or node.get("trigger"))), None),
            env=entries(node.get("variables")),
            timeout=node.get("timeout"),
            container=next(iter(texts(node.get("image"))), None),
            stage=next(iter(texts(node.get("stage"))), "test"),
            manual=manual or any(n.text == "manual" for n in node.each("rules", "*", "when")),
            checks_out=strategy is None or strategy.text != "none",
            brings=self._brought(),
        )

    def _brought(self) -> tuple[str, ...]:
        """The folders that artifacts and caches of any job fill."""
        routes = (("artifacts", "paths"), ("cache", "paths"), ("cache", "*", "paths"))
        found = (n.text for job in self.config.values() for route in routes for n in job.each(*route, "*"))
        return tuple(dict.fromkeys(directory_of(path) or "." for path in found if path))

    def _steps(self, node: Node, name: str) -> Iterator[Step]:
        """A step per script entry: `before_script` and `script` are one shell, `after_script` another."""
        variables = literals(entries(self.config.get("variables")), entries(node.get("variables")))
        for phases in (("before_script", "script"), ("after_script",)):
            # the runner sets pipefail wherever the shell of the image knows it
            shell = Shell(node.at.path, pipefail=True)
            shell.words.variables |= variables
            for phase in phases:
                for item in self._script(node.get(phase), 0):
                    directory = shell.directory
                    yield Step(
                        name=f"{name}: {phase}",
                        node=item,
                        at=item.at,
                        run=item.text,
                        continue_on_error=phase == "after_script",
                        directory=directory,
                        commands=read(item, self.lines, shell),
                    )

    def _script(self, node: Node | None, depth: int) -> Iterator[Node]:
        """The entries of a script, nested lists and references flattened."""
        if node is None or depth > MAX_NESTED:
            return
        if node.tag == "!reference":
            yield from self._script(self._referenced(node), depth + 1)
        elif node.is_list:
            for item in node.children():
                yield from self._script(item, depth + 1)
        elif node.text:
            yield node

    def _referenced(self, node: Node) -> Node | None:
        route = texts(node)
        if not route or route[0] not in self.config:
            if route and not self.remote:
                self._report(f"refers to {'.'.join(route)}, which is not defined", node)
            return None
        return self._resolved(route[0]).get(*route[1:])

    def _check_needs(self, jobs: tuple[Job, ...]) -> None:
        known = {job.id for job in jobs}
        for job in jobs:
            for need in job.node.each("needs", "*"):
                names, optional = texts(need), is_true(need.get("optional"))
                elsewhere = need.get("pipeline") or need.get("project")
                if not names or optional or elsewhere or self.remote or names[0] in known or "$" in names[0]:
                    continue
                self._report(f"job {job.id} needs {names[0]}, which is no job", need)

    def _report(self, message: str, node: Node) -> None:
        problem = Problem(message, node.at)
        if problem not in self.problems:
            self.problems.append(problem)

    def _triggers(self, jobs: tuple[Job, ...]) -> tuple[str, ...]:
        workflow = self.config.get("workflow") or Node({}, At(""))
        conditions = [n.text for n in workflow.each("rules", "*", "if")]
        conditions += [job.condition for job in jobs if job.condition]
        found = [source for condition in conditions for source in _SOURCE.findall(condition)]
        return tuple(dict.fromkeys(["push", *found]))


def _listed(node: Node | None) -> Iterator[Node]:
    if node is not None:
        yield from node.children() if node.is_list else [node]


def _condition(node: Node) -> str | None:
    rules = [n.text for n in node.each("rules", "*", "if")]
    only = list(texts(node.get("only", "refs") or node.get("only")))
    return " || ".join(rules + only) or None


def _deep(base: dict[str, Node], over: dict[str, Node], depth: int = 0) -> dict[str, Node]:
    """Two mappings merged: maps key by key, everything else replaced."""
    merged = dict(base)
    for key, node in over.items():
        known = merged.get(key)
        if known is not None and known.is_map and node.is_map and depth < MAX_NESTED:
            merged[key] = replace(node, data=_deep(entries(known), entries(node), depth + 1))
        else:
            merged[key] = node
    return merged
