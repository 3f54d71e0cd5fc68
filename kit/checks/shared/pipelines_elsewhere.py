"""Whether a project's pipelines are kept where the repository does not show them."""

from __future__ import annotations

import re
from functools import lru_cache

from kit.model import At
from kit.project import Project

_SERVERS = re.compile(
    r"\b(?:concourse|teamcity|buildkite|bamboo|gocd|wercker|woodpecker ci|drone(?:\.io| ci)|semaphore ?ci|codemagic|bitrise|tekton"
    r"|jenkins|azure devops|(?:aws )?code(?:build|pipeline)|spinnaker)\b",
    re.IGNORECASE,
)
_PLACES = ("/README*", "/CONTRIBUTING*", "/Makefile", "/docs/*.md", "/docs/**/*.md")


@lru_cache(maxsize=4)
def told(project: Project) -> At | None:
    """The line that names a server for pipelines of which no file is here: it may do what nothing here does."""
    paths = (*project.files.glob(*_PLACES), *(d.path for d in project.dockerfiles))
    for path in dict.fromkeys(paths):
        found = _SERVERS.search(text := project.files.text(path))
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            return At(path, line, line)
    return None
