"""Contract: the operations of the API specification against the routes of the code."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kit.model import At
from kit.project import Project
from kit.report.blocks import Cell, Chart, Mark, Table, columns, empty
from kit.report.charts import bars
from kit.report.display import Display, figure_json, show
from kit.report.theme import LIGHT
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count, have

Operation = tuple[str, str]
Served = tuple[str, str, At]
"""A service's name, what it serves in words, and where."""


def operations(project: Project) -> Display:
    """Specified operations, served routes, and where they meet."""
    specified = {
        _key(o.method, o.path): (f"{o.method.upper()} {o.path}", o.at) for d in project.openapi for o in d.operations
    }
    served = _served(project)
    if not specified:
        fill = f"An OpenAPI file would be held against the {count(_routes(served), 'route')} that the code serves."
        return show(empty("No OpenAPI file is in the project", fill))
    both, spec_only = specified.keys() & served.keys(), specified.keys() - served.keys()
    code_only = _routes({key: found for key, found in served.items() if key not in specified})
    title = (
        f"{len(both)} of {count(len(specified), 'specified operation')} {have(len(both), 'is', 'are')} served by code"
    )
    figure = bars(
        ["Specified and served", "Specified only", "Served only"],
        [len(both), len(spec_only), code_only],
        texts=[str(len(both)), str(len(spec_only)), str(code_only)],
        colors=[LIGHT["pass_fill"], LIGHT["fail_fill"], LIGHT["partial_fill"]],
        unit="operations",
    )
    alternative = f"{title}; {len(spec_only)} are specified only, {code_only} are served only."
    return show(Chart(title, figure_json(figure), alternative, _table(specified, served)))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "contract", "Contract checks by service or file"))


def _served(project: Project) -> dict[Operation, list[Served]]:
    """Who serves each operation: every service once, as two that serve the same path serve two routes."""
    found: dict[Operation, dict[str, Served]] = {}
    for service in project.system.services:
        for route in service.routes:
            words = f"{route.method.upper()} {route.path}"
            by_service = found.setdefault(_key(route.method, route.path), {})
            by_service.setdefault(service.name, (service.name, words, route.at))
    return {key: list(by_service.values()) for key, by_service in found.items()}


def _routes(served: dict[Operation, list[Served]]) -> int:
    return sum(len(by_service) for by_service in served.values())


def _table(specified: dict[Operation, tuple[str, At]], served: dict[Operation, list[Served]]) -> Table:
    every = sorted({*specified, *served}, key=lambda k: (k in specified and k in served, k[1], k[0]))
    rows = tuple(_row(specified.get(key), found) for key in every for found in tuple(served.get(key, ())) or (None,))
    heads = columns(("Operation", "code"), "Specification", "Line", "Code", "Service", "Where")
    return Table("Operations of specification and code", heads, rows)


def _row(specified: tuple[str, At] | None, served: Served | None) -> tuple[Cell, ...]:
    service, words, at = served or ("", "", None)
    return (
        specified[0] if specified else words,
        _side(specified is not None, "specified", "not specified"),
        at_cell(specified[1]) if specified else None,
        _side(served is not None, "served", "not served"),
        service,
        at_cell(at) if at else None,
    )


def _side(there: bool, yes: str, no: str) -> Mark:
    return Mark("pass", yes) if there else Mark("fail", no)


def _key(method: str, path: str) -> Operation:
    """Method and path with every parameter alike: `/users/{id}` and `/users/:user_id` are one."""
    parts: Iterable[str] = (re.sub(r"^(\{.*\}|:.+|<.*>|\[.*\])$", "{}", p) for p in path.strip("/").split("/"))
    return method.upper(), "/" + "/".join(parts)
