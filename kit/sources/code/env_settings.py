"""The environment that pydantic settings classes read: each field is a variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from kit.sources.code.python import Found, PythonProject
from kit.sources.code.python_module import PythonModule, Scope, elements, keyword, last_name, literal_text
from kit.sources.code.records import EnvReadFact


class Rules(NamedTuple):
    """How a settings class names its variables."""

    prefix: str = ""
    nested: bool = False
    case: bool = False
    optional_by_default: bool = False


def settings_reads(project: PythonProject, module: PythonModule) -> Iterator[EnvReadFact]:
    """The fields of every class of a module that is, or is made from, a `BaseSettings`."""
    for node, scope in module.all(ast.ClassDef):
        found = Found(module, node, scope)
        bases = [base.rsplit(".", 1) for base in project.bases(found)] if node.bases else []
        if any(base[-1] == "BaseSettings" for base in bases):
            # in pydantic 1 `BaseSettings` is pydantic's own, and `Optional` alone makes a field optional
            first = ["pydantic", "BaseSettings"] in bases
            rules = _rules(node, project, module)._replace(optional_by_default=first)
            given = _given(node.name, project)
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    for read in _field(field, field.target.id, rules, project, module, scope):
                        yield _unless_given(read, field.target.id, given)


def _given(name: str, project: PythonProject) -> set[str | None]:
    """The fields that code itself gives where it makes the settings: `Settings(SECRET=load_secret())`.

    None stands for `**values`, which may hold any.
    """
    calls = (call for module in project.modules(f"{name}(") for call, _ in module.all(ast.Call))
    return {k.arg for call in calls if last_name(call) == name for k in call.keywords}


def _unless_given(read: EnvReadFact, field: str, given: set[str | None]) -> EnvReadFact:
    if field in given:
        return replace(read, required=False)
    return replace(read, required=None) if read.required and None in given else read


def _rules(node: ast.ClassDef, project: PythonProject, module: PythonModule) -> Rules:
    """`model_config = SettingsConfigDict(env_prefix=…)`, `class Config: env_prefix = …`, the parents' where
    it has none."""
    stated: dict[str, ast.expr] = {}
    for item in node.body:
        if (
            isinstance(item, ast.Assign)
            and isinstance(item.targets[0], ast.Name)
            and item.targets[0].id == "model_config"
        ):
            stated |= _stated(item.value)
        elif isinstance(item, ast.ClassDef) and item.name == "Config":
            assigned = (a for a in item.body if isinstance(a, ast.Assign))
            stated |= {a.targets[0].id: a.value for a in assigned if isinstance(a.targets[0], ast.Name)}
    prefix = project.text(stated["env_prefix"], module).path if "env_prefix" in stated else ""
    case = stated.get("case_sensitive")
    sensitive = isinstance(case, ast.Constant) and case.value is True
    return Rules(prefix, "env_nested_delimiter" in stated, sensitive)


def _stated(value: ast.expr) -> dict[str, ast.expr]:
    if isinstance(value, ast.Call):
        return {k.arg: k.value for k in value.keywords if k.arg}
    if isinstance(value, ast.Dict):
        named = zip(value.keys, value.values, strict=True)
        return {text: item for key, item in named if (text := literal_text(key))}
    return {}


def _field(
    field: ast.AnnAssign, name: str, rules: Rules, project: PythonProject, module: PythonModule, scope: Scope
) -> Iterator[EnvReadFact]:
    annotation = ast.unparse(field.annotation)
    if name.startswith("_") or name == "model_config" or "ClassVar" in annotation:
        return
    call = field.value if isinstance(field.value, ast.Call) and last_name(field.value) == "Field" else None
    names = _aliases(call) or [_spelled(f"{rules.prefix}{name}", rules)]
    default = _default_of(field, call)
    missing = default is None or (isinstance(default, ast.Constant) and default.value is Ellipsis)
    lenient = rules.optional_by_default and ("Optional" in annotation or "None" in annotation)
    made = call is not None and keyword(call, "default_factory") is not None
    required: bool | None = missing and not lenient and not made
    if required and rules.nested and _is_model(field.annotation, project, module, scope):
        required = None
    if required and len(names) > 1:  # one of several names is enough
        required = None
    text = _text(default, project, module, scope) if not missing else None
    for variable in names:
        yield EnvReadFact(variable, module.at(field), required, text)


def _default_of(field: ast.AnnAssign, call: ast.Call | None) -> ast.expr | None:
    if call is None:
        return field.value
    return keyword(call, "default") or (call.args[0] if call.args else None)


def _aliases(call: ast.Call | None) -> list[str]:
    """`Field(alias="X")`, `validation_alias=AliasChoices("X", "Y")`, pydantic 1's `env=["X", "Y"]`."""
    given = keyword(call, "validation_alias", "alias", "env") if call is not None else None
    if isinstance(given, ast.Call):
        return [text for item in given.args if (text := literal_text(item))]
    return [text for item in elements(given) if (text := literal_text(item))]


def _spelled(name: str, rules: Rules) -> str:
    return name if rules.case else name.upper()


def _is_model(node: ast.expr, project: PythonProject, module: PythonModule, scope: Scope) -> bool:
    found = project.resolve(node, module, scope)
    return found is not None and isinstance(found.node, ast.ClassDef)


def _text(node: ast.expr | None, project: PythonProject, module: PythonModule, scope: Scope) -> str | None:
    if isinstance(node, ast.Constant) and node.value is not None:
        return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)
    known = project.text(node, module, scope) if node is not None else None
    return known.path if known and known.known and known.path else None
