"""Variables that the scripts of production read, with what they fall back to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.project import Project
from kit.sources.code.records import EnvReadFact
from kit.sources.commands.fallbacks import fallbacks
from kit.system.production_scripts import production_scripts

_RESOURCE = re.compile(r"(?i)(?:SECRET|KEY|TOKEN)(?:_(?:NAME|REF|ID|KEY|FILE|PATH))?$")


def scripted(project: Project) -> Iterator[EnvReadFact]:
    """Each fall-back of a script that production runs. The name of a Secret that `kubectl` is given is none."""
    for script in production_scripts(project):
        text = project.files.text(script.path)
        names_secrets = re.search(r"\bkubectl\b|\bhelm\b|\bvault\b|aws secretsmanager", text) is not None
        for read in fallbacks(text, script.path, script.shell):
            label = re.fullmatch(r"[a-z0-9]+(?:[-/][a-z0-9]+)+", read.default or "") is not None
            path = posixpath.isabs(read.default or "")
            if not path and not (names_secrets and label and _RESOURCE.search(read.name)):
                yield read
