"""Templates of the AWS Serverless Application Model, read as what they deploy: functions with events and limits."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from kit.model import At
from kit.sources.containers.runtime import EnvValue, integer, text_of
from kit.sources.formats.documents import Documents
from kit.sources.formats.nodes import Node
from kit.sources.platforms.serverless import Function, ServerlessFile, value_of
from kit.sources.tree.files import FileIndex

_FUNCTION = "AWS::Serverless::Function"
_CALLS = {"Api": "http", "HttpApi": "httpApi"}
_NO_ONE_ASKED = ("NONE",)


def find(files: FileIndex, documents: Documents) -> tuple[ServerlessFile, ...]:
    """Every SAM template of the project, as a file of functions."""
    named = files.glob("*.yaml", "*.yml", "*.json", "*.template")
    read = (_read(path, files, documents) for path in named if _FUNCTION in files.text(path))
    return tuple(each for each in read if each is not None)


def _read(path: str, files: FileIndex, documents: Documents) -> ServerlessFile | None:
    document = documents.get(path)
    declared = document.root.get("Resources") if document.error is None else None
    if declared is None:
        return None
    shared = document.root.get("Globals", "Function") or Node({}, At(path))
    functions = tuple(
        _function(name, node, shared, posixpath.dirname(path))
        for name, node in declared.items()
        if node.is_map and text_of(node.get("Type")) == _FUNCTION
    )
    provider = _provider(document.root, declared, shared)
    environment = files.environment_of(path)
    return ServerlessFile(path, "", provider, functions, _builders(declared), None, environment, None, document.root)


def _provider(root: Node, declared: Node, shared: Node) -> Node:
    """What holds for all functions, under the names of the Serverless Framework."""
    routes = [("Globals", "Api", "Auth", "DefaultAuthorizer"), ("Globals", "HttpApi", "Auth", "DefaultAuthorizer")]
    asked = [root.get(*route) for route in routes]
    asked += list(declared.each("*", "Properties", "Auth", "DefaultAuthorizer"))
    authorizer = next((node for node in asked if node is not None), None)
    given = {"runtime": shared.get("Runtime")}
    if authorizer is not None:
        given["iam"] = Node({"authorizer": authorizer}, authorizer.at)
    return Node({key: node for key, node in given.items() if node is not None}, shared.at)


def _builders(declared: Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(node.text for node in declared.each("*", "Metadata", "BuildMethod")))


def _function(name: str, node: Node, shared: Node, folder: str) -> Function:
    own = node.get("Properties") or Node({}, node.at)

    def given(key: str) -> Node | None:
        return own.get(key) or shared.get(key)

    source, handler, events = text_of(given("CodeUri")), given("Handler"), _events(own.get("Events"))
    return Function(
        name=name,
        handler=text_of(handler) or "",
        events=events,
        at=node.at,
        node=_node(node, given, events, local=source is None or "://" not in source),
        env={**_env(shared), **_env(own)},
        timeout=integer(given("Timeout")),
        memory=integer(given("MemorySize")),
        runtime=text_of(given("Runtime")),
        directory=posixpath.join(folder, source or ""),
    )


def _node(node: Node, given: Callable[[str], Node | None], events: Node, *, local: bool) -> Node:
    """The function under the names of the Serverless Framework; code that is not here counts as an artifact."""
    names = {"handler": "Handler", "runtime": "Runtime", "timeout": "Timeout", "memorySize": "MemorySize"}
    made = {name: found for name, key in names.items() if (found := given(key)) is not None}
    code = given("ImageUri") or given("InlineCode") or node.get("Metadata", "BuildMethod")
    if code is not None or not local or text_of(given("PackageType")) == "Image":
        made["package"] = Node({"artifact": code or node}, node.at)
    return Node({**made, "events": events}, node.at)


def _events(declared: Node | None) -> Node:
    found = [event for _, node in (declared.items() if declared is not None else ()) for event in _event(node)]
    return Node(found, declared.at if declared is not None else At("."))


def _event(node: Node) -> Iterator[Node]:
    kind, properties = text_of(node.get("Type")), node.get("Properties") or Node({}, node.at)
    if kind in _CALLS:
        authorizer = properties.get("Auth", "Authorizer") or properties.get("Auth", "ApiKeyRequired")
        parts = {"method": properties.get("Method"), "path": properties.get("Path"), "authorizer": authorizer}
        if authorizer is not None and authorizer.text in _NO_ONE_ASKED:
            parts["authorizer"] = None
        http = Node({key: part for key, part in parts.items() if part is not None}, properties.at)
        yield Node({_CALLS[kind]: http}, node.at)
    elif kind in {"Schedule", "ScheduleV2"}:
        schedule = properties.get("Schedule") or properties.get("ScheduleExpression")
        if schedule is not None:
            yield Node({"schedule": schedule}, node.at)


def _env(node: Node) -> dict[str, EnvValue]:
    variables = node.get("Environment", "Variables")
    return {name: value_of(value) for name, value in variables.items()} if variables is not None else {}
