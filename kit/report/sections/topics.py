"""Which checks speak to which question of a report. A check may speak to several."""

from __future__ import annotations

from collections.abc import Iterable

from kit.model import Check

_TOPICS: dict[str, str] = {
    # what it does, and what it says of itself
    "logic": "DAT-001 DAT-002 DAT-016 DAT-017 DAT-013 DAT-015 DAT-019 CTR-009",
    "architecture": "CTR-007 CTR-014 OPS-011 CTR-008 OBS-014",
    "specification": "CTR-001 CTR-002 CTR-003 CTR-005 CTR-006 CTR-010 CTR-012 CTR-015",
    "invariants": "",
    "enforcement": "DAT-011 DAT-012 DAT-014 RES-009 SEC-001 SEC-002 SEC-010 SEC-012 SEC-014",
    "tests": "TST-001 TST-002 TST-003 TST-004 TST-005 TST-006 TST-007 TST-008 TST-011 TST-012 TST-013",
    # what it relies on
    "secrets": "CFG-003 CFG-004 CFG-005 CFG-010 CON-005 ORC-017 ORC-023 INF-006 INF-013 SEC-023 DEL-025",
    "dependencies": "TST-010 RES-001 PRF-009 DEL-026 OBS-008 CON-013",
    "configuration": "CFG-001 CFG-002 CFG-006 CFG-007 CFG-008 CFG-009 CFG-011 CFG-012 CFG-013",
    "placeholders": "CFG-002 CFG-004",
    "supply": "DEL-008 DEL-009 DEL-010 DEL-019 DEL-020 CON-003 CON-019 SEC-008",
    # how it runs
    "build": "DEL-007 CON-001 CON-006 CON-008 CON-014 CON-016 ORC-018",
    "runtime": "CON-004 CON-010 CON-017 CON-021 CON-022 ORC-005 ORC-020 ORC-030 PRF-005 RES-004",
    "concurrency": "PRF-010 PRF-006 DAT-018 ORC-021 ORC-028 DAT-010",
    "errors": "RES-005 RES-006 RES-007 RES-008 SEC-022 ORC-026",
    "observability": "OBS-001 OBS-002 OBS-003 OBS-004 OBS-005 OBS-006 OBS-007 OBS-009 OBS-010 OBS-011 OBS-012 OBS-013",
    "operation": "OPS-001 OPS-002 OPS-005 OPS-007 OPS-010 OPS-003 OPS-004",
    # how it is deployed
    "pipeline": "DEL-001 DEL-002 DEL-003 DEL-004 DEL-005 DEL-006 DEL-011 DEL-013 DEL-017 DEL-021 DEL-022 DEL-023 "
    "DEL-024",
    "infrastructure": "INF-001 INF-002 INF-003 INF-004 INF-005 INF-007 INF-008 INF-009 INF-010 INF-011 INF-012 INF-014 "
    "INF-015",
    "manifests": "ORC-001 ORC-002 ORC-003 ORC-004 ORC-006 ORC-008 ORC-009 ORC-010 ORC-013 ORC-014 ORC-019 ORC-022",
    "hardening": "CON-002 CON-012 CON-015 ORC-007 ORC-011 ORC-012 ORC-015 ORC-016 ORC-027 SEC-013 SEC-018",
    "migrations": "DAT-003 DAT-004 DAT-005 DAT-006 DAT-007 DAT-009 DAT-020 DAT-021",
    "rotation": "",
    "recovery": "REC-001 REC-002 REC-003 REC-004 REC-005 REC-006 REC-007 REC-008 REC-010 REC-011",
    "performance": "PRF-001 PRF-002 PRF-004 PRF-007 PRF-008 PRF-011",
    "rollback": "DEL-012 DAT-007",
    # what is not defined
    "types": "CTR-004 CTR-011 DEL-018",
    "nulls": "",
    "races": "DAT-011 DAT-012 DAT-018 ORC-021 RES-009 ORC-028",
    "exhaustion": "CON-011 RES-010 RES-003 RES-002 RES-011 SEC-003 SEC-015 PRF-009",
    # what binds it
    "regulation": "",
    "privacy": "CMP-002 CMP-008 CMP-003",
    "rights": "CMP-004",
    "licences": "CMP-001 CMP-005 CMP-009 CMP-006",
    # aspects of security
    "authentication": "SEC-001 SEC-026 SEC-010 SEC-011 SEC-009 SEC-020 SEC-024",
    "authorization": "CTR-012 SEC-012 SEC-013 SEC-064 SEC-065 ORC-015 INF-007",
    "encryption": "SEC-005 SEC-018 INF-004 REC-008 CMP-008",
    "validation": "CTR-009 SEC-012 SEC-015 SEC-016",
    "injection": "SEC-006 SEC-007 SEC-019 SEC-021",
    "tls": "ORC-025 INF-009 SEC-018",
    "headers": "SEC-002 SEC-004 SEC-014 INF-011",
    "limits": "SEC-003 INF-010 RES-010",
    "audit": "CMP-003 CMP-002",
    "scanning": "SEC-008 SEC-017 DEL-016",
    # aspects of load and growth
    "queries": "DAT-008 PRF-007 PRF-011 DAT-010",
    "response": "PRF-001 PRF-005 PRF-010",
    "memory": "CON-011 ORC-006 PRF-009",
    "caching": "PRF-008",
    "background": "RES-008 ORC-028 PRF-010",
    "replicas": "ORC-009 ORC-014 PRF-004 PRF-006 RES-011 ORC-010 DAT-012",
    "pooling": "DAT-010 PRF-009",
    # aspects of being watched
    "logs": "OBS-001 OBS-011 OBS-012",
    "health": "OBS-007 OBS-008 CON-004 CON-022 ORC-003 ORC-005 OPS-005",
    "tracking": "OBS-010",
    "metrics": "OBS-002 OBS-003",
    "tracing": "OBS-009",
    "alerting": "OBS-004 OBS-005 OBS-006",
    "dashboards": "OBS-013",
    # aspects of failing well
    "codes": "RES-005 SEC-022",
    "exceptions": "RES-006 RES-007",
    "fallback": "RES-003 RES-011",
    "retries": "RES-001 RES-002 RES-008",
    "idempotency": "RES-009 DAT-011",
    "shutdown": "RES-004 CON-017 ORC-020",
    # around the release
    "gates": "DEL-004 DEL-006 DEL-018 TST-002 TST-013",
    "smoke": "TST-009 DEL-024",
    "backups": "REC-001 REC-002 REC-003 REC-007 REC-010 REC-011",
    "restore": "REC-004 REC-005 REC-006",
    "documents": "OPS-001 OPS-002 OPS-003 OPS-004 OPS-008",
    "contacts": "OPS-006 OPS-007",
}

