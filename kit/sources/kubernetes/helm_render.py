"""Render a safe subset of Helm's templates, remembering which line of them each line of output is from."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from yaml import YAMLError

from kit.sources.kubernetes.go_template import (
    Argument,
    Block,
    Command,
    Include,
    Jump,
    Literal,
    Operand,
    Output,
    Pipeline,
    Statement,
    Template,
    TemplateSyntaxError,
    Text,
    parse_template,
)
from kit.sources.kubernetes.go_values import TemplateError, bounded, go_text, truth
from kit.sources.kubernetes.helm_functions import FUNCTIONS, HASHES, RANDOM, Function

MAX_STEPS = 200_000
MAX_OUTPUT = 1_000_000
MAX_SECONDS = 5.0
MAX_INCLUDES = 40

Pieces = list[tuple[str, int, bool]]
"""Written text, the template's line of its first character, and whether it is the template's own text."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template gives: the text, the template's line for each of its lines, whether all is certain."""

    text: str
    lines: tuple[int, ...]
    certain: bool


@dataclass
class Budget:
    """What the rendering of one release may use up."""

    steps: int = MAX_STEPS
    output: int = MAX_OUTPUT
    deadline: float = field(default_factory=lambda: time.monotonic() + MAX_SECONDS)

    def spend(self, output: int = 0) -> None:
        """Count a step. Raises TemplateError where the budget is used up."""
        self.steps -= 1
        self.output -= output
        if self.steps < 0 or self.output < 0 or (self.steps % 256 == 0 and time.monotonic() > self.deadline):
            raise TemplateError("rendering takes too long", "unsupported")


class _Jumped(Exception):
    """`break` or `continue` on its way to the loop."""


@dataclass
class _Scope:
    """The dot, the root and the variables of one template's execution."""

    dot: Any
    variables: list[dict[str, Any]]

    def lookup(self, name: str) -> Any:
        for names in reversed(self.variables):
            if name in names:
                return names[name]
        raise TemplateError(f"undefined variable {name}")

    def assign(self, name: str, value: Any) -> None:
        for names in reversed(self.variables):
            if name in names:
                names[name] = value
                return
        raise TemplateError(f"undefined variable {name}")


