"""Contract: the operations of the API specification against the routes of the code."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kit.model import At
from kit.project import Project
from kit.report.blocks import Chart, Mark, Table, columns, empty
from kit.report.charts import bars
from kit.report.display import Display, figure_json, show
from kit.report.theme import LIGHT
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count, have

Operation = tuple[str, str]


def operations(project: Project) -> Display:
    """Specified operations, served routes, and where they meet."""
    specified = {
        _key(o.method, o.path): (f"{o.method.upper()} {o.path}", o.at) for d in project.openapi for o in d.operations
    }
    served = {
        _key(r.method, r.path): (f"{r.method.upper()} {r.path}", r.at)
        for s in project.system.services
        for r in s.routes
    }
    if not specified:
        fill = f"An OpenAPI file would be held against the {count(len(served), 'route')} that the code serves."
        return show(empty("No OpenAPI file is in the project", fill))
    both, spec_only, code_only = (
        specified.keys() & served.keys(),
        specified.keys() - served.keys(),
        served.keys() - specified.keys(),
    )
    title = (
        f"{len(both)} of {count(len(specified), 'specified operation')} {have(len(both), 'is', 'are')} served by code"
    )
    figure = bars(
        ["Specified and served", "Specified only", "Served only"],
        [len(both), len(spec_only), len(code_only)],
        texts=[str(len(both)), str(len(spec_only)), str(len(code_only))],
        colors=[LIGHT["pass_fill"], LIGHT["fail_fill"], LIGHT["partial_fill"]],
        unit="operations",
    )
    alternative = f"{title}; {len(spec_only)} are specified only, {len(code_only)} are served only."
    return show(Chart(title, figure_json(figure), alternative, _table(specified, served)))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "contract", "Contract checks by service or file"))


def _table(specified: dict[Operation, tuple[str, At]], served: dict[Operation, tuple[str, At]]) -> Table:
    every = sorted({*specified, *served}, key=lambda k: (k in specified and k in served, k[1], k[0]))
    rows = tuple(
        (
            (specified.get(k) or served[k])[0],
            _side(k in specified, "specified", "not specified"),
            at_cell(specified[k][1]) if k in specified else None,
            _side(k in served, "served", "not served"),
            at_cell(served[k][1]) if k in served else None,
        )
        for k in every
    )
    heads = columns(("Operation", "code"), "Specification", "Line", "Code", "Where")
    return Table("Operations of specification and code", heads, rows)


def _side(there: bool, yes: str, no: str) -> Mark:
    return Mark("pass", yes) if there else Mark("fail", no)


def _key(method: str, path: str) -> Operation:
    """Method and path with every parameter alike: `/users/{id}` and `/users/:user_id` are one."""
    parts: Iterable[str] = (re.sub(r"^(\{.*\}|:.+|<.*>|\[.*\])$", "{}", p) for p in path.strip("/").split("/"))
    return method.upper(), "/" + "/".join(parts)
