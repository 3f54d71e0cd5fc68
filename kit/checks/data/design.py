"""Are the tables made so that data stays true and found?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.data.common import column_name, covered, made_tables
from kit.checks.data.entities import Entity, entities
from kit.checks.shared.words import listed, plural
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.orm.model import Column, Table, bare

_MONEY = re.compile(
    r"(?:^|_)(?:price|amount|balance|subtotal|salary|revenue|payout|tax|fee|cost|refund|discount_amount|total_(?:price|amount|cost|paid|due)|"
    r"grand_total|order_total|unit_price)(?:_(?:usd|eur|gbp|net|gross|total|due|paid))?$"
)
_NO_MONEY = re.compile(r"count|number|percent|ratio|rate|cents|minor|token|weight|calorie")
_MONEY_FIELD = re.compile(
    r"(?:^|_)(?:price|amount|balance|subtotal|salary|revenue|payout|fee|cost|refund|discount)(?:_(?:usd|eur|gbp|net|gross|total|due|paid))?$"
    r"|^(?:(?:order|grand|sub|cart|invoice|bill|net|gross)_)?total(?:_(?:due|paid))?$"
)
_BINARY = frozenset({"double", "Double", "float", "Float"})
_INEXACT = re.compile(r"^(?:float\d*|double(?:[ _]?precision)?|real|floatfield|number)\b|^float\b", re.IGNORECASE)
_EXACT = re.compile(r"decimal|numeric|money|int|bigint", re.IGNORECASE)
_PEOPLE = re.compile(
    r"^(?:auth_|app_|core_)?(?:users?|accounts?|customers?|members?|admins?|landlords?|tenants?|employees?|people|persons?)$"
)
_NAMES_ONE = re.compile(r"^(?:e_?mail(?:_address)?|user_?name|login)$")
_ONCE_ONLY = re.compile(r"^idempotency_?(?:key|token)$|^(?:stripe|webhook|provider|external)_event_id$")


def _words(name: str) -> str:
    """A column's name in lower case with underscores."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@check("DAT-008", "Foreign keys are indexed", Severity.LOW, Clause.EXECUTION, effort_hours=1)
def foreign_keys_are_indexed(project: Project) -> Iterator[Fact]:
    """
    PostgreSQL makes no index for a foreign key: each deletion of a parent, and each list of its children, reads the
    whole table.

    Decides: for PostgreSQL, each foreign key of the tables that migrations leave is the beginning of an index, a unique
    or the primary key.

    Fix: add an index on the column, in PostgreSQL with CONCURRENTLY where the table is in use.

    Blind to: tables that stay so small that it does not matter.

    See: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
    """
    for made in made_tables(project):
        if made.dialect != "postgres" or made.tool == "django":
            continue
        keys = [(t, o, k) for t, o in made.tables if not t.opaque for k in t.foreign_keys if k.columns]
        slow = [(t, k) for t, o, k in keys if not covered(k.columns, t, o)]
        if slow:
            names = listed(f"{bare(t.name)}.{'+'.join(k.columns)}" for t, k in slow)
            cascades = any((k.on_delete or "").upper() == "CASCADE" for _, k in slow)
            what = "each deletion of a parent" if cascades else "each look at the children of a row"
            yield partial(
                f"{made.name}: {len(slow)} of {plural(len(keys), 'foreign key')} {'has' if len(slow) == 1 else 'have'} no index ({names}): {what} reads the whole "
                "table.",
                *(k for _, k in slow[:12]),
            )
        elif keys:
            yield ok(f"{made.name}: every foreign key is indexed ({len(keys)}).", keys[0][2])


@check("DAT-013", "What names one thing is unique", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=2)
def names_are_unique(project: Project) -> Iterator[Fact]:
    """
    A check in code before the insert does not stop two requests that come at once: two accounts with one address, one
    payment taken twice.

    Decides: addresses and login names of tables of people, and idempotency keys and event ids anywhere, are part of a
    unique key.

    Fix: add a unique index (together with the tenant, where there are several).

    Blind to: keys of other kinds; uniqueness that is kept by other means.

    See: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS
    """
    for made in made_tables(project):
        for table, other in made.tables:
            for column in table.columns if not table.opaque else ():
                if _should_be_unique(table, column):
                    if _is_unique(column, table) or (other is not None and _is_unique(column, other)):
                        yield ok(f"{column_name(table, column)} is unique.", column)
                    else:
                        yield bad(
                            f"{column_name(table, column)} is not unique: two requests at once make two of them.",
                            column,
                            table,
                        )


def _should_be_unique(table: Table, column: Column) -> bool:
    name = _words(column.name)
    if any(column.name in key.columns for key in table.foreign_keys):
        return False
    return _ONCE_ONLY.match(name) is not None or (
        _PEOPLE.match(_words(bare(table.name))) is not None and _NAMES_ONE.match(name) is not None
    )


