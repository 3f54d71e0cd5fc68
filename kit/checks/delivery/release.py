"""Does a release get verified, can it be taken back, and who lets it out?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.delivery.common import jobs
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, FileClass, Located, Severity, Strength, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import Command
from kit.sources.pipelines.model import Job
from kit.system.pipeline_acts import Act, Pipeline, is_preview, pipelines
from kit.system.purposes import prints_only, purposes
from kit.system.reach import Reached

KEEPS_RELEASES = re.compile(
    r"vercel|netlify|fly(?:ctl)?\b|heroku|railway|render|deploy-cloudrun|gcloud run|app ?engine|firebase|wrangler|pages"
    r"|fastapi deploy|amplify|static-web-apps"
)
VERSION_INPUT = re.compile(r"version|tag|image|\bref\b|sha|commit|release|revision", re.IGNORECASE)
ROLLBACK_NAME = re.compile(r"roll-?_?back|revert-?release|undo-?deploy", re.IGNORECASE)
ROLLBACK_TEXT = re.compile(
    r"\broll(?:ing)?[ -]?back\b|\brollout undo\b|previous (?:version|release|image)", re.IGNORECASE
)
VERIFIES_ITSELF = re.compile(
    r"deploy-cloudrun|gcloud run deploy|fly(?:ctl)?\b|vercel|netlify|heroku|railway|render|firebase|wrangler|fastapi deploy|pages"
    r"|skaffold (?:run|deploy)"
)


@check("DEL-012", "There is a way back", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=4)
def there_is_a_way_back(project: Project) -> Iterator[Fact]:
    """
    Sooner or later a release is bad. Then minutes count, and nobody wants to invent the way back.

    Decides: where the project deploys, something of it rolls back: a step or workflow with `rollout undo`,
    `helm rollback`, `--atomic` and the like, a deploy started by hand with a version to deploy, automatic rollback of
    the deploying tool; platforms that keep their releases hold. A script that nothing calls holds in part, a
    description is documented only, and a step that only prints does not hold.

    Fix: add a workflow with `workflow_dispatch` and an input `version` that deploys an earlier image, and try it.

    Blind to: whether the way back was ever walked, and whether migrations allow it.

    See: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment
    """
    deploys = [(p, job, acts[0]) for p, job in jobs(project) if (acts := _released(project, p, job))]
    facts = [*_wired(project, deploys), *_hollow(project)]
    if not any(f.outcome.decided and f.outcome.value == "pass" for f in facts):
        facts += _written(project)
    yield from facts
    if not facts and deploys:
        _, job, act = deploys[0]
        yield bad(f"Job {job.id} deploys, and nothing in the project brings the earlier release back.", act)


def _released(project: Project, pipeline: Pipeline, job: Job) -> tuple[Act, ...]:
    return () if is_preview(project, pipeline, job) or pipeline.called else pipeline.of_job(job, "deploy")


def _wired(project: Project, deploys: list[tuple[Pipeline, Job, Act]]) -> Iterator[Fact]:
    told = set()
    for pipeline in pipelines(project):
        for act in pipeline.of("rollback"):
            if act.at not in told:
                told.add(act.at)
                yield ok(f"Job {act.job.id} can bring the earlier release back ({act.words}).", act)
    for pipeline, job, act in deploys:
        chosen = _chosen(pipeline)
        if KEEPS_RELEASES.search(act.words):
            yield ok(f"Job {job.id}: the platform keeps earlier releases, to be activated again.", act)
        elif chosen is not None:
            yield ok(f"{pipeline.workflow.name} can be started by hand with the version to deploy.", chosen)
    for resource in (r for t in project.terraform for r in t.resources):
        back = resource.node.get("deployment_circuit_breaker", "rollback") or resource.node.get(
            "auto_rollback_configuration"
        )
        if back is not None and back.text != "false":
            yield ok(f"{resource.type}.{resource.name}: a failed deployment is rolled back by itself.", back)


def _chosen(pipeline: Pipeline) -> Located | None:
    """The input of a start by hand that says what to deploy."""
    on = pipeline.workflow.on
    inputs = on.get("workflow_dispatch", "inputs") if on is not None else None
    return (
        next((node for name, node in inputs.items() if VERSION_INPUT.search(name)), None)
        if inputs is not None
        else None
    )


def _hollow(project: Project) -> Iterator[Fact]:
    for pipeline, job in jobs(project):
        for step in job.all_steps:
            named = ROLLBACK_NAME.search(f"{step.name} {job.id}".replace(" ", "-"))
            if named and step.commands and all(prints_only(c) for c in step.commands):
                yield bad(
                    f"{pipeline.workflow.name}: the rollback of job {job.id} only prints; nothing is brought back.",
                    step,
                )


def _written(project: Project) -> Iterator[Fact]:
    for script in project.scripts:
        if project.files.class_of(script.path) is FileClass.PRODUCTION and ROLLBACK_NAME.search(script.path):
            works = any("rollback" in purposes(c) for c in script.commands) or not all(
                map(prints_only, script.commands)
            )
            what = "no pipeline calls it, so nobody knows whether it works" if works else "it only prints"
            yield (partial if works else bad)(f"{script.path} is meant for going back; {what}.", script)
            return
    for makefile in project.makefiles:
        for name, target in makefile.targets.items():
            if ROLLBACK_NAME.search(name):
                yield partial(f"Target {name} is meant for going back; no pipeline calls it.", target)
                return
    for document in project.markdown:
        heading = next((h for h in document.headings if ROLLBACK_TEXT.search(h.text)), None)
        if heading is not None:
            yield partial(
                f"{document.path} describes a way back; nothing in the project walks it.",
                heading,
                strength=Strength.DOCUMENTED,
            )
            return


@check("DEL-024", "A deploy is verified", Severity.MEDIUM, Clause.EXECUTION, effort_hours=2)
def deploys_are_verified(project: Project) -> Iterator[Fact]:
    """
    A deploy that nobody looks at afterwards is found broken by its users.

    Decides: after the step that deploys, or in a job that follows it, something waits for the rollout, asks a health
    endpoint, runs a script that is named so, or runs smoke or end-to-end tests; tools that wait by themselves hold.

    Fix: end the job with `kubectl rollout status deployment/api --timeout=5m` and a request to the health endpoint.

    Blind to: canary analysis and alerts that watch a release from outside.

    See: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_status/
    """
    for pipeline, job in jobs(project):
        acts = _released(project, pipeline, job)
        if not acts:
            continue
        after = [a for a in pipeline.of("verify", "test", "load-test") if _after(pipeline, a, job, acts)]
        if after:
            yield ok(f"Job {job.id}: the deploy is verified ({after[0].words}).", acts[-1], after[0])
        elif any(_waits_itself(a) for a in acts):
            yield ok(f"Job {job.id}: the platform takes a release that does not start for failed.", acts[-1])
        elif (called := _called(pipeline, job, acts)) is not None:
            yield _by_script(project, job, acts[-1], *called)
        else:
            yield bad(
                f"Job {job.id}: {acts[-1].words} ends the job; whether the release works, nobody looks.", acts[-1]
            )


_VERIFIES = re.compile(r"(?:^|/)[\w.-]*(?:health|smoke|verif|ready|check)[\w.-]*\.(?:sh|bash|py|[mc]?[jt]s|ps1|rb)$")


def _called(pipeline: Pipeline, job: Job, deploys: tuple[Act, ...]) -> tuple[Command, str] | None:
    """The command after a deploy that runs a script of which the name says that it looks, and the script's path."""
    for other in pipeline.workflow.jobs:
        for step in other.all_steps:
            for command in step.commands:
                script = next((w for w in command.words[:3] if _VERIFIES.search(w) and "$" not in w), None)
                act = Act("verify", other, step, Reached((command,)))
                if script is not None and _after(pipeline, act, job, deploys):
                    return command, posixpath.normpath(posixpath.join(command.directory or "", script))
    return None


