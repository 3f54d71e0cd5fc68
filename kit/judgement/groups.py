"""Areas taken together under one title, judged by the rules that judge an area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kit.judgement.assessment import AreaResult, Assessment, area_result
from kit.judgement.score import Number, overall


def group_of(assessment: Assessment, id: str, title: str, areas: Iterable[str]) -> AreaResult | None:
    """The areas as one: their score and confidence by the areas' weights, the sum of their counts.

    None where none of them was judged.
    """
    wanted = set(areas)
    parts = [area for area in assessment.areas if area.id in wanted]
    if not parts:
        return None
    policy = assessment.policy
    score = overall({a.id: Number(a.score, a.score_terms) for a in parts}, policy)
    seen = {a.id: Number(a.confidence if a.confidence_terms else None, a.confidence_terms) for a in parts}
    confidence = overall(seen, policy)
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part.counts)
    checks = tuple(check for part in parts for check in part.checks)
    return area_result(id, title, score, confidence, counts, checks, policy)
