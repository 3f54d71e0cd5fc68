"""Commands that the project itself gives for building, starting, deploying and checking. Printed, never run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kit.model import FileClass
from kit.project import Project
from kit.report.blocks import Block, Excerpt
from kit.report.sections.basics import nothing
from kit.report.texts import text

MOST = 8

_PURPOSES = {
    "build": r"^(build|compile|docker-build|images?)\b",
    "check": r"^(lint|type-?check|check|test|tests|unit|coverage|ci)\b",
    "deploy": r"deploy|release|rollout|^prod",
    "stage": r"stag(e|ing)",
    "verify": r"smoke|e2e|health|verify|load-?test|perf|k6|locust",
    "backup": r"backup|dump|snapshot",
    "migrate": r"migrat",
    "start": r"^(start|dev|run|serve|up|compose)\b",
    "recover": r"restore|recover|roll-?_?back|revert|undo(?!c)",
}
_UNDOES = re.compile(
    rf"{_PURPOSES['recover']}|un-?deploy|\bdown\b|destroy|tear-?_?down|drop|reset|wipe|purge|delete|remove|prune|"
    r"uninstall|(?<![a-z])(?:rm|clean|kill|stop)(?![a-z])",
    re.IGNORECASE,
)
"""Names of what takes something back or away: pasted by mistake, it loses data."""
_VALIDATES = frozenset({"check", "verify"})
_NEVER_ENDS = re.compile(
    r"(?:^|[:_-])(?:watch|open|ui|headed|debug)(?:$|[:_-])|--watch(?:All|-all)?(?!=false)(?:[=\s]|$)|--ui\b|\bwatchexec\b"
    r"|\bnodemon\b|\bcypress open\b",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"(?:^|[:_-])(?:fix|write|update)(?:$|[:_-])|\s--(?:write|fix|apply|update-?snapshots?|in-place)(?!=false)\b",
    re.IGNORECASE,
)
"""Names and commands of what validates nothing: it waits for a person, or mends what it should judge."""


@dataclass(frozen=True, slots=True)
class _Task:
    """A task of the project: how deep its file lies, its name, the line that starts it, what it runs."""

    depth: int
    name: str
    line: str
    runs: str = ""

    @property
    def validates(self) -> bool:
        """Whether it can be a validation: it ends by itself and writes nothing into the project."""
        return not any(p.search(said) for p in (_NEVER_ENDS, _WRITES) for said in (self.name, self.runs))


def console(lines: Iterable[str], caption: str = "") -> Block:
    """Commands as they would be typed; a notice where there are none."""
    found = tuple(dict.fromkeys(lines))[:MOST]
    return Excerpt("", found, caption=caption) if found else nothing("commands")


def tasks(project: Project, *purposes: str) -> Iterator[str]:
    """Targets of Makefiles, package scripts and scripts whose name speaks of a purpose, those of the top first.

    What takes something back or away is named for the purpose "recover" only; a watcher, or what writes, is named for
    no validation.
    """
    wanted = re.compile("|".join(_PURPOSES[p] for p in purposes), re.IGNORECASE)
    found = [*_makefiles(project), *_packages(project), *_scripts(project), *_skaffold(project)]
    for task in sorted(found, key=lambda t: t.depth):
        undoes = "recover" not in purposes and _UNDOES.search(task.name)
        if wanted.search(task.name) and not undoes and (task.validates or not _VALIDATES & set(purposes)):
            yield task.line


def recovery(project: Project) -> Block | None:
    """The project's own commands that bring data or a release back, under a caption that warns; None without any."""
    found = tuple(tasks(project, "recover"))
    return console(found, text("recovery.commands")) if found else None


def targets(project: Project, kinds: Iterable[str], environments: Iterable[str]) -> Iterator[str]:
    """What starts each deployment target of these kinds ("compose", "kubernetes" ...) and environments."""
    return _of_targets(project, kinds, environments, _STARTS)


def looks(project: Project, kinds: Iterable[str], environments: Iterable[str]) -> Iterator[str]:
    """What shows the state of each deployment target."""
    return _of_targets(project, kinds, environments, _LOOKS)


