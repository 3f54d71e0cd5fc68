"""The interfaces that .proto files describe."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kit.model import At, FileClass
from kit.project import Project

_FIELD = re.compile(
    r"^\s{0,200}(?:optional|required|repeated)?\s{0,20}([\w.<>,][\w.<>, ]{0,199}?)\s{1,40}(\w{1,200})\s{0,40}=\s{0,20}(\d{1,12})\s{0,20}(?:\[|;)"
)
_BLOCK = re.compile(r"^\s*(message|enum|service)\s+(\w+)")
_RPC = re.compile(r"\brpc\s{1,20}(\w{1,200})")
_OPTION = re.compile(r"^\s{0,20}option\s{1,20}(\w{1,60})\s{0,20}=\s{0,20}\"([^\"]{1,300})\"")
_COMMENT = re.compile(r"/\*.{0,500}?\*/|/\*.{0,500}|//.{0,500}")


@dataclass(frozen=True)
class Proto:
    """A .proto file: `fields` are (message, number) to type, name and place, `services` what can be called, `rpcs` each
    service's methods by name, `options` what the whole file says of the code that is generated."""

    path: str
    package: str
    fields: dict[tuple[str, str], tuple[str, str, At]]
    services: dict[str, At] = field(default_factory=dict)
    rpcs: dict[str, dict[str, At]] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)

    @property
    def shape(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Type and name of each field, wherever it stands."""
        return {key: (kind, name) for key, (kind, name, _) in self.fields.items()}


def protos(project: Project) -> list[Proto]:
    """The .proto files of production."""
    paths = project.files.glob("**/*.proto", "*.proto", classes={FileClass.PRODUCTION})
    return [_proto(project, path) for path in paths]


def _rpcs(project: Project, path: str) -> dict[str, dict[str, At]]:
    """The methods of each service of a file, those left out that comments hold."""
    found: dict[str, dict[str, At]] = {}
    name, aside = "", False
    for number, raw in enumerate(project.files.lines(path)[:20_000], start=1):
        line = raw[:500]
        if aside:
            _, closed, line = line.partition("*/")
            aside = not closed
        aside = aside or line.rfind("/*") > line.rfind("*/")
        line = _COMMENT.sub(" ", line)
        block = _BLOCK.match(line)
        if block is not None:
            name = block[2] if block[1] == "service" else ""
        if name:
            found.setdefault(name, {}).update((m, At(path, number)) for m in _RPC.findall(line))
    return found


def _proto(project: Project, path: str) -> Proto:
    fields: dict[tuple[str, str], tuple[str, str, At]] = {}
    services: dict[str, At] = {}
    options: dict[str, str] = {}
    package, open_ = "", list[str]()
    for number, raw in enumerate(project.files.lines(path)[:20_000], start=1):
        line = raw.split("//")[0][:500]
        if line.lstrip().startswith("package "):
            package = line.strip()[8:].strip(" ;")
        option = _OPTION.match(raw[:500]) if not open_ else None
        if option is not None:
            options[option[1]] = option[2]
        block, field = _BLOCK.match(line), _FIELD.match(line)
        if block is not None and block[1] == "service":
            services[block[2]] = At(path, number)
        if field is not None and open_ and "enum " not in line and not open_[-1].startswith("enum"):
            fields[(".".join(o for o in open_ if o), field[3])] = (
                " ".join(field[1].split()),
                field[2],
                At(path, number),
            )
        for character in line:
            if character == "{":
                open_.append(
                    f"enum {block[2]}"
                    if block and block[1] == "enum"
                    else block[2]
                    if block and block[1] == "message"
                    else ""
                )
                block = None
            elif character == "}" and open_:
                open_.pop()
    return Proto(path, package, fields, services, _rpcs(project, path), options)
