"""Each style holds every section of the report that it is modelled on, in its order, and its facts from evidence."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kit.project import Project
from kit.registry import catalogue
from kit.report.blocks import Checklist, Entry, Excerpt, Listing, Notice, Table, cell_text, plain
from kit.report.document import Document, Section
from kit.report.sections.material import Material
from kit.report.sections.topics import TOPICS, by_clause
from kit.report.styles import STYLES, build_document
from tests.findings import assess
from tests.report.poor import material

HEADINGS: dict[str, tuple[str, ...]] = {
    "formal": (
        "Executive summary",
        "1. Specification compliance (S)",
        "Core business logic",
        "Architecture patterns",
        "API specification",
        "2. Invariant preservation (I)",
        "Documented invariants",
        "Enforcement mechanisms",
        "Test coverage",
        "3. Assumption validation (A)",
        "Secret management",
        "External service dependencies",
        "Environment configuration",
        "4. Execution model (E)",
        "Runtime environment",
        "Concurrency model",
        "Error handling",
        "Observability",
        "5. Deployment constraints (D)",
        "Infrastructure as code",
        "Security hardening",
        "Database migrations",
        "Secrets rotation",
        "Disaster recovery",
        "Performance validation",
        "6. Undefined behaviour",
        "Type safety",
        "Null safety",
        "Race conditions",
        "Resource exhaustion",
        "7. Compliance and regulation",
        "Sector regulation",
        "Data privacy",
        "Data protection rights",
        "8. Critical blockers summary",
        "9. Deployment readiness checklist",
        "Before deployment (must fix)",
        "After deployment (high priority)",
        "Continuous improvement",
        "10. Conclusion of the proof",
        "Formal statement",
        "Risk assessment",
        "Recommendation",
        "11. Next steps",
        "Immediate actions (Week 1)",
        "Short term (Weeks 2–3)",
        "Medium term (Month 2)",
        "12. Sign-off",
    ),
    "audit": (
        "Executive summary",
        "What is in place",
        "1. Build system",
        "2. Dockerfiles and images",
        "3. Compose configuration",
        "4. Environment configuration",
        "5. Kubernetes manifests",
        "6. Deployment guide",
        "7. Backup system",
        "8. Health checks",
        "9. Security and compliance checklist",
        "Quality metrics",
        "Build quality",
        "Code quality",
        "Infrastructure quality",
        "Security quality",
        "Deployment readiness checklist",
        "Tier 1: single server",
        "Tier 2: several servers",
        "Tier 3: Kubernetes",
        "Quick start commands",
        "Development setup",
        "Staging deployment",
        "Production deployment",
        "Kubernetes deployment",
        "Files that carry it",
        "Docker files",
        "Configuration",
        "Kubernetes",
        "Deployment and operations",
        "Security and compliance",
        "Critical before deployment",
        "Must do",
        "Monitoring and support",
        "Dashboards",
        "Health checks",
        "Incident response",
        "Scalability",
        "Single server",
        "Several servers",
        "Platform that scales by itself",
        "Next steps",
        "Immediate (Week 1)",
        "Short term (Weeks 2–3)",
        "Medium term (Month 2)",
        "Long term (every quarter)",
        "Final verification",
        "Support contacts",
        "Document information",
    ),
    "viability": (
        "Executive summary",
        "Overall assessment",
        "1. Containerization and orchestration",
        "Strengths",
        "Docker setup",
        "Deployment commands",
        "2. Security assessment",
        "Security features",
        "Score: ",
        "Recommendations",
        "3. Scalability and performance",
        "Scalability features",
        "Performance optimizations",
        "Score: ",
        "4. Monitoring and observability",
        "Monitoring features",
        "Logging configuration",
        "Score: ",
        "Recommendations",
        "5. Error handling and resilience",
        "Error handling features",
        "Resilience patterns",
        "Score: ",
        "6. Deployment readiness",
        "Deployment features",
        "Deployment checklist",
        "Ready for production",
        "Needs attention",
        "7. Production deployment plan",
        "Phase 1: ",
        "Phase 2: ",
        "Phase 3: ",
        "8. Scaling recommendations",
        "As it stands",
        "Medium scaling",
        "Large scaling",
        "9. Immediate action items",
        "High priority (before production)",
        "Medium priority (after launch)",
        "10. Final verdict",
        "Deployment viability: ",
        "Ready to deploy: ",
        "Next steps",
    ),
    "validation": (
        "Executive summary",
        "Deployment readiness: strengths",
        "Infrastructure and configuration",
        "CI/CD pipeline",
        "Monitoring and observability",
        "Security implementation",
        "Critical issues requiring immediate attention",
        "Moderate risk items",
        "Pre-deployment checklist",
        "Infrastructure readiness",
        "Code quality and testing",
        "Security validation",
        "Performance and monitoring",
        "Deployment pipeline",
        "Deployment strategy",
        "Phase 1: critical fixes",
        "Phase 2: environment setup",
        "Phase 3: deployment validation",
        "Phase 4: production deployment",
        "Risk mitigation",
        "High-risk mitigation",
        "Medium-risk mitigation",
        "Low-risk mitigation",
        "Success criteria",
        "Deployment success metrics",
        "Post-deployment validation",
        "Business readiness",
        "Support and escalation",
        "Technical support",
        "Emergency contacts",
        "Documentation",
        "Recommendations",
        "Immediate actions (Week 1)",
        "Short-term improvements (Weeks 2–3)",
        "Long-term enhancements (Month 2)",
        "Final assessment",
        "Deployment recommendation",
    ),
    "status": (
        "Status summary",
        "1. Deployment",
        "What works",
        "What is missing",
        "Required for GREEN",
        "2. Security",
        "Evidence",
        "Minor gaps (not blocking)",
        "3. Performance",
        "Measured baselines against targets",
        "What is missing",
        "Required for GREEN",
        "4. Operations",
        "What works",
        "What is missing",
        "Required for GREEN",
        "5. Data integrity",
        "Evidence",
        "Minor gaps (not blocking)",
        "6. Testing",
        "Evidence",
        "Minor gaps (not blocking)",
        "Known limitations",
        "Critical path items (must resolve before production)",
        "Non-critical items",
        "Go / no-go decision matrix",
        "Recommendation",
    ),
}
"""The headings of each model, in its order; those that end in a blank go on with a number or a verdict."""


@cache
def document(style: str) -> Document:
    return build_document(material(), style)


def bare() -> Material:
    """A project in which there is nothing."""
    with TemporaryDirectory() as folder:
        project = Project(folder)
        project.warm()
        return Material(assess(), project)


def in_order(wanted: tuple[str, ...], found: tuple[str, ...]) -> list[str]:
    """The wanted headings that do not come after the ones before them."""
    missing, rest = [], iter(found)
    for heading in wanted:
        if not any(f.startswith(heading) if heading.endswith(" ") else f == heading for f in rest):
            missing.append(heading)
            rest = iter(found)
    return missing


def told(document: Document, *titles: str) -> Section:
    """The section below the titles, one in another."""
    sections: tuple[Section, ...] = document.sections
    for title in titles:
        found = next(s for top in sections for _, s in top.walk() if s.title == title)
        sections = found.sections
    return found


def words(section: Section) -> str:
    return "\n".join(plain(block) for _, part in section.walk() for block in part.blocks)


@pytest.mark.parametrize("style", STYLES)
def test_a_style_has_every_section_of_its_model_in_its_order(style: str) -> None:
    assert in_order(HEADINGS[style], document(style).headings()) == []


@pytest.mark.parametrize("style", STYLES)
def test_a_project_without_anything_has_all_sections_too_and_none_is_silent(style: str) -> None:
    made = build_document(bare(), style)

    silent = [s.title for top in made.sections for _, s in top.walk() if not s.blocks and not s.sections]

    assert silent == []
    if style != "status":  # it has a section per area that was judged
        assert in_order(HEADINGS[style], made.headings()) == []


@pytest.mark.parametrize("style", STYLES)
def test_anchors_are_used_once(style: str) -> None:
    ids = Counter(s.id for _, s in document(style).walk())

    assert [id for id, uses in ids.items() if uses > 1] == []


@pytest.mark.parametrize("style", STYLES)
def test_a_finding_has_one_card_in_the_sections_of_a_style_and_every_blocker_has_one(style: str) -> None:
    cards = Counter(
        b.fingerprint
        for top in document(style).sections
        for _, s in top.walk()
        for b in s.blocks
        if isinstance(b, Entry)
    )

    assert set(cards.values()) == {1}
    assert {f.fingerprint for f in material().assessment.blockers} <= set(cards)


@pytest.mark.parametrize("style", STYLES)
def test_no_text_is_left_unfilled(style: str) -> None:
    titles = " ".join(document(style).headings())

    assert "{" not in titles


def test_a_card_tells_observation_evidence_impact_fix_owner_effort_and_environments() -> None:
    card = next(b for b in told(document("validation"), "Critical issues requiring immediate attention").blocks)

    assert isinstance(card, Entry)
    labels = [row.label for row in card.rows]
    assert labels[:2] == ["Observation", "Evidence"]
    assert labels[-5:] == ["Impact", "Fix", "Owner", "Effort", "Environments"]
    shown = next(row.excerpt for row in card.rows if row.excerpt)
    assert shown.first_line is not None
    assert shown.highlight is not None
    assert len(shown.lines) > shown.highlight[1] - shown.highlight[0] + 1


def test_the_formal_statement_leaves_out_what_only_developers_start(tmp_path: Path) -> None:
    build = "FROM python:3.12\nCOPY . .\n"
    compose = "services:\n  {0}:\n    build: {0}\n    ports: ['80:80']\n"
    files = {
        "api/Dockerfile": build,
        "e2e-runner/Dockerfile": build,
        "compose.prod.yml": compose.format("api"),
        "compose.dev.yml": compose.format("e2e-runner"),
        ".dockerignore": ".git\n",
        "docs/deployment.md": "# Deployment\n",
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content)
    found = Material(assess(), Project(tmp_path))

    (statement, *_) = told(build_document(found, "formal"), "Formal statement").blocks
    listed = [
        row[0]
        for heading in ("Docker files", "Deployment and operations")
        for block in told(build_document(found, "audit"), heading).blocks
        if isinstance(block, Table)
        for row in block.rows
    ]

    assert isinstance(statement, Excerpt)
    assert "the 1 service that it builds for use: api." in " ".join(statement.lines)
    assert {".dockerignore", "docs/deployment.md"} <= set(map(str, listed))


def test_the_formal_statement_says_what_each_clause_came_to_and_what_follows() -> None:
    (statement, *_) = told(document("formal"), "Formal statement").blocks

    assert isinstance(statement, Excerpt)
    said = "\n".join(statement.lines)
    assert "Let P be Sample shop, and its components" in said
    assert "Let K be the set of the clauses S, I, A, E, D, U and C" in said
    assert "iff no gate of the policy" in said
    assert "c respects D: does not hold" in said
    assert "P is NOT DEPLOYABLE to production" in said


def test_formal_puts_every_check_into_one_topic() -> None:
    placed = [c for topics in by_clause(catalogue()).values() for checks in topics.values() for c in checks]

    assert sorted(placed) == sorted(c.id for c in catalogue())


def test_authorization_counts_the_checks_of_owners_and_of_roles() -> None:
    assert {"SEC-064", "SEC-065"} <= set(TOPICS["authorization"])


def test_the_topics_name_only_checks_that_there_are() -> None:
    known = {c.id for c in catalogue()}

    assert {c for checks in TOPICS.values() for c in checks} - known == set()


def test_formal_rates_four_kinds_of_risk() -> None:
    (table,) = told(document("formal"), "Risk assessment").blocks

    assert isinstance(table, Table)
    assert [cell_text(row[0]) for row in table.rows] == [
        "Technical debt",
        "Security risk",
        "Operational risk",
        "Business risk",
    ]


def test_audit_counts_services_images_variables_and_manifests() -> None:
    place = words(told(document("audit"), "What is in place"))

    for fact in ("docker-compose.prod.yml", "api/Dockerfile", "PAYMENTS_API_KEY", "Deployment", "backup"):
        assert fact in place


def test_audit_gives_the_projects_own_commands() -> None:
    assert "docker compose -f docker-compose.prod.yml up -d" in words(told(document("audit"), "Quick start commands"))
    assert "kubectl apply -k k8s/overlays/production" in words(told(document("audit"), "Kubernetes deployment"))


def test_viability_gives_a_score_and_a_rating_per_category() -> None:
    table = told(document("viability"), "Overall assessment").blocks[1]

    assert isinstance(table, Table)
    assert len(table.rows) == 6
    assert all(str(row[1]).endswith("/100") for row in table.rows)


def test_validation_ticks_its_checklist_by_evidence() -> None:
    boxes = [
        item
        for _, s in told(document("validation"), "Pre-deployment checklist").walk()
        for block in s.blocks
        if isinstance(block, Checklist)
        for item in block.items
    ]

    assert {"open", "partly"} & {item.state for item in boxes}
    assert all(item.note for item in boxes if item.state != "not_applicable")


def test_status_says_what_each_area_needs_to_be_green() -> None:
    required = told(document("status"), "1. Deployment", "Required for GREEN").blocks[0]

    assert isinstance(required, Listing)
    assert required.ordered
    assert any("GREEN needs 85" in cell_text(item) for item in required.items)


def test_status_calls_what_keeps_an_area_from_green_missing_and_no_minor_gap() -> None:
    for area in document("status").sections:
        if area.status in {"YELLOW", "RED"}:
            gaps = next(s for s in area.sections if s.title.startswith("Minor gaps"))
            assert "medium" not in str([row[1] for b in gaps.blocks if isinstance(b, Table) for row in b.rows])


def test_status_lists_the_gravest_of_an_area_and_says_how_many_more_there_are() -> None:
    parts = [told(document("status"), "1. Deployment", title) for title in ("What is missing", "Required for GREEN")]

    table = next(block for block in parts[0].blocks if isinstance(block, Table))
    steps = next(block for block in parts[1].blocks if isinstance(block, Listing))

    assert len(table.rows) == 15
    assert "more, in the list of all findings" in table.note
    assert sum("further grave checks, in the remediation plan" in cell_text(item) for item in steps.items) == 1


def test_status_holds_targets_against_what_was_measured() -> None:
    blocks = told(document("status"), "Measured baselines against targets").blocks

    assert isinstance(blocks[0], Table)
    assert ("Response time, p95", "< 300 ms") in {(row[0], row[1]) for row in blocks[0].rows}
    assert "evidence.load" in next(block.text for block in blocks if isinstance(block, Notice))
