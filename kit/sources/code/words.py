"""What names suggest: whether a dependency, middleware, guard or decorator authenticates the caller."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_ALWAYS = frozenset({
    "auth", "authed", "authn", "authz", "authenticate", "authenticated", "authenticates", "authentication",
    "authenticator", "authorization", "authorize", "authorized", "authorizer", "authorise", "authorised",
    "jwt", "bearer", "protect", "protected", "apikey", "rbac", "acl", "superuser", "loggedin", "signedin",
    "permission", "permissions", "privilege", "privileges",
})  # fmt: skip
_NEVER = frozenset({
    "optional", "maybe", "optionally", "anonymous", "unauthenticated", "unauthorized", "unauthorised",
    "noauth", "public", "skip", "form", "disable", "disabled", "router", "routes", "csrf", "cors", "error",
    "errors", "controller", "controllers", "service", "services", "callback", "config", "client", "module",
})  # fmt: skip
_DEMANDS = frozenset({
    "verify", "verified", "check", "validate", "require", "required", "requires", "ensure", "is", "has",
    "need", "needs", "only", "assert", "guard", "must", "current", "get",
})  # fmt: skip
_SUBJECTS = frozenset({
    "token", "login", "session", "admin", "role", "roles", "signature", "superadmin", "credentials",
    "identity",
})  # fmt: skip
_PAIRS = (
    {"current", "user"},
    {"require", "user"},
    {"requires", "user"},
    {"ensure", "user"},
    {"api", "key"},
    {"logged", "in"},
    {"signed", "in"},
    {"active", "user"},
    {"login", "required"},
    {"user", "required"},
    {"current", "subject"},
    {"current", "principal"},
    {"oauth", "scheme"},
)


def words_of(name: str) -> tuple[str, ...]:
    """The words of an identifier, lower-case: `requireAPIKey` and `require_api_key` give the same three."""
    return tuple(word.lower() for word in _WORD.findall(name.replace("OAuth", "Oauth")))


@lru_cache(maxsize=4096)
def suggests_auth(name: str) -> bool:
    """True where a name says that the caller must be known: `get_current_user`, `requireAuth`,
    `passport.authenticate`.

    A name that speaks of optional or anonymous access, or of a login form, does not.
    """
    words = set(words_of(name))
    if _demands_a_kind(name):
        return True
    if words & _NEVER:
        return False
    if words & _ALWAYS or any(pair <= words for pair in _PAIRS):
        return True
    demands = words & (_DEMANDS - {"get"})
    return bool(demands and words & _SUBJECTS)


def _demands_a_kind(name: str) -> bool:
    """`authentication.RequireClient`: what demands is for authentication, and the kind of caller is no part of a
    program (`auth.client`)."""
    owner, _, demand = name.rpartition(".")
    words = words_of(demand)
    asked = len(words) > 1 and words[0] in {"require", "requires", "ensure", "must", "enforce"}
    return asked and bool(set(words_of(owner)) & _ALWAYS) and not set(words) & (_NEVER - {"client", "service"})


_INSISTS = frozenset({
    "require", "requires", "ensure", "assert", "must", "enforce", "authorize", "authenticate",
})  # fmt: skip


def insists_on_auth(name: str) -> bool:
    """True for a call within a handler that turns strangers away: `requireUser()`,
    `assertAuthenticated(request)`."""
    words = words_of(name)
    return bool(words) and words[0] in _INSISTS and suggests_auth(name)


def demands(name: str) -> bool:
    """True for a name that demands something, whatever it is: `require_operator`, `ensure_owner`."""
    words = words_of(name.rpartition(".")[2])
    return bool(words) and words[0] in _INSISTS and not set(words) & _NEVER


_PUBLIC = frozenset({
    "public", "anonymous", "noauth", "unprotected", "unauthenticated",
})  # fmt: skip


def suggests_public(name: str) -> bool:
    """True where a decorator takes a route out of a global guard: `@Public()`, `@SkipAuth()`,
    `@AllowAnonymous()`."""
    words = set(words_of(name))
    return bool(words & _PUBLIC) or ("skip" in words and bool(words & _ALWAYS)) or {"no", "auth"} <= words


_REFUSES = re.compile(r"\b40[13]\b|[Uu]nauthori[sz]ed|UNAUTHORIZED|Forbidden|FORBIDDEN|NotAuthenticated")


def refuses(text: str) -> bool:
    """True where a function's text answers 401 or 403: what a guard does, whatever it is called."""
    return bool(_REFUSES.search(text))


_CREDENTIALS = re.compile(r"(?i)\bheaders?\b[^\n]{0,30}\b(?:authorization|x-api-key|api-key|x-signature)\b|\bBearer\b")


def reads_credentials(text: str) -> bool:
    """True where a function's text looks at the header that carries credentials."""
    return bool(_CREDENTIALS.search(text))


_SENDS_TO_LOGIN = re.compile(r"redirect\w*\([^)\n]{0,80}['\"`/](?:login|log-in|signin|sign-in|auth)\b")


def sends_to_login(text: str) -> bool:
    """True where a function's text redirects to a login page."""
    return bool(_SENDS_TO_LOGIN.search(text))


_TURNS_AWAY = re.compile(
    r"\bthrow\b|\braise\b|\babort\(|redirect\(|\bdeny|sendStatus\(|\.status\(|"
    r"\bnext\(\s*(?:new\b|\w*[eE]rr)|\bauthenticate\("
)


def turns_away(text: str) -> bool:
    """True where a function's text ends a request early: refuses, raises, redirects, hands on an error."""
    return refuses(text) or bool(_TURNS_AWAY.search(text))


def verifies(text: str) -> bool:
    """True where a function's text verifies the caller's token by a call that throws where it does not fit."""
    return re.search(r"\bawait\s+\w+\.jwtVerify\(", text) is not None
