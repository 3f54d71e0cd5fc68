"""Performance: load tests and what runs them, budgets, and how far each service can grow."""

from __future__ import annotations

from kit.model import At
from kit.project import Project
from kit.report.blocks import Cell, Chart, Mark, Table, columns, empty
from kit.report.charts import bars
from kit.report.display import Display, figure_json, show
from kit.report.theme import LIGHT
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count, have
from kit.system.model import Deployment, Service

LOAD_TESTS = (
    "**/*k6*",
    "**/*locust*",
    "**/*artillery*",
    "**/*.jmx",
    "**/*gatling*",
    "**/*load-test*",
    "**/*loadtest*",
)
MOST_BARS = 20
"""Deployments that the chart of instances draws; the table behind it has all."""

BUDGETS = ("**/*budget*.json", "**/lighthouserc*", "**/.lighthouserc*", "**/*.size-limit*", "**/.size-limit*")


def load_tests(project: Project) -> Display:
    """Load tests and budgets by their files, and the pipeline job that runs each."""
    found = [("load test", p) for p in project.files.glob(*LOAD_TESTS)]
    found += [("budget", p) for p in project.files.glob(*BUDGETS)]
    if not found:
        fill = (
            "Files of k6, Locust, Artillery, JMeter or Gatling, and budgets, would be listed here with what runs them."
        )
        return show(empty("No load test and no budget is in the project", fill))
    runs = [p for s in project.system.services for p in s.pipelines if p.does == "load-test"]
    by = Mark("pass", runs[0].job, str(runs[0].at)) if runs else Mark("fail", "no pipeline")
    rows = tuple((at_cell(At(path)), kind, by if kind == "load test" else None) for kind, path in found)
    return show(Table("Load tests and budgets", columns("File", "Kind", "Run by"), rows))


SCALED_BY_THEMSELVES = frozenset({"netlify", "vercel", "serverless"})
"""Platforms that no number of instances is set at."""


def scaling(project: Project) -> Display:
    """Replicas of each service on each production-like target, and how far they may grow."""
    rows = [(s, d) for s in project.system.own if s.kind != "job" for d in s.deployments if _stays_up(d)]
    if not rows:
        fill = "Replicas and autoscalers of the deployment targets would be drawn here."
        return show(empty("No deployment of a service of the project's own was found", fill))
    drawn = sorted(rows, key=lambda row: _most(row[1]))[:MOST_BARS]
    figure = bars(
        [f"{s.name} · {d.target.rsplit(':', 1)[-1]}" for s, d in drawn],
        [_most(d) for _, d in drawn],
        texts=[_range(d) for _, d in drawn],
        colors=[LIGHT["fail_fill"] if _most(d) == 1 else LIGHT["pass_fill"] for _, d in drawn],
        unit="instances at most",
    )
    title = _title(rows)
    cut = f" The chart has the {len(drawn)} smallest of {len(rows)}." if len(drawn) < len(rows) else ""
    return show(Chart(title, figure_json(figure), f"{title}.{cut}", _table(rows)))


def all_single(project: Project) -> bool:
    """Whether each service that stays up runs as one instance wherever it runs."""
    return all(_most(d) == 1 for s in project.system.own if s.kind != "job" for d in s.deployments if _stays_up(d))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "performance", "Performance checks by service or file"))


def _title(rows: list[tuple[Service, Deployment]]) -> str:
    """How many services run as a single instance, and whether that is so everywhere."""
    single = {s.name for s, d in rows if _most(d) == 1}
    services = count(len({s.name for s, _ in rows}), "service")
    some = " on at least one target" if any(_most(d) > 1 for s, d in rows if s.name in single) else ""
    return f"{len(single)} of {services} {have(len(single), 'runs', 'run')} as a single instance{some}"


def _most(deployment: Deployment) -> int:
    return deployment.max_replicas or deployment.replicas or 1


def _stays_up(deployment: Deployment) -> bool:
    """True for what runs on and on, on a target that is not for development or tests: no job, and no init container,
    which its pod starts once and scales along; nor what a platform runs as often as it needs."""
    once = deployment.workload in {"Job", "CronJob"} or deployment.schedule is not None
    once = once or deployment.workload.endswith(" init")
    once = once or deployment.target.partition(":")[0] in SCALED_BY_THEMSELVES
    return not once and deployment.environment not in {"development", "test"}


def _table(rows: list[tuple[Service, Deployment]]) -> Table:
    heads = columns("Service", "Target", ("Replicas", "number"), ("At most", "number"), "Grows", "Where")
    return Table("Instances by service and target", heads, tuple(_row(s, d) for s, d in rows))


def _row(service: Service, deployment: Deployment) -> tuple[Cell, ...]:
    grows = (deployment.max_replicas or 0) > (deployment.replicas or 1)
    return (
        service.name,
        deployment.target,
        deployment.replicas,
        deployment.max_replicas,
        Mark("pass", "by itself") if grows else Mark("partial", "by hand"),
        at_cell(deployment.at),
    )


def _range(deployment: Deployment) -> str:
    low = deployment.replicas or 1
    return f"{low} to {deployment.max_replicas}" if (deployment.max_replicas or 0) > low else str(low)
