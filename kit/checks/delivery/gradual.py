"""Does a release meet a few users before it meets all, and can a feature be turned off without one?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.delivery.common import jobs
from kit.checks.shared.calls import runs
from kit.checks.shared.deployed import grade, infrastructure, manifests
from kit.checks.shared.services import running
from kit.checks.shared.texts import at_offset
from kit.checks.shared.wiring import Wiring
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.kubernetes.manifests import Manifest
from kit.system.pipeline_acts import Act, is_preview
from kit.system.reach import reach

_TO_OWN_MACHINES = re.compile(
    r"\b(?:kubectl|oc|helm\w*|argocd|ecs\w*|k8s|kubernetes|nomad|docker|ssh|scp|rsync|ansible\w*)\b"
)
_SHIFTS = re.compile(
    r"--no-traffic\b|\bupdate-traffic\b|--canary\b|\bdeployment slot swap\b|\bslot swap\b|\bargo rollouts promote\b"
    r"|\bingress traffic set\b|\bswap-environment-cnames\b|\bmodify-listener\b|--max-surge-percentage|canary-deployment"
)
_TWO_STACKS = re.compile(r"(?:^|[-_.])(?:blue|green)(?:[-_.]|$)")
_FLAGS = (
    "unleash-client", "@unleash/nextjs", "@unleash/proxy-client-react", "unleash-proxy-client", "launchdarkly-node-server-sdk",
    "@launchdarkly/node-server-sdk", "launchdarkly-react-client-sdk", "launchdarkly-js-client-sdk", "@openfeature/server-sdk",
    "@openfeature/web-sdk", "@openfeature/js-sdk", "@openfeature/react-sdk", "flagsmith", "flagsmith-nodejs", "configcat-node",
    "configcat-js", "@growthbook/growthbook", "@growthbook/growthbook-react", "@splitsoftware/splitio", "flagged", "flags",
    "@vercel/flags", "@happykit/flags", "@optimizely/optimizely-sdk", "statsig-node", "statsig-js", "@statsig/react-bindings",
    "UnleashClient", "launchdarkly-server-sdk", "openfeature-sdk", "django-waffle",
    "django-flags", "gutter", "configcat-client", "growthbook", "flipper-client", "flask-featureflags", "statsig",
    "github.com/Unleash/unleash-client-go/v4", "github.com/launchdarkly/go-server-sdk/v7", "github.com/open-feature/go-sdk",
    "github.com/thomaspoignant/go-feature-flag", "go.flipt.io/flipt-client", "togglz-spring-boot-starter", "ff4j-core",
)  # fmt: skip
_ASKS = re.compile(
    r"\b(?:isFeatureEnabled|is_feature_enabled|feature_enabled|useFeatureFlagEnabled)\(\s*['\"]|\bisEnabled\(\s*['\"]|\bis_enabled\(\s*['\"]|\buseFlag\(|\buseFlags\(\)"
    r"|\bvariation\(\s*['\"]|\buseFeatureFlag\w*\(|\buseFeatureIsOn\(|\bflag_is_active\(|\bswitch_is_active\(|\bflag_enabled\("
    r"|\bget(?:Boolean|String|Number|Object)Value\(\s*['\"]|\bget_boolean_value\(|\bBooleanValue\(|\bhasFeature\(\s*['\"]"
    r"|(?<!['\"\w])feature(?:Flags?|_flags?)(?:\.|\[)\s*['\"]?\w|\bfeatureEnabled\(\s*['\"]|\bcheckGate\("
)
_NEEDLES = (
    "eature", "isEnabled(", "is_enabled(", "useFlag", "variation(", "flag_", "switch_is_active", "BooleanValue(", "checkGate(",
    "getStringValue(", "get_boolean_value(",
)  # fmt: skip


@check("DEL-061", "A release meets a few users first", Severity.LOW, Clause.EXECUTION, effort_hours=16)
def releases_are_gradual(project: Project) -> Iterator[Fact]:
    """
    What every user gets at once fails for every user at once. A canary or a second stack beside the old one bounds the
    harm to a share of them, or to none.

    Decides: canary and blue-green releases in manifests (Rollout with steps, Flagger, routes with weights, canary
    Ingresses), infrastructure (CodeDeploy, weighted aliases, target groups), pipelines (traffic that is shifted, slots
    that are swapped) and compose files (two stacks). Where pipelines or manifests release to the project's own machines
    or cluster and there is none of it, that is told once. Hosting platforms that release by themselves are left out.

    Fix: replace the Deployment by an Argo `Rollout` with `strategy: {canary: {steps: [{setWeight: 10}, {pause: {}}]}}`.

    Blind to: deployments that are switched by hand or by a service mesh outside of the project.

    See: https://argo-rollouts.readthedocs.io/en/stable/concepts/
    """
    found = [*_in_manifests(project), *_in_infrastructure(project), *_in_pipelines(project), *_in_compose(project)]
    yield from found
    act = next(_own_deploys(project), None)
    if not found and act is not None:
        yield bad("Each release meets all users at once: there is no canary and no second stack.", act)


def _in_manifests(project: Project) -> Iterator[Fact]:
    for manifest in manifests(project):
        place = grade(manifest.environment)
        if manifest.kind == "Rollout":
            yield _rollout(manifest)
        elif manifest.kind == "Canary" and "flagger" in manifest.group:
            yield ok(f"{manifest.title}: releases go out by canary.", manifest, **place)
        elif _weighs(manifest) or "nginx.ingress.kubernetes.io/canary-weight" in manifest.annotations:
            yield ok(f"{manifest.title}: requests are shared out by weight.", manifest, **place)


def _rollout(manifest: Manifest) -> Fact:
    strategy = manifest.node.get("spec", "strategy")
    canary, two = manifest.node.get("spec", "strategy", "canary"), manifest.node.get("spec", "strategy", "blueGreen")
    place = grade(manifest.environment)
    if two is not None:
        return ok(f"{manifest.title}: releases are blue-green.", two, **place)
    if canary is not None and canary.get("steps") is not None:
        return ok(f"{manifest.title}: releases go out by canary.", canary, **place)
    message = f"{manifest.title}: a Rollout without steps; it releases to everybody at once."
    return partial(message, canary or strategy or manifest, **place)


def _weighs(manifest: Manifest) -> bool:
    """Whether requests are shared out between two versions."""
    routes = {
        "VirtualService": ("spec", "http", "*", "route", "*", "weight"),
        "HTTPRoute": ("spec", "rules", "*", "backendRefs", "*", "weight"),
        "TrafficSplit": ("spec", "backends", "*", "weight"),
    }
    route = routes.get(manifest.kind)
    return route is not None and len(list(manifest.node.each(*route))) > 1


def _in_infrastructure(project: Project) -> Iterator[Fact]:
    for resource in infrastructure(project):
        kind = resource.node.get("deployment_style", "deployment_type") or resource.node.get(
            "deployment_controller", "type"
        )
        shifting = resource.node.get("routing_config") if resource.type == "aws_lambda_alias" else None
        weights = list(resource.node.each("**", "target_group", "*", "weight")) if "listener" in resource.type else []
        place = kind if kind is not None and kind.text in {"BLUE_GREEN", "CODE_DEPLOY"} else shifting
        if place is not None or len(weights) > 1:
            yield ok(f"{resource.address}: releases are shifted step by step.", place or weights[0])
    for file in project.serverless:
        if any("canary-deployments" in plugin for plugin in file.plugins):
            yield ok(f"{file.path}: releases are shifted step by step.", file)


def _in_pipelines(project: Project) -> Iterator[Fact]:
    told: set[At] = set()
    for _, job in jobs(project):
        for step in job.all_steps:
            for reached in reach(project).of(step.commands):
                if _SHIFTS.search(reached.command.text) and reached.root.at not in told:
                    told.add(reached.root.at)
                    yield ok(f"Job {job.id}: traffic is shifted to the release.", *reached.places)


def _in_compose(project: Project) -> Iterator[Fact]:
    for file in project.compose:
        colours = {c for s in file.services for c in ("blue", "green") if c in s.name and _TWO_STACKS.search(s.name)}
        if len(colours) == 2 and project.files.class_of(file.path) is FileClass.PRODUCTION:
            yield ok(f"{file.path}: there are two stacks to switch between.", file)


def _own_deploys(project: Project) -> Iterator[Act]:
    """The deploys to machines or clusters of the project's own."""
    if not running(project):
        return
    for pipeline, job in jobs(project):
        for act in pipeline.of_job(job, "deploy"):
            if not is_preview(project, pipeline, job) and _TO_OWN_MACHINES.search(_words(act)):
                yield act


