"""Serverless Framework files: functions with their events, environment and limits."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kit.model import At
from kit.sources.code.index import CodeIndex
from kit.sources.code.js import JsProject
from kit.sources.code.literals import Literals
from kit.sources.containers.runtime import EnvValue, integer, text_of, texts
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Node, Problem
from kit.sources.platforms.serverless_variables import Variables
from kit.sources.tree.files import FileIndex

_NAMES = re.compile(r"(?:.*/)?serverless(?:[.-][\w-]+)?\.(ya?ml|json)", re.IGNORECASE)
_CODE_NAMES = ("serverless.ts", "serverless.js", "serverless.mjs", "serverless.cjs")
_HTTP_EVENTS = ("http", "httpApi")
_SECRET = re.compile(r"\$\{(?:ssm|aws:ssm|secretsmanager|vault)\b|\{\{resolve:(?:ssm|secretsmanager)")


_OFFLINE = re.compile(r"\b(?:serverless|sls) offline\b")
_PACKS = re.compile(r"\bzip -\w|\bupdate-function-code\b|\b(?:sam|cdk) deploy\b")
_DEPLOYS = re.compile(r"\b(?:serverless|sls)\b[^\n|;&]{0,80}\bdeploy\b|serverless/github-action")


@dataclass(frozen=True, slots=True)
class HttpEvent:
    """A route that calls a function. `authorizer` None: the event itself states none."""

    method: str
    path: str
    at: At
    authorizer: Node | None = None


@dataclass(frozen=True, eq=False)
class Function:
    """A function. `timeout` is in seconds and `memory` in MB, None where the platform's default holds."""

    name: str
    handler: str
    events: Node | None
    at: At
    node: Node
    env: dict[str, EnvValue]
    timeout: int | None = None
    memory: int | None = None
    runtime: str | None = None
    directory: str = ""

    @property
    def module(self) -> str | None:
        """The handler's module relative to the project's root, without suffix; None for an image."""
        module, dot, _ = self.handler.rpartition(".")
        return posixpath.normpath(posixpath.join(self.directory, module)) if dot and module else None

    @cached_property
    def http(self) -> tuple[HttpEvent, ...]:
        """The routes that call it; the path with a leading slash, "ANY" and "*" for any method and path."""
        return tuple(
            _http(event, event.data[kind])
            for event in _events(self.events)
            for kind in _HTTP_EVENTS
            if isinstance(event.data, dict) and kind in event.data
        )

    @cached_property
    def schedules(self) -> tuple[tuple[str, At], ...]:
        """The schedules that call it: "rate(…)", "cron(…)", and where."""
        return tuple(
            (expression, event.at)
            for event in _events(self.events)
            if (schedule := event.get("schedule")) is not None
            for expression in texts(schedule.get("rate") if schedule.is_map else schedule)
        )


@dataclass(frozen=True, eq=False)
class ServerlessFile:
    """A service of the Serverless Framework. `error`: it cannot be read, or code computes it."""

    path: str
    service: str
    provider: Node
    functions: tuple[Function, ...] = ()
    plugins: tuple[str, ...] = ()
    framework_version: str | None = None
    environment: str = "unknown"
    stage: str | None = None
    root: Node | None = None
    error: Problem | None = None

    @property
    def at(self) -> At:
        """The file as a whole."""
        return At(self.path)

    @property
    def in_code(self) -> bool:
        """Whether it is written in JavaScript or TypeScript."""
        return self.path.endswith(_CODE_NAMES)


def find(files: FileIndex, documents: Documents) -> tuple[ServerlessFile, ...]:
    """Every Serverless Framework file of the project."""
    read = (_read(path, files, documents) for path in files.paths if _NAMES.fullmatch(path))
    code = JsProject(CodeIndex(files))
    coded = (_coded(path, files, documents, code) for path in files.named(*_CODE_NAMES))
    found = [each for each in (*read, *coded) if each is not None]
    return tuple(sorted(found, key=lambda each: each.path))


def _coded(path: str, files: FileIndex, documents: Documents, code: JsProject) -> ServerlessFile | None:
    text = files.text(path)
    if "provider" not in text or "functions" not in text:
        return None
    root = Literals(code, posixpath.dirname(path)).exported(path)
    if root is not None:
        return _of(path, root, files, documents)
    error = Problem("The configuration is computed by code, which is not run here.", At(path))
    return ServerlessFile(path, "", Node({}, At(path)), environment=files.environment_of(path), error=error)


