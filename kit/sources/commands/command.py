"""A simple command of a shell text: the record that every reader of commands shares."""

from __future__ import annotations

from dataclasses import dataclass

from kit.model import At


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set: how the tables of programs and options are written."""
    return frozenset(text.split())


SHELLS = word_set("sh bash dash zsh ksh ash")


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command.

    `args` are unquoted words; a word with an expansion that cannot be told keeps its `$`, one that begins
    with `//` is relative to the project's root. `directory` is the working directory relative to the root,
    None where it cannot be told. `guard` is what swallows a failure (`|| true`, `set +e`, `if`), empty where
    nothing does; `piped` says that a pipe drops its status. `conditional`: it runs in some cases only.
    `substituted`: inside `$(...)`. `writes` and `reads` are the targets of its redirections.
    """

    program: str
    args: tuple[str, ...]
    text: str
    at: At
    guarded: bool = False
    guard: str = ""
    env: tuple[tuple[str, str], ...] = ()
    directory: str | None = "."
    piped: bool = False
    conditional: bool = False
    substituted: bool = False
    background: bool = False
    function: str | None = None
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    heredoc: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Program and arguments."""
        return (self.program, *self.args)
