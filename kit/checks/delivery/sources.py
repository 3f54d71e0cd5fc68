"""Can every source file be read by its compiler, and do its imports of the project's own files lead somewhere?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from kit.checks.delivery.go_sources import ungenerated
from kit.checks.shared.built import built, live, own_modules, seen
from kit.checks.shared.go_packages import go_imports
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.imports import Import
from kit.sources.code.index import CodeIndex
from kit.sources.code.own_modules import Target
from kit.sources.formats.nodes import Problem
from kit.system.scope import within

FROM_ELSEWHERE = (
    "import *", "export *", "__getattr__", "globals()", "locals()", "sys.modules", "exec(", "Object.assign",
)  # fmt: skip
"""What gives a module names that its text does not spell."""
PLACES = "package.json Makefile justfile Taskfile.yml Taskfile.yaml pyproject.toml .gitmodules"


@check(
    "DEL-027",
    "Code that is built can be parsed",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot build",
    effort_hours=1,
)
def built_code_parses(project: Project) -> Iterator[Fact]:
    """
    One file with a syntax error, or with the marks of a merge left in it, ends the compilation or the import of all
    that needs it.

    Decides: every production file that goes into a service is parsed by the grammar of its language, Python also by
    Python's own parser; newer words of the language that the grammar lacks are allowed for. Grave where a second
    witness agrees: Python's parser, brackets that are left open, marks of a merge.

    Fix: mend the line; where it holds `<<<<<<<` or `>>>>>>>`, finish the merge.

    Blind to: errors that only a type checker or a linker finds; templates that a generator fills in.

    See: https://git-scm.com/docs/git-merge#_how_to_resolve_conflicts
    """
    wrong = [p for p in _unparsed(project) if p.at.path in built(project)]
    for problem in wrong:
        marks = project.files.lines(problem.at.path)[(problem.at.line or 1) - 1].startswith(("<<<<<<<", ">>>>>>>"))
        why = "a merge was left unfinished." if marks else problem.message
        if marks or _is_proven(project, problem.at.path):
            yield bad(f"{problem.at.path} cannot be parsed, so nothing that needs it can be built: {why}", problem.at)
        else:
            words = f"{problem.at.path} could not be parsed by the grammar used here, which may lack newer words of the language"
            yield replace(bad(f"{words}: {why}", problem.at, severity=Severity.MEDIUM), blocks=False)
    count = len(built(project)) - len(wrong)
    if count:
        yield ok(f"{plural(count, 'source file')} of the services can be parsed.", At("."))


_QUOTED = re.compile(
    r"""//[^\n]*|/\*.{0,20000}?\*/|`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*""", re.DOTALL
)


def _is_proven(project: Project, path: str) -> bool:
    """Whether more than one grammar says so: Python's own parser has, or brackets are left open."""
    if path.endswith(".py"):
        return True
    bare = _QUOTED.sub("", project.code.text(path))
    return any(bare.count(left) != bare.count(right) for left, right in ("()", "[]", "{}"))


@lru_cache(maxsize=4)
def _unparsed(project: Project) -> tuple[Problem, ...]:
    return project.code.syntax_errors


@check(
    "DEL-028",
    "Imports of the project's own files lead to files",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot build",
    effort_hours=1,
)
def own_imports_resolve(project: Project) -> Iterator[Fact]:
    """
    An import of a file that is not in the repository works on the machine where the file lies, and nowhere else.

    Decides: each relative import of JavaScript, TypeScript and Python, and each import of the project's own Python and
    Go packages, in code that is built into a service: whether the file is there in this spelling (Linux tells upper and
    lower case apart), whether an ignore rule keeps it out of the repository, and whether the names that are taken stand
    in it at all.

    Fix: correct the path, commit the file, or take the ignore rule back for it: `!src/lib/`.

    Blind to: what a generator or a build step makes; names of modules that are put together while the program runs. What
    nothing is seen to lead to weighs less.

    See: https://nodejs.org/api/esm.html#import-specifiers
    """
    inside = built(project)
    wrong = 0
    laid = _laid_over(project)
    lost: dict[tuple[Severity | None, str], list[Fact]] = defaultdict(list)
    for path in sorted(inside & seen(project).keys()):
        for fact, target in _imports_of(project, path) if project.code.unit(path) not in laid else ():
            if fact.outcome.open:
                told = fact if path in live(project) else _beside(fact)
                lost[told.severity, posixpath.splitext(target)[0]].append(told)
            else:
                yield fact
    wrong += len(lost)
    yield from (_together(same) for same in lost.values())
    yield from laid.values()
    for fact in (*_of_go(project, inside), *ungenerated(project, inside)):
        wrong += fact.outcome.open
        yield fact
    judged = sum(len(seen(project).get(path, ())) for path in inside)
    if judged and not wrong:
        yield ok("The imports of the services' own files lead to files.", At("."))


