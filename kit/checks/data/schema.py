"""Is the schema made by migrations, and do they make what the code declares?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from kit.checks.data.common import ONCE, Pair, declared, label, pairs, sets
from kit.checks.data.running import is_applied
from kit.checks.data.sync import syncs
from kit.checks.shared.started import runs
from kit.checks.shared.texts import at_offset
from kit.checks.shared.wiring import Wiring
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, FileClass, Located, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT
from kit.sources.orm import find as orm
from kit.sources.orm.model import Difference, Migration, MigrationSet, Schema, Table
from kit.system.scope import within

_VERSIONED = frozenset({"flyway", "golang-migrate"})


@check("DAT-001", "Schema changes are versioned as migrations", Severity.HIGH, Clause.SPECIFICATION, effort_hours=6)
def schema_has_migrations(project: Project) -> Iterator[Fact]:
    """
    Without migrations nobody can say what a database looks like, repeat it elsewhere, or change one that holds data.

    Decides: each schema that an ORM declares has a set of migrations of its tool, or SQL that makes its tables; scripts
    that a database runs only while it is new hold in part.

    Fix: write the first migration, with the ORM's own tool where it has one, and keep it in the repository.
    - prisma: `prisma migrate dev`.
    - typeorm: `typeorm migration:generate`.
    - drizzle: `drizzle-kit generate`.
    - sequelize: `sequelize migration:generate`.
    - knex: `knex migrate:make init`.
    - django: `manage.py makemigrations`.
    - alembic, sqlalchemy: `alembic revision --autogenerate`.
    - liquibase: `liquibase generate-changelog`.
    - java: `db/migration/V1__init.sql` for Flyway.
    - go: `000001_init.up.sql` for golang-migrate, or goose.
    - entity-framework: `dotnet ef migrations add Initial`.

    Blind to: migrations that are kept in another repository.

    See: https://martinfowler.com/articles/evodb.html
    """
    joined = {id(p.declared): p for p in pairs(project)}
    for schema in declared(project):
        pair = joined.get(id(schema))
        if pair is None:
            yield _unmade(project, schema)
        elif pair.made_by.tool not in ONCE:
            count = plural(len(pair.made_by.migrations), "migration")
            yield ok(f"{label(schema)}: the schema is made by {count}.", pair.made_by.migrations[0])
    for tool, words in _ONCE_WORDS.items():
        once = [s for s in sets(project) if s.tool == tool and not _migrated(project, s)]
        if once:
            names = listed((label(s) for s in once), 3)
            places = [place for s in once for place in (s.migrations[0], s)]
            yield partial(
                f"{names}: the schema is made by a script that {words}.", *places[:8], severity=Severity.MEDIUM
            )


_ONCE_WORDS = {
    "initdb": "runs only while the database is new; a change to it never reaches a database that holds data",
    "spring": "is run as it stands; a table that is there already is never changed by it",
}


_CREATES = re.compile(r"(?im)^\s*create\s+table\s+(?:if\s+not\s+exists\s+)?(?:[\"`\[]?\w+[\"`\]]?\.)?[\"`\[]?(\w+)")


def _loose(project: Project) -> set[str]:
    """The tables that SQL in a folder of migrations makes, whether it belongs to a set or is run by hand."""
    paths = project.files.glob("*.sql", classes={FileClass.PRODUCTION})
    found = (p for p in paths if "migration" in posixpath.dirname(p).lower())
    return {match[1].lower() for p in found for match in _CREATES.finditer(project.files.text(p))}


def _unmade(project: Project, schema: Schema) -> Fact:
    sets_by_table = {
        t.name.lower(): s for s in sets(project) if s.tool not in ONCE for t in orm.created_schema(s).tables
    }
    by_hand = _loose(project) - sets_by_table.keys()
    missing = [t for t in schema.tables if t.name.lower() not in sets_by_table.keys() | by_hand]
    if len(missing) * 2 < len(schema.tables):
        used = [s for t in schema.tables if (s := sets_by_table.get(t.name.lower())) is not None]
        return _made_in_parts(schema, missing, list({id(s): s for s in used}.values()))
    tables = f"{plural(len(schema.tables), 'table')} ({listed(t.name for t in schema.tables)})"
    sync = next((s for s in syncs(project) if within(s.at.path, schema.path if schema.kind != "prisma" else ".")), None)
    if sync is not None:
        return bad(
            f"{label(schema)}: {tables} are declared and no migration makes them; {sync.words} does at run time.",
            schema.tables[0],
            sync,
        )
    return bad(f"{label(schema)}: {tables} are declared and no migration makes them.", schema.tables[0])


def _made_in_parts(schema: Schema, missing: list[Table], used: list[MigrationSet]) -> Fact:
    """Most tables are made by several sets, each its part, or by SQL that no tool puts in an order."""
    by = (
        f"{plural(len(used), 'set')} of migrations"
        if used
        else "SQL in a folder of migrations, which no tool reads in an order"
    )
    places = [s.migrations[0] for s in used][:4]
    if missing:
        said = f"no migration makes {listed(t.name for t in missing)}; the other tables are made by {by}"
        return bad(f"{label(schema)}: {said}.", missing[0], *places, severity=Severity.MEDIUM)
    message = f"{label(schema)}: its tables are made by {by}."
    return ok(message, *places) if used else partial(message, schema.tables[0], severity=Severity.MEDIUM)


def _migrated(project: Project, found: MigrationSet) -> bool:
    """Whether another tool looks after the tables of a script that runs once."""
    names = {t.name.lower() for t in orm.created_schema(found).tables}
    others = (s for s in sets(project) if s.tool not in ONCE)
    return not names or any(names & {t.name.lower() for t in orm.created_schema(s).tables} for s in others)


@check(
    "DAT-002",
    "Migrations create what the code declares",
    Severity.CRITICAL,
    Clause.SPECIFICATION,
    blocker="cannot work against its schema",
    effort_hours=1,
)
def migrations_create_what_is_declared(project: Project) -> Iterator[Fact]:
    """
    A model that was changed without its migration works on the developer's machine and fails on the first query in
    production.

    Decides: migrations are replayed on paper in their order; each table and column that the ORM declares must be there
    at the end. Where a step cannot be read, it is unknown.

    Fix: write the missing migration, with the ORM's own tool where it has one, and commit it.
    - prisma: `prisma migrate dev`.
    - typeorm: `typeorm migration:generate`.
    - drizzle: `drizzle-kit generate`.
    - django: `manage.py makemigrations`.
    - alembic, sqlalchemy: `alembic revision --autogenerate`.
    - liquibase: `liquibase diff-changelog`.
    - entity-framework: `dotnet ef migrations add <name>`.

    Blind to: what raw SQL in functions or extensions makes.

    See: https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/mental-model
    """
    for pair in pairs(project):
        if pair.sure:
            missing = [d for d in _differences(pair) if d.kind in {"missing_table", "missing_column"}]
            missing = [d for d in missing if not (_made_elsewhere(project, pair, d) or _is_left(project, d))]
            if missing and (unused := _not_connected(project, pair.declared)) is not None:
                words = "tables that no migration creates, and nothing loads the module that connects to their database"
                yield unknown(f"{label(pair.declared)} declares {words}.", unused, pair.declared)
                continue
            pushed = _pushed(project) if missing else None
            if pushed is not None:
                said = "a script brings the database in line without the migrations, so that it may have them"
                names = listed(f"{d.table}.{d.column}" if d.column else d.table for d in missing)
                yield unknown(f"{label(pair.declared)}: no migration creates {names}; {said}.", pushed, pair.declared)
            else:
                maker = _maker(project, pair)
                begun = [d for d in missing if d.kind == "missing_table" and maker is not None]
                if begun and maker is not None:
                    names = listed(dict.fromkeys(d.table for d in begun))
                    said = f"no migration creates {names}; code makes every table that is lacking"
                    yield unknown(f"{label(pair.declared)}: {said}.", begun[0].declared_at or pair.declared, maker)
                facts = _missing(pair, [d for d in missing if d not in begun], made=bool(begun))
                yield from facts if is_applied(project, pair.made_by) else map(_elsewhere, facts)


def _made_elsewhere(project: Project, pair: Pair, missing: Difference) -> bool:
    """Whether another set of migrations makes the table or adds the column: SQL beside those of the tool."""
    if missing.column is None:
        return False
    wanted = (missing.table.lower(), missing.column.lower())
    others = (s for s in sets(project) if s is not pair.made_by and s.tool not in ONCE)
    adding = (
        o for s in others for m in s.migrations for o in m.operations if o.op == "add_column" and o.table and o.column
    )
    return any((o.table.lower(), o.column.lower()) == wanted for o in adding if o.table and o.column)


def _is_left(project: Project, missing: Difference) -> bool:
    """Whether nothing takes the Python module that declares a table: a model that was left behind when its table went."""
    at = missing.declared_at
    if missing.column is not None or at is None or not at.path.endswith(".py"):
        return False
    stem = posixpath.basename(at.path).removesuffix(".py")
    if stem in {"models", "__init__", "schema", "db", "database", "main", "app"} or stem.startswith("test"):
        return False
    taken = re.compile(
        rf"(?m)^\s*(?:from\s+[\w.]*\b{re.escape(stem)}\s+import|from\s+[\w.]+\s+import\s[^\n]*\b{re.escape(stem)}\b|import\s+[\w.]*\b{re.escape(stem)}\b)|\bimport_module\(|\bglob\(|\bwalk_packages|\biter_modules"
    )
    others = (p for p in project.code.files("python") if p != at.path)
    return not any(taken.search(project.code.text(p)) for p in others)


def _elsewhere(fact: Fact) -> Fact:
    """Where nothing of the project is seen to apply the migrations, something else may make the tables."""
    return replace(fact, severity=Severity.HIGH, blocks=False) if fact.outcome.open else fact


def _not_connected(project: Project, declared: Schema) -> At | None:
    """The module that would connect TypeORM's entities to a database, where nothing of the program takes it."""
    if declared.kind != "typeorm":
        return None
    wiring = project.code.once(Wiring)
    connecting = project.code.holding("TypeOrmModule.forRoot", languages=JAVASCRIPT)
    for path in connecting:
        classes = re.findall(r"(?m)^export\s+(?:default\s+)?class\s+(\w+)", project.code.text(path))
        if not classes or any(user != path for name in classes for user, _ in wiring.uses(name, path)):
            return None
    return At(connecting[0]) if connecting else None


