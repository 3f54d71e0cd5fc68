"""Is the program that a health check calls in the image?"""

from __future__ import annotations

import re

from kit.model import At
from kit.sources.commands.scripts import commands
from kit.sources.commands.wrappers import base_name
from kit.sources.containers.dockerfile import Dockerfile
from kit.sources.containers.dockerfile_model import Stage
from kit.system.images import parse_image

_ASKING = frozenset({"curl", "wget"})
_SLIM = frozenset({"python", "node", "ruby", "debian", "rust", "golang", "perl"})
_BARE = frozenset({"debian", "ubuntu"})
_ALPINE = frozenset({"alpine", "python", "node", "golang", "ruby", "rust", "perl"})
_BRINGS_MUCH = re.compile(
    r"playwright|chrom|\.sh\b|--with-deps|buildpack|nodesource|mise|nix|ansible|\$\{?\w*(?:PACKAGES|DEPS)", re.I
)


def lacking_tool(dockerfile: Dockerfile, stage: Stage, check: str) -> tuple[str, At] | None:
    """The program that a health check calls and that the stage surely has not, and where its base is named."""
    programs = {base_name(c.program) for c in commands(check, dockerfile.path, 1, directory=None)} - {
        "exit",
        "true",
        "false",
    }
    asking = programs & _ASKING
    if len(asking) != 1 or programs - asking:
        return None
    tool = next(iter(asking))
    lineage = dockerfile.lineage(stage)
    runs = " ".join(i.value for s in lineage for i in s.instructions if i.name == "RUN")
    copies = [c for s in lineage for c in dockerfile.copies(s)]
    brought = any(
        c.from_stage is not None or c.from_image is not None for c in copies if re.search(r"/s?bin\b|/usr\b", c.target)
    )
    if re.search(rf"(?<![\w-]){tool}(?![\w-])", runs) or _BRINGS_MUCH.search(runs) or brought:
        return None
    return (tool, lineage[-1].at) if lacks(dockerfile.base_image(stage), tool) else None


def lacks(image: str, tool: str) -> bool:
    """Whether one of Docker's own images is known to hold neither program, or no curl."""
    parsed = parse_image(image)
    if parsed is None or "$" in image or parsed.registry not in {None, "docker.io"}:
        return False
    name, tag = parsed.name.removeprefix("library/"), parsed.tag or ""
    if "alpine" in tag or name == "alpine":
        return tool == "curl" and name in _ALPINE
    return (name in _SLIM and "slim" in tag) or name in _BARE
