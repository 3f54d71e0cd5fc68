"""Do routes ask whose the record is that they read or change?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.security.common import CHANGING, served
from kit.checks.shared.calls import runs
from kit.checks.shared.handlers import Handler, handler, statement, without_strings
from kit.checks.shared.words import plural, route_words
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.orm.model import Table, bare
from kit.system.model import Route

_PARAMETER = re.compile(r"\{(?:id|\w{1,40}_?[iI]d|uuid|pk|code)\}")
_ONE = r"(?:id|_id|uuid|pk)"
_BY_ID = (
    re.compile(
        rf"\b(?:\w*[pP]risma\w*|db|tx)\.(\w+)\.(?:findUnique|findFirst|update|delete)(?:OrThrow)?\(\s*\{{\s*where\s*:\s*"
        rf"\{{\s*{_ONE}\s*(?::\s*[^{{}},]{{1,80}})?,?\s*\}}"
    ),
    re.compile(r"\b([A-Z]\w+)\.(?:findByPk|findById|findByIdAndUpdate|findByIdAndDelete)\("),
    re.compile(
        rf"\b(\w+?)s?Repo(?:sitory)?\.(?:findOneBy|findOneByOrFail|findOne|delete|update)\(\s*\{{\s*(?:where\s*:\s*\{{\s*)?{_ONE}\s*(?::[^{{}},]{{1,80}})?,?\s*\}}"
    ),
    re.compile(r"\b(?:session|db)\.get\(\s*([A-Z]\w+)\s*,"),
    re.compile(
        r"\.query\(\s*([A-Z]\w+)\s*\)\.(?:get\(|filter(?:_by)?\(\s*(?:[A-Z]\w+\.)?(?:id|uuid)\s*==?\s*[\w.]+\s*\))"
    ),
    re.compile(r"\bselect\(\s*([A-Z]\w+)\s*\)\.where\(\s*[A-Z]\w+\.(?:id|uuid)\s*==\s*[\w.]+\s*\)"),
    re.compile(r"\b([A-Z]\w+)\.objects\.get\(\s*(?:id|pk|uuid)\s*=\s*[\w.]+\s*\)"),
    re.compile(r"\bget_object_or_404\(\s*([A-Z]\w+)\s*,\s*(?:id|pk|uuid)\s*=\s*[\w.]+\s*\)"),
    re.compile(r"\b([A-Z]\w+)\.query\.get(?:_or_404)?\("),
)
_OWNER = re.compile(
    r"(?i)^(?:user|owner|customer|account|patient|client|guest|buyer|tenant|organi[sz]ation|workspace)_?id$"
)
_AUTHOR = re.compile(r"(?i)^(?:author|creator|created_?by)(?:_?id)?$")
_ASKS = re.compile(
    r"(?i)user|owner|session|auth|principal|caller|viewer|role|permi|polic|access|admin|tenant|organi[sz]ation|\borg\b"
    r"|member|account|scope|\bcan\w*\(|\bmay\w*\(|assert|ensure|claims?\b|\bme\b|identity"
)
_COMPARED = re.compile(r"\b(?:user|owner|customer|account|tenant|organi[sz]ation|workspace)_?[iI]d\b\s*(?:[:=]|!=)")
_HANDED_ON = re.compile(r"\(\s*(?:req|request|ctx|context|c)\s*[,)]")
_PERSONAL = re.compile(
    r"(?i)order|invoice|payment|address|message|document|prescription|booking|reservation|appointment|card|subscription"
    r"|receipt|claim|note|upload|file|album|cart|wallet|transaction|statement"
)
_NOT_ALL = re.compile(r"(?i)admin|staff|internal|public|share|webhook")


@check(
    "SEC-064",
    "Routes that act on one's own things ask whose they are",
    Severity.MEDIUM,
    Clause.INVARIANTS,
    effort_hours=2,
)
def records_are_asked_for_their_owner(project: Project) -> Iterator[Fact]:
    """
    A login says who calls, not what is theirs. A route that finds an invoice by its number alone gives every customer
    all invoices: they need only count.

    Decides: routes behind a login with an id in their path, whose handler itself asks Prisma, TypeORM, Sequelize,
    SQLAlchemy or Django for one record by that id alone, where the schema gives the record an owner or a tenant. The
    handler, its guards or its query name the caller, an owner, a role or a policy. Records that others may read by
    their nature are reported only where they are changed.

    Fix: ask for the owner together with the id, and answer 404 where nothing is found.
    - prisma: `where: { id, userId: req.user.id }`.
    - typeorm: `findOneBy({ id, userId: req.user.id })`.
    - mongoose: `findOne({ _id: id, user: req.user.id })`.
    - django: `get_object_or_404(Order, pk=pk, owner=request.user)`.
    - sqlalchemy: `.where(Order.id == id, Order.user_id == user.id)`.
    - java: `findByIdAndOwner(id, owner)`.
    - node, go, python: `WHERE id = $1 AND user_id = $2`.

    Blind to: queries that handlers leave to other functions; whether what is compared is right.

    See: https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/
    """
    protected = _rows_protected(project)
    for service, routes in served(project):
        asking: list[Route] = []
        unclear: list[Route] = []
        for route in routes:
            if not _is_asked(route):
                continue
            verdict = _verdict(project, route)
            if isinstance(verdict, At) and protected is None:
                yield bad(
                    f"{service.name}: {route.method} {route.path} finds the record by its id alone; whoever is logged in gets or changes those of others.",
                    verdict,
                    route,
                )
            elif verdict is True:
                asking.append(route)
            elif verdict is not None:
                unclear.append(route)
        if asking:
            yield ok(f"{service.name}: {plural(len(asking), 'route')} ask whose the record is.", *asking[:5])
        if unclear:
            yield unknown(
                f"{service.name}: whether {plural(len(unclear), 'route')} with an id ask whose the record is stands in other functions; a test that calls as somebody else shows it.",
                *unclear[:5],
                *([protected] if protected is not None else []),
            )


def _is_asked(route: Route) -> bool:
    return (
        route.auth is True
        and route.method in CHANGING | {"GET"}
        and _PARAMETER.search(route.path) is not None
        and not _NOT_ALL.search(" ".join(route_words(route.path)))
        and runs(route.at.path)
    )


def _verdict(project: Project, route: Route) -> At | bool | None:
    """The query that forgets the owner; True where somebody is asked for, False where that cannot be told, None where
    the record is nobody's own."""
    found = handler(project, route)
    asked = next(((m, p) for p in _BY_ID for m in [p.search(found.body)] if m), None) if found is not None else None
    if found is None or asked is None:
        return found is not None and _COMPARED.search(found.body) is not None
    table = _table(project, asked[0][1])
    if table is None:
        return False
    own, written = _column(table, _OWNER), _column(table, _AUTHOR)
    if not own and not written:
        return None
    if _guarded(project, route, found):
        return True
    sure = route.method != "GET" or (own and _PERSONAL.search(table.name) is not None)
    followed = _HANDED_ON.search(found.body) or ".param(" in project.code.text(route.at.path)
    return found.at(asked[0].start()) if sure and not followed else False


def _column(table: Table, pattern: re.Pattern[str]) -> bool:
    return any(pattern.match(c.name) for c in table.columns)


def _guarded(project: Project, route: Route, found: Handler) -> bool:
    """Whether the body names who calls or what they may, or a guard on the route does more than to let users in."""
    guards = without_strings(statement(project, route) if found.path != route.at.path else found.before)
    more = re.search(r"(?i)owner|role|permi|polic|admin|tenant|access|scope|\bcan\w*\(|\bmay\w*\(|own\b", guards)
    return more is not None or _ASKS.search(without_strings(found.body)) is not None


def _table(project: Project, model: str) -> Table | None:
    """The one table of a model's name, in whichever schema."""
    wanted = _plain(model)
    return next((t for s in project.schemas for t in s.tables if _plain(bare(t.name)) == wanted), None)


def _plain(name: str) -> str:
    word = name.lower().replace("_", "")
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def _rows_protected(project: Project) -> At | None:
    """Where the database itself keeps rows apart: then a query need not say it."""
    for path in project.files.glob("**/*.sql", classes={FileClass.PRODUCTION, FileClass.GENERATED}):
        if project.files.size(path) < 500_000 and "row level security" in project.files.text(path).lower():
            return At(path)
    return None
