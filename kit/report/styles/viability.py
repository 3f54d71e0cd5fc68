"""Viability: a score and a rating per category, strengths and recommendations, a phased plan, scaling tiers."""

from __future__ import annotations

from collections.abc import Sequence

from kit.judgement.assessment import AreaResult
from kit.judgement.groups import group_of
from kit.model import Finding, Severity
from kit.report.blocks import Block, Checklist, Figure, Figures, Listing, Mark, Prose, Table, columns
from kit.report.document import Section
from kit.report.overview import shares
from kit.report.sections import commands, inventory
from kit.report.sections.basics import (
    actions,
    box,
    defect,
    gravest_first,
    group_name,
    heads,
    joined,
    nothing,
    section,
    topics_table,
    wholly_held,
)
from kit.report.sections.closing import calls, conditions, must, reasons, summary
from kit.report.sections.loads import capacity
from kit.report.sections.material import Material, Standing
from kit.report.sections.planning import level, mitigation, phases, spans, steps
from kit.report.sections.topics import TOPICS
from kit.report.texts import text, texts
from kit.report.views import performance
from kit.report.words import count, hours

CATEGORIES: dict[str, tuple[str, ...]] = {
    "containers": ("containers", "orchestration", "infrastructure"),
    "security": ("security", "configuration", "compliance"),
    "scalability": ("performance",),
    "monitoring": ("observability", "operations"),
    "errors": ("resilience", "recovery"),
    "readiness": ("delivery", "testing", "contract", "data"),
}
ASPECTS: dict[str, tuple[str, ...]] = {
    "security": ("authentication", "authorization", "encryption", "validation", "secrets", "tls", "headers", "limits"),
    "scalability": ("queries", "response", "memory", "caching", "background"),
    "monitoring": ("logs", "health", "tracking", "metrics", "alerting", "tracing"),
    "errors": ("codes", "exceptions", "fallback", "retries", "shutdown"),
}
SCALING = ("replicas", "pooling", "background", "architecture")
OPTIMIZING = ("queries", "caching", "pooling", "idempotency")
PATTERNS = ("fallback", "retries", "exhaustion", "idempotency")
_RATINGS = ((90, "excellent"), (80, "very-good"), (70, "good"), (50, "fair"))
_WORDS = (*(word for _, word in _RATINGS), "poor")
_CAPS = {"GO": "excellent", "CONDITIONAL": "good"}
MOST_NOTE = 120


def sections(material: Material) -> tuple[Section, ...]:
    """The sections of the viability report."""
    return (
        section("viability.summary", summary(material), sections=(_overall(material),)),
        _containers(material),
        _security(material),
        _scalability(material),
        _monitoring(material),
        _errors(material),
        _readiness(material),
        _plan(material),
        _scaling(material),
        _actions(material),
        _verdict(material),
    )


def rated(score: float | None, most: str = "excellent") -> str:
    """The key of the word for a score, no better than `most`."""
    if score is None:
        return "none"
    own = next((word for least, word in _RATINGS if score >= least), "poor")
    return max(own, most, key=_WORDS.index)


def rating(material: Material, key: str) -> str:
    """A category's score in a word, with what caps it: what forbids going live is not made good by the rest."""
    score = _score_of(material, key)
    word, found = text(f"ratings.{_rated(material, key)}"), _deciding(material, key)
    if not found or rated(score) in {"none", _rated(material, key)}:
        return word
    hard = [f for f in found if f.blocker is not None]
    what = count(len(hard), "hard blocker") if hard else count(len(found), "critical finding")
    return text("ratings.capped", rating=word, what=what)


def overall_rating(material: Material) -> str:
    """The score of the whole in a word, no better than the verdict for the strictest environment lets it be; whatever
    may not go there is not viable yet."""
    a = material.assessment
    verdict = a.environments[a.strictest].verdict
    return text(f"ratings.{rated(a.score, _CAPS[verdict])}" if verdict in _CAPS else "ratings.not-viable")


