"""Is a token that only renews a login taken for the login itself?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.shared.calls import JAVASCRIPT, Call, calls, runs
from kit.checks.shared.texts import at_offset
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check

_SIGNS = re.compile(r"(?:^|\.)(?:\w{0,20}jwt\w{0,20}|jsonwebtoken|tokenService)\.sign(?:Async)?$|^sign$", re.IGNORECASE)
_TOLD_APART = re.compile(
    r"(?:\b|_)(?:typ|type|kind|use|token_?type|token_?use)[\"'`\])]{0,3}\s{0,4}(?:!==?\s{0,4}[\"'`]?(?:\w{1,30}\.){0,3}access"
    r"|===?\s{0,4}[\"'`]?(?:\w{1,30}\.){0,3}refresh)",
    re.IGNORECASE,
)
"""A comparison that turns a token away that is not for access."""
_GUARDS = re.compile(r"(?i)auth|guard|middleware|strateg|jwt|token")
_VERIFIES = (".verify(", ".verify<", "verifyAsync(", "verifyAsync<", "secretOrKey", "expressjwt(", "jwtVerify(")
_NAMED = frozenset({"variable_declarator", "pair", "assignment_expression", "public_field_definition"})
_FUNCTIONS = frozenset({"function_declaration", "method_definition", "variable_declarator", "pair"})


@dataclass(frozen=True)
class _Signed:
    """A token that is signed: what for, with which key as it is written, and for which audience."""

    call: Call
    renews: bool
    key: str


@check("SEC-028", "A token that renews a login is none itself", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=2)
def kinds_of_tokens_differ(project: Project) -> Iterator[Fact]:
    """
    A refresh token lives for days. Signed with the key of access tokens, and asked for nothing but its signature, it opens
    every route for as long.

    Decides: tokens of JavaScript and TypeScript that a package signs to renew a login and to be one: whether their keys, as
    they are written, or their audiences differ, or whether some code of the project compares the kind that a token names.

    Fix: sign them with a key of their own, or put `type: "access"` into one kind and turn everything else away in the guard.

    Blind to: guards that look a session up by the token; kinds that only the claims' names tell apart.

    See: https://datatracker.ietf.org/doc/html/rfc8725#section-3.12
    """
    by_unit: dict[str, list[_Signed]] = defaultdict(list)
    for call in calls(project, "sign", "signAsync", languages=JAVASCRIPT, needles=("sign(", "signAsync(")):
        if _SIGNS.search(call.callee) and call.args and (signed := _signed(call)) is not None:
            by_unit[project.code.unit(call.path)].append(signed)
    for tokens in by_unit.values():
        renewing = [token for token in tokens if token.renews]
        same = next(((r, a) for r in renewing for a in tokens if not a.renews and a.key == r.key), None)
        blind = _taking_both(project) if same is not None else []
        if same is None and renewing and len(renewing) < len(tokens):
            yield ok("Tokens that renew a login are signed with a key of their own.", renewing[0].call)
        elif same is not None and blind:
            said = "Tokens that renew a login are signed with the key of those for access, and here nobody asks which it is"
            yield bad(f"{said}: one opens every route until it ends.", blind[0], same[0].call, same[1].call)
        elif same is not None:
            yield ok("Who takes a token asks of which kind it is.", same[0].call)


def _signed(call: Call) -> _Signed | None:
    name = _purpose(call)
    if name is None:
        return None
    of_library = re.match(r"(?:jwt|jsonwebtoken)\.sign$|^sign$", call.callee) and len(call.args) > 1
    key = call.args[1] if of_library else call.option("secret", "privateKey")
    audience = call.option("audience", "issuer", "subject")
    written = (node.text() if node is not None else "" for node in (key, audience))
    return _Signed(call, "refresh" in name, " ".join("".join(written).split()))


def _purpose(call: Call) -> str | None:
    """What a token is for, by the name that it goes to or that of the function around it; None where neither tells."""
    for above in call.node.ancestors():
        named = (
            above.field("name") or above.field("key") or above.field("left")
            if above.kind() in _NAMED | _FUNCTIONS
            else None
        )
        name = named.text().lower() if named is not None else ""
        if re.search(r"refresh", name):
            return "refresh"
        if re.search(r"access|token|jwt|login|sign", name):
            return "access"
    return None


def _taking_both(project: Project) -> list[At]:
    """Where a guard verifies tokens, in a package where nothing compares their kind, nor does what packages share."""
    services = {service.root for service in project.system.own}
    asking = {
        project.code.unit(p) for p in project.code.holding("ccess", "efresh", languages=JAVASCRIPT) if _asks(project, p)
    }
    if any(unit not in services for unit in asking) and len(services) > 1:
        return []
    found = []
    for path in project.code.holding(*_VERIFIES, languages=JAVASCRIPT):
        guards = _GUARDS.search(path) and not re.search(r"(?i)refresh|renew", posixpath.basename(path))
        if runs(path) and guards and project.code.unit(path) not in asking:
            text = project.code.text(path)
            place = min(i for mark in _VERIFIES if (i := text.find(mark)) >= 0)
            found.append(at_offset(path, text, place))
    return found


def _asks(project: Project, path: str) -> bool:
    return runs(path) and _TOLD_APART.search(project.code.text(path)) is not None
