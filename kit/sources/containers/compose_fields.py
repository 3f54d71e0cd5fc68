"""The fields of a compose service, each in all the forms that the specification allows, as records."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from kit.model import At
from kit.sources.containers.runtime import integer, split_words, text_of
from kit.sources.formats.nodes import Node

MAX_RANGE = 64
"""Ports of one range that are listed."""

_SEPARATOR = re.compile(r"\$\{[^}]*\}|(:)")
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?$")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|github\.com/", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]$")


@dataclass(frozen=True, slots=True)
class ComposePort:
    """A published port. `host` None: Docker chooses it, or a variable that nothing sets (`raw` tells)."""

    host: int | None
    container: int | None
    address: str | None
    protocol: str
    at: At
    raw: str = ""


@dataclass(frozen=True, slots=True)
class ComposeVolume:
    """A mount. `kind`: "bind", "volume" (named), "anonymous", "tmpfs"; "unknown" where a variable decides."""

    source: str | None
    target: str
    mode: str
    at: At
    kind: str


@dataclass(frozen=True, slots=True)
class ComposeBuild:
    """What builds the image.

    `context` and `dockerfile` are relative to the project's root ("../x" lies outside); a `remote` context
    stands as written. `dockerfile` is "" where it is written in line.
    """

    context: str
    dockerfile: str
    target: str | None
    args: dict[str, str | None]
    at: At
    remote: bool = False
    inline: str | None = None


@dataclass(frozen=True, slots=True)
class ComposeHealthcheck:
    """A health check. `test` are its words, without CMD; empty where the image's own test is kept."""

    node: Node
    test: tuple[str, ...]
    command: str
    shell: bool
    disabled: bool

    @property
    def at(self) -> At:
        return self.node.at


@dataclass(frozen=True, slots=True)
class EnvFile:
    """A file of variables. `exists`: it is a file of the project (one that is only ignored is not)."""

    path: str
    required: bool
    exists: bool
    at: At


def scalar(node: Node) -> str:
    """The scalar as it is written, a number or boolean as in the file; empty for null."""
    if node.data is None or isinstance(node.data, str):
        return node.data or ""
    return node.raw or node.text


def items(node: Node | None) -> Iterator[Node]:
    """The items of a list, or the one scalar."""
    if node is None or node.data is None:
        return
    if isinstance(node.data, list):
        yield from node.data
    else:
        yield node


def split_colons(text: str) -> list[str]:
    """Parts between colons, those within `${…}` left alone."""
    parts, start = [], 0
    for found in _SEPARATOR.finditer(text):
        if found[1]:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


def ports(node: Node | None) -> Iterator[ComposePort]:
    """Every published port, short and long form, ranges one by one."""
    for item in items(node):
        yield from _long_port(item) if item.is_map else _short_port(item)


def _short_port(item: Node) -> Iterator[ComposePort]:
    raw = scalar(item).strip()
    address: str | None = None
    text = raw
    if text.startswith("["):
        address, _, text = text[1:].partition("]")
        text = text.removeprefix(":")
    text, _, protocol = text.partition("/") if "${" not in text else (text, "", "")
    *before, container = split_colons(text)
    host = before.pop() if before else ""
    yield from _ports(host, container, address or ":".join(before) or None, protocol, item.at, raw)


def _long_port(item: Node) -> Iterator[ComposePort]:
    published, target, protocol, address = (
        scalar(found) if (found := item.get(key)) is not None else ""
        for key in ("published", "target", "protocol", "host_ip")
    )
    yield from _ports(published, target, address or None, protocol, item.at, f"{published}:{target}")


def _ports(host: str, container: str, address: str | None, protocol: str, at: At, raw: str) -> Iterator[ComposePort]:
    inside, outside = _numbers(container), _numbers(host)
    if len(inside) <= 1:
        outside = outside[:1]
    for here, there in zip_longest(outside, inside or [None]):
        yield ComposePort(here, there, address, protocol.lower() or "tcp", at, raw)


def _numbers(text: str) -> list[int | None]:
    found = _RANGE.match(text.strip())
    if found is None:
        return []
    first, last = int(found[1]), int(found[2] or found[1])
    return list(range(first, min(last, first + MAX_RANGE - 1) + 1))


def volumes(node: Node | None) -> Iterator[ComposeVolume]:
    """Every mount, short and long form."""
    for item in items(node):
        yield _long_volume(item) if item.is_map else _short_volume(item)


def _long_volume(item: Node) -> ComposeVolume:
    source = text_of(item.get("source"))
    kind = text_of(item.get("type")) or ("volume" if source else "anonymous")
    read_only = item.get("read_only")
    mode = "ro" if read_only is not None and read_only.data is True else "rw"
    kind = "anonymous" if kind == "volume" and not source else kind
    return ComposeVolume(source, text_of(item.get("target")) or "", mode, item.at, kind)


