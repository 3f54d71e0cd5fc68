"""Do pipelines keep what they download?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.delivery.common import jobs
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.pipelines.model import Job, Step
from kit.system.pipeline_acts import Pipeline

_INSTALLS = re.compile(
    r"^(?:npm (?:ci|install|i)|yarn(?: install)?(?: --\S+)*|pnpm (?:install|i)|pip3? install (?:-r|--requirement)|poetry install|pipenv (?:install|sync)"
    r"|bundle install|composer install|(?:\./)?(?:mvn|mvnw|gradle|gradlew)\b|cargo (?:build|test)|dotnet restore)(?: |$)"
)
_KEEPS = re.compile(
    r"actions/cache|setup-(?:go|uv|bun|gradle|rust\w*)\b|rust-cache|gradle-build-action|gradle/actions|pnpm/action-install|cache-apt|node-setup"
    r"|bahmutov/npm-install|install-(?:pnpm|node)|setup-pixi|setup-ruby|cachix|nx-cloud|buildjet|blacksmith|Cache@",
    re.IGNORECASE,
)
_SETUP = re.compile(r"actions/setup-(?:node|python|java|dotnet)")
_OWN_RUNNER = re.compile(r"self-hosted")


@check("DEL-064", "Pipelines keep what they download", Severity.LOW, Clause.EXECUTION, effort_hours=0.5)
def pipelines_keep_downloads(project: Project) -> Iterator[Fact]:
    """
    A pipeline that fetches every dependency on each run is slow, and red whenever a registry is.

    Decides: jobs of GitHub and GitLab that install dependencies by a package manager keep them: `cache` of a set-up
    action, `actions/cache`, GitLab's `cache`. Told once per pipeline file or shared action; jobs on machines of one's own are left out.

    Fix: keep what the package manager downloads between runs, under a key that is made of the lockfile.
    - node: `cache: npm` in `actions/setup-node`; in GitLab `cache: {key: {files: [package-lock.json]}, paths:
      [.npm/]}`.
    - python: `cache: pip` in `actions/setup-python`; in GitLab `cache: {paths: [.cache/pip]}`.
    - go: `actions/setup-go`, which keeps modules from version 4 on.
    - java: `cache: maven` or `cache: gradle` in `actions/setup-java`.
    - dotnet: `cache: true` in `actions/setup-dotnet`, with packages.lock.json.
    - ruby: `bundler-cache: true` in `ruby/setup-ruby`.
    - rust: `Swatinem/rust-cache`.

    Blind to: caches of a proxy between pipeline and registry, and ready-made images with everything inside.

    See: https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching
    """
    bare: dict[At, tuple[str, list[str]]] = {}
    kept: dict[str, At] = {}
    for pipeline, job in jobs(project):
        install = next((c for s in job.all_steps for c in s.commands if _INSTALLS.match(c.text)), None)
        judged = pipeline.workflow.platform in {"github", "gitlab"} and not _OWN_RUNNER.search(" ".join(job.runs_on))
        if install is None or not judged or install.guarded:
            continue
        found = _kept(pipeline, job)
        if found is not None:
            kept.setdefault(pipeline.path, found)
        else:
            told = next((at for at, (path, _) in bare.items() if path == pipeline.path), install.at)
            bare.setdefault(told if install.at not in bare else install.at, (pipeline.path, []))[1].append(job.id)
    for path, at in kept.items():
        yield ok(f"{path}: what jobs download is kept for the next run.", at)
    for at, (path, names) in bare.items():
        what = f"{plural(len(names), 'job')} ({listed(names)})"
        yield bad(f"{path}: every dependency is fetched anew on each run, in {what}.", at)


def _kept(pipeline: Pipeline, job: Job) -> At | None:
    root = pipeline.workflow.node
    cache = job.node.get("cache") or (root.get("cache") or root.get("default", "cache") if root is not None else None)
    if cache is not None:
        return cache.at
    if pipeline.workflow.platform == "gitlab" and job.node.get("extends") is not None:
        return job.at
    return next((s.at for s in job.all_steps if _keeps(s)), None)


def _keeps(step: Step) -> bool:
    uses = step.uses or ""
    cache = step.inputs.get("cache") if step.inputs is not None else None
    if _SETUP.search(uses):
        # since version 5 set-up of Node.js keeps them by itself where package.json names its package manager
        return cache is not None and cache.text not in {"", "false"}
    return bool(_KEEPS.search(uses))
