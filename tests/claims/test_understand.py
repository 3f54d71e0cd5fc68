"""What statements of reports speak to. The lines are the kind that people write; no project is meant."""

from __future__ import annotations

import pytest

from kit.claims.model import Stated, Statement
from kit.claims.understand import speak_to, to_be_done

SECURITY = ("Report", "Security")


def statement(text: str, *section: str, mark: Stated | None = None, kind: str = "item") -> Statement:
    return Statement("r:1", "r.md", 1, 1, section or ("Report",), text, kind, mark)


def checks(text: str, *section: str, mark: Stated | None = None, kind: str = "item") -> set[str]:
    return {spoken.check for spoken in speak_to(statement(text, *section, mark=mark, kind=kind))}


@pytest.mark.parametrize(
    ("text", "section", "check"),
    [
        ("CI/CD Pipeline: GitHub Actions workflow", (), "DEL-001"),
        ("Tests run in CI on every push", (), "TST-002"),
        ("Automatic rollback on failure", (), "DEL-012"),
        ("Blue-green deployment ready", (), "DEL-061"),
        ("Automated dependency updates (Dependabot)", (), "DEL-019"),
        ("Non-root user (nodejs:1001)", ("Report", "Docker hardening"), "CON-002"),
        ("Multi-stage build", ("Report", "Dockerfile"), "CON-007"),
        ("Restart policy: unless-stopped", (), "CON-010"),
        ("PostgreSQL port exposed in docker-compose", (), "CON-012"),
        ("Dropped ALL capabilities", ("Report", "Container security"), "CON-047"),
        ("HorizontalPodAutoscaler (3-10 replicas)", (), "ORC-014"),
        ("PodDisruptionBudget (min 2 available)", (), "ORC-010"),
        ("Missing resource quotas", (), "ORC-027"),
        ("No admission controllers configured", (), "ORC-060"),
        ("Overly permissive NetworkPolicy", (), "ORC-011"),
        ("Ingress with TLS (cert-manager)", (), "ORC-025"),
        ("Terraform state is kept in a remote backend", ("Report", "Terraform"), "INF-001"),
        ("No Web Application Firewall (WAF)", (), "INF-061"),
        ("`.env.example` lists all variables", (), "CFG-006"),
        ("Environment variables are validated at startup", (), "CFG-007"),
        ("Secrets live in HashiCorp Vault", (), "CFG-060"),
        ("No secret rotation strategy", (), "CFG-061"),
        ("Debug mode disabled", (), "CFG-011"),
        ("All API endpoints require JWT authentication", SECURITY, "SEC-001"),
        ("CORS allows any origin", SECURITY, "SEC-002"),
        ("Helmet sets the security headers", SECURITY, "SEC-004"),
        ("Passwords are hashed with bcrypt", SECURITY, "SEC-009"),
        ("Parameterised queries throughout", SECURITY, "SEC-006"),
        ("CSRF tokens on all forms", SECURITY, "SEC-014"),
        ("Stripe webhook signature verification", SECURITY, "SEC-020"),
        ("JWTs are kept in localStorage", SECURITY, "SEC-024"),
        ("Dependency scanning with Trivy in the pipeline", SECURITY, "SEC-008"),
        ("CodeQL and Semgrep", SECURITY, "SEC-017"),
        ("Unit tests for every module", (), "TST-001"),
        ("Playwright E2E tests", (), "TST-009"),
        ("Property-based tests with Hypothesis", (), "TST-011"),
        ("OpenAPI specification exists", (), "CTR-001"),
        ("TypeScript strict mode enabled", (), "CTR-004"),
        ("Input validation with Zod", (), "CTR-009"),
        ("Alembic migrations are versioned", (), "DAT-001"),
        ("No migration rollback strategy", (), "DAT-007"),
        ("PostgreSQL connection pooling", (), "DAT-010"),
        ("Foreign key constraints enforced at database level", (), "DAT-016"),
        ("N+1 queries in the orders list", (), "PRF-011"),
        ("Automated backups every 6 hours", (), "REC-002"),
        ("No off-site backup replication", (), "REC-003"),
        ("Restore has never been tested", ("Report", "Disaster recovery"), "REC-005"),
        ("No RTO/RPO defined", (), "REC-006"),
        ("Structured JSON logging with correlation IDs", (), "OBS-001"),
        ("Structured JSON logging with correlation IDs", (), "OBS-011"),
        ("Prometheus metrics at `/metrics`", (), "OBS-002"),
        ("No alert rules for error rates", ("Report", "Monitoring"), "OBS-004"),
        ("Health check endpoints", (), "OBS-007"),
        ("Distributed tracing with OpenTelemetry", (), "OBS-009"),
        ("Sentry error tracking", (), "OBS-010"),
        ("No log aggregation", (), "OBS-070"),
        ("No load testing", (), "PRF-001"),
        ("Cursor pagination on all lists", (), "PRF-007"),
        ("Circuit breaker for outbound calls", (), "RES-003"),
        ("Graceful shutdown on SIGTERM", (), "RES-004"),
        ("Retry logic with exponential backoff", (), "RES-002"),
        ("Global exception filter", (), "RES-005"),
        ("PII sanitization in logs", (), "CMP-002"),
        ("Audit logging of sensitive operations", (), "CMP-003"),
        ("User data deletion not implemented", (), "CMP-004"),
        ("No runbook", (), "OPS-002"),
        ("CODEOWNERS file", (), "OPS-006"),
        ("Incident response procedures defined", (), "OPS-007"),
    ],
)
def test_a_statement_speaks_to_the_check_that_decides_it(text: str, section: tuple[str, ...], check: str) -> None:
    assert check in checks(text, *section)


