"""The nouns of a Dockerfile: instructions, stages, and what a stage copies, exposes and starts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from kit.model import At
from kit.sources.containers.dockerfile_lines import Heredoc
from kit.sources.containers.runtime import StartCommand, split_words
from kit.sources.formats.json import loads

_PAIR = re.compile(r"""([^\s=]+)(=)?((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])*)\s*""", re.DOTALL)


@dataclass(frozen=True)
class Instruction:
    """One instruction. `value` is what follows name and flags, continuations joined, variables as written.

    `stage` is the index of the stage it stands in, None before the first FROM. `script` is the same text with
    the file's line breaks kept, comments left out, heredocs included: its first line is line `at.line`.
    """

    name: str
    value: str
    at: At
    stage: int | None
    flag_pairs: tuple[tuple[str, str], ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    script: str = ""

    @cached_property
    def flags(self) -> dict[str, str]:
        """Flags by name, without dashes; "" for one without a value; the last where one is repeated."""
        return dict(self.flag_pairs)

    @cached_property
    def body(self) -> str:
        """`value`, for HEALTHCHECK without the word CMD."""
        if self.name == "HEALTHCHECK" and self.value[:3].upper() == "CMD":
            return self.value[3:].lstrip()
        return self.value

    @cached_property
    def _json_words(self) -> tuple[str, ...] | None:
        if not self.body.startswith("[") or len(self.body) > 100_000:
            return None
        try:
            words = loads(self.body)
        except (ValueError, RecursionError):
            return None
        return tuple(words) if all(isinstance(word, str) for word in words) else None

    @property
    def json(self) -> bool:
        """True for the exec form. A broken one (single quotes, say) is False: Docker hands it to a shell."""
        return self._json_words is not None

    @cached_property
    def args(self) -> tuple[str, ...]:
        """The words: of the exec form, or of the text with quotes removed."""
        return split_words(self.body) if self._json_words is None else self._json_words

    @cached_property
    def pairs(self) -> dict[str, str | None]:
        """Name to value of ENV, LABEL and ARG, quotes removed; None for an ARG without default."""
        if self.name == "ENV" and self.value and not re.match(r"[^\s=]+=", self.value):
            name, *value = self.value.split(None, 1)
            return {name: "".join(value)}
        return {unquoted(found[1]): unquoted(found[3]) if found[2] else None for found in _PAIR.finditer(self.value)}

    @cached_property
    def mounts(self) -> tuple[dict[str, str], ...]:
        """RUN's `--mount` flags, each as its options: type, source, target, from, id ..."""
        options = [value.split(",") for name, value in self.flag_pairs if name == "mount"]
        return tuple({k: v for k, _, v in (option.partition("=") for option in each)} for each in options)


@dataclass(frozen=True)
class Stage:
    """A build stage.

    `image` is its FROM with global ARGs filled in (an unknown one stays `${NAME}`); `base_stage` the index of
    the stage that it is built on, None for an image from outside.
    """

    name: str | None
    index: int
    image: str
    base_stage: int | None
    at: At
    instructions: tuple[Instruction, ...] = ()
    platform: str | None = None


@dataclass(frozen=True)
class Exposed:
    """A port of EXPOSE."""

    number: int
    protocol: str
    at: At


@dataclass(frozen=True)
class Copy:
    """A COPY or ADD with variables filled in.

    `sources` leave heredocs out; `target` is absolute where the working directory is known. `from_stage` or
    `from_image` say where from; both None: from the context.
    """

    sources: tuple[str, ...]
    target: str
    from_stage: int | None
    from_image: str | None
    instruction: Instruction

    @property
    def at(self) -> At:
        return self.instruction.at


@dataclass(frozen=True)
class StageCommand:
    """What a container of the stage starts: its ENTRYPOINT and CMD, as far as they hold there."""

    entrypoint: Instruction | None
    cmd: Instruction | None

    @cached_property
    def command(self) -> StartCommand:
        """Both joined as Docker does: CMD is arguments of an exec ENTRYPOINT, ignored by a shell one."""
        parts = [part for part in (self.entrypoint, self.cmd) if part is not None]
        if self.entrypoint is not None and not self.entrypoint.json:
            parts = parts[:1]
        args = tuple(word for part in parts for word in part.args)
        text = " ".join(" ".join(part.args) if part.json else part.value for part in parts)
        return StartCommand(args, text, not parts[0].json, parts[-1].at)

    @property
    def args(self) -> tuple[str, ...]:
        return self.command.args

    @property
    def text(self) -> str:
        return self.command.text

    @property
    def at(self) -> At:
        return self.command.at


def unquoted(text: str) -> str:
    """A word without its quotes and escapes."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]:
        return text[1:-1]
    return re.sub(r"\\(.)", r"\1", text.replace('"', "")) if '"' in text or "\\" in text else text
