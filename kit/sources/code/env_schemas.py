"""Validations of the environment in JavaScript: zod, envalid, Joi, t3-env, class-validator."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.sources.code.js import JsProject
from kit.sources.code.js_module import JsModule, arguments, callee_name, method_of, pair, pairs, unwrap
from kit.sources.code.records import EnvReadFact

NEEDLES: tuple[str, ...] = (
    "process.env",
    "import.meta.env",
    "createEnv",
    "cleanEnv",
    "validationSchema",
    "validateConfig",
)
NEEDLES += ("plainToInstance", "nvironmentVariables")
_OBJECTS = re.compile(r"(?:^|\.)(?:object|strictObject|looseObject|cleanEnv|createEnv|keys)$")
_OPTIONAL = frozenset(["optional", "nullish", "default", "catch", "prefault"])


def schema_reads(project: JsProject) -> Iterator[EnvReadFact]:
    """The variables that a validation names, required unless it says otherwise."""
    for module in project.modules(*NEEDLES):
        for call in module.root.find_all(kind="call_expression"):
            name = callee_name(call)
            if _OBJECTS.search(name):
                yield from _object(call, name.rsplit(".", 1)[-1], module, project)
        yield from _classes(module)


def _object(call: SgNode, kind: str, module: JsModule, project: JsProject) -> Iterator[EnvReadFact]:
    given = [unwrap(node) for node in arguments(call)]
    if kind == "cleanEnv":
        for name, node in pairs(given[1]) if len(given) > 1 else ():
            yield _envalid(name, unwrap(node), module, project)
        return
    objects = given[:1]
    if kind == "createEnv" and given:
        objects = [
            unwrap(node) for part in ("server", "client", "shared") if (node := pair(given[0], part)) is not None
        ]
    library = "joi" if "joi" in callee_name(call).lower() else "zod"
    for node in objects:
        entries = list(pairs(node))
        if entries and all(is_variable(name) for name, _ in entries):
            for name, value in entries:
                yield _validated(name, unwrap(value), library, module, project)


def _validated(name: str, node: SgNode, library: str, module: JsModule, project: JsProject) -> EnvReadFact:
    """`z.string().default("x")`, `z.string().optional()`, `Joi.string().required()`."""
    found = project.resolve(node, module)
    value = found.node if found and found.node is not None else node
    default, links = None, set()
    chained = method_of(unwrap(value))
    while chained is not None:
        links.add(chained[1])
        given = arguments(unwrap(value))
        if chained[1] in {"default", "prefault", "catch"} and given and default is None:
            default = _literal(given[0], found.module if found else module, project)
        value = unwrap(chained[0])
        chained = method_of(value)
    required = "required" in links if library == "joi" else not links & _OPTIONAL
    return EnvReadFact(name, module.at(node), required, default)


def _envalid(name: str, node: SgNode, module: JsModule, project: JsProject) -> EnvReadFact:
    """`str({ default: "x" })`; `devDefault` is none in production."""
    given = arguments(node) if node.kind() == "call_expression" else []
    options = unwrap(given[0]) if given else None
    default = pair(options, "default")
    text = _literal(default, module, project) if default is not None else None
    return EnvReadFact(name, module.at(node), default is None, text)


def _literal(node: SgNode, module: JsModule, project: JsProject) -> str | None:
    node = unwrap(node)
    if node.kind() in {"number", "true", "false"}:
        return str(node.text())
    text = project.text(node, module)
    return text.path if text.known else None


def _classes(module: JsModule) -> Iterator[EnvReadFact]:
    """class-validator: decorated fields with names of variables, optional by `@IsOptional()` or `?`."""
    if "@Is" not in module.root.text() or not module.typed:
        return
    for body in module.root.find_all(kind="class_body"):
        fields = list(body.find_all(kind="public_field_definition"))
        named = [(field, name.text()) for field in fields if (name := field.field("name")) is not None]
        if named and all(is_variable(name) for _, name in named):
            for field, name in named:
                yield _field(field, name, module)


def _field(field: SgNode, name: str, module: JsModule) -> EnvReadFact:
    decorators = {callee_name(d.named_children()[0]) for d in field.children() if d.kind() == "decorator"}
    optional = "IsOptional" in decorators or any(child.kind() == "?" for child in field.children())
    value = field.field("value")
    text = value.text().strip("'\"") if value is not None else None
    required = None if "ValidateIf" in decorators else not optional
    return EnvReadFact(name, module.at(field), required if value is None else False, text)


def is_variable(text: str) -> bool:
    """True for a name in capitals: what a variable of the environment is called by custom."""
    return re.fullmatch(r"[A-Z][A-Z0-9_]{0,127}", text) is not None
