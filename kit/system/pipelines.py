"""What the pipelines do, step by step, and for which service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kit.system.drafts import Drafts
from kit.system.local_deploys import on_its_machine
from kit.system.model import PipelineStep
from kit.system.pipeline_acts import pipelines
from kit.system.purposes import skips_tests

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.pipelines.model import Job, Step
    from kit.system.drafts import Draft

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (does, re.compile(pattern, re.IGNORECASE))
    for does, pattern in (
        ("load-test", r"\b(k6|locust|artillery|jmeter|gatling|wrk|vegeta|autocannon)\b|load[-_ ]?test|perf(ormance)?[-_ ]test"),
        ("migrate", r"\balembic upgrade|prisma migrate deploy|migrate deploy|manage\.py migrate|flyway|liquibase|db:migrate|migrate up\b"),
        ("scan", r"\b(trivy|grype|snyk|codeql|semgrep|bandit|npm audit|pip-audit|pnpm audit|gitleaks|trufflehog|checkov|tfsec|dependency-review|zizmor|hadolint|osv-scanner|safety check|govulncheck|sonar\w*)\b"),
        ("deploy", r"\b(kubectl (apply|set image|rollout)|helm (upgrade|install)|serverless deploy|sls deploy|flyctl deploy|fly deploy|vercel( deploy| --prod)?|railway up|terraform apply|pulumi up|eksctl|argocd|cdk deploy|sam deploy|gcloud (run|app) deploy|aws ecs|az webapp|eb deploy|cap deploy|skaffold (run|deploy)|wrangler (deploy|publish)|netlify deploy|firebase deploy|docker stack deploy)|deploy-cloudrun|amazon-ecs-deploy|webapps-deploy|k8s-deploy|appleboy/ssh"),
        ("push", r"\bdocker push\b|build-push-action|npm publish|twine upload|pypi-publish|ko publish|jib:build"),
        ("test", r"\b(pytest|jest|vitest|mocha|ava|go test|mvn[^\n]*\b(test|verify|package|install)|gradlew?[^\n]*\b(test|build|check)|cargo test|rspec|phpunit|tox|nox|playwright test|cypress run|ctest|dotnet test|unittest|karma|ng test|cypress-io/github-action)\b|\b(npm|pnpm|yarn|bun)( run)?( -\S+)* (test|e2e)\S*|\b(make|just|task) \S*test\S*|turbo( run)? test|nx \S*test"),
        ("lint", r"\b(eslint|ruff|flake8|pylint|mypy|pyright|black|prettier|golangci-lint|tsc\b|checkstyle|spotless|biome|pre-commit|shellcheck)\b|\b(npm|pnpm|yarn)( run)?( -\S+)* (lint|type-?check|check|format)\S*|\b(make|just|task) \S*lint\S*"),
        ("build", r"\bdocker(?:-compose| compose)?\b[^\n]* build\b|\bdocker buildx\b|\b(npm|pnpm|yarn|bun)( run)? build\S*|go build|cargo build|turbo( run)? build|next build|vite build|gradlew?\b[^\n]* \S*(assemble|bootJar|build)\b|mvn[^\n]*package|python -m build|make build"),
    )
)  # fmt: skip

KINDS = frozenset(does for does, _ in _RULES)
_COMPOSE_UP = re.compile(r"docker[- ]compose[^\n]* up\b", re.IGNORECASE)
_OTHER_MACHINE = re.compile(r"\bDOCKER_HOST\b|\bdocker (?:-c|--context|context use)\b|\bssh\b")


def join_pipelines(project: Project, drafts: Drafts) -> None:
    """Give each pipeline step to the services that its job speaks of, or to all where it names none.

    What its own words do not tell, the scripts tell that it calls. What compose starts on a machine that goes away
    with the job is tried there, not deployed.
    """
    own = [d for d in drafts if d.root is not None or d.build is not None]
    found: dict[int, list[PipelineStep]] = {id(d): [] for d in own}
    acts = {pipeline.path: pipeline.acts for pipeline in pipelines(project)}
    for workflow in project.workflows:
        for job in workflow.jobs:
            meant = _named(own, job)
            stays = on_its_machine(job, workflow.platform) or _reaches_out(job)
            for step in job.all_steps:
                through = {act.purpose for act in acts.get(workflow.path, ()) if act.step is step} & KINDS
                started = {"deploy"} if stays and _COMPOSE_UP.search(_runnable(step)) else set()
                for does in sorted(set(kinds_of(step)) | started or through):
                    for draft in _named_in(own, step) or meant or own:
                        found[id(draft)].append(PipelineStep(does, workflow.path, job.id, step.at))
    for draft in own:
        draft.facts["pipelines"] = tuple(found[id(draft)])


def kinds_of(step: Step) -> Iterator[str]:
    """What a step does: build, test, lint, scan, push, deploy, migrate, load-test."""
    runnable = _runnable(step)
    tested = "\n".join(line for line in runnable.replace("\\\n", " ").splitlines() if not skips_tests(line))
    for does, pattern in _RULES:
        if pattern.search(tested if does == "test" else runnable):
            yield does


def _runnable(step: Step) -> str:
    said = step.run or "\n".join(command.text for command in step.commands)
    text = "\n".join(filter(None, [step.uses, said]))
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("#", "echo ")))


def _reaches_out(job: Job) -> bool:
    """Whether a job speaks to the Docker of another machine; its own goes away with it."""
    return any(_OTHER_MACHINE.search(node.text) for node in job.node.strings()) or "DOCKER_HOST" in job.env


def _named(drafts: list[Draft], job: Job) -> list[Draft]:
    text = f"{job.id} {job.name} " + " ".join(n.text for n in job.node.each("strategy", "matrix", "**"))
    return _mentioned(drafts, text)


def _named_in(drafts: list[Draft], step: Step) -> list[Draft]:
    inputs = " ".join(n.text for n in step.inputs.strings()) if step.inputs is not None else ""
    return _mentioned(drafts, f"{step.run or ''} {step.working_directory or ''} {inputs}")


def _mentioned(drafts: list[Draft], text: str) -> list[Draft]:
    words = set(re.findall(r"[A-Za-z0-9_][\w./-]*", text))
    parts = {part for word in words for part in (word, word.rstrip("/"), *word.split("/"))}
    return [d for d in drafts if d.name in parts or (d.root not in {None, "."} and d.root in parts)]
