"""Configuration: the environment that code requires against the one that each target gives."""

from __future__ import annotations

from collections.abc import Iterable

from kit.checks.configuration.common import ASIDE
from kit.checks.configuration.environment import Demand, demands
from kit.project import Project
from kit.report.blocks import Block, Cell, Chart, Mark, Table, columns, empty
from kit.report.charts import bars
from kit.report.display import Display, figure_json, show
from kit.report.theme import LIGHT
from kit.report.views.common import Findings, controls
from kit.report.words import count
from kit.system.model import Deployment, EnvRead, Service

Demands = dict[tuple[str, str], Demand]
"""What the check of required variables found, by service and variable."""


def environment(project: Project) -> Display:
    """Per service: every variable that its code reads, and whether each target gives it."""
    read = [s for s in project.system.own if s.env]
    if not read:
        fill = "Reads such as os.environ or process.env, and settings classes, would be held against each target here."
        return show(empty("No read of the environment was found in code", fill))
    demanded = {(d.service.name, d.read.name): d for d in demands(project)}
    missing = {
        s.name: {name for (service, name), d in demanded.items() if service == s.name and d.missing} for s in read
    }
    return show(_summary(read, missing), *(_matrix(s, demanded, len(missing[s.name])) for s in read))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "configuration", "Configuration checks by service or file"))


def _summary(services: list[Service], missing: dict[str, set[str]]) -> Block:
    worst = sorted(services, key=lambda s: -len(missing[s.name]))
    lacking = sum(bool(m) for m in missing.values())
    among = count(len(services), "service")
    title = f"A required variable is missing for {lacking} of {among}"
    if not lacking:
        title = f"No required variable is missing for any of {among}"
    figure = bars(
        [s.name for s in worst],
        [len(missing[s.name]) for s in worst],
        texts=[f"{len(missing[s.name])} of {len(_names(s.env))}" for s in worst],
        colors=[LIGHT["fail_fill"] if missing[s.name] else LIGHT["pass_fill"] for s in worst],
        unit="required variables that a target other than for development does not give",
    )
    words = "; ".join(f"{name}: {', '.join(sorted(m))}" for name, m in missing.items() if m) or "none is missing"
    return Chart(title, figure_json(figure), f"{title}: {words}.")


def _matrix(service: Service, demanded: Demands, missing: int) -> Table:
    reads = _first(service.env)
    targets = service.deployments
    ranked = sorted(reads.values(), key=lambda r: (r.required is not True, r.required is False, r.name))
    rows = tuple(
        (r.name, _need(r), *(_given(r, d, demanded.get((service.name, r.name))) for d in targets), str(r.at))
        for r in ranked
    )
    heads = columns(
        ("Variable", "code"), "Code", *(f"{d.target} ({d.environment})" for d in targets), ("Read at", "code")
    )
    gaps = count(missing, "required one", "required ones")
    caption = f"{count(len(reads), 'variable')} of {service.name}, {gaps} missing"
    return Table(caption, heads, rows, matrix=True, folded=not missing)


def _given(read: EnvRead, deployment: Deployment, demand: Demand | None) -> Cell:
    """Whether a target gives a variable, as the check of required variables sees it."""
    given = next((g for g in deployment.env if g.name == read.name), None)
    if given is not None:
        return Mark("pass", given.source, str(given.at))
    if demand and any(target == deployment for target, _ in demand.given):
        return Mark("pass", "in the image")
    if demand and deployment in demand.missing:
        return Mark("fail", "not given")
    if read.required is False:
        return Mark("not_applicable", "default")
    if not deployment.env_complete or (demand and deployment in demand.unseen):
        return Mark("unknown", "cannot be seen")
    return Mark("not_applicable" if deployment.environment in ASIDE else "unknown", "not given")


def _need(read: EnvRead) -> str:
    if read.required is None:
        return "cannot be told"
    return "required" if read.required else "has a default"


def _names(reads: Iterable[EnvRead]) -> set[str]:
    return {r.name for r in reads}


def _first(reads: Iterable[EnvRead]) -> dict[str, EnvRead]:
    """One read per variable: the one that demands it, where there is one."""
    found: dict[str, EnvRead] = {}
    for read in reads:
        if read.name not in found or (read.required and not found[read.name].required):
            found[read.name] = read
    return found
