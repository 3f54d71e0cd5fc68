"""The words of the report, in one place: headings, verdicts, explanations, glossary."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kit.model import Finding

OUTCOME_WORDS: dict[str, str] = {
    "pass": "Pass",
    "partial": "Partial",
    "fail": "Fail",
    "unknown": "Not seen",
    "not_applicable": "Not applicable",
    "error": "Check crashed",
    "critical": "Critical",
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "GREEN": "Green",
    "YELLOW": "Yellow",
    "RED": "Red",
    "GREY": "Grey",
    "GO": "GO",
    "CONDITIONAL": "CONDITIONAL",
    "NO-GO": "NO-GO",
}

STATE_WORDS: dict[str, str] = {
    "done": "Done",
    "open": "Open",
    "partly": "In part",
    "unknown": "Not seen",
    "not_applicable": "Not applicable",
}

COPY = "Copy"
BEHIND = "What stands behind it"

VERDICT_MEANING: dict[str, str] = {
    "GO": "Nothing that the policy forbids is open.",
    "CONDITIONAL": "It may go on the conditions named here.",
    "NO-GO": "It must not go before these are mended.",
}

AREA_QUESTIONS: dict[str, str] = {
    "delivery": "Does every change reach production through gates that can fail, and can it be taken back?",
    "containers": "Do the images build, start and run with no more rights than they need?",
    "orchestration": "Will the platform keep the workloads alive, and are all their references declared?",
    "infrastructure": "What is exposed, through what, and is it declared in code?",
    "configuration": ("Is everything that the code requires given where it runs, and is no secret in the files?"),
    "security": "Who may call what, and what stands between an attacker and the data?",
    "testing": "What is tested, does anything run those tests, and can they fail?",
    "contract": "Do specification, code and schema say the same?",
    "data": "Do the migrations make what the code expects, and can they be undone?",
    "recovery": "If the data is lost tonight, what is lost and how long does it take to be back?",
    "observability": "When it breaks, who learns of it, from what, and how soon?",
    "performance": "Is it known what load it bears, and does it grow with more?",
    "resilience": "What happens when something that it depends on is slow or gone?",
    "compliance": "Are personal data, audit trail and licences looked after?",
    "operations": "Can somebody who did not build it run it at three in the morning?",
}

METHOD: tuple[tuple[str, str], ...] = (
    (
        "What was done",
        "The files of the project were read, never executed. They were joined into one map of the "
        "system: services, routes, ports, environment, stores, pipelines. Checks asked questions of "
        "that map, and each answer is a finding with the file and line that it rests on.",
    ),
    (
        "Outcomes",
        "Pass, partial and fail are decided. Not applicable means that there is nothing of the kind to "
        "look at. Not seen means that files alone cannot show it; the finding says what would. Neither "
        "counts as a pass or a fail.",
    ),
    (
        "Score",
        "The weighted share of decided checks that hold, 0 to 100. A check's weight comes from its "
        "severity. A partial pass earns part of it, and while a grave finding is open the credit of its "
        "check is capped. Test, example, vendored and generated files weigh nothing.",
    ),
    (
        "Confidence",
        "The weighted share of applicable checks that could be decided, each counted by the strength of "
        "its evidence: live, then measured, static, attested, documented. What was not seen lowers "
        "confidence, never the score.",
    ),
    (
        "Risk",
        "0 to 10, from what is open. Each finding adds by its severity, a hard blocker more, a further "
        "finding of the same check less; the sum approaches 10 without reaching it.",
    ),
    (
        "Verdict",
        "The policy's gates in order, per environment. A hard blocker (cannot build, cannot start, does "
        "not render) decides whatever the score is. Each reason names the findings behind it.",
    ),
    (
        "Documents",
        "A document is never proof of what it says: a README that promises backups shows that backups are documented.",
    ),
)

GLOSSARY: tuple[tuple[str, str], ...] = (
    ("Blocker", "A finding that forbids going live whatever else is good."),
    ("Evidence", "A file and line of the project, or another tool's output, that a finding rests on."),
    ("Fingerprint", "The name of a finding that stays the same when lines move."),
    ("Gate", "A pipeline job that must succeed before the next one runs."),
    ("Probe", "A request or command by which the platform asks whether a service is alive or ready."),
    ("RPO", "Recovery point objective: how much data, in time, may be lost."),
    ("RTO", "Recovery time objective: how long it may take to be back."),
    ("Strength", "How far evidence can be trusted: live, measured, static, attested, documented."),
    ("Target", "A place that the system is deployed to: a compose file, an overlay, a platform file."),
    ("Waived", "An accepted risk with reason, owner and expiry. It is counted apart, never as a pass."),
    ("Workload", "What the platform runs: a deployment, a stateful set, a job."),
)

CLASS_WORDS: dict[str, str] = {
    "production": "Production files",
    "test": "Tests",
    "example": "Examples",
    "documentation": "Documentation",
    "vendored": "Vendored code",
    "generated": "Generated files",
    "build": "Build output",
}


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 service", "3 services", "no services"."""
    word = one if number == 1 else (many or f"{one}s")
    return f"{number or 'no'} {word}"


def and_more(number: int) -> str:
    """Said at the end of a list that was cut."""
    return f"and {number} more, in the list of all findings"


def sentence(text: str) -> str:
    """The text with its first letter large, as a title."""
    return text[:1].upper() + text[1:]


def listed(names: Iterable[str], limit: int = 4) -> str:
    """Names in a row, cut with how many more there are."""
    found = list(dict.fromkeys(names))
    more = f" and {len(found) - limit} more" if len(found) > limit else ""
    return ", ".join(found[:limit]) + more


def long_date(moment: str) -> str:
    """An ISO moment as a date spelled out: "22 November 2026"."""
    day = datetime.fromisoformat(moment)
    return f"{day.day} {day:%B %Y}"


def at(finding: Finding) -> str:
    """The first place of a finding as `path:line`; empty where it has none."""
    if not finding.evidence:
        return ""
    first = finding.evidence[0]
    return first.path if first.line is None else f"{first.path}:{first.line}"
