"""What brings the data of the stores back, and what exercises that."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.model import At
from kit.system.backups import container_commands, line_around
from kit.system.dumps import NO_TRAIL, Trail, read

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.commands.command import Command

_RESTORING = {
    "pg_restore": "postgres",
    "psql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "mongorestore": "mongodb",
    "wal-g": "postgres",
    "pgbackrest": "postgres",
    "barman": "postgres",
}
_OWN_VERBS = {"wal-g": "backup-fetch", "pgbackrest": "restore", "barman": "recover"}


@dataclass(frozen=True, slots=True)
class Restore:
    """A command that brings a store back: `reads` are the formats that it can read."""

    engine: str
    tool: str
    reads: frozenset[str]
    at: At
    runs: tuple[At, ...]
    trail: Trail = NO_TRAIL


def restores(project: Project) -> tuple[Restore, ...]:
    """Every restore; `runs` are the pipelines and schedules that exercise it."""
    found: list[Restore] = []
    for script in project.scripts:
        speaks = "restore" in posixpath.basename(script.path).lower()
        made = [(c, one) for c in script.commands if (one := _restore(project, c, certain=speaks)) is not None]
        trail = read(project.files.text(script.path)) if len({one[0] for _, one in made}) == 1 else NO_TRAIL
        for command, (engine, tool, reads) in made:
            formats = reads | {"plain.gz"} if "gzip" in trail.packed and "plain" in reads else reads
            callers = tuple(_callers(project, script.path))
            found.append(Restore(engine, tool, formats, command.at, callers, trail))
    found.extend(_in_makefiles(project))
    for manifest in project.manifests.effective.workloads:
        for command in container_commands(manifest):
            one = _restore(project, command, certain="restore" in manifest.name)
            if one is not None:
                text = "\n".join(" ".join(c.command) for c in manifest.containers)
                runs = (manifest.at,) if manifest.schedule is not None else ()
                found.append(Restore(*one, command.at, runs, read(text)))
    for workflow in project.workflows:
        for command in workflow.commands:
            one = _restore(project, command, certain="restore" in workflow.path)
            if one is not None:
                found.append(Restore(*one, command.at, (command.at,)))
    return tuple(found)


def _in_makefiles(project: Project) -> Iterator[Restore]:
    for makefile in project.makefiles:
        for name, target in makefile.targets.items():
            runs = re.compile(rf"\bmake\b.*\b{re.escape(name)}\b")
            called = (
                *(c.at for w in project.workflows for c in w.commands if runs.search(c.text)),
                *(s.at for s in project.system.schedules if runs.search(s.runs)),
            )
            for command in target.commands:
                one = _restore(project, command, certain="restore" in name)
                if one is not None:
                    yield Restore(*one, command.at, called)


def _restore(project: Project, command: Command, *, certain: bool) -> tuple[str, str, frozenset[str]] | None:
    program, words = posixpath.basename(command.program), " ".join(command.args)
    line = line_around(project, command)
    if program in {"docker", "docker-compose", "kubectl", "podman"}:
        inner = next((name for name in _RESTORING if re.search(rf"(?<![\w.-]){name}(?![\w.-])", words)), None)
        program = inner or program
    engine = _RESTORING.get(program)
    certain = certain or re.search(r"<\s*\S{0,200}(?i:backup|dump)", line) is not None
    if engine is None or (program in {"psql", "mysql", "mariadb"} and not certain):
        return None
    if program in _OWN_VERBS:
        return (engine, program, frozenset({program})) if _OWN_VERBS[program] in words else None
    if program == "mongorestore":
        reads = frozenset({"archive" if "--archive" in words else "directory"})
    elif program == "pg_restore" and re.search(r"(?:^|\s)(?:-l|--list)\b", words):
        return None  # it reads the dump's table of contents, and brings nothing back
    elif program == "pg_restore":
        reads = frozenset({"custom", "directory", "tar"})
    elif re.search(r"\s-c\b|--command|--list|\bSELECT\b", words):
        return None
    elif "gunzip" in line or "zcat" in line or "gzip -d" in line:
        reads = frozenset({"plain.gz"})
    else:
        reads = frozenset({"plain"})
    return engine, program, reads


def _callers(project: Project, path: str) -> Iterator[At]:
    """The pipelines and schedules that run a script."""
    name = posixpath.basename(path)
    for workflow in project.workflows:
        yield from (c.at for c in workflow.commands if name in c.text)
    yield from (s.at for s in project.system.schedules if name in s.runs)
