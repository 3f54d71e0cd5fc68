"""Commands that a script's code starts: what stands between the quotes of `execSync("...")` and its like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.project import Project
from kit.sources.commands.command import Command
from kit.sources.commands.scripts import commands
from kit.sources.papers.references import references

_TEXT = r"""(?:"([^"\n]{1,400})"|'([^'\n]{1,400})'|`([^`\n]{1,400})`)"""
_ONE = re.compile(
    rf"\b(?:execSync|exec|execa|execaCommand(?:Sync)?|spawnSync|spawn|os\.system|subprocess\.\w+)\(\s*{_TEXT}\s*[,)]"
)
_LISTED = re.compile(
    rf"\b(?:execFileSync|execFile|execaSync|execa|spawnSync|spawn|subprocess\.\w+)\(\s*(?:{_TEXT}\s*,\s*)?\[([^\]\n]{{1,400}})\]"
)
_CODE = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py")


def spawned(project: Project, command: Command) -> Iterator[Command]:
    """The commands that the script which a command runs (`node x.js`, `python x.py`) starts, literal ones only."""
    for reference in references(command):
        path = reference.path or ""
        if reference.kind in {"node", "script"} and path.endswith(_CODE) and project.files.exists(path):
            yield from _in_code(project.files.text(path), path, command.directory)


def _in_code(text: str, path: str, directory: str | None) -> Iterator[Command]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith(("//", "#", "*")) or len(line) > 2000:
            continue
        for words in _started(line):
            yield from commands(words, path, number, directory=directory)


def _started(line: str) -> Iterator[str]:
    for match in _LISTED.finditer(line):
        words = [a or b for a, b in re.findall(r"\"([^\"]*)\"|'([^']*)'", match[4])]
        yield " ".join(w for w in ((match[1] or match[2] or match[3] or ""), *words) if w)
    yield from (m[1] or m[2] or m[3] for m in _ONE.finditer(line))
