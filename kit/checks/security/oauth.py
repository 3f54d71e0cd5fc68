"""Do logins through others come back to the browser that they began in?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.calls import runs
from kit.checks.shared.texts import at_offset, without_comments
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT

_ASKS = re.compile(r"response_type['\"]?\s*[=:,]\s*['\"]?code\b|[?&]response_type=code\b")
_STATE = re.compile(r"(?<![\w.])['\"]?state['\"]?\s*[=:,]|[?&]state=|\bstate\b\s*[,}]|['\"]state['\"]")
_PKCE = re.compile(r"code_challenge|codeChallenge")
_BACK = re.compile(
    r"redirect_uri['\"]?\s*[=:,]\s*(?:str\()?(?:req(?:uest)?\.(?:query|args|body|GET|params|query_params)\b|ctx\.query\b|searchParams\.get)"
)
_LISTED = re.compile(
    r"(?i)(?:allow|permit|trust|regist|valid)\w{0,12}_?(?:redirect|uri|url|origin|host|callback)s?\b|white_?list|allow_?list"
)
"""What compares an address of return with those that are known."""


@check(
    "SEC-063", "Logins through others come back where they began", Severity.MEDIUM, Clause.INVARIANTS, effort_hours=2
)
def logins_come_back(project: Project) -> Iterator[Fact]:
    """
    Without a `state` that is compared, an attacker hands the end of a login of his own to somebody else's browser, who then
    works in the attacker's account; with an address of return from the request, the code goes to the attacker.

    Decides: files that put together the address of an authorization request by themselves (`response_type=code`): whether
    they give a `state`, a PKCE challenge, and a `redirect_uri` that does not come from the request.

    Fix: a random `state` in the session, compared in the callback, and `code_challenge` with S256; better a library.

    Blind to: whether the callback compares the state; flows that libraries make.

    See: https://datatracker.ietf.org/doc/html/rfc9700
    """
    for path in project.code.holding("response_type", languages=("python", "go", "java", *JAVASCRIPT)):
        text = without_comments(path, project.code.text(path))
        asked = _ASKS.search(text) if runs(path, browser=True) and "client_id" in text else None
        if asked is None:
            continue
        at = at_offset(path, text, asked.start())
        back = _BACK.search(text)
        if back is not None and _LISTED.search(text[max(0, back.start() - 1500) : back.end() + 1500]) is None:
            yield bad(
                "The address of return is taken from the request.",
                at_offset(path, text, back.start()),
                severity=Severity.HIGH,
            )
        if _added(project, text, asked.start()):
            continue
        near = text[max(0, asked.start() - 1500) : asked.end() + 1500]
        if _STATE.search(near) is None and _PKCE.search(near) is None:
            yield bad("A login through another site begins without `state`: anybody may end it for somebody else.", at)
        elif _STATE.search(near) is None:
            yield partial(
                "A login through another site begins with a challenge and without `state`.", at, severity=Severity.LOW
            )
        else:
            yield ok("A login through another site begins with a `state`.", at)


def _added(project: Project, text: str, offset: int) -> bool:
    """Whether the address is a constant to which another file adds a state."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    name = re.match(r"\s*(?:export\s+)?(?:const\s+)?([A-Z][A-Z0-9_]{3,60})\s*[:=]", line)
    if name is None:
        return False
    using = (project.code.text(p) for p in project.code.holding(name[1]))
    return any(re.search(r"\bstate\b|State\b", other) for other in using if other != text)