def _is_unique(column: Column, table: Table) -> bool:
    keys = [*(u.columns for u in table.uniques), *(i.columns for i in table.indexes if i.unique), table.primary_key]
    return any(column.name.lower() in {c.lower() for c in key} or "" in key for key in keys)


@check("DAT-015", "Money is kept in exact numbers", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=3)
def money_is_exact(project: Project) -> Iterator[Fact]:
    """
    A binary fraction cannot hold 0.10: sums of prices come out a cent off, and no two reports agree.

    Decides: the types of columns whose names speak of money: floating point does not hold, decimal and whole numbers do.
    So are the fields of entities of JPA and Entity Framework: `double`, `float` and `BigDecimal`, `decimal`.

    Fix: use `numeric(12, 2)`, or whole cents.
    - prisma: `Decimal @db.Decimal(12, 2)`.
    - typeorm: `@Column("numeric", { precision: 12, scale: 2 })`.
    - django: `DecimalField(max_digits=12, decimal_places=2)`.
    - sqlalchemy: `Numeric(12, 2)`.
    - java: `BigDecimal`.
    - dotnet: `decimal`.

    Blind to: money under other names; arithmetic in code.

    See: https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT
    """
    for made in made_tables(project):
        for table, _ in made.tables:
            for column in table.columns:
                name = _words(column.name)
                if not _MONEY.search(name) or _NO_MONEY.search(name):
                    continue
                if _INEXACT.match(column.type):
                    yield bad(f"{column_name(table, column)} is {column.type}: sums of money come out wrong.", column)
                elif _EXACT.search(column.type):
                    yield ok(f"{column_name(table, column)} is exact ({column.type}).", column)
    for entity in entities(project):
        yield from _money_of(entity, _told(project))


def _told(project: Project) -> frozenset[tuple[str, str]]:
    """Tables and columns that are inexact where they are made: their entities need not be told again."""
    every = ((t, c) for made in made_tables(project) for t, _ in made.tables for c in t.columns)
    return frozenset((bare(t.name).lower(), _words(c.name)) for t, c in every if _INEXACT.match(c.type))


def _money_of(entity: Entity, told: frozenset[tuple[str, str]]) -> Iterator[Fact]:
    names = {_words(field.name) for field in entity.fields}
    table = (entity.table or _words(entity.name)).lower()
    # An amount beside a unit is grams or hours.
    measured = any(name == "unit" or name.endswith("_unit") for name in names)
    money = [f for f in entity.fields if _is_money(_words(f.name), measured=measured)]
    inexact = [f for f in money if f.type in _BINARY]
    new = [f for f in inexact if not told & {(table, _words(f.name)), (f"{table}s", _words(f.name))}]
    exact = [f for f in money if f.type.rpartition(".")[2] in {"BigDecimal", "decimal"}]
    if new:
        kinds = listed(f"{entity.name}.{field.name} ({field.type})" for field in new)
        yield bad(f"Money in binary fractions: {kinds}. Sums of it come out wrong.", *new[:5])
    elif exact and not inexact:
        yield ok(f"{entity.name}.{exact[0].name} is exact ({exact[0].type}).", exact[0])


def _is_money(name: str, *, measured: bool) -> bool:
    if measured and name in {"amount", "total"}:
        return False
    return _MONEY_FIELD.search(name) is not None and not _NO_MONEY.search(name)


@check("DAT-019", "Every table has a primary key", Severity.LOW, Clause.INVARIANTS, effort_hours=1)
def tables_have_keys(project: Project) -> Iterator[Fact]:
    """
    Without a key a row cannot be named: duplicates cannot be removed, and logical replication refuses updates.

    Decides: each table that migrations leave in a PostgreSQL or MySQL database has a primary key.

    Fix: add one, or make a unique column that is never null the key: `ALTER TABLE t ADD PRIMARY KEY (code)`.

    Blind to: tables that are made by extensions.

    See: https://www.postgresql.org/docs/current/logical-replication-publication.html
    """
    for made in made_tables(project):
        if made.dialect not in _ADD_KEY:
            continue
        beside = [(t, None) for t in made.beside] if made.tool != "django" else []
        judged = [(t, o) for t, o in (*made.tables, *beside) if not t.opaque and t.columns]
        without = [t for t, o in judged if not _has_key(t) and not (o is not None and _has_key(o))]
        if without:
            verb = "has" if len(without) == 1 else "have"
            fix = f"Add one: `{_ADD_KEY[made.dialect].format(without[0].name)}`."
            yield bad(f"{made.name}: {listed(t.name for t in without)} {verb} no primary key.", *without[:5], fix=fix)
        elif judged:
            yield ok(f"{made.name}: every table has a primary key ({len(judged)}).", judged[0][0])


_ADD_KEY = {
    "postgres": "ALTER TABLE {} ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "mysql": "ALTER TABLE {} ADD COLUMN id bigint AUTO_INCREMENT PRIMARY KEY",
}


def _has_key(table: Table) -> bool:
    return bool(table.primary_key) or any(c.primary_key for c in table.columns)
