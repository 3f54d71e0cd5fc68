"""Security: the routes that code serves against what guards them."""

from __future__ import annotations

from kit.checks.security.access import open_by_nature
from kit.project import Project
from kit.report.blocks import Cell, Chart, Mark, Table, columns, empty
from kit.report.charts_system import routes_by_authentication
from kit.report.display import Display, figure_json, show
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count, have
from kit.system.model import Route, Service

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def routes(project: Project) -> Display:
    """Routes per service, guarded, open, or not to be told; then each of them, open ones that write first."""
    serving = [s for s in project.system.services if s.routes]
    if not serving:
        fill = "Routes of FastAPI, Flask, Django, Express, NestJS, Next.js, Spring or Go routers would be listed here."
        return show(empty("No route was found in code", fill))
    every = [r for s in serving for r in s.routes]
    unguarded = [r for r in every if r.auth is False]
    writing = [r for r in unguarded if _may_change(r)]
    title = (
        f"{len(unguarded)} of {count(len(every), 'route')} {have(len(unguarded), 'asks', 'ask')} for no authentication"
    )
    title += f", {len(writing)} of them may change something" if writing else ""
    figure = routes_by_authentication({s.name: _counts(s) for s in serving})
    return show(Chart(title, figure_json(figure), f"{title}."), *(_table(s) for s in serving))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "security", "Security checks by service or file"))


def _counts(service: Service) -> tuple[int, int, int]:
    answers = [r.auth for r in service.routes]
    return answers.count(True), answers.count(False), answers.count(None)


def _table(service: Service) -> Table:
    ranked = sorted(service.routes, key=lambda r: (r.auth is True, r.auth is None, r.method == "GET", r.path))
    rows = tuple(_route(r) for r in ranked)
    heads = columns("Method", ("Path", "code"), "Guard", "Mounted", "Where")
    return Table(f"{count(len(rows), 'route')} of {service.name}", heads, rows, folded=True)


def _route(route: Route) -> tuple[Cell, ...]:
    path = route.path if route.prefix_known else f"…{route.path}"
    mounted = {True: "yes", False: "no, nothing reaches it", None: "cannot be told"}[route.mounted]
    return (route.method.upper(), path, _guard(route), mounted, at_cell(route.at))


def _may_change(route: Route) -> bool:
    """Whether it writes and does not stand open by its nature, as the check of such routes counts."""
    return route.method.upper() in WRITES and open_by_nature(route.method, route.path, route.handler) is None


def _guard(route: Route) -> Mark:
    if route.auth is None:
        return Mark("unknown", "cannot be told")
    if route.auth:
        return Mark("pass", "guarded", str(route.auth_at) if route.auth_at else "")
    if _may_change(route):
        return Mark("fail", "open")
    nature = open_by_nature(route.method, route.path, route.handler) if route.method.upper() in WRITES else None
    return Mark("partial", f"open: {nature}" if nature else "open")
