"""Is there a pipeline that looks at every change, and can it run at all?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.delivery.common import jobs
from kit.checks.shared.pipelines_elsewhere import told
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node, Problem
from kit.sources.pipelines.model import Job, Workflow, texts
from kit.system.pipeline_acts import BEFORE_MERGE, Pipeline, is_preview, pipelines

LOOKS = ("test", "types", "lint", "build", "scan", "try")
WORK = frozenset({"test", "build", "try"})
_NEEDS = re.compile(r"\bneeds\.([A-Za-z_][\w-]*)|\bneeds\['([^'\n]{1,80})'\]")
_STEPS = re.compile(r"\bsteps\.([A-Za-z_][\w-]*)\.(?:outputs|outcome|conclusion)\b")
_PASSED_ON = re.compile(r">|\||::set-|`|\$\((?!\()|&&|;")
_SECRET_CONDITION = re.compile(r"\bsecrets\.[A-Za-z_]")


@check("DEL-001", "A pipeline builds and tests every change", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=6)
def every_change_is_checked(project: Project) -> Iterator[Fact]:
    """
    Without a pipeline, what goes to production is what happened to work on one machine.

    Decides: a pipeline that a push or a pull request starts, and that builds or tests; looked into through package
    scripts, make targets and shell scripts. It holds in part where changes are only looked at after their merge,
    or where nothing is built or tested but only linted or scanned.

    Fix: add a workflow that installs, builds and tests on `pull_request` and on `push` to the main branch.

    Blind to: pipelines that are kept outside of the repository, checks that a hosting platform runs by itself.

    See: https://docs.github.com/en/actions/automating-builds-and-tests
    """
    found = pipelines(project)
    if not found:
        if not project.workflows and _has_code(project) and (elsewhere := told(project)) is not None:
            yield unknown(
                "No pipeline is kept here; a server for them is named, and what it does is not seen.", elsewhere
            )
        elif not project.workflows and _has_code(project):
            yield bad("No pipeline: nothing builds or tests a change before it is delivered.", At("."))
        return
    looking = [p for p in found if p.on_change and p.of(*LOOKS)]
    working = [p for p in looking if p.of(*WORK)]
    before = [p for p in working if _before_merge(p)]
    if before:
        yield from (ok(f"{p.workflow.name} {_does(p)} on every change.", p.of(*WORK)[0]) for p in before)
    elif working:
        yield from (_after_merge(p) for p in working)
    elif looking:
        act = looking[0].of(*LOOKS)[0]
        slight = Severity.LOW if _only_scripts(project) else Severity.MEDIUM if told(project) is not None else None
        message = f"Pipelines look at changes ({act.words}), but none builds or tests the code."
        yield partial(message, act, severity=slight)
    elif any(p.outside for p in found if p.on_change):
        outside = next(p.outside[0] for p in found if p.outside and p.on_change)
        yield unknown(f"Job {outside.id} runs a pipeline of another repository: {outside.uses}.", outside)
    else:
        slight = Severity.LOW if _only_scripts(project) else Severity.MEDIUM if told(project) is not None else None
        message = "No pipeline that a change starts builds or tests anything."
        yield bad(message, found[0].workflow, severity=slight)


def _has_code(project: Project) -> bool:
    return bool(project.files.languages or project.dockerfiles)


_SCRIPTS = re.compile(r"(?:^|/)(?:scripts?|hack|tools?|bin|ci)/")


def _only_scripts(project: Project) -> bool:
    """Whether the project sets up the images of others: there is nothing to build but the scripts around them."""
    beside = all(_SCRIPTS.search(path) for path in project.code.files())
    return (set(project.files.languages) <= {"shell"} or beside) and not project.dockerfiles


def _does(pipeline: Pipeline) -> str:
    words = {"build": "builds", "test": "tests", "try": "tries on a cluster of its own"}
    return " and ".join(word for one, word in words.items() if pipeline.of(one))


def _before_merge(pipeline: Pipeline) -> bool:
    """A push to any branch looks at a change before its merge as well as a pull request does."""
    if pipeline.triggers & BEFORE_MERGE or pipeline.workflow.platform != "github":
        return True
    push = pipeline.workflow.on.get("push") if pipeline.workflow.on is not None else None
    limits = {"branches", "branches-ignore", "tags"}
    return "push" in pipeline.triggers and (push is None or not push.is_map or not limits & set(dict(push.items())))


def _after_merge(pipeline: Pipeline) -> Fact:
    message = (
        f"{pipeline.workflow.name} {_does(pipeline)} only once a change is on the branch: nothing stops its merge."
    )
    place = pipeline.workflow.on if pipeline.workflow.on is not None else pipeline.workflow
    return partial(message, place, severity=Severity.MEDIUM, fix="Add `pull_request:` to the workflow's `on:`.")


@check("DEL-017", "Pipeline files are valid", Severity.HIGH, Clause.EXECUTION, effort_hours=1)
def pipelines_are_valid(project: Project) -> Iterator[Fact]:
    """
    A pipeline file that is wrong does not run, and what does not run does not complain.

    Decides: the file parses; every job has steps, and a runner; `needs`, `workflow_run` and local `uses` name what
    there is, without a circle; `needs.x` and `steps.x` in expressions refer to jobs and steps that are known there;
    no condition asks for `secrets`.

    Fix: correct the name at the line given, or remove what refers to it.

    Blind to: what platforms other than GitHub and GitLab check beyond this, and values of expressions.

    See: https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-actions
    """
    names = {w.name for w in project.workflows if w.error is None}
    for workflow in project.workflows:
        if project.files.class_of(workflow.path) is not FileClass.PRODUCTION:
            continue
        if workflow.error is not None:
            yield bad(f"{workflow.path} cannot be read: {_sentence(workflow.error.message)}", workflow.error)
            continue
        wrong = list(_wrong(workflow, names))
        yield from wrong
        if not wrong:
            yield ok(f"{workflow.name}: every job, step and name that it refers to is there.", workflow)


def _wrong(workflow: Workflow, names: set[str]) -> Iterator[Fact]:
    alike: dict[str, list[Problem]] = defaultdict(list)
    for problem in workflow.problems:
        alike[problem.message].append(problem)
    for message, problems in alike.items():
        yield bad(f"{workflow.name}: {_sentence(message)}", *problems[:8])
    if workflow.platform != "github":
        return
    yield from _followed(workflow, names)
    if not workflow.jobs:
        yield bad(f"{workflow.name} has no jobs: it never runs.", workflow)
    for job in workflow.jobs:
        yield from _wrong_job(workflow, job)


def _sentence(message: str) -> str:
    return message if message.endswith(".") else f"{message}."


def _followed(workflow: Workflow, names: set[str]) -> Iterator[Fact]:
    node = workflow.on.get("workflow_run", "workflows") if workflow.on is not None else None
    for name in texts(node):
        if node is not None and name not in names and "*" not in name and "${{" not in name:
            yield bad(f"{workflow.name} waits for a workflow named {name}; there is none, so it never runs.", node)


def _wrong_job(workflow: Workflow, job: Job) -> Iterator[Fact]:
    called = job.uses is not None
    if not called and not job.steps:
        yield bad(f"Job {job.id} has no steps: the file is refused as a whole.", job)
    if not called and job.node.get("runs-on") is None:
        yield bad(f"Job {job.id} does not say where it runs (`runs-on`): the file is refused as a whole.", job)
    if _in_circle(workflow, job):
        yield bad(f"Job {job.id} waits for itself in a circle of `needs`: the file is refused.", job)
    for step in job.steps:
        both, neither = step.uses and step.run is not None, not step.uses and step.run is None
        if both or neither:
            what = "both `uses` and `run`" if both else "neither `uses` nor `run`"
            yield bad(f"Job {job.id}: a step has {what}: the file is refused.", step)
    yield from _expressions(job)


def _in_circle(workflow: Workflow, job: Job) -> bool:
    direct = {other.id: other.needs for other in workflow.jobs}
    pending, seen = list(job.needs), set[str]()
    while pending:
        name = pending.pop()
        if name == job.id:
            return True
        if name not in seen:
            seen.add(name)
            pending += direct.get(name, ())
    return False


def _expressions(job: Job) -> Iterator[Fact]:
    known = {node.text for step in job.steps for node in step.node.each("id")}
    told: set[str] = set()
    for node in job.node.strings():
        for match in _NEEDS.finditer(node.text) if "needs" in node.text else ():
            name = match[1] or match[2]
            if name not in job.needs and name not in told and _is_expression(node):
                told.add(name)
                yield bad(
                    f"Job {job.id} reads needs.{name} without needing {name}: it is always empty.",
                    node,
                    severity=_gravity(node, f"needs.{name}"),
                )
        for match in _STEPS.finditer(node.text) if "steps." in node.text else ():
            name = match[1]
            if name not in known and name not in told and not job.uses and _is_expression(node):
                told.add(name)
                yield bad(
                    f"Job {job.id} reads steps.{name}, and no step of it has that id: it is always empty.",
                    node,
                    severity=_gravity(node, f"steps.{name}"),
                )
        if node.key == "if" and _SECRET_CONDITION.search(node.text):
            yield bad(f"Job {job.id}: a condition may not read secrets; the file is refused.", node)


def _gravity(node: Node, name: str) -> Severity | None:
    """Less, where the value is only printed: whoever reads the log misses it, and nothing else."""
    lines = [line.strip() for line in node.text.splitlines() if f"{name}." in line]
    printed = all(_LISTED.match(line) or (_PRINTS.match(line) and not _PASSED_ON.search(line)) for line in lines)
    commented = node.key in {"body", "message"} or (
        node.key == "script" and re.search(r"createComment|[cC]omment\(", node.text)
    )
    return Severity.LOW if lines and (commented or (node.key == "run" and printed)) else None


_PRINTS = re.compile(r"(?:echo|printf|Write-Host)\s")
_LISTED = re.compile(r"\|.*\|$|[-*] ")
"""A line of a table or a list, as summaries get them."""


def _is_expression(node: Node) -> bool:
    return node.key == "if" or "${{" in node.text


@check("DEL-014", "Jobs have a time limit", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5)
def jobs_have_a_time_limit(project: Project) -> Iterator[Fact]:
    """
    A job that hangs holds its runner, and the release behind it, for six hours before GitHub ends it.

    Decides: each job of a GitHub workflow that builds, tests, scans or deploys; `timeout-minutes` on the job, or on
    each of its commands.

    Fix: set `timeout-minutes: 15` on the job.

    Blind to: limits that the runner's owner sets.

    See: https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-actions#jobsjob_idtimeout-minutes
    """
    for pipeline in pipelines(project):
        workflow = pipeline.workflow
        github = workflow.platform == "github"
        running = [job for job in workflow.jobs if github and job.steps and pipeline.of_job(job)]
        open_ended = [job for job in running if not _limited(job)]
        if open_ended:
            names = listed([job.id for job in open_ended])
            verdict = partial if len(open_ended) < len(running) else bad
            yield verdict(f"{workflow.name}: no time limit on {names}; a hung job runs for six hours.", *open_ended[:3])
        elif running:
            yield ok(f"{workflow.name}: every job has a time limit.", workflow)


def _limited(job: Job) -> bool:
    commands = [step for step in job.steps if step.run is not None]
    return job.timeout is not None or bool(commands and all("timeout-minutes" in step.node for step in commands))


@check("DEL-022", "Deploys do not overlap", Severity.LOW, Clause.INVARIANTS, effort_hours=0.5)
def deploys_do_not_overlap(project: Project) -> Iterator[Fact]:
    """
    Two deploys that run at once finish in any order: the older one may win.

    Decides: each deploying workflow of GitHub that a push starts has `concurrency`, on itself or on the job; jobs
    of GitLab have `resource_group`.

    Fix: add `concurrency: {group: deploy-production, cancel-in-progress: false}` to the workflow.

    Blind to: locks that the deploying tool takes by itself, as Terraform and Helm do.

    See: https://docs.github.com/en/actions/writing-workflows/choosing-what-your-workflow-does/control-the-concurrency-of-workflows-and-jobs
    """
    for pipeline, job in jobs(project):
        acts = pipeline.of_job(job, "deploy")
        judged = acts and pipeline.workflow.platform in {"github", "gitlab"} and not pipeline.called
        if not judged or is_preview(project, pipeline, job):
            continue
        root = pipeline.workflow.node
        held = job.node.get("concurrency") or job.node.get("resource_group")
        held = held or (root.get("concurrency") if root is not None else None)
        if held is not None:
            yield ok(f"{job.id}: one deploy at a time.", held)
        elif pipeline.on_change:
            yield bad(f"{job.id}: two pushes in a row deploy side by side, and the older may finish last.", acts[0])