def _rated(material: Material, key: str) -> str:
    return rated(_score_of(material, key), "fair" if _deciding(material, key) else "excellent")


def _deciding(material: Material, key: str) -> list[Finding]:
    return [f for f in material.deciding if f.area in CATEGORIES[key]]


def _score_of(material: Material, key: str) -> float | None:
    result = _category(material, key)
    return result.score if result else None


def _category(material: Material, key: str) -> AreaResult | None:
    return group_of(material.assessment, key, text(f"groups.{key}"), CATEGORIES[key])


def _overall(material: Material) -> Section:
    score = material.assessment.score
    names = columns(*heads("category"), (text("columns.score"), "number"), *heads("status", "notes"))
    shown = [key for key in CATEGORIES if _category(material, key)]
    rows = tuple(_category_row(material, key) for key in shown)
    said = text("viable.overall", score=f"{score:.0f}", rating=overall_rating(material).lower())
    return section(
        "viability.overall", Prose((said,)), Table(text("viability.overall"), names, rows, joined(CATEGORIES, shown))
    )


def _category_row(material: Material, key: str) -> tuple[str, str, Mark, str]:
    score = _score_of(material, key)
    standings = _standings(material, key)
    opened = gravest_first(s for s in standings if s.open)
    notes = "; ".join(map(defect, opened[:2])) or "; ".join(s.title for s in standings if s.held)[:MOST_NOTE]
    shown = "–" if score is None else f"{score:.0f}/100"
    return (group_name(key, CATEGORIES[key]), shown, Mark(_mark(material, key), rating(material, key)), notes)


def _mark(material: Material, key: str) -> str:
    if _deciding(material, key):
        return "fail"
    return _MARKS[_rated(material, key)]


_MARKS = {
    "excellent": "pass",
    "very-good": "pass",
    "good": "partial",
    "fair": "partial",
    "poor": "fail",
    "none": "unknown",
}


def _standings(material: Material, key: str) -> tuple[Standing, ...]:
    return material.of_areas(*CATEGORIES[key])


def _of_topics(material: Material, topics: Sequence[str]) -> tuple[Standing, ...]:
    return material.of_checks(check for topic in topics for check in TOPICS[topic])


def _part(key: str, name: str, *blocks: Block | None, **values: object) -> Section:
    """A section below a category; several categories share its title."""
    kept = tuple(block for block in blocks if block is not None)
    return Section(f"viability-{key}-{name}", text(f"viability.{name}", **values), kept)


def _score(material: Material, key: str) -> Section:
    """The category's score with its terms, and its aspects."""
    result = _category(material, key)
    score = result.score if result else None
    shown = "–" if score is None else f"{score:.0f}/100"
    terms = shares(result.score_terms) if result else ()
    figure = Figure(text("columns.score"), shown, note=rating(material, key), terms=terms)
    table = topics_table(material, text(f"groups.{key}"), ASPECTS[key])
    return _part(key, "score", Figures((figure,)), table, score=shown)


def _recommendations(material: Material, key: str) -> Section:
    advice = actions(material, _standings(material, key))
    return _part(key, "recommendations", advice or nothing("open"))


def _containers(material: Material) -> Section:
    kinds = ("compose", *commands.PLATFORMS)
    everywhere = ("development", "test", "staging", "production", "unknown")
    start = [
        *commands.targets(material.project, kinds, everywhere),
        *commands.looks(material.project, kinds, everywhere),
    ]
    return section(
        "viability.containers",
        sections=(
            _part("containers", "strengths", wholly_held(_standings(material, "containers"))),
            _part("containers", "setup", inventory.services(material), *inventory.images(material)),
            _part("containers", "commands", commands.console(start)),
            _recommendations(material, "containers"),
        ),
    )


def _security(material: Material) -> Section:
    return section(
        "viability.security",
        sections=(
            _part("security", "features", wholly_held(_standings(material, "security"))),
            _score(material, "security"),
            _recommendations(material, "security"),
        ),
    )


