"""GitHub Actions: workflows, with the composite actions and reusable workflows of the project taken in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from posixpath import normpath
from typing import TYPE_CHECKING

from kit.sources.commands.shell import Shell
from kit.sources.formats.nodes import Document, Node, Problem
from kit.sources.pipelines.model import (
    MAX_DEPTH,
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

_CHECKOUT = re.compile(r"(?:^|[/-])checkout(?:[/@-]|$)")
_OWN_REPOSITORY = re.compile(r"^\$\{\{\s*github\.repository\s*\}\}$")
_BRINGS = re.compile(r"download-artifact|/cache(?:/restore)?@")
_SHELLS = {"": "bash", "bash": "bash", "sh": "sh", "pwsh": "pwsh", "powershell": "powershell", "cmd": "cmd"}


def find(files: FileIndex, documents: Documents) -> tuple[Workflow, ...]:
    """Every workflow under `.github/workflows`, and those that Gitea and Forgejo run: they have the same form."""
    paths = [p for p in files.paths if re.fullmatch(r"\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml", p)]
    reader = Reader(files.lines, {path: documents.get(path) for path in paths})
    for path in files.named("action.yml", "action.yaml"):
        reader.documents[path] = documents.get(path)
    reader.paths = frozenset(files.paths)
    return tuple(reader.workflow(path) for path in paths if not _is_put_aside(reader.documents[path]))


def _is_put_aside(document: Document) -> bool:
    """Whether nothing but comments is left of a workflow."""
    return document.error is None and not document.problems and not document.root.data


def parse(text: str, path: str) -> Workflow:
    """One workflow by itself: what it uses of the project is not taken in. Never raises."""
    from kit.sources.formats.documents import parse as parse_document

    return Reader(lambda _: text.split("\n"), {path: parse_document(text, path)}).workflow(path)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a step inherits from its job and workflow."""

    path: str
    working_directory: str | None
    shell: str
    variables: dict[str, str]
    checkouts: tuple[tuple[str, bool], ...]
    action: str | None = None
    depth: int = 0
    inputs: dict[str, str] = field(default_factory=dict)


