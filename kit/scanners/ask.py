"""Which scanners a run asks, and of which files."""

from __future__ import annotations

from collections.abc import Iterable

from kit.model import FileClass
from kit.params import ParamsError
from kit.project import Project
from kit.sources.scanners.model import Scan
from kit.sources.scanners.run import scan
from kit.sources.scanners.tools import TOOLS, Tool

INSTALL = 'pip install "readiness-kit[scanners]"'
_LATEST = 5
"""So many migrations of a set are looked at, as our own checks do: older ones have run everywhere."""
_LOCKS = ("*.lock", "*-lock.*", "*.lock.*", "go.sum", "*.sum", "*.min.js", "*.map", "*.svg", "*.ipynb")


def asked(wanted: bool | tuple[str, ...]) -> tuple[Tool, ...]:
    """The tools that params ask for: all of the extra and Checkov where it is installed, or those that are named.

    Raises ParamsError where one is not here or is unknown.
    """
    if wanted is False:
        return ()
    known = {tool.id: tool for tool in TOOLS}
    if wanted is True:
        chosen = [t for t in TOOLS if t.package or t.program()]
    else:
        if unknown := [name for name in wanted if name not in known]:
            raise ParamsError(f"scanners: no scanner {unknown[0]}; one of {', '.join(known)}")
        chosen = [t for t in TOOLS if t.id in wanted]
    if missing := [t for t in chosen if not t.program()]:
        raise ParamsError(f"scanners: {_names(missing)} not here; {_how(missing)}")
    return tuple(chosen)


def _names(missing: list[Tool]) -> str:
    return ", ".join(t.id for t in missing) + (" is" if len(missing) == 1 else " are")


def _how(missing: list[Tool]) -> str:
    ways = [INSTALL] if any(t.package for t in missing) else []
    return " and ".join([*ways, *(f"install {t.id} by itself" for t in missing if not t.package)])


def scans_of(project: Project, tools: Iterable[Tool]) -> tuple[Scan, ...]:
    """What the tools say of the project's files."""
    tools = tuple(tools)
    return scan(project.files, tools, {tool.id: _PATHS[tool.id](project) for tool in tools}) if tools else ()


def _workflows(project: Project) -> Iterable[str]:
    found = project.files.glob("/.github/workflows/*.yml", "/.github/workflows/*.yaml")
    actions = project.files.glob("action.yml", "action.yaml", classes={FileClass.PRODUCTION})
    return {*found, *actions, *project.files.glob("/.github/dependabot.yml", "/.github/dependabot.yaml")}


def _dockerfiles(project: Project) -> Iterable[str]:
    return {file.path for file in project.dockerfiles}


def _migrations(project: Project) -> Iterable[str]:
    sets = [s for s in project.migrations if (s.dialect or "").startswith("postgres")]
    return {m.at.path for s in sets for m in s.migrations[-_LATEST:] if m.at.path.endswith(".sql")}


def _texts(project: Project) -> Iterable[str]:
    production = project.files.glob("*", *(f"!{name}" for name in _LOCKS), classes={FileClass.PRODUCTION})
    return {path for path in production if project.files.is_text(path)}


def _infrastructure(project: Project) -> Iterable[str]:
    manifests = {manifest.at.path for manifest in project.manifests}
    serverless = {f.path for f in project.serverless}
    terraform = project.files.glob("*.tf", "*.tfvars", classes={FileClass.PRODUCTION})
    return {*manifests, *serverless, *terraform, *_dockerfiles(project)}


_PATHS = {
    "zizmor": _workflows,
    "hadolint": _dockerfiles,
    "squawk": _migrations,
    "detect-secrets": _texts,
    "checkov": _infrastructure,
}
