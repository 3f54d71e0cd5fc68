"""Is the system asked from outside, as users ask it?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.deployed import infrastructure, manifests
from kit.checks.shared.images import services
from kit.checks.shared.services import ANSWERING, running
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.system.images import parse_image
from kit.system.pipeline_acts import pipelines
from kit.system.reach import reach

_PROBES = re.compile(
    r"^(?:aws_synthetics_canary|aws_route53_health_check|google_monitoring_uptime_check_config|azurerm_application_insights_(?:standard_)?web_test"
    r"|datadog_synthetics_test|checkly_\w+|uptimerobot_monitor|betteruptime_monitor|better-uptime_monitor|grafana_synthetic_monitoring_check"
    r"|newrelic_synthetics_\w*monitor|statuscake_\w*check|pingdom_check|updown_check|hetrixtools_\w+)$"
)
_FILES = re.compile(r"(?:^|/)(?:checkly\.config\.[cm]?[jt]s|\.upptimerc\.ya?ml|[\w.-]+\.check\.[jt]s)$")
_WATCHERS = frozenset({"uptime-kuma", "gatus", "statping", "cabot", "healthchecks"})
_ADDRESS = re.compile(
    r"https?://(?!(?:localhost|127\.|0\.0\.0\.0|api\.github|hooks\.slack|github\.com|discord|registry|raw\.))[\w$.{-]"
)
_ASKS = re.compile(r"^(?:curl|wget|http|hurl|k6|newman|(?:npx )?playwright)\b")


@check("OBS-060", "The system is asked from outside", Severity.LOW, Clause.EXECUTION, effort_hours=2)
def asked_from_outside(project: Project) -> Iterator[Fact]:
    """
    All metrics can be green while the certificate has expired, the name leads elsewhere or the balancer refuses: who asks
    from inside does not go that way.

    Decides: probes among the files: jobs of the blackbox exporter and `Probe` objects with addresses, synthetics and
    uptime checks in Terraform and CloudFormation, checks of monitoring services as code, monitors such as Gatus in compose
    files, pipelines that ask a public address by the clock. Where services answer requests, are deployed, and there is no
    probe, that is told once.

    Fix: a job of the blackbox exporter with the public address, or a workflow with `schedule` that runs
    `curl -fsS https://shop.example.com/health`.

    Blind to: monitors that were set up in the console of a service; attest those.

    See: https://sre.google/sre-book/monitoring-distributed-systems/
    """
    found = [*_prometheus(project), *_declared(project), *_scheduled(project)]
    yield from found
    answering = [s for s in running(project) if s.kind in ANSWERING and s.deployments]
    if not found and answering:
        message = "Nothing asks the system from outside; an expired certificate or a wrong name is noticed by users."
        yield bad(message, At("."))


def _prometheus(project: Project) -> Iterator[Fact]:
    for job in project.prometheus.jobs:
        if job.metrics_path.rstrip("/") == "/probe":
            if job.targets or job.discovery:
                yield ok(f"Job {job.name} asks addresses as users do.", job)
            else:
                yield partial(f"Job {job.name} is there to ask addresses, and is given none.", job)
    yield from (ok(f"{m.title}: asks addresses as users do.", m) for m in manifests(project, "Probe"))


def _declared(project: Project) -> Iterator[Fact]:
    for resource in infrastructure(project):
        if _PROBES.match(resource.type):
            yield ok(f"{resource.address}: asks from outside.", resource)
    for path in project.files.paths:
        if _FILES.search(path) and project.files.class_of(path) is not FileClass.VENDORED:
            yield ok(f"{path}: a monitoring service asks from outside.", At(path))
    for path in project.files.glob("*.yml", "*.yaml", "*.template", classes={FileClass.PRODUCTION}):
        text = project.files.text(path)
        if "AWS::Synthetics::Canary" in text:
            yield ok(
                "A canary asks from outside.", At(path, text[: text.index("AWS::Synthetics::Canary")].count("\n") + 1)
            )
    for _, service in services(project):
        image = parse_image(service.image)
        if image is not None and image.base in _WATCHERS:
            yield ok(f"{service.name}: asks addresses by the clock.", service)


def _scheduled(project: Project) -> Iterator[Fact]:
    for pipeline in pipelines(project):
        if not pipeline.workflow.schedules:
            continue
        for job in pipeline.workflow.jobs:
            asked = (r for s in job.all_steps for r in reach(project).of(s.commands))
            found = next((r for r in asked if _ASKS.match(r.command.text) and _ADDRESS.search(r.command.text)), None)
            if found is not None:
                yield ok(f"{pipeline.workflow.name} asks a public address by the clock.", found.root)
