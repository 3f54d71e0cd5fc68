"""Who did what, and to whom outsiders turn."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.compliance.common import user_table
from kit.model import At, Clause, Fact, Severity, Strength, bad, ok, partial
from kit.project import Project
from kit.registry import check

_AUDIT = re.compile(
    r"audit[-_ ]?(log|trail|event|record|entr)|\bauditLog|AuditEvent|activity_?log|pgaudit|@Auditable|log_audit|record_audit|createAudit|envers",
    re.IGNORECASE,
)


@check(
    "CMP-003",
    "Sensitive operations leave an audit trail",
    Severity.MEDIUM,
    Clause.COMPLIANCE,
    effort_hours=12,
)
def there_is_an_audit_trail(project: Project) -> Iterator[Fact]:
    """
    Who gave himself that right, and when? Without an audit trail the question has no answer.

    Decides: in systems with users and stores, code or a table of its own that records events for audit, and code that
    writes to it.

    Fix: record actor, action, object, time and origin of each change of rights, money and personal data in a table that the
    application can only append to.

    Blind to: trails that a database or gateway keeps.

    See: https://cheatsheetseries.owasp.org/cheatsheets/Logging_Vocabulary_Cheat_Sheet.html
    """
    users = user_table(project)
    if users is None:
        return
    for path in project.code.holding("audit", "Audit", "AUDIT", "activity_log", "ActivityLog", "activityLog"):
        for number, line in enumerate(project.code.text(path).splitlines(), start=1):
            if _AUDIT.search(line) and not line.lstrip().startswith(("#", "//", "*", "import", "from")):
                yield ok("Events are recorded for audit.", At(path, number))
                return
    table = next(
        (t for s in project.schemas for t in s.tables if re.search(r"audit|activity_?log", t.name, re.IGNORECASE)),
        None,
    )
    if table is not None:
        yield partial(f"There is a table {table.name}, and no code that writes to it was found.", table)
    else:
        yield bad("The system keeps users, and nothing records who changed what.", users)


@check(
    "CMP-006",
    "It is written how to report a vulnerability",
    Severity.LOW,
    Clause.COMPLIANCE,
    effort_hours=0.5,
    documents=True,
)
def reporting_is_written(project: Project) -> Iterator[Fact]:
    """
    Finders who find no address publish.

    Decides: a SECURITY file with content, or a `security.txt`.

    Fix: add `SECURITY.md` with an address, what to send, and when an answer comes.

    Blind to: bounty programmes.

    See: https://securitytxt.org/
    """
    path = next(
        (
            p
            for p in project.files.paths
            if re.fullmatch(r"security(\.md|\.rst|\.txt)?", posixpath.basename(p), re.IGNORECASE)
            and (project.files.size(p) > 50 or re.search(r"\S@\S|https?://", project.files.text(p)))
        ),
        None,
    )
    if path is not None:
        yield ok("It is written how to report a vulnerability.", At(path), strength=Strength.DOCUMENTED)
    else:
        yield bad(
            "Nothing says how to report a vulnerability.",
            At(".github" if project.files.is_dir(".github") else "."),
        )
