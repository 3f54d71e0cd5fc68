"""Every route that the code of a project serves, in whatever framework."""

from __future__ import annotations

from kit.sources.code.index import CodeIndex
from kit.sources.code.js import JsProject
from kit.sources.code.records import RouteFact
from kit.sources.code.routes_django import django_routes
from kit.sources.code.routes_dotnet import dotnet_routes
from kit.sources.code.routes_files import file_routes
from kit.sources.code.routes_go import go_routes
from kit.sources.code.routes_health import health_routes
from kit.sources.code.routes_js import js_routes
from kit.sources.code.routes_jvm import jvm_routes
from kit.sources.code.routes_nest import nest_routes
from kit.sources.code.routes_python import python_routes
from kit.sources.code.routes_trpc import trpc_routes


def routes(code: CodeIndex) -> tuple[RouteFact, ...]:
    """The routes, by file and line; one that several mounts lead to appears once per way."""
    javascript = code.once(JsProject)
    found = [
        *python_routes(code),
        *django_routes(code),
        *js_routes(code),
        *nest_routes(code, javascript),
        *file_routes(code, javascript),
        *go_routes(code),
        *health_routes(code),
        *jvm_routes(code),
        *dotnet_routes(code),
    ]
    found += trpc_routes(javascript, found)
    return tuple(sorted(dict.fromkeys(found), key=lambda r: (r.at.path, r.at.line or 0, r.method, r.path)))