def _maker(project: Project, pair: Pair) -> At | None:
    """Where code makes every table that is not there yet, beside the migrations: columns it never adds."""
    makes = (s for s in syncs(project) if s.words == "`create_all`" and not s.guarded)
    return next((s.at for s in makes if within(s.at.path, pair.declared.path)), None)


def _pushed(project: Project) -> At | None:
    """The script that pushes the declared schema, where no script and no code applies the migrations."""
    pushing = None
    for path in project.files.glob("package.json", "**/package.json"):
        text = project.files.text(path)
        if re.search(r"(?:drizzle-kit|prisma) (?:migrate|migrate deploy)\b", text):
            return None
        found = re.search(r"drizzle-kit push|prisma db push", text)
        pushing = pushing or (at_offset(path, text, found.start()) if found else None)
    migrates = any(True for _ in project.code.holding("/migrator'", '/migrator"'))
    return None if migrates else pushing


def _differences(pair: Pair) -> tuple[Difference, ...]:
    return orm.compare(pair.declared, pair.created)


def _far_apart(pair: Pair, missing: list[Difference]) -> Fact:
    """All that is missing in one: one migration, which nobody wrote, would make it."""
    tables = {d.table for d in missing if d.column is None}
    columns = [d for d in missing if d.column is not None]
    what = " and ".join(
        [*([plural(len(tables), "table")] if tables else []), *([plural(len(columns), "column")] if columns else [])]
    )
    names = listed(f"{d.table}.{d.column}" if d.column else d.table for d in missing)
    places = [at for d in missing if (at := d.declared_at) is not None][:40]
    said = f"{label(pair.declared)} declares {what} that no migration creates: {names}."
    return bad(said, *places, pair.made_by.migrations[-1])


