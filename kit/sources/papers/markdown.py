"""Markdown: headings, links, code blocks, the files and commands that a text names, checkboxes and tables."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from kit.model import At
from kit.sources.commands.command import Command
from kit.sources.commands.shell import commands as shell_commands
from kit.sources.formats.nodes import Problem
from kit.sources.tree.files import FileIndex
from kit.sources.tree.memory import Reader

MAX_CHARS = 1_000_000
_SHELLS = frozenset({"sh", "bash", "shell", "zsh", "console", "shell-session", "shellscript", "terminal", "fish", ""})
_PROMPT = re.compile(r"^\s*(?:\$|%|❯|➜|(?:[\w.-]+@[\w.-]+[^$#\n]{0,60})[$#])\s+")
_PROGRAM = re.compile(
    r"\s*(?:sudo )?(?:npm|npx|pnpm|yarn|bun|make|docker|docker-compose|podman|kubectl|helm|kustomize|git|python3?"
    r"|pip3?|uv|poetry|pytest|node|go|cargo|mvn|gradle|curl|terraform|psql|bash|sh|cd|export|cp|mkdir|\./[\w./-]+"
    r"|(?:[\w.-]+/)+[\w.-]+\.sh)(?:\s|$)"
)
_TASK = re.compile(r"^\[(?P<mark>[ xX~-])\]\s+(?P<text>.*)", re.S)
_SUFFIXES = (
    "adoc|bash|bat|bicep|c|cc|cfg|cjs|conf|config|cpp|crt|cs|css|csv|dart|env|example|gemspec|go|gql|gradle|graphql|h|hbs|hcl"
    "|html|ini|ipynb|j2|java|jinja|js|json|jsonc|jsx|key|kt|kts|less|lock|lua|md|mdx|mjs|mod|mts|patch|pdf|pem|php|png|pl"
    "|plist|prisma|properties|proto|ps1|py|rb|rs|rst|sample|sass|scala|scss|sh|sql|sum|svelte|svg|swift|tf|tfvars|tmpl|toml"
    "|tpl|ts|tsx|txt|vue|xml|yaml|yml|zsh"
)
_FILE = re.compile(
    rf"^(?:\./|\.\./)*(?:[\w@.+-]+/)*(?:[\w+.-]*\w\.(?:{_SUFFIXES})|Dockerfile(?:\.\w+)?|\w+\.Dockerfile|Makefile"
    r"|Procfile|\.env(?:\.[\w.-]+)?|Jenkinsfile|Taskfile|justfile|Caddyfile|\.dockerignore|\.gitignore)$"
)
_FOLDER = re.compile(r"^(?:\./)?(?:[\w@.+-]+/)+$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level from 1, its text, its anchor as GitHub makes it."""

    level: int
    text: str
    anchor: str
    at: At


@dataclass(frozen=True, slots=True)
class Link:
    """A link or image. `path` is the file in the project that a relative one means, None for all others."""

    target: str
    text: str
    path: str | None
    fragment: str
    at: At
    image: bool = False


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced or indented block; `at` is its first line of content."""

    lang: str
    text: str
    at: At


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file or folder named in inline code or by a relative link, as written and from the root (`path`).

    Inline code may name a file by the end of its path only: see `resolve`.
    """

    written: str
    path: str
    at: At


@dataclass(frozen=True, slots=True)
class Checkbox:
    """A line of a task list."""

    checked: bool
    text: str
    at: At


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table: header and rows of cells' texts; `rows_at` has the place of each row."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    at: At
    rows_at: tuple[At, ...]


@dataclass(frozen=True)
class Markdown:
    """One text and what it holds, each with its line."""

    path: str
    headings: tuple[Heading, ...] = ()
    links: tuple[Link, ...] = ()
    code_blocks: tuple[CodeBlock, ...] = ()
    file_references: tuple[FileReference, ...] = ()
    commands: tuple[Command, ...] = ()
    checkboxes: tuple[Checkbox, ...] = ()
    tables: tuple[TextTable, ...] = ()
    error: Problem | None = None

    @property
    def at(self) -> At:
        """The file as a whole."""
        return At(self.path)

    def section_of(self, line: int) -> Heading | None:
        """The heading under which a line stands."""
        return next((h for h in reversed(self.headings) if h.at.line is not None and h.at.line <= line), None)


