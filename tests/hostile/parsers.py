"""Every parser of the kit as something that takes bytes: projects of one file, and each function that takes text."""

from __future__ import annotations

import inspect
import pkgutil
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from hostile.mutants import CORPUS, seeds
from hostile.reading import check

import kit
from kit.claims.examine import examine
from kit.claims.read import read
from kit.params import EvidenceParams, Params
from kit.project import Project
from kit.sources.evidence.read import read_evidence
from kit.sources.formats.settings import ParamsError, parse_source, validate
from kit.sources.probes.tls import read_certificate
from kit.sources.ran.output import both_ends, readable
from kit.sources.ran.read import read_output
from kit.sources.secrets.known import Known

Parser = Callable[[bytes], object]
CHOOSING = 3
"""Bytes of an input that choose the parser."""
ROOMS = ("kit.sources.", "kit.claims.")
"""The rooms that read what others wrote."""
_BROKEN = (ValueError, RecursionError, OverflowError, MemoryError)
"""What `read_evidence` takes for a broken file."""
PROGRAMS = ("kit.sources.ran.supervise", "kit.sources.probes.locust_users")
"""Modules that are programs of their own; nobody imports them."""
MORE_NAMES = (
    ".git/config", ".git/index", ".git/packed-refs", ".git/info/exclude", ".gitmodules", ".gitattributes", ".dockerignore",
    "a.xml", "a.ipynb", "a.graphql", "a.proto", "a.ps1", "a.bat", "a.rb", "a.php", "App.java", "App.kt", "App.cs", "a.rs",
    "Pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock", "yarn.lock", "bun.lock", "Cargo.lock", "go.sum", "go.work",
    "gradle.lockfile", "composer.lock", "Gemfile.lock", "schema.sql", "Procfile", "app.json", "fly.toml", "render.yaml",
    "railway.json", "vercel.json", "netlify.toml", "template.yaml", "schema.prisma", "build.gradle.kts", "App.csproj",
    "justfile", "Taskfile.yml", ".gitlab-ci.yml", "azure-pipelines.yml", ".circleci/config.yml", "Jenkinsfile",
    "bitbucket-pipelines.yml", ".drone.yml", "ormconfig.json", "alembic.ini", "setup.cfg", "setup.py", "tsconfig.json", "jest.config.js",
    "db/changelog/db.changelog-master.xml", "db/changelog/db.changelog-master.yaml", ".env", "alertmanager.yml",
)  # fmt: skip
"""Names that no file of the corpus has."""
OWN_NAMES = ("kit.claims.words.cues", "kit.claims.words.plain_cues")
"""Functions whose text is a name of the kit's own."""
THROUGH = {
    "kit.claims.blocks.code_pieces": "report",
    "kit.claims.dates.date_against_history": "report",
    "kit.claims.lookups.plain.beyond": "report",
    "kit.claims.lookups.releases.release_said": "report",
    "kit.claims.pieces.lines_of": "report",
    "kit.claims.read.read_report": "report",
    "kit.sources.diagnostics.eslint.is_stylish": "output",
    "kit.sources.diagnostics.eslint.stylish": "output",
    "kit.sources.diagnostics.tsc.announced": "output",
    "kit.sources.diagnostics.tsc.tsc": "output",
    "kit.sources.formats.interpolation.interpolate": "project docker-compose.yml",
    "kit.sources.formats.lines.continued_lines": "project Makefile",
    "kit.sources.orm.sqlfiles.directions": "project schema.sql",
    "kit.sources.packages.lockfiles_python.pipenv": "project Pipfile.lock",
    "kit.sources.packages.lockfiles_python.poetry": "project poetry.lock",
    "kit.sources.packages.python.requirement": "project requirements.txt",
    "kit.sources.packages.runner_configs.script": "project jest.config.js",
    "kit.sources.probes.tls.read_certificate": "certificate",
    "kit.sources.ran.output.both_ends": "output",
    "kit.sources.ran.output.readable": "output",
    "kit.sources.ran.read.compilers.lines": "output",
    "kit.sources.ran.read.compilers.maven": "output",
    "kit.sources.ran.read.containers.docker": "output",
    "kit.sources.ran.read.linters.eslint": "output",
    "kit.sources.ran.read.linters.tsc": "output",
    "kit.sources.ran.read.read_output": "output",
    "kit.sources.ran.read.suites.go": "output",
    "kit.sources.ran.read.suites.jest": "output",
    "kit.sources.ran.read.suites.maven_tests": "output",
    "kit.sources.ran.read.suites.pytest": "output",
    "kit.sources.ran.read.suites.vitest": "output",
    "kit.sources.secrets.blocks.encoded_blocks": "kit.sources.secrets.find.mask",
    "kit.sources.secrets.blocks.in_connections": "kit.sources.secrets.find.mask",
    "kit.sources.sql.statements.line_at": "kit.sources.sql.find.operations",
    "kit.sources.sql.statements.line_of": "kit.sources.sql.find.operations",
    "kit.sources.sql.statements.statements": "kit.sources.sql.find.operations",
}
"""Functions that take text and something else, or a path of one kind, and the parser that gives them both."""
FOLDERS = ("booking-spring/deploy/chart", "orders-go/deploy", "shop-good/k8s", "ledger-express", "media-serverless")
"""Where files are read together: one of them takes what is given, the others stay."""
CHOICES: dict[str, tuple[str, ...]] = {
    "path": ("a.py", "a.ts", "a.sh", "a.yaml", "a.json", "a.toml", "a.tf", "a.sql", "a.md", "Dockerfile", "k8s/a.go"),
    "language": ("python", "typescript", "tsx", "javascript", "go", "java", "bash", "hcl"),
    "key": tuple(EvidenceParams.model_fields),
    "escape": ("\\", "`"),
    "shell": ("bash", "powershell", "batch"),
    "tool": ("jest", "vitest", "knex", "typeorm", "sequelize", "eslint"),
}
"""Parameters that the kit gives itself; a byte of the input says which value."""


