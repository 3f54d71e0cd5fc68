"""What a statement says that can be counted or looked up in the project, one module for each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kit.claims.ground import Ground
from kit.claims.lookups import (
    calls,
    commands,
    counts,
    dependencies,
    excerpts,
    files,
    guides,
    kinds,
    literals,
    names,
    pages,
    products,
    releases,
    routes,
    schemas,
    settings,
    suites,
    trees,
    values,
    variables,
)
from kit.claims.model import Answer, Statement

Lookup = Callable[[Statement, Ground], Iterator[Answer]]

LOOKUPS: tuple[Lookup, ...] = (
    excerpts.look,
    files.look,
    commands.look,
    counts.look,
    releases.look,
    kinds.look,
    settings.look,
    routes.look,
    suites.look,
    names.look,
    products.look,
    dependencies.look,
    pages.look,
    calls.look,
    variables.look,
    trees.look,
    schemas.look,
    literals.look,
    guides.look,
    values.look,
)


def look_up(statement: Statement, ground: Ground) -> tuple[Answer, ...]:
    """What all lookups but those for features say of a statement, the same thing once."""
    found = (answer for lookup in LOOKUPS for answer in lookup(statement, ground))
    return tuple({(answer.verdict, answer.reason): answer for answer in found}.values())