def _by_script(project: Project, job: Job, deploy: Act, command: Command, script: str) -> Fact:
    if project.files.exists(script):
        return ok(f"Job {job.id}: the deploy is verified by {script}.", deploy, command)
    return bad(f"Job {job.id}: the deploy is to be verified by {script}, which does not exist.", deploy, command)


def _waits_itself(act: Act) -> bool:
    """Whether the tool takes a release that does not come up for failed; ECS only where it is told to wait."""
    if "amazon-ecs-deploy" in act.words:
        waits = act.step.inputs.get("wait-for-service-stability") if act.step.inputs is not None else None
        return waits is not None and waits.text == "true"
    return bool(VERIFIES_ITSELF.search(act.words))


def _after(pipeline: Pipeline, act: Act, job: Job, deploys: tuple[Act, ...]) -> bool:
    if act.job is job:
        order = [id(step) for step in job.all_steps]
        first = deploys[0]
        later = order.index(id(act.step)) > order.index(id(first.step))
        same = act.step is first.step and (act.at.line or 0) >= (first.at.line or 0)
        return later or (same and act.purpose == "verify")
    return job.id in pipeline.before.get(act.job.id, ())


@check("DEL-023", "Production is deployed to on purpose", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1)
def production_is_on_purpose(project: Project) -> Iterator[Fact]:
    """
    An environment on the deploying job is where approvals, waiting times and separate secrets hang.

    Decides: each job that deploys, other than to previews and tests, names an `environment`, is started by hand, or
    follows a release or tag. One that runs for pull requests as for pushes, without a condition anywhere on its way,
    deploys what nobody has merged.

    Fix: add `environment: production` to the job, and protect that environment in the repository's settings.

    Blind to: the rules of the environment itself, which no file shows; triggers of Cloud Build and CodeBuild, where it is
    unknown.

    See: https://docs.github.com/en/actions/managing-workflow-runs-and-deployments/managing-deployments/managing-environments-for-deployment
    """
    for pipeline, job in jobs(project):
        acts = _released(project, pipeline, job)
        if not acts:
            continue
        inner = next((j for j in job.jobs if j.environment), None)
        if job.environment or inner is not None:
            place = job.node.get("environment") or (inner.node.get("environment") if inner is not None else None) or job
            yield ok(f"Job {job.id} deploys to a named environment.", place)
        elif job.manual or not pipeline.on_change or _only_tags(pipeline):
            yield ok(f"Job {job.id} deploys when somebody asks for it.", job)
        elif pipeline.workflow.platform in _STARTED_ELSEWHERE:
            yield unknown(f"Job {job.id} deploys, and what starts {pipeline.path} is no file of the project.", job)
        elif _before_merge(pipeline, job):
            message = f"Job {job.id} deploys each pull request, before anybody has merged it."
            yield bad(message, job, severity=Severity.MEDIUM)
        else:
            yield partial(
                f"Job {job.id} deploys every push; no environment of the platform holds approvals or secrets for it.",
                job,
            )