def _together(same: list[Fact]) -> Fact:
    """What several files import and none finds, told once."""
    first, others = same[0], {fact.at[0].path for fact in same[1:]} - {same[0].at[0].path}
    more = f"{first.message[:-1]}; {plural(len(others), 'more file')} too." if others else first.message
    return replace(first, message=more, at=tuple(dict.fromkeys(at for fact in same for at in fact.at)))


def _beside(fact: Fact) -> Fact:
    """A fact about a file that nothing is seen to lead to: it stops whoever takes it in."""
    return replace(fact, severity=Severity.MEDIUM, blocks=False)


MANY = 5
"""So many files of a folder that lead nowhere are no slips."""


@lru_cache(maxsize=4)
def _laid_over(project: Project) -> dict[str, Fact]:
    """Packages of which so much is lacking that they can be no program: files that are put over one from elsewhere."""
    lost: dict[str, dict[str, At]] = defaultdict(dict)
    for path in sorted(built(project) & seen(project).keys()):
        for name, _ in seen(project)[path]:
            found = _suspect(project, path, name, ())
            if found is not None and found[0].state in {"absent", "ignored"}:
                lost[project.code.unit(path)][found[0].path] = At(path)
    said = "files which are not here are imported; they seem to be laid over a program from elsewhere"
    return {
        unit: unknown(f"{unit}: {len(targets)} {said}.", *dict.fromkeys(targets.values()))
        for unit, targets in lost.items()
        if len(targets) >= MANY and _is_fetched(project, unit)
    }


def _is_fetched(project: Project, unit: str) -> bool:
    """Whether an image of the folder, or of one above it, clones or unpacks what it builds."""
    near = (d for d in project.dockerfiles if within(d.path, unit) or within(unit, posixpath.dirname(d.path) or "."))
    return any(re.search(r"\bgit\s+clone\b|\btar\s+-?x|\bunzip\b", project.files.text(d.path)) for d in near)


@check("DEL-029", "Code beside the services is whole, too", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1)
def code_beside_is_whole(project: Project) -> Iterator[Fact]:
    """
    A script that does not parse, or that imports what is gone, is found on the day when it is needed.

    Decides: the same questions, of syntax and of the project's own imports, for production files that nothing is seen to
    build or to import; one finding for a folder.

    Fix: mend the file, or delete it where nobody needs it.

    Blind to: whether anybody runs the file.

    See: https://docs.python.org/3/library/py_compile.html
    """
    inside = built(project)
    folders: dict[str, list[tuple[str, At]]] = defaultdict(list)
    for problem in _unparsed(project):
        if problem.at.path not in inside:
            folders[posixpath.dirname(problem.at.path)].append((f"{problem.at.path} cannot be parsed", problem.at))
    for path in sorted(seen(project).keys() - inside):
        for fact, _ in _imports_of(project, path):
            if fact.outcome.open:
                folders[posixpath.dirname(path)].append((fact.message.rstrip("."), fact.at[0]))
    for found in folders.values():
        told = listed([message for message, _ in found], 2)
        yield bad(f"{told}.", *[at for _, at in found[:5]])
    beside = [p for p in project.code.files() if p not in inside]
    if beside and not folders:
        yield ok(
            f"{plural(len(beside), 'source file')} beside the services can be parsed and find what they import.",
            At("."),
        )


def _of_go(project: Project, inside: frozenset[str]) -> Iterator[Fact]:
    for imported, target in go_imports(project, inside):
        if target.state in {"absent", "case", "ignored"} and not target.path.endswith(("/docs", "/mocks", "/ent")):
            yield _told(project, imported, target, [])


def _imports_of(project: Project, path: str) -> Iterator[tuple[Fact, str]]:
    """What is wrong with a file's imports, and the file that is meant; the sieve's hits are looked up in the tree."""
    suspects: dict[str, tuple[Target, set[str]]] = {}
    for name, names in seen(project)[path]:
        found = _suspect(project, path, name, names)
        if found is not None:
            suspects.setdefault(name, (found[0], set()))[1].update(found[1])
    if suspects and not {"{{", "{%", "<%"} & {mark for mark in ("{{", "{%", "<%") if mark in project.code.text(path)}:
        for imported in project.code.imports(path):
            target, absent = suspects.get(imported.module, (Target("open"), set()))
            taken = [n for n in imported.names if n in absent]
            if target.state != "open" and (taken or not absent) and not imported.guarded:
                part = "" if target.state != "found" else f":{','.join(taken)}"
                yield _told(project, imported, target, taken), f"{target.path}{part}"
                if not absent:
                    del suspects[imported.module]


