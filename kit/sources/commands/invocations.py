"""What commands call by name: package scripts, make targets, tasks of runners, Python modules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kit.model import At
from kit.sources.commands.command import Command, word_set
from kit.sources.commands.shell_words import is_dynamic, join
from kit.sources.commands.wrappers import base_name, expanded, is_python


@dataclass(frozen=True, slots=True)
class Invocation:
    """A name that a command calls.

    Kinds: "script" (of a package.json), "target" (make), "recipe" (just), "task" (Taskfile), "turbo", "nx",
    "lerna", "module" (Python). `directory` is where it is called, relative to the root, None where that
    cannot be told; `package` the filter or workspace meant, `file` an explicit Makefile. `certain` is False
    where the name may also be a program (`yarn eslint`, `hatch run ruff`); `optional` where its absence is no failure
    (`--if-present`). `served`: the module is an application that a server loads (`uvicorn pkg.mod:app`),
    `attribute` its part behind the colon.
    """

    kind: str
    name: str
    at: At
    directory: str | None
    manager: str = ""
    package: str | None = None
    file: str | None = None
    certain: bool = True
    optional: bool = False
    served: bool = False
    attribute: str | None = None


def invocations(command: Command) -> tuple[Invocation, ...]:
    """What a command calls by name; names that are dynamic are left out."""
    found: dict[Invocation, None] = dict.fromkeys(_of_environment(command))
    for inner in expanded(command):
        for call in _calls(inner):
            # A glob names scripts for the runners of several: `run-s 'test:*'`.
            name = call.name.replace("*", "") if call.kind == "script" else call.name
            if call.name and not is_dynamic(name):
                found[replace(call, at=command.at)] = None
    return tuple(found)


def _of_environment(command: Command) -> Iterator[Invocation]:
    """`hatch run test`, `pdm run test`: a script of the pyproject.toml, or else a program."""
    words = command.args[1:]
    if base_name(command.program) in {"hatch", "pdm", "rye"} and command.args[:1] == ("run",) and words:
        name = words[0].rpartition(":")[2]
        if not name.startswith("-") and not is_dynamic(name):
            yield Invocation("task", name, command.at, command.directory, base_name(command.program), certain=False)


def open_targets(command: Command) -> Iterator[Invocation]:
    """The targets of make whose name or folder a variable gives: `make lint-$*`, `make -C $dir test`."""
    for inner in expanded(command):
        if base_name(inner.program) in {"make", "gmake"}:
            calls = (replace(call, at=command.at) for call in _targets(inner))
            yield from (call for call in calls if is_dynamic(call.name) or call.directory is None)


def _calls(command: Command) -> Iterator[Invocation]:
    name = base_name(command.program)
    if name in _MANAGERS:
        yield from _package_scripts(name, command)
    elif name in {"make", "gmake"}:
        yield from _targets(command)
    elif name in {"just", "task"}:
        yield from _runner(name, command)
    elif name in {"poe", "poethepoet"}:
        for word in [w for w in command.args if not w.startswith("-")][:1]:
            yield Invocation("task", word, command.at, command.directory, "poe", certain=False)
    elif name in {"turbo", "nx", "lerna"}:
        yield from _monorepo(name, command)
    elif name in {"npm-run-all", "npm-run-all2", "run-s", "run-p"}:
        for word in (w for w in command.args if w.strip() and not w.startswith("-")):
            yield Invocation("script", word.split()[0], command.at, command.directory, "npm")
    elif name in {"concurrently", "start-server-and-test"}:
        yield from _started(command)
    elif is_python(name):
        yield from _module(command)
    elif name in _SERVERS:
        yield from _served(name, command)


_MANAGERS = word_set("npm pnpm yarn bun")
_VALUED = word_set("""
    --prefix -C --dir --cwd -w --workspace --filter -F --loglevel --reporter --filter-prod
    --network-concurrency --workspace-concurrency --registry --changed-files-ignore-pattern
""")
_FOLDERS = word_set("--prefix -C --dir --cwd")
_FILTERS = word_set("-w --workspace --filter -F --filter-prod")
_EVERYWHERE = word_set("-ws --workspaces -r --recursive")
_RUN = word_set("run run-script rum urn")
_LIFECYCLE = {name: name for name in ("test", "start", "stop", "restart")} | {"t": "test", "tst": "test"}
_BUILT_IN = word_set("""
    add install i ci exec dlx remove rm uninstall un update up upgrade outdated audit publish pack link unlink
    init create config cache list ls why info login logout version workspace workspaces import dedupe
