"""Dockerfiles: instructions, stages, and what holds in a stage through the stages that it is built on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.containers.dockerfile_lines import MAX_INSTRUCTIONS, LogicalLine, directives, logical_lines
from kit.sources.containers.dockerfile_model import Copy, Exposed, Instruction, Stage, StageCommand, unquoted
from kit.sources.containers.runtime import EnvValue, split_words
from kit.sources.formats.interpolation import interpolate
from kit.sources.formats.nodes import Problem

if TYPE_CHECKING:
    from kit.sources.tree.files import FileIndex

# fmt: off
INSTRUCTIONS = frozenset({
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
    "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
})
_OTHER_FILES = frozenset({
    "bak", "diff", "dockerignore", "erb", "go", "gotmpl", "html", "j2", "jinja", "jinja2", "js", "json",
    "lock", "log", "md", "mdx", "orig", "patch", "py", "rb", "rst", "sh", "template", "tmpl", "toml", "tpl",
    "ts", "txt", "yaml", "yml",
})
# fmt: on

_HEAD = re.compile(r"(\S+)\s*")
_FLAG = re.compile(r"""--([A-Za-z][\w-]*)(?:=((?:"[^"]*"|'[^']*'|[^\s"'])*))?(?:\s+|$)""")
_FROM = re.compile(r"(\S+)(?:\s+AS\s+(\S+))?\s*$", re.IGNORECASE)
_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(\w+))?$")
_FILE_NAME = re.compile(
    r"(?:Dockerfile|Containerfile)(?:[._-][\w.-]+)?|[\w.-]+\.(?:Dockerfile|Containerfile)", re.IGNORECASE
)
_TEMPLATE = re.compile(r"^[ \t]*\{[%{#]|^FROM[^\n]*\{\{", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile. `args` are the ARGs before the first FROM; `error`: nothing could be built from it."""

    path: str
    stages: tuple[Stage, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    args: tuple[Instruction, ...] = ()
    directives: tuple[tuple[str, str], ...] = ()
    error: Problem | None = None
    problems: tuple[Problem, ...] = ()
    build_args: dict[str, str] = field(default_factory=dict)

    @property
    def at(self) -> At:
        """The file as a whole."""
        return At(self.path)

    @property
    def final(self) -> Stage:
        """The stage that is built where no target is named; an empty one where there is none."""
        return self.stages[-1] if self.stages else Stage(None, 0, "", None, self.at)

    def stage(self, name: str | int) -> Stage | None:
        """The stage of that name (case does not matter) or index."""
        if isinstance(name, int) or name.isdecimal():
            return self.stages[int(name)] if 0 <= int(name) < len(self.stages) else None
        return next((s for s in self.stages if s.name and s.name.lower() == name.lower()), None)

    def of(self, *names: str) -> Iterator[Instruction]:
        """Every instruction of these names, in order."""
        return (i for i in self.instructions if i.name in names)

    def lineage(self, stage: Stage | None = None) -> tuple[Stage, ...]:
        """The stages that a stage (default: the final one) is made of, the first built first."""
        line = [stage or self.final]
        while (base := line[-1].base_stage) is not None:
            line.append(self.stages[base])
        return tuple(reversed(line))

    def base_image(self, stage: Stage | None = None) -> str:
        """The image from outside that a stage stands on at last."""
        return self.lineage(stage)[0].image

    def effective(self, stage: Stage | None = None) -> tuple[Instruction, ...]:
        """All instructions that make up a stage's image, those of the stages it is built on first."""
        return tuple(i for each in self.lineage(stage) for i in each.instructions)

    def last(self, name: str, stage: Stage | None = None) -> Instruction | None:
        """The last instruction of that name that holds in a stage."""
        return next((i for i in reversed(self.effective(stage)) if i.name == name), None)

    def user(self, stage: Stage | None = None) -> Instruction | None:
        """The USER in force; None where the base image decides."""
        return self.last("USER", stage)

    def healthcheck(self, stage: Stage | None = None) -> Instruction | None:
        """The HEALTHCHECK in force; None where there is none or NONE turns it off."""
        found = self.last("HEALTHCHECK", stage)
        return None if found is None or found.value.strip().upper() == "NONE" else found

    def command(self, stage: Stage | None = None) -> StageCommand | None:
        """What a container starts; None where the base image decides."""
        entrypoint = cmd = None
        for each in self.lineage(stage):
            set_here = {i.name: i for i in each.instructions if i.name in {"ENTRYPOINT", "CMD"}}
            # an ENTRYPOINT drops the CMD that came with the image below it
            cmd = set_here.get("CMD", None if "ENTRYPOINT" in set_here else cmd)
            entrypoint = set_here.get("ENTRYPOINT", entrypoint)
        return StageCommand(entrypoint, cmd) if entrypoint or cmd else None

    def exposed(self, stage: Stage | None = None) -> tuple[Exposed, ...]:
        """The ports of EXPOSE; both ends of a range."""
        return tuple(
            Exposed(int(number), (found[3] or "tcp").lower(), instruction.at)
            for instruction in self.effective(stage)
            if instruction.name == "EXPOSE"
            for word in split_words(self.expand(instruction))
            if (found := _PORT.match(word))
            for number in dict.fromkeys((found[1], found[2] or found[1]))
        )

    def env(self, stage: Stage | None = None) -> dict[str, EnvValue]:
        """The image's variables, filled in as far as the Dockerfile tells."""
        return self._scope(stage or self.final, None).env

    def workdir(self, stage: Stage | None = None, before: Instruction | None = None) -> str | None:
        """The working directory at a stage's end or at an instruction; None where the base image decides.

        A relative one is relative to the base image's.
        """
        current: str | None = None
        for instruction in self.effective(stage):
            if instruction is before:
                break
            if instruction.name == "WORKDIR":
                path = unquoted(self.expand(instruction).strip())
                current = path if path.startswith("/") or current is None else f"{current.rstrip('/')}/{path}"
        return current

    def copies(self, stage: Stage | None = None) -> Iterator[Copy]:
        """Every COPY and ADD of a stage, or of the whole file."""
        return (self._copy(i) for i in (stage or self).instructions if i.name in {"COPY", "ADD"})

    def expand(self, instruction: Instruction, text: str | None = None) -> str:
        """A text of the instruction (default its value) with the ARGs and ENVs in force there filled in."""
        text = instruction.value if text is None else text
        if "$" not in text:
            return text
        opening = instruction.stage is None or instruction.name == "FROM"
        stage = None if opening else self.stage(instruction.stage or 0)
        scope = self._scope(stage, instruction)
        return interpolate(text, scope.value, self._escape).text

    def _copy(self, instruction: Instruction) -> Copy:
        given = instruction.args
        if self._escape == "`" and not instruction.json:  # of Windows, where a backslash parts folders
            given = split_words(instruction.value.replace("\\", "/"))
        words = [
            word if instruction.json or "$" not in word else self.expand(instruction, word)
            for word in given
            if not word.startswith("<<")
        ]
        target = words.pop() if words else ""
        stage = None if instruction.stage is None else self.stages[instruction.stage]
        base = self.workdir(stage, instruction) or ""
        source = self.expand(instruction, instruction.flags.get("from", ""))
        origin = self.stage(source) if source else None
        return Copy(
            sources=tuple(words),
            target=_absolute(base, target),
            from_stage=origin.index if origin else None,
            from_image=source if source and not origin else None,
            instruction=instruction,
        )

    @property
    def _escape(self) -> str:
        return dict(self.directives).get("escape", "\\")

    def _scope(self, stage: Stage | None, before: Instruction | None) -> _Scope:
        """The ENVs and ARGs in force at the end of the stage, or just before an instruction in it."""
        outer = _Scope(self._escape, self.build_args)
        for instruction in self.args:
            if instruction is before:
                return outer
            outer.take(instruction, {})
        if stage is None:
            return outer
        scope = _Scope(self._escape, self.build_args)
        for each in self.lineage(stage):
            scope.args = {}
            for instruction in each.instructions:
                if instruction is before:
                    return scope
                scope.take(instruction, outer.args)
        return scope


def _absolute(base: str, target: str) -> str:
    """The target of a copy below the working directory; a folder keeps its slash."""
    if target.startswith("/") or not base:
        return target
    path = posixpath.normpath(posixpath.join(base, target))
    return f"{path}/" if target.endswith("/") or target == "." else path


class _Scope:
    """The variables in force while one reads down a stage."""

    def __init__(self, escape: str, given: dict[str, str]) -> None:
        self.escape = escape
        self.given = given
        self.env: dict[str, EnvValue] = {}
        self.args: dict[str, EnvValue] = {}

    def take(self, instruction: Instruction, outer: dict[str, EnvValue]) -> None:
        if instruction.name not in {"ENV", "ARG"}:
            return
        filled = {
            name: None if value is None else interpolate(value, self.value, self.escape).text
            for name, value in instruction.pairs.items()
        }
        for name, value in filled.items():
            if instruction.name == "ENV":
                self.env[name] = EnvValue(value, instruction.at, "image")
            elif name in self.given:
                self.args[name] = EnvValue(self.given[name], instruction.at, "build_arg")
            elif value is None and name in outer:
                self.args[name] = outer[name]
            else:
                self.args[name] = EnvValue(value, instruction.at, "build_arg")

    def value(self, name: str) -> str | None:
        """What a variable holds: an ENV hides an ARG of the same name."""
        found = self.env.get(name) or self.args.get(name)
        return found.value if found else None


def find(files: FileIndex) -> tuple[Dockerfile, ...]:
    """Every Dockerfile and Containerfile of the project, by name; templates of one are left out."""
    paths = (path for path in files.paths if is_dockerfile(path))
    texts = ((path, files.text(path)) for path in paths)
    return tuple(parse(text, path) for path, text in texts if not _TEMPLATE.search(text))


def is_dockerfile(path: str) -> bool:
    """True where the file's name is one of a Dockerfile."""
    name = PurePosixPath(path).name
    suffix = name.rpartition(".")[2].lower()
    return bool(_FILE_NAME.fullmatch(name)) and suffix not in _OTHER_FILES


def parse(text: str, path: str, build_args: Mapping[str, str | None] | None = None) -> Dockerfile:
    """The Dockerfile that a text states. It never raises: what is wrong is in `error` and `problems`.

    `build_args` are values that a build gives its ARGs, in the place of their defaults.
    """
    found = directives(text)
    escape = "`" if found.get("escape") == "`" else "\\"
    given = {name: value for name, value in (build_args or {}).items() if value is not None}
    reader = _Reader(path, escape, given)
    for line in logical_lines(text.removeprefix("\ufeff"), path, escape):
        reader.take(line)
    return reader.result({**found, "escape": escape})


class _Reader:
    """Puts instructions into stages, in the order of the file."""

    def __init__(self, path: str, escape: str, given: dict[str, str]) -> None:
        self.path = path
        self.escape = escape
        self.given = given
        self.instructions: list[Instruction] = []
        self.froms: list[tuple[Instruction, list[Instruction]]] = []
        self.problems: list[Problem] = []

    def take(self, line: LogicalLine) -> None:
        instruction = _instruction(line, self.path, len(self.froms))
        if instruction.name not in INSTRUCTIONS:
            self.problems.append(Problem(f"unknown instruction {instruction.name[:40]}", instruction.at))
        self.problems.extend(
            Problem(f"the heredoc {each.name} has no end", instruction.at)
            for each in instruction.heredocs
            if not each.closed
        )
        self.instructions.append(instruction)
        if instruction.name == "FROM":
            self.froms.append((instruction, []))
        elif self.froms:
            self.froms[-1][1].append(instruction)
        elif instruction.name in INSTRUCTIONS - {"ARG"}:
            self.problems.append(Problem(f"{instruction.name} before the first FROM", instruction.at))

    def result(self, found: dict[str, str]) -> Dockerfile:
        args = tuple(i for i in self.instructions if i.stage is None and i.name == "ARG")
        outer = Dockerfile(self.path, args=args, directives=tuple(found.items()), build_args=self.given)
        stages: list[Stage] = []
        for opening, instructions in self.froms:
            stages.append(self._stage(outer, opening, instructions, stages))
        error = None if stages else Problem("there is no FROM, so there is nothing to build", At(self.path))
        if len(self.instructions) >= MAX_INSTRUCTIONS:
            message = f"only the first {MAX_INSTRUCTIONS} instructions are read"
            self.problems.append(Problem(message, At(self.path)))
        return replace(
            outer,
            stages=tuple(stages),
            instructions=tuple(self.instructions),
            error=error,
            problems=tuple(self.problems),
        )

    def _stage(
        self, outer: Dockerfile, opening: Instruction, instructions: list[Instruction], before: list[Stage]
    ) -> Stage:
        scope = outer._scope(None, None)
        written = _FROM.match(opening.value)
        if written is None:
            self.problems.append(Problem("FROM names no image", opening.at))
        image = written[1] if written else opening.value
        image = interpolate(image, scope.value, self.escape).text.strip("\"'")
        base = next((s.index for s in reversed(before) if s.name and s.name.lower() == image.lower()), None)
        platform = opening.flags.get("platform")
        return Stage(
            name=written[2] if written else None,
            index=len(before),
            image=image,
            base_stage=base,
            at=opening.at,
            instructions=tuple(instructions),
            platform=interpolate(platform, scope.value, self.escape).text if platform else None,
        )


def _instruction(line: LogicalLine, path: str, stages: int) -> Instruction:
    head = _HEAD.match(line.text)
    name = head[1].upper() if head else ""
    position = head.end() if head else 0
    flags: list[tuple[str, str]] = []
    while flag := _FLAG.match(line.text, position):
        flags.append((flag[1].lower(), (flag[2] or "").replace('"', "").replace("'", "")))
        position = flag.end()
    stage = stages if name == "FROM" else stages - 1
    return Instruction(
        name=name,
        value=line.text[position:].strip(),
        at=At(path, line.first, line.last),
        stage=stage if stage >= 0 else None,
        flag_pairs=tuple(flags),
        heredocs=line.heredocs,
        script=_script(line, position),
    )


def _script(line: LogicalLine, position: int) -> str:
    """The text for a shell's parser; of a bare heredoc (`RUN <<EOF`), only its body."""
    if len(line.heredocs) == 1 and re.fullmatch(r"""<<-?["']?[^\s"']+["']?\s*""", line.text[position:]):
        return "\n" * len(line.pieces) + line.heredocs[0].content
    return line.script(position)