def _missing(pair: Pair, missing: list[Difference], *, made: bool) -> Iterator[Fact]:
    last = pair.made_by.migrations[-1]
    proven = [d for d in missing if not d.opaque]
    if len(proven) > 1:
        yield _far_apart(pair, proven)
        proven = []
    for one in proven:
        what = f"the table {one.table}" if one.column is None else f"the column {one.table}.{one.column}"
        yield bad(
            f"{label(pair.declared)} declares {what}, and no migration creates it.",
            one.declared_at or pair.declared,
            last,
        )
    doubtful = [d for d in missing if d.opaque]
    if doubtful:
        names = listed(f"{d.table}.{d.column}" if d.column else d.table for d in doubtful)
        places = [*(r for r in pair.created.reasons[:2]), doubtful[0].declared_at or pair.declared]
        yield unknown(
            f"{label(pair.declared)}: no migration that can be read creates {names}; a step that cannot be read may.",
            *places,
        )
    if not missing and not made:
        yield ok(
            f"{label(pair.declared)}: all {len(pair.declared.tables)} declared tables are created with their columns.",
            pair.declared.tables[0],
            last,
        )


@check(
    "DAT-016",
    "Constraints and types are those that the code declares",
    Severity.MEDIUM,
    Clause.INVARIANTS,
    effort_hours=1,
)
def constraints_are_created(project: Project) -> Iterator[Fact]:
    """
    Code that relies on a unique or foreign key which the database does not have writes the rows that it believes
    impossible.

    Decides: nullability, unique keys, foreign keys and the family of each column's type, declared against what the
    migrations leave; only for columns that are there.

    Fix: generate a migration for the difference, and clean up the rows that stand against it first.

    Blind to: lengths and precisions, checks and triggers.

    See: https://www.postgresql.org/docs/current/ddl-constraints.html
    """
    for pair in pairs(project):
        every = _differences(pair) if pair.sure else ()
        absent = {(d.table, d.column) for d in every if d.kind == "missing_column"}
        found = [d for d in every if d.kind in _CONSTRAINTS and not d.opaque and (d.table, d.column) not in absent]
        for one in found:
            column = f".{one.column}" if one.column else ""
            words = _CONSTRAINTS[one.kind].format(detail=one.detail)
            yield bad(
                f"{one.table}{column}: {words}.",
                one.declared_at or pair.declared,
                *([one.created_at] if one.created_at else []),
            )
        if pair.sure and not found and not pair.created.opaque:
            yield ok(
                f"{label(pair.declared)}: keys, nullability and types are those declared.", pair.declared.tables[0]
            )


