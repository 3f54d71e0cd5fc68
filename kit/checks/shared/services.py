"""Which services run for others, what they depend on, and where their code says something."""

from __future__ import annotations

import re

from kit.checks.shared.texts import at_offset
from kit.model import At
from kit.project import Project
from kit.sources.packages.find import Package
from kit.system.model import Service
from kit.system.scope import covers, with_workspaces

METRICS = re.compile(r"^[^{}:*<\[]*/(metrics|prometheus)/?$", re.IGNORECASE)
"""Paths that serve a service's own metrics. What stands below a parameter are figures about something of the users."""
MOUNTING = (
    "@willsoto/nestjs-prometheus", "fastify-metrics", "express-prom-bundle", "prometheus-flask-exporter",
    "github.com/zsais/go-gin-prometheus", "github.com/penglongli/gin-metrics", "github.com/ansrivas/fiberprometheus",
)  # fmt: skip
"""Libraries that serve /metrics by themselves once they are used."""
ANSWERING = frozenset({"api", "web", "unknown"})
_TOOLS = re.compile(
    r"load[-_]?(gen|test)?$|loadgenerator|seed|migrat|e2e|playwright|integration[-_]test|smoke|\bsut\b|storybook|^cli$|backup"
)


def running(project: Project) -> list[Service]:
    """The services that the project builds and runs for others: no stores, no monitoring, no one-off jobs, nothing that
    only development or tests start, no pages without a server of their own."""
    kinds = {*ANSWERING, "worker", "function"}
    own = [s for s in project.system.own if s.root is not None and s.language is not None and s.kind in kinds]
    own = [s for s in own if not only_aside(project, s) and not _TOOLS.search(s.name)]
    return [s for s in own if s.kind != "web" or s.routes]


def only_aside(project: Project, service: Service) -> bool:
    """Whether nothing but development and tests start a service: no compose file whose services run elsewhere either."""
    elsewhere = {f"compose:{file.path}" for file in project.compose if file.elsewhere}
    aside = (d.environment in {"development", "test"} and d.target not in elsewhere for d in service.deployments)
    return bool(service.deployments) and all(aside)


def folders_of(project: Project, service: Service) -> tuple[str, ...]:
    """The service's own folder and those of the workspace packages that it depends on."""
    return with_workspaces(project, (service.root,)) if service.root is not None else ()


def packages_of(project: Project, service: Service) -> list[Package]:
    """The manifests of a service's own folder and of the workspace packages that it depends on, its own first; of the
    root where it has none."""
    folders = folders_of(project, service)
    own = [p for folder in folders for p in project.packages if p.dir == folder or p.dir.startswith(folder + "/")]
    return own or [p for p in project.packages if p.dir == "."]


def library(project: Project, service: Service, names: tuple[str, ...]) -> tuple[str, At] | None:
    """The first of these libraries that a service itself depends on; not those that come with another one."""
    packages = packages_of(project, service)
    exact = (package.depends_on(*names) for package in packages)
    alike = (
        dependency for package in packages for dependency in package.dependencies if _is_one(dependency.name, names)
    )
    found = next((d for d in (*exact, *alike) if d is not None and d.group != "indirect"), None)
    return (found.name, found.at) if found else None


def _is_one(name: str, names: tuple[str, ...]) -> bool:
    """Whether it is a part of a Go module, or a Java artifact of that name."""
    return any(name.startswith(n) for n in names if "/" in n and "." in n) or any(name.endswith(f":{n}") for n in names)


def first_mention(project: Project, service: Service, marks: tuple[str, ...]) -> At | None:
    """The first place in a service's code, or in that of the packages that it shares, where one of the marks stands."""
    folders = folders_of(project, service)
    for path in project.code.holding(*marks):
        if covers(folders, path):
            text = project.code.text(path)
            mark = next(m for m in marks if m in text)
            return at_offset(path, text, text.index(mark))
    return None


def line_of(project: Project, path: str, pattern: str) -> At | None:
    """The first line of a file that a pattern matches."""
    found = re.search(pattern, project.code.text(path))
    return at_offset(path, project.code.text(path), found.start()) if found else None
