"""Can a gate say no, does a step do what it is named after, and does a deploy wait for the tests?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kit.checks.delivery.common import jobs
from kit.checks.shared.crowd import by_folder, gathered
from kit.checks.shared.swallowed import is_off, swallowed
from kit.model import Clause, Fact, Located, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.pipelines.model import Job, Step
from kit.system.pipeline_acts import (
    BEFORE_MERGE,
    SEQUENTIAL,
    Act,
    Pipeline,
    is_preview,
    pipelines,
    waits_for_success,
)
from kit.system.purposes import only_prints

NAMES = {"test": "tests", "types": "the type check", "lint": "the linter", "scan": "the scan"}
SEVERITY = {"test": Severity.HIGH, "types": Severity.MEDIUM, "lint": Severity.LOW, "scan": Severity.MEDIUM}
MENDS = re.compile(
    r"\s(?:--fix|--write|-w|--autofix|auto-?update|install|ruff format(?!.*--check)|black (?!.*--check))\s"
)
SETS_UP = re.compile(
    r"checkout|/setup-|setup-|/cache|login|configure-\w+-credentials|auth@|upload-artifact|download-artifact|slack|notif"
)
DEPLOYS = re.compile(
    r"(?:^|[^a-z])deploy(?!ment[ _-]?(?:test|summary|report|status|notif|check|lock|url|info))", re.IGNORECASE
)
PRETENDS = re.compile(
    r"^(?:run |execute |perform |start )?(?:the )?(?:automatic |automated |production |staging |database |db |post-deploy\w* )*"
    r"(?:deploy|rollback|roll back|smoke[ -]?tests?|health[ -]?checks?|migrat\w+|back ?up|load[ -]?tests?|e2e|"
    r"integration tests?|unit tests?|tests?|security (?:scan|audit)|vulnerability scan|lint|verify deployment)\b",
    re.IGNORECASE,
)
SPEAKS = re.compile(
    r"summar|notif|report|status|info|message|print|comment|\blog\b|announce|output|\burl\b|complete|succe|fail|start(?:ed|ing)"
    r"|skip|instruction|manual|remind|hint|result|link|version|\btag\b|\bname\b|warn|done|finish",
    re.IGNORECASE,
)


@check("DEL-004", "Gates can fail", Severity.HIGH, Clause.INVARIANTS, effort_hours=1)
def gates_can_fail(project: Project) -> Iterator[Fact]:
    """
    A gate that cannot say no is worse than none: it is green whatever the code does, and people trust it.

    Decides: each job's tests, type checks, linters and scans, also inside of the package scripts, targets and shell
    scripts that it calls. A failure is swallowed by `|| true`, `continue-on-error`, `set +e`, a pipe without
    `pipefail`, `--exit-zero` and the like, or never looked for under `if: false`, which weighs less beside tests that
    run. A step whose outcome a later step
    reads holds.

    Fix: take what swallows the failure out; where known failures must be borne, list them one by one.

    Blind to: what branch protection demands of a pipeline, and thresholds set inside of tools.

    See: https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-actions#jobsjob_idstepscontinue-on-error
    """
    found = list(_gates(project))
    held = {purpose for purpose, _, fact in found if not fact.outcome.open}
    for purpose, job, fact in found:
        # Beside a gate of its kind that holds, nobody takes one that is switched off for a gate.
        minor = is_off(job) and purpose in held and fact.severity is Severity.HIGH
        yield replace(fact, severity=Severity.MEDIUM) if minor else fact


def _gates(project: Project) -> Iterator[tuple[str, Job, Fact]]:
    """What each job does for a purpose, and what can be said of it."""
    told: set[tuple[object, ...]] = set()
    for pipeline, job in jobs(project):
        for purpose in NAMES:
            acts = [act for act in pipeline.of_job(job, purpose) if not _mends(act)]
            wrong = [(act, found) for act in acts if (found := swallowed(job, act)) is not None]
            for act, (why, places) in wrong:
                key = (purpose, why, tuple(p.at for p in places))
                if key not in told:
                    told.add(key)
                    message = f"Job {job.id}: {NAMES[purpose]} ({act.words}) cannot fail it: {why}."
                    yield purpose, job, bad(message, *places, severity=SEVERITY[purpose])
            if acts and not wrong:
                yield purpose, job, ok(f"Job {job.id}: {NAMES[purpose]} can fail it ({acts[0].words}).", acts[0])


_LISTS = re.compile(r"\s(?:--co|--collect-only|--listTests|--list-tests)(?=\s)")


def _mends(act: Act) -> bool:
    """A formatter that writes is no gate, nor is what only lists the tests."""
    text = f" {act.reached.command.text} " if act.reached is not None else ""
    return bool(MENDS.search(text) or _LISTS.search(text))


@check("DEL-005", "Steps do what their names say", Severity.HIGH, Clause.EXECUTION, effort_hours=4)
def steps_do_what_they_say(project: Project) -> Iterator[Fact]:
    """
    A deploy, a rollback or a smoke test that only prints a line looks done in every overview, and nothing was done.

    Decides: jobs and steps named after a deed (deploy, rollback, smoke test, health check, migration, backup, scan)
    whose every command prints, waits or succeeds; steps that announce something, or set outputs, are left alone.

    Fix: put the command that does it in the step, or delete the step.

    Blind to: steps that do something else than their name says.

    See: https://docs.github.com/en/actions/use-cases-and-examples/deploying/deploying-with-github-actions
    """
    for pipeline, job in jobs(project):
        whole = _hollow_job(job)
        if whole:
            yield bad(f"Job {job.id} is there to deploy, and all it does is print: nothing is deployed.", *whole)
        elif DEPLOYS.search(f"{job.id} {job.name}") and pipeline.of_job(job, "deploy"):
            yield ok(
                f"Job {job.id} deploys: {pipeline.of_job(job, 'deploy')[0].words}.",
                pipeline.of_job(job, "deploy")[0],
            )
        elif pipeline.workflow.platform in SEQUENTIAL and _hollow_stage(job):
            message = f"Job {job.id} only prints; what it is named after is not done."
            yield bad(message, *job.all_steps, severity=_weight(job.id))
        for step in job.all_steps:
            if step not in whole and _hollow(step):
                verb = step.name.strip()
                yield bad(
                    f'Job {job.id}: the step "{verb}" only prints; what it is named after is not done.',
                    step,
                    severity=_weight(verb),
                )


def _weight(name: str) -> Severity:
    return Severity.HIGH if re.search(r"deploy|roll|migrat|back ?up", name, re.IGNORECASE) else Severity.MEDIUM


def _hollow_job(job: Job) -> tuple[Step, ...]:
    """The printing steps of a job that is named a deploy and does nothing else; none where it does something."""
    names = f"{job.id} {job.name}"
    named = (DEPLOYS.search(names) or job.environment) and not SPEAKS.search(names)
    if not named or job.uses or not job.steps:
        return ()
    printing = tuple(step for step in job.all_steps if only_prints(step))
    rest = [s for s in job.all_steps if not only_prints(s) and not (s.uses and SETS_UP.search(s.uses.lower()))]
    return printing if not rest else ()


def _hollow_stage(job: Job) -> bool:
    """Whether a job is named after a deed and only prints. On GitHub such jobs stand in for checks that are skipped."""
    named = PRETENDS.match(job.id) and not SPEAKS.search(job.id)
    return bool(named and job.all_steps) and not job.condition and all(only_prints(step) for step in job.all_steps)


def _hollow(step: Step) -> bool:
    named = PRETENDS.match(step.name.strip()) and not SPEAKS.search(step.name) and step.node.get("name") is not None
    return bool(named) and only_prints(step)


@check("DEL-006", "Deploys wait for the tests", Severity.HIGH, Clause.INVARIANTS, effort_hours=1)
@gathered(by_folder, above=3)
def deploys_wait(project: Project) -> Iterator[Fact]:
    """
    A deploy that starts beside the tests is out before they have failed.

    Decides: each job that deploys or publishes to staging or production: tests run before it in the same job, in a
    job that it needs, or in a workflow that it follows and whose success it asks for. Where tests only run in
    another workflow on pull requests it holds in part; so does a job that a workflow_run starts and that asks
    `github.ref` for the branch.

    Fix: add `needs: [test]` to the deploying job, or start its workflow by `workflow_run` and ask for
    `github.event.workflow_run.conclusion == 'success'`.

    Blind to: branch protection, and approvals that people give by hand.

    See: https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-actions#jobsjob_idneeds
    """
    found = pipelines(project)
    if not any(p.of("test") for p in found):
        return
    for pipeline, job in jobs(project):
        acts = pipeline.of_job(job, "deploy")
        if acts and not pipeline.called and not is_preview(project, pipeline, job):
            # What is deployed before the tests of the job, and again after them, is there for them to run against.
            act = acts[-1] if any(_tested(job, gate, acts) for gate in pipeline.of("test")) else acts[0]
            yield _waiting(found, pipeline, job, act)
            yield from _of_any_branch(pipeline, job, act)


def _tested(job: Job, gate: Act, acts: Sequence[Act]) -> bool:
    """Whether tests stand between the first and the last deploy of a job."""
    if gate.job is not job:
        return False
    first, tests, last = (job.all_steps.index(a.step) for a in (acts[0], gate, acts[-1]))
    return first < tests < last


def _waiting(found: tuple[Pipeline, ...], pipeline: Pipeline, job: Job, act: Act) -> Fact:
    gates = [a for a in pipeline.of("test") if _stops(pipeline, a, job, act)]
    place: tuple[Located, ...] = (act,) if act.at.path == pipeline.path else (job, act)
    if gates and all(swallowed(gate.job, gate) for gate in gates):
        message = f"Job {job.id} waits for tests that cannot fail ({gates[0].words})."
        return partial(message, *place, gates[0], severity=Severity.MEDIUM)
    if gates and waits_for_success(job):
        return ok(f"Job {job.id} deploys after {gates[0].words}.", *place, gates[0])
    if gates:
        message = f"Job {job.id} needs the tests, but its condition lets it deploy after they failed."
        return bad(message, job.node.get("if") or job, *place)
    after = next((a for a in pipeline.of("test") if job.id in pipeline.before.get(a.job.id, ())), None)
    if after is not None:
        message = f"Job {job.id} deploys first and is tested there afterwards ({after.words})."
        return partial(message, *place, after, severity=Severity.LOW)
    followed = _followed(found, pipeline)
    if followed is not None:
        return _followed_fact(pipeline, job, act, followed)
    beside = next((p for p in found if p.of("test") and p.triggers & BEFORE_MERGE), None)
    if beside is not None and not pipeline.on_change:
        message = (
            f"Job {job.id} is started by hand or by a release; whether {beside.workflow.name} passed is not asked."
        )
        return partial(message, *place, severity=Severity.LOW)
    if beside is not None:
        message = f"Job {job.id} deploys beside the tests of {beside.workflow.name}, not after them."
        return partial(message, *place, beside.of("test")[0], severity=Severity.MEDIUM)
    elsewhere = next(p for p in found if p.of("test"))
    message = f"Job {job.id} deploys without waiting for any test ({elsewhere.workflow.name} runs them)."
    return bad(message, *place, elsewhere.of("test")[0])


def _stops(pipeline: Pipeline, gate: Act, job: Job, act: Act) -> bool:
    """Whether the gate's failure keeps the deploy from running."""
    if gate.job is job:
        order = [id(step) for step in job.all_steps]
        return order.index(id(gate.step)) < order.index(id(act.step))
    return gate.job.id in pipeline.before.get(job.id, ()) and not gate.job.continue_on_error


