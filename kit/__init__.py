"""Readiness Kit: production readiness reports made from evidence."""

from __future__ import annotations

from importlib import import_module

# `python -m kit` reads this file while modules of the working folder, a hostile project perhaps, come before Python's
# own: nothing is imported here that Python has not loaded already. Type checkers know the name.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from kit.assessment import assess, summarize
    from kit.model import bad, not_applicable, ok, partial, unknown
    from kit.project import Project, open_project
    from kit.registry import check

__all__ = [
    "Project",
    "assess",
    "bad",
    "check",
    "not_applicable",
    "ok",
    "open_project",
    "partial",
    "summarize",
    "unknown",
]

_PLACES = {
    "assess": "assessment",
    "summarize": "assessment",
    "Project": "project",
    "open_project": "project",
    "check": "registry",
}


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first asked for: `readiness --help` needs no pandas."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"kit.{_PLACES.get(name, 'model')}"), name)