_STARTED_ELSEWHERE = frozenset({"cloudbuild", "codebuild"})
"""Platforms whose triggers are settings of the cloud."""


def _before_merge(pipeline: Pipeline, job: Job) -> bool:
    """Whether a pull request starts the deploy as a push does, no condition on the job, its needs or its steps."""
    if pipeline.workflow.platform != "github" or "pull_request" not in pipeline.triggers:
        return False
    needed = [other for other in pipeline.workflow.jobs if other.id in job.needs]
    return not any(one.condition for one in (job, *needed)) and not any(s.condition for s in job.all_steps)


def _only_tags(pipeline: Pipeline) -> bool:
    push = pipeline.workflow.on.get("push") if pipeline.workflow.on is not None else None
    return push is not None and push.is_map and "tags" in push and "branches" not in push


@check("DEL-019", "Dependencies are kept up to date", Severity.LOW, Clause.ASSUMPTIONS, effort_hours=1)
def dependencies_are_kept_up(project: Project) -> Iterator[Fact]:
    """
    Without something that proposes updates, a fix for a known hole arrives when somebody thinks of it.

    Decides: a configuration of Dependabot or Renovate that can be read; the folders that Dependabot names exist, and
    it covers the kinds of dependencies that the project has.

    Fix: add `.github/dependabot.yml` with one entry per package manager, and one for `github-actions`.

    Blind to: bots that are set up for a whole organisation.

    See: https://docs.github.com/en/code-security/dependabot/dependabot-version-updates
    """
    renovate = [
        p
        for p in project.files.paths
        if re.fullmatch(r"(?:\.github/|\.gitlab/)?(?:renovate\.json5?|\.renovaterc(?:\.json)?)", p)
    ]
    held = next((p for p in project.packages if p.node is not None and p.node.get("renovate") is not None), None)
    if renovate or held is not None:
        place: Located = held if held is not None else At(renovate[0])
        yield ok("Renovate proposes updates.", place)
        return
    path = next((p for p in (".github/dependabot.yml", ".github/dependabot.yaml") if project.files.exists(p)), None)
    if path is None:
        if any(p.dependencies for p in project.packages):
            yield bad("Nothing proposes updates of dependencies (no Dependabot, no Renovate).", At("."))
        return
    yield from _dependabot(project, path)


def _dependabot(project: Project, path: str) -> Iterator[Fact]:
    document = project.documents.get(path)
    covered = set()
    for entry in document.each("updates", "*"):
        kind, folder = entry.get("package-ecosystem"), entry.get("directory")
        covered.add(kind.text if kind is not None else "")
        place = folder.text.strip("/") if folder is not None else ""
        if place and "*" not in place and not project.files.is_dir(place):
            yield bad(f"Dependabot looks into /{place}, which does not exist.", entry)
    wanted = {_BOT[p.ecosystem] for p in project.packages if p.ecosystem in _BOT and p.dependencies}
    alike = {"npm": {"npm", "bun"}, "pip": {"pip", "uv"}}
    open_ended = sorted(w for w in wanted if not covered & alike.get(w, {w}))
    if open_ended:
        yield partial(f"Dependabot leaves out {listed(open_ended)}.", document)
    else:
        yield ok(f"Dependabot proposes updates ({listed(sorted(covered))}).", document)


_BOT = {
    "npm": "npm",
    "pypi": "pip",
    "go": "gomod",
    "maven": "maven",
    "gradle": "gradle",
    "cargo": "cargo",
    "nuget": "nuget",
}
