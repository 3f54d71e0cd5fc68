"""Do build stages hold what later ones copy from them?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from kit.checks.shared.images import Image
from kit.model import Fact, bad
from kit.project import Project
from kit.sources.commands.command import Command, word_set
from kit.sources.commands.scripts import commands
from kit.sources.commands.wrappers import base_name, unwrap
from kit.sources.containers.dockerfile_model import Copy, Instruction, Stage
from kit.system.images import parse_image
from kit.system.scope import within

_SETS_UP = word_set(
    "apk apt apt-get yum dnf microdnf zypper adduser addgroup useradd groupadd usermod chown chmod rm set cd true export echo "
    "update-ca-certificates corepack sleep id"
)
"""Commands that put nothing among the files of the program."""
_OUTPUT = {
    "node_modules": re.compile(r"^(?:npm|pnpm|yarn|bun)(?: (?:ci|install|i|cache|config|prune|audit)\b| --|$)"),
    "target": re.compile(r"^(?:mvnw?|cargo) "),
    "build": re.compile(r"^gradlew? "),
    "obj": re.compile(r"^dotnet (?:restore|build|publish)\b"),
    "": re.compile(r"^go (?:mod|build|install|vet|test|version|env)\b"),
}
"""The folders that a build fills beside what its `-o` names."""


def lacking(project: Project, image: Image) -> Iterator[Fact]:
    """Each `COPY --from` of an own stage whose path that stage does not hold, where all that fills the stage is known."""
    for stage in image.dockerfile.stages:
        for copy in image.dockerfile.copies(stage):
            if copy.from_stage is not None and copy.from_stage < len(image.dockerfile.stages):
                source = image.dockerfile.stages[copy.from_stage]
                absent = [s for s in copy.sources if _is_lacking(project, image, source, s)]
                if absent and len(absent) == len(copy.sources):
                    said = f"{image.name}: stage {source.name or source.index} holds no {' '.join(absent)}"
                    yield bad(
                        f"{said}: nothing that is copied or run there makes it; the build stops here.", copy, source
                    )


def _is_lacking(project: Project, image: Image, stage: Stage, source: str) -> bool:
    if re.search(r"[$*?\[]", source):
        return False
    path = posixpath.normpath(posixpath.join("/", source))
    chain = image.dockerfile.lineage(stage)
    base = parse_image(chain[0].image)
    if base is None or not re.match(r"(?:library/)?[\w.-]+$|mcr\.microsoft\.com/", base.name):
        return False
    copies = [c for each in chain for c in image.dockerfile.copies(each)]
    filled = [c for c in copies if c.from_stage is None and c.from_image is None and within(path, _folder(c))]
    if not filled or any(_gives(project, image, copy, path) for copy in copies):
        return False
    return not any(_may_make(image, each, instruction, path) for each in chain for instruction in each.instructions)


def _folder(copy: Copy) -> str:
    return posixpath.normpath(copy.target or "/")


def _gives(project: Project, image: Image, copy: Copy, path: str) -> bool:
    """Whether a COPY brings the path, or may."""
    target = _folder(copy)
    if copy.from_stage is not None or copy.from_image is not None:
        return within(path, target) or within(target, path)
    for source in copy.sources:
        if re.search(r"[$*?\[]|://|^git@", source):
            return within(path, target)
        place = posixpath.normpath(posixpath.join(image.context, source.lstrip("/") or "."))
        if place != "." and project.files.exists(place):
            landed = (target, posixpath.join(target, posixpath.basename(place)))
            if path in landed or within(landed[1], path):
                return True
        elif within(path, target):
            inner = posixpath.normpath(posixpath.join(place, posixpath.relpath(path, target)))
            if project.files.exists(inner) or project.files.is_dir(inner) or project.files.ignored(inner):
                return True
        elif within(target, path):
            return True
    return False


def _may_make(image: Image, stage: Stage, instruction: Instruction, path: str) -> bool:
    """Whether an instruction puts something at the path, or nobody can tell."""
    if instruction.name == "WORKDIR":
        return within(image.dockerfile.workdir(stage, instruction) or "/", path)
    if instruction.name in {"VOLUME", "ADD"}:
        return instruction.name == "ADD"
    if instruction.name != "RUN":
        return False
    if posixpath.basename(path) in instruction.value:
        return True
    found = commands(
        instruction.script or instruction.value, image.dockerfile.path, instruction.at.line or 1, directory="."
    )
    return not found or any(_makes(unwrap(command), command, path) for command in found)


def _makes(inner: Command, command: Command, path: str) -> bool:
    name = base_name(inner.program).removeprefix("./")
    if command.writes or command.substituted:
        return True
    if name in _SETS_UP:
        return False
    said = " ".join((name, *inner.args))
    folder = next((folder for folder, tool in _OUTPUT.items() if tool.match(said)), None)
    if folder is None:
        return True
    made = re.findall(r"(?:\s-o|--output|-path)[ =]?(\S+)", said)
    parts = path.split("/")
    named = any(posixpath.basename(m.rstrip("/")) in parts or "/" not in m.rstrip("/") for m in made if m)
    return named or bool(folder and folder in parts) or bool(folder == "obj" and "bin" in parts)
