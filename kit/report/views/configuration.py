"""Configuration: the environment that code requires against the one that each target gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kit.checks.configuration.common import ASIDE
from kit.checks.configuration.environment import Demand, demands
from kit.checks.configuration.of_spring import for_a_profile
from kit.project import Project
from kit.report.blocks import Block, Cell, Chart, Mark, Notice, Table, columns, empty
from kit.report.charts import bars
from kit.report.display import Display, figure_json, show
from kit.report.texts import text
from kit.report.theme import LIGHT
from kit.report.views.common import Findings, controls, environment_name
from kit.report.words import count, listed
from kit.system.model import Deployment, EnvRead, Service

NEEDS = ("required", "required by a profile", "cannot be told", "has a default")
GRAVEST = ("fail", "unknown", "partial", "pass", "not_applicable")
MOST_TARGETS = 4
"""Targets that have a column each; more of them share one by environment."""
READERS = 4
"""Services that are named before the others are counted."""
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
    return show(_summary(read, missing), *(_matrix(project, s, demanded, len(missing[s.name])) for s in read))


def variables(project: Project) -> Display:
    """Every variable that code reads: which services, whether they need it, and how many of their targets give it."""
    services = [s for s in project.system.own if s.env]
    if not services:
        return environment(project)
    demanded = {(d.service.name, d.read.name): d for d in demands(project)}
    lacking = {name: d for (_, name), d in demanded.items() if d.missing}
    readers: dict[str, list[tuple[Service, EnvRead]]] = {}
    for service in services:
        for read in _first(service.env).values():
            readers.setdefault(read.name, []).append((service, read))
    ranked = sorted(readers.values(), key=lambda found: min((r.name not in lacking, *_order(r)) for _, r in found))
    rows = tuple(_variable(project, found, demanded) for found in ranked)
    unseen = sum(row[2] == NEEDS[0] and isinstance(row[3], Mark) and row[3].outcome == "unknown" for row in rows)
    gaps = text("views.missing", count=len(lacking)) if lacking else text("views.missing-none")
    gaps += text("views.unseen", count=unseen) if unseen else ""
    counted = {"variables": count(len(rows), "variable"), "services": count(len(services), "service")}
    heads = columns(("Variable", "code"), "Read by", "Code", "Given", ("Read at", "code"))
    return show(Table(text("views.variables", missing=gaps, **counted), heads, rows, text("views.counted")))


def _variable(project: Project, found: Sequence[tuple[Service, EnvRead]], demanded: Demands) -> tuple[Cell, ...]:
    marks: dict[str, Mark] = {}
    for service, read in found:
        for target in _counted(service):
            mark = _given(project, read, target, demanded.get((service.name, read.name)))
            marks[target.target] = min((marks.get(target.target, mark), mark), key=_gravity)
    needs = sorted({_need(project, r) for _, r in found}, key=NEEDS.index)
    names = listed([s.name for s, _ in found], READERS)
    return (found[0][1].name, names, needs[0], _share([*marks.values()]), str(found[0][1].at))


def _counted(service: Service) -> list[Deployment]:
    """The deployments that a share counts: those for development and tests only where there is no other."""
    return [d for d in service.deployments if d.environment not in ASIDE] or [*service.deployments]


def _gravity(mark: Mark) -> int:
    return GRAVEST.index(mark.outcome)


def _share(marks: Sequence[Mark]) -> Cell:
    """Where a variable is given, as the gravest of its marks, with how many of all targets it is so for."""
    if not marks:
        return None
    worst = min(marks, key=_gravity)
    if len(marks) == 1 or worst.outcome == "not_applicable":
        return worst
    alike = sum(mark.outcome == worst.outcome for mark in marks)
    words = "given" if worst.outcome == "pass" else worst.text
    return Mark(worst.outcome, f"{words}, {alike} of {len(marks)} targets", worst.at)


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "configuration", "Configuration checks by service or file"))


def _summary(services: list[Service], missing: dict[str, set[str]]) -> Block:
    worst = sorted(services, key=lambda s: -len(missing[s.name]))
    lacking = sum(bool(m) for m in missing.values())
    among = count(len(services), "service")
    if not lacking:
        return Notice(f"No required variable is missing for any of {among}.", tone="pass")
    title = f"A required variable is missing for {lacking} of {among}"
    figure = bars(
        [s.name for s in worst],
        [len(missing[s.name]) for s in worst],
        texts=[f"{len(missing[s.name])} of {len(_names(s.env))}" for s in worst],
        colors=[LIGHT["fail_fill"] if missing[s.name] else LIGHT["pass_fill"] for s in worst],
        unit="required variables that a target other than for development does not give",
    )
    words = "; ".join(f"{name}: {', '.join(sorted(m))}" for name, m in missing.items() if m) or "none is missing"
    return Chart(title, figure_json(figure), f"{title}: {words}.")


def _matrix(project: Project, service: Service, demanded: Demands, missing: int) -> Table:
    reads = _first(service.env)
    targets = _columns(service.deployments)
    ranked = sorted(reads.values(), key=_order)

    def cell(read: EnvRead, alike: Sequence[Deployment]) -> Mark:
        demand = demanded.get((service.name, read.name))
        return min((_given(project, read, d, demand) for d in alike), key=_gravity)

    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (r.name, _need(project, r), *(cell(r, alike) for alike in targets.values()), str(r.at)) for r in ranked
    )
    heads = columns(("Variable", "code"), "Code", *targets, ("Read at", "code"))
    gaps = count(missing, "required one", "required ones")
    caption = f"{count(len(reads), 'variable')} of {service.name}, {gaps} missing"
    return Table(caption, heads, rows, matrix=True, folded=not missing)


def _columns(deployments: Sequence[Deployment]) -> dict[str, list[Deployment]]:
    """A column's name with its targets: one for each, or where they are many one for each environment."""
    found: dict[str, list[Deployment]] = {}
    for deployment in deployments:
        found.setdefault(deployment.environment, []).append(deployment)
    if len(deployments) > MOST_TARGETS:
        return {f"{environment_name(name)} ({count(len(of), 'target')})": of for name, of in found.items()}
    return {d.target if name == "unknown" else f"{d.target} ({name})": [d] for name, of in found.items() for d in of}