class Reader:
    """Reads workflows; `documents` by path also holds the project's actions."""

    def __init__(self, lines: Lines, documents: dict[str, Document]) -> None:
        self.lines = lines
        self.documents = documents
        self.paths: frozenset[str] = frozenset(documents)
        self.problems: list[Problem] = []

    def workflow(self, path: str, depth: int = 0) -> Workflow:
        """The workflow of a path, with an error where it cannot be read."""
        document = self.documents[path]
        root = document.root
        outer, self.problems = self.problems, list(document.problems)
        declared = entries(root.get("jobs"))
        jobs = tuple(self._job(name, node, root, path, depth) for name, node in declared.items())
        self._check_needs(jobs)
        problems, self.problems = self.problems, outer
        name, on = root.get("name"), root.get("on")
        return Workflow(
            path=path,
            at=document.at,
            name=name.text if name else path.rpartition("/")[2],
            platform="github",
            triggers=tuple(entries(on)) if on is not None and on.is_map else texts(on),
            jobs=jobs,
            env=entries(root.get("env")),
            permissions=root.get("permissions"),
            node=root,
            on=on,
            schedules=tuple((n.text, n.at) for n in root.each("on", "schedule", "*", "cron")),
            includes=tuple(sorted({job.local for job in jobs if job.local})),
            problems=tuple(problems),
            error=document.error,
        )

    def _check_needs(self, jobs: Iterable[Job]) -> None:
        known = {job.id for job in jobs}
        for job in jobs:
            for name in job.needs:
                if name not in known and "${{" not in name:
                    at = job.node.at_or_self("needs")
                    self.problems.append(Problem(f"job {job.id} needs {name}, which is no job", at))

    def _job(self, name: str, node: Node, root: Node, path: str, depth: int) -> Job:
        def text(*route: str) -> str | None:
            found = node.get(*route)
            return found.text if found is not None and found.text else None

        steps = tuple(node.each("steps", "*"))
        checkouts = _checkouts(steps)
        scope = self._scope(node, root, path, checkouts)
        called, jobs = self._called(node.get("uses"), depth)
        runs_on, environment = node.get("runs-on"), node.get("environment")
        return Job(
            id=name,
            name=text("name") or name,
            node=node,
            at=node.at,
            steps=tuple(self._step(step, scope) for step in steps),
            needs=texts(node.get("needs")),
            runs_on=(text("runs-on", "group") or "",) if runs_on and runs_on.is_map else texts(runs_on),
            services=entries(node.get("services")),
            environment=next(iter(texts(environment)), None),
            condition=text("if"),
            continue_on_error=is_true(node.get("continue-on-error")),
            uses=text("uses"),
            env=entries(node.get("env")),
            permissions=node.get("permissions"),
            timeout=node.get("timeout-minutes"),
            container=text("container", "image") or text("container"),
            checks_out=bool(checkouts),
            brings=(*_brought(steps, checkouts), *(place for job in jobs for place in job.brings)),
            local=called,
            jobs=jobs,
        )

    def _scope(self, node: Node, root: Node, path: str, checkouts: tuple[tuple[str, bool], ...]) -> _Scope:
        def default(key: str) -> str | None:
            found = node.get("defaults", "run", key) or root.get("defaults", "run", key)
            return found.text if found is not None else None

        variables = literals(entries(root.get("env")), entries(node.get("env")))
        return _Scope(path, default("working-directory"), default("shell") or "", variables, checkouts)

    def _called(self, uses: Node | None, depth: int) -> tuple[str | None, tuple[Job, ...]]:
        """The jobs of a reusable workflow of the project."""
        if uses is None or not uses.text.startswith("./"):
            return None, ()
        path = normpath(uses.text)
        if path not in self.documents:
            if path not in self.paths and "${{" not in path:
                self.problems.append(Problem(f"uses {uses.text}, which is not in the project", uses.at))
            return path, ()
        return path, self.workflow(path, depth + 1).jobs if depth < MAX_DEPTH else ()

    def _step(self, node: Node, scope: _Scope) -> Step:
        def text(key: str) -> str | None:
            found = node.get(key)
            return found.text if found is not None and found.text else None

        uses, run, written = text("uses"), node.get("run"), text("shell") or scope.shell
        shell = _SHELLS.get(written.split(" ")[0], written)
        working = _given(text("working-directory") or scope.working_directory or "", scope) or None
        directory = self._directory(working, scope)
        local, steps = self._local(node, scope)
        env = entries(node.get("env"))
        step = Step(
            name=text("name") or uses or (run.text.strip().split("\n")[0] if run else ""),
            node=node,
            at=node.at,
            uses=uses,
            run=run.text if run is not None else None,
            condition=text("if"),
            continue_on_error=is_true(node.get("continue-on-error")),
            working_directory=working,
            directory=directory,
            env=env,
            inputs=node.get("with"),
            shell=shell,
            local=local,
            steps=steps,
        )
        script = run if run is not None else _command_input(node)
        if script is None:
            return step
        reader = Shell(scope.path, directory=directory, pipefail=written == "bash")
        reader.words.variables |= scope.variables | literals(env)
        if scope.action is not None:
            reader.words.variables["GITHUB_ACTION_PATH"] = f"//{scope.action}"
        return replace(step, commands=read(script, self.lines, reader, shell))

    def _directory(self, working: str | None, scope: _Scope) -> str | None:
        """The step's start in the project: the workspace, as the job's checkouts fill it."""
        if scope.action is not None and working and "github.action_path" in working:
            rest = re.sub(r"^\$\{\{\s*github\.action_path\s*\}\}/?", "", working)
            return directory_of(f"{scope.action}/{rest}")
        path = directory_of(working)
        if path is None:
            return None
        for prefix, own in sorted(scope.checkouts, key=lambda c: -len(c[0])):
            if prefix == "." or path == prefix or path.startswith(f"{prefix}/"):
                inside = path if prefix == "." else path[len(prefix) + 1 :] or "."
                return inside if own else None
        return None

    def _local(self, step: Node, scope: _Scope) -> tuple[str | None, tuple[Step, ...]]:
        """The steps of an action of the project; a problem where there is none."""
        uses = step.get("uses")
        if uses is None or not uses.text.startswith("./") or "${{" in uses.text:
            return None, ()
        folder = self._directory(uses.text, scope)
        if folder is None:
            return None, ()
        names = (normpath(f"{folder}/action.{end}") for end in ("yml", "yaml"))
        path = next((name for name in names if name in self.paths), None)
        if path is None:
            if normpath(f"{folder}/Dockerfile") not in self.paths and all(own for _, own in scope.checkouts):
                self.problems.append(Problem(f"uses {uses.text}, which is no action of the project", uses.at))
            return folder, ()
        document = self.documents.get(path)
        if document is None or scope.depth >= MAX_DEPTH:
            return folder, ()
        defaults = {n: d.text for n, i in entries(document.root.get("inputs")).items() if (d := i.get("default"))}
        given = {n: _given(value.text, scope) for n, value in entries(step.get("with")).items()}
        inner = _Scope(path, None, "", {}, scope.checkouts, folder, scope.depth + 1, defaults | given)
        return folder, tuple(self._step(step, inner) for step in document.each("runs", "steps", "*"))


