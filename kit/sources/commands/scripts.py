"""Shell, PowerShell and batch scripts: their commands, functions and options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.commands.command import Command, word_set
from kit.sources.commands.shell import Shell, commands
from kit.sources.commands.shell_words import join

if TYPE_CHECKING:
    from kit.sources.tree.files import FileIndex

MAX_LINES = 20_000
_SUFFIXES = {
    ".sh": "bash", ".bash": "bash", ".zsh": "bash", ".ksh": "bash",
    ".ps1": "powershell", ".psm1": "powershell", ".bat": "batch", ".cmd": "batch",
}  # fmt: skip
_SHEBANG = re.compile(r"^#!\s*(?:/usr)?/bin/(?:env\s+(?:-S\s+)?)?((?:ba|da|z|k|a)?sh|pwsh)\b([^\n]*)")
_POWERSHELL_FUNCTION = re.compile(r"^\s*function\s+([\w-]+)", re.IGNORECASE)
_BATCH_LABEL = re.compile(r"^:([A-Za-z_]\w*)")
_WORD = re.compile(r"\"((?:[^\"`]|`.)*)\"|'([^']*)'|([^\s\"';|&]+)")
_POWERSHELL_WORDS = word_set("""
    if else elseif foreach for while do switch try catch finally function param return throw begin
    process end break continue exit using class enum trap filter
""")
_MOVES = word_set("cd chdir pushd set-location push-location")
_BATCH_WORDS = word_set("rem setlocal endlocal goto if for exit shift title color else")


@dataclass(frozen=True)
class Script:
    """A script. `shell`: "bash", "powershell" or "batch"; `functions` name to place.

    `options`: "errexit", "nounset", "pipefail" where it sets them.
    """

    path: str
    at: At
    shell: str
    commands: tuple[Command, ...] = ()
    functions: dict[str, At] = field(default_factory=dict)
    options: frozenset[str] = frozenset()


def find(files: FileIndex) -> tuple[Script, ...]:
    """Every script of the project: by its suffix, or by its first line where it has none."""
    found = ((path, _shell_of(files, path)) for path in files.paths)
    return tuple(parse(files.text(path), path, shell) for path, shell in found if shell is not None)


def _shell_of(files: FileIndex, path: str) -> str | None:
    name = path.rpartition("/")[2].lower()
    stem, dot, suffix = name.rpartition(".")
    if dot and stem:
        return _SUFFIXES.get(f".{suffix}")
    match = _SHEBANG.match(files.head(path))
    return None if match is None else "powershell" if match[1] == "pwsh" else "bash"


def parse(text: str, path: str, shell: str = "bash", *, directory: str | None = None) -> Script:
    """A script's text. Where it is started from cannot be told, unless `directory` says so. Never raises."""
    if shell == "powershell":
        names = _labels(text, path, _POWERSHELL_FUNCTION)
        return Script(path, At(path), shell, powershell(text, path, directory=directory), names)
    if shell == "batch":
        names = _labels(text, path, _BATCH_LABEL)
        return Script(path, At(path), shell, batch(text, path, directory=directory), names)
    reader = Shell(path, directory=directory, script=True)
    if (match := _SHEBANG.match(text)) and match[2].strip():
        reader.take_options(tuple(match[2].split()))
    found = reader.read(text)
    return Script(path, At(path), shell, found, reader.functions, frozenset(reader.options))


def powershell(text: str, path: str, first_line: int = 1, *, directory: str | None = None) -> tuple[Command, ...]:
    """The commands of a PowerShell text in outline: a line's pipeline parts, continuations joined."""
    own = f"//{dirname(path) or '.'}"
    text = re.sub(r"<#.*?#>", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)
    text = re.sub(r"\$PSScriptRoot|\$\{PSScriptRoot\}", lambda _: own, text, flags=re.IGNORECASE)
    return tuple(_outline(text, path, first_line, directory, "`", _POWERSHELL_WORDS))


def batch(text: str, path: str, first_line: int = 1, *, directory: str | None = None) -> tuple[Command, ...]:
    """The commands of a batch text in outline."""
    own = f"//{dirname(path) or '.'}/"
    text = re.sub(r"%~dp0\\?", lambda _: own, text, flags=re.IGNORECASE)
    return tuple(_outline(text, path, first_line, directory, "^", _BATCH_WORDS))


def _outline(
    text: str, path: str, first_line: int, directory: str | None, joiner: str, skipped: frozenset[str]
) -> Iterator[Command]:
    for line, number in _joined(text, joiner):
        bare = line.strip().lstrip("@")
        if bare.startswith(("#", ":", "[", "$", "}", "{", ")", "(")):
            continue
        at = At(path, first_line + number, first_line + number)
        bare = bare.removeprefix("& ").removeprefix("call ")
        for part in re.split(r"\s(?:&&?|\|\|?)\s|\s*;\s*", bare):
            words = _words(part)
            if not words or words[0].lower() in skipped:
                break
            yield Command(words[0], words[1:], part.strip(), at, directory=directory)
            if words[0].lower() in _MOVES and len(words) > 1:
                directory = join(directory, words[-1])


def _words(part: str) -> tuple[str, ...]:
    found = tuple(a or b or c for a, b, c in _WORD.findall(part.strip()))
    return tuple(_slashed(word) for word in found if word)


def _slashed(word: str) -> str:
    """A Windows path with `/`."""
    return word.replace("\\", "/") if re.fullmatch(r"[\w.\\/ -]+", word) else word


def _joined(text: str, joiner: str) -> Iterator[tuple[str, int]]:
    lines = text.replace("\r\n", "\n").split("\n")[:MAX_LINES]
    index = 0
    while index < len(lines):
        first, line = index, lines[index]
        while line.rstrip().endswith(joiner) and index + 1 < len(lines) and len(line) < 8000:
            index += 1
            line = f"{line.rstrip()[:-1]} {lines[index].strip()}"
        yield line, first
        index += 1


def _labels(text: str, path: str, pattern: re.Pattern[str]) -> dict[str, At]:
    found: dict[str, At] = {}
    for number, line in enumerate(text.split("\n")[:MAX_LINES], 1):
        if match := pattern.match(line):
            found.setdefault(match[1], At(path, number, number))
    return found


__all__ = ["Command", "Script", "batch", "commands", "find", "parse", "powershell"]