def resolve(reference: FileReference, files: FileIndex) -> str | None:
    """The file or folder that is meant: from the root, from the text's folder, or by the end of its path."""
    name = reference.path.rstrip("/")
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(reference.at.path), name))
    for path in (name, beside):
        if files.on_disk(path) or files.is_dir(path):
            return path
    return files.ending(name)


def find(files: FileIndex) -> tuple[Markdown, ...]:
    """Every Markdown text of the project, whatever its class."""
    return tuple(files.read(MARKDOWN, path) for path in files.glob("*.md", "*.markdown", "*.mdx"))


def parse(text: str, path: str) -> Markdown:
    """What a text holds. Never raises; a text that is too long is cut and says so."""
    error = Problem(f"Only the first {MAX_CHARS} characters were read.", At(path)) if len(text) > MAX_CHARS else None
    try:
        tokens = MarkdownIt("commonmark", {"maxNesting": 40}).enable("table").parse(_body(text[:MAX_CHARS]))
    except (ValueError, IndexError, RecursionError) as problem:
        return Markdown(path, error=Problem(f"This could not be read as Markdown: {problem}.", At(path)))
    reader = _Reader(path, tokens)
    reader.read()
    return reader.result(error)


MARKDOWN = Reader("markdown", Markdown, parse, keeps=lambda made: made.error is None)


def _body(text: str) -> str:
    """The text with its front matter blanked, lines kept."""
    found = re.match(r"\A---[ \t]*\n(?:(?!---[ \t]*$).*\n)*?---[ \t]*(?:\n|\Z)", text, re.M)
    return "\n" * found[0].count("\n") + text[found.end() :] if found else text


