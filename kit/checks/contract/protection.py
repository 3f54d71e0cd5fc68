"""Does a specification say how callers prove who they are, and does that travel safely?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.sources.papers.openapi import OpenApi

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_NEAR = re.compile(
    r"http://(?:localhost|127\.|0\.0\.0\.0|\[::1\]|[\w-]+(?::\d+)?(?:/|$)|[\w.-]+\.(?:local|test|internal)\b)"
)
_FLOWS = {
    "implicit": "hands tokens over in the address, where histories and logs keep them",
    "password": "gives each client the user's password",
}


@check("CTR-040", "Specified credentials travel safely", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=1)
def credentials_travel_safely(project: Project) -> Iterator[Fact]:
    """
    Clients are made from the specification: what it offers in clear is used in clear.

    Decides: servers and schemes of OpenAPI files are HTTPS (addresses of one's own machine are left out); no basic
    authentication; no OAuth 2 flow that hands tokens or passwords about.

    Fix: `servers: [{url: "https://..."}]`, `type: http, scheme: bearer`, the `authorizationCode` flow with PKCE.

    Blind to: what a proxy redirects, flows that only machines use.

    See: https://datatracker.ietf.org/doc/html/rfc9700
    """
    for spec in project.openapi:
        if spec.error is None:
            found = [*_plain(spec), *_weak(spec)]
            yield from found or [ok(f"{spec.path}: credentials travel safely.", spec)]


MANY = 8
"""How many places of one fact are shown."""


def _plain(spec: OpenApi) -> Iterator[Fact]:
    root = spec.document.root
    holders = [root, *root.each("paths", "*"), *root.each("paths", "*", "*")]
    for node in (n for h in holders for n in h.each("servers", "*", "url")):
        if node.text.startswith("http://") and not _NEAR.match(node.text):
            yield bad(f"{spec.path}: {node.text} is plain HTTP; what is sent there can be read.", node)
    host = root.get("host")
    if host is not None and _NEAR.match(f"http://{host.text}/"):
        return
    offered = [n for h in holders for n in h.each("schemes", "*") if n.text in {"http", "ws"}]
    if offered:
        times = f" ({len(offered)} times)" if len(offered) > 1 else ""
        message = f"{spec.path}: {offered[0].text} is offered{times}; what is sent by it can be read."
        yield bad(message, *offered[:MANY])


def _weak(spec: OpenApi) -> Iterator[Fact]:
    for name, scheme in _schemes(spec):
        kind, how = _text(scheme, "type"), _text(scheme, "scheme").lower()
        if kind == "basic" or (kind == "http" and how in {"basic", "digest", "negotiate"}):
            at = scheme.at_or_self("scheme" if how else "type")
            message = f"{spec.path}: {name} sends the password with every request ({how or kind})."
            yield partial(message, at, severity=Severity.LOW)
        yield from _flows(spec, name, scheme)


def _flows(spec: OpenApi, name: str, scheme: Node) -> Iterator[Fact]:
    for flow, what in _FLOWS.items():
        newer, older = scheme.get("flows", flow), scheme.get("flow")
        node = newer or (older if older is not None and older.text == flow else None)
        if node is not None:
            yield partial(f"{spec.path}: {name} offers the {flow} flow, which {what}.", node)


@check("CTR-041", "Specified security is defined", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=1)
def security_is_defined(project: Project) -> Iterator[Fact]:
    """
    A specification that asks for a scheme which it does not define, or for none at all, leaves generated clients and
    gateways without any.

    Decides: each `security` of OpenAPI files names a scheme that is defined; where operations change something, some
    scheme is asked for at all.

    Fix: define the scheme under `components.securitySchemes`, and ask for it with `security: [{bearer: []}]`.

    Blind to: interfaces that are meant to be open, what code asks for (CTR-012 compares both).

    See: https://spec.openapis.org/oas/latest.html#security-requirement-object
    """
    for spec in project.openapi:
        if spec.error is None and spec.document.get("paths") is not None:
            known = {name for name, _ in _schemes(spec)}
            asked = list(_asked(spec))
            lost = [(name, node) for name, node in asked if name not in known]
            for name, node in lost:
                yield bad(f"{spec.path}: the security scheme {name} is not defined.", node)
            if not asked and any(o.method.upper() in _CHANGES for o in spec.operations):
                message = f"{spec.path}: nothing is asked of callers, though operations change something."
                yield partial(message, spec.document.root, severity=Severity.LOW)
            elif asked and not lost:
                yield ok(f"{spec.path}: every scheme that is asked for is defined.", spec)


_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def _asked(spec: OpenApi) -> Iterator[tuple[str, Node]]:
    root = spec.document.root
    operations = [n for item in root.each("paths", "*") for key, n in item.items() if key.lower() in _METHODS]
    for holder in (root, *operations):
        for requirement in holder.each("security", "*"):
            yield from requirement.items()


def _schemes(spec: OpenApi) -> Iterator[tuple[str, Node]]:
    for route in (("components", "securitySchemes"), ("securityDefinitions",)):
        node = spec.document.get(*route)
        yield from node.items() if node is not None else ()


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    return found.text if found is not None else ""
