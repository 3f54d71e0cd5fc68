"""Commands that run another command: `sudo`, `env`, `npx`, `uv run`, `timeout` ... taken off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kit.sources.commands.command import Command, word_set
from kit.sources.commands.shell import commands
from kit.sources.commands.shell_words import join

MAX_LAYERS = 8
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*(?:\.exe)?")


@dataclass(frozen=True, slots=True)
class _Wrapper:
    """`valued` options take the next word; `folder` options name the directory; `skip` words come before."""

    valued: frozenset[str] = frozenset()
    folder: frozenset[str] = frozenset()
    skip: int = 0


def _wrapper(valued: str = "", folder: str = "", skip: int = 0) -> _Wrapper:
    return _Wrapper(word_set(valued), word_set(folder), skip)


_PLAIN = (
    "time nohup command builtin setsid stdbuf caffeinate dumb-init tini cross-env cross-env-shell unbuffer "
    "winpty opentelemetry-instrument ddtrace-run bunx"
)
_WRAPPERS: dict[tuple[str, ...], _Wrapper] = {
    **{(name,): _wrapper() for name in _PLAIN.split()},
    ("gosu",): _wrapper(skip=1),
    ("su-exec",): _wrapper(skip=1),
    ("exec",): _wrapper("-a"),
    ("sudo",): _wrapper("-u -g -h -p -C -U --user --group", "-D --chdir"),
    ("env",): _wrapper("-u --unset", "-C --chdir"),
    ("nice",): _wrapper("-n"),
    ("ionice",): _wrapper("-c -n -p"),
    ("timeout",): _wrapper("-s -k --signal --kill-after", skip=1),
    ("xvfb-run",): _wrapper("-n -s -e -f -w -p --server-num --server-args --error-file"),
    ("dotenv",): _wrapper("-e -f -c -v --file", skip=0),
    ("dotenv-cli",): _wrapper("-e -f -c -v --file", skip=0),
    ("dotenvx", "run"): _wrapper("-f -e --env-file --env"),
    ("env-cmd",): _wrapper("-f -e -r --file"),
    ("npx",): _wrapper("-p --package -w --workspace"),
    ("npm", "exec"): _wrapper("-p --package -w --workspace"),
    ("pnpm", "exec"): _wrapper(),
    ("pnpm", "dlx"): _wrapper("--package"),
    ("yarn", "exec"): _wrapper(),
    ("yarn", "dlx"): _wrapper("-p --package"),
    ("yarn", "nyc"): _wrapper(),
    ("yarn", "c8"): _wrapper(),
    ("nyc",): _wrapper(),
    ("c8",): _wrapper(),
    ("bun", "x"): _wrapper(),
    ("poetry", "run"): _wrapper(),
    ("pipenv", "run"): _wrapper(),
    ("pdm", "run"): _wrapper("-p --project"),
    ("hatch", "run"): _wrapper(),
    ("rye", "run"): _wrapper(),
    ("pixi", "run"): _wrapper("-e --environment --manifest-path"),
    ("uv", "run"): _wrapper(
        "--with --with-requirements --with-editable --package --python -p --env-file --group --extra --index "
        "--no-group --only-group --index-url --extra-index-url --project --refresh-package --no-extra "
        "--config-setting --resolution --prerelease --link-mode --color --cache-dir --exclude-newer",
        "--directory",
    ),
    ("bundle", "exec"): _wrapper(),
    ("doppler", "run"): _wrapper("-p -c -t --project --config --token"),
    ("op", "run"): _wrapper("--env-file"),
    ("infisical", "run"): _wrapper("--env --path --projectId --token"),
    ("newrelic-admin", "run-program"): _wrapper(),
}
_IN_PACKAGE = frozenset({"--filter", "-F", "--workspace", "-w", "-r", "--recursive", "-ws", "--workspaces"})


def base_name(program: str) -> str:
    """The program's name without its folder."""
    return program.rpartition("/")[2]


def is_python(program: str) -> bool:
    """True for a Python interpreter of any version."""
    return bool(_PYTHON.fullmatch(base_name(program)))


def unwrap(command: Command) -> Command:
    """The command that really runs, its variables and working directory as the wrappers set them.

    `python -m pytest` and the like become the module's own command.
    """
    for _ in range(MAX_LAYERS):
        inner = _module_as_program(command) or _module_of_go(command) or _unwrapped(command)
        if inner is None:
            return command
        command = inner
    return command


