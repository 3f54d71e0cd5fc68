"""Variables of the environment that a report lists: does anything of the project read them?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.ground import Ground
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At
from kit.sources.commands.command import word_set

_ASSIGNED = re.compile(r"^\s*(?:export\s+|ENV\s+|-\s+)?(?P<name>[A-Z][A-Z0-9_]{2,60})\s*=\s*(?P<value>.*)$")
_REMARK = re.compile(r"^\s*(?:#|//|$)")
_COMPUTED = re.compile(r"\$\(|`")
_OF_MACHINES = word_set(
    "PATH HOME USER SHELL PWD LANG TERM TMPDIR EDITOR JAVA_HOME GOPATH GOROOT NODE_PATH PYTHONPATH VIRTUAL_ENV"
)
"""Variables of a shell and its tools: constants of code are called so, too, and no program of the project needs them."""
_EXAMPLE = re.compile(r"(?:^|/)[^/]*\.?env[^/]*$", re.IGNORECASE)


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for a block of assignments and nothing else."""
    if statement.kind != "code":
        return
    names = [name for name in assigned(statement.text) if name not in _OF_MACHINES]
    if not names:
        return
    places = {name: _read(name, ground) for name in names}
    there = [at for at in places.values() if at is not None]
    gone = [name for name, at in places.items() if at is None]
    evidence = ground.evidence(there)
    about = f"variables {names[0]}"
    if not gone:
        reason = f"The project reads {', '.join(names[:4])}{' and the others' if len(names) > 4 else ''}."
        yield Answer(Verdict.CONFIRMED, reason, evidence, about=about, exists=True)
    elif there:
        reason = f"{len(there)} of {len(names)} variables are read; nothing reads {', '.join(gone[:5])}."
        yield Answer(Verdict.PARTLY, reason, evidence, about=about, exists=True)
    elif len(names) > 1 and not ground.hollow:
        yield Answer(
            Verdict.UNSUPPORTED, f"Nothing in the project reads {', '.join(gone[:5])}.", about=about, exists=True
        )


def assigned(text: str) -> list[str]:
    """The names of a block in which every line assigns a variable; empty for any other block."""
    names = []
    for line in text.split("\n"):
        found = _ASSIGNED.match(line)
        if found is None:
            if _REMARK.match(line):
                continue
            return []
        if _COMPUTED.search(found["value"]):
            return []
        names.append(found["name"])
    return list(dict.fromkeys(names))


def _read(name: str, ground: Ground) -> At | None:
    """Where code or a deployment takes a variable; an example of an environment file only lists it."""
    known = next((read.at for read in ground.project.env_reads if read.name == name), None)
    return known or next((at for at in ground.spoken_of(name) if _is_at_work(at, ground)), None)


def _is_at_work(at: At, ground: Ground) -> bool:
    line = ground.files.lines(at.path)[(at.line or 1) - 1].lstrip()
    return not _EXAMPLE.search(at.path) and not line.startswith(("//", "#", "*", "/*", "--", "<!--"))