def parsers() -> dict[str, Parser]:
    """Every parser by its name."""
    projects = {f"project {name}": partial(_project, name) for name in names()}
    folders = {f"folder {name}": partial(_folder, name) for name in FOLDERS}
    evidence = {f"evidence {key}": partial(_evidence, key) for key in CHOICES["key"]}
    called = {name: partial(_call, function) for name, function in functions().items()}
    return {**projects, **folders, **evidence, **_OTHERS, **called}


@cache
def of_interest(only: str) -> dict[str, Parser]:
    """The parsers whose name holds a word."""
    return {name: parser for name, parser in parsers().items() if only in name}


def chooses(name: str) -> bytes:
    """The first bytes of an input for a parser. They do not depend on which others there are."""
    return sha256(name.encode()).digest()[:CHOOSING]


def chosen_by(data: bytes, known: dict[str, Parser]) -> tuple[str, bytes]:
    """The parser that an input is for, and what it is given."""
    numbers = _numbers(tuple(known))
    index = bisect_left(numbers, (data[:CHOOSING], ""))
    return numbers[index % len(numbers)][1], data[CHOOSING:]


@cache
def _numbers(known: tuple[str, ...]) -> list[tuple[bytes, str]]:
    return sorted((chooses(name), name) for name in known)


def names() -> tuple[str, ...]:
    """The names of files that the kit may know."""
    return tuple(sorted({*map(name_of, seeds()), *MORE_NAMES}))


def name_of(path: Path) -> str:
    """Where a file of the corpus stands in its project."""
    return "/".join(path.relative_to(CORPUS).parts[1:]) or path.name


@cache
def functions() -> dict[str, Callable[..., object]]:
    """Every public function of the rooms that needs nothing but text."""
    known = public().items()
    return {
        n: f for n, f in known if n not in {*OWN_NAMES, *THROUGH} and set(needed(f).values()) in ({"str"}, {"bytes"})
    }


def public() -> dict[str, Callable[..., object]]:
    """Every public function of the rooms."""
    found = {}
    for module in modules():
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{module.__name__}.{name}"] = function
    return found


def modules() -> Iterator[ModuleType]:
    """The modules of the rooms that read."""
    for module in pkgutil.walk_packages(kit.__path__, "kit."):
        if module.name.startswith(ROOMS) and module.name not in PROGRAMS:
            yield import_module(module.name)