class Renderer:
    """Renders the templates of a release; `defines` are those of all its charts by name."""

    def __init__(self, defines: Mapping[str, tuple[Statement, ...]], budget: Budget | None = None) -> None:
        self.defines = defines
        self.budget = budget or Budget()
        self.depth = 0
        self.certain = True
        self.functions: dict[str, Function] = {**FUNCTIONS, "include": self._include, "tpl": self._tpl}
        self.functions["lookup"] = self._lookup

    def render(self, template: Template, context: dict[str, Any]) -> Rendered:
        """The text that the template's own statements give. Raises TemplateError."""
        self.certain = True
        pieces: Pieces = []
        self._execute(template.body, _scope(context), pieces)
        return Rendered("".join(text for text, _, _ in pieces), _line_map(pieces), self.certain)

    def _execute(self, body: tuple[Statement, ...], scope: _Scope, out: Pieces) -> None:
        for statement in body:
            try:
                self._statement(statement, scope, out)
            except TemplateError as error:
                error.line = error.line or statement.line
                raise

    def _statement(self, statement: Statement, scope: _Scope, out: Pieces) -> None:
        self.budget.spend()
        if isinstance(statement, Text):
            self._write(statement.text, statement.line, out, literal=True)
        elif isinstance(statement, Output):
            value = self._pipeline(statement.pipeline, scope)
            if not statement.pipeline.names:
                self._write(go_text(value), statement.line, out)
        elif isinstance(statement, Include):
            value = self._pipeline(statement.pipeline, scope) if statement.pipeline else None
            self._write(self._include(statement.name, value), statement.line, out)
        elif isinstance(statement, Jump):
            raise _Jumped(statement.keyword)
        else:
            self._block(statement, scope, out)

    def _write(self, text: str, line: int, out: Pieces, *, literal: bool = False) -> None:
        self.budget.spend(len(text))
        out.append((text, line, literal))

    def _block(self, block: Block, scope: _Scope, out: Pieces) -> None:
        scope.variables.append({})
        try:
            if block.keyword == "range":
                self._range(block, scope, out)
                return
            value = self._pipeline(block.pipeline, scope)
            inner = _Scope(value, scope.variables) if block.keyword == "with" and truth(value) else scope
            self._execute(block.body if truth(value) else block.otherwise, inner, out)
        finally:
            scope.variables.pop()

    def _range(self, block: Block, scope: _Scope, out: Pieces) -> None:
        names = block.pipeline.names
        value = self._pipeline(Pipeline(block.pipeline.commands), scope)
        pairs = _pairs(value)
        for key, item in pairs:
            scope.variables.append(dict(zip(names, (key, item) if len(names) > 1 else (item,), strict=False)))
            try:
                self._execute(block.body, _Scope(item, scope.variables), out)
            except _Jumped as jump:
                if str(jump) == "break":
                    break
            finally:
                scope.variables.pop()
        if not pairs:
            self._execute(block.otherwise, scope, out)

    def _pipeline(self, pipeline: Pipeline, scope: _Scope) -> Any:
        value: Any = None
        for number, command in enumerate(pipeline.commands):
            value = self._command(command, scope, (value,) if number else ())
        if pipeline.names and pipeline.declares:
            scope.variables[-1][pipeline.names[0]] = value
        elif pipeline.names:
            scope.assign(pipeline.names[0], value)
        return value

    def _command(self, command: Command, scope: _Scope, piped: tuple[Any, ...]) -> Any:
        self.budget.spend()
        if isinstance(command.head, str):
            return self._call(command.head, command.arguments, scope, piped)
        value = self._value(command.head, scope)
        if callable(value):
            return _applied(value, [*(self._value(a, scope) for a in command.arguments), *piped], "method")
        if command.arguments or piped:
            raise TemplateError("arguments are given to what is no function")
        return value

    def _call(self, name: str, arguments: tuple[Argument, ...], scope: _Scope, piped: tuple[Any, ...]) -> Any:
        if name in {"and", "or"}:
            return self._short_circuit(name, arguments, scope, piped)
        values = [*(self._value(argument, scope) for argument in arguments), *piped]
        if name in RANDOM:
            self.certain = False
            return "0" * min(values[0] if values and isinstance(values[0], int) and values[0] > 0 else 36, 64)
        if name in HASHES and values and isinstance(values[-1], str) and not values[-1].strip("0"):
            return "0" * 64  # what is made of a filler is one
        if name not in self.functions:
            raise TemplateError(f"the function {name} is not rendered here", "unsupported")
        return _applied(self.functions[name], values, name)

    def _short_circuit(self, name: str, arguments: tuple[Argument, ...], scope: _Scope, piped: tuple[Any, ...]) -> Any:
        value: Any = None
        for argument in arguments:
            value = self._value(argument, scope)
            if truth(value) == (name == "or"):
                return value
        return piped[0] if piped else value

    def _value(self, argument: Argument, scope: _Scope) -> Any:
        if isinstance(argument, str):
            return self._call(argument, (), scope, ())
        if isinstance(argument, Literal):
            return argument.value
        return self._operand(argument, scope)

    def _operand(self, operand: Operand, scope: _Scope) -> Any:
        self.budget.spend()
        if operand.base is None:
            value = scope.dot
        elif isinstance(operand.base, str):
            value = scope.lookup(operand.base)
        else:
            value = self._pipeline(operand.base, scope)
        # As in Go, fields of nothing are nothing; only what lacks on the way is an error.
        for name in operand.fields if value is not None else ():
            value = _field(value, name)
        return value() if callable(value) and getattr(value, "nullary", False) else value

    def _include(self, name: str, context: Any = None) -> str:
        if name not in self.defines:
            raise TemplateError(f"no template {name!r} is defined")
        return self._nested(self.defines[name], context)

    def _tpl(self, text: Any, context: Any) -> str:
        try:
            template = parse_template(go_text(bounded(text)))
        except TemplateSyntaxError as error:
            raise TemplateError(str(error)) from error
        if template.defines:
            raise TemplateError("a definition inside of tpl", "unsupported")
        return self._nested(template.body, context)

    def _nested(self, body: tuple[Statement, ...], context: Any) -> str:
        self.depth += 1
        if self.depth > MAX_INCLUDES:
            raise TemplateError("templates include each other too deep")
        try:
            pieces: Pieces = []
            self._execute(body, _scope(context), pieces)
            return str(bounded("".join(text for text, _, _ in pieces)))
        except TemplateError as error:
            error.line = None
            raise
        finally:
            self.depth -= 1

    def _lookup(self, *_: Any) -> dict[str, Any]:
        # Nothing is known of the cluster; `helm template` gives an empty answer too.
        self.certain = False
        return {}


def _scope(context: Any) -> _Scope:
    return _Scope(context, [{"$": context}])


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return [(key, value[key]) for key in sorted(value)]
    if isinstance(value, bool) or not isinstance(value, int | list | None):
        raise TemplateError(f"range over {go_text(value)[:40]!r}")
    return list(enumerate(FUNCTIONS["until"](value) if isinstance(value, int) else value or ()))


def _field(value: Any, name: str) -> Any:
    method = getattr(value, "methods", {}).get(name)
    if method is not None:
        return method
    if isinstance(value, dict):
        return value.get(name)
    if value is None:
        raise TemplateError(f"nil pointer evaluating interface {{}}.{name}")
    raise TemplateError(f"can't evaluate field {name} in {go_text(value)[:40]!r}")


def _applied(function: Function, values: list[Any], name: str) -> Any:
    try:
        return function(*values)
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, YAMLError) as error:
        raise TemplateError(f"wrong arguments for {name}: {error}") from error


def _line_map(pieces: Pieces) -> tuple[int, ...]:
    """For each line of the joined text the line of the template that its first visible character is from."""
    lines: list[int] = []
    current: int | None = None
    last = 1
    for text, first, literal in pieces:
        for offset, part in enumerate(text.split("\n")):
            origin = first + offset if literal else first
            if offset:
                lines.append(current or last)
                current = None
            last = origin
            if current is None and part.strip():
                current = origin
    return (*lines, current or last)
