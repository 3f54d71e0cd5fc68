"""Installs of Node.js packages in images that leave the development dependencies out, and what runs after them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.commands.command import Command
from kit.sources.commands.scripts import commands
from kit.sources.commands.wrappers import base_name, unwrap
from kit.system.installs import demand_of, installs

if TYPE_CHECKING:
    from kit.project import Project
    from kit.sources.containers.dockerfile import Dockerfile
    from kit.sources.containers.dockerfile_model import Instruction, Stage
    from kit.sources.packages.model import Package

MANAGERS = frozenset({"npm", "yarn", "pnpm"})
LEFT_OUT = ("--omit=dev", "--production", "--prod", "-P", "--only=production", "--only=prod", "--production=true")
KEPT = ("--include=dev", "--production=false", "--prod=false", "--dev", "--also=dev")


@dataclass(frozen=True, eq=False)
class ProductionInstall:
    """A stage whose modules come from an install without development dependencies.

    `after` are the commands that the stage runs behind it, in the package's folder as far as can be told; `why` is the
    option or variable that leaves them out.
    """

    package: Package
    dockerfile: Dockerfile
    stage: Stage
    command: Command
    why: str
    after: tuple[Command, ...]
    before: tuple[Command, ...] = ()

    @property
    def at(self) -> At:
        """Where it installs."""
        return self.command.at

    @property
    def runs_scripts(self) -> bool:
        """Whether lifecycle scripts of the package run with it."""
        return "--ignore-scripts" not in self.command.args and base_name(unwrap(self.command).program) != "pnpm"


@lru_cache(maxsize=4)
def production_installs(project: Project) -> tuple[ProductionInstall, ...]:
    """One for each stage that installs so, and neither installs the rest before nor gets modules from elsewhere."""
    traced = {i.at: i.package for i in installs(project) if i.manager in MANAGERS}
    found: list[ProductionInstall] = []
    for dockerfile in project.dockerfiles:
        for stage in dockerfile.stages if dockerfile.error is None else ():
            found.extend(_of_stage(dockerfile, stage, traced))
    return tuple(found)


def _of_stage(dockerfile: Dockerfile, stage: Stage, traced: dict[At, Package]) -> Iterator[ProductionInstall]:
    ran = list(_ran(dockerfile, stage))
    places = [(index, command, why) for index, (command, why) in enumerate(ran) if demand_of(command, ci=False)]
    own = [(index, c, why) for index, c, why in places if base_name(unwrap(c).program) in MANAGERS]
    if len(own) != 1 or not own[0][2] or _modules_from_elsewhere(dockerfile, stage):
        return
    index, command, why = own[0]
    package = traced.get(command.at)
    if package is not None and package.root is None and not package.workspaces:
        after = tuple(replace(c, directory=package.dir) for c, _ in ran[index + 1 :])
        yield ProductionInstall(package, dockerfile, stage, command, why, after, tuple(c for c, _ in ran[:index]))


def _ran(dockerfile: Dockerfile, stage: Stage) -> Iterator[tuple[Command, str]]:
    """Each command of the stage and those below it, with what leaves development dependencies out of an install."""
    environment: dict[str, str | None] = {}
    for each in dockerfile.lineage(stage):
        for instruction in each.instructions:
            if instruction.name in {"ENV", "ARG"}:
                environment |= {k: v for k, v in instruction.pairs.items() if v is not None}
            elif instruction.name == "RUN":
                for command in _commands(dockerfile, instruction):
                    yield command, _left_out(command, environment)


def _commands(dockerfile: Dockerfile, instruction: Instruction) -> tuple[Command, ...]:
    text = instruction.script or instruction.value
    return commands(text, dockerfile.path, instruction.at.line or 1, directory=".")


def _left_out(command: Command, environment: dict[str, str | None]) -> str:
    inner = unwrap(command)
    words = inner.args
    if any(option in words for option in KEPT) or ("--include", "dev") in pairwise(words):
        return ""
    option = next((w for w in words if w in LEFT_OUT), "")
    pairs = pairwise(words)
    option = option or next((" ".join(p) for p in pairs if p in {("--omit", "dev"), ("--only", "production")}), "")
    node_env = dict(command.env).get("NODE_ENV", environment.get("NODE_ENV"))
    by_environment = node_env == "production" and base_name(inner.program) == "npm"
    return option or ("NODE_ENV=production" if by_environment else "")


def _modules_from_elsewhere(dockerfile: Dockerfile, stage: Stage) -> bool:
    """Whether modules are copied into the stage: from another one, from an image, or with a mount."""
    for each in dockerfile.lineage(stage):
        for copy in dockerfile.copies(each):
            other = copy.from_stage is not None or copy.from_image is not None
            whole = any(
                posixpath.basename(s.rstrip("/")) in {"node_modules", "app", ".", "src", "workspace"}
                for s in copy.sources
            )
            if other and (whole or "node_modules" in copy.target):
                return True
    return False
