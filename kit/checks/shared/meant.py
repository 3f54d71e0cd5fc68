"""What a file is meant for, where its own words or its neighbours say more than its path."""

from __future__ import annotations

from kit.project import Project


def environment(project: Project, path: str) -> str:
    """The environment that a file belongs to: a compose file's by its words and neighbours, else what the path names."""
    file = next((f for f in project.compose if f.path == path), None)
    return file.environment if file is not None else project.files.environment_of(path)


def is_shadowed(project: Project, path: str) -> bool:
    """Whether a module of Python has a package of its name beside it: the import takes the package, and never the file."""
    return path.endswith(".py") and project.files.exists(f"{path.removesuffix('.py')}/__init__.py")
