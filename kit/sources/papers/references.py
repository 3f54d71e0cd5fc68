"""The files that commands need: which, of what kind, and whether the project has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from posixpath import basename, dirname, normpath
from typing import TYPE_CHECKING

from kit.model import At
from kit.sources.commands.command import SHELLS, Command, word_set
from kit.sources.commands.shell_words import join
from kit.sources.commands.wrappers import base_name, expanded, is_python
from kit.sources.papers.reference_rules import (
    CONFIGURED,
    INTERPRETERS,
    KUBECTL_WRITES,
    OUTPUTS,
    POSITIONAL,
    UNPACKERS,
    Interpreter,
)

if TYPE_CHECKING:
    from kit.sources.tree.files import FileIndex

_MADE_FOLDERS = word_set("""
    node_modules dist build target .venv venv env vendor out .next .nuxt coverage tmp temp bin obj
    .git .cache artifacts reports test-results playwright-report __pycache__ .terraform _build site
    public _
""")
_URL = re.compile(r"^[a-z][a-z0-9+.-]*:(?://)?|^git@|^oci:", re.IGNORECASE)
_TEMPLATE_NAME = re.compile(r"\.(?:example|sample|template|dist|tmpl|tpl)(?:\.[a-z]+)?$|^\.?env[.-](?:example|sample)")


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file or folder that a command needs; `path` is relative to the project's root, or absolute.

    Kinds: script, node, file, directory, tests, config, env, requirements, dockerfile, context, compose,
    manifest, kustomization, chart, values, sql, makefile.
    """

    path: str
    kind: str
    at: At


def references(command: Command) -> tuple[FileReference, ...]:
    """The files that a command certainly needs; what is dynamic, outside or optional is left out."""
    found = {}
    for inner in expanded(command):
        for word, kind in _needed(inner):
            path = _located(inner, word)
            if path is not None:
                found[(path, kind)] = FileReference(path, kind, command.at)
    return tuple(found.values())


def exists(files: FileIndex, reference: FileReference) -> bool | None:
    """Whether the project has the file; None where it cannot be told: outside, ignored, made by a build."""
    path = reference.path
    if path.startswith(("/", "..")):
        return None
    if path == "." or files.exists(path) or files.is_dir(path) or files.on_disk(path):
        return True
    if reference.kind == "node" and any(files.exists(f"{path}{end}") for end in _NODE_ENDINGS):
        return True
    if set(path.split("/")) & _MADE_FOLDERS or files.ignored(path):
        return None
    return False


_NODE_ENDINGS = (".js", ".mjs", ".cjs", ".ts", ".json", "/index.js", "/index.ts", "/package.json")


def missing(files: FileIndex, commands: Iterable[Command], brought: Iterable[str] = ()) -> tuple[FileReference, ...]:
    """The files that commands, run one after the other, need and neither project nor earlier command gives.

    `brought` are folders that something else fills, as `Job.brings` has them; "." stands for any file.
    A path that the text tests for (`[ -f x ]`), or that may come out of an archive, a download or a clone, is
    left out.
    """
    given, tested, found = Given(brought), set[str](), []
    listed = list(commands)
    for command in listed:
        if command.program in {"[", "test"}:
            tested |= {path for word in command.args if (path := _located(command, word))}
    for command in listed:
        for reference in references(command):
            known = exists(files, reference) is not False or given.covers(reference.path)
            if not known and reference.path not in tested and not command.guarded:
                found.append(reference)
        given.after(command)
    return tuple(found)


class Given:
    """The paths that commands have made so far."""

    def __init__(self, brought: Iterable[str] = ()) -> None:
        self.paths: set[str] = set(brought)
        self.anything = "." in self.paths

    def covers(self, path: str) -> bool:
        """True where the path, or a folder above it, was made, or where anything may have been."""
        while path not in {"", ".", "/"}:
            if path in self.paths:
                return True
            path = dirname(path)
        return self.anything

    def after(self, command: Command) -> None:
        """Take in what a command makes."""
        for inner in expanded(command):
            name = base_name(inner.program)
            if name in UNPACKERS or ":".join((name, *inner.args[:1])) in _UNPACKING:
                self.anything = True
            for word in (*inner.writes, *_outputs(name, inner.args)):
                path = _located(inner, word)
                if path is not None:
                    self.paths.add(path)


