"""Routes of ASP.NET's controllers: `[Route]` and `[HttpGet]`, those of base classes too, and what `[Authorize]` guards.

See https://learn.microsoft.com/aspnet/core/mvc/controllers/routing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.index import CodeIndex, node_at
from kit.sources.code.mounts import OPEN, Guard, absolute, braced_path
from kit.sources.code.records import RouteFact

_VERBS = {f"Http{verb.title()}": verb for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")}
_NEEDLES = ("[Route(", "[HttpGet", "[HttpPost", "[HttpPut", "[HttpPatch", "[HttpDelete", "[ApiController")
_TEXT = re.compile(r"^@?\"([^\"\n]*)\"")
_CONSTRAINED = re.compile(r"\{(\*{0,2})(\w+)(?:[:=][^{}]*)?\??\}")
_ASKS = re.compile(
    r"(?i)^(?:\w{0,40}(?:authorize|permission|apikey|jwt)\w{0,40}|requires?\w{1,40}|\w{0,40}auth(?:entication|filter)?)$"
)
_FILTERS = frozenset({"TypeFilter", "ServiceFilter"})
_EVERYWHERE = re.compile(
    r"FallbackPolicy\s*=(?!\s*null)|\.SetFallbackPolicy\(|\.MapControllers\(\s*\)\s*\.RequireAuthorization\("
    r"|new\s+AuthorizeFilter\(|Filters\.Add<AuthorizeFilter>"
)
"""What asks who calls before every route of a program that lets nobody in by name."""
_GUARD = re.compile(
    r"\bclass\s{1,9}(\w{1,80})[^{:;]{0,200}:[^{;]{0,200}\b(?:AuthorizeAttribute|I(?:Async)?AuthorizationFilter)\b"
)
MAX_BASES = 6


class _Attribute(NamedTuple):
    """An attribute of a class or method: its name, and its first argument where that is a text."""

    name: str
    text: str | None
    at: At
    given: str


class _Class(NamedTuple):
    """A class with what its routes rest on."""

    path: str
    node: SgNode
    name: str
    bases: tuple[str, ...]
    attributes: tuple[_Attribute, ...]
    abstract: bool


def controller_routes(code: CodeIndex) -> Iterator[RouteFact]:
    """The routes of every controller that says where it answers."""
    classes = _classes(code)
    everywhere, guards = _guarded_everywhere(code), _own_guards(code)
    for each in [one for several in classes.values() for one in several]:
        if not each.abstract:
            around = everywhere.get(code.unit(each.path), OPEN)
            yield from _routes(each, _lineage(each, classes), around, guards)


def _own_guards(code: CodeIndex) -> frozenset[str]:
    """The names of the project's own attributes that ask who calls."""
    paths = code.holding("AuthorizeAttribute", "AuthorizationFilter", languages=("csharp",))
    found = {m[1].removesuffix("Attribute") for path in paths for m in _GUARD.finditer(code.text(path))}
    return frozenset({"Authorize", *found})


def _classes(code: CodeIndex) -> dict[str, list[_Class]]:
    """The classes of the files that speak of routes, by name: several may share one."""
    found: dict[str, list[_Class]] = defaultdict(list)
    for path in code.holding(*_NEEDLES, languages=("csharp",)):
        root = code.tree(path)
        for node in root.find_all(kind="class_declaration") if root is not None else ():
            name = node.field("name")
            if name is not None:
                found[name.text()].append(_class(path, node, name.text()))
    return found


def _class(path: str, node: SgNode, name: str) -> _Class:
    listed = next((child for child in node.children() if child.kind() == "base_list"), None)
    bases = tuple(
        re.sub(r"<.*", "", child.text(), flags=re.DOTALL).rsplit(".", 1)[-1].strip()
        for child in (listed.children() if listed is not None else ())
        if child.is_named()
    )
    abstract = any(child.kind() == "modifier" and child.text() == "abstract" for child in node.children())
    return _Class(path, node, name, bases, tuple(_attributes(node, path)), abstract)


def _attributes(node: SgNode, path: str) -> Iterator[_Attribute]:
    for listed in (child for child in node.children() if child.kind() == "attribute_list"):
        for attribute in (child for child in listed.children() if child.kind() == "attribute"):
            name, given = attribute.field("name"), ""
            arguments = next((c for c in attribute.children() if c.kind() == "attribute_argument_list"), None)
            if arguments is not None:
                given = arguments.text()[1:-1].strip()
            text = _TEXT.match(given)
            plain = name.text().rsplit(".", 1)[-1].removesuffix("Attribute") if name is not None else ""
            yield _Attribute(plain, text[1] if text else None, node_at(path, attribute), given)