def _short_volume(item: Node) -> ComposeVolume:
    parts = split_colons(scalar(item).strip())
    if len(parts) > 1 and _DRIVE.match(parts[0]) and parts[1][:1] in {"\\", "/"}:
        parts[:2] = [f"{parts[0]}:{parts[1]}"]
    if len(parts) == 1:
        return ComposeVolume(None, parts[0], "rw", item.at, "anonymous")
    options = parts[2].split(",") if len(parts) > 2 else []
    return ComposeVolume(parts[0], parts[1], "ro" if "ro" in options else "rw", item.at, _kind(parts[0]))


def _kind(source: str) -> str:
    if source.startswith((".", "/", "~", "\\")) or source[1:2] == ":":
        return "bind"
    if "$" in source:
        return "bind" if "/" in re.sub(r"\$\{[^}]*\}", "", source) else "unknown"
    return "volume"


def build(node: Node | None, directory: str) -> ComposeBuild | None:
    """What builds the image, short and long form; paths are relative to the compose project's `directory`."""
    if node is None or node.data is None or node.is_list:
        return None
    written = (text_of(node.get("context")) or ".") if node.is_map else scalar(node)
    remote = bool(_REMOTE.match(written))
    context = written if remote or "$" in written else join(directory, written)
    inline = text_of(node.get("dockerfile_inline"))
    dockerfile = text_of(node.get("dockerfile")) or "Dockerfile"
    arguments = node.get("args")
    return ComposeBuild(
        context=context,
        dockerfile="" if inline else dockerfile if remote else join(context, dockerfile),
        target=text_of(node.get("target")),
        args={k: None if v.data is None else scalar(v) for k, v in mapping(arguments).items()},
        at=node.at,
        remote=remote,
        inline=inline,
    )


def join(directory: str, path: str) -> str:
    """The path below the directory, both relative to the project's root; "." is the root."""
    return posixpath.normpath(posixpath.join(directory or ".", path))


def healthcheck(node: Node | None) -> ComposeHealthcheck | None:
    """The health check of a service; None where it has none of its own."""
    if node is None or not node.is_map:
        return None
    test, off = node.get("test"), node.get("disable")
    disabled = off is not None and off.data is True
    if test is None or test.is_map:
        return ComposeHealthcheck(node, (), "", False, disabled)
    if not test.is_list:
        return ComposeHealthcheck(node, split_words(scalar(test)), scalar(test), True, disabled)
    words = tuple(scalar(item) for item in test.children())
    kind, rest = (words[0].upper(), words[1:]) if words else ("NONE", ())
    if kind == "CMD-SHELL":
        text = " ".join(rest)
        return ComposeHealthcheck(node, split_words(text), text, True, disabled)
    return ComposeHealthcheck(node, rest, " ".join(rest), False, disabled or kind == "NONE")


def mapping(node: Node | None) -> dict[str, Node]:
    """A mapping, or a list of `NAME=value`, as nodes by name; the place is the entry's or the item's."""
    if node is None:
        return {}
    if isinstance(node.data, dict):
        return dict(node.data)
    return dict(_entry(item) for item in items(node) if not item.is_map and scalar(item))


def _entry(item: Node) -> tuple[str, Node]:
    name, sign, value = scalar(item).partition("=")
    written = (item.raw or "").partition("=")[2]
    return name.strip(), Node(value if sign else None, item.at, key=name, raw=written if sign else None)


def dependencies(node: Node | None) -> dict[str, str]:
    """Name to condition of `depends_on`, both forms."""
    if node is None:
        return {}
    if isinstance(node.data, dict):
        return {k: text_of(v.get("condition")) or "service_started" for k, v in node.data.items()}
    return {scalar(item): "service_started" for item in items(node)}


def port_key(item: Node) -> tuple[object, ...]:
    """What two entries of `ports` must share for the later one to replace the earlier."""
    return tuple((p.address, p.host, p.container, p.protocol) for p in ports(Node([item], item.at)))


def target_key(item: Node) -> tuple[object, ...]:
    """The same for volumes and devices: where they are mounted."""
    return tuple(v.target.rstrip("/") for v in volumes(Node([item], item.at)))


def grant_key(item: Node) -> tuple[object, ...]:
    """The same for secrets and configs."""
    if not item.is_map:
        return (scalar(item),)
    return (text_of(item.get("target")) or text_of(item.get("source")),)


def number(node: Node | None) -> int | None:
    """A whole number as written."""
    return integer(scalar(node)) if node is not None and not node.is_map and not node.is_list else None