_UNPACKING = word_set("""
    git:clone git:checkout git:submodule git:pull gh:release gh:run aws:s3 docker:cp kubectl:cp
    gsutil:cp helm:pull npm:pack dvc:pull terraform:output cargo:generate-lockfile
""")


def _outputs(name: str, args: tuple[str, ...]) -> Iterator[str]:
    plain = [a for a in args if not a.startswith("-")]
    if name in {"touch", "mkdir", "mkfifo", "tee"}:
        yield from plain
    elif name in {"cp", "mv", "ln", "install", "rsync", "scp"} and plain:
        yield plain[-1]
        yield from (f"{plain[-1]}/{basename(source)}" for source in plain[:-1])
    elif name in {"curl", "wget"}:
        yield from (basename(word.split("?")[0]) for word in plain if _URL.match(word))
    elif name in {"python", "python3"} and args[:2] == ("-m", "venv"):
        yield from plain[1:]
    for option, value in pairwise(args):
        if option in OUTPUTS:
            yield value
    yield from (a.partition("=")[2] for a in args if a.partition("=")[0] in OUTPUTS)


def _located(command: Command, word: str) -> str | None:
    if not word or word == "-" or _URL.match(word) or word.startswith("<"):
        return None
    path = join(command.directory, word)
    return None if path is None or path.startswith("../") or path in {"..", "/dev/stdin"} else path


def _needed(command: Command) -> Iterator[tuple[str, str]]:
    """Words of the command that name files, with the kind."""
    name, args = base_name(command.program), command.args
    if "/" in command.program and not command.program.startswith(("/", "@")):
        yield command.program, "script"
    if name in {"[", "test"}:
        return
    yield from ((word, "file") for word in command.reads if not word.startswith(("/dev", "&")))
    interpreter = "python" if is_python(name) else "sh" if name in SHELLS else name
    if interpreter in INTERPRETERS:
        yield from _script_of(INTERPRETERS[interpreter], args)
    yield from _configured(name, args)
    special = _SPECIAL.get(name)
    if special:
        yield from special(args)


