"""Whether evidence speaks of the code that is there: by the revision or the time that it says it was made at."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from datetime import UTC, timedelta

from kit.model import FileClass
from kit.sources.evidence.model import EvidenceFile
from kit.sources.tree.classify import language_of
from kit.sources.tree.files import FileIndex
from kit.sources.tree.history import History

SLACK = timedelta(hours=1)
"""Tests are run, then the commit is made: so much earlier is no reproach."""
NO_ZONE = timedelta(hours=14)
"""A time without a zone may be off by so much."""
_MANIFESTS = ("package.json", "pyproject.toml", "go.mod", "pom.xml", "cargo.toml", "gemfile", "composer.json")
_LOCKED = ("lock", "requirements", "go.sum", "npm-shrinkwrap", "gradle")
_OF_DEPENDENCIES = {"audit", "bill"}


def stale(file: EvidenceFile, files: FileIndex, history: History) -> str:
    """Why the file speaks of other code than is there, in words; empty where it does not, or nobody can tell."""
    if file.error or not files.revision or not file.records:
        return ""
    if file.revision and not files.revision.startswith(file.revision):
        changed = history.since_revision(file.revision)
        if changed is None:
            return f"it was made of revision {file.revision[:12]}, which this repository does not have"
        return _said(f"it was made of revision {file.revision[:12]}", _concerned(file, files, changed))
    if file.revision is None and file.made is not None:
        made = file.made if file.made.tzinfo else file.made.replace(tzinfo=UTC) + NO_ZONE
        changed = history.since(made + SLACK)
        return _said(f"it was made on {file.made:%Y-%m-%d}", _concerned(file, files, changed or ()))
    return ""


def _said(how: str, changed: list[str]) -> str:
    if not changed:
        return ""
    first = f"{changed[0]} has" if len(changed) == 1 else f"{changed[0]} and {len(changed) - 1} more files have"
    return f"{how}, and {first} changed since"


def _concerned(file: EvidenceFile, files: FileIndex, changed: Iterable[str]) -> list[str]:
    """The changed paths that evidence of the kind speaks of."""
    kinds = {record.kind for record in file.records}
    if kinds <= _OF_DEPENDENCIES:
        return sorted(path for path in changed if _declares(path))
    if kinds == {"plan"}:
        return sorted(path for path in changed if path.endswith((".tf", ".tfvars", ".tofu")))
    if kinds == {"cluster"}:
        return []
    judged = {FileClass.PRODUCTION, FileClass.TEST} if kinds == {"suites"} else {FileClass.PRODUCTION}
    return sorted(path for path in changed if language_of(path) and files.class_of(path) in judged)


def _declares(path: str) -> bool:
    name = posixpath.basename(path).lower()
    return name in _MANIFESTS or any(word in name for word in _LOCKED)
