"""Resources of which one argument decides: what it must be, and what follows where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kit.checks.infrastructure.common import Resource, off, on, resources
from kit.model import Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.sources.formats.nodes import Node


@dataclass(frozen=True)
class Setting:
    """One argument of resources of these types. `lacks` says what follows where it does not hold.

    `given` says whether the provider sees to it where nothing is written.
    """

    types: tuple[str, ...]
    route: tuple[str, ...]
    holds: Callable[[Node], bool]
    lacks: str
    severity: Severity | None = None
    given: bool = False


def judged(project: Project, settings: Iterable[Setting]) -> Iterator[Fact]:
    """A fact for each resource and each setting that it should have."""
    for setting in settings:
        for resource in resources(project, *setting.types):
            yield from _judged(resource, setting)


def _judged(resource: Resource, setting: Setting) -> Iterator[Fact]:
    route = setting.route
    name, node, at = route[-1], resource.get(*route), resource.node.at_or_self(*route)
    if node is None and resource.wrapped:
        return
    if resource.is_open(*route) and setting.holds is not filled:
        yield unknown(f"{resource.title}: {name} is for a variable to say.", at, **resource.grade)
    elif setting.holds(node) if node is not None else setting.given:
        yield ok(f"{resource.title}: {name} is as it should be.", at, **resource.grade)
    else:
        yield bad(f"{resource.title}: {setting.lacks}", at, severity=setting.severity, **resource.grade)


def filled(node: Node) -> bool:
    """Whether it holds anything."""
    return bool(node.data) and not off(node)


def is_on(node: Node) -> bool:
    """Whether it is true."""
    return on(node)


def not_off(node: Node) -> bool:
    """Whether it is there and not turned off."""
    return not off(node)
