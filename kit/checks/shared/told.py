"""The lines that another check reports: one fact is told once, by the question that fits it best."""

from __future__ import annotations

from functools import lru_cache

from kit.project import Project
from kit.registry import catalogue


@lru_cache(maxsize=16)
def told(project: Project, *check_ids: str) -> frozenset[tuple[str, int | None]]:
    """Path and line of every place that open facts of these checks name."""
    asked = (c for c in catalogue() if c.id in check_ids)
    facts = (fact for check in asked for fact in check.function(project) if fact.outcome.open)
    return frozenset((at.path, at.line) for fact in facts for at in fact.at)