""")
_BUILT_IN_OF = {
    "yarn": word_set("""
        bin node policies global self-update plugin constraints npm unplug explain search stage set get patch
        patch-commit rebuild autoclean check licenses owner tag team upgrade-interactive versions prefix help
    """),
    "pnpm": word_set("""
        store server setup env fetch patch patch-commit patch-remove deploy root bin licenses prune rebuild rb
        recursive multi m doctor approve-builds cat-file cat-index find-hash ignored-builds self-update help
    """),
    "bun": word_set("build x pm repl upgrade patch info test"),
}


@dataclass(frozen=True, slots=True)
class _Call:
    """The words of a package manager's call, its own options taken in."""

    words: tuple[str, ...]
    directory: str | None
    package: str | None
    optional: bool


def _package_scripts(manager: str, command: Command) -> Iterator[Invocation]:
    call = _parsed(manager, command)
    words = call.words
    if manager == "yarn" and words[:1] == ("workspace",) and len(words) > 2:
        call = replace(call, words=words[2:], package=words[1])
    elif manager == "yarn" and words[:1] == ("workspaces",):
        index = next((i for i, word in enumerate(words) if word == "run"), len(words))
        call = replace(call, words=words[index:], package="*")
    name, certain = _script_called(manager, call.words)
    if name:
        yield Invocation(
            "script", name, command.at, call.directory, manager, call.package, None, certain, call.optional
        )


def _script_called(manager: str, words: tuple[str, ...]) -> tuple[str | None, bool]:
    """The script's name, and whether it can be nothing else."""
    if not words:
        return None, True
    if words[0] in _RUN and (manager != "yarn" or words[0] == "run"):
        return (words[1] if len(words) > 1 else None), manager in {"npm", "pnpm"}
    if manager == "npm" or words[0] in {"test", "start", "stop", "t", "tst", "restart"}:
        name = _LIFECYCLE.get(words[0])
        return (None, True) if manager == "bun" else (name, name in {"test", "stop"})
    built_in = _BUILT_IN | _BUILT_IN_OF.get(manager, frozenset())
    return (None, True) if words[0] in built_in else (words[0], False)


def _parsed(manager: str, command: Command) -> _Call:
    words: list[str] = []
    directory, package, optional = command.directory, None, False
    args, index = command.args, 0
    while index < len(args) and args[index] != "--":
        word = args[index]
        option, equals, value = word.partition("=")
        if not word.startswith("-"):
            words.append(word)
        elif option in _VALUED and not (option == "-w" and manager == "pnpm"):
            if not equals:
                index += 1
                value = args[index] if index < len(args) else ""
            directory = join(directory, value) if option in _FOLDERS else directory
            package = value if option in _FILTERS else package
        elif option in _EVERYWHERE:
            package = "*"
        elif option == "-w" or option == "--workspace-root":
            directory = "."
        optional |= option == "--if-present"
        index += 1
        if manager != "npm" and _script_called(manager, tuple(words))[0]:
            break
    return _Call(tuple(words), directory, package, optional or "--if-present" in args)


_MAKE_VALUED = word_set("-C --directory -f --file --makefile -j -l -I -o -W")


def _targets(command: Command) -> Iterator[Invocation]:
    directory, file, names = command.directory, None, []
    args, index = command.args, 0
    while index < len(args):
        word = args[index]
        option, equals, value = word.partition("=")
        if option in _MAKE_VALUED and not equals:
            numeric = option in {"-j", "-l"}
            following = args[index + 1] if index + 1 < len(args) else ""
            if not numeric or following.isdigit():
                index, value = index + 1, following
        if option in {"-C", "--directory"}:
            directory = join(directory, value)
        elif re.match(r"-C.", word):
            directory = join(directory, word[2:])
        elif option in {"-f", "--file", "--makefile"}:
            file = value
        elif not word.startswith("-") and not equals:
            names.append(word)
        index += 1
    for name in names or ["(default)"]:
        yield Invocation("target", name, command.at, directory, "make", file=file)


def _runner(name: str, command: Command) -> Iterator[Invocation]:
    """just and task: the first plain word; `task` runs each word without `=`."""
    directory, words, args, file = command.directory, [], iter(command.args), None
    for word in args:
        if word == "--":
            break
        if word in {"-d", "--dir", "--working-directory"}:
            directory = join(directory, next(args, ""))
        elif word in {"-f", "--justfile", "-t", "--taskfile"}:
            file = next(args, "")
        elif not word.startswith("-") and "=" not in word:
            words.append(word)
    kind = "recipe" if name == "just" else "task"
    for word in words[:1] if name == "just" else words:
        yield Invocation(kind, word, command.at, directory, name, file=file)


