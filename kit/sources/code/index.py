"""Source code as trees: parsed once, on demand, searched by structure with ast-grep and with Python's own
`ast`."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ast_grep_py import SgNode

from kit.model import At, FileClass
from kit.sources.code.imports import Import, imports_in
from kit.sources.code.syntax import OLD_PRINT, PythonText, older_typescript, read_python
from kit.sources.formats.nodes import Problem
from kit.sources.grammar import TOO_LONG, look_ahead, parse, passed, trust
from kit.sources.tree.memory import Reader

if TYPE_CHECKING:
    import ast

    from kit.sources.tree.files import FileIndex

T = TypeVar("T")

LANGUAGES = {
    ".py": "python",
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".go": "go",
    ".java": "java",
    ".kt": "kotlin",
    ".cs": "csharp",
    ".rb": "ruby",
    ".php": "php",
    ".rs": "rust",
}
"""Extension to grammar: those that the library carries. It panics on any other name, so none is ever
passed."""

JAVASCRIPT = ("javascript", "typescript", "tsx")

MANIFESTS = frozenset({
    "package.json", "pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile", "go.mod",
    "pom.xml", "build.gradle", "build.gradle.kts", "Cargo.toml", "composer.json", "Gemfile", "Dockerfile",
    "manage.py",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """A node that a search found, with its file."""

    path: str
    node: SgNode

    @property
    def at(self) -> At:
        """Where the node stands."""
        return node_at(self.path, self.node)

    @property
    def text(self) -> str:
        """What stands there."""
        return str(self.node.text())


def node_at(path: str, node: SgNode) -> At:
    """The place of a node: 1-based first and last line."""
    span = node.range()
    return At(path, span.start.line + 1, span.end.line + 1)


def parse_tree(text: str, language: str) -> SgNode | None:
    """The root node of a text; None for a language that the library does not carry, or where it takes too long."""
    return parse(text, language) if language in _SUPPORTED else None


def _passed(text: str, path: str) -> bool:
    return passed(text, LANGUAGES[posixpath.splitext(path)[1].lower()])


TRIED = Reader("tried", bool, _passed, keeps=bool, quotes=False)
"""Whether the grammar of a file was seen to read it in time."""

_SUPPORTED = frozenset(LANGUAGES.values())


class CodeIndex:
    """The code of a project. Files that only test, show or are generated are left out unless asked for."""

    def __init__(self, files: FileIndex) -> None:
        self.index = files
        self._texts: dict[str, str] = {}
        self._holding: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...]] = {}
        self._trees: dict[str, SgNode | None] = {}
        self._modules: dict[str, PythonText | None] = {}
        self._made: dict[object, object] = {}
        self._unit_of: dict[str, str] = {}

    def files(self, *languages: str, every_class: bool = False) -> tuple[str, ...]:
        """The paths of code in these languages (all where none is named); production only unless
        `every_class`."""
        known = self._languages if every_class else self._production
        return tuple(path for path, language in known.items() if not languages or language in languages)

    def language(self, path: str) -> str | None:
        """The grammar of a path, or None where it is no code that can be parsed."""
        return self._languages.get(path)

    def text(self, path: str) -> str:
        """The decoded text, read once."""
        if path not in self._texts:
            self._texts[path] = self.index.text(path)
        return self._texts[path]

    def holding(self, *needles: str, languages: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The files whose text holds one of the needles: a cheap sieve before anything is parsed."""
        if (needles, languages) not in self._holding:
            texts = [(path, self.text(path)) for path in self.files(*languages)]
            held = {path for needle in needles for path, text in texts if needle in text}
            self._holding[needles, languages] = tuple(path for path, _ in texts if path in held)
        return self._holding[needles, languages]

    def tree(self, path: str) -> SgNode | None:
        """The syntax tree of a file, parsed once; None where its language is not known."""
        if path not in self._trees:
            self._look_ahead()
            language = self.language(path)
            self._trees[path] = parse_tree(self._program(path), language) if language else None
        return self._trees[path]

    def _look_ahead(self) -> None:
        """Have the grammars try all code that may be asked for, before the first tree is made."""
        if not self._trees:
            waiting = []
            for path, language in self._asked():
                text, memory = self.text(path), self.index.memory
                if memory is not None and memory.known_of(TRIED, text, path):
                    trust(text, language)
                else:
                    waiting.append((self._program(path), language))
            look_ahead(waiting)

    def note_tried(self) -> None:
        """Keep for later runs which code the grammars have read in time."""
        for path, _ in self._asked() if self._trees and self.index.memory else ():
            self.index.read(TRIED, path)

    def _asked(self) -> Iterator[tuple[str, str]]:
        """The paths that somebody may ask a tree of, each with its language."""
        unasked = (FileClass.VENDORED, FileClass.GENERATED)
        return ((p, language) for p, language in self._languages.items() if self.index.class_of(p) not in unasked)

    def python(self, path: str) -> ast.Module | None:
        """The `ast` module of a Python file, parsed once; broken statements are left out of it."""
        if path not in self._modules:
            tree = self.language(path) == "python"
            self._modules[path] = read_python(self._program(path)) if tree else None
        found = self._modules[path]
        return found.module if found is not None else None

    def find(
        self,
        pattern: str | None = None,
        *,
        languages: tuple[str, ...],
        needles: tuple[str, ...] = (),
        **rule: Any,
    ) -> Iterator[Match]:
        """Every node that matches an ast-grep pattern or rule (`kind=`, `has=`, `any=` ...), file by file.

        `needles` keeps files that hold none of them from being parsed. Raises RuntimeError for a wrong rule.
        """
        wanted = {"pattern": pattern, **rule} if pattern else rule
        for path in self.holding(*needles, languages=languages) if needles else self.files(*languages):
            root = self.tree(path)
            for node in root.find_all(**wanted) if root else ():
                yield Match(path, node)

    def imports(self, path: str) -> tuple[Import, ...]:
        """What a file imports, in order."""
        if self.language(path) == "python":
            return imports_in(path, self.python(path))
        return imports_in(path, self.tree(path), self.language(path) or "")

    def once(self, make: Callable[[CodeIndex], T]) -> T:
        """What `make` makes of this code, made once: tables that several readers share."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("T", self._made[make])

    @cached_property
    def syntax_errors(self) -> tuple[Problem, ...]:
        """The first place in each production file that its grammar cannot read."""
        found = (self._syntax_error(path) for path in self.files())
        return tuple(problem for problem in found if problem)

    def unit(self, path: str) -> str:
        """The folder of the package that a file belongs to: the nearest one above it that holds a
        manifest."""
        folder = posixpath.dirname(path)
        if folder not in self._unit_of:
            here = not folder or folder in self._units
            self._unit_of[folder] = (folder or ".") if here else self.unit(folder)
        return self._unit_of[folder]

    @cached_property
    def _units(self) -> frozenset[str]:
        return frozenset(posixpath.dirname(path) for path in self.index.paths if posixpath.basename(path) in MANIFESTS)

    @cached_property
    def _languages(self) -> dict[str, str]:
        known = ((path, LANGUAGES.get(posixpath.splitext(path)[1].lower())) for path in self.index.paths)
        return {path: language for path, language in known if language}

    @cached_property
    def _production(self) -> dict[str, str]:
        known = self._languages.items()
        return {p: language for p, language in known if self.index.class_of(p) is FileClass.PRODUCTION}

    def _program(self, path: str) -> str:
        """The text that its grammar is given."""
        text, whole = self.text(path), self.index.program(path)
        return text if whole is None else whole

    def _syntax_error(self, path: str) -> Problem | None:
        text, language = self.index.program(path), self.language(path) or ""
        if text is None:  # what is cut says nothing about the whole
            return None
        if language == "python":
            return self._python_error(path)
        root = self.tree(path)
        if root is None:
            return Problem(TOO_LONG, At(path))
        error = _first_error(root)
        if error is None or "{%" in text or "{{" in text or "@flow" in text[:2000]:  # a template is no program yet
            return None
        if language in JAVASCRIPT:
            plainer = parse_tree(older_typescript(text), language)
            error = _first_error(plainer) if plainer else None
            if error is None:
                return None
        return Problem("The syntax cannot be read here.", At(path, node_at(path, error).line))

    def _python_error(self, path: str) -> Problem | None:
        """What the interpreter says, where the grammar, which is newer, stumbles too or knows the words to be older."""
        self.python(path)
        read, text = self._modules[path], self._program(path)
        if read is None or read.error is None:
            return None
        root = self.tree(path)
        if root is None:
            return Problem(TOO_LONG, At(path))
        error = _first_error(root)
        if error is None:
            return read.problem(path, At(path)) if OLD_PRINT.search(text) else None
        if "{%" in text or "{{" in text:  # a template is no program yet
            return None
        return read.problem(path, node_at(path, error))


def _first_error(root: SgNode) -> SgNode | None:
    """The first error; none within JSX, whose texts the grammar does not all know."""
    found = (node for node in root.find_all(kind="ERROR") if not any(_is_jsx(n) for n in node.ancestors()))
    return next(found, None) or _missing(root)


def _is_jsx(node: SgNode) -> bool:
    return bool(node.kind().startswith("jsx_"))


def _missing(root: SgNode) -> SgNode | None:
    """The first token that the grammar had to make up to go on."""
    return next((node for node in root.find_all(regex="^$") if node.kind() in _TOKENS), None)


_TOKENS = frozenset([")", "]", "}", ":", ";", "identifier", "(", "{"])