@pytest.mark.parametrize(
    ("text", "section", "check"),
    [
        ("Security", (), "SEC-001"),
        ("Monitoring", (), "OBS-004"),
        ("Tests", (), "TST-001"),
        ("Comprehensive documentation", (), "OPS-002"),
        ("Price alerts for users", (), "OBS-004"),
        ("React Helmet for SEO", (), "SEC-004"),
        ("Backup codes for two-factor login", (), "REC-001"),
        ("CSV data export of reports", (), "CMP-004"),
        ("MongoDB Atlas takes automated backups", (), "REC-002"),
        ("Rate limit of the OpenAI API is 60 a minute", (), "SEC-003"),
        ("Error handling in the checkout page", ("Report", "User interface"), "RES-005"),
        ("Browser caching", ("Report", "Cloudflare setup"), "PRF-008"),
        ("Multi-layer caching", ("Report", "Performance"), "CON-060"),
        ("Serializes orders.ts, routes.ts and `rate-limit.ts`", (), "SEC-003"),
        ("Document vault for users", (), "CFG-060"),
        ("(N-1 cores per node)", (), "PRF-011"),
        ("Database connection pool issues noted in tests", (), "DAT-010"),
    ],
)
def test_words_that_mean_something_else_speak_to_no_narrow_check(
    text: str, section: tuple[str, ...], check: str
) -> None:
    assert check not in checks(text, *section)


@pytest.mark.parametrize("kind", ["code", "heading"])
def test_commands_and_headings_without_a_mark_claim_nothing(kind: str) -> None:
    assert checks("Rate limiting", kind=kind) == set()
    assert checks("Rate limiting", mark=Stated.PASS, kind=kind) == {"SEC-003"}


def test_the_words_that_say_so_are_kept_as_they_stand() -> None:
    [spoken] = speak_to(statement("**No** API rate-limiting at all".replace("*", "")))

    assert spoken.phrase == "rate limiting"
    assert not spoken.defect


def test_a_named_defect_is_told_from_a_thing_that_ought_to_be() -> None:
    [spoken] = speak_to(statement("Hardcoded credentials in the code"))

    assert spoken.defect
    assert spoken.stated is Stated.FAIL


def test_several_checks_may_be_spoken_to_at_once() -> None:
    assert {"CON-047", "SEC-003"} <= checks("no-new-privileges in compose, and rate limiting")


def test_an_open_box_with_a_step_asks() -> None:
    assert to_be_done(statement("Verify the dashboards", mark=Stated.FAIL))
    assert not to_be_done(statement("Dashboards", mark=Stated.FAIL))


def test_phrases_do_not_reach_over_the_end_of_a_sentence() -> None:
    assert "REC-005" not in checks("Backups exist. Tested browsers: all.", "Report", "Backup")