def _suspect(project: Project, path: str, name: str, names: tuple[str, ...]) -> tuple[Target, list[str]] | None:
    modules = own_modules(project)
    python = project.code.language(path) == "python"
    if not python and not name.startswith("."):
        return None
    target = modules.python(path, name) if python else modules.javascript(path, name)
    if target.state in {"absent", "case", "ignored", "shadowed"}:
        hidden = target.state == "shadowed"
        elsewhere = python and not hidden and not name.startswith(".") and modules.seen_elsewhere(name)
        return None if elsewhere else (target, [])
    if target.state == "found" and names:
        absent = _names_absent(project, target.path, names)
        return (target, absent) if absent else None
    return None


def _names_absent(project: Project, path: str, names: tuple[str, ...]) -> list[str]:
    """The names that a module's text does not hold at all, and that are no module below it."""
    language = project.code.language(path)
    folder = path.removesuffix("/__init__.py") if language == "python" else path
    package = language == "python" and path.endswith("__init__.py")
    if language not in {"python", "javascript", "typescript", "tsx"} and not project.files.is_dir(path):
        return []
    words, handed_on = project.code.once(_Words).of(path) if language else (frozenset(), False)
    if handed_on or (language and not words and not package) or "*" in names:
        return []
    gone = [n for n in names if n not in words]
    if package or language is None:
        modules = own_modules(project)
        gone = [n for n in gone if modules.python_at(f"{folder}/{n}").state in {"absent", "case"}]
    return gone if language != "javascript" or "export" in words else []


class _Words:
    """The words of each module's text, and whether it hands on names that stand elsewhere; read once per project."""

    def __init__(self, code: CodeIndex) -> None:
        self._code = code
        self._known: dict[str, tuple[frozenset[str], bool]] = {}

    def of(self, path: str) -> tuple[frozenset[str], bool]:
        if path not in self._known:
            whole = self._code.index.program(path)
            text = whole or ""
            words = frozenset(re.findall(r"[\w$]+", text))
            elsewhere = "exports" in words or any(mark in text for mark in FROM_ELSEWHERE)
            self._known[path] = (words, whole is None or elsewhere)
        return self._known[path]


def _told(project: Project, imported: Import, target: Target, absent: list[str]) -> Fact:
    where, name = imported.at.path, imported.module
    late = Severity.HIGH if imported.inner or imported.type_only else None
    if target.state == "found":
        message = f"{where} takes {listed(absent)} from {name}, and {target.path} has no such name."
        if project.code.language(where) == "javascript":  # bundlers only warn, and what is not used harms nobody
            text = project.code.text(where)
            used = any(len(re.findall(rf"\b{re.escape(n)}\b", text)) > 1 for n in absent)
            late = Severity.HIGH if used else Severity.MEDIUM
        return bad(message, imported.at, At(target.path), severity=late)
    if target.state == "case":
        message = f"{where} imports {name}; the file is {target.path}, and Linux tells upper and lower case apart."
        return bad(message, imported.at, At(target.path), severity=late)
    if target.state == "shadowed":
        message = f"{where} imports {name}; Python takes {target.path} before the folder of that name, which has no __init__.py."
        return bad(message, imported.at, At(target.path), severity=late)
    if _mentioned(project, target.path) or _moved(project, where):
        return unknown(
            f"{where} imports {name}, which is not in the repository; a build step may make it.", imported.at
        )
    if target.state == "ignored":
        message = f"{where} imports {name}, which an ignore rule keeps out of the repository ({target.path}): a fresh clone lacks it."
        if target.path in project.files.unsure:
            message = f"{where} imports {name}, which an ignore rule names ({target.path}): a fresh clone lacks it, unless it was added by force."
        return bad(message, imported.at, severity=late)
    return bad(f"{where} imports {name}, and there is no such file ({target.path}).", imported.at, severity=late)


def _mentioned(project: Project, path: str) -> bool:
    """Whether a manifest, a Makefile, a Dockerfile, a pipeline or a script speaks of the path."""
    tail = "/".join(path.split("/")[-2:])
    names = {tail, posixpath.splitext(tail)[0]}
    texts = [project.files.text(p) for p in _places(project)]
    return any(name in text for name in names for text in texts)


def _moved(project: Project, path: str) -> bool:
    """Whether a build copies the file elsewhere, so that it finds other neighbours."""
    name = re.escape(posixpath.basename(path))
    copied = re.compile(rf"\b(?:cp|mv|copy|COPY|copyfiles|cpy|cpx|rsync|install)\b[^\n]{{0,300}}\b{name}\b")
    return any(copied.search(project.files.text(p)) for p in _places(project))


@lru_cache(maxsize=4)
def _places(project: Project) -> tuple[str, ...]:
    found = [*project.files.named(*PLACES.split()), *(d.path for d in project.dockerfiles)]
    found += [w.path for w in project.workflows] + [s.path for s in project.scripts]
    found += [p for p in project.files.paths if re.search(r"\.(?:proto|config\.[cm]?[jt]s|csproj)$|codegen", p)]
    return tuple(dict.fromkeys(found))
