"""Which checks speak to which question of a report. A check may speak to several.

Before the bar stand the checks that answer the question, behind it those that bear on it.
"""

from __future__ import annotations

from collections.abc import Iterable

from kit.model import Check
from kit.system.model import SystemMap

_TOPICS: dict[str, str] = {
    # what it does, and what it says of itself
    "logic": "DAT-001 DAT-002 DAT-016 DAT-017 DAT-013 DAT-015 DAT-019 DAT-061 DAT-063 DAT-025 CTR-009",
    "architecture": "CTR-007 CTR-014 CTR-016 CTR-017 CTR-018 CTR-019 OPS-011 CTR-008 DAT-064",
    "specification": "CTR-001 CTR-002 CTR-003 CTR-006 | CTR-005 CTR-010 CTR-012 CTR-015 CTR-040 CTR-041 CTR-080",
    "invariants": "",
    "enforcement": "DAT-011 DAT-012 DAT-014 DAT-062 DAT-067 RES-009 SEC-001 SEC-002 SEC-010 SEC-012 SEC-014 "
    "SEC-025 SEC-062 SEC-063 SEC-064 SEC-065",
    "tests": "TST-001 TST-002 TST-003 TST-004 TST-013 TST-070 TST-072 | TST-005 TST-006 TST-007 "
    "TST-008 TST-011 TST-012 TST-061 TST-071 TST-073 TST-080",
    # what it relies on
    "secrets": "CFG-003 CFG-004 CFG-005 CFG-010 CFG-014 CFG-017 CFG-060 CON-005 ORC-017 ORC-023 INF-006 INF-013 "
    "SEC-023 DEL-025 DEL-043",
    "dependencies": "TST-010 RES-001 PRF-009 DEL-026 OBS-008 CON-013 DAT-081",
    "configuration": "CFG-001 CFG-002 CFG-006 CFG-007 CFG-008 CFG-009 CFG-011 CFG-012 CFG-013 CFG-015 CFG-016 "
    "| CFG-080",
    "placeholders": "CFG-002 CFG-004",
    "supply": "DEL-008 DEL-009 DEL-010 DEL-019 DEL-020 CON-003 CON-019 SEC-008 SEC-070 | DEL-030 "
    "DEL-034 DEL-040 DEL-044 CON-041 CON-066 CON-069 INF-020 SEC-080",
    # how it runs
    "build": "DEL-007 CON-001 CON-006 CON-008 CON-014 CON-024 CON-025 CON-026 CON-016 ORC-018 DEL-015 DEL-027 DEL-028 "
    "DEL-029 DEL-031 DEL-032 DEL-033 DEL-035 DEL-036 DEL-037 DEL-041 DEL-042 | CON-018 CON-040 "
    "CON-042 CON-043 CON-044 CON-045 CON-060 CON-061 CON-068 CON-080 CON-090",
    "runtime": "CON-004 CON-010 CON-017 CON-021 CON-022 ORC-005 ORC-020 ORC-030 ORC-036 PRF-005 RES-004 CON-020 "
    "CON-023 CON-062 CON-067 CON-081 ORC-071",
    "concurrency": "PRF-010 PRF-006 DAT-018 ORC-021 ORC-028 DAT-010 DAT-023 DAT-066",
    "errors": "RES-005 RES-006 RES-007 RES-008 SEC-022 ORC-026 | RES-012 RES-060 RES-061 RES-062 "
    "RES-080 RES-081 OBS-072",
    "observability": "OBS-001 OBS-002 OBS-003 OBS-004 OBS-005 OBS-006 OBS-007 OBS-009 OBS-010 OBS-011 OBS-012 "
    "OBS-013 OBS-014 OBS-016 OBS-017 OBS-018 OBS-060 OBS-070 OBS-071 | OBS-015 OBS-072 OBS-080 OBS-081",
    "operation": "OPS-001 OPS-002 OPS-005 OPS-007 OPS-010 OPS-003 OPS-004 OPS-081 OPS-082 | OPS-009 "
    "OPS-060 OPS-061 OPS-062 OPS-063 OPS-070 OPS-080",
    # how it is deployed
    "pipeline": "DEL-001 DEL-002 DEL-003 DEL-004 DEL-005 DEL-006 DEL-011 DEL-013 DEL-017 DEL-021 DEL-022 "
    "DEL-023 DEL-024 | DEL-014 DEL-061 DEL-063 DEL-064 DEL-080 DEL-090 ORC-029 ORC-034 "
    "OPS-064",
    "infrastructure": "INF-001 INF-002 INF-003 INF-004 INF-005 INF-007 INF-008 INF-009 INF-010 INF-011 INF-012 "
    "INF-014 INF-015 INF-070 | INF-016 INF-017 INF-019 INF-021 INF-022 INF-060 INF-080 "
    "INF-081 INF-090",
    "manifests": "ORC-001 ORC-002 ORC-003 ORC-004 ORC-006 ORC-008 ORC-009 ORC-010 ORC-013 ORC-014 ORC-019 ORC-035 "
    "ORC-022 ORC-070 | ORC-024 ORC-031 ORC-032 ORC-033 ORC-080",
    "hardening": "CON-002 CON-012 CON-015 ORC-007 ORC-011 ORC-012 ORC-015 ORC-016 ORC-027 SEC-013 | "
    "SEC-018 CON-007 CON-009 CON-046 CON-047 CON-063 CON-065 ORC-060 INF-061 INF-062 SEC-060 "
    "SEC-061 SEC-071 SEC-081 SEC-082 SEC-083 SEC-084 SEC-085 SEC-086 OPS-065",
    "migrations": "DAT-003 DAT-004 DAT-005 DAT-006 DAT-007 DAT-009 DAT-020 DAT-021 DAT-065 DAT-083 | "
    "DAT-022 DAT-060 DAT-080 DAT-082 DAT-090 DEL-060",
    "rotation": "CFG-061 INF-018",
    "recovery": "REC-001 DAT-024 REC-002 REC-003 REC-004 REC-005 REC-070 | REC-006 REC-007 REC-008 REC-010 "
    "REC-011 REC-060 REC-061 REC-080 REC-081 REC-082",
    "performance": "PRF-001 PRF-002 PRF-071 PRF-072 PRF-082 | PRF-004 PRF-007 PRF-008 PRF-011 PRF-012 PRF-060 "
    "PRF-061 PRF-070 PRF-073 PRF-080 PRF-081 DAT-084",
    "rollback": "DEL-012 | DAT-007 DAT-022 DEL-060 DEL-061 DEL-062",
    # what is not defined
    "types": "CTR-004 CTR-011 DEL-018 DEL-070",
    "nulls": "CTR-004",
    "races": "DAT-011 DAT-012 DAT-018 DAT-066 ORC-021 RES-009 ORC-028",
    "exhaustion": "CON-011 RES-010 RES-003 RES-002 RES-011 SEC-003 SEC-015 PRF-009 | CON-064 PRF-083 PRF-084",
    # what binds it
    "regulation": "",
    "privacy": "CMP-002 CMP-008 CMP-003 OBS-073 | SEC-087",
    "rights": "CMP-004",
    "licences": "CMP-001 CMP-005 CMP-009 CMP-006 | CMP-070 CMP-080",
    # aspects of security
    "authentication": "SEC-001 SEC-026 SEC-025 | SEC-010 SEC-028 SEC-011 SEC-009 SEC-020 SEC-024 SEC-060 SEC-063 "
    "SEC-086 INF-062",
    "authorization": "SEC-012 SEC-064 SEC-065 SEC-013 DAT-062 | CTR-012 ORC-015 INF-007 INF-017 SEC-061 "
    "SEC-085 SEC-087",
    "encryption": "INF-004 REC-008 CMP-008 INF-021 | SEC-005 SEC-018 SEC-062",
    "validation": "CTR-009 SEC-012 SEC-027 | SEC-015 SEC-016",
    "injection": "SEC-006 SEC-007 SEC-019 SEC-021",
    "tls": "ORC-025 INF-009 SEC-082 SEC-083 SEC-084 | SEC-018 INF-021",
    "headers": "SEC-002 SEC-004 SEC-081 INF-011 | SEC-014",
    "limits": "SEC-003 | INF-010 RES-010 INF-061",
    "audit": "CMP-003 | CMP-002 INF-016",
    "scanning": "SEC-008 SEC-017 SEC-070 SEC-071 | DEL-016 SEC-080",
    # aspects of load and growth
    "queries": "DAT-008 PRF-007 PRF-011 DAT-084 | DAT-010 OBS-081",
    "response": "PRF-001 PRF-071 PRF-081 PRF-082 | PRF-005 PRF-010 PRF-061 PRF-072 PRF-073",
    "memory": "CON-011 ORC-006 | PRF-009 CON-062 PRF-084",
    "caching": "PRF-008 | PRF-060 PRF-070",
    "background": "RES-008 ORC-028 PRF-010 | RES-012 DAT-023",
    "replicas": "ORC-009 ORC-014 PRF-004 | PRF-006 RES-011 ORC-010 ORC-031 DAT-012",
    "pooling": "DAT-010 PRF-009 | PRF-083",
    # aspects of being watched
    "logs": "OBS-001 OBS-011 OBS-012 OBS-070 | OBS-072 OBS-073 CON-064",
    "health": "OBS-007 CON-004 ORC-005 OPS-081 OBS-071 CON-081 ORC-071 | OBS-008 OBS-015 OBS-060 "
    "CON-022 ORC-003 ORC-024 OPS-005 RES-081",
    "tracking": "OBS-010 | OBS-072",
    "metrics": "OBS-002 | OBS-003 OBS-015",
    "tracing": "OBS-009",
    "alerting": "OBS-004 OBS-006 | OBS-005 OBS-060 OBS-071 DEL-063",
    "dashboards": "OBS-013",
    # aspects of failing well
    "codes": "RES-005 SEC-022",
    "exceptions": "RES-006 RES-007",
    "fallback": "RES-003 | RES-011 RES-061 RES-062 RES-081",
    "retries": "RES-002 | RES-001 RES-008 RES-060",
    "idempotency": "RES-009 | DAT-011 DAT-023",
    "shutdown": "RES-004 | CON-017 ORC-020",
    # around the release
    "gates": "DEL-004 DEL-006 DEL-018 TST-002 TST-013 | DEL-070 TST-070 TST-072",
    "smoke": "TST-009 DEL-024 | TST-061",
    "backups": "REC-001 REC-002 | REC-003 REC-007 REC-010 REC-011 REC-060 REC-061 REC-082 INF-019",
    "restore": "REC-004 REC-005 REC-070 | REC-006 REC-080 INF-019",
    "documents": "OPS-001 OPS-002 OPS-003 OPS-004 OPS-008 | OPS-009 OPS-061 OPS-063",
    "contacts": "OPS-006 OPS-007 | OPS-062",
}

