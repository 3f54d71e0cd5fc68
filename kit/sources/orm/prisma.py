"""Prisma: its schema language to tables. The language is small and has no parser outside of Prisma itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kit.model import At
from kit.sources.formats.nodes import Problem
from kit.sources.orm.model import Column, ForeignKey, Index, Schema, Table, dialect_of

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<newline>\n)|(?P<space>[ \t\r\f\v]+)"""
    r"""|(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<word>[\w.@-]+)|(?P<mark>.)""",
    re.S,
)


@dataclass(frozen=True)
class _Token:
    text: str
    line: int
    kind: str


@dataclass
class Attribute:
    """`@name(args)` or `@@name(args)`: the text of each argument under its name, "" for the unnamed."""

    name: str
    line: int
    args: dict[str, str] = field(default_factory=dict)

    def names(self, argument: str) -> tuple[str, ...]:
        """The fields of a list such as `[a, b(sort: Desc)]`."""
        text = re.sub(r"\([^()]*\)", "", self.args.get(argument) or self.args.get("", ""))
        return tuple(re.findall(r"\w+", text.partition("[")[2].partition("]")[0]))

    def text(self, argument: str) -> str | None:
        """A string argument without its quotes."""
        found = re.search(r'"((?:[^"\\]|\\.)*)"', self.args.get(argument) or self.args.get("", ""))
        return found[1] if found else None


@dataclass
class Field:
    """A line of a model: its type's name, whether it is a list or optional, and its attributes."""

    name: str
    type: str
    line: int
    many: bool = False
    optional: bool = False
    attributes: list[Attribute] = field(default_factory=list)

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name."""
        return next((a for a in self.attributes if a.name == name), None)


@dataclass
class Block:
    """A model, view, type, enum, datasource or generator; `settings` hold `key = value` lines."""

    kind: str
    name: str
    path: str
    line: int
    fields: list[Field] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    def attribute(self, name: str) -> Attribute | None:
        """The block attribute of that name."""
        return next((a for a in self.attributes if a.name == name), None)


def parse_blocks(text: str, path: str) -> tuple[tuple[Block, ...], Problem | None]:
    """The blocks of a schema file, and what kept the rest from being read. Never raises."""
    reader = _Reader(list(_tokens(text)), path)
    return tuple(reader.blocks()), reader.problem


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "mark"
        if kind not in {"comment", "space"}:
            yield _Token(found[0], line, kind)
        line += found[0].count("\n")


class _Reader:
    """Tokens to blocks."""

    def __init__(self, tokens: list[_Token], path: str) -> None:
        self._tokens = tokens
        self._path = path
        self._next = 0
        self.problem: Problem | None = None

    def blocks(self) -> Iterator[Block]:
        """Every block that is whole; a broken one ends the file."""
        while (head := self._line()) is not None:
            if not head:
                continue
            words = [t.text for t in head]
            if len(words) < 3 or words[2] != "{":
                self.problem = Problem(f"Unexpected {words[0]!r}.", At(self._path, head[0].line))
                return
            block = Block(words[0], words[1], self._path, head[0].line)
            if not self._body(block, head[3:]):
                return
            yield block

    def _body(self, block: Block, rest: list[_Token]) -> bool:
        if any(t.text == "}" for t in rest):
            return True
        while (line := self._line()) is not None:
            if line and line[0].text == "}":
                return True
            if line:
                _into(block, line)
        self.problem = Problem(f"{block.kind} {block.name} is not closed.", At(self._path, block.line))
        return False

    def _line(self) -> list[_Token] | None:
        """The tokens of one line; round and square brackets carry it over its end. None at the end."""
        if self._next >= len(self._tokens):
            return None
        line: list[_Token] = []
        depth = 0
        while self._next < len(self._tokens):
            token = self._tokens[self._next]
            self._next += 1
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0)
            if token.kind == "newline" and depth <= 0:
                break
            if token.kind != "newline":
                line.append(token)
        return line


def _into(block: Block, line: list[_Token]) -> None:
    words = [t.text for t in line]
    if words[0].startswith("@@"):
        block.attributes += _attributes(line)
    elif len(words) > 2 and words[1] == "=":
        block.settings[words[0]] = "".join(words[2:])
    elif block.kind == "enum":
        block.fields.append(Field(words[0], "", line[0].line, attributes=_attributes(line[1:])))
    elif len(words) > 1:
        block.fields.append(_field(line))


def _field(line: list[_Token]) -> Field:
    words = [t.text for t in line]
    start = next((i for i, w in enumerate(words) if w.startswith("@")), len(words))
    kind = words[2:start]
    native = re.search(r'"([^"]*)"', " ".join(kind))
    name = native[1] if words[1] == "Unsupported" and native else words[1]
    return Field(words[0], name, line[0].line, "[" in kind, "?" in kind, _attributes(line[start:]))


def _attributes(tokens: list[_Token]) -> list[Attribute]:
    made: list[Attribute] = []
    depth = 0
    key = ""
    for index, token in enumerate(tokens):
        if depth == 0 and token.text.startswith("@"):
            made.append(Attribute(token.text.lstrip("@"), token.line))
            continue
        if token.text == ")":
            depth -= 1
        if depth and made:
            named = index + 1 < len(tokens) and tokens[index + 1].text == ":" and depth == 1
            if named:
                key = token.text
            elif token.text == "," and depth == 1:
                key = ""
                if "" in made[-1].args and [t.text for t in tokens[index + 2 : index + 3]] != [":"]:
                    made[-1].args[""] += ", "
            elif not (token.text == ":" and depth == 1):
                made[-1].args[key] = made[-1].args.get(key, "") + token.text
        depth += {"(": 1, "[": 1, "]": -1}.get(token.text, 0)
        key = key if depth else ""
    return made


# Blocks to tables.


def schema(blocks: Iterable[Block], at: At, problem: Problem | None = None) -> Schema:
    """The tables that a schema's blocks declare, names mapped, implicit many-to-many tables included."""
    known = _Known(tuple(blocks))
    tables = [known.table(b) for b in known.models.values()]
    tables += [known.joining(pair) for pair in known.many_to_many()]
    return Schema(
        at.path.rpartition("/")[0] or ".", at, "prisma", known.dialect, tuple(tables),
        opaque=problem is not None, reasons=(problem,) if problem else (), enums=tuple(known.enums),
        error=problem,
    )  # fmt: skip


