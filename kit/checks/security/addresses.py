"""What others send, and where it leads: addresses that are requested, files that are opened, redirects."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.security.common import flow
from kit.checks.security.flow import FUNCTIONS, MARKS, Flow
from kit.checks.shared.calls import Call, arguments, calls, unwrap
from kit.checks.shared.words import plural
from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check

_REQUESTS = (
    "fetch", "get", "post", "put", "request", "head", "patch", "urlopen", "axios", "got", "Get", "Post", "getForObject",
    "getForEntity",
)  # fmt: skip
_CLIENTS = ("fetch(", "axios", "got", "requests.", "httpx", "urlopen", "http.Get", "http.Post", "request(", "needle")
_CLIENT = re.compile(
    r"^(?:await)?(?:fetch|axios|got|needle|superagent|request|requests|httpx|urllib\.request|urllib2|https?"
    r"|http\.DefaultClient|restTemplate|this\.http(?:Service)?)(?:\.\w+)?$|\burlopen$"
)
_REDIRECTS = ("redirect", "Redirect", "HttpResponseRedirect", "RedirectResponse", "sendRedirect")
_FILES = (
    "sendFile", "readFile", "readFileSync", "createReadStream", "send_file", "FileResponse", "open", "ServeFile", "ReadFile",
    "unlink", "unlinkSync", "download",
)  # fmt: skip
_STRIPPED = re.compile(r"basename|path\.parse|secure_filename|filepath\.Base|sanitize|\.name\b.*file")


@check("SEC-021", "No address and no path is taken from a request", Severity.HIGH, Clause.INVARIANTS, effort_hours=3)
def addresses_are_ours(project: Project) -> Iterator[Fact]:
    """
    A server that fetches the address a client names reaches what only the server can reach; one that opens the file a
    client names hands out its own; one that redirects where a client says lends its name to others.

    Decides: addresses of outbound requests, paths of files and targets of redirects whose beginning a request decides,
    where nothing in between looks at them.

    Fix: choose from a list of known hosts, join to a fixed folder and check that the result stays in it.

    Blind to: values that pass through a database or another function first.

    See: https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/
    """
    looked: list[Call] = []
    wrong = 0
    for call, fact in _judged(project):
        looked.append(call)
        if fact is not None:
            wrong += 1
            yield fact
    if looked and not wrong:
        what = plural(len(looked), "address or path", "addresses and paths")
        yield ok(f"No address and no path begins with what a request says ({what} looked at).", looked[0])


def _judged(project: Project) -> Iterator[tuple[Call, Fact | None]]:
    """Every request, redirect and opened file in files that mention requests, with what is wrong about it."""
    values = flow(project)
    for call in calls(project, *_REQUESTS, needles=_CLIENTS, both=MARKS):
        if call.args and _CLIENT.search(call.callee):
            led = _leads(values, call, _of_url(call.args[0]), r"://[^/\0]+[/?]")
            said = "The server requests the address that a client names: it reaches what only the server can reach."
            yield call, bad(said, call) if led else None
    for call in calls(project, *_REDIRECTS, both=MARKS):
        target = _target(call)
        if target is not None:
            led = _leads(values, call, target, r"^/[^/\\]|://[^/\0]+[/?]")
            said = "Visitors are sent on to wherever the request says."
            yield call, bad(said, call, severity=Severity.MEDIUM) if led else None
    for call in calls(project, *_FILES, both=MARKS):
        if call.args and _opens(call):
            said = "The file that is opened is the one that the request names; `../` leads out of the folder."
            yield call, bad(said, call) if _leads_file(values, call) else None


def _of_url(node: SgNode) -> SgNode:
    """What decides where `new URL(path, request.url)` leads: the path, as the other is the server's own address."""
    given = arguments(node) if node.kind() == "new_expression" and node.text().startswith("new URL(") else []
    own = (
        len(given) == 2 and re.fullmatch(r"(?:req|request)\.(?:url|nextUrl(?:\.origin)?)", given[1].text()) is not None
    )
    return given[0] if own else node


def _target(call: Call) -> SgNode | None:
    """The argument of a redirect that says where to: a status or a writer may stand before it."""
    if call.callee.startswith(("NextResponse.", "Response.")):
        return None
    index = 2 if call.callee == "http.Redirect" else 0
    if len(call.args) > 1 and call.args[0].kind() in {"number", "integer", "int_literal"}:
        index = 1
    return call.args[index] if len(call.args) > index else None