TOPICS: dict[str, tuple[str, ...]] = {name: tuple(ids.replace("|", " ").split()) for name, ids in _TOPICS.items()}
"""Topic to the ids of its checks. One without any is a question that no check answers: the report says so."""

CORE: dict[str, frozenset[str]] = {name: frozenset(ids.partition("|")[0].split()) for name, ids in _TOPICS.items()}
"""Topic to the checks that answer its question, those before the bar. The others can speak against it, but where only
they hold, the question itself was not decided."""

_SUBJECTS: dict[str, str] = {
    "routes": "specification enforcement authentication authorization validation injection headers limits codes",
    "services": "build runtime errors exceptions observability logs health tracking metrics tracing alerting "
    "dashboards hardening scanning supply configuration secrets memory shutdown replicas",
    "stores": "backups restore recovery queries",
}
"""What a system has to the topics that it raises: where it has any of it, such a topic is never not applicable."""

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


def raised_by(system: SystemMap) -> frozenset[str]:
    """The topics that what a system has raises, whether or not a check decided anything of them."""
    there = {
        "routes": any(service.routes for service in system.own),
        "services": any(service.kind != "library" for service in system.own),
        "stores": bool(system.stores),
    }
    return frozenset(topic for subject, topics in _SUBJECTS.items() if there[subject] for topic in topics.split())


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
