"""Does code ask the ORM's client for models and fields that the schema has?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache

from ast_grep_py import SgNode

from kit.checks.shared.calls import JAVASCRIPT, Call, calls, option, unwrap
from kit.checks.shared.crowd import by_file, gathered
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import node_at
from kit.sources.orm.prisma import Block, parse_blocks

METHODS = (
    "findMany", "findUnique", "findFirst", "findUniqueOrThrow", "findFirstOrThrow", "create", "createMany", "update",
    "updateMany", "upsert", "delete", "deleteMany", "count", "aggregate", "groupBy", "createManyAndReturn",
)  # fmt: skip
CLIENT = re.compile(r"^(?:(?:this|ctx|req|fastify|app)\.)?(?:_?prisma(?:Client|Service)?)\.(\w+)\.(\w+)$")
_LOGIC = frozenset({"AND", "OR", "NOT", "_count", "_sum", "_avg", "_min", "_max", "_relevance", "_all"})
_PARTS = ("where", "data", "select", "include", "orderBy", "omit")


@dataclass
class Model:
    """What the client knows of a model: its fields, those of compound keys included, and where it is declared."""

    name: str
    at: At
    fields: set[str] = field(default_factory=set)
    places: list[At] = field(default_factory=list)

    def near(self, path: str) -> At:
        """Where it is declared in the schema that lies nearest to a file, of several with a model of this name."""
        return max(self.places, key=lambda at: len(posixpath.commonprefix([at.path, path])), default=self.at)


@lru_cache(maxsize=4)
def models(project: Project) -> dict[str, Model]:
    """Name on the client to model, of all Prisma schemas of production together; empty where one cannot be read."""
    found: dict[str, Model] = {}
    for path in project.files.glob("**/*.prisma", classes={FileClass.PRODUCTION, FileClass.GENERATED}):
        blocks, problem = parse_blocks(project.files.text(path), path)
        if problem is not None:
            return {}
        for block in (b for b in blocks if b.kind in {"model", "view"}):
            name = block.name[:1].lower() + block.name[1:]
            model = found.setdefault(name, Model(block.name, At(path, block.line)))
            model.places.append(At(path, block.line))
            model.fields |= {f.name for f in block.fields} | set(_keys(block))
    return found


def _keys(block: Block) -> Iterator[str]:
    """The names that compound keys have in a `where`."""
    for attribute in block.attributes:
        if attribute.name in {"id", "unique"}:
            yield attribute.text("name") or "_".join(attribute.names("fields"))


@check(
    "DAT-061",
    "Models and fields that code asks of the client exist",
    Severity.HIGH,
    Clause.SPECIFICATION,
    effort_hours=2,
)
@gathered(by_file, above=5)
def client_has_what_is_asked(project: Project) -> Iterator[Fact]:
    """
    A model that the schema does not have is `undefined` on the client, and a field that it does not have makes each query
    throw: what is behind the call fails whenever it is reached.

    Decides: `prisma.<model>.<method>(...)` in production code against the models of all Prisma schemas together, and the
    keys of `where`, `data`, `select`, `include` and `orderBy` that are written out against the model's fields.

    Fix: name the model or field as the schema does, or add it to the schema with a migration.

    Blind to: clients under other names, objects that are built elsewhere, nested writes; schemas that are made while
    building.

    See: https://www.prisma.io/docs/orm/prisma-client/queries/crud
    """
    known = models(project)
    if not known:
        return
    computed = bool(project.code.holding("$extends(", languages=JAVASCRIPT))
    asked = 0
    first: Call | None = None
    for call, name in client_calls(project):
        model = known.get(name)
        if model is None:
            yield _absent(call, name, known)
            continue
        asked, first = asked + 1, first or call
        yield from _fields(call, model, computed=computed)
    if first is not None:
        yield ok(f"{asked} calls of the client name models that the schema has.", first)


def client_calls(project: Project) -> Iterator[tuple[Call, str]]:
    """Calls of the Prisma client with the name of the model that each asks for."""
    for call in calls(project, *METHODS, languages=JAVASCRIPT, needles=("prisma.", "prismaClient.", "prismaService.")):
        match = CLIENT.match(call.callee)
        if match is not None and not match[1].startswith("$"):
            yield call, match[1]


def _absent(call: Call, name: str, known: dict[str, Model]) -> Fact:
    near = get_close_matches(name, known, 1, 0.75)
    hint = f"; it has `{near[0]}`" if near else ""
    return bad(f"`{call.callee}` asks for a model `{name}`, which no Prisma schema of the project has{hint}.", call)


def _fields(call: Call, model: Model, *, computed: bool) -> Iterator[Fact]:
    for part in _PARTS:
        if computed and part in {"select", "include", "omit", "data"}:
            continue  # an extension may add fields and options of its own
        value = option(call.args[0], part) if call.args else None
        for key, node in _named(unwrap(value)) if value is not None else ():
            if key not in model.fields and key not in _LOGIC:
                yield bad(
                    f"`{call.callee}`: `{part}` names `{key}`, which {model.name} does not have: the query throws.",
                    node_at(call.path, node),
                    model.near(call.path),
                )


def _named(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    """The plain keys of an object that is written out."""
    for child in node.children() if node.kind() == "object" else ():
        if child.kind() == "shorthand_property_identifier":
            yield child.text(), child
        elif child.kind() == "pair":
            key = child.field("key")
            if key is not None and key.kind() in {"property_identifier", "string"}:
                yield key.text().strip("'\"`"), key