def _leads(values: Flow, call: Call, node: SgNode, fixed: str) -> bool:
    """Whether a request decides the beginning of the text, before anything `fixed` stands."""
    _, holes = values.holes(node, call.path)
    first = holes[0] if holes else None
    if first is None or re.search(fixed, first.before) or first.before not in {"", "http://", "https://", "//"}:
        return False
    return values.tainted(first.node, call.path) and not _checked(call, first.node)


def _checked(call: Call, node: SgNode) -> bool:
    """Whether the function looks at the value in a condition, or in a call that says so, before it is used."""
    name = re.escape(re.split(r"[.\[(]", node.text())[-1].strip("]) '\"")[:60] or node.text()[:40])
    holder = next((a for a in call.node.ancestors() if a.kind() in FUNCTIONS), None)
    if holder is None:
        return False
    length = call.node.range().start.index - holder.range().start.index
    before = _EMPTY.sub("", holder.text()[: max(0, length)][-4000:])
    looked = (
        rf"if\s*\(?[^\n]{{0,120}}{name}"
        rf"|(?:allow|valid|safe|whitelist|sanit|check|verify|isLocal|trusted)\w*\([^\n]{{0,80}}{name}"
        rf"|{name}[^\n]{{0,40}}\.(?:startsWith|includes|startswith|match|test)"
    )
    return re.search(looked, before, re.IGNORECASE) is not None or _keeps_inside_out(call, before)


_EMPTY = re.compile(
    r"\bif[ \t]{0,4}\(?[ \t]{0,4}(?:!|not )?[\w.]{1,80}[ \t]{0,4}"
    r"(?:[!=]==?[ \t]{0,4}(?:\"\"|''|nil|null|undefined|None)[ \t]{0,4}|is (?:not )?None)?[){:]"
)
"""A condition that asks for no more than whether something is there: whoever sends it passes."""


def _keeps_inside_out(call: Call, before: str) -> bool:
    """Whether the function keeps requests from inner addresses, as a name says: it is the guard itself."""
    called = r"ssrf|(?:is|assert|deny|block|reject)\w*(?:private|internal|loopback|reserved|public)\w*\("
    return re.search(called, f"{call.path}\n{before}", re.IGNORECASE) is not None and call.name not in _FILES


def _opens(call: Call) -> bool:
    """Whether the call opens a file of the server: `sendFile(name, { root })` stays in its root by itself."""
    if call.name == "open":
        return call.language == "python" and call.callee == "open"
    if call.name == "download":
        return call.callee in {"res.download", "response.download"}
    if call.name in {"ServeFile", "ReadFile", "send_file", "FileResponse", "sendFile"}:
        return call.option("root") is None
    return call.callee.startswith(("fs.", "fsp.", "fs.promises.")) or call.callee == call.name


def _leads_file(values: Flow, call: Call) -> bool:
    node = unwrap(call.args[2] if call.name == "ServeFile" and len(call.args) > 2 else call.args[0])
    if not values.tainted(node, call.path) or _is_one_step(call):
        return False
    return not _STRIPPED.search(call.node.text()[:600]) and not _checked(call, _last(node))


_OTHER_INPUT = re.compile(r"\brequest\.(?:args|values|form|json|get_json|files|query_params|GET|POST|data)\b")


def _is_one_step(call: Call) -> bool:
    """Whether all that a client decides is a step of the route's path, which in Python's frameworks holds no slash."""
    holder = next((a for a in call.node.ancestors() if a.kind() == "decorated_definition"), None)
    if call.language != "python" or holder is None:
        return False
    decorators = " ".join(child.text() for child in holder.children() if child.kind() == "decorator")
    steps = set(re.findall(r"[<{](?:\w+:)?(\w+)(?::\w+)?[>}]", decorators))
    if not steps or "path:" in decorators or ":path" in decorators:
        return False
    name = call.args[0].text()
    made = re.findall(rf"(?m)^\s*{re.escape(name)}\s*=\s*([^\n]+)", holder.text()) if name.isidentifier() else [name]
    return bool(made) and all(steps & set(re.findall(r"\w+", text)) and not _OTHER_INPUT.search(text) for text in made)


def _last(node: SgNode) -> SgNode:
    """The last expression of a path that is joined: the part that a client may name."""
    while node.kind() not in {"identifier", "member_expression", "attribute", "subscript"}:
        inner = [c for c in node.children() if c.is_named()]
        if not inner:
            break
        node = inner[-1]
    return node
