"""What a file is meant for, where its own words or its neighbours say more than its path."""

from __future__ import annotations

import ast
import posixpath
import re

from kit.checks.shared.started import runs
from kit.model import At, Fact, Severity
from kit.project import Project
from kit.sources.tree.classify import environment_of
from kit.system.images import stands_in


def environment(project: Project, path: str) -> str:
    """The environment that a file belongs to: a compose file's by its words and neighbours, else what the path names."""
    file = next((f for f in project.compose if f.path == path), None)
    if file is not None:
        return file.environment
    named = project.files.environment_of(path)
    variables = posixpath.basename(path).startswith(".env") or path.endswith(".env")
    return _said_by(project.files.text(path)) if variables and named == "unknown" else named


_MODE = re.compile(r"(?m)^(?:export )?(?:APP|NODE|RAILS|FLASK|DJANGO)_ENV=[\"']?(\w+)")
_HOST = re.compile(
    r"(?m)^(?:export )?(?:DB|DATABASE|PG|POSTGRES|MYSQL|MONGO(?:DB)?|REDIS)_?(?:HOST(?:NAME)?|UR[IL])=[\"']?([^\s\"']+)"
)
_HERE = re.compile(r"(?:[\w+]+://)?(?:[^@/]*@)?(?:localhost|127\.0\.0\.1)(?:[:/].*)?")


def _said_by(variables: str) -> str:
    """The environment that a file of variables is for, by its own words: the mode, or stores on the machine itself."""
    mode = _MODE.search(variables)
    if mode is not None:
        return "development" if mode[1].lower() in _DEVELOPING else "unknown"
    hosts = _HOST.findall(variables)
    return "development" if hosts and all(_HERE.fullmatch(host) for host in hosts) else "unknown"


def environment_of_class(project: Project, path: str, line: int) -> str:
    """The environment that the name of the class of settings tells that a line of Python belongs to."""
    module = project.code.python(path) if path.endswith(".py") else None
    found = (n for n in module.body if isinstance(n, ast.ClassDef)) if module is not None else ()
    around = next((n.name for n in found if n.lineno <= line <= (n.end_lineno or n.lineno)), "")
    return environment_of("_".join(re.findall(r"[A-Z]?[a-z]+|[A-Z]+", around)))


def at_most(project: Project, fact: Fact, severity: Severity) -> Severity:
    """How grave a fact of a compose file may be: what nobody says is for users, and does not look it, is as likely to be
    for a developer's machine."""
    if fact.outcome.open and fact.at and severity in {Severity.CRITICAL, Severity.HIGH}:
        file = next((f for f in project.compose if f.path == fact.at[0].path), None)
        if file is not None and not file.live:
            return Severity.MEDIUM
    return severity


def is_shadowed(project: Project, path: str) -> bool:
    """Whether a module of Python has a package of its name beside it: the import takes the package, and never the file."""
    return path.endswith(".py") and project.files.exists(f"{path.removesuffix('.py')}/__init__.py")


_RETIRED = re.compile(r"(?:^|/)_?(?:backups?|archived?|attic|deprecated|unused|retired)/")


def in_retired_folder(path: str) -> bool:
    """Whether a file lies in a folder of what was once in use, whoever still names it."""
    return _RETIRED.search(path) is not None


def is_retired(project: Project, path: str) -> bool:
    """Whether a file lies in a folder of what was once in use, and no code outside of the folder names it."""
    found = _RETIRED.search(path)
    if found is None:
        return False
    folder = path[: found.end()]
    name = folder.rstrip("/").rsplit("/", 1)[-1]
    named = re.compile(rf"\b{re.escape(name)}[./]\w|import\s+{re.escape(name)}\b")
    outside = (p for p in project.code.holding(name) if not p.startswith(folder))
    return not any(named.search(project.code.text(p)) for p in outside)


_MODES = re.compile(
    r"(?:NODE|RAILS|RACK|FLASK|APP|GO)_ENV|ASPNETCORE_ENVIRONMENT|DOTNET_ENVIRONMENT|ENV(?:IRONMENT)?(?:_NAME)?"
)
_FALL_BACK = re.compile(r"\$\{\w+:?-(\w*)\}")
_DEVELOPING = frozenset({"dev", "development", "local", "debug"})


def is_development_mode(name: str, value: str | None) -> bool:
    """Whether a variable puts a program into a mode for development."""
    return bool(_MODES.fullmatch(name)) and _FALL_BACK.sub(r"\1", value or "").strip().lower() in _DEVELOPING


def in_development_mode(project: Project, path: str) -> bool:
    """Whether a compose file, or the one that takes a file of variables, runs a program of the project in a mode for
    development, or what stands in for a service of production: what else it gives is for a developer, too, or nothing
    that is ready for users."""
    services = [
        service
        for file in project.compose
        for service in file.services
        if file.path == path or any(given.path == path for given in service.env_files)
    ]
    return any(
        stands_in(service.image) or any(is_development_mode(n, v.value) for n, v in service.environment.items())
        for service in services
    )


_COMMANDS = re.compile(r"(?:^|\.)(?:command|group|callback)\(|^click\.|\bcli\b|manager\.option")


def in_command(project: Project, at: At) -> bool:
    """Whether a line of Python belongs to a command that somebody types: a function that a command line's decorator
    makes one, or a script that nothing of the project imports, and nothing that runs names."""
    module = project.code.python(at.path) if at.path.endswith(".py") else None
    if module is None:
        return False
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno <= (at.line or 0) <= (
            node.end_lineno or node.lineno
        ):
            return any(_COMMANDS.search(ast.unparse(d)) for d in node.decorator_list)
    return is_by_hand(project, at.path)


def is_by_hand(project: Project, path: str) -> bool:
    """Whether a script of Python lies beside a program: no file imports it, and no command that is run names it. Where no
    command at all is seen, nobody can say."""
    stem = path.rsplit("/", 1)[-1].removesuffix(".py")
    started = [run for run in runs(project) if run.kind in {"start", "once"}]
    if not started or stem in {"__init__", "__main__"}:
        return False
    named = re.compile(rf"(?<![\w-]){re.escape(stem)}(?![\w-])")
    if any(named.search(run.text) for run in started):
        return False
    taken = re.compile(
        rf"(?m)^\s*(?:from\s+[\w.]*\b{re.escape(stem)}\s+import|(?:from\s+[\w.]+\s+)?import\s[^\n]*\b{re.escape(stem)}\b)"
    )
    return not any(p != path and taken.search(project.code.text(p)) for p in project.code.holding(stem))


def is_script(project: Project, path: str) -> bool:
    """Whether a file of Python is a whole script that people start by hand."""
    return path.endswith(".py") and "__main__" in project.files.text(path) and is_by_hand(project, path)
