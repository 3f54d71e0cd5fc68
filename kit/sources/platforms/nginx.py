"""nginx configurations as trees of directives, includes resolved inside the project only.

crossplane's own parser opens what a configuration includes wherever that is, so only its lexer and its
knowledge of directives are used here, on text in memory.
"""

from __future__ import annotations

import fnmatch
import io
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from crossplane.analyzer import analyze, enter_block_ctx
from crossplane.errors import NgxParserDirectiveError, NgxParserSyntaxError
from crossplane.lexer import _balance_braces, _lex_file_object

from kit.model import At
from kit.sources.formats.nodes import Problem
from kit.sources.formats.template import has_template
from kit.sources.kubernetes.manifests import Manifests
from kit.sources.tree.files import FileIndex

MAX_CHARACTERS = 300_000
MAX_DEPTH = 40
MAX_INCLUDES = 200

_NAMES = ("*.conf", "*.conf.template", "*.conf.tmpl", "*.conf.j2", "*.conf.tpl", "*.nginx", "*.vhost")
_BLOCK = re.compile(
    r"^[ \t]*(?:(?:server|http|events|upstream[ \t]+\S{1,200})\s*|location[ \t][^{;]{0,300})\{", re.MULTILINE
)
_DIRECTIVE = re.compile(
    r"\b(?:listen|server_name|proxy_pass|root|include|return|fastcgi_pass|add_header|worker_connections|server)\b"
    r"[^;\n]{0,300};"
)
_VALUE = re.compile(r"\{\{-?\s{0,20}([A-Za-z_]\w{0,80})[\w.\s|()'\",-]{0,120}\}\}")
_ADDRESS = re.compile(r"(?:(?P<host>\[[^\]]*\]|[^:\[\]]*):)?(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive: its arguments, and the directives inside where it is a block."""

    name: str
    args: tuple[str, ...]
    at: At
    block: tuple[Directive, ...] | None = None

    @property
    def value(self) -> str:
        """The arguments as one text."""
        return " ".join(self.args)

    def walk(self) -> Iterator[Directive]:
        """This directive and all inside."""
        yield self
        for inner in self.block or ():
            yield from inner.walk()

    def all(self, name: str) -> tuple[Directive, ...]:
        """The directives of that name right inside."""
        return tuple(d for d in self.block or () if d.name == name)

    def get(self, name: str) -> Directive | None:
        """The first directive of that name right inside."""
        return next(iter(self.all(name)), None)


@dataclass(frozen=True, slots=True)
class Listen:
    """An address that a server listens on; `port` is None for a socket or what a variable holds."""

    port: int | None
    address: str | None
    ssl: bool
    at: At


@dataclass(frozen=True, slots=True)
class Location:
    """A location of a server; `modifier` is "", "=", "^~", "~" or "~*". Nested ones follow their parent."""

    modifier: str
    path: str
    directive: Directive
    at: At

    @property
    def proxy_pass(self) -> Directive | None:
        return self.directive.get("proxy_pass")


@dataclass(frozen=True, slots=True)
class Server:
    """A server block, and the http block around it where one is known."""

    names: tuple[str, ...]
    listens: tuple[Listen, ...]
    locations: tuple[Location, ...]
    directive: Directive
    http: Directive | None
    at: At

    def effective(self, name: str, location: Location | None = None) -> tuple[Directive, ...]:
        """The directives of that name that hold: the location's, else the server's, else those around it.

        As nginx has it for `add_header` and its like, a level that has any hides all of the levels above.
        """
        levels = (location.directive if location else None, self.directive, self.http)
        return next((found for level in levels if level and (found := level.all(name))), ())


@dataclass(frozen=True, slots=True)
class UpstreamServer:
    """A server of an upstream; `port` None where none is given."""

    host: str
    port: int | None
    at: At


@dataclass(frozen=True, slots=True)
class Upstream:
    """A named group of servers."""

    name: str
    servers: tuple[UpstreamServer, ...]
    directive: Directive
    at: At


@dataclass(frozen=True, eq=False)
class NginxConfig:
    """One configuration file, the files that it includes in their place.

    `problems` are what nginx itself refuses: a directive where it may not stand, a wrong number of arguments,
    includes in a circle. `included` is True where another configuration has it. A Jinja or Go template with
    statements is not read (`template`); a mere value counts as a variable.
    """

    path: str
    directives: tuple[Directive, ...] = ()
    error: Problem | None = None
    problems: tuple[Problem, ...] = ()
    included: bool = False
    includes: tuple[str, ...] = ()
    template: bool = False
    first_line: int | None = None

    @property
    def at(self) -> At:
        return At(self.path, self.first_line)

    def walk(self) -> Iterator[Directive]:
        """Every directive."""
        for directive in self.directives:
            yield from directive.walk()

    @property
    def servers(self) -> tuple[Server, ...]:
        """The server blocks of HTTP."""
        blocks = [(d, None) for d in self.directives if d.name == "server"]
        inner = [(d, http) for http in self.directives if http.name == "http" for d in http.all("server")]
        return tuple(_server(directive, http) for directive, http in (*blocks, *inner))

    @property
    def upstreams(self) -> tuple[Upstream, ...]:
        """The named groups of servers."""
        return tuple(_upstream(d) for d in self.walk() if d.name == "upstream" and d.block is not None)


def parse(text: str, path: str, first_line: int = 1) -> NginxConfig:
    """The configuration without its includes; the text starts at `first_line` of the file. Never raises."""
    if len(text) > MAX_CHARACTERS:
        return NginxConfig(path, error=Problem("The configuration is too large to be read.", At(path)))
    text = _filled(text)
    if has_template(text):
        return NginxConfig(path, template=True)
    try:
        tokens = list(_balance_braces(_lex_file_object(io.StringIO(text + "\n")), path))
        reader = _Reader(tokens, path, first_line)
        directives = reader.block(0)
    except (NgxParserSyntaxError, RuntimeError, StopIteration) as error:
        line = getattr(error, "lineno", None)
        at = At(path, first_line + line - 1) if line else At(path)
        reason = getattr(error, "strerror", error)
        return NginxConfig(path, error=Problem(f"nginx cannot read it: {reason}.", at))
    problems = tuple(_refused(directives, path, _context(directives)))
    return NginxConfig(path, directives, problems=problems)


def is_nginx(text: str) -> bool:
    """Whether a text looks like nginx: one of its blocks, and one of its directives that ends in `;`."""
    return _BLOCK.search(text) is not None and _DIRECTIVE.search(text) is not None


def _filled(text: str) -> str:
    """A template that only gives values, each taken for a variable of nginx; one with statements stays as it is."""
    return text if "{%" in text else _VALUE.sub(lambda found: f"${found[1]}", text)


def find(files: FileIndex) -> tuple[NginxConfig, ...]:
    """Every nginx configuration of the project, includes resolved among its own files."""
    paths = [p for p in files.glob(*_NAMES) if is_nginx(files.text(p))]
    found = [_Loader(files, path).load() for path in paths]
    inside = {path for config in found for path in config.includes}
    return tuple(replace(config, included=config.path in inside) for config in found)


def in_config_maps(manifests: Manifests) -> tuple[NginxConfig, ...]:
    """The configurations that ConfigMaps hold, at their lines in the manifests."""
    entries = [node for m in manifests.of("ConfigMap") for node in m.node.each("data", "*")]
    return tuple(
        replace(parse(node.text, node.at.path, (node.line or 0) + 1), first_line=node.line)
        for node in entries
        if is_nginx(node.text)
    )


class _Reader:
    """Builds directives from tokens `(text, line, quoted)`."""

    def __init__(self, tokens: list[tuple[str, int, bool]], path: str, first_line: int) -> None:
        self.tokens = [t for t in tokens if t[2] or not t[0].startswith("#")]
        self.path = path
        self.shift = first_line - 1
        self.position = 0

    def block(self, depth: int) -> tuple[Directive, ...]:
        """The directives up to the closing brace or the end."""
        if depth > MAX_DEPTH:
            line = self.tokens[self.position - 1][1]
            raise NgxParserSyntaxError("blocks are nested too deep", self.path, line)
        found: list[Directive] = []
        while self.position < len(self.tokens):
            text, _, quoted = self.tokens[self.position]
            if text == "}" and not quoted:
                break
            found.append(self._directive(depth))
        return tuple(found)

    def _directive(self, depth: int) -> Directive:
        name, line, _ = self._next(1)
        args: list[str] = []
        while True:
            text, last, quoted = self._next(line)
            if not quoted and text in {";", "{", "}"}:
                break
            args.append(text)
        if text == "}":
            raise NgxParserSyntaxError(f'directive "{name}" is not terminated by ";"', self.path, line)
        inner = self.block(depth + 1) if text == "{" else None
        last = self._next(line)[1] if inner is not None else last
        return Directive(name, tuple(args), At(self.path, line + self.shift, last + self.shift), inner)

    def _next(self, line: int) -> tuple[str, int, bool]:
        if self.position >= len(self.tokens):
            raise NgxParserSyntaxError('unexpected end of file, expecting ";" or "}"', self.path, line)
        self.position += 1
        return self.tokens[self.position - 1]


class _Loader:
    """Puts the files that a configuration includes in the place of the directive."""

    def __init__(self, files: FileIndex, path: str) -> None:
        self.files = files
        self.path = path
        self.used: list[str] = []
        self.problems: list[Problem] = []

    def load(self) -> NginxConfig:
        """The configuration of the file with all that it includes."""
        config = parse(self.files.text(self.path), self.path)
        directives = tuple(self._expanded(config.directives, (self.path,)))
        problems = (*config.problems, *self.problems)
        return replace(config, directives=directives, problems=problems, includes=tuple(self.used))

    def _expanded(self, directives: Iterable[Directive], stack: tuple[str, ...]) -> Iterator[Directive]:
        for directive in directives:
            if directive.name == "include" and len(directive.args) == 1:
                yield from self._included(directive, stack)
            elif directive.block is not None:
                yield replace(directive, block=tuple(self._expanded(directive.block, stack)))
            else:
                yield directive

    def _included(self, directive: Directive, stack: tuple[str, ...]) -> Iterator[Directive]:
        # nginx reads relative paths from the folder of its first file.
        folders = dict.fromkeys(posixpath.dirname(path) for path in (stack[0], stack[-1]))
        found = next((f for folder in folders if (f := self._matches(directive.args[0], folder))), ())
        if not found:
            yield directive
        for name in found:
            if name in stack or len(stack) > 10 or len(self.used) >= MAX_INCLUDES:
                problem = f"The include of {name} goes in a circle, or too far."
                self.problems.append(Problem(problem, directive.at))
                continue
            self.used.append(name)
            yield from self._expanded(parse(self.files.text(name), name).directives, (*stack, name))

    def _matches(self, pattern: str, folder: str) -> tuple[str, ...]:
        """The project's files that the pattern means; a path of the container is looked for by its end."""
        parts = pattern.strip("/").split("/")[-4:]
        for start in range(len(parts)):
            if start and start == len(parts) - 1 and "*" in parts[start]:
                break
            wanted = posixpath.normpath(posixpath.join(folder, *parts[start:]))
            level = (p for p in self.files.paths if p.count("/") == wanted.count("/"))
            found = tuple(p for p in level if fnmatch.fnmatchcase(p, wanted))
            if found:
                return found
        return ()


def _context(directives: tuple[Directive, ...]) -> tuple[str, ...] | None:
    """The blocks that a file's directives stand in once it is included; None where that cannot be told."""
    names = {d.name for d in directives}
    if names & {"http", "events", "stream"}:
        return ()
    if "server" in names or "upstream" in names:
        return ("http",)
    return ("http", "server") if "location" in names else None


def _refused(directives: tuple[Directive, ...], path: str, context: tuple[str, ...] | None) -> Iterator[Problem]:
    for directive in directives:
        stmt = {"directive": directive.name, "line": directive.at.line or 1, "args": list(directive.args)}
        term = ";" if directive.block is None else "{"
        try:
            if directive.name != "if":
                analyze(path, stmt, term, ctx=context or (), check_ctx=context is not None)
        except NgxParserDirectiveError as error:
            yield Problem(f"nginx refuses it: {error.strerror}.", directive.at)
        if directive.block is not None and directive.name not in {"map", "geo", "types", "split_clients"}:
            inner = None if context is None else enter_block_ctx(stmt, context)
            yield from _refused(directive.block, path, inner)


def _server(directive: Directive, http: Directive | None) -> Server:
    return Server(
        names=tuple(arg for d in directive.all("server_name") for arg in d.args),
        listens=tuple(_listen(d) for d in directive.all("listen")),
        locations=tuple(_locations(directive)),
        directive=directive,
        http=http,
        at=directive.at,
    )


def _listen(directive: Directive) -> Listen:
    first, *rest = directive.args or ("",)
    match = _ADDRESS.fullmatch(first)
    ssl = bool({"ssl", "quic"} & set(rest))
    if match is None:
        # An address alone means port 80.
        plain = not first.startswith("unix:") and "$" not in first
        return Listen(80 if plain else None, first, ssl, directive.at)
    return Listen(int(match["port"]), match["host"], ssl, directive.at)


def _locations(directive: Directive) -> Iterator[Location]:
    for inner in directive.all("location"):
        modifier = inner.args[0] if len(inner.args) > 1 else ""
        yield Location(modifier, inner.args[-1] if inner.args else "", inner, inner.at)
        yield from _locations(inner)


def _upstream(directive: Directive) -> Upstream:
    servers = tuple(_upstream_server(d) for d in directive.all("server") if d.args)
    return Upstream(directive.value, servers, directive, directive.at)


def _upstream_server(directive: Directive) -> UpstreamServer:
    host, colon, port = directive.args[0].rpartition(":")
    if colon and port.isascii() and port.isdigit():
        return UpstreamServer(host, int(port), directive.at)
    return UpstreamServer(directive.args[0], None, directive.at)