TOPICS: dict[str, tuple[str, ...]] = {name: tuple(ids.split()) for name, ids in _TOPICS.items()}
"""Topic to the ids of its checks. One without any is a question that no check answers: the report says so."""

CLAUSES: dict[str, tuple[str, ...]] = {
    "S": ("logic", "architecture", "specification"),
    "I": ("invariants", "enforcement", "tests"),
    "A": ("secrets", "dependencies", "configuration", "supply"),
    "E": ("build", "runtime", "concurrency", "errors", "observability", "operation"),
    "D": (
        "pipeline",
        "infrastructure",
        "manifests",
        "hardening",
        "migrations",
        "rotation",
        "recovery",
        "performance",
    ),
    "U": ("types", "nulls", "races", "exhaustion"),
    "C": ("regulation", "privacy", "rights", "licences"),
}
"""Clause of the formal statement to its topics."""


def by_clause(checks: Iterable[Check]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Clause to topic to checks, each check once: under the first topic that names it, or else under its own
    clause's rest (the topic "")."""
    known = {check.id: check for check in checks}
    placed: dict[str, dict[str, tuple[str, ...]]] = {}
    taken: set[str] = set()
    for clause, topics in CLAUSES.items():
        placed[clause] = {}
        for topic in topics:
            own = tuple(id for id in TOPICS[topic] if id in known and id not in taken)
            taken.update(own)
            placed[clause][topic] = own
    for clause, by_topic in placed.items():
        by_topic[""] = tuple(id for id, check in known.items() if id not in taken and check.clause.value == clause)
    return placed
