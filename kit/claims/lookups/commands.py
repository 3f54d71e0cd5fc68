"""Commands that a report gives: are the scripts, files and targets there that they call?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kit.claims.blocks import CITED, PROGRAM
from kit.claims.ground import Ground
from kit.claims.lookups.files import PATH
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At
from kit.project import Project
from kit.sources.commands.command import Command
from kit.sources.commands.definitions import Definitions
from kit.sources.commands.invocations import Invocation, invocations
from kit.sources.commands.shell import commands as shell_commands
from kit.sources.papers.references import exists, references

_INLINE = re.compile(
    r"`(?:\$ )?(?P<command>(?:(?:npm|pnpm|yarn|bun) (?:run )?[\w:@.-]+|make [\w.-]+|(?:bash|sh|python3?|node) [\w./-]+"
    r"|docker[- ]compose(?: -f [\w./-]+)+|\./[\w./-]+\.sh)(?: [^`]{0,160})?)`"
)
_INTO = re.compile(r"^\s*cd\s+\S+\s*(?:&&|;)\s*(?:[A-Z_]+=\S+\s+)*")
_ON_FILES = re.compile(
    r"^(?:\$ )?(?:cd\s+\S+\s*$|(?:cat|less|grep|locust|k6|artillery|migrate|newman|jq|source|\.)\s+[^\n&;|]*$)"
)
_RELATIVE = re.compile(r"(?:\./)?(?!\.\.)[\w@][\w@.-]*(?:/[\w@.-]+)*/?")
_TYPED = re.compile(r"^(?:\$ |> |% )")
_WHAT = {"script": "package script", "target": "make target", "recipe": "recipe", "task": "task"}


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each command of a shell block, or for those that a sentence quotes."""
    if statement.kind == "code":
        if CITED.match(statement.text):
            return
        if PROGRAM.match(_INTO.sub("", statement.text)):
            yield from _held(_parsed(statement.text), ground, decisive=True)
        elif _ON_FILES.match(statement.text):
            yield from _on_files(statement.text, ground)
        return
    for found in _INLINE.finditer(statement.text):
        yield from _held(_parsed(found["command"]), ground, decisive=found[0] == statement.text.strip(" ."))


def _on_files(text: str, ground: Ground) -> Iterator[Answer]:
    """A change of folder, or a tool whose words are known for nothing but the files among them."""
    words = [w for c in _parsed(text) for w in c.args if c.program == "cd" or "/" in w or PATH.fullmatch(w)]
    found = {word: ground.resolve(word) for word in words if _RELATIVE.fullmatch(word)}
    known = [paths[0] for paths in found.values() if paths]
    if known and len(known) == len(found):
        reason = f"{', '.join(known)} {'is' if len(known) == 1 else 'are'} there."
        yield Answer(Verdict.CONFIRMED, reason, ground.evidence(map(At, known)), about=f"command {text[:80]}")


def _parsed(text: str) -> tuple[Command, ...]:
    typed = "\n".join(_TYPED.sub("", line) for line in text.split("\n"))
    return tuple(shell_commands(re.sub(r"\s+#\s.*$", "", typed, flags=re.M), "report", 1))


def _held(commands: tuple[Command, ...], ground: Ground, *, decisive: bool) -> Iterator[Answer]:
    definitions = _definitions(ground.project)
    for command in commands:
        about = f"command {command.text[:80]}"
        there, gone = _parts(command, ground, definitions)
        if gone:
            reason = f"`{command.text[:120]}` calls {', '.join(gone)}, which is not in the project."
            yield Answer(Verdict.UNSUPPORTED, reason, about=about)
        elif there:
            reason = f"What `{command.text[:120]}` calls is there: {', '.join(dict.fromkeys(there))}."
            places = ground.evidence(ground.place(name) for name in there)
            yield Answer(Verdict.CONFIRMED, reason, places, about=about, decisive=decisive)


def _parts(command: Command, ground: Ground, definitions: Definitions) -> tuple[list[str], list[str]]:
    """What a command calls that is there, and that is not."""
    there: list[str] = []
    gone: list[str] = []
    for reference in references(command):
        known = exists(ground.files, reference)
        if known and reference.path not in {".", ""}:
            there.append(reference.path)
        elif known is False:
            beside = ground.resolve(reference.path)
            (there if beside else gone).append(beside[0] if beside else reference.path)
    for call in invocations(command):
        if call.kind in _WHAT:
            defined = definitions.defined(call)
            name = f"the {_WHAT[call.kind]} {call.name}"
            if defined or _anywhere(call, ground):
                there.append(name)
            elif defined is False and call.certain:
                gone.append(name)
    return there, gone


def _anywhere(call: Invocation, ground: Ground) -> bool:
    """Whether some folder of the project defines it: a report seldom says from where it is called."""
    if call.kind == "script":
        return any(call.name in package.scripts for package in ground.project.packages)
    return any(makefile.defines(call.name) is True for makefile in ground.project.makefiles)


@lru_cache(maxsize=4)
def _definitions(project: Project) -> Definitions:
    return Definitions(project.files, project.documents, project.packages, project.makefiles)
