"""Do queries leave out the rows that are marked as deleted?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.data.client import Model, client_calls, models
from kit.checks.shared.calls import JAVASCRIPT, Call, option, unwrap
from kit.checks.shared.texts import at_offset
from kit.checks.shared.words import plural
from kit.model import At, Clause, Fact, Severity, ok, partial, unknown
from kit.project import Project
from kit.registry import check

MARK = re.compile(r"^(?:deleted_?at|deleted_?on|is_?deleted|deleted|date_?deleted|soft_?deleted)$", re.IGNORECASE)
_READS = frozenset({"findMany", "findFirst", "findFirstOrThrow", "count", "aggregate", "groupBy"})
_REMOVES = frozenset({"delete", "deleteMany"})
_FILTERED = re.compile(r"\$extends\(|\$use\(")


@check("DAT-063", "Rows that are marked as deleted stay out of sight", Severity.LOW, Clause.INVARIANTS, effort_hours=3)
def marked_rows_are_left_out(project: Project) -> Iterator[Fact]:
    """
    Where deletion is a mark, every query has to ask for it: the one that does not shows people what they deleted, counts
    it, and lets it be booked again.

    Decides: models of Prisma schemas with a mark (`deletedAt`, `isDeleted`): calls that read several rows with conditions
    that are written out, and do not name the mark; calls that delete rows of such a model after all. Where an extension of
    the client looks at the mark, the model holds.

    Fix: `where: { ..., deletedAt: null }`, better once for all in an extension of the client.

    Blind to: other libraries, conditions that are built elsewhere, lists that are to show what was deleted.

    See: https://www.prisma.io/docs/orm/prisma-client/client-extensions/middleware/soft-delete-middleware
    """
    marked = {name: (m, mark) for name, m in models(project).items() if (mark := _mark(m))}
    if not marked:
        return
    asked: dict[str, list[Call]] = defaultdict(list)
    for call, name in client_calls(project):
        if name in marked:
            asked[name].append(call)
    for name, made in asked.items():
        model, mark = marked[name]
        place = _for_all(project, mark)
        if place is not None:
            yield ok(f"{model.name}: an extension of the client looks at `{mark}` for every query.", place, model.at)
        else:
            yield from _judged(model, mark, made)


def _mark(model: Model) -> str | None:
    return next((name for name in sorted(model.fields) if MARK.match(name)), None)


def _for_all(project: Project, mark: str) -> At | None:
    """Where the client is extended, in a file that names the mark."""
    for path in project.code.holding("$extends(", "$use(", languages=JAVASCRIPT):
        text = project.code.text(path)
        if mark in text and (found := _FILTERED.search(text)):
            return at_offset(path, text, found.start())
    return None


def _judged(model: Model, mark: str, made: list[Call]) -> Iterator[Fact]:
    reads = [c for c in made if c.name in _READS]
    asking = [c for c in reads if mark in c.node.text()]
    silent = [c for c in reads if mark not in c.node.text() and _written_out(c)]
    removing = [c for c in made if c.name in _REMOVES and mark not in c.node.text()]
    if silent and len(asking) >= len(silent):
        yield partial(
            f"{plural(len(silent), 'query', 'queries')} of {model.name} {'does' if len(silent) == 1 else 'do'} not ask for `{mark}`, "
            f"{len(asking)} others do: rows that were deleted are seen.",
            *silent[:5],
            model.at,
        )
    elif silent:
        yield unknown(
            f"{model.name} has `{mark}`, for which few queries ask or none; whether the others have to is not seen.",
            model.at,
        )
    elif asking:
        yield ok(f"{model.name}: queries ask for `{mark}`.", asking[0], model.at)
    if removing and asking:
        yield partial(
            f"{model.name} is deleted by a mark (`{mark}`) elsewhere, and for good here.", removing[0], model.at
        )


def _written_out(call: Call) -> bool:
    """Whether the conditions stand in the call itself, so that the mark cannot be among them."""
    if not call.args:
        return True
    if unwrap(call.args[0]).kind() != "object" or "..." in call.args[0].text():
        return False
    where = option(call.args[0], "where")
    return where is None or (unwrap(where).kind() == "object" and not re.search(r"\bid\b\s*[:,}]", where.text()[:200]))
