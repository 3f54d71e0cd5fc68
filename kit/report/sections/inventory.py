"""What is in place: services, images, variables, manifests, pipelines, backups, health checks, documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kit.checks.operations.documents import escalation
from kit.model import Finding
from kit.project import Project
from kit.report.blocks import Block, Cell, Chart, Listing, Mark, Place, Table, columns
from kit.report.display import Display
from kit.report.sections.basics import heads, nothing
from kit.report.sections.material import Material
from kit.report.tables import outcome_matrix
from kit.report.texts import text
from kit.report.views import (
    configuration,
    containers,
    delivery,
    observability,
    operations,
    orchestration,
    performance,
    recovery,
    system,
)
from kit.report.views.common import environment_name, short_digest, things_of
from kit.report.words import count, listed
from kit.system.model import Deployment, Service

WIDEST = 8
MOST_FILES = 40
MOST_KINDS = 4


def system_map(material: Material) -> tuple[Block, ...]:
    """The drawing of the system, the services as a table, and what could not be told."""
    return blocks(system.overview(material.project, material.open))


def services(material: Material) -> Block:
    """Every service with what the sources say of it."""
    found = material.project.system
    return system.services(found) if found.services else nothing("services")


def blocks(display: Display) -> tuple[Block, ...]:
    """The blocks that a view shows."""
    return display.blocks


def images(material: Material) -> tuple[Block, ...]:
    """Dockerfiles and what they build."""
    return blocks(containers.images(material.project))


def compose(material: Material) -> Block:
    """Services of compose files, per file."""
    rows = tuple(
        (
            file.path,
            environment_name(file.environment),
            len(file.services),
            listed((s.name for s in file.services), WIDEST),
        )
        for file in material.project.compose
        if not file.error
    )
    if not rows:
        return nothing("compose")
    names = columns((text("columns.file"), "code"), *heads("environment"), ("Services", "number"), "Names")
    return Table(f"{count(len(rows), 'compose file')}", names, rows)


def deployments(material: Material, kinds: Iterable[str]) -> Block:
    """What the deployment targets of these kinds run: one row for all that run a service alike."""
    wanted = tuple(kinds)
    found: dict[tuple[Cell, ...], list[Deployment]] = {}
    for service in material.project.system.services:
        for deployment in service.deployments:
            if deployment.target.partition(":")[0] in wanted:
                found.setdefault(_deployed(material.project, service, deployment), []).append(deployment)
    if not found:
        return nothing("kubernetes" if "kubernetes" in wanted else "compose")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (*alike, _environments(all_), len(all_), Place(str(all_[0].at))) for alike, all_ in found.items()
    )
    replicas, targets = heads("replicas", "targets")
    names = columns(
        *heads("service", "image"),
        (replicas, "number"),
        *heads("probes", "environment"),
        (targets, "number"),
        *heads("where"),
    )
    services, all_targets = len({row[0] for row in rows}), {d.target for all_ in found.values() for d in all_}
    kind = "compose file" if wanted == ("compose",) else "target"
    caption = text("inventory.deployed", services=count(services, "service"), targets=count(len(all_targets), kind))
    return Table(caption, names, rows)


def _environments(alike: Iterable[Deployment]) -> str:
    return ", ".join(dict.fromkeys(environment_name(d.environment) for d in alike))


def kubernetes(material: Material) -> tuple[Block, ...]:
    """Workloads and what they declare."""
    if not material.project.manifests:
        return (nothing("kubernetes"),)
    return blocks(orchestration.workloads(material.project))


def variables(material: Material) -> tuple[Block, ...]:
    """Every variable that code reads, the services that read it, and how many targets give it."""
    return blocks(configuration.variables(material.project))


def pipelines(material: Material) -> tuple[Block, ...]:
    """Jobs of the pipelines."""
    return blocks(delivery.pipelines(material.project))


def backups(material: Material) -> tuple[Block, ...]:
    """When data is saved, and the files that do it."""
    project = material.project
    return (
        *blocks(recovery.timeline(project, material.assessment.thresholds)),
        *blocks(recovery.material(project)),
    )


def guide(material: Material) -> tuple[Block, ...]:
    """Which questions of an operator the documents answer."""
    return blocks(operations.runbooks(material.project, material.open))


def alerts(material: Material) -> tuple[Block, ...]:
    """Alert rules and whether something exports what they watch."""
    return blocks(observability.alerts(material.project))


def watched(material: Material) -> tuple[Block, ...]:
    """From each service to who learns that it broke."""
    return blocks(observability.chain(material.project))


def scaling(material: Material) -> tuple[Block, ...]:
    """Instances of each service and how far they grow."""
    return blocks(performance.scaling(material.project))


def health(material: Material) -> Block:
    """Who asks which service whether it is well, by which path or command."""
    rows: dict[tuple[Cell, ...], None] = {}
    for service in material.project.system.services:
        for deployment in service.deployments:
            for probe in deployment.probes:
                rows[
                    (service.name, probe.kind, probe.path or probe.command or str(probe.port or ""), str(probe.at))
                ] = None
    if not rows:
        return nothing("health")
    names = columns(*heads("service"), "Kind", ("Asks", "code"), (text("columns.where"), "code"))
    return Table(f"{count(len(rows), 'health check')}", names, tuple(rows))


def dashboards(material: Material) -> Block:
    """Dashboards in the repository."""
    found = material.project.prometheus.dashboards
    if not found:
        return nothing("dashboards")
    return Listing(tuple(Place(str(d.at)) for d in found), caption=count(len(found), "dashboard"))


def contacts(material: Material) -> Block:
    """Where the project says whom to ask: headings of documents, CODEOWNERS, MAINTAINERS."""
    project = material.project
    rows: list[tuple[Cell, ...]] = [(h.text, Place(str(h.at))) for h in operations.contact_headings(project)]
    written = escalation(project)
    rows += [(text("inventory.escalation"), Place(str(written)))] if written is not None else []
    rows += [(path.rsplit("/", 1)[-1], Place(path)) for path in project.files.named("CODEOWNERS", "MAINTAINERS")]
    if not rows:
        return nothing("contacts")
    return Table(text("audit.contacts"), columns(*heads("contact", "where")), tuple(rows[:MOST_FILES]))


def files_of(material: Material, places: Iterable[tuple[str, str]]) -> Block:
    """Files (path, what they are) with their size, those that are there."""
    project = material.project
    found = {path: what for path, what in places if path in project.files}
    if not found:
        return nothing("files")
    rows = tuple((path, what, f"{project.files.size(path):,}") for path, what in sorted(found.items()))[:MOST_FILES]
    names = columns((text("columns.file"), "code"), *heads("what"), ("Bytes", "number"))
    return Table(count(len(found), "file"), names, rows)


def control_matrix(material: Material) -> Block:
    """Services across, the gravest checks down, the worst outcome in each cell."""
    project = material.project
    things = things_of(project)
    names = {s.name for s in project.system.own}

    def of_services(finding: Finding) -> list[str]:
        return [name for name in things(finding) if name in names]

    weighty = [f for f in material.assessment.findings if material.assessment.policy.weighs(f) > 0]
    graded = {f.check for f in weighty if f.severity in {"critical", "high"} and f.outcome.decided}
    table = outcome_matrix(
        weighty, of_services, text("charts.matrix"), checks=lambda f: f.check in graded, note=text("charts.matrix-note")
    )
    return _charted(table) if table is not None else nothing("matrix")


def _charted(table: Table) -> Block:
    """The matrix as a drawing with itself as its table; the table alone where it would not fit a page."""
    from kit.report.charts import matrix
    from kit.report.display import figure_json

    kept = _most_open(table)
    names = [column.name for column in kept.columns[1:]]
    marks = {
        (r, c): cell for r, row in enumerate(kept.rows) for c, cell in enumerate(row[1:]) if isinstance(cell, Mark)
    }
    bad = {c for (_, c), mark in marks.items() if mark.outcome in {"fail", "partial"}}
    title = text("charts.matrix-title", bad=len(bad), count=count(len(names), "service"))
    if len(names) > 2 * WIDEST:
        return table
    from kit.report.blocks import cell_text

    figure = matrix([cell_text(row[0]) for row in kept.rows], names, marks)
    return Chart(title, figure_json(figure), f"{title}.", table)


MOST_CONTROLS = 24


def _most_open(table: Table) -> Table:
    """The rows that are open at most services first, as many as a page takes."""

    def weight(row: Sequence[Cell]) -> int:
        return -sum(isinstance(cell, Mark) and cell.outcome in {"fail", "partial"} for cell in row)

    rows = sorted(table.rows, key=weight)[:MOST_CONTROLS]
    return Table(table.caption, table.columns, tuple(rows), table.note, matrix=True)


def _deployed(project: Project, service: Service, deployment: Deployment) -> tuple[Cell, ...]:
    image = deployment.image or (deployment.build.dockerfile if deployment.build else "")
    return (service.name, short_digest(image), deployment.replicas, _probes(project, service, deployment))


def _probes(project: Project, service: Service, deployment: Deployment) -> Mark:
    """Who asks the instance whether it is well: the target, or Docker where the image says how."""
    if deployment.probes:
        return Mark("pass", count(len(deployment.probes), "probe"))
    if service.kind == "job" or deployment.workload in {"CronJob", "Job"}:
        return Mark("not_applicable", "a job")
    if deployment.target.startswith("compose:") and _asked_by_docker(project, service, deployment):
        return Mark("pass", "in the image")
    return Mark("partial", "none")


def _asked_by_docker(project: Project, service: Service, deployment: Deployment) -> bool:
    """Whether the image has a HEALTHCHECK; no cluster asks it, and a compose file may turn it off."""
    build = deployment.build or service.build
    if build is None or any(s.at == deployment.at and s.healthcheck for f in project.compose for s in f.services):
        return False
    dockerfile = next((d for d in project.dockerfiles if d.path == build.dockerfile and not d.error), None)
    stage = dockerfile.stage(build.target) if dockerfile and build.target else None
    return dockerfile is not None and dockerfile.healthcheck(stage or dockerfile.final) is not None


def manifest_files(project: Project) -> Iterable[tuple[str, str]]:
    """Manifest files with the kinds of the objects that each declares."""
    kinds: dict[str, dict[str, None]] = {}
    for manifest in project.manifests:
        kinds.setdefault(manifest.at.path, {})[manifest.kind] = None
    return ((path, listed(declared, MOST_KINDS)) for path, declared in kinds.items())


def compose_files(project: Project) -> Iterable[tuple[str, str]]:
    """Compose files with the environment that each is for."""
    return ((file.path, f"compose, {environment_name(file.environment)}") for file in project.compose)
