"""Do the buckets that scripts make keep earlier versions?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.texts import at_offset, without_comments
from kit.model import At, Fact, FileClass, bad, ok
from kit.project import Project

_ASIDE = frozenset({"development", "test"})
_FILES = ("**/*.sh", "**/*.yml", "**/*.yaml", "**/Makefile", "**/*.mk")
_TARGET = r"[\"']?([\w.-]{1,60})/([\w.-]{3,63})(?![\w./${}*-])"
_MADE = re.compile(rf"\bmc\s+(?:--\S+\s+)*mb\s+((?:-\S+\s+)*){_TARGET}")
_ENABLED = re.compile(rf"\bmc\s+(?:--\S+\s+)*version\s+enable\s+(?:-\S+\s+)*{_TARGET}")
_ANY = re.compile(r"\bmc\s+(?:--\S+\s+)*version\s+enable\s+[^\n;&]*\$")


def kept_by_scripts(project: Project, passing: tuple[str, ...]) -> Iterator[Fact]:
    """The buckets that `mc mb` makes under a plain name: each keeps versions from the start or by `mc version enable`.

    Nothing is said where versions are enabled by a variable or a loop, nor of buckets with a word of `passing`.
    """
    texts = dict(_texts(project))
    if any(_ANY.search(text) for text in texts.values()):
        return
    enabled = {m[2]: at_offset(path, text, m.start()) for path, text in texts.items() for m in _ENABLED.finditer(text)}
    made: dict[str, tuple[bool, At]] = {}
    for path, text in texts.items():
        for match in _MADE.finditer(text):
            made.setdefault(match[3], ("--with-versioning" in match[1], at_offset(path, text, match.start())))
    for name, (versioned, at) in made.items():
        if versioned or name in enabled:
            yield ok(f"{name}: the bucket keeps earlier versions.", enabled.get(name, at))
        elif not any(word in name.lower() for word in passing):
            yield bad(
                f"{name}: the bucket keeps no earlier versions; what is deleted or overwritten is lost.",
                at,
                fix=f"mc version enable minio/{name}",
            )


def _texts(project: Project) -> Iterator[tuple[str, str]]:
    for path in project.files.glob(*_FILES, classes={FileClass.PRODUCTION, FileClass.BUILD}):
        if project.files.environment_of(path) in _ASIDE or project.files.size(path) > 300_000 or ".github/" in path:
            continue
        text = project.files.text(path)
        if "mc " in text:
            yield path, without_comments(path, text)
