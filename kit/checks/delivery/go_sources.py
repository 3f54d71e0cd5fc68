"""Generated packages of Go that the repository does not hold: does anything make them where they are compiled?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.shared.go_packages import go_imports
from kit.checks.shared.words import listed
from kit.model import At, Fact, Severity, bad
from kit.project import Project
from kit.system.installs import Install, installs

_GENERATES = re.compile(
    r"\bprotoc\b(?!-)|\bgenerate\b|\bcode-?gen\b|\b(?:mockgen|mockery|wire|swag|templ|easyjson|stringer|abigen|ko|bazel|earthly|dagger)\b"
    r"|\b(?:make|task|just|mage|nx|turbo|lerna|tilt)\b|\.(?:sh|py|mjs|js)\b|download-artifact|namely/|/\.github/workflows/|uses:\s*\./",
)
"""What makes Go code, or may: a target or a script can do anything."""


def ungenerated(project: Project, inside: frozenset[str]) -> Iterator[Fact]:
    """Generated packages that are not in the repository, and that nothing makes where they are compiled."""
    lacking: dict[str, dict[str, At]] = defaultdict(dict)
    for imported, target in go_imports(project, inside):
        if target.state == "open" and target.path and not project.files.is_dir(target.path):
            lacking[project.code.unit(imported.at.path)].setdefault(target.path, imported.at)
    stopped: dict[tuple[str, bool], dict[str, list[At]]] = defaultdict(dict)
    for unit, folders in lacking.items():
        bare = [
            i for i in installs(project) if i.manager == "go" and i.package.dir == unit and not _generates(project, i)
        ]
        if bare:
            alone = any(i.where == "pipeline" for i in bare)
            stopped[bare[0].words, alone][unit] = [*folders.values(), bare[0].at]
    for (words, alone), units in stopped.items():
        said = (
            f"{words} compiles {listed(units)} without packages of generated code, which the repository does not hold"
        )
        places = dict.fromkeys(at for found in units.values() for at in (*found[:2], found[-1]))
        # An image may be built where somebody has generated the code by hand; a pipeline has the repository alone.
        yield bad(f"{said} and which nothing makes there.", *places, severity=None if alone else Severity.HIGH)


def _generates(project: Project, install: Install) -> bool:
    """Whether the pipeline or Dockerfile of an installation makes code, or may."""
    lines = project.files.text(install.at.path).split("\n")
    return _GENERATES.search("\n".join(line for line in lines if not line.lstrip().startswith("#"))) is not None
