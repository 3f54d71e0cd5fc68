"""What pipelines do, act by act, through scripts, targets, actions and the images that they build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from kit.model import At, FileClass
from kit.sources.commands.command import Command
from kit.sources.commands.invocations import invocations
from kit.sources.commands.scripts import commands
from kit.sources.commands.wrappers import base_name
from kit.sources.pipelines.model import Job, Step, Workflow
from kit.system.local_deploys import local_deploys, on_its_machine
from kit.system.purposes import action_commands, purposes, purposes_of_action, purposes_of_name
from kit.system.reach import Reach, Reached, reach

if TYPE_CHECKING:
    from kit.project import Project

ON_CHANGE = frozenset(
    [
        "push",
        "pull_request",
        "pull_request_target",
        "merge_group",
        "trigger",
        "pr",
        "default",
        "branches",
        "pull-requests",
    ]
)
BEFORE_MERGE = frozenset(["pull_request", "pull_request_target", "merge_group", "pr", "pull-requests"])
SEQUENTIAL = frozenset(["gitlab", "azure", "bitbucket", "jenkins", "travis", "cloudbuild"])
_LOCAL_CLUSTER = re.compile(
    r"\bkind (?:create|load)|\bk3d cluster|\bminikube start|kind-action|setup-(?:minikube|k3s|kind|k3d)",
    re.IGNORECASE,
)
_PREVIEW = re.compile(r"preview|review|pull.?request|\bpr\b|ephemeral|sandbox.?pr", re.IGNORECASE)
_ALWAYS = re.compile(r"\balways\(\)|!\s*cancelled\(\)|\bfailure\(\)")
_COMPOSE_UP = re.compile(
    r"\bdocker(?:-| )compose\b.*\bup\b|\bdocker run\b|\bsystemctl restart\b|\bpm2 (?:re)?(?:start|load)"
)


@dataclass(frozen=True, eq=False)
class Act:
    """One thing that a step does. `purpose` as in `purposes`; `reached` the command, None for an action."""

    purpose: str
    job: Job
    step: Step
    reached: Reached | None = None

    @property
    def at(self) -> At:
        """Where the pipeline says it: the command's line, or the step."""
        return self.reached.root.at if self.reached is not None else self.step.at

    @property
    def places(self) -> tuple[At, ...]:
        """Where the pipeline says it, then where the command stands that does it."""
        inner = self.reached.places if self.reached is not None else ()
        return tuple(dict.fromkeys((self.at, *inner)))

    @property
    def words(self) -> str:
        """What runs, in short."""
        text = self.reached.root.text if self.reached is not None else self.step.uses or self.step.name
        line = " ".join(text.split())
        return line if len(line) <= 60 else f"{line[:57]}..."


@dataclass(frozen=True, eq=False)
class Pipeline:
    """A pipeline file with all that its jobs do. `triggers` are those of its callers where it is called."""

    workflow: Workflow
    acts: tuple[Act, ...]
    triggers: frozenset[str]
    outside: tuple[Job, ...] = ()

    @property
    def path(self) -> str:
        """Its file."""
        return self.workflow.path

    @property
    def called(self) -> bool:
        """Whether other workflows call it: what it does is then told of its callers."""
        return "workflow_call" in self.workflow.triggers

    @property
    def on_change(self) -> bool:
        """Whether a change of the code starts it."""
        return bool(self.triggers & ON_CHANGE)

    def of(self, *wanted: str) -> tuple[Act, ...]:
        """The acts of these purposes."""
        return tuple(act for act in self.acts if act.purpose in wanted)

    def of_job(self, job: Job, *wanted: str) -> tuple[Act, ...]:
        """The acts of one job of these purposes, or of any."""
        return tuple(a for a in self.acts if a.job is job and (not wanted or a.purpose in wanted))

    @cached_property
    def before(self) -> dict[str, frozenset[str]]:
        """Job id to the ids of the jobs that have to succeed before it."""
        direct = {job.id: self._needs(job) for job in self.workflow.jobs}
        found: dict[str, frozenset[str]] = {}
        for job in self.workflow.jobs:
            pending, seen = list(direct[job.id]), set[str]()
            while pending:
                name = pending.pop()
                if name not in seen:
                    seen.add(name)
                    pending += direct.get(name, ())
            found[job.id] = frozenset(seen)
        return found

    def _needs(self, job: Job) -> tuple[str, ...]:
        if job.needs or "needs" in job.node or self.workflow.platform not in SEQUENTIAL:
            return job.needs
        return tuple(other.id for other in self._earlier(job))

    def _earlier(self, job: Job) -> Iterator[Job]:
        """The jobs of earlier stages, which have to succeed where a job names none that it needs."""
        jobs = self.workflow.jobs
        if self.workflow.platform != "gitlab":
            yield from jobs[: jobs.index(job)]
            return
        stages = self.workflow.node.get("stages") if self.workflow.node is not None else None
        named = [node.text for node in stages.children()] if stages is not None else ["build", "test", "deploy"]
        order = [".pre", *named, ".post"]
        if job.stage in order:
            earlier = set(order[: order.index(job.stage)])
            yield from (j for j in jobs if j.stage in earlier and not j.continue_on_error)


