"""What a command or a pipeline's step is for: to test, build, deploy, and so on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from kit.sources.commands.command import Command, word_set
from kit.sources.commands.scripts import commands
from kit.sources.commands.wrappers import base_name, expanded
from kit.system.purpose_phrases import ACTIONS, PHRASES

if TYPE_CHECKING:
    from kit.sources.pipelines.model import Step

MAX_WORDS = 40
MAX_CHARACTERS = 600
_ELSEWHERE = word_set("docker docker-compose podman nerdctl kubectl oc ssh xargs retry")
_STARTS = word_set("run exec -c --")
_PRINTS = word_set("echo printf true : sleep date exit print")
_SETS_UP = word_set("install install-deps --version --help -h init login cache clean uninstall")
_INPUTS = {
    "gradle": ("gradle", "arguments tasks"),
    "maven": ("mvn", "goals options"),
    "dotnet": ("dotnet", "command"),
    "cargo": ("cargo", "command"),
    "actions-rs": ("cargo", "command"),
    "npm@": ("npm", "customCommand command"),
    "terraform": ("terraform", "command"),
}
_SKIPS_TESTS = re.compile(
    r" -D(?:skipTests|skipITs|maven\.test\.skip)(?!=false)| (?:-x|--exclude-task) (?:\S*:)?(?:test|check)\b"
)
_TRIES_OUT = re.compile(r" --dry-run(?!=(?:none|false))(?![\w-])")
_VERSIONED = re.compile(r"(?<=\w)@[\w.^~*-]+$")
_NAMES = (
    ("test", re.compile(r"(?:^|[:_-])(?:tests?|e2e|specs?|integration)(?:$|[:_-])")),
    ("types", re.compile(r"type-?check|check-types|(?:^|[:_-])types?$|mypy|tsc")),
    ("lint", re.compile(r"(?:^|[:_-])lint")),
    ("build", re.compile(r"(?:^|[:_-])build(?:$|[:_-])")),
    ("deploy", re.compile(r"^(?:deploy|release)(?:$|[:_-])")),
    ("migrate", re.compile(r"migrat")),
)
_SCRIPT_INPUTS = word_set("run command script inlineScript cmd")


def purposes(command: Command) -> frozenset[str]:
    """What a command is for: test, types, lint, scan, load-test, migrate, build, push, deploy, rollback, verify.

    Wrappers (`npx`, `uv run`, `docker compose run x`) are taken off; scripts that it calls are not looked into.
    """
    inside = list(expanded(command))
    found = frozenset(purpose for inner in inside for purpose in _of_one(inner, 0))
    if found or base_name(command.program) not in _FETCHES:
        return found
    return frozenset(p for inner in inside for word in inner.args[:1] for p in purposes_of_name(word) if p in _SAID)


_FETCHES = word_set("npx bunx pnpx")
_SAID = word_set("test types lint build")
"""What a tool of whatever name, fetched for the occasion, does where its first word says so."""


def purposes_of_action(step: Step) -> frozenset[str]:
    """What a step is for by the ready-made action or task that it uses."""
    if not step.uses or step.local:
        return frozenset()
    found = {purpose for purpose, pattern in ACTIONS if pattern.search(step.uses)}
    for command in action_commands(step):
        found |= purposes(command)
    if "build-push-action" in step.uses and not _pushes(step):
        found.discard("push")
    return frozenset(found)


def action_commands(step: Step) -> tuple[Command, ...]:
    """The commands that an action or task is given in its inputs."""
    if not step.uses or step.local or step.inputs is None:
        return ()
    found: list[Command] = []
    uses = step.uses.lower()
    for name, node in step.inputs.items():
        program = next((p for key, (p, names) in _INPUTS.items() if key in uses and name in names.split()), None)
        text = f"{program} {node.text}" if program else node.text if name in _SCRIPT_INPUTS else ""
        if text and "github-script" not in uses:
            found += commands(text, node.at.path, node.line or 1, directory=None)
    return tuple(found)


def purposes_of_name(name: str) -> frozenset[str]:
    """What a script, target or task is for by its name: the best guess where its commands cannot be read."""
    return frozenset(purpose for purpose, pattern in _NAMES if pattern.search(name))


def skips_tests(text: str) -> bool:
    """Whether the words of a build say that its tests are left out."""
    return _SKIPS_TESTS.search(text) is not None


def prints_only(command: Command) -> bool:
    """Whether a command does nothing but print or wait; what it prints into a file is work."""
    return base_name(command.program) in _PRINTS and not command.writes


def only_prints(step: Step) -> bool:
    """Whether a step of a pipeline does nothing but print or wait."""
    read = step.run is not None and bool(step.commands)
    return read and all(prints_only(c) and not c.substituted for c in step.commands)


def _pushes(step: Step) -> bool:
    push = step.inputs.get("push") if step.inputs is not None else None
    outputs = step.inputs.get("outputs") if step.inputs is not None else None
    return (push is not None and push.text != "false") or (outputs is not None and "push" in outputs.text)


def _of_one(command: Command, depth: int) -> Iterator[str]:
    if _SETS_UP & set(command.args[:1]) and base_name(command.program) not in _BUILDERS:
        return
    program = _VERSIONED.sub("", base_name(command.program))
    words = " ".join((program, *command.args[:MAX_WORDS]))[:MAX_CHARACTERS].split()
    text = " " + " ".join(word for word in words if word != "\\")
    left_out = {"test"} if skips_tests(text) else set()
    left_out |= {"deploy", "rollback"} if _TRIES_OUT.search(text) else set()
    yield from (purpose for purpose, pattern in PHRASES if purpose not in left_out and pattern.match(text))
    if depth and (program == "tests" or (program == "test" and not command.args)):
        yield "test"  # the word that a container's own entry point, or a service of compose, goes by
    if base_name(command.program) in _ELSEWHERE and depth < 3:
        for inner in _told(command):
            yield from _of_one(inner, depth + 1)


_BUILDERS = word_set("mvn mvnw go cargo helm gradle gradlew ./mvnw")


def _told(command: Command) -> Iterator[Command]:
    """What a container or another machine is told to run: the tails of `docker compose run --rm api pytest`."""
    words = command.args[:MAX_WORDS]
    name = base_name(command.program)
    after = next((i + 1 for i, word in enumerate(words) if word in _STARTS), None)
    first = 0 if name in {"ssh", "xargs", "retry"} else after
    for start in range(first, len(words)) if first is not None else ():
        if not words[start].startswith("-"):
            for inner in expanded(replace(command, program=words[start], args=words[start + 1 :])):
                if base_name(inner.program) not in _ELSEWHERE:
                    yield inner