def _read(path: str, files: FileIndex, documents: Documents) -> ServerlessFile | None:
    document = documents.get(path)
    if document.error is not None:
        return ServerlessFile(path, "", Node({}, At(path)), error=document.error)
    return _of(path, document.root, files, documents)


def _of(path: str, written: Node, files: FileIndex, documents: Documents) -> ServerlessFile | None:
    if "provider" not in written and "functions" not in written:
        return None
    root = Variables(files, documents, path, written).filled(written)
    provider = root.get("provider") or Node({}, At(path))
    service = root.get("service")
    if service is not None and service.is_map:
        service = service.get("name")
    local = _is_local(path, files)
    return ServerlessFile(
        path=path,
        service=text_of(service) or "",
        provider=provider,
        functions=tuple(_functions(root, provider, posixpath.dirname(path))),
        plugins=texts(root.get("plugins", "modules") or root.get("plugins")),
        framework_version=text_of(root.get("frameworkVersion")),
        environment="development" if local else files.environment_of(path),
        stage=text_of(provider.get("stage")),
        root=root,
    )


def _is_local(path: str, files: FileIndex) -> bool:
    """Whether the file only starts the functions on a developer's machine: its package does that and packs them for
    another tool, and nothing deploys with the framework."""
    package = files.text(posixpath.join(posixpath.dirname(path), "package.json"))
    if not (_OFFLINE.search(package) and _PACKS.search(package)):
        return False
    return not any(
        _DEPLOYS.search(files.text(p))
        for p in files.glob("package.json", "*.yml", "*.yaml", "Makefile", "*.sh", "*.md")
    )


def _functions(root: Node, provider: Node, directory: str) -> Iterator[Function]:
    declared = root.get("functions")
    if declared is None:
        return
    for group in declared.children() if declared.is_list else (declared,):
        for name, node in group.items():
            if node.is_map:
                yield _function(name, node, provider, directory)


def _function(name: str, node: Node, provider: Node, directory: str) -> Function:
    def own(key: str, shared: str | None = None) -> Node | None:
        return node.get(key) or provider.get(shared or key)

    image = node.get("image")
    return Function(
        name=name,
        handler=text_of(node.get("handler")) or text_of(image.get("name") if image and image.is_map else image) or "",
        events=node.get("events"),
        at=node.at,
        node=node,
        env={**_env(provider.get("environment")), **_env(node.get("environment"))},
        timeout=integer(own("timeout")),
        memory=integer(own("memorySize")),
        runtime=text_of(own("runtime")),
        directory=directory,
    )


def _env(node: Node | None) -> dict[str, EnvValue]:
    return {name: value_of(value) for name, value in node.items()} if node is not None else {}


def value_of(node: Node) -> EnvValue:
    """What a variable is given: a value, or who knows it."""
    if node.data is None or node.is_map or node.is_list or node.tag in {"!Ref", "!GetAtt", "!ImportValue"}:
        return EnvValue(None, node.at, "reference")
    if _SECRET.search(node.text):
        return EnvValue(None, node.at, "secret")
    if "${env:" in node.text or "${param:" in node.text or "${opt:" in node.text:
        whole = re.fullmatch(r"\$\{[^{}]*\}", node.text)
        return EnvValue(None if whole else node.text, node.at, "shell")
    return EnvValue(node.text, node.at, "reference" if "${" in node.text else "literal")


def _events(events: Node | None) -> Iterator[Node]:
    if events is not None and events.is_list:
        yield from events.children()


def _http(event: Node, node: Node) -> HttpEvent:
    if isinstance(node.data, bool | None):
        return HttpEvent("ANY", "*", event.at)
    if not node.is_map:
        method, _, path = node.text.strip().partition(" ")
        if not path:
            method, path = "ANY", method
        return HttpEvent(method.upper().replace("*", "ANY"), _slashed(path), event.at)
    method = (text_of(node.get("method")) or "ANY").upper().replace("*", "ANY")
    path = text_of(node.get("path")) or "*"
    return HttpEvent(method, _slashed(path), event.at, node.get("authorizer"))


def _slashed(path: str) -> str:
    path = path.strip()
    return path if path.startswith(("/", "*")) else f"/{path}"