def needed(function: Callable[..., object]) -> dict[str, str]:
    """The parameters that have no default, with their annotations as they are written."""
    parameters = inspect.signature(function).parameters.values()
    return {
        p.name: str(p.annotation)
        for p in parameters
        if p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    }


def arguments(asked: dict[str, str], data: bytes) -> dict[str, str | bytes]:
    """What the bytes say: one of them for each parameter that the kit chooses, a line for each other but the last."""
    given: dict[str, str | bytes] = {}
    for name in sorted(asked.keys() & CHOICES.keys()):
        given[name] = CHOICES[name][(data[0] if data else 0) % len(CHOICES[name])]
        data = data[1:]
    rest = _last_the_longest(asked)
    lines = [*data.split(b"\n", len(rest) - 1), *[b""] * len(rest)]
    for name, line in zip(rest, lines, strict=False):
        given[name] = line if asked[name] == "bytes" else line.decode("utf-8", "replace")
    return given


def told(asked: dict[str, str], given: dict[str, Any]) -> bytes:
    """The bytes from which `arguments` makes nearly these."""
    chosen = sorted(asked.keys() & CHOICES.keys())
    head = bytes(CHOICES[n].index(given[n]) if given[n] in CHOICES[n] else 0 for n in chosen)
    texts = [
        given[name] if isinstance(given[name], bytes) else str(given[name]).encode("utf-8", "replace")
        for name in _last_the_longest(asked)
    ]
    return head + b"\n".join([*(text.replace(b"\n", b" ") for text in texts[:-1]), *texts[-1:]])


def _last_the_longest(asked: dict[str, str]) -> list[str]:
    return sorted((name for name in asked if name not in CHOICES), key=lambda name: name in {"text", "source"})


def _call(function: Callable[..., object], data: bytes) -> object:
    """What a function says to the bytes; it may raise what its description says, and a reader of evidence what its
    caller makes a problem of."""
    try:
        found = function(**arguments(needed(function), data))
        return list(found) if inspect.isgenerator(found) else found
    except Exception as error:
        said = (function.__doc__ or "").partition("Raises ")[2]
        expected = _BROKEN if function.__module__.startswith("kit.sources.evidence.") else ()
        if not isinstance(error, expected) and not any(kind.__name__ in said for kind in type(error).__mro__[:-3]):
            raise
        return None


def _project(name: str, data: bytes) -> object:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith(".git/"):
            (Path(folder) / ".git/HEAD").write_bytes(b"ref: refs/heads/main\n")
        place.write_bytes(data)
        return check(Path(folder))


def files_of(name: str) -> list[Path]:
    """The files of a folder of the corpus, in the order in which a byte chooses one."""
    return sorted(path for path in (CORPUS / name).rglob("*") if path.is_file())[:256]


def _folder(name: str, data: bytes) -> object:
    files = files_of(name)
    chosen = files[(data[0] if data else 0) % len(files)]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        shutil.copytree(CORPUS / name, root)
        (root / chosen.relative_to(CORPUS / name)).write_bytes(data[1:])
        return check(root)


def _evidence(key: str, data: bytes) -> object:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "evidence").write_bytes(data)
        return read_evidence(Project(folder).files, {key: (f"{folder}/evidence",)})


def _params(data: bytes) -> object:
    with suppress(ParamsError):
        source = parse_source(data.decode("utf-8", "replace"), "params.yaml")
        return validate(Params, (source,), source.value)


def _report(data: bytes) -> object:
    return examine(_nothing(), [read(data.decode("utf-8", "replace"), "report.md")])


def _output(data: bytes) -> object:
    text = readable(data, Known())
    return both_ends(text, len(data)), read_output(text, Path("/project"), Path("/project/web"))


def _certificate(data: bytes) -> object:
    with suppress(ValueError):
        return read_certificate(data, datetime.fromtimestamp(0, UTC))


@cache
def _nothing() -> Project:
    return Project(tempfile.mkdtemp())


_OTHERS: dict[str, Parser] = {"params": _params, "report": _report, "output": _output, "certificate": _certificate}
