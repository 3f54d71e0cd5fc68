"""Addresses of the system's own API that a report names: does something serve them?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.ground import Ground
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At
from kit.sources.commands.command import word_set

_ROUTE = re.compile(
    r"(?:(?P<method>GET|POST|PUT|PATCH|DELETE)\s+)?(?:(?<=`)|(?<=\s)|(?<=\()|^)(?P<path>/(?:[\w:{}.*-]+/)*[\w:{}*-]+)(?=[`\s),;|]|\.?$)"
)
_LIKELY = re.compile(
    r"^/(?:api|v\d|health|healthz|ready|readiness|readyz|live|livez|liveness|metrics|status|auth|login|docs|graphql|webhooks?|admin|ping|swagger|openapi)(?:$|[/z-])",
    re.IGNORECASE,
)
_ENDPOINT = re.compile(r"\b(?:endpoints?|routes?|probes?|GET|POST|PUT|PATCH|DELETE|api|returns?|responds?|url)\b")
_ABSENT = re.compile(
    r"\b(?:no|missing|lacks?|without|not (?:found|implemented|served|exposed|present|available)|add|implement|create|returns? 404|should|must|needs?)\b",
    re.IGNORECASE,
)
_OF_MACHINES = tuple(f"/{name}/" for name in ("etc", "opt", "var", "usr", "tmp", "home", "docs", "dev", "proc"))
_FILES = re.compile(r"\.(?:md|ya?ml|json|sh|ts|js|py|go|conf|env|sql|txt|log|crt|pem|key)$")


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for the addresses of a statement, all together."""
    if statement.kind == "code" or not ground.project.routes:
        return
    text = statement.text
    found = [(m["method"], m["path"]) for m in _ROUTE.finditer(text) if _is_route(m, text)]
    if not found or _ABSENT.search(text):
        return
    served = {path: served_at(method, path, ground) for method, path in found}
    gone = [path for path, at in served.items() if at is None]
    about = f"routes {', '.join(served)}"
    if gone:
        reason = f"No route of the code serves {', '.join(gone)}."
        known = Verdict.UNSUPPORTED if sure_of_routes(ground) else Verdict.UNDECIDABLE
        yield Answer(known, reason, about=about, exists=True)
        return
    reason = f"The code serves {', '.join(served)}."
    yield Answer(
        Verdict.CONFIRMED,
        reason,
        ground.evidence(served.values()),
        about=about,
        decisive=_is_about(text, found),
        exists=True,
    )


def _is_route(match: re.Match[str], text: str) -> bool:
    path = match["path"]
    if _FILES.search(path) or path.startswith(_OF_MACHINES):
        return False
    return (
        match["method"] is not None
        or _LIKELY.match(path) is not None
        or (_ENDPOINT.search(text) is not None and "`" in text)
    )


def served_at(method: str | None, path: str, ground: Ground) -> At | None:
    """Where a path is served; None where nothing is seen to do so."""
    wanted = _parts(path)
    for route in ground.project.routes:
        if method and route.method not in {method, "ANY"}:
            continue
        known = _parts(route.path or "")
        if _same(known, wanted):
            return route.at
        if path.endswith("*") and known[: len(wanted) - 1] == wanted[:-1]:
            return route.at
    for document in ground.project.serverless:
        for function in document.functions:
            for event in function.http:
                if _parts(event.path) == wanted:
                    return event.at
    return None


def _same(known: list[str], wanted: list[str]) -> bool:
    """Whether two paths are one, a prefix of an API left out on either side ("/api", "/v1")."""
    if known == wanted:
        return True
    longer, shorter = (known, wanted) if len(known) > len(wanted) else (wanted, known)
    rest = len(longer) - len(shorter)
    prefix = longer[:rest]
    return bool(shorter) and longer[rest:] == shorter and all(re.fullmatch(r"api|v\d+|rest", step) for step in prefix)


def _parts(path: str) -> list[str]:
    """The steps of a path, parameters all alike."""
    steps = [step for step in path.split("?")[0].split("/") if step]
    return ["{}" if re.match(r"[:{<*\[]", step) else step.lower() for step in steps]


def sure_of_routes(ground: Ground) -> bool:
    """Whether the routes that were read are likely to be all: some code of the project registers several."""
    return len(ground.project.routes) >= 3 and not ground.project.system.unknown


def _is_about(text: str, found: list[tuple[str | None, str]]) -> bool:
    rest = text
    for method, path in found:
        rest = rest.replace(path, " ").replace(method or "\0", " ")
    words = [w for w in re.findall(r"[^\W\d_]{3,}", rest.lower()) if w not in _PLAIN]
    return len(words) <= 1 and not re.search(r"\d", rest)


_PLAIN = word_set("""health check checks endpoint endpoints route routes for and the available exposed exposes probe probes liveness readiness
    metrics prometheus at via status service services api provides provide returns implemented defined multiple with url
    kubernetes monitoring ready live""")
