"""Validation: strengths, critical issues with evidence, impact and fix, checklist by topic, strategy by phase."""

from __future__ import annotations

from collections.abc import Iterable

from kit.model import Severity
from kit.report.blocks import Block, Checklist, Item, Prose, Ref, State
from kit.report.document import Section
from kit.report.sections import commands, inventory
from kit.report.sections.basics import findings_rows, nothing, section, topic_box, wholly_held
from kit.report.sections.closing import calls, conditions, reasons, summary
from kit.report.sections.entries import entries
from kit.report.sections.loads import loads
from kit.report.sections.material import Material
from kit.report.sections.planning import estimate, mitigation, phases, steps
from kit.report.sections.targets import against, measured
from kit.report.texts import text, texts

STRENGTHS: dict[str, tuple[str, ...]] = {
    "infrastructure": ("containers", "orchestration", "infrastructure", "configuration"),
    "pipeline": ("delivery", "testing"),
    "monitoring": ("observability", "operations"),
    "security": ("security", "compliance"),
}
CHECKLIST: dict[str, tuple[str, ...]] = {
    "check-infrastructure": ("build", "manifests", "infrastructure", "tls", "configuration", "placeholders", "secrets"),
    "check-quality": ("types", "gates", "tests", "smoke", "specification", "migrations"),
    "check-security": ("authentication", "hardening", "headers", "limits", "injection", "scanning", "supply"),
    "check-performance": ("performance", "metrics", "dashboards", "alerting", "health", "logs", "replicas"),
    "check-pipeline": ("pipeline", "rollback", "backups", "restore", "operation", "documents"),
}
BEFORE = ("health", "errors", "performance", "migrations", "authentication")
AFTERWARDS = ("shutdown", "rollback", "alerting", "dashboards", "scanning", "performance")
"""Topics that the criteria of success rest on, in the order of their texts."""

MEASURING: dict[str, tuple[str, ...]] = {
    "health": ("OPS-081", "CON-081", "ORC-071", "OBS-071"),
    "errors": ("PRF-072", "PRF-082", "OBS-072"),
    "performance": ("PRF-071", "PRF-081", "PRF-082"),
    "migrations": ("DAT-083",),
    "scanning": ("SEC-070", "SEC-071"),
}
"""Topic to the checks that hold measurements against it."""

UNDER_LOAD = ("errors", "performance")
MOST_MEASURED = 4
MOST = 25


def sections(material: Material) -> tuple[Section, ...]:
    """The sections of the validation report."""
    return (
        section("validation.summary", summary(material), calls(material), Prose((estimate(material),))),
        _strengths(material),
        section("validation.critical", *(entries(material, material.deciding) or (nothing("critical"),))),
        section("validation.moderate", _moderate(material)),
        _checklist(material),
        _strategy(material),
        _mitigation(material),
        _success(material),
        _support(material),
        _recommendations(material),
        _final(material),
    )


def _strengths(material: Material) -> Section:
    made = [section(f"validation.{key}", wholly_held(material.of_areas(*areas))) for key, areas in STRENGTHS.items()]
    return section("validation.strengths", sections=made)


def _moderate(material: Material) -> Block:
    deciding = {f.fingerprint for f in material.deciding}
    found = [f for f in material.open if f.fingerprint not in deciding and f.severity in {"high", "medium"}]
    if not found:
        return nothing("moderate")
    return findings_rows(found, text("standing.all-open", count=len(found)), most=MOST)


def _checklist(material: Material) -> Section:
    made = [section(f"validation.{key}", _boxes(material, topics)) for key, topics in CHECKLIST.items()]
    return section("validation.checklist", sections=made)


def _boxes(material: Material, topics: Iterable[str]) -> Checklist:
    return Checklist("", tuple(topic_box(material, topic) for topic in topics))