_INPUT = re.compile(r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}")


def _given(text: str, scope: _Scope) -> str:
    """The text with the inputs that an action was given in their places."""
    return _INPUT.sub(lambda found: scope.inputs.get(found[1], found[0]), text)


def _brought(steps: tuple[Node, ...], checkouts: tuple[tuple[str, bool], ...]) -> Iterator[str]:
    """The folders that other repositories, artifacts and caches fill."""
    yield from (prefix for prefix, own in checkouts if not own)
    for step in steps:
        uses, path = step.get("uses"), step.get("with", "path")
        match = _BRINGS.search(uses.text) if uses is not None else None
        if match is None:
            continue
        for line in (path.text if path is not None else ".").split("\n"):
            place = directory_of(line.strip()) if line.strip() else None
            # A cache whose path is computed lies outside as a rule; an artifact may be unpacked anywhere.
            if place is not None or match[0] == "download-artifact":
                yield place or "."


def _command_input(step: Node) -> Node | None:
    """The command that a retrying action runs for the step."""
    uses, command = step.get("uses"), step.get("with", "command")
    return command if uses is not None and "retry" in uses.text.lower() else None


_TRUNKS = frozenset({"", "main", "master", "trunk", "dev", "develop", "development", "HEAD"})


def _is_of_a_branch(ref: Node | None) -> bool:
    """Whether a checkout names a branch or tag of its own: what lies there is not what lies here."""
    return ref is not None and "$" not in ref.text and ref.text.removeprefix("refs/heads/") not in _TRUNKS


def _checkouts(steps: tuple[Node, ...]) -> tuple[tuple[str, bool], ...]:
    """Where a job's checkouts put what: path in the workspace, and whether it is the project itself."""
    found = []
    for step in steps:
        uses = step.get("uses")
        if uses is None or not _CHECKOUT.search(uses.text.lower()):
            continue
        path, repository = step.get("with", "path"), step.get("with", "repository")
        own = repository is None or not repository.text or bool(_OWN_REPOSITORY.match(repository.text))
        own = own and not _is_of_a_branch(step.get("with", "ref"))
        placed = directory_of(path.text if path is not None else None)
        found.append((placed or ".", own and placed is not None))
    return tuple(found)
