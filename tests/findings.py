"""Findings for tests, made in one line each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kit.judgement.assessment import Assessment, judge
from kit.judgement.policy import Policy, default_policy
from kit.model import Check, Clause, Evidence, Finding, Outcome, Severity, Strength
from kit.params import Params

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def finding(check: str = "SEC-001", outcome: str = "fail", severity: str = "medium", **more: Any) -> Finding:
    """A finding; `path`, `line` and `strength` make its one piece of evidence."""
    path, line = more.pop("path", "app/main.py"), more.pop("line", 1)
    strength = Strength(more.pop("strength", "static"))
    defaults: dict[str, Any] = {
        "area": "security",
        "title": f"Title of {check}",
        "message": "What was seen.",
        "fix": "Do this.",
        "fingerprint": f"{check}-{path}-{line}-{outcome}",
        "evidence": (Evidence(path, line, line, "excerpt", strength),),
    }
    return Finding(check=check, severity=Severity(severity), outcome=Outcome(outcome), **{**defaults, **more})


def assess(*findings: Finding, policy: Policy | None = None, **params: Any) -> Assessment:
    """The findings judged at a fixed time by the default policy."""
    return judge(
        findings,
        policy or default_policy(),
        Params.model_validate(params),
        generated_at=NOW,
        revision="abc123",
    )


def with_policy(**change: Any) -> Policy:
    """The default policy with parts of it replaced."""
    return Policy.model_validate({**default_policy().values(), **change})


def check(id: str, area: str = "security", severity: str = "medium") -> Check:
    """A catalogue entry without a function of its own."""
    return Check(
        id=id,
        area=area,
        title=f"Title of {id}",
        severity=Severity(severity),
        clause=Clause.DEPLOYMENT,
        rationale="Why it matters.",
        decides="By looking.",
        fix="Do this.",
        blind_to="The rest.",
        references=("https://example.com/why",),
        blocker=None,
        effort_hours=2.0,
        function=lambda _: iter(()),
    )
