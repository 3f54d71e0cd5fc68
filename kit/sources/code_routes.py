"""Every route that the code of a project serves, in whatever framework."""

from __future__ import annotations

from kit.sources.code import CodeIndex
from kit.sources.code_js import JsProject
from kit.sources.code_python import PythonProject
from kit.sources.code_records import RouteFact
from kit.sources.code_routes_js import js_routes
from kit.sources.code_routes_python import python_routes


def routes(code: CodeIndex) -> tuple[RouteFact, ...]:
    """The routes, by file and line; one that several mounts lead to appears once per way."""
    found = dict.fromkeys([*python_routes(code, PythonProject(code)), *js_routes(code, JsProject(code))])
    return tuple(sorted(found, key=lambda r: (r.at.path, r.at.line or 0, r.method, r.path)))