_CONSTRAINTS = {
    "nullable": "{detail}",
    "type": "{detail}",
    "missing_unique": "declared unique over {detail}, and no migration makes it so",
    "missing_fk": "declared a reference ({detail}), and no migration makes the foreign key",
}


@check("DAT-017", "Hand-written SQL makes what the code declares", Severity.HIGH, Clause.SPECIFICATION, effort_hours=1)
def sql_makes_what_is_declared(project: Project) -> Iterator[Fact]:
    """
    A schema that is written twice, in SQL and in models, drifts apart with the first change that forgets one of them.

    Decides: where models have no migrations of their own tool and SQL in the project makes at least half of their
    tables, each declared table and column must be in it.

    Fix: add the missing table or column to the SQL, better: let the ORM's tool write the migrations.

    Blind to: SQL that is kept elsewhere; what the program makes by itself at its start (that is unknown).

    See: https://martinfowler.com/articles/evodb.html
    """
    for pair in pairs(project):
        if pair.sure:
            continue
        missing = [d for d in _differences(pair) if d.kind in {"missing_table", "missing_column"}]
        names = listed(f"{d.table}.{d.column}" if d.column else d.table for d in missing)
        places: list[Located] = [*(d.declared_at for d in missing[:5] if d.declared_at), pair.made_by.migrations[-1]]
        if not missing:
            yield ok(
                f"{label(pair.declared)}: {label(pair.made_by)} makes all declared tables.", pair.made_by.migrations[0]
            )
        elif any(d.opaque for d in missing) or syncs(project):
            yield unknown(
                f"{label(pair.made_by)} does not make {names}; something else may, which could not be followed.",
                *places,
            )
        else:
            yield bad(f"{label(pair.made_by)} does not make {names}, which {label(pair.declared)} declares.", *places)