def _followed(found: tuple[Pipeline, ...], pipeline: Pipeline) -> Pipeline | None:
    on = pipeline.workflow.on
    names = {node.text for node in on.each("workflow_run", "workflows", "*")} if on is not None else set()
    return next((p for p in found if p.workflow.name in names and p.of("test")), None)


def _followed_fact(pipeline: Pipeline, job: Job, act: Act, followed: Pipeline) -> Fact:
    root = pipeline.workflow.node
    if root is not None and any("conclusion" in node.text for node in root.strings()):
        return ok(f"Job {job.id} deploys after {followed.workflow.name} has succeeded.", act)
    message = f"Job {job.id} follows {followed.workflow.name} whether it succeeded or not: failed tests are deployed."
    return bad(message, pipeline.workflow.on or act, act)


_BRANCH = re.compile(r"\bgithub\.ref(?:_name)?\b")


def _of_any_branch(pipeline: Pipeline, job: Job, act: Act) -> Iterator[Fact]:
    """A deploy behind another workflow that takes the default branch, as `github.ref` says there, for the tested one."""
    on = pipeline.workflow.on
    run = on.get("workflow_run") if on is not None else None
    if run is None or run.get("branches") is not None or run.get("branches-ignore") is not None:
        return
    for node in (job.node.get("if"), act.step.node.get("if")):
        asked = node is not None and _BRANCH.search(node.text) and not re.search(r"head_branch|event_name", node.text)
        if node is not None and asked:
            words = "asks github.ref, which is the default branch whenever workflow_run starts it"
            message = f"Job {job.id} {words}: it deploys behind a run of any branch, or never."
            fix = "`if: github.event.workflow_run.head_branch == 'main'`, or `branches: [main]` under `workflow_run`."
            yield partial(message, node, run, severity=Severity.MEDIUM, fix=fix)
            return