def _words(act: Act) -> str:
    """What the pipeline says and what is run in the end, through scripts and targets."""
    inner = act.reached.command.text[:200] if act.reached is not None else ""
    return f"{act.words} {inner}".lower()


@check("DEL-062", "Features can be turned off without a release", Severity.LOW, Clause.EXECUTION, effort_hours=8)
def features_can_be_turned_off(project: Project) -> Iterator[Fact]:
    """
    A feature that does harm is turned off in seconds by a flag, and in as long as a deployment takes without one.

    Decides: a library of feature flags that a running service depends on and whose flags its code asks for, or flags of
    the project's own that code asks for. A library that nothing asks holds in part. Where pipelines deploy services and
    there is no flag, that is told once.

    Fix: ask a flag where the feature begins, with a default for when the service of flags is away:
    `client.getBooleanValue("new-checkout", false)`.

    Blind to: flags under names of the project's own making, settings that need a restart.

    See: https://openfeature.dev/docs/reference/intro
    """
    services = running(project)
    deploys = [a for p, j in jobs(project) if not is_preview(project, p, j) for a in p.of_job(j, "deploy")]
    asked = next(_asked(project), None) if services else None
    library = next((d for p in project.packages if (d := p.depends_on(*_FLAGS)) and _counts(project, d.at)), None)
    if asked is not None:
        yield ok("Code asks flags whether a feature is on.", asked)
    elif library is not None and services:
        yield partial(f"{library.name} is installed, and no code asks a flag.", library)
    elif services and deploys:
        yield bad("No feature can be turned off without a release: code asks no flags.", At("."))


def _counts(project: Project, at: At) -> bool:
    return project.files.class_of(at.path) is FileClass.PRODUCTION


def _asked(project: Project) -> Iterator[At]:
    wiring = Wiring(project.code)
    for path in project.code.holding(*_NEEDLES):
        body = wiring.body(path) if runs(path) else ""
        found = _ASKS.search(body)
        if found is not None:
            yield at_offset(path, body, found.start())
