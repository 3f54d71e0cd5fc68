"""Audit: what is in place with its inventories, quality metrics, readiness tiers, operations, contacts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kit.checks.operations.documents import ours
from kit.report.blocks import Block, Cell, Checklist, Item, Listing, Mark, Notice, Prose, Table, columns
from kit.report.document import Section
from kit.report.exports.run import kit_version
from kit.report.sections import commands, inventory
from kit.report.sections.basics import (
    boxes,
    heads,
    held,
    missing,
    section,
    topic_box,
    topic_outcome,
    topics_table,
    undecided,
)
from kit.report.sections.closing import authorization, calls, conditions, must, signoff, summary
from kit.report.sections.given import sources
from kit.report.sections.loads import capacity
from kit.report.sections.material import Material, Standing, outcome_of
from kit.report.sections.planning import phases, quarterly, steps
from kit.report.sections.targets import against
from kit.report.sections.topics import TOPICS
from kit.report.texts import text, texts
from kit.report.words import long_date

QUALITY: dict[str, tuple[str, ...]] = {
    "quality-build": ("build", "supply", "hardening", "health", "pipeline"),
    "quality-code": ("logic", "types", "specification", "tests", "migrations"),
    "quality-infrastructure": ("infrastructure", "manifests", "replicas", "backups", "restore", "metrics"),
    "quality-security": ("authentication", "secrets", "injection", "encryption", "tls", "scanning"),
}
TIERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "1": (("compose",), ("build", "runtime", "backups", "health")),
    "2": (commands.PLATFORMS, ("replicas", "metrics", "logs", "restore")),
    "3": (commands.PLATFORMS, ("manifests", "replicas", "exhaustion", "tls", "metrics")),
}
"""Tier of infrastructure to the deployment targets that it takes and the topics that must hold there."""

GUIDE = re.compile(r"deploy|install|operat|runbook|backup|restore|monitor|rollback|disaster", re.IGNORECASE)
"""Names of documents that guide who runs the system."""
SECURITY = ("hardening", "headers", "encryption", "secrets", "authorization", "injection", "validation", "alerting")


def sections(material: Material) -> tuple[Section, ...]:
    """The sections of the audit report."""
    return (
        section("audit.summary", summary(material), calls(material)),
        section("audit.place", sections=_in_place(material)),
        section("audit.quality", sections=[_quality(material, key) for key in QUALITY]),
        section("audit.checklist", sections=[_tier(material, tier) for tier in TIERS]),
        _quick_start(material),
        _files(material),
        section("audit.critical", sections=(section("audit.must", *must(material)),)),
        _monitoring(material),
        _scalability(material),
        _next(material),
        _verification(material),
        section("audit.contacts", inventory.contacts(material)),
        section("audit.information", _information(material), *signoff(material)),
    )


def _in_place(material: Material) -> tuple[Section, ...]:
    """What there is, each part with its inventory, what holds and what does not."""
    kubernetes = inventory.deployments(material, commands.PLATFORMS)
    return (
        _part(material, "build", ("delivery",), inventory.pipelines(material)),
        _part(material, "images", ("containers",), inventory.images(material)),
        _part(material, "compose", (), _compose(material)),
        _part(material, "environment", ("configuration",), inventory.variables(material)),
        _part(material, "kubernetes", ("orchestration",), (kubernetes, *inventory.kubernetes(material))),
        _part(material, "guide", ("operations",), inventory.guide(material)),
        _part(material, "backup", ("recovery",), inventory.backups(material)),
        _topical(material, "health", "health", (inventory.health(material),)),
        section("audit.security", topics_table(material, text("audit.security"), SECURITY), boxes(_secure(material))),
    )


def _compose(material: Material) -> tuple[Block, ...]:
    """Compose files and what they run; that there is none is said once."""
    files = inventory.compose(material)
    return (files,) if isinstance(files, Notice) else (files, inventory.deployments(material, ("compose",)))


def _secure(material: Material) -> tuple[Standing, ...]:
    return material.of_areas("security", "compliance")


def _part(material: Material, key: str, areas: Sequence[str], shown: Iterable[Block]) -> Section:
    standings = material.of_areas(*areas)
    judged = (held(standings), missing(standings)) if any(s.held or s.open for s in standings) else ()
    return section(f"audit.{key}", *_once(shown), *judged, status=outcome_of(standings) if standings else "")


def _once(shown: Iterable[Block]) -> list[Block]:
    """The blocks in order, none twice; a chart has no hash."""
    kept: list[Block] = []
    kept.extend(block for block in shown if block not in kept)
    return kept


def _topical(material: Material, key: str, topic: str, shown: Iterable[Block]) -> Section:
    standings = material.of_checks(TOPICS[topic])
    return section(f"audit.{key}", *shown, boxes(standings), status=topic_outcome(material, topic))


def _quality(material: Material, key: str) -> Section:
    rows = tuple(_metric(material, topic) for topic in QUALITY[key])
    names = columns(*heads("metric", "value", "status"))
    blocks: tuple[Block, ...] = (Table(text(f"audit.{key}"), names, rows),)
    if key == "quality-infrastructure":
        blocks += against(material)
    return section(f"audit.{key}", *blocks)


def _metric(material: Material, topic: str) -> tuple[Cell, ...]:
    standings = material.of_checks(TOPICS[topic])
    good, examined = sum(len(s.held) for s in standings), sum(s.examined for s in standings)
    outcome = topic_outcome(material, topic)
    decided = examined and outcome != "unknown"
    value = text("audited.share", held=good, count=examined) if decided else undecided(outcome)
    return (text(f"topics.{topic}"), value, Mark(outcome))


def _tier(material: Material, tier: str) -> Section:
    """What a tier of infrastructure asks for: what the files show, and what only its operator knows."""
    kinds, topics = TIERS[tier]
    there = [t for t, _, _ in material.project.system.targets if t.partition(":")[0] in kinds]
    target = Item(
        text(f"audited.target-{tier}"),
        "done" if there else "not_applicable",
        ", ".join(t.partition(":")[2] for t in there[:4]),
    )
    elsewhere = tuple(Item(words, "unknown", text("audited.elsewhere")) for words in texts(f"audited.tiers-{tier}"))
    return section(f"audit.tier-{tier}", Checklist("", (target, *(topic_box(material, t) for t in topics), *elsewhere)))


def _quick_start(material: Material) -> Section:
    project = material.project
    compose, platforms = ("compose",), commands.PLATFORMS
    # What states no environment is judged as what serves users, wherever it is named.
    live = ("production", "unknown")
    lines = {
        "development": [
            *commands.targets(project, compose, ("development",)),
            *commands.tasks(project, "start"),
        ],
        "staging": [
            *commands.tasks(project, "stage"),
            *commands.targets(project, (*compose, *platforms), ("staging",)),
        ],
        "production": [
            *commands.tasks(project, "backup"),
            *commands.tasks(project, "deploy"),
            *commands.targets(project, compose, live),
            *commands.looks(project, compose, live),
        ],
        "kubernetes": [
            *commands.targets(project, platforms, ("staging", "production", "unknown")),
            *commands.looks(project, platforms, ("production", "unknown")),
        ],
    }
    made = [section(f"audit.start-{key}", commands.console(found)) for key, found in lines.items()]
    return section("audit.start", sections=made)


def _files(material: Material) -> Section:
    project = material.project
    system = [(d.path, "Dockerfile") for d in project.dockerfiles] + list(inventory.compose_files(project))
    system += [(path, text("audited.ignores")) for path in project.files.glob("**/*.dockerignore")]
    schemas = project.files.glob("**/.env*", "**/schema.prisma", "**/settings*.py", "**/config*.y*ml")
    settings = [(p, text("audited.settings")) for p in schemas]
    manifests = inventory.manifest_files(project)
    operations = [(s.path, f"{s.shell} script") for s in project.scripts]
    operations += [(m.path, m.tool) for m in project.makefiles]
    operations += [(m.path, text("audited.paper")) for m in ours(project) if GUIDE.search(m.path.rpartition("/")[2])]
    papers = project.files.glob("**/SECURITY*", "**/*security*.md", "**/LICENSE*", "**/*privacy*.md", "**/CODEOWNERS")
    kinds = {
        "images": system,
        "configuration": settings,
        "kubernetes": manifests,
        "operations": operations,
        "security": [(p, text("audited.paper")) for p in papers],
    }
    made = [section(f"audit.files-{key}", inventory.files_of(material, found)) for key, found in kinds.items()]
    return section("audit.files", sections=made)


def _monitoring(material: Material) -> Section:
    project = material.project
    checks = [
        *commands.tasks(project, "verify"),
        *commands.looks(project, ("compose", *commands.PLATFORMS), ("production", "unknown")),
    ]
    return section(
        "audit.monitoring",
        sections=(
            section("audit.dashboards", inventory.dashboards(material)),
            section("audit.health-checks", commands.console(checks)),
            section(
                "audit.incident", *inventory.alerts(material), *inventory.watched(material), commands.recovery(project)
            ),
        ),
    )


def _scalability(material: Material) -> Section:
    shown = {"single": inventory.scaling(material), "several": (), "platform": ()}
    tiers = {"single": "now", "several": "medium", "platform": "large"}
    made = [
        section(f"audit.scale-{key}", Listing(texts(f"viable.{tiers[key]}")), *blocks) for key, blocks in shown.items()
    ]
    return section("audit.scalability", capacity(material), sections=made)


def _next(material: Material) -> Section:
    keys = ("immediate", "short", "medium")
    made = [
        section(f"audit.{key}", *steps(material, phase), phase=phase.title)
        for key, phase in zip(keys, phases(material), strict=False)
    ]
    return section("audit.next", sections=(*made, section("audit.long", quarterly())))


def _verification(material: Material) -> Section:
    project = material.project
    lines = [
        *list(commands.tasks(project, "build"))[:2],
        *list(commands.tasks(project, "check"))[:2],
        *list(commands.targets(project, ("compose",), ("production", "unknown")))[:1],
        *list(commands.tasks(project, "verify"))[:2],
    ]
    strictest = material.assessment.strictest
    said = Prose((text("audited.verify"),))
    return section("audit.verification", said, commands.console(lines), conditions(material, strictest))


def _information(material: Material) -> Table:
    a = material.assessment
    verdict = a.environments[a.strictest].verdict
    status = {"GO": "status-go", "CONDITIONAL": "status-conditional", "NO-GO": "status-no-go"}[verdict]
    rows: tuple[tuple[Cell, ...], ...] = (
        (text("facts.project"), a.project.name),
        (text("audited.version"), a.project.revision or text("facts.no-revision")),
        (text("facts.status"), Mark(verdict, text(f"verdict.{status}"))),
        (text("facts.date"), long_date(a.generated_at)),
        (text("facts.policy"), f"{a.policy.name} ({a.policy.sha256[:12]})"),
        (text("facts.prepared"), text("facts.maker", version=kit_version(), sources=sources(material))),
        (text("audited.approval"), authorization(material)),
    )
    return Table(text("audit.information"), columns(*heads("field", "value")), rows)