class _Reader:
    def __init__(self, path: str, tokens: list[Token]) -> None:
        self._path = path
        self._tokens = tokens
        self._line = 1
        self._anchors: dict[str, int] = {}
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.blocks: list[CodeBlock] = []
        self.references: list[FileReference] = []
        self.commands: list[Command] = []
        self.checkboxes: list[Checkbox] = []
        self.tables: list[TextTable] = []

    def result(self, error: Problem | None) -> Markdown:
        """What has been gathered."""
        return Markdown(
            self._path, tuple(self.headings), tuple(self.links), tuple(self.blocks), tuple(self.references),
            tuple(self.commands), tuple(self.checkboxes), tuple(self.tables), error,
        )  # fmt: skip

    def read(self) -> None:
        """Goes through the blocks."""
        for index, token in enumerate(self._tokens):
            if token.map is not None:
                self._line = token.map[0] + 1
            before = self._tokens[index - 1] if index else token
            if token.type in {"fence", "code_block"}:
                self._code(token)
            elif token.type == "table_open":
                self._table(index)
            elif token.type == "inline":
                if before.type == "heading_open":
                    self._heading(token, int(before.tag[1:]))
                elif before.type == "paragraph_open" and index > 1 and self._tokens[index - 2].type == "list_item_open":
                    self._task(token)
                self._inline(token)

    def _at(self, line: int | None = None) -> At:
        return At(self._path, line or self._line)

    def _heading(self, token: Token, level: int) -> None:
        text = plain(token)
        slug = re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-")
        count = self._anchors.get(slug, 0)
        self._anchors[slug] = count + 1
        self.headings.append(Heading(level, text, f"{slug}-{count}" if count else slug, self._at()))

    def _task(self, token: Token) -> None:
        found = _TASK.match(token.content)
        if found:
            self.checkboxes.append(Checkbox(found["mark"] in "xX", found["text"].strip(), self._at()))

    def _code(self, token: Token) -> None:
        # A fence on the last line has no line of content below it.
        first = self._line + (1 if token.type == "fence" and token.content else 0)
        lang = (token.info.strip().split() or [""])[0].strip("{}.").lower() if token.type == "fence" else ""
        last = first + max(0, token.content.count("\n") - 1)
        self.blocks.append(CodeBlock(lang, token.content, At(self._path, first, last if last > first else None)))
        prompted = any(_PROMPT.match(line) for line in token.content.split("\n"))
        if lang in _SHELLS and (lang or prompted or _looks_typed(token.content)):
            self.commands += shell_commands(_typed(token.content, prompted), self._path, first)

    def _inline(self, token: Token) -> None:
        """The links and inline code of a paragraph; soft breaks count its lines."""
        children = token.children or []
        line = self._line
        for index, child in enumerate(children):
            if child.type in {"softbreak", "hardbreak"}:
                line += 1
            elif child.type == "link_open":
                self._link(str(child.attrGet("href") or ""), _until_close(children, index), line)
            elif child.type == "image":
                self._link(str(child.attrGet("src") or ""), child.content, line, image=True)
            elif child.type == "code_inline":
                self._named(child.content.strip(), line)
                line += child.content.count("\n")

    def _link(self, target: str, text: str, line: int, *, image: bool = False) -> None:
        target = unescape(target)
        place, _, fragment = target.partition("#")
        path = self._resolved(unquote(place.partition("?")[0])) if _is_relative(target) else None
        self.links.append(Link(target, text, path, fragment, self._at(line), image))
        if path is not None and place:
            self.references.append(FileReference(place, path, self._at(line)))

    def _named(self, text: str, line: int) -> None:
        """Inline code that looks like a file's name: taken from the root unless it climbs."""
        word = re.sub(r":\d+(?:-\d+)?$", "", text)
        if _FILE.match(word) or _FOLDER.match(word):
            path = self._resolved(word) if word.startswith("../") else posixpath.normpath(word)
            if path is not None:
                self.references.append(FileReference(text, path, self._at(line)))

    def _resolved(self, place: str) -> str | None:
        """A relative place from the root; None where it leads out of the project."""
        base = "" if place.startswith("/") else posixpath.dirname(self._path)
        path = posixpath.normpath(posixpath.join(base, place.lstrip("/"))) if place else self._path
        return None if path.startswith("..") else path

    def _table(self, start: int) -> None:
        rows: list[tuple[str, ...]] = []
        places: list[At] = []
        cells: list[str] = []
        for index in range(start, len(self._tokens)):
            token = self._tokens[index]
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                cells = []
                places.append(self._at(token.map[0] + 1 if token.map else None))
            elif token.type == "inline":
                cells.append(plain(token))
            elif token.type == "tr_close":
                rows.append(tuple(cells))
        if rows:
            self.tables.append(TextTable(rows[0], tuple(rows[1:]), self._at(), tuple(places[1:])))


def plain(token: Token) -> str:
    """An inline token's text without its marks."""
    parts: Iterator[str] = (
        " " if child.type in {"softbreak", "hardbreak"} else child.content for child in token.children or []
    )
    return "".join(parts).strip()


def _until_close(children: list[Token], start: int) -> str:
    parts: list[str] = []
    for child in children[start + 1 :]:
        if child.type == "link_close":
            break
        parts.append(child.content)
    return "".join(parts)


def _is_relative(target: str) -> bool:
    return "://" not in target and not re.match(r"^(?:[a-z][a-z0-9+.-]*:|//|\{)", target, re.I)


def _looks_typed(text: str) -> bool:
    """Whether a block without a language holds nothing but calls of programs that people type."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return bool(lines) and all(_PROGRAM.match(line) for line in lines)


def _typed(text: str, prompted: bool) -> str:
    """What a person types of a terminal's session: with prompts, the lines behind them; lines are kept."""
    if not prompted:
        return text
    lines: list[str] = []
    continued = False
    for line in text.split("\n"):
        found = _PROMPT.match(line)
        typed = line[found.end() :] if found else (line if continued else "")
        lines.append(typed)
        continued = typed.rstrip().endswith("\\")
    return "\n".join(lines)