def _lineage(each: _Class, classes: dict[str, list[_Class]]) -> list[_Class]:
    """The class, then those of the project that it is made from; of several of a name the nearest file's."""
    found, current = [each], each
    while len(found) <= MAX_BASES:
        named = [one for base in current.bases for one in classes.get(base, ())]
        if not named:
            break
        current = max(named, key=lambda one: _shared(one.path, each.path))
        found.append(current)
    return found


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common."""
    pairs = zip(one.split("/"), other.split("/"), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), 0)


def _routes(each: _Class, lineage: list[_Class], everywhere: Guard, guards: frozenset[str]) -> Iterator[RouteFact]:
    prefixes = next(([a for a in one.attributes if a.name == "Route"] for one in lineage if _has_route(one)), [])
    names = {base for one in lineage for base in one.bases} | {each.name}
    if not prefixes and not any(name.endswith(("Controller", "ControllerBase", "ApiController")) for name in names):
        return
    around = _guard((a for one in lineage for a in one.attributes), everywhere, guards)
    written_before: list[str | None] = [prefix.text for prefix in prefixes]
    for path, method in [(one.path, method) for one in lineage for method in _methods(one.node)]:
        attributes, at = list(_attributes(method, path)), node_at(path, method)
        name = method.field("name")
        action = name.text() if name is not None else ""
        for verb, written in _answered(attributes):
            guard = _guard(attributes, around, guards)
            if verb in {"GET", "HEAD"} and any(a.name == "AllowAnonymous" for a in attributes):
                guard = Guard(None, at)  # whoever wrote it meant it for anybody
            for prefix in written_before or [None]:
                whole = _joined(prefix, written, each.name, action)
                if whole is not None:
                    yield RouteFact(verb, whole, at, "aspnet", f"{each.name}.{action}", guard.auth, guard.at)


def _has_route(one: _Class) -> bool:
    return any(a.name == "Route" for a in one.attributes)


def _methods(node: SgNode) -> Iterator[SgNode]:
    body = next((child for child in node.children() if child.kind() == "declaration_list"), None)
    return (child for child in (body.children() if body is not None else ()) if child.kind() == "method_declaration")


def _answered(attributes: list[_Attribute]) -> Iterator[tuple[str, str | None]]:
    """The methods and templates under which an action answers: `[HttpGet("x")]`, or `[HttpGet]` with `[Route("x")]`."""
    if any(a.name == "NonAction" for a in attributes):
        return
    templates = [a.text for a in attributes if a.name == "Route" and a.text is not None]
    verbs = [a for a in attributes if a.name in _VERBS]
    for attribute in verbs:
        own: list[str | None] = [attribute.text] if attribute.text is not None else [*templates]
        yield from ((_VERBS[attribute.name], written) for written in own or [None])
    for attribute in attributes:
        if attribute.name == "AcceptVerbs":
            for verb in re.findall(r"\"(\w+)\"", attribute.given):
                yield verb.upper(), next(iter(templates), None)
    if not verbs and templates:
        yield from (("ANY", written) for written in templates)


def _joined(prefix: str | None, written: str | None, controller: str, action: str) -> str | None:
    """The whole path; a template that begins with `/` or `~/` stands by itself. None where nothing says any."""
    if written is not None and written.startswith(("/", "~/")):
        whole = written.removeprefix("~")
    elif prefix is None and written is None:
        return None
    else:
        whole = f"{(prefix or '').removeprefix('~').strip('/')}/{(written or '').strip('/')}".rstrip("/")
    whole = re.sub(r"\[controller\]", controller.removesuffix("Controller"), whole, flags=re.IGNORECASE)
    whole = re.sub(r"\[action\]", action.removesuffix("Async"), whole, flags=re.IGNORECASE)
    whole = _CONSTRAINED.sub(lambda m: f"{{{m[2]}{'*' if m[1] else ''}}}", whole)
    return absolute(braced_path(whole))


def _guard(attributes: Iterable[_Attribute], around: Guard, guards: frozenset[str]) -> Guard:
    """What the attributes say of who may call: the nearest `[AllowAnonymous]` or guard, else what holds around."""
    found = around
    for attribute in attributes:
        if attribute.name == "AllowAnonymous":
            return OPEN
        if attribute.name in guards:
            found = Guard(True, attribute.at)
        elif not found.auth and (_ASKS.match(attribute.name) or _filters(attribute)):
            # One's own attribute may ask who calls, or only what it may do.
            found = Guard(None, attribute.at)
    return found


def _filters(attribute: _Attribute) -> bool:
    return attribute.name in _FILTERS and re.search(r"(?i)auth|apikey|permission|jwt", attribute.given) is not None


def _guarded_everywhere(code: CodeIndex) -> dict[str, Guard]:
    """The packages whose program asks who calls before each of its routes."""
    found: dict[str, Guard] = {}
    words = ("FallbackPolicy", "RequireAuthorization", "AuthorizeFilter")
    for path in code.holding(*words, languages=("csharp",)):
        text = code.text(path)
        said = _EVERYWHERE.search(text)
        root = code.tree(path) if said is not None else None
        if root is not None:
            found[code.unit(path)] = Guard(True, node_at(path, root))
    return found
