"""The ports that Go and Java listen on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.facts_listen import PortValue, parsed, valid
from kit.sources.code.go import GoFile, GoProject, arguments
from kit.sources.code.index import CodeIndex
from kit.sources.code.java import JavaModules
from kit.sources.code.records import ListenFact
from kit.sources.formats.nodes import Node

_LISTENS = re.compile(r"(?:^|\.)(?:ListenAndServe(?:TLS)?|Listen|Start|Run|RunTLS|StartTLS)$")
_NAMED = re.compile(r'os\.(?:Getenv|LookupEnv)\("(\w+)"\)')
_PLACEHOLDER = re.compile(r"^\$\{(\w+)(?::(\d+))?\}$")
MAX_HOPS = 6


def go_listens(code: CodeIndex) -> Iterator[ListenFact]:
    """`http.ListenAndServe(":8080", h)`, `net.Listen("tcp", addr)`, `r.Run(":80")`, `&http.Server{Addr:
    …}`."""
    project = code.once(GoProject)
    for file in project.files("ListenAndServe", "net.Listen", ".Run(", ".Start(", ".Listen(", "Addr:"):
        for call in file.root.find_all(kind="call_expression"):
            callee, given = call.field("function"), arguments(call)
            if callee is not None and given and _LISTENS.search(callee.text()):
                place = 1 if callee.text() in {"net.Listen", "tls.Listen"} and len(given) > 1 else 0
                yield from _fact(_port(given[place], file, project), file.at(call))
        for element in file.root.find_all(kind="keyed_element", regex=r"^Addr\s*:"):
            parts = [inner for child in element.named_children() for inner in (child.named_children() or [child])]
            if len(parts) > 1:
                yield from _fact(_port(parts[1], file, project), file.at(element))


def _fact(port: PortValue, at: At) -> Iterator[ListenFact]:
    if port.said:
        yield ListenFact(port.number, "listen", at, None, port.address, port.name)


def _port(node: SgNode, file: GoFile, project: GoProject, hops: int = 0) -> PortValue:
    """The port of an address: a literal, a sum with a variable's value, `fmt.Sprintf(":%s", port)`."""
    if hops > MAX_HOPS:
        return PortValue()
    named = _NAMED.search(node.text()) if node.kind() == "call_expression" else None
    if named:
        return PortValue(None, named[1])
    if node.kind() == "binary_expression":
        right = node.field("right")
        return _port(right, file, project, hops + 1) if right is not None else PortValue()
    if node.kind() == "call_expression":
        given = arguments(node)
        return _port(given[-1], file, project, hops + 1) if len(given) > 1 else PortValue()
    if node.kind().endswith("_literal"):
        literal = node.text().strip('"`')
        return PortValue(valid(int(literal))) if literal.isdigit() else parsed(literal)
    found = project.resolve(node, file)
    value = _port(found.node, found.file, project, hops + 1) if found and found.node != node else PortValue()
    if node.kind() != "identifier" or (value.name and value.number):
        return value
    number, name = _assigned(node, file, project)
    return value._replace(number=value.number or number, name=value.name or name)


def _assigned(node: SgNode, file: GoFile, project: GoProject) -> tuple[int | None, str | None]:
    """What else a variable is given: `port := "8080"` before, `if v := os.Getenv("PORT"); v != "" { port = v
    }` after."""
    number, name = None, None
    for _, _, value in file.bindings.get(node.text(), ()):
        inner = project.resolve(value, file) if value.kind() == "identifier" else None
        literal = project.text(value, file).path.strip(":") or value.text()
        named = _NAMED.search((inner.node if inner else value).text())
        number = number or (valid(int(literal)) if literal.isdigit() else None)
        name = name or (named[1] if named else None)
    return number, name


def _spring_port(node: Node) -> ListenFact:
    found = _PLACEHOLDER.match(node.text)
    number = found[2] if found else node.text
    port = valid(int(number)) if number and number.isdigit() else None
    return ListenFact(port, "listen", node.at, name=found[1] if found else None)


def java_listens(code: CodeIndex) -> Iterator[ListenFact]:
    """`server.port` of Spring's settings, each that a profile states; 8080 where a web starter is on the class path and
    none is set."""
    modules = code.once(JavaModules)
    for module in modules.roots:
        web = modules.build_line(
            module, "spring-boot-starter-web", "spring-boot-starter-webflux", "spring-boot-starter-webmvc"
        )
        web = web or modules.build_line(module, "spring-cloud-starter-gateway")
        stated = modules.stated(module, "server.port")
        if stated:
            yield from (_spring_port(node) for node in stated)
        elif web and modules.configured_elsewhere(module):
            yield ListenFact(None, "listen", web, name="SERVER_PORT")
        elif web and any(
            path.startswith(f"{module}/src/main/" if module else "src/main/") for path in code.files("java")
        ):
            yield ListenFact(8080, "listen", web, name="SERVER_PORT")
        management = modules.setting(module, "management.server.port")
        if management is not None and management.text.isdigit():
            yield ListenFact(valid(int(management.text)), "listen", management.at)
