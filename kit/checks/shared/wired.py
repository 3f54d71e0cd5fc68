"""Whether production runs a file of code: how grave a finding in it may be rests on that.

What starts is known from images, compose files, manifests, platforms and packages, and from the places at which a
framework or a runtime looks by itself. What starts leads on by imports, by aliases, and by names of modules in texts. A
file that nothing leads to is a script, a mock, a tool or a leftover. Where a language's imports are not followed, or
nothing is seen to start, the words of the path decide.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from kit.checks.shared.built import CONVENTIONAL, commanding, named, started, stem, targets
from kit.checks.shared.started import runs
from kit.checks.shared.wiring import Wiring
from kit.model import Check, Fact, FileClass, Severity
from kit.project import Project
from kit.sources.code import specifiers
from kit.sources.code.index import JAVASCRIPT

AREAS = frozenset(
    {"security", "resilience", "data", "contract", "performance", "observability", "testing", "compliance", "recovery",
     "configuration"}
)  # fmt: skip
"""The areas that judge what a program does while it runs."""
WHEREVER = frozenset({"CFG-005", "CFG-010", "SEC-025", "CTR-016", "RES-012"})
"""A key that leaked has leaked wherever it stands; and what nothing takes in is the very subject of some checks."""
NOTE = "Nothing that production starts is seen to lead to this file, so it weighs less."
_ASIDE = re.compile(
    r"(?i)(?:^|/)(?:[\w-]+[-_])?(?:mocks?|prototypes?|bench(?:marks?)?|fixtures?|playgrounds?|load-?tests?|codegen)/"
    r"|(?:^|/)(?:mock[-_]?\w+|scripts?|tools?|hack|seeds?|seeders?|sandbox|experiments?|notebooks|stubs?|fakes?|e2e|backups?"
    r"|archived?|old|deprecated|attic|unused|retired|extras?|misc)/"
)
"""Folders that lie beside a program."""
_PACKAGES = re.compile(r"(?:^|/)src/(?:main|test)/.*")
"""Below it the folders are names of packages, and no words of their own."""
_STARTS = re.compile(
    r"^(?:pre|post)?(?:start|serve|server|prod|production|worker|launch|run|cron|queue|consumer|api|web|app|bot|dev)$"
    r"|^(?:start|serve|prod|production|worker)[:_-]|:(?:start|prod|production|worker|server)$"
)
_BY_HAND = re.compile(r"(?i)seed|mock|test|lint|gen|bench|example|demo|fixture|story")
_STANDS_IN = re.compile(r"(?i)(?:^|[\s/])(?:local|dev|mock)[-_.]?(?:server|app|index)\.[cm]?[jt]s\b")
"""A program that stands in for the platform on a developer's machine."""
_QUOTED_JS = re.compile(r"""["'`]([^"'`\s]{0,200}?([\w.-]+?)(?:\.[cm]?[jt]sx?|\.vue)?)["'`]""")
_QUOTED_PY = re.compile(r"""["']([A-Za-z_]\w*(?:\.\w+)+)(?::[\w.]+)?["']""")
_DOTTED = re.compile(r"\b[a-z_]\w*(?:\.[a-z_]\w*){1,8}\b")
_PAGES = ("vue", "svelte", "astro", "html")
_SCRIPTS = (".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".vue")
_GRAPHED = (*JAVASCRIPT, "python")


def weighed(project: Project, check: Check, fact: Fact) -> Fact:
    """The fact; at most of medium severity, and saying why, where it stands in code that production is not seen to run."""
    severity = fact.severity or check.severity
    asked = check.area in AREAS and check.id not in WHEREVER
    if not (asked and fact.outcome.open and severity in {Severity.CRITICAL, Severity.HIGH}):
        return fact
    places = [at.path for at in fact.at]
    code = set(project.code.files()) if places else set()
    if not places or not all(p in code and is_beside(project, p) for p in places):
        return fact
    return replace(fact, severity=Severity.MEDIUM, message=f"{fact.message} {NOTE}", blocks=False)


def is_beside(project: Project, path: str) -> bool:
    """Whether a file of code is seen to be started by nothing; where no start is seen, whether its path says so."""
    language = project.code.language(path)
    if language in _GRAPHED:
        graph = _graph(project)
        if path in graph.reached:
            return False
        if project.code.unit(path) in graph.told:
            return True
    return language not in {"sql", "shell", "powershell"} and lies_beside(path)


def lies_beside(path: str) -> bool:
    """Whether a path leads through a folder whose name is one of what lies beside a program, or stands in for one."""
    return _ASIDE.search(_PACKAGES.sub("/", path)) is not None or _STANDS_IN.search(path) is not None


class _Graph:
    """What the files of JavaScript, TypeScript and Python lead to."""

    def __init__(self, project: Project) -> None:
        self.project = project
        files = project.code.files(*_GRAPHED)
        self.inside = frozenset(files)
        self.by_end: dict[str, list[str]] = defaultdict(list)
        for path in files:
            self.by_end[stem(path)].append(path)
        starts = self._starts()
        self.reached = self._followed(starts | self._by_place() | self._in_settings())
        """Every file that a start leads to."""
        self.told = frozenset(project.code.unit(p) for p in starts) - self._by_folder()
        """The packages of which a start is known, and whose files are all loaded by name."""

    def _starts(self) -> set[str]:
        """The files that something of production names as what it runs, and programs where nothing lies beside."""
        project = self.project
        texts = [
            r.text
            for r in runs(project)
            if r.kind in {"start", "once"} and r.environment not in {"development", "test"}
        ]
        for package in project.packages:
            scripts = [n for name, n in package.scripts.items() if _STARTS.search(name) and not _BY_HAND.search(name)]
            texts += [n.text for n in scripts if not _STANDS_IN.search(n.text)]
            texts += [target for _, target, _ in package.entrypoints]
        named_so = {p for text in dict.fromkeys(texts) for p in self._called(text)}
        listening = {e.at.path for e in project.entrypoints if e.name != "__main__"}
        programs = {p for p in started(project) & listening if not lies_beside(p)}
        return (named_so | programs) & self.inside

    def _called(self, command: str) -> Iterator[str]:
        """The files that a command names, by their path or as modules; the programs first where what lies beside has the
        same name."""
        for word in re.split(r"[\s;&|=:,\[\]\"'()]+", command):
            found: list[str] = []
            if "/" in word or word.endswith((".py", *_SCRIPTS)):
                found = self._ending(word.removesuffix(".py").lstrip("./").split("/"), alias=True)
            elif re.fullmatch(r"[A-Za-z_]\w*(?:\.\w+)*", word):
                found = self._ending(word.split("."))
            yield from [p for p in found if not lies_beside(p)] or found

    def _by_place(self) -> set[str]:
        """What frameworks and runtimes take by its place, and what pages of other grammars take in."""
        unit = self.project.code.unit
        placed = {p for p in self.inside if CONVENTIONAL.search(posixpath.relpath(p, unit(p))) and not lies_beside(p)}
        placed |= {p for p in named(self.project) & self.inside if not lies_beside(p)}
        for end in _PAGES:
            for path in self.project.files.glob(f"**/*.{end}"):
                if self.project.files.class_of(path) is FileClass.PRODUCTION:
                    placed |= set(self._named_in(self.project.files.text(path)))
        return placed

    def _in_settings(self) -> set[str]:
        """The modules of Python that texts with commands and variables name, as the settings that are taken."""
        named_so = {m[0] for text in commanding(self.project) for m in _DOTTED.finditer(text)}
        return {p for name in named_so for p in self._ending(name.split(".")) if p.endswith(".py")}

    def _by_folder(self) -> frozenset[str]:
        wiring = Wiring(self.project.code)
        return frozenset(u for u in {self.project.code.unit(p) for p in self.inside} if wiring.by_folder(u))

    def _followed(self, starts: Iterable[str]) -> frozenset[str]:
        found = set(starts)
        waiting = list(found)
        while waiting:
            led = {p for p in self._led(waiting.pop()) if p in self.inside and p not in found}
            found |= led
            waiting += led
        return frozenset(found)

    def _led(self, path: str) -> Iterator[str]:
        """What a file takes in: by what its imports mean, else by the longest end that a file's path shares with them."""
        text = self.project.code.text(path)
        yield from targets(self.project, path)
        if not path.endswith(".py"):
            yield from self._named_in(text)
            return
        yield from _packages_above(path)
        for module, names in specifiers.python(text):
            if not module.startswith("."):
                for words in (module, *(f"{module}.{name}" for name in names)):
                    yield from self._ending(words.split("."))
        for found in _QUOTED_PY.finditer(text):
            dotted = found[1].split(".")
            yield from self._ending(dotted)
            yield from self._ending(dotted[:-1])

    def _named_in(self, text: str) -> Iterator[str]:
        """The files that texts of JavaScript name: `@/lib/send`, `src/jobs/send`, `./worker.js`."""
        for found in _QUOTED_JS.finditer(text):
            plain = found[1].removeprefix("${__dirname}").lstrip("@~#./")
            bare = not found[1].startswith(".") and found[1] == found[2]
            if plain and not bare:
                yield from self._ending(plain.removesuffix("/index").split("/"), found[1][0] in "@~#.")

    def _ending(self, words: list[str], alias: bool = False) -> list[str]:
        """The files whose paths end most like these words; one word alone is enough where they are no more, or behind an
        alias."""
        if not words:
            return []
        words = [*words[:-1], posixpath.splitext(words[-1])[0] if words[-1].endswith(_SCRIPTS) else words[-1]]
        shared = {path: _shared(words, path) for path in self.by_end.get(words[-1], ())}
        most = max(shared.values(), default=0)
        return [p for p, n in shared.items() if n == most] if most > 1 or alias or len(words) == 1 else []


def _shared(words: list[str], path: str) -> int:
    """How many words at the end a path has in common with an import."""
    parts = re.sub(r"(?:/index|/__init__)$", "", posixpath.splitext(path)[0]).split("/")
    return next(
        (n for n, (a, b) in enumerate(zip(reversed(words), reversed(parts), strict=False)) if a != b),
        min(len(words), len(parts)),
    )


def _packages_above(path: str) -> Iterator[str]:
    """The packages that an import of a module of Python runs on its way."""
    folder = posixpath.dirname(path)
    while folder:
        yield f"{folder}/__init__.py"
        folder = posixpath.dirname(folder)


@lru_cache(maxsize=4)
def _graph(project: Project) -> _Graph:
    return _Graph(project)
