"""Settings files with their lines: YAML becomes a validated model, or one line that says what to mend."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from kit.model import At
from kit.sources.formats.nodes import Node

Model = TypeVar("Model", bound=BaseModel)
Route = tuple[str | int, ...]
MAX_BYTES = 4_000_000
_PASSWORD = re.compile(r"//[^/@\s]+@")


class ParamsError(Exception):
    """A params or policy file cannot be used. One line: where, what, and how to mend it.

    `problems` holds every problem of the file; the message is the first of them and how many follow.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        more = len(problems) - 1
        super().__init__(problems[0] + (f" (and {more} more)" if more else ""))


class Settings(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=False, defer_build=True)


@dataclass(frozen=True)
class Source:
    """A settings file's content: the tree of its nodes under the name that messages call it by."""

    name: str
    node: Node

    @property
    def value(self) -> dict[str, Any]:
        """The plain mapping, empty entries left out."""
        return typing.cast("dict[str, Any]", _filled(self.node.value))

    def place(self, route: Iterable[str | int]) -> str:
        """`file:line` of the deepest step of the route that is there."""
        return str(self.node.at_or_self(*route))

    def has(self, route: Route) -> bool:
        """True where the file itself says something at the route."""
        return self.node.get(*route) is not None

    def under(self, key: str) -> Source:
        """The part of the file under a key of its top level."""
        node = self.node.get(key)
        return Source(self.name, node if node is not None else Node({}, At(self.name)))


NO_SOURCE = Source("params", Node({}, At("params")))
"""Where the params stand of a project that comes without a file."""


def read_source(path: Path) -> Source:
    """The YAML mapping in a file.

    Raises ParamsError where it is missing, unreadable, no YAML, several documents, or no mapping.
    """
    name = path.as_posix()
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise ParamsError(f"{name}: larger than {MAX_BYTES // 1_000_000} MB; name a YAML file of settings")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ParamsError(f"{name}: there is no such file; name a YAML file that exists") from None
    except IsADirectoryError:
        raise ParamsError(f"{name}: is a folder; name the YAML file in it") from None
    except UnicodeDecodeError as error:
        raise ParamsError(f"{name}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise ParamsError(f"{name}: cannot be read ({error.strerror}); mend its permissions") from None
    return parse_source(text, name)


def parse_source(text: str, name: str) -> Source:
    """The YAML mapping in a text; `name` is what messages call it. Raises ParamsError as `read_source`."""
    from kit.sources.formats.yaml import parse_yaml  # a kept answer without a params file needs no YAML

    document = parse_yaml(text, name)
    if document.template:
        raise ParamsError(f"{name}: holds template marks; write plain YAML")
    problems = [document.error] if document.error else document.problems
    if problems:
        raise ParamsError(*(f"{problem.at}: {problem.message}" for problem in problems))
    if len(document.roots) > 1:
        raise ParamsError(f"{document.roots[1].at}: a second document starts here; keep one")
    if not document.root.is_map:
        raise ParamsError(f"{document.root.at}: should be a mapping; for example project: {{path: ../shop}}")
    return Source(name, document.root)


def validate(model: type[Model], sources: tuple[Source, ...], value: Mapping[str, Any]) -> Model:
    """The value as a model. Problems are placed in the first of the sources that speaks of them.

    Raises ParamsError with one line per problem.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        details = sorted(error.errors(), key=lambda d: _line(sources, d["loc"]))
        raise ParamsError(*(_problem(model, sources, each) for each in details)) from None


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or the list of what is known where nothing is near."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(names)}"


def _line(sources: tuple[Source, ...], route: Route) -> int:
    return sources[0].node.at_or_self(*route).line or 0


def _problem(model: type[BaseModel], sources: tuple[Source, ...], details: ErrorDetails) -> str:
    route = tuple(step for step in details["loc"] if step != "[key]")
    source = next((s for s in sources if s.has(route)), sources[0])
    place, dotted = source.place(route), _dotted(route)
    parent, field = _field_at(model, route)
    if details["type"] == "extra_forbidden" and parent is not None:
        names = {f.alias or name for name, f in parent.model_fields.items()}
        return f"{place}: unknown key '{route[-1]}'{_inside(route)}{nearest(str(route[-1]), names)}"
    if details["type"] == "missing":
        return f"{place}: '{dotted}' is missing{_example(field)}"
    # A rule over a whole mapping says itself what is wrong; repeating the mapping would bury it.
    said = "" if isinstance(details["input"], dict) else f", not {_shown(details['input'])}"
    return f"{place}: {f'{dotted} {_expectation(details)}'.strip()}{said}{_example(field)}"


def _expectation(details: ErrorDetails) -> str:
    if details["type"] in {"model_type", "dict_type"}:
        return "should be a mapping"
    text = details["msg"].removeprefix("Value error, ").replace("valid tuple", "list")
    return text.removeprefix("Input ") if text.startswith("Input ") else f"should be {text}"


def _shown(value: object) -> str:
    text = _PASSWORD.sub("//...@", repr(value))
    return text if len(text) <= 60 else f"{text[:57]}..."


def _inside(route: Route) -> str:
    return f" in {_dotted(route[:-1])}" if len(route) > 1 else ""


def _dotted(route: Route) -> str:
    return "".join(f"[{s + 1}]" if isinstance(s, int) else f".{s}" for s in route).removeprefix(".")


def _example(field: FieldInfo | None) -> str:
    if field is None or not field.examples:
        return ""
    return f"; for example {field.examples[0]}"


def _field_at(model: type[BaseModel], route: Route) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The model that the route's last key is looked up in, and the last field that the route names."""
    parent: type[BaseModel] | None = model
    inner: type[BaseModel] | None = model
    field: FieldInfo | None = None
    for step in route:
        parent = inner
        fields = inner.model_fields.items() if inner is not None else ()
        found = next((f for name, f in fields if step in (name, f.alias)), None)
        if found is not None:
            field, inner = found, _model_in(found.annotation)
    return parent, field


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in typing.get_args(annotation) if (m := _model_in(a)) is not None), None)


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _filled(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_filled(v) for v in value]
    return value
