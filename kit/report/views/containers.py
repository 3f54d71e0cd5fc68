"""Containers: services against hardening controls, and what each image is made of."""

from __future__ import annotations

from kit.project import Project
from kit.report.blocks import Cell, Chart, Mark, Table, cell_text, columns, empty
from kit.report.charts import matrix
from kit.report.display import Display, figure_json, show
from kit.report.tables import outcome_matrix
from kit.report.views.common import Findings, at_cell, short_digest, things_of
from kit.report.words import count, have, sentence
from kit.sources.containers.dockerfile import Dockerfile

NO_IMAGES = "A Dockerfile or Containerfile, or a compose file, would be laid out here."


def hardening(project: Project, findings: Findings) -> Display:
    """Services across, controls down: which image holds which control."""
    of_area = [f for f in findings if f.area == "containers"]
    table = outcome_matrix(of_area, things_of(project), "Container controls by service")
    if table is None:
        return show(empty("No image is built or run by the project", NO_IMAGES))
    marks = {
        (r, c): cell for r, row in enumerate(table.rows) for c, cell in enumerate(row[1:]) if isinstance(cell, Mark)
    }
    names, controls_ = [c.name for c in table.columns[1:]], [cell_text(row[0]) for row in table.rows]
    failing = {names[c] for (_, c), mark in marks.items() if mark.outcome in {"fail", "partial"}}
    title = sentence(
        f"{len(failing)} of {count(len(names), 'service or file', 'services and files')} "
        f"{have(len(failing), 'misses', 'miss')} a control"
    )
    figure = matrix(controls_, names, marks)
    return show(Chart(title, figure_json(figure), f"{title}. The table names each one with its line.", table))


def images(project: Project) -> Display:
    """Each Dockerfile: base, stages, user, health check, ports."""
    rows = tuple(_image(d) for d in project.dockerfiles if not d.error)
    if not rows:
        return show(empty("No Dockerfile is in the project", NO_IMAGES))
    heads = columns("Where", ("Base of the last stage", "code"), ("Stages", "number"), "User", "Health check", "Ports")
    return show(Table(f"What {count(len(rows), 'Dockerfile')} {have(len(rows), 'builds', 'build')}", heads, rows))


def _image(dockerfile: Dockerfile) -> tuple[Cell, ...]:
    final = dockerfile.final
    user = dockerfile.user(final)
    named = user.value.split(":")[0].strip() if user is not None else ""
    health = dockerfile.healthcheck(final)
    ports = ", ".join(dict.fromkeys(str(p.number) for p in dockerfile.exposed(final)))
    return (
        at_cell(dockerfile.at),
        _base(dockerfile),
        len(dockerfile.stages),
        _user(named),
        Mark("pass", "there") if health else Mark("unknown", "none in the image"),
        ports,
    )


def _base(dockerfile: Dockerfile) -> str:
    """The image that the last stage stands on, through the stages that it is built from."""
    stage = dockerfile.final
    while stage.base_stage is not None and stage.base_stage < stage.index:
        stage = dockerfile.stages[stage.base_stage]
    return short_digest(stage.image)


def _user(name: str) -> Mark:
    if not name:
        return Mark("partial", "as the base image has it")
    return Mark("fail", name) if name in {"root", "0"} else Mark("pass", name)