_MONOREPO_VALUED = word_set("""
    --filter -F --scope --projects -p --concurrency --cwd --output-logs --cache-dir --log-order --log-prefix
    --env-mode --token --team --global-deps --exclude --base --head --configuration -c
""")
_NX_OWN = word_set("""
    affected format:check format:write generate g graph list migrate print-affected reset show add
""")
_TURBO_OWN = word_set("""
    login logout link unlink prune daemon gen generate info ls scan telemetry query bin
""")


def _monorepo(name: str, command: Command) -> Iterator[Invocation]:
    words, args = [], iter(command.args)
    for word in args:
        if word == "--":
            break
        if word in {"-t", "--target", "--targets"} and name == "nx":
            words += ["-t", *next(args, "").split(",")]
        elif re.match(r"(?:--targets?|-t)=", word):
            words += ["-t", *word.partition("=")[2].split(",")]
        elif word in _MONOREPO_VALUED:
            next(args, "")
        elif not word.startswith("-"):
            words.append(word)
    for task in _tasks(name, words):
        yield Invocation(name, task, command.at, command.directory, name)


def _tasks(name: str, words: list[str]) -> list[str]:
    if name == "nx":
        if "-t" in words:
            return words[words.index("-t") + 1 :]
        if words[:1] == ["run"] and len(words) > 1:
            return [words[1].partition(":")[2]]
        return words[:1] if len(words) == 2 and words[0] not in _NX_OWN else []
    if words[:1] == ["run"]:
        return words[1:] if name == "turbo" else words[1:2]
    if words[:1] == ["watch"]:
        return words[1:]
    return words if name == "turbo" and words and words[0] not in _TURBO_OWN else []


def _started(command: Command) -> Iterator[Invocation]:
    words = [w for w in command.args if not w.startswith("-")]
    if base_name(command.program) == "concurrently":
        words = [w.partition(":")[2].split()[0] for w in words if re.match(r"(?:npm|yarn|pnpm):\S", w)]
    else:
        words = [w for w in words if re.fullmatch(r"[a-z][\w-]*(?::[\w-]+)*", w) and not w.isdigit()]
    for word in words:
        yield Invocation("script", word, command.at, command.directory, "npm")


def _module(command: Command) -> Iterator[Invocation]:
    if "-m" in command.args[:-1]:
        index = command.args.index("-m")
        if all(a.startswith("-") for a in command.args[:index]):
            yield Invocation("module", command.args[index + 1], command.at, _import_root(command), "python")


_SERVERS = word_set("uvicorn gunicorn hypercorn daphne granian celery flask dramatiq arq")
_APPLICATION = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*):([A-Za-z_][\w.]*)(?:\(.*\))?")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")


def _served(name: str, command: Command) -> Iterator[Invocation]:
    directory = _import_root(command)
    for word in _application_words(name, command.args):
        module, attribute = word, None
        if match := _APPLICATION.fullmatch(word):
            module, attribute = match[1], match[2]
        elif name == "arq" and "." in word:
            module, _, attribute = word.rpartition(".")
        yield Invocation("module", module, command.at, directory, name, served=True, attribute=attribute)
        return


def _application_words(name: str, args: tuple[str, ...]) -> Iterator[str]:
    if name in {"celery", "flask"}:
        options = {"-A", "--app"}
        for index, word in enumerate(args):
            option, equals, value = word.partition("=")
            if option in options:
                value = value if equals else next(iter(args[index + 1 : index + 2]), "")
                if re.fullmatch(r"[A-Za-z_][\w.]*(?::[\w.]+)?", value):
                    yield value
        return
    yield from (word for word in args if _APPLICATION.fullmatch(word))
    if name in {"arq", "dramatiq", "gunicorn"}:
        yield from (w for w in args[:1] if _DOTTED.fullmatch(w) and not w.endswith((".py", ".conf")))


def _import_root(command: Command) -> str | None:
    """The folder that modules are imported from: the working directory, or what an option says."""
    directory = command.directory
    if any(name == "PYTHONPATH" for name, _ in command.env):
        return None
    for index, word in enumerate(command.args):
        option, equals, value = word.partition("=")
        if option in {"--app-dir", "--chdir", "--workdir"}:
            value = value if equals else next(iter(command.args[index + 1 : index + 2]), "")
            directory = join(directory, value)
    return directory
