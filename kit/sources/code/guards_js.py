"""What guards a JavaScript route: middlewares, hooks, wrapped handlers, sessions that a handler asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from ast_grep_py import SgNode

from kit.model import At
from kit.sources.code.js import Found, JsProject, returned
from kit.sources.code.js_module import FUNCTIONS, JsModule, arguments, callee_name, pair, parameters, unwrap
from kit.sources.code.mounts import OPEN, Guard
from kit.sources.code.words import (
    insists_on_auth,
    reads_credentials,
    refuses,
    sends_to_login,
    suggests_auth,
    turns_away,
    verifies,
    words_of,
)

HOOKS = ("preHandler", "onRequest", "preValidation", "preParsing", "beforeHandle", "middleware", "pre")
_HARMLESS = frozenset(["initialize", "session"])
_SESSIONS = frozenset({
    "getServerSession", "getServerAuthSession", "currentUser", "getSession", "getAuth", "auth", "requireUser",
    "requireSession", "getCurrentUser", "verifySignature", "constructEvent", "verifyIdToken",
    "isAuthenticated", "timingSafeEqual",
})  # fmt: skip
_LOGIN = frozenset({
    "login", "signin", "signup", "register", "token", "logout", "password", "auth", "callback", "refresh",
})  # fmt: skip
_NO_AUTH = frozenset({"none", "public", "optional", "anonymous", "false", "null", "undefined"})
_HANDLERS = ("handler", "handle", "resolver", "callback", "fn", "action")
_REQUESTS = frozenset({"req", "request", "ctx", "context", "event", "c"})
_LEFT = re.compile(r"(?i)skip_?auth\w*\s*:\s*true|auth\w*\s*:\s*(?:false|['\"]none['\"])|public\s*:\s*true")
_CALLER = re.compile(
    r"\b(?:auth|cookies\(|session|accessToken|access_token|[Aa]uthorization|currentUser|current_user)\b"
)
MAX_HOPS = 4
MAX_CALLS = 20


class JsGuards:
    """Answers for one project what a middleware or handler guards."""

    def __init__(self, project: JsProject) -> None:
        self.project = project

    def of_middleware(self, node: SgNode, module: JsModule, hops: int = 0) -> Guard:
        """One argument of `use` or of a route before its handler.

        A name that says so guards; a function that answers 401 under another name leaves a doubt, as does a
        name that leads to no file.
        """
        node = unwrap(node)
        if node.kind() == "array":
            items = node.named_children() if hops < MAX_HOPS else []
            return all_of(self.of_middleware(item, module, hops + 1) for item in items)
        name = callee_name(node)
        last = name.rsplit(".", 1)[-1]
        if last in _HARMLESS:
            return OPEN
        callee = _callee(node)
        found = self.project.function(callee, module)
        if found and found.node is not None:
            guard = self._of_definition(found, name, module.at(node))
            inner = self._of_inner(node, module, hops) if guard.auth is not True else OPEN
            return guard if guard.auth is not False or inner.auth is False else inner
        if suggests_auth(name) or suggests_auth(self.project.origin(callee, module).rsplit("/", 1)[-1]):
            return Guard(True, module.at(node))
        if node.kind() == "call_expression" and any(suggests_auth(callee_name(a)) for a in arguments(node)):
            return Guard(True, module.at(node))
        return Guard(None, module.at(node)) if self._is_lost(callee, module) else OPEN

    def _of_inner(self, node: SgNode, module: JsModule, hops: int) -> Guard:
        """What a wrapper of the project is given: `asyncHandler(auth.jwt)`."""
        if node.kind() != "call_expression" or hops >= MAX_HOPS:
            return OPEN
        given = (unwrap(argument) for argument in arguments(node)[:4])
        named = (each for each in given if each.kind() in {"identifier", "member_expression"})
        return all_of(self.of_middleware(each, module, hops + 1) for each in named)

    def _of_definition(self, found: Found, name: str, at: At) -> Guard:
        """A function of the project: one called a guard must turn somebody away, or make a package's
        guard."""
        if found.node is None or len(parameters(found.node)) == 4:
            return OPEN
        text = found.node.text()
        made = (callee_name(value) for value in returned(found.node) if value.kind() == "call_expression")
        if any(suggests_auth(maker) for maker in made) or (suggests_auth(name) and turns_away(text)) or verifies(text):
            return Guard(True, at)
        return Guard(None, at) if refuses(text) else OPEN

    def _is_lost(self, callee: SgNode, module: JsModule) -> bool:
        """True for a name that is imported from the project itself and whose file is not there."""
        while callee.kind() == "member_expression":
            callee = callee.field("object") or callee
        imported = module.imports.get(callee.text()) if callee.kind() == "identifier" else None
        own = imported is not None and imported.specifier.startswith(".")
        return bool(own and imported and self.project.locate(module.path, imported.specifier) is None)

    def of_options(self, node: SgNode | None, module: JsModule) -> Guard:
        """The hooks among a route's options: `{ preHandler: [authenticate] }`; `{ auth: "jwt" }`."""
        if node is None or node.kind() != "object":
            return OPEN
        hooks = (pair(node, hook) for hook in HOOKS)
        guard = all_of(self.of_middleware(hook, module) for hook in hooks if hook is not None)
        auth = pair(node, "auth")
        stated = auth is not None and auth.text() not in {"false", "null"}
        return Guard(True, module.at(auth)) if stated and auth is not None and not guard.auth else guard

    def of_handlers(self, nodes: list[SgNode], module: JsModule, path: str, hops: int = 0) -> Guard:
        """All that is given for a route: options and middlewares, then the handler."""
        if not nodes or hops > MAX_HOPS:
            return OPEN
        guard = all_of(self.of_options(n, module).and_then(self._before(n, module)) for n in nodes[:-1])
        return guard if guard.auth else guard.and_then(self.of_handler(nodes[-1], module, path, hops))

    def of_handler(self, node: SgNode, module: JsModule, path: str, hops: int = 0) -> Guard:
        """A handler: wrapped in a guard (`requireAuth(handler)`), asking for a session, or refusing by
        itself."""
        node = unwrap(node)
        if node.kind() == "array":
            return self.of_handlers(node.named_children(), module, path, hops + 1)
        if node.kind() == "object":
            return self.of_options(node, module)
        wrapper = self.of_middleware(node, module) if node.kind() == "call_expression" else OPEN
        if wrapper.auth:
            return wrapper
        found = self.project.function(node, module)
        if (found is None or found.node is None) and node.kind() == "call_expression" and hops < MAX_HOPS:
            return wrapper.and_then(self._of_wrapped(node, module, path, hops))
        return self.of_body(found, path) if found else wrapper

    def _of_wrapped(self, node: SgNode, module: JsModule, path: str, hops: int) -> Guard:
        """`withApi({ auth: "session", handler })`, `withLogging(handler)`: what is said to the wrapper, what the
        wrapper itself asks, and the handler within."""
        given = [unwrap(argument) for argument in arguments(node)]
        options = [argument for argument in given if argument.kind() == "object"]
        stated = next((auth for each in options if (auth := pair(each, "auth")) is not None), None)
        if stated is not None and stated.text().strip("'\"`").lower() not in _NO_AUTH:
            return Guard(True, module.at(stated))
        handlers = [inner for each in options for key in _HANDLERS if (inner := pair(each, key)) is not None]
        handlers += [argument for argument in given if argument.kind() not in {"string", "object"}]
        guard = all_of(self.of_handler(one, module, path, hops + 1) for one in handlers)
        definition = self.project.function(_callee(node), module) if stated is None and not guard.auth else None
        if definition is None or definition.node is None or set(words_of(path)) & _LOGIN:
            return guard
        return guard.and_then(Guard(None, module.at(node)) if _asks(definition.node) else OPEN)

    def of_body(self, found: Found, path: str) -> Guard:
        """What a handler's own text does: ask for a session or send to the login; a 401, or a call that only
        sounds like it, leaves a doubt. The way in itself is open."""
        if found.node is None or set(words_of(path)) & _LOGIN:
            return OPEN
        doubt = refuses(found.node.text()) or reads_credentials(found.node.text())
        for call in found.node.find_all(kind="call_expression"):
            name = callee_name(call)
            last = name.rsplit(".", 1)[-1]
            if name in _SESSIONS or last in _SESSIONS - {"auth"} or insists_on_auth(last):
                return Guard(True, found.module.at(call))
            doubt = doubt or suggests_auth(last) or self._hands_request(call, found.module)
        doubt = doubt or any(self._knows_caller(call, found.module) for call in _own_calls(found.node))
        if sends_to_login(found.node.text()):
            return Guard(True, found.module.at(found.node))
        return Guard(None, found.module.at(found.node)) if doubt else OPEN

    def _knows_caller(self, call: SgNode, module: JsModule) -> bool:
        """Whether a function of the project that is called works with who calls: a session, a cookie, a token."""
        found = None if _LEFT.search(call.text()[:400]) else self.project.function(_callee(call), module)
        return found is not None and found.node is not None and _CALLER.search(found.node.text()) is not None

    def _hands_request(self, call: SgNode, module: JsModule) -> bool:
        """Whether the request goes to a function of the project that asks who calls, and is not told to leave that."""
        given = arguments(call)
        if not given or given[0].text() not in _REQUESTS or _LEFT.search(call.text()[:400]):
            return False
        found = self.project.function(_callee(call), module)
        return found is not None and found.node is not None and _asks(found.node)

    def _before(self, node: SgNode, module: JsModule) -> Guard:
        return OPEN if node.kind() == "object" else self.of_middleware(node, module)


def all_of(guards: Iterable[Guard]) -> Guard:
    """The guard of several in a row."""
    result = OPEN
    for guard in guards:
        result = result.and_then(guard)
    return result


def _asks(function: SgNode) -> bool:
    """Whether a function's text calls what sounds like a guard, or answers 401."""
    calls = (callee_name(call).rsplit(".", 1)[-1] for call in function.find_all(kind="call_expression"))
    return refuses(function.text()) or any(suggests_auth(name) for name in calls)


def _own_calls(function: SgNode) -> list[SgNode]:
    """The first calls of plain names in a function: what may be functions of the project."""
    found = (c for c in function.find_all(kind="call_expression") if "." not in callee_name(c))
    return list(islice(found, MAX_CALLS))


def _callee(node: SgNode) -> SgNode:
    """The function of a call, at any depth; anything else is itself."""
    node = unwrap(node)
    while node.kind() in {"call_expression", "new_expression"} and node.kind() not in FUNCTIONS:
        inner = node.field("function") or node.field("constructor")
        if inner is None:
            break
        node = unwrap(inner)
    return node
