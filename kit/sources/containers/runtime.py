"""What every way of running a service states: the value of a variable, the command it starts."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from kit.model import At
from kit.sources.formats.nodes import Node


@dataclass(frozen=True, slots=True)
class EnvValue:
    """A variable that a file gives. `value` None where it comes from outside or is made elsewhere.

    `source`: "literal", "env_file", "shell" (whoever starts it must set it), "secret" (kept by the platform),
    "generated", "reference" (another resource), "image", "build_arg".
    """

    value: str | None
    at: At
    source: str = "literal"


@dataclass(frozen=True, slots=True)
class StartCommand:
    """What is started: the words, the text as a shell would take it, and whether a shell runs it."""

    args: tuple[str, ...]
    text: str
    shell: bool
    at: At


def split_words(text: str) -> tuple[str, ...]:
    """The words of a shell command, quotes removed; split at blanks where the quoting is broken."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())


def command_of(node: Node | None, *, shell: bool = True) -> StartCommand | None:
    """The command that a scalar or a list of words states; None where there is none."""
    if node is None or node.data is None or node.is_map:
        return None
    if node.is_list:
        words = tuple(item.text for item in node.children())
        return StartCommand(words, shlex.join(words), False, node.at)
    return StartCommand(split_words(node.text), node.text, shell, node.at)


def integer(node: Node | str | None) -> int | None:
    """A whole number as a node or text states it; None for anything else."""
    text = (node.text if isinstance(node, Node) else node or "").strip()
    if not text.lstrip("-").isascii() or not text.lstrip("-").isdigit():
        return None
    return int(text) if len(text) <= 18 else None


def text_of(node: Node | None) -> str | None:
    """The scalar as text, None where there is none or it is empty."""
    return (node.text or None) if node is not None else None


def texts(node: Node | None) -> tuple[str, ...]:
    """A scalar or a list of scalars as texts, in order; the keys of a mapping."""
    if node is None:
        return ()
    if isinstance(node.data, dict):
        return tuple(node.data)
    if node.is_list:
        return tuple(item.text for item in node.children() if item.text)
    return (node.text,) if node.text else ()
