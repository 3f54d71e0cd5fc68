"""Do documents state what the repository says?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.packages.model import Package
from kit.sources.packages.versions import satisfies, satisfies_python
from kit.system.scope import within

GUIDE = re.compile(
    r"(?:^|/)(?:readme|contributing|runbook|install(?:ation)?|development|deploy(?:ment|ing)?|setup|getting[-_]started)[\w.-]*\.md$",
    re.IGNORECASE,
)
STATED = re.compile(
    r"\b(?P<what>node(?:\.?js)?|python)[`*\]\s]{0,4}(?:\([^)]{0,60}\)\s{0,2})?(?:version\s|v|>=|≥|=|:|\s){1,9}(?P<number>\d{1,2}(?:\.\d{1,2})?)(?![\d.]*\d)",
    re.IGNORECASE,
)
NEEDED = re.compile(
    r"requir|prerequisit|need|install|version|\bor (?:later|newer|above|higher)\b|\+|>=|≥|^\s*[-*]\s", re.IGNORECASE
)
OTHERWISE = re.compile(
    r"\b(?:not|no longer|dropp|until|before|upgrade from|deprecated|end of life|lambda|runtime)\b", re.IGNORECASE
)
LOCAL = re.compile(r"\bhttps?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d{2,5})\b")
DEFAULTS = frozenset(
    "80 443 3000 3001 4000 4173 4200 4321 5000 5173 5432 3306 6379 27017 5672 15672 9092 8000 8080 8081 8443 8888 9000 9090 9200 6006 1025 8025"  # noqa: SIM905 - a list of words
    " 19006 8761 9411 9411 5601 9001 9229 2181 1313 4566 16686 7071 7072 54321 54322 54323 8788 8787 1337 8545".split()
)
"""Ports that a framework or a store takes without being told."""
GIVEN = re.compile(r"(?<![\w.:])(\d{2,5}):\d{2,5}\b|(?:-p|--port|--web-port|PORT|[Pp]ort)[ =:`*]{1,4}(\d{2,5})\b")
"""A port that the reader of a document is told to publish or to set."""


@check(
    "OPS-009",
    "Versions and ports in documents are those of the project",
    Severity.LOW,
    Clause.ASSUMPTIONS,
    effort_hours=0.5,
    documents=True,
)
def documents_state_what_holds(project: Project) -> Iterator[Fact]:
    """
    Who follows a guide with the wrong version or port fails at the first step, and trusts the rest of it less.

    Decides: in READMEs, runbooks and guides: versions of Node.js and Python that they ask for, against `engines` and
    `requires-python` of the nearest manifest; ports of `localhost`, against all that the project's files say, the usual
    ports of frameworks and stores left out.

    Fix: write the version and the port that the repository has.

    Blind to: ports that only the environment sets, numbers in prose and in pictures.

    See: https://docs.npmjs.com/cli/configuring-npm/package-json#engines
    """
    for path in project.files.paths:
        if GUIDE.search(path) and project.files.class_of(path) in {FileClass.DOCUMENTATION, FileClass.PRODUCTION}:
            facts = [*_versions(project, path), *_ports(project, path)]
            wrong = [f for f in facts if f.outcome.open]
            yield from wrong or facts[:1]


def _versions(project: Project, path: str) -> Iterator[Fact]:
    told = set()
    for number, line in enumerate(project.files.lines(path), 1):
        found = STATED.search(line) if len(line) < 2000 and NEEDED.search(line) and not OTHERWISE.search(line) else None
        if found is None:
            continue
        what = "python" if found["what"].lower() == "python" else "node"
        package = _demanding(project, path, what)
        fits = _fits(package, what, found["number"]) if package is not None else None
        if package is None or fits is None or what in told:
            continue
        told.add(what)
        spec = package.engines[what]
        if fits:
            yield ok(f"{path} asks for {found[0]}, as {package.path} does ({spec}).", At(path, number), package)
        else:
            message = f"{path} asks for {found[0].strip()}; {package.path} demands {spec}, and refuses that."
            yield bad(message, At(path, number), package)


def _demanding(project: Project, path: str, what: str) -> Package | None:
    """The manifest that a document speaks of: the nearest one above it, or the only one below, that has a demand."""
    ecosystem = "pypi" if what == "python" else "npm"
    having = [p for p in project.packages if p.ecosystem == ecosystem and what in p.engines]
    above = [p for p in having if within(path, p.dir)]
    if above:
        return max(above, key=lambda p: len(p.dir))
    return having[0] if len(having) == 1 else None


def _fits(package: Package, what: str, number: str) -> bool | None:
    """Whether some release of the stated version is one that the manifest takes."""
    spec = package.engines[what]
    if what == "python":
        if "." not in number:
            return None
        return satisfies_python(f"{number}.99", spec)
    return satisfies(f"{number.partition('.')[0]}.999.999", spec)


def _ports(project: Project, path: str) -> Iterator[Fact]:
    told = set()
    for number, line in enumerate(project.files.lines(path), 1):
        shown = re.search(r"(?i)\bexample|e\.g\.", line[:2000])
        for port in LOCAL.findall(line[:2000]) if shown is None else ():
            if port in DEFAULTS or port in told:
                continue
            told.add(port)
            if port in _numbers(project):
                yield ok(f"{path} names port {port}, which the project's files know.", At(path, number))
            else:
                message = (
                    f"{path} sends the reader to port {port} of this machine; no file of the project speaks of it."
                )
                yield bad(message, At(path, number))


@lru_cache(maxsize=4)
def _numbers(project: Project) -> frozenset[str]:
    """Every number of a port's length in files that are no documents, and the ports that documents tell to set."""
    prose = {FileClass.DOCUMENTATION, FileClass.VENDORED, FileClass.BUILD}
    found: set[str] = set()
    for path in (p for p in project.files.paths if project.files.size(p) < 300_000):
        text = project.files.text(path)
        if project.files.class_of(path) in prose:
            found |= {port for pair in GIVEN.findall(text) for port in pair if port}
        else:
            found |= set(re.findall(r"(?<!\d)\d{2,5}(?!\d)", text))
    return frozenset(found)