def _strategy(material: Material) -> Section:
    """Four phases: mend, set up, try, go; each with the project's own commands for it."""
    project = material.project
    kinds = ("compose", *commands.PLATFORMS)
    first = phases(material)[0]
    staging = [*commands.tasks(project, "stage"), *commands.targets(project, kinds, ("staging",))]
    tried = [*commands.tasks(project, "check"), *commands.tasks(project, "verify")]
    live = [
        *commands.tasks(project, "backup"),
        *commands.tasks(project, "migrate"),
        *commands.tasks(project, "deploy"),
        *commands.targets(project, kinds, ("production", "unknown")),
        *commands.looks(project, kinds, ("production",)),
    ]
    return section(
        "validation.strategy",
        sections=(
            section("validation.phase-1", *steps(material, first)),
            section("validation.phase-2", _environment(material)),
            section("validation.phase-3", commands.console([*staging, *tried], text("valid.commands"))),
            section("validation.phase-4", commands.console(live, text("valid.commands"))),
        ),
    )


def _environment(material: Material) -> Block:
    """What each target must still be given: the open checks of configuration and secrets."""
    return _boxes(material, ("configuration", "placeholders", "secrets", "tls", "backups"))


def _mitigation(material: Material) -> Section:
    kinds = {
        "high": (Severity.CRITICAL, Severity.HIGH),
        "medium": (Severity.MEDIUM,),
        "low": (Severity.LOW,),
    }
    made = [section(f"validation.{key}", mitigation(material, severities)) for key, severities in kinds.items()]
    return section("validation.mitigation", sections=made)


def _success(material: Material) -> Section:
    return section(
        "validation.success",
        sections=(
            section("validation.metrics", _said(material, "success", BEFORE), *against(material)),
            section("validation.after", _said(material, "after", AFTERWARDS)),
            section("validation.business", _people(), nothing("business")),
        ),
    )


def _said(material: Material, key: str, topics: Iterable[str]) -> Checklist:
    """Criteria in words, each ticked only by what was measured or seen running."""
    pairs = zip(texts(f"valid.{key}"), topics, strict=True)
    return Checklist("", tuple(_criterion(material, words, topic) for words, topic in pairs))


def _criterion(material: Material, words: str, topic: str) -> Item:
    """What measurements say of it; without any it is unknown, with what the files say of its ground."""
    found = [f for f in measured(material) if f.check in MEASURING.get(topic, ())]
    if found:
        opened = [f for f in found if f.outcome.open]
        state: State = "done" if not opened else "open" if len(opened) == len(found) else "partly"
        shown = sorted(found, key=lambda f: not f.outcome.open)[:MOST_MEASURED]
        gravest = {f.check: Ref(f"finding-{f.fingerprint}", f.check) for f in reversed(opened[:MOST_MEASURED])}
        refs = tuple(reversed(gravest.values()))
        return Item(words, state, text("valid.measured", said=" ".join(f.message for f in shown)), refs)
    tried = loads(material.project) if topic in UNDER_LOAD else ()
    if tried:
        return Item(words, "unknown", text("valid.tried", said="; ".join(t.words for t in tried[:MOST_MEASURED])))
    ground = topic_box(material, topic)
    return Item(words, "unknown", f"{text('valid.ground')} {ground.label}: {ground.note}", ground.refs)


def _people() -> Checklist:
    return Checklist("", tuple(Item(words, "unknown") for words in texts("valid.business")))


def _support(material: Material) -> Section:
    return section(
        "validation.support",
        sections=(
            section("validation.technical", inventory.contacts(material)),
            section("validation.emergency", *inventory.alerts(material), commands.recovery(material.project)),
            section("validation.documentation", *inventory.guide(material)),
        ),
    )


def _recommendations(material: Material) -> Section:
    keys = ("immediate", "short", "long")
    made = [
        section(f"validation.{key}", *steps(material, phase), phase=phase.title)
        for key, phase in zip(keys, phases(material), strict=False)
    ]
    return section("validation.recommendations", sections=made)


def _final(material: Material) -> Section:
    strictest = material.assessment.strictest
    recommended = section(
        "validation.recommendation", calls(material), conditions(material, strictest), Prose((estimate(material),))
    )
    return section("validation.final", summary(material), reasons(material, strictest), sections=(recommended,))