def _scalability(material: Material) -> Section:
    return section(
        "viability.scalability",
        sections=(
            _part("scalability", "scaling-features", wholly_held(_of_topics(material, SCALING))),
            _part("scalability", "optimizations", wholly_held(_of_topics(material, OPTIMIZING))),
            _score(material, "scalability"),
            _recommendations(material, "scalability"),
        ),
    )


def _monitoring(material: Material) -> Section:
    return section(
        "viability.monitoring",
        sections=(
            _part("monitoring", "monitoring-features", wholly_held(_standings(material, "monitoring"))),
            _part("monitoring", "logging", *_boxes(material, "logs")),
            _score(material, "monitoring"),
            _recommendations(material, "monitoring"),
        ),
    )


def _errors(material: Material) -> Section:
    return section(
        "viability.errors",
        sections=(
            _part("errors", "error-features", wholly_held(_of_topics(material, ("codes", "exceptions", "errors")))),
            _part("errors", "patterns", wholly_held(_of_topics(material, PATTERNS))),
            _score(material, "errors"),
            _recommendations(material, "errors"),
        ),
    )


def _boxes(material: Material, topic: str) -> tuple[Block, ...]:
    items = tuple(box(s) for s in material.of_checks(TOPICS[topic]))
    return (Checklist("", items),) if items else (nothing("topic", topic=text(f"topics.{topic}")),)


def _readiness(material: Material) -> Section:
    every = [s for s in material.standings.values() if s.outcome != "not_applicable"]
    ready = tuple(box(s) for s in every if s.held and not s.open)
    attention = tuple(box(s) for s in gravest_first(s for s in every if s.open))
    return section(
        "viability.readiness",
        sections=(
            _part("readiness", "deployment-features", wholly_held(_standings(material, "readiness"))),
            section(
                "viability.checklist",
                sections=(
                    section("viability.ready", Checklist("", ready) if ready else nothing("strengths")),
                    section("viability.attention", Checklist("", attention) if attention else nothing("open")),
                ),
            ),
        ),
    )


def _plan(material: Material) -> Section:
    made = tuple(
        Section(
            f"viability-phase-{number}",
            text("viability.phase", number=number, phase=f"{phase.title}, {hours(phase.hours)}"),
            steps(material, phase),
        )
        for number, phase in enumerate(phases(material), start=1)
    )
    return section("viability.plan", sections=made)


def _scaling(material: Material) -> Section:
    single = Listing(texts("viable.now")) if performance.all_single(material.project) else None
    tiers = [section(f"viability.scale-{key}", Listing(texts(f"viable.{key}"))) for key in ("medium", "large")]
    now = section("viability.scale-now", single, *inventory.scaling(material))
    return section("viability.scaling", capacity(material), sections=(now, *tiers))


def _actions(material: Material) -> Section:
    return section(
        "viability.actions",
        sections=(
            section("viability.high", *must(material)),
            section("viability.medium", mitigation(material, (Severity.HIGH, Severity.MEDIUM), but=material.holding)),
        ),
    )


def _verdict(material: Material) -> Section:
    a = material.assessment
    strictest = a.strictest
    span = text("viable.days", spans=spans(material))
    facts = (
        (text("viable.confidence"), f"{a.confidence:.0f} %"),
        (text("viable.timeline"), span if a.plan.hours else text("viable.no-days")),
        (text("viable.risk"), f"{level(a.risk_score)} ({a.risk_score:.1f}/10)"),
    )
    table = Table(text("viability.verdict"), columns(*heads("field", "value")), facts)
    return section(
        "viability.verdict",
        sections=(
            section("viability.viable", summary(material), table, rating=overall_rating(material)),
            section("viability.call", calls(material), reasons(material, strictest), verdict=_yes(material)),
            section("viability.next", conditions(material, strictest)),
        ),
    )


def _yes(material: Material) -> str:
    verdict = material.assessment.environments[material.assessment.strictest].verdict
    return text(f"viable.{_ANSWERS[verdict]}")


_ANSWERS = {"GO": "answer-go", "CONDITIONAL": "answer-conditional", "NO-GO": "answer-no-go"}