_SQL = {
    "Int": "INTEGER", "BigInt": "BIGINT", "String": "TEXT", "Boolean": "BOOLEAN", "DateTime": "TIMESTAMP",
    "Float": "DOUBLE PRECISION", "Decimal": "DECIMAL", "Json": "JSON", "Bytes": "BLOB",
}  # fmt: skip


class _Known:
    """The models, enums and composite types of one schema."""

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        self.models = {b.name: b for b in blocks if b.kind == "model"}
        self.enums = {b.name for b in blocks if b.kind == "enum"}
        self._views = {b.name for b in blocks if b.kind in {"view", "type"}}
        source = next((b.settings for b in blocks if b.kind == "datasource"), {})
        provider = source.get("provider", "").strip('"')
        self.dialect = dialect_of(provider) or (provider or None)
        self._references = source.get("relationMode", '"foreignKeys"').strip('"') == "foreignKeys"

    def name(self, model: Block) -> str:
        """The table's name in the database."""
        mapped, namespace = model.attribute("map"), model.attribute("schema")
        name = (mapped.text("name") if mapped else None) or model.name
        space = namespace.text("name") if namespace else None
        return f"{space}.{name}" if space and space != "public" else name

    def column_name(self, model: Block, name: str) -> str:
        """A field's name in the database."""
        found = next((f for f in model.fields if f.name == name), None)
        mapped = found.attribute("map") if found else None
        return (mapped.text("name") if mapped else None) or name

    def table(self, model: Block) -> Table:
        """The table of a model."""
        uniques = [*self._field_uniques(model), *self._indexes(model, "unique")]
        keys = tuple(self._foreign_keys(model)) if self._references else ()
        columns = tuple(self._columns(model))
        return Table(
            self.name(model), columns, tuple(self._indexes(model, "index")), tuple(uniques), keys,
            At(model.path, model.line), primary_key=self._primary_key(model),
        )  # fmt: skip

    def _scalars(self, model: Block) -> Iterator[Field]:
        for found in model.fields:
            if found.type not in self.models and found.type not in self._views:
                yield found

    def _columns(self, model: Block) -> Iterator[Column]:
        for found in self._scalars(model):
            default = found.attribute("default") is not None
            primary = found.attribute("id") is not None
            # A list without a default is created without NOT NULL, one that is required has no way to say so.
            nullable = None if found.many else found.optional
            name = self.column_name(model, found.name)
            yield Column(name, self._type(found), nullable, At(model.path, found.line), default, primary)

    def _type(self, found: Field) -> str:
        native = next((a for a in found.attributes if a.name.startswith("db.")), None)
        size = native.args.get("", "") if native else ""
        name = native.name[3:] + (f"({size})" if size else "") if native else _SQL.get(found.type, found.type)
        return f"{name}[]" if found.many else name

    def _primary_key(self, model: Block) -> tuple[str, ...]:
        block = model.attribute("id")
        fields = block.names("fields") if block else tuple(f.name for f in model.fields if f.attribute("id"))
        return tuple(self.column_name(model, name) for name in fields)

    def _field_uniques(self, model: Block) -> Iterator[Index]:
        for found in self._scalars(model):
            if found.attribute("unique") is not None:
                at = At(model.path, found.line)
                yield Index((self.column_name(model, found.name),), at, unique=True)

    def _indexes(self, model: Block, kind: str) -> Iterator[Index]:
        for found in (a for a in model.attributes if a.name == kind):
            columns = tuple(self.column_name(model, name) for name in found.names("fields"))
            at = At(model.path, found.line)
            yield Index(columns, at, found.text("map"), kind == "unique", partial="where" in found.args)

    def _foreign_keys(self, model: Block) -> Iterator[ForeignKey]:
        for found in model.fields:
            relation, target = found.attribute("relation"), self.models.get(found.type)
            fields = relation.names("fields") if relation and "fields" in relation.args else ()
            if relation is not None and target is not None and fields:
                columns = tuple(self.column_name(model, name) for name in fields)
                theirs = tuple(self.column_name(target, n) for n in relation.names("references"))
                action = relation.args.get("onDelete")
                at = At(model.path, found.line)
                yield ForeignKey(columns, self.name(target), at, relation.args.get("map"), theirs, action)

    def many_to_many(self) -> list[tuple[Field, Block, Block]]:
        """Lists on both sides without fields of their own: one field, its model and the other model."""
        pairs: dict[str, tuple[Field, Block, Block]] = {}
        for model in self.models.values():
            for found in (f for f in model.fields if f.many and f.type in self.models):
                other = self.models[found.type]
                name = _relation_name(found)
                if self._opposite_is_list(model, other, found, name):
                    first, second = sorted((model.name, other.name))
                    pairs.setdefault(name or f"{first}To{second}", (found, self.models[first], self.models[second]))
        return list(pairs.values())

    def _opposite_is_list(self, model: Block, other: Block, own: Field, name: str | None) -> bool:
        back = [f for f in other.fields if f.type == model.name and f is not own and _relation_name(f) == name]
        return bool(back) and all(f.many for f in back)

    def joining(self, pair: tuple[Field, Block, Block]) -> Table:
        """The table that Prisma makes for an implicit many-to-many relation."""
        found, first, second = pair
        owner = next(m for m in (first, second) if any(f is found for f in m.fields))
        at = At(owner.path, found.line)
        name = f"_{_relation_name(found) or f'{first.name}To{second.name}'}"
        columns = tuple(Column(side, "", False, at) for side in ("A", "B"))
        keys = (ForeignKey(("A",), self.name(first), at), ForeignKey(("B",), self.name(second), at))
        return Table(name, columns, (), (), keys if self._references else (), at, implicit=True)


def _relation_name(found: Field) -> str | None:
    relation = found.attribute("relation")
    return relation.text("name") if relation is not None and (relation.args.get("name") or _unnamed(relation)) else None


def _unnamed(relation: Attribute) -> bool:
    return relation.args.get("", "").startswith('"')