def waits_for_success(job: Job) -> bool:
    """False where a job's condition lets it run after others have failed."""
    condition = job.condition or ""
    asks = "result" in condition or "success()" in condition or re.search(r"!\s*failure\(\)", condition) is not None
    return not _ALWAYS.search(condition) or asks


@lru_cache(maxsize=4)
def pipelines(project: Project) -> tuple[Pipeline, ...]:
    """Every pipeline that can be read, with what it does."""
    judged = [
        w for w in project.workflows if w.error is None and project.files.class_of(w.path) is FileClass.PRODUCTION
    ]
    triggers = _effective(judged)
    reader = _Reader(project)
    return tuple(
        Pipeline(
            w,
            tuple(act for job in w.jobs for act in reader.acts(job, w.platform)),
            triggers[w.path],
            tuple(job for job in w.jobs if job.uses and not job.local),
        )
        for w in judged
    )


def _effective(workflows: list[Workflow]) -> dict[str, frozenset[str]]:
    """The triggers of each workflow, with those of the workflows that call it or that it follows."""
    found = {w.path: frozenset(w.triggers) for w in workflows}
    for _ in range(4):
        for caller in workflows:
            for job in caller.jobs:
                if job.local in found:
                    found[job.local] |= found[caller.path] - {"workflow_call"}
    return found


_OF_SCRIPTS = re.compile(r"(?:node|tsx|ts-node|bun|deno)\s+(?:run\s+)?(?:-\S+\s+)*[\w./-]+\.[mc]?[jt]s\b")


def _starts_own_script(command: Command) -> bool:
    """Whether a command runs a program of the project's own, of which only a name can say what it is for."""
    return _OF_SCRIPTS.match(" ".join((base_name(command.program), *command.args))) is not None


def _purposes_of_call(command: Command) -> Iterator[str]:
    """What a script of a package or a target is for by the name under which it is called."""
    for call in invocations(command):
        yield from purposes_of_name(call.name)


class _Reader:
    def __init__(self, project: Project) -> None:
        self.reach: Reach = reach(project)
        self.project = project
        self.builds = {build.at: build.dockerfile for build in project.image_builds if build.dockerfile}
        self.dockerfiles = {dockerfile.path: dockerfile for dockerfile in project.dockerfiles}

    def acts(self, job: Job, platform: str) -> Iterator[Act]:
        """What a job does, in order."""
        local = _LOCAL_CLUSTER.search(" ".join([job.id, *(s.uses or s.run or "" for s in job.all_steps)]))
        for step in job.all_steps:
            for act in self._of_step(job, step):
                if not (local and act.purpose == "deploy"):
                    yield act
        if on_its_machine(job, platform):
            yield from self._on_its_machine(job)
        if local and any(step.commands for step in job.all_steps):
            yield Act("try", job, job.all_steps[-1])

    def _on_its_machine(self, job: Job) -> Iterator[Act]:
        reached = [(step, one) for step in job.all_steps for one in self.reach.of(step.commands)]
        deploys = local_deploys(one.command for _, one in reached)
        yield from (Act("deploy", job, step, one) for step, one in reached if id(one.command) in deploys)

    def _of_step(self, job: Job, step: Step) -> Iterator[Act]:
        yield from (Act(purpose, job, step) for purpose in sorted(purposes_of_action(step)))
        yield from (Act("test", job, step) for _ in self._tests_in_image(step.at))
        for reached in self.reach.of(step.commands or action_commands(step)):
            found = frozenset() if self.reach.hands_on(reached.command) else purposes(reached.command)
            if not found:
                found = frozenset(p for n in self.reach.unread(reached.command) for p in purposes_of_name(n))
            if not found and _starts_own_script(reached.command):
                found = frozenset({"test"} & {p for call in reached.chain[:-1] for p in _purposes_of_call(call)})
            if base_name(reached.root.program) == "ssh" and _COMPOSE_UP.search(reached.root.text):
                found |= {"deploy"}
            yield from (Act(purpose, job, step, reached) for purpose in sorted(found))
            yield from (Act("test", job, step, reached) for _ in self._tests_in_image(reached.command.at))

    def _tests_in_image(self, at: At) -> Iterator[bool]:
        """Whether the image that is built there is tested by its own Dockerfile."""
        dockerfile = self.dockerfiles.get(self.builds.get(at) or "")
        for instruction in dockerfile.of("RUN") if dockerfile is not None else ():
            found = commands(instruction.value, instruction.at.path, instruction.at.line or 1, directory=None)
            if any("test" in purposes(command) for command in found):
                yield True
                return


def is_preview(project: Project, pipeline: Pipeline, job: Job) -> bool:
    """Whether a deploy is for looking at one change, or for development: nothing that users meet."""
    words = " ".join(filter(None, [job.id, job.name, job.environment, pipeline.path.rpartition("/")[2]]))
    if _PREVIEW.search(words) or (pipeline.triggers and pipeline.triggers <= BEFORE_MERGE | {"workflow_call"}):
        return True
    return project.files.environment_of(job.environment or job.id) in {"development", "test"}
