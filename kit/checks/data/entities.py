"""Fields of entities that programs of Java, Kotlin and C# keep in tables, read from the classes themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.shared.calls import runs
from kit.model import At
from kit.project import Project
from kit.sources.code.index import Match, node_at

_MARKS = ("@Entity", "@Embeddable", "@MappedSuperclass", "data.relational.core.mapping.Table")
_ENTITY = re.compile(r"@(?:Entity|Embeddable|MappedSuperclass|Table)\b")
_SETS = re.compile(r"\bDbSet<\s*([\w.]{1,120})\s*>")
_TABLE = re.compile(r"@(?:[\w.]*\.)?Table\(\s*(?:name\s*=\s*)?\"([^\"\n]{1,120})\"")
_OF_KOTLIN = re.compile(r"\bva[lr]\s+(\w{1,80})\s*:\s*([\w.]{1,80})\??")
_KEPT_NOWHERE = re.compile(r"@(?:[\w.]*\.)?Transient\b|\[NotMapped\b|\b(?:static|transient|const)\b")


@dataclass(frozen=True)
class Field:
    """A field of an entity: its type as written, without the mark of what may be absent."""

    name: str
    type: str
    at: At


@dataclass(frozen=True)
class Entity:
    """A class whose objects become rows. `table` is the name that an annotation gives."""

    name: str
    table: str | None
    fields: tuple[Field, ...]
    at: At


def entities(project: Project) -> Iterator[Entity]:
    """The entities of JPA, and of Entity Framework those that a context holds a set of."""
    for match in project.code.find(kind="class_declaration", languages=("java", "kotlin"), needles=_MARKS):
        head = match.text.partition("class ")[0]
        if runs(match.path) and _ENTITY.search(head):
            yield _entity(match, tuple(_fields(match)), _TABLE.search(head))
    held = project.code.holding("DbSet<", languages=("csharp",))
    named = {name.rpartition(".")[2] for path in held for name in _SETS.findall(project.code.text(path))}
    for match in project.code.find(kind="class_declaration", languages=("csharp",)) if named else ():
        name = match.node.field("name")
        if name is not None and name.text() in named and runs(match.path):
            yield _entity(match, tuple(_properties(match)), None)


def _entity(match: Match, fields: tuple[Field, ...], table: re.Match[str] | None) -> Entity:
    name = match.node.field("name") or next((c for c in match.node.children() if "identifier" in c.kind()), None)
    return Entity(name.text() if name is not None else "An entity", table[1] if table else None, fields, match.at)


def _fields(match: Match) -> Iterator[Field]:
    if match.path.endswith(".kt"):
        yield from _of_kotlin(match)
        return
    body = match.node.field("body")
    for child in body.children() if body is not None else ():
        kind = child.field("type") if child.kind() == "field_declaration" else None
        if kind is None or _KEPT_NOWHERE.search(child.text()[: child.text().find(kind.text())]):
            continue
        for one in child.children():
            name = one.field("name") if one.kind() == "variable_declarator" else None
            if name is not None:
                yield Field(name.text(), kind.text(), node_at(match.path, name))


def _of_kotlin(match: Match) -> Iterator[Field]:
    for found in _OF_KOTLIN.finditer(match.text):
        if not _KEPT_NOWHERE.search(match.text[max(0, found.start() - 40) : found.start()].rpartition(",")[2]):
            line = (match.at.line or 1) + match.text.count("\n", 0, found.start())
            yield Field(found[1], found[2], At(match.path, line, line))


def _properties(match: Match) -> Iterator[Field]:
    body = match.node.field("body")
    for child in body.children() if body is not None else ():
        kind = child.field("type") if child.kind() == "property_declaration" else None
        name = child.field("name")
        if kind is not None and name is not None and not _KEPT_NOWHERE.search(child.text()):
            yield Field(name.text(), kind.text().rstrip("?"), node_at(match.path, name))