def _order(read: EnvRead) -> tuple[bool, bool, str]:
    """Required ones first, those with a default last."""
    return (read.required is not True, read.required is False, read.name)


def _given(project: Project, read: EnvRead, deployment: Deployment, demand: Demand | None) -> Mark:
    """Whether a target gives a variable, as the check of required variables sees it."""
    given = next((g for g in deployment.env if g.name == read.name), None)
    if given is not None:
        return Mark("pass", "given" if given.source == "literal" else given.source, str(given.at))
    if demand and any(target == deployment for target, _ in demand.given):
        return Mark("pass", "in the image")
    if demand and deployment in demand.missing:
        return Mark("fail", "not given")
    if read.required is False:
        return Mark("not_applicable", "default")
    if for_a_profile(project, read):
        return Mark("not_applicable", "not given")
    if not deployment.env_complete or (demand and deployment in demand.unseen):
        return Mark("unknown", "cannot be seen")
    return Mark("not_applicable" if deployment.environment in ASIDE else "unknown", "not given")


def _need(project: Project, read: EnvRead) -> str:
    if read.required is None:
        return NEEDS[2]
    if not read.required:
        return NEEDS[3]
    return NEEDS[1] if for_a_profile(project, read) else NEEDS[0]


def _names(reads: Iterable[EnvRead]) -> set[str]:
    return {r.name for r in reads}


def _first(reads: Iterable[EnvRead]) -> dict[str, EnvRead]:
    """One read per variable: the one that demands it, where there is one."""
    found: dict[str, EnvRead] = {}
    for read in reads:
        if read.name not in found or (read.required and not found[read.name].required):
            found[read.name] = read
    return found