def _script_of(interpreter: Interpreter, args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    index = 0
    while index < len(args):
        word = args[index]
        name = word.partition("=")[0]
        if name in interpreter.stops or word == "-":
            return
        if word in interpreter.valued or (word.startswith("-") and word in {"-o", "+o"}):
            index += 1
        elif word not in interpreter.subcommands and not word.startswith(("-", "+")):
            if not interpreter.endings or word.endswith(interpreter.endings) or "/" in word:
                yield word, interpreter.kind
            return
        index += 1


def _configured(name: str, args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Values of options that name a file, for the programs of the table."""
    options = CONFIGURED.get(name, {})
    for index, word in enumerate(args):
        if word == "--":
            return
        option, equals, value = word.partition("=")
        if option not in options:
            continue
        if not equals:
            value = args[index + 1] if index + 1 < len(args) else ""
        if value and not value.startswith(("-", "{", "python:")):
            yield value, options[option]


def _positional(args: tuple[str, ...], valued: frozenset[str] | set[str]) -> Iterator[str]:
    """The words that are certainly no option's value: an unknown option may take the next word."""
    after_unknown = False
    for word in args:
        if word == "--":
            after_unknown = False
        elif word.startswith("-"):
            flag = word in POSITIONAL["flags"] or "=" in word
            after_unknown = word in valued or not flag
        else:
            if not after_unknown:
                yield word
            after_unknown = False


def _docker(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if args[:1] == ("compose",):
        yield from _compose(args[1:])
        return
    if args[:2] in {("buildx", "build"), ("image", "build"), ("builder", "build")}:
        args = args[1:]
    if args[:1] == ("build",):
        yield from _build(args[1:])


def _build(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for index, word in enumerate(args):
        option, equals, value = word.partition("=")
        if option in {"-f", "--file"}:
            yield (value if equals else next(iter(args[index + 1 : index + 2]), "")), "dockerfile"
    context = args[-1] if args else ""
    valued = len(args) > 1 and args[-2].startswith("-") and "=" not in args[-2]
    if context and not context.startswith("-") and (not valued or args[-2] in POSITIONAL["flags"]):
        yield context, "context"


def _compose(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Options before the subcommand only: `logs -f` follows, it names no file."""
    kinds = {"-f": "compose", "--file": "compose", "--env-file": "env", "--project-directory": "directory"}
    index = 0
    while index < len(args) and args[index].startswith("-"):
        option, equals, value = args[index].partition("=")
        takes = option in kinds or option in {"-p", "--project-name", "--profile", "--ansi", "--progress"}
        if takes and not equals:
            index += 1
            value = args[index] if index < len(args) else ""
        if option in kinds and value:
            yield value, kinds[option]
        index += 1


def _kubectl(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if not set(args[:4]) & KUBECTL_WRITES:
        return
    kinds = dict.fromkeys(("-f", "--filename"), "manifest")
    kinds |= dict.fromkeys(("-k", "--kustomize"), "kustomization")
    for index, word in enumerate(args):
        option, equals, value = word.partition("=")
        if option in kinds:
            value = value if equals else next(iter(args[index + 1 : index + 2]), "")
            yield from ((part, kinds[option]) for part in value.split(","))


def _helm(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if not set(args[:3]) & {"install", "upgrade", "template", "lint", "package", "dependency", "dep"}:
        return
    yield from ((word, "chart") for word in args if word.startswith(("./", "../")) and not _is_yaml(word))
    for index, word in enumerate(args[:-1]):
        if word in {"-f", "--values"}:
            yield from ((part, "values") for part in args[index + 1].split(","))


def _is_yaml(word: str) -> bool:
    return word.endswith((".yaml", ".yml", ".tgz", ".json"))


def _pytest(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if "--pyargs" not in args:
        for word in _positional(args, POSITIONAL["pytest"]):
            yield word.partition("::")[0], "tests"


def _go(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if args[:1] and args[0] in {"run", "build", "test", "vet", "install"}:
        for word in _positional(args[1:], POSITIONAL["go"]):
            folder = normpath(word.removesuffix("..."))
            if word.startswith("./") and folder != ".":
                yield folder, "directory"


def _copy(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    plain = [a for a in args if not a.startswith("-")]
    yield from ((word, "file") for word in plain[:-1] if _TEMPLATE_NAME.search(basename(word)))


def _chmod(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from ((word, "script") for word in args if word.endswith((".sh", ".bash", ".py")))


def _change(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from ((word, "directory") for word in args[:1] if not word.startswith("-"))


def _run_file(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if args[:1] == ("run",) or args[:1] == ("dev",):
        words = list(_positional(args[1:], POSITIONAL["run"]))[:1]
        yield from ((word, "script") for word in words if "." in word or "/" in word)


def _each_file(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from ((word, "file") for word in _positional(args, POSITIONAL["files"]) if "." in word)


def _kustomize(args: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if args[:1] == ("build",):
        yield from ((word, "kustomization") for word in list(_positional(args[1:], POSITIONAL["files"]))[:1])


_SPECIAL = {
    "docker": _docker,
    "podman": _docker,
    "nerdctl": _docker,
    "docker-compose": _compose,
    "kubectl": _kubectl,
    "oc": _kubectl,
    "helm": _helm,
    "kustomize": _kustomize,
    "pytest": _pytest,
    "py.test": _pytest,
    "go": _go,
    "cp": _copy,
    "mv": _copy,
    "chmod": _chmod,
    "cd": _change,
    "pushd": _change,
    "k6": _run_file,
    "artillery": _run_file,
    "newman": _run_file,
    "streamlit": _run_file,
    "fastapi": _run_file,
    "shellcheck": _each_file,
    "hadolint": _each_file,
    "ansible-playbook": _each_file,
}