@check(
    "DAT-003",
    "Migrations form one line",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="migrations do not apply",
    effort_hours=0.5,
)
def migrations_have_one_head(project: Project) -> Iterator[Fact]:
    """
    Two migrations that follow the same one stop the tool: the release halts in the middle of its deployment.

    Decides: for tools that link migrations (Alembic, Django): one head, and no parent that no file has. For tools that
    number them (Flyway, golang-migrate): no number twice, but for one step that is written for several databases.

    Fix: merge the heads, or renumber the later file.
    - alembic: `alembic merge heads`.
    - django: `manage.py makemigrations --merge`.

    Blind to: what was already applied to a database in another order.

    See: https://alembic.sqlalchemy.org/en/latest/branches.html
    """
    for found in sets(project):
        if found.tool in {"alembic", "django"}:
            yield from _linked(project, found)
        elif found.tool in _VERSIONED:
            yield from _numbered(found)


def _linked(project: Project, found: MigrationSet) -> Iterator[Fact]:
    if found.missing:
        yield bad(
            f"{label(found)}: {listed(found.missing)} is named as a parent, and no file has it.",
            *(m for m in found.migrations if set(m.parents) & set(found.missing)),
        )
    if len(found.heads) > 1:
        heads = [m for m in found.migrations if m.revision in found.heads]
        every = next((r for r in runs(project) if "upgrade heads" in r.text), None)
        if every is not None and found.tool == "alembic":
            yield ok(f"{label(found)}: {len(heads)} branches, all of them applied by `upgrade heads`.", every.at)
        else:
            yield bad(
                f"{label(found)} has {len(heads)} heads ({listed(found.heads)}): the tool refuses to run.",
                *reversed(heads),
            )
    elif not found.missing:
        yield ok(f"{label(found)}: one line of {len(found.migrations)}.", found.migrations[-1])


def _numbered(found: MigrationSet) -> Iterator[Fact]:
    usual = [m for m in found.migrations if found.tool != "flyway" or posixpath.basename(m.path).startswith("V")]
    by_number: dict[str, list[Migration]] = defaultdict(list)
    for migration in usual:
        by_number[migration.revision].append(migration)
    twice = [number for number, same in by_number.items() if len(same) > 1 and not _dialects_of_one(same)]
    for number in twice:
        both = [m for m in usual if m.revision == number]
        yield bad(f"{label(found)}: the number {number} is taken twice; {found.tool} refuses to run.", *reversed(both))
    if not twice:
        yield ok(f"{label(found)}: {len(usual)} migrations, each with a number of its own.", found.migrations[-1])


_DIALECT = re.compile(
    r"(?i)\.(?:mysql|mariadb|postgres(?:ql)?|pg|cockroach(?:db)?|sqlite3?|mssql|sqlserver|oracle|autocommit)(?=\.)"
)


def _dialects_of_one(same: list[Migration]) -> bool:
    """Whether files of one number are one step, written for several databases: `7_x.up.sql`, `7_x.mysql.up.sql`."""
    names = [posixpath.basename(m.path) for m in same]
    plain = [name for name in names if not _DIALECT.search(name)]
    return len(plain) <= 1 and len({_DIALECT.sub("", name) for name in names}) == 1
