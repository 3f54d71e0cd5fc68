"""Shell text to commands: program, words, working directory, and whether a failure is swallowed.

Read through the bash grammar; nothing is executed or expanded beyond constants that the text itself sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from posixpath import dirname

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.commands.command import SHELLS, Command
from kit.sources.commands.shell_words import Words, join
from kit.sources.grammar import parse

MAX_DEPTH = 120
MAX_CHARACTERS = 400_000
_ALWAYS_SUCCEED = frozenset({"true", ":", "echo", "printf"})
_ELSEWHERE = frozenset({"docker", "docker-compose", "podman", "kubectl", "ssh", "vagrant", "nsenter", "oc"})
_SILENT = frozenset({"comment", "heredoc_body", "heredoc_start", "heredoc_end"})
_EXPRESSION = re.compile(r"\$\{\{[^\n]{0,500}?\}\}")
_RESTORE = re.compile(r"\$\{EXPRESSION_(\d+)\}")
_CHANGES_DIRECTORY = re.compile(r"(?:^|[\s;&|({])(?:cd|pushd)\s", re.MULTILINE)
_STATUS_IS_READ = re.compile(r"\$\?|\$\{\?\}|PIPESTATUS")


@dataclass(frozen=True, slots=True)
class _Context:
    guard: str = ""
    piped: bool = False
    conditional: bool = False
    substituted: bool = False
    background: bool = False
    function: str | None = None
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    heredoc: str | None = None


def commands(
    text: str,
    path: str,
    first_line: int = 1,
    *,
    directory: str | None = ".",
    script: bool = False,
    pipefail: bool = False,
) -> tuple[Command, ...]:
    """Every simple command of a shell text, in the order of the text.

    `first_line` is the line of the text's first line in `path`; `directory` where it starts, relative to
    the root, None where that cannot be told; `script` True where `path` is itself the script: `$0` is known.
    """
    return Shell(path, directory=directory, script=script, pipefail=pipefail).read(text, first_line)


class Shell:
    """One shell that reads texts one after the other: directory, options and variables carry over."""

    def __init__(self, path: str, *, directory: str | None = ".", script: bool = False, pipefail: bool = False) -> None:
        self.path = path
        self.directory = directory
        self.previous: str | None = directory
        self.stack: list[str | None] = []
        self.pipefail = pipefail
        self.errexit_off = False
        self.words = Words(dirname(path) or "." if script else None)
        self.options: set[str] = set()
        self.functions: dict[str, At] = {}

    def read(self, text: str, first_line: int = 1) -> tuple[Command, ...]:
        """The commands of one text; a text that the grammar cannot read gives what could be read."""
        if len(text) > MAX_CHARACTERS or not text.strip():
            return ()
        originals: list[str] = []
        masked = _mask(text.replace("\r\n", "\n"), originals)
        self._text = masked
        self._first_line = first_line
        self._moves = bool(_CHANGES_DIRECTORY.search(masked))
        self.words.learn(masked)
        root = parse(masked, "bash")
        found = tuple(self._walk(root, _Context(), 0)) if root is not None else ()
        return tuple(_restored(c, originals) for c in found) if originals else found

    def _walk(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        if depth > MAX_DEPTH:
            return
        reader = _READERS.get(node.kind())
        if reader:
            yield from reader(self, node, context, depth + 1)
        elif node.is_named() and node.kind() not in _SILENT:
            yield from self._sequence(node.children(), context, depth + 1)

    def _sequence(self, nodes: list[SgNode], context: _Context, depth: int) -> Iterator[Command]:
        for index, node in enumerate(nodes):
            background = index + 1 < len(nodes) and nodes[index + 1].kind() == "&"
            yield from self._walk(node, replace(context, background=True) if background else context, depth)

    def _list(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        children = node.children()
        operator = next((c.kind() for c in children if c.kind() in {"&&", "||"}), "&&")
        left, right = children[0], children[-1]
        if operator == "||":
            guard = f"|| {_last(right).text().strip()}" if _swallows(right) else context.guard
            yield from self._walk(left, replace(context, guard=guard), depth)
            before = self.directory
            yield from self._walk(right, replace(context, conditional=True), depth)
            self.directory = before
            return
        yield from self._walk(left, context, depth)
        tests = _last(left).kind() == "test_command" or _last(left).text().startswith("test ")
        yield from self._walk(right, replace(context, conditional=True) if tests else context, depth)

    def _pipeline(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        parts = [c for c in node.children() if c.is_named()]
        before = self.directory
        for part in parts:
            dropped = part is not parts[-1] and not self.pipefail
            yield from self._walk(part, replace(context, piped=True) if dropped else context, depth)
            self.directory = before

    def _subshell(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        before = (self.directory, self.errexit_off)
        inside = replace(context, substituted=True) if node.kind() != "subshell" else context
        yield from self._sequence(node.children(), inside, depth)
        self.directory, self.errexit_off = before

    def _branch(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        """if, elif, while, until: a condition, whose failure is meant, and bodies that run in some cases."""
        before = self.directory
        condition = node.kind() != "else_clause"
        for child in node.children():
            if child.kind() in {"then", "do_group", "do"}:
                condition = False
            inside = replace(context, guard="if") if condition else replace(context, conditional=True)
            yield from self._walk(child, inside, depth)
            if child.kind() in {"elif_clause", "else_clause"}:
                self.directory = self.directory if self.directory == before else None
        if self.directory != before:
            self.directory = None

    def _loop(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        """for and case: bodies; where they move about, the directory afterwards cannot be told."""
        before = self.directory
        inside = replace(context, conditional=True) if node.kind() == "case_statement" else context
        for child in node.children():
            if child.kind() == "case_item":
                self.directory = before
            yield from self._walk(child, inside, depth)
        if self.directory != before:
            self.directory = None

    def _function(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        name = next((c.text() for c in node.children() if c.kind() == "word"), "")
        self.functions.setdefault(name, self._at(node))
        before = (self.directory, self.errexit_off)
        if self._moves:
            self.directory = None
        yield from self._sequence(node.children()[1:], replace(context, function=name), depth)
        self.directory, self.errexit_off = before

    def _redirected(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        children = node.children()
        writes, reads, heredoc = list(context.writes), list(context.reads), context.heredoc
        for child in children:
            if child.kind() == "file_redirect":
                target = self._word(child.children()[-1])
                reading = any(c.kind() == "<" for c in child.children())
                (reads if reading else writes).append(target)
            elif child.kind() == "heredoc_redirect":
                heredoc = next((c.text() for c in child.children() if c.kind() == "heredoc_body"), "")
        inside = replace(context, writes=tuple(writes), reads=tuple(reads), heredoc=heredoc)
        yield from self._walk(children[0], inside, depth)
        for child in children[1:]:
            yield from self._walk(child, context, depth)

    def _assignment(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        for child in node.children():
            if child.kind() == "variable_assignment":
                yield from self._assignment(child, context, depth)
            elif child.kind() not in {"variable_name", "="}:
                yield from self._walk(child, replace(context, substituted=True), depth)
        if node.kind() == "variable_assignment":
            self.words.assign(node, self.directory)

    def _test(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        del depth
        words = tuple(self._word(leaf) for leaf in _operands(node))
        yield self._made(node, "[", words, context, ())

    def _command(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        env: list[tuple[str, str]] = []
        words: list[str] = []
        for child in node.children():
            if child.kind() == "variable_assignment":
                name, _, value = child.text().partition("=")
                env.append((name, self.words.unquoted(value)))
            elif child.kind() in {"file_redirect", "herestring_redirect", "heredoc_redirect"}:
                continue
            elif child.is_named():
                words.append(self._word(child))
            yield from self._walk_substitutions(child, context, depth)
        if not words:
            return
        made = self._made(node, words[0], tuple(words[1:]), context, tuple(env))
        yield made
        yield from self._inner(made, context)
        self._take_effect(made)

    def _walk_substitutions(self, node: SgNode, context: _Context, depth: int) -> Iterator[Command]:
        if node.kind() in {"command_substitution", "process_substitution"}:
            yield from self._subshell(node, context, depth)
        elif depth < MAX_DEPTH and node.kind() not in {"word", "raw_string", "string_content", "number"}:
            for child in node.children():
                yield from self._walk_substitutions(child, context, depth + 1)

    def _inner(self, outer: Command, context: _Context) -> Iterator[Command]:
        """The commands of `bash -c "..."`, also where another program runs that shell."""
        words = outer.words
        for index, word in enumerate(words[:-2]):
            if word.rpartition("/")[2] in SHELLS and re.fullmatch(r"-[a-z]*c", words[index + 1]):
                away = outer.program in _ELSEWHERE
                shell = Shell(self.path, directory=None if away else self.directory, pipefail=self.pipefail)
                shell.words.variables = dict(self.words.variables)
                for command in shell.read(words[index + 2], outer.at.line or 1):
                    yield replace(
                        command,
                        at=outer.at,
                        guard=command.guard or context.guard,
                        guarded=command.guarded or outer.guarded,
                        conditional=command.conditional or context.conditional,
                    )
                return

    def _take_effect(self, command: Command) -> None:
        """What a command does to the shell itself: `cd`, `pushd`, `popd`, `set`."""
        if command.program == "cd":
            self._change_directory(next((a for a in command.args if a == "-" or not a.startswith("-")), "~"))
        elif command.program == "pushd" and command.args:
            self.stack.append(self.directory)
            self._change_directory(command.args[0])
        elif command.program == "popd":
            self.directory = self.stack.pop() if self.stack else None
        elif command.program in {"set", "shopt"}:
            self.take_options(command.args)

    def _change_directory(self, word: str) -> None:
        before = self.directory
        self.directory = self.previous if word == "-" else join(before, word)
        self.previous = before

    def take_options(self, args: tuple[str, ...]) -> None:
        """The options of `set`, or of the first line of a script."""
        for index, arg in enumerate(args):
            name = args[index + 1] if index + 1 < len(args) else ""
            on, letters = arg.startswith("-"), arg[1:] if re.fullmatch(r"[-+][a-zA-Z]+", arg) else ""
            if not letters:
                continue
            if "e" in letters or ("o" in letters and name == "errexit"):
                self.errexit_off = not on
                self._option("errexit", on)
            if "o" in letters and name == "pipefail":
                self.pipefail = on
                self._option("pipefail", on)
            if "u" in letters or ("o" in letters and name == "nounset"):
                self._option("nounset", on)

    def _option(self, name: str, on: bool) -> None:
        if on:
            self.options.add(name)

    def _made(
        self,
        node: SgNode,
        program: str,
        args: tuple[str, ...],
        context: _Context,
        env: tuple[tuple[str, str], ...],
    ) -> Command:
        guard = context.guard
        if not guard and self.errexit_off and not _STATUS_IS_READ.search(self._text):
            guard = "set +e"
        return Command(
            program=program,
            args=args,
            text=node.text(),
            at=self._at(node),
            guarded=bool(guard),
            guard=guard,
            env=env,
            directory=self.directory,
            piped=context.piped,
            conditional=context.conditional,
            substituted=context.substituted,
            background=context.background,
            function=context.function,
            writes=context.writes,
            reads=context.reads,
            heredoc=context.heredoc,
        )

    def _word(self, node: SgNode) -> str:
        return self.words.value(node, self.directory)

    def _at(self, node: SgNode) -> At:
        span = node.range()
        return At(self.path, self._first_line + span.start.line, self._first_line + span.end.line)


_READERS = {
    "list": Shell._list,
    "pipeline": Shell._pipeline,
    "subshell": Shell._subshell,
    "command_substitution": Shell._subshell,
    "process_substitution": Shell._subshell,
    "if_statement": Shell._branch,
    "elif_clause": Shell._branch,
    "else_clause": Shell._branch,
    "while_statement": Shell._branch,
    "for_statement": Shell._loop,
    "c_style_for_statement": Shell._loop,
    "case_statement": Shell._loop,
    "function_definition": Shell._function,
    "redirected_statement": Shell._redirected,
    "variable_assignment": Shell._assignment,
    "declaration_command": Shell._assignment,
    "test_command": Shell._test,
    "command": Shell._command,
}


def _mask(text: str, originals: list[str]) -> str:
    """Workflow expressions as plain expansions, which the grammar can read; `originals` collects them."""

    def masked(match: re.Match[str]) -> str:
        name = match[0].strip("${} ")
        if name in {"github.workspace", "github.action_path"}:
            return f"${{{name.replace('.', '_').upper()}}}"
        originals.append(match[0])
        return f"${{EXPRESSION_{len(originals) - 1}}}"

    return _EXPRESSION.sub(masked, text)


def _restored(command: Command, originals: list[str]) -> Command:
    def back(text: str) -> str:
        return _RESTORE.sub(lambda m: originals[int(m[1])] if int(m[1]) < len(originals) else m[0], text)

    return replace(
        command,
        program=back(command.program),
        args=tuple(map(back, command.args)),
        text=back(command.text),
        env=tuple((name, back(value)) for name, value in command.env),
        writes=tuple(map(back, command.writes)),
        reads=tuple(map(back, command.reads)),
    )


def _last(node: SgNode) -> SgNode:
    """The last simple command of a node: whose status is the node's."""
    for _ in range(MAX_DEPTH):
        if node.kind() not in {"compound_statement", "subshell", "list", "redirected_statement", "pipeline"}:
            return node
        named = [c for c in node.children() if c.is_named() and not c.kind().endswith("_redirect")]
        if not named:
            return node
        node = named[-1]
    return node


def _swallows(node: SgNode) -> bool:
    words = _last(node).text().split()
    if not words:
        return False
    return words[0] in _ALWAYS_SUCCEED or (words[0] in {"exit", "return"} and words[1:2] == ["0"])


def _operands(node: SgNode) -> Iterator[SgNode]:
    for child in node.children():
        if child.kind().endswith("_expression"):
            yield from _operands(child)
        elif child.is_named():
            yield child