def expanded(command: Command) -> Iterator[Command]:
    """The command without wrappers; for `concurrently "a" "b"` and its kin, each command that it starts."""
    inner = unwrap(command)
    yield inner
    if base_name(inner.program) not in {"concurrently", "start-server-and-test", "wireit"}:
        return
    for argument in inner.args:
        if " " in argument and not argument.startswith("-"):
            for started in commands(argument, inner.at.path, inner.at.line or 1, directory=inner.directory):
                yield unwrap(replace(started, at=inner.at, conditional=inner.conditional))


def _module_as_program(command: Command) -> Command | None:
    """`python -m tool args` as `tool args`, for tools whose module and command are one."""
    if not is_python(command.program) or "-m" not in command.args:
        return None
    index = command.args.index("-m")
    before, after = command.args[:index], command.args[index + 1 :]
    if not after or after[0] not in _MODULES_THAT_ARE_TOOLS or any(not a.startswith("-") for a in before):
        return None
    return replace(command, program=after[0], args=after[1:])


_MODULES_THAT_ARE_TOOLS = word_set("""
    pytest uvicorn gunicorn hypercorn daphne granian celery flask alembic pip coverage mypy ruff black
    flake8 pylint locust fastapi streamlit dramatiq arq uv poetry pipenv
""")


def _module_of_go(command: Command) -> Command | None:
    """`go run example.org/tool/v2/cmd/tool@v2 args` as `tool args`: a program of Go is called as its folder."""
    if command.program != "go" or command.args[:1] != ("run",) or len(command.args) < 2:
        return None
    module, _, _ = command.args[1].partition("@")
    host, _, path = module.partition("/")
    if "." not in host.lstrip(".") or host.startswith(".") or not path:
        return None
    named = [step for step in path.split("/") if not re.fullmatch(r"v\d+", step)]
    return replace(command, program=named[-1], args=command.args[2:]) if named else None


def _unwrapped(command: Command) -> Command | None:
    words = (base_name(command.program), *command.args)
    if words[:2] == ("coverage", "run") and len(words) > 2:
        return replace(command, program="python", args=_without_options(words[2:], _COVERAGE_VALUED))
    head = _head(words)
    if head is None:
        return _through_manager(command, words)
    inner = _strip(command, words[len(head) :], _WRAPPERS[head])
    if head == ("uv", "run") and inner is not None and inner.program.endswith(".py"):
        return replace(inner, program="python", args=(inner.program, *inner.args))
    return inner


_COVERAGE_VALUED = frozenset({"--source", "--omit", "--include", "--rcfile", "--data-file", "--context"})


_NODE_TOOLS = word_set("""
    turbo nx lerna tsc tsx ts-node jest vitest vite eslint prettier prisma playwright cypress webpack
    rollup mocha nodemon concurrently npm-run-all run-s run-p cross-env dotenv next nest knex typeorm
    sequelize drizzle-kit
""")


def _through_manager(command: Command, words: tuple[str, ...]) -> Command | None:
    """`pnpm turbo run build` as `turbo run build`: a manager runs what is no script of its own."""
    if words[0] not in {"pnpm", "yarn", "bun"}:
        return None
    index = next((i for i, word in enumerate(words[1:], 1) if not word.startswith("-")), len(words))
    if words[index : index + 1] and words[index] in _NODE_TOOLS:
        return replace(command, program=words[index], args=words[index + 1 :])
    return None


def _without_options(words: tuple[str, ...], valued: frozenset[str]) -> tuple[str, ...]:
    index = 0
    while index < len(words) and words[index].startswith("-") and words[index] != "-m":
        index += 2 if words[index] in valued else 1
    return words[index:]


def _head(words: tuple[str, ...]) -> tuple[str, ...] | None:
    for length in (2, 1):
        if words[:length] in _WRAPPERS and len(words) > length:
            return words[:length]
    return None


def _strip(command: Command, words: tuple[str, ...], wrapper: _Wrapper) -> Command | None:
    """What is left after the wrapper's own options, variables and leading words."""
    directory, env, skip, index = command.directory, list(command.env), wrapper.skip, 0
    while index < len(words):
        word = words[index]
        name, _, value = word.partition("=")
        if word == "--":
            skip = 0
        elif word == "-m":
            return replace(command, program="python", args=words[index:], env=tuple(env), directory=directory)
        elif name in wrapper.folder:
            directory = join(directory, value or (words[index + 1] if index + 1 < len(words) else ""))
            index += 0 if value else 1
        elif word in wrapper.valued:
            index += 1
        elif _ASSIGNMENT.match(word):
            env.append((name, value))
        elif not word.startswith("-"):
            if not skip:
                break
            skip -= 1
        if name in _IN_PACKAGE:
            directory = None
        index += 1
    if index >= len(words):
        return None
    inner = replace(command, program=words[index], args=words[index + 1 :])
    return replace(inner, env=tuple(env), directory=directory)
