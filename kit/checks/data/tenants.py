"""Does the database itself keep the rows of one tenant from another, where it is told to at all?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kit.checks.data.common import ASIDE, made_tables
from kit.checks.shared.texts import at_offset, without_comments
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.orm.model import Table, bare

TENANT = re.compile(
    r"(?i)^(?:tenant|organi[sz]ation|org|workspace|company|customer_account|hotel|shop|store|clinic)_?(?:id|uuid)$"
)
_NAME = r"(?:[\"`]?\w{1,60}[\"`]?\.)?[\"`]?(\w{1,60})[\"`]?"
_ENABLED = re.compile(rf"(?i)alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?{_NAME}\s+enable\s+row\s+level\s+security")
_DISABLED = re.compile(
    rf"(?i)alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?{_NAME}\s+disable\s+row\s+level\s+security"
)
_POLICY = re.compile(rf"(?i)create\s+policy\s+(?:\"[^\"\n]{{1,120}}\"|\w{{1,80}})\s+on\s+{_NAME}")
_ANY = re.compile(r"(?i)enable\s+row\s+level\s+security")


@dataclass
class _Protection:
    enabled: dict[str, At] = field(default_factory=dict)
    policies: dict[str, At] = field(default_factory=dict)
    dynamic: At | None = None


@check(
    "DAT-062", "Row level security covers every table of tenants", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=3
)
def rows_are_protected(project: Project) -> Iterator[Fact]:
    """
    Where some tables are protected by policies, code relies on them; the one table that was forgotten gives every tenant
    the rows of all others. A table that is protected and has no policy gives rows to nobody but its owner.

    Decides: where any table has row level security, each table with a tenant's column (`tenant_id`, `organization_id` and
    the like) against `ENABLE ROW LEVEL SECURITY` and `CREATE POLICY` in SQL and migrations.

    Fix: `ALTER TABLE bookings ENABLE ROW LEVEL SECURITY;` and a policy that compares its column with the tenant's setting.

    Blind to: roles that bypass policies; what the policies ask.

    See: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
    """
    found = _protection(project)
    if not found.enabled and found.dynamic is None:
        return
    for table, column in _of_tenants(project):
        yield from _judged(found, table, column)
    for name, at in found.enabled.items():
        if name not in found.policies and found.dynamic is None:
            yield bad(
                f"{name} has row level security and no policy: only its owner sees a row.", at, severity=Severity.LOW
            )


def _judged(found: _Protection, table: Table, column: str) -> Iterator[Fact]:
    name = bare(table.name)
    if name in found.enabled:
        yield ok(f"{table.name}: rows are protected by policies.", found.enabled[name], table)
    elif found.dynamic is not None:
        yield unknown(
            f"{table.name} has `{column}`; row level security is switched on by a statement that is put together as it runs.",
            found.dynamic,
            table,
        )
    else:
        other = next(iter(found.enabled.values()))
        yield bad(
            f"{table.name} has `{column}` and no row level security, which other tables have: a query that forgets the tenant reads all rows.",
            table,
            other,
            fix=f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY;",
        )


def _of_tenants(project: Project) -> Iterator[tuple[Table, str]]:
    """Each table once, with the column that says whose a row is."""
    seen: set[str] = set()
    for known in made_tables(project):
        for table in (*(t for t, _ in known.tables), *known.beside):
            column = next((c.name for c in table.columns if TENANT.match(c.name)), None)
            if column is not None and bare(table.name) not in seen:
                seen.add(bare(table.name))
                yield table, column


def _protection(project: Project) -> _Protection:
    found = _Protection()
    kinds = {FileClass.PRODUCTION, FileClass.GENERATED}
    for path in project.files.glob("**/*.sql", "**/*.py", "**/*.ts", "**/*.js", "**/*.go", classes=kinds):
        if project.files.environment_of(path) in ASIDE or project.files.size(path) > 500_000:
            continue
        raw = project.files.text(path)
        if _ANY.search(raw) is None and "POLICY" not in raw.upper():
            continue
        _read(found, path, without_comments(path, raw))
    return found


def _read(found: _Protection, path: str, text: str) -> None:
    enabled = list(_ENABLED.finditer(text))
    for match in enabled:
        found.enabled.setdefault(match[1].lower(), at_offset(path, text, match.start()))
    for match in _DISABLED.finditer(text):
        if not path.endswith(".py"):  # the way back of a migration in Python stands in the same file
            found.enabled.pop(match[1].lower(), None)
    for match in _POLICY.finditer(text):
        found.policies.setdefault(match[1].lower(), at_offset(path, text, match.start()))
    anywhere = list(_ANY.finditer(text))
    if len(anywhere) > len(enabled):
        found.dynamic = at_offset(path, text, anywhere[0].start())