def _of_targets(
    project: Project, kinds: Iterable[str], environments: Iterable[str], commands: dict[str, Callable[[str], str]]
) -> Iterator[str]:
    """The command for each target; what lies among tests and examples is for those, whatever it is called."""
    wanted, places = set(kinds), set(environments)
    for target, environment, _ in project.system.targets:
        kind, _, path = target.partition(":")
        meant = project.files.class_of(path) in {FileClass.PRODUCTION, FileClass.GENERATED}
        if meant and kind in wanted and environment in places and kind in commands:
            yield commands[kind](_named(project, kind, path or "."))


def _named(project: Project, kind: str, path: str) -> str:
    """A target as its command names it: a compose file with those that it is put over, the base first."""
    file = next((f for f in project.compose if kind == "compose" and f.path == path), None)
    return " -f ".join(shlex.quote(p) for p in (file.layers if file is not None else (path,)))


_STARTS: dict[str, Callable[[str], str]] = {
    "compose": lambda path: f"docker compose -f {path} up -d --build",
    "kustomize": lambda path: f"kubectl apply -k {path}",
    "kubernetes": lambda path: f"kubectl apply -R -f {path}",
    "helm": lambda path: f"helm upgrade --install {shlex.quote(path.strip(chr(39)).rsplit('/', 1)[-1])} {path}",
    "serverless": lambda path: f"serverless deploy --config {path}",
    "fly": lambda path: f"fly deploy --config {path}",
}
_LOOKS: dict[str, Callable[[str], str]] = {
    "compose": lambda path: f"docker compose -f {path} ps",
    "kustomize": lambda path: f"kubectl get -k {path}",
    "kubernetes": lambda path: f"kubectl get -R -f {path}",
    "helm": lambda path: f"helm status {shlex.quote(path.strip(chr(39)).rsplit('/', 1)[-1])}",
    "serverless": lambda path: f"serverless info --config {path}",
    "fly": lambda path: f"fly status --config {path}",
}
PLATFORMS = ("kustomize", "kubernetes", "helm", "serverless", "fly")


def _makefiles(project: Project) -> Iterator[_Task]:
    for makefile in project.makefiles:
        folder = makefile.path.rpartition("/")[0]
        where = f" -C {shlex.quote(folder)}" if folder and makefile.tool == "make" else ""
        for name, target in makefile.targets.items():
            if not name.startswith(".") and "%" not in name and "$" not in name:
                runs = "\n".join(command.text for command in target.commands)
                yield _Task(makefile.path.count("/"), name, f"{makefile.tool}{where} {shlex.quote(name)}", runs)


def _packages(project: Project) -> Iterator[_Task]:
    for package in project.packages:
        folder = package.path.rpartition("/")[0]
        manager = package.manager or "npm"
        where = f" --prefix {shlex.quote(folder)}" if folder and manager == "npm" else ""
        for name, runs in package.scripts.items() if package.ecosystem == "npm" else ():
            line = f"{manager} run{where} {shlex.quote(name)}"
            placed = line if manager == "npm" or not folder else f"cd {folder} && {line}"
            yield _Task(package.path.count("/"), name, placed, runs.text)


def _scripts(project: Project) -> Iterator[_Task]:
    for script in project.scripts:
        name = script.path.rpartition("/")[2]
        if name.endswith((".sh", ".bash")):
            yield _Task(script.path.count("/"), name, f"./{shlex.quote(script.path)}")


def _skaffold(project: Project) -> Iterator[_Task]:
    """What a skaffold file is for: to build and deploy once, and anew with each change."""
    for path in project.files.named("skaffold.yaml", "skaffold.yml"):
        if project.files.class_of(path) is FileClass.PRODUCTION:
            file = f" -f {shlex.quote(path)}" if "/" in path else ""
            yield _Task(path.count("/"), "deploy", f"skaffold run{file}")
            yield _Task(path.count("/"), "dev", f"skaffold dev{file}")
