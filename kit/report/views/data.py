"""Data: the schema that the code expects against the one that the migrations make."""

from __future__ import annotations

from kit.project import Project
from kit.report.blocks import Cell, Chart, Mark, Table, columns, empty
from kit.report.charts import bars
from kit.report.display import Display, figure_json, show
from kit.report.theme import LIGHT
from kit.report.views.common import Findings, at_cell, controls
from kit.report.words import count, have
from kit.sources.orm.model import Migration
from kit.sources.orm.model import Table as SchemaTable
from kit.sources.orm.replay import schema_after

FOLDED_FROM = 30


def schema(project: Project) -> Display:
    """Tables that models declare, and whether a migration creates them."""
    declared = {t.name.lower(): t for s in project.schemas for t in s.tables}
    made = {t.name.lower(): t for s in project.migrations for t in schema_after(s.migrations, dialect=s.dialect).tables}
    if not declared and not made:
        fill = "Models of an ORM and migrations would be held against each other here."
        return show(empty("Neither a schema nor a migration is in the project", fill))
    counts = [
        len(declared.keys() & made.keys()),
        len(declared.keys() - made.keys()),
        len(made.keys() - declared.keys()),
    ]
    tables = count(len(declared), "declared table")
    title = f"{counts[0]} of {tables} {have(counts[0], 'is', 'are')} created by a migration"
    if not declared:
        title = f"Migrations create {count(len(made), 'table')}; no model that declares one was found"
    figure = bars(
        ["Declared and created", "Declared only", "Created only"],
        counts,
        texts=[str(n) for n in counts],
        colors=[LIGHT["pass_fill"], LIGHT["fail_fill"], LIGHT["context"]],
        unit="tables",
    )
    said = f"{title}; {counts[1]} are declared only, {counts[2]} are created only."
    return show(Chart(title, figure_json(figure), said, _tables(declared, made)))


def migrations(project: Project) -> Display:
    """Every migration in order: what it does, what it destroys, whether it can be undone."""
    every = [(s, m) for s in project.migrations for m in s.migrations]
    if not every:
        fill = "Migrations of Prisma, Alembic, Django, Flyway or plain SQL would be listed here in their order."
        return show(empty("No migration is in the project", fill))
    rows = tuple(_migration(m) for s, m in every)
    undoable = sum(m.down is True for _, m in every)
    caption = f"{count(len(rows), 'migration')}, {undoable or 'none'} of them with a way back"
    heads = columns(("Order", "number"), "Tool", ("Operations", "number"), "Destroys", "Way back", "Where")
    return show(Table(caption, heads, rows, folded=len(rows) > FOLDED_FROM))


def checks(project: Project, findings: Findings) -> Display:
    """The checks of the area against the services they examined."""
    return show(controls(project, findings, "data", "Data checks by service or file"))


def _tables(declared: dict[str, SchemaTable], made: dict[str, SchemaTable]) -> Table:
    names = sorted({*declared, *made}, key=lambda n: (n in declared and n in made, n))
    rows = tuple(
        (
            name,
            len(declared[name].columns) if name in declared else None,
            _place(declared.get(name), "declared", "not declared"),
            _place(made.get(name), "created", "never created"),
        )
        for name in names
    )
    return Table(
        "Tables of models and migrations",
        columns(("Table", "code"), ("Columns", "number"), "Model", "Migration"),
        rows,
    )


def _place(found: SchemaTable | None, yes: str, no: str) -> Mark:
    return Mark("pass", yes, str(found.at)) if found is not None else Mark("fail", no)


def _migration(migration: Migration) -> tuple[Cell, ...]:
    destroys = [o for o in migration.operations if o.destructive]
    named = ", ".join(sorted({f"{o.op.replace('_', ' ')} {o.table or ''}".strip() for o in destroys}))
    back = {True: Mark("pass", "yes"), False: Mark("fail", "none"), None: Mark("unknown", "cannot be told")}
    return (
        migration.order,
        migration.tool,
        len(migration.operations),
        Mark("partial", named) if named else None,
        back[migration.down],
        at_cell(migration.at),
    )
