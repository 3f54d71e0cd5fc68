"""What is run around a deployment: by starts, jobs and releases, by pipelines, by images while they are built."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kit.checks.shared.spawned import spawned
from kit.model import At, FileClass
from kit.project import Project
from kit.sources.commands.command import Command
from kit.sources.commands.scripts import commands
from kit.system.images import parse_image
from kit.system.model import Service
from kit.system.pipeline_acts import Pipeline, pipelines
from kit.system.reach import Reach, reach

Kind = Literal["start", "once", "pipeline", "build"]
_SCRIPT = re.compile(r"[\w./-]+\.(?:sh|bash)\b|(?<![\w./-])/?(?:[\w.-]+/)*[\w.-]*(?:entrypoint|start|prestart)[\w.-]*")
_ONCE = frozenset({"Job", "CronJob"})


@dataclass(frozen=True)
class Run:
    """A command with where it is told to run. `kind`: at each "start" of a process, "once" per release or job, in a
    "pipeline", or while an image is built ("build"). `replicas` is how many processes start side by side."""

    command: Command
    at: At
    kind: Kind
    environment: str
    name: str
    replicas: int = 1
    tests: bool = False

    @property
    def text(self) -> str:
        """The command as written."""
        return self.command.text

    @property
    def places(self) -> tuple[At, ...]:
        """Where the target says it, then where the command stands."""
        return tuple(dict.fromkeys((self.at, self.command.at)))


@lru_cache(maxsize=4)
def runs(project: Project) -> tuple[Run, ...]:
    """Everything that deployments, pipelines and image builds run, through the scripts that they call."""
    reader = _Reader(project)
    return (*reader.composed(), *reader.orchestrated(), *reader.hosted(), *reader.piped(), *reader.built())


class _Reader:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.reach: Reach = reach(project)
        self.scripts = {s.path: s for s in project.scripts}
        self.dockerfiles = {d.path: d for d in project.dockerfiles if d.error is None}
        self._known: dict[tuple[str, str | None], tuple[Command, ...]] = {}

    def composed(self) -> Iterator[Run]:
        """The services of compose files: their command, else the image's."""
        for file in self.project.compose:
            for service in file.services:
                text = " ".join(c.text for c in (service.entrypoint, service.command) if c is not None)
                at = next((c.at for c in (service.command, service.entrypoint) if c is not None), service.at)
                build = service.build
                path, target = (build.dockerfile, build.target) if build else ("", None)
                if not text and path in self.dockerfiles:
                    text = self._of_image(path, target)
                elif not text and build is None and (own := self._by_image(service.image)) is not None:
                    text = self._of_service(own)
                kind: Kind = "once" if service.restart in {None, "no", "on-failure"} and _ends(text) else "start"
                folder = build.context if build and not build.remote else posixpath.dirname(file.path) or "."
                for command in self._followed(text, at, folder):
                    yield Run(command, at, kind, file.environment, service.name, service.replicas or 1)

    def orchestrated(self) -> Iterator[Run]:
        """The containers of workloads: init containers and jobs run once per start or release."""
        for manifest in self.project.manifests.effective.workloads:
            scaled = [m for m in self.project.manifests.effective if _scales(m.scale_target, manifest.title)]
            most = max(
                [manifest.replicas or 1, *((m.node.get("spec", "maxReplicas") is not None and 2) or 1 for m in scaled)]
            )
            for container in manifest.containers:
                service = self._by_image(container.image)
                text = " ".join(container.command) or (self._of_service(service) if service else "")
                kind: Kind = "once" if manifest.kind in _ONCE else "start"
                at = container.node.at_or_self("args" if container.get("args") is not None else "command")
                folder = service.root if service and service.root else "."
                for command in self._followed(text, at, folder):
                    yield Run(command, at, kind, manifest.environment, manifest.name, most)

    def hosted(self) -> Iterator[Run]:
        """What hosting platforms are told to run."""
        for app in self.project.paas:
            folder = posixpath.dirname(app.path) or "."
            for service in app.services:
                before = service.node.get("preDeployCommand") if service.node is not None else None
                kind: Kind = "once" if service.kind in {"release", "cron"} else "start"
                told = [(service.command.text, service.command.at, kind)] if service.command else []
                told += [(before.text, before.at, "once")] if before is not None else []
                if service.build is not None and service.build.command is not None:
                    told.append((service.build.command.text, service.build.command.at, "once"))
                for text, at, how in told:
                    for command in self._followed(text, at, folder):
                        yield Run(command, at, how, app.environment, service.name, service.replicas or 1)
            yield from self._deploy_hooks(app.path, folder, app.environment)

    def _deploy_hooks(self, path: str, folder: str, environment: str) -> Iterator[Run]:
        document = self.project.documents.get(path)
        for route in (("deploy", "release_command"), ("deploy", "preDeployCommand"), ("buildCommand",)):
            node = document.get(*route)
            if node is not None and node.text:
                for command in self._followed(node.text, node.at, folder):
                    yield Run(command, node.at, "once", environment, posixpath.basename(path))

    def piped(self) -> Iterator[Run]:
        """What pipelines run; `tests` where the job only tests."""
        for pipeline in pipelines(self.project):
            for job in pipeline.workflow.jobs:
                tests = _only_tests(pipeline, job.id)
                environment = self.project.files.environment_of(job.environment or job.id)
                for reached in self.reach.of(job.commands):
                    at = reached.root.at
                    yield Run(reached.command, at, "pipeline", environment, job.id, tests=tests)

    def built(self) -> Iterator[Run]:
        """What images run while they are built."""
        for path, dockerfile in self.dockerfiles.items():
            if self.project.files.class_of(path) is FileClass.PRODUCTION:
                for instruction in dockerfile.of("RUN"):
                    at = instruction.at
                    for command in commands(
                        instruction.script or instruction.value, path, at.line or 1, directory=None
                    ):
                        yield Run(command, command.at, "build", self.project.files.environment_of(path), path)

    def _followed(self, text: str, at: At, folder: str) -> Iterator[Command]:
        """The commands of a text with those that they lead to, scripts that were copied into an image included."""
        told = commands(text, at.path, at.line or 1, directory=posixpath.normpath(folder)) if text else ()
        seen: set[tuple[At, str]] = set()
        for start in (*told, *self._in_scripts(told, folder)):
            known = (start, *self._reached(start))
            for command in (*known, *(c for one in known for c in spawned(self.project, one))):
                wraps = len(told) > 1 and command in told and _wraps(command)
                if not wraps and (command.at, command.text) not in seen:
                    seen.add((command.at, command.text))
                    yield command

    def _reached(self, start: Command) -> tuple[Command, ...]:
        key = (start.text, start.directory)
        if key not in self._known:
            self._known[key] = tuple(r.command for r in self.reach.of((start,)) if len(r.chain) > 1)
        return self._known[key]

    def _in_scripts(self, told: Iterable[Command], folder: str) -> Iterator[Command]:
        names = {posixpath.basename(w) for c in told for w in _SCRIPT.findall(" ".join(c.words)[:2000])}
        for path, script in self.scripts.items():
            if posixpath.basename(path) in names and (folder == "." or path.startswith(f"{folder.rstrip('/')}/")):
                yield from script.commands

    def _of_image(self, path: str, target: str | None) -> str:
        dockerfile = self.dockerfiles[path]
        start = dockerfile.command(dockerfile.stage(target) if target else dockerfile.final)
        return start.text if start is not None else ""

    def _of_service(self, service: Service) -> str:
        build = service.build
        return self._of_image(build.dockerfile, build.target) if build and build.dockerfile in self.dockerfiles else ""

    def _by_image(self, image: str | None) -> Service | None:
        """The project's own service whose deployments run the image."""
        parsed = parse_image(image)
        name = posixpath.basename(parsed.name) if parsed is not None else ""
        own = self.project.system.own
        same = (s for s in own if any(d.image == image for d in s.deployments))
        return (next(same, None) if image else None) or next((s for s in own if s.name == name), None)


def _wraps(command: Command) -> bool:
    """Whether a command is a shell around others, which are told by themselves."""
    return posixpath.basename(command.program or "") in {"sh", "bash", "ash", "dash"} and "-c" in command.args


def _ends(text: str) -> bool:
    """Whether a command is one that ends by itself, as its words say."""
    return re.search(r"migrat|seed|setup|init|prestart|load|import", text) is not None


def _scales(target: object, title: str) -> bool:
    return target is not None and f"{getattr(target, 'kind', '')}/{getattr(target, 'name', '')}" == title


def _only_tests(pipeline: Pipeline, job_id: str) -> bool:
    """Whether a job tests or builds and nothing in it, or around it, deploys."""
    job = pipeline.workflow.job(job_id)
    if job is None or job.environment or pipeline.of_job(job, "deploy"):
        return False
    return bool(job.services or pipeline.of_job(job, "test")) or not pipeline.of("deploy")
