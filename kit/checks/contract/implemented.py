"""Are the methods of gRPC services written where the services are registered?"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kit.checks.contract.protos import Proto, protos
from kit.checks.shared.calls import runs
from kit.checks.shared.texts import at_offset, without_comments
from kit.checks.shared.words import listed, plural
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT

_JVM = ("java", "kotlin")
_ALL = ("go", *_JVM, "python", "csharp", *JAVASCRIPT)
_WORD = re.compile(r"[a-z0-9]+")
_STRUCT = re.compile(
    r"(?m)^type[ \t]{1,40}(?P<name>\w{1,80})(?:\[[^\]\n]{0,80}\])?[ \t]{1,40}struct[ \t]{0,40}\{(?P<body>[^{}]{0,4000})"
)
_LACKING = re.compile(r"(?m)^[ \t]{0,40}(?:\w{1,80}\.)?Unimplemented(?P<service>\w{1,80})Server[ \t]{0,40}(?:$|//|`)")
_EMBEDS = re.compile(
    r"(?m)^[ \t]{0,40}\*?(?:\w{1,80}\.)?(?P<type>[A-Z]\w{0,80})(?:\[[^\]\n]{0,80}\])?[ \t]{0,40}(?:$|//|`)"
)
_GO_METHOD = re.compile(
    r"(?m)^func[ \t]{0,40}\([ \t]{0,40}(?:\w{1,80}[ \t]{1,40})?\*?(\w{1,80})(?:\[[^\]\n]{0,80}\])?[ \t]{0,40}\)[ \t]{0,40}(\w{1,80})[ \t]{0,40}\("
)
_JVM_CLASS = re.compile(
    r"\bclass[ \t]{1,40}(?P<name>\w{1,80})[^;{}]{0,600}?[\s:.](?P<service>[A-Z]\w{0,80}?)(?:Coroutine)?ImplBase\b"
)
_CS_CLASS = re.compile(
    r"\bclass[ \t]{1,40}(?P<name>\w{1,80})[^;{}]{0,600}?:[ \t\r\n]{0,40}(?:\w{1,80}\.){0,8}?(?P<service>\w{1,80})\.(?P=service)Base\b"
)
_PY_CLASS = re.compile(
    r"(?m)^class[ \t]{1,40}(?P<name>\w{1,80})\([ \t]{0,40}(?:\w{1,80}\.){0,8}?(?P<service>[A-Z]\w{0,80}?)Servicer[ \t]{0,40},?[ \t]{0,40}\):"
)
_ADDED = re.compile(
    r"\.addService\(\s{0,40}(?P<service>[\w$.\[\]'\"!?]{1,200}?)\s{0,40},\s{0,40}(?P<rest>\{|[\w$.]{1,100}\s{0,40}[,)])"
)
_HANDLES = re.compile(
    r"@Grpc(?:Stream)?(?:Method|Call)\(\s{0,40}(?:(?P<service>['\"`]\w{1,100}['\"`]|[\w$.]{1,100})\s{0,40}(?:,\s{0,40}(?P<rpc>['\"`]\w{1,100}['\"`]|[\w$.]{1,100})\s{0,40},?\s{0,40})?)?\)"
)
_NEXT_METHOD = re.compile(
    r"(?:@\w{1,80}\((?:[^()]|\([^()]{0,200}\)){0,400}\)\s{0,40})*(?:(?:public|private|protected|async)\s{1,40}){0,3}(\w{1,80})\s{0,40}[(<=]"
)
_NEST_CLASS = re.compile(r"\bclass[ \t]{1,40}(\w{1,80})")
_KEY = re.compile(
    r"\s{0,40}(?:async\s{1,40}|\*\s{0,40}){0,2}(?:(?P<key>[\w$]+)|['\"](?P<text>[\w$]+)['\"])\s{0,40}(?:$|[:(])"
)
_HOLDERS = frozenset({"Mutex", "RWMutex", "Once", "WaitGroup"})


class _Server(NamedTuple):
    """What serves a service: the methods that it has by their plain names; None where they cannot all be seen."""

    service: str
    name: str
    at: At
    methods: frozenset[str] | None


@check("CTR-018", "Methods of gRPC services are written", Severity.HIGH, Clause.SPECIFICATION, effort_hours=3)
def methods_are_written(project: Project) -> Iterator[Fact]:
    """
    What a .proto file promises and the server leaves out compiles, starts and answers UNIMPLEMENTED to each call: the
    base class that was generated does.

    Decides: for each service of a .proto file that the project serves (structs of Go that embed the unimplemented server
    and are registered, classes upon the base class of Java, Kotlin, C# and Python, objects that `addService` is given,
    methods that NestJS marks): each `rpc` has a method. A method that code of the project calls weighs more than one that
    nobody calls.

    Fix: write the method, or take the `rpc` out of the .proto file and of its callers.

    Blind to: methods that are written and answer with an error; callers in other repositories; clients that call what the
    .proto file does not have.

    See: https://grpc.io/docs/guides/status-codes/
    """
    known: dict[str, list[Proto]] = defaultdict(list)
    for proto in protos(project):
        for service in proto.rpcs:
            known[service].append(proto)
    servers = [s for s in _servers(project, known) if s.service in known] if known else []
    serving = frozenset(s.at.path for s in servers)
    for server in servers:
        yield _judged(project, server, known, serving)


def _judged(project: Project, server: _Server, known: dict[str, list[Proto]], serving: frozenset[str]) -> Fact:
    copies = _meant(project, server, known[server.service])
    every = {rpc: at for p in copies for rpc, at in p.rpcs[server.service].items()}
    if server.methods is None:
        return unknown(f"Which methods of {server.service} {server.name} has is not seen.", server)
    lacking = {rpc: at for rpc, at in every.items() if _plain(rpc) not in server.methods}
    if lacking and len({frozenset(p.rpcs[server.service]) for p in copies}) > 1:
        places = (p.services[server.service] for p in copies[:2])
        said = f"Which methods {server.name} is to have is not seen: {len(copies)} .proto files differ on {server.service}."
        return unknown(said, server, *places)
    if not lacking:
        return ok(f"{server.name} has the {plural(len(every), 'method')} of {server.service}.", server)
    called = {rpc: call for rpc in lacking if (call := _call(project, server, rpc, known, serving)) is not None}
    if called:
        said = f"{server.name} serves {server.service} without {listed(called)}: each call answers UNIMPLEMENTED."
        more = len(lacking) - len(called)
        said += (
            f" {plural(more, 'more method')} that nobody is seen to call {'is' if more == 1 else 'are'} missing too."
            if more
            else ""
        )
        return bad(said, server, *(at for rpc, call in list(called.items())[:6] for at in (lacking[rpc], call)))
    said = (
        f"{server.name} serves {server.service} without {listed(lacking)}, which nobody in the project is seen to call."
    )
    return partial(said, server, *list(lacking.values())[:6], severity=Severity.LOW)


def _meant(project: Project, server: _Server, copies: list[Proto]) -> list[Proto]:
    """The .proto files that a server may be made of: of several that differ, those whose code its file takes in, else
    those of its own program."""
    if len({frozenset(p.rpcs[server.service]) for p in copies}) < 2:
        return copies
    text, unit = project.code.text(server.at.path), project.code.unit(server.at.path)
    imported = [p for p in copies if any(mark in text for mark in _marks(p, server.service))]
    called = [p for p in copies if _is_imported_by_name(text, p)]
    beside = [p for p in copies if project.code.unit(p.path) == unit and len({c.package for c in copies}) > 1]
    return imported or called or beside or copies


def _marks(proto: Proto, service: str) -> Iterator[str]:
    """What an import of the code says that is generated from a .proto file."""
    options = proto.options
    if "go_package" in options:
        yield f'"{options["go_package"].split(";")[0]}"'
    package = options.get("java_package", proto.package)
    yield from (f"{package}.{service}Grpc", f"{package}.*;")
    if "csharp_namespace" in options:
        yield f"using {options['csharp_namespace']};"


def _is_imported_by_name(text: str, proto: Proto) -> bool:
    stem = posixpath.splitext(posixpath.basename(proto.path))[0]
    return re.search(rf"/{re.escape(stem)}(?:pb)?\"", text) is not None


def _plain(name: str) -> str:
    return "".join(_WORD.findall(name.lower()))


def _body(project: Project, path: str) -> str:
    return without_comments(path, project.code.text(path))


def _holding(project: Project, *needles: str, languages: tuple[str, ...]) -> Iterator[str]:
    return (p for p in project.code.holding(*needles, languages=languages) if runs(p))


def _servers(project: Project, known: dict[str, list[Proto]]) -> Iterator[_Server]:
    yield from _go(project)
    yield from _jvm(project)
    yield from _csharp(project)
    yield from _python(project)
    yield from _added(project, known)
    yield from _nest(project, known)


def _go(project: Project) -> Iterator[_Server]:
    found: dict[tuple[str, str], list[_Server]] = defaultdict(list)
    for path in _holding(project, "Unimplemented", languages=("go",)):
        body = _body(project, path)
        for struct in _STRUCT.finditer(body):
            embedded = [m["type"] for m in _EMBEDS.finditer(struct["body"])]
            others = [t for t in embedded if not re.fullmatch(r"Unimplemented\w{1,80}Server", t) and t not in _HOLDERS]
            methods = None if others else _methods_of(project, posixpath.dirname(path), struct["name"])
            for lacking in _LACKING.finditer(struct["body"]):
                at = at_offset(path, body, struct.start())
                server = _Server(lacking["service"], struct["name"], at, methods)
                found[project.code.unit(path), lacking["service"]].append(server)
    for (_, service), several in found.items():
        yield from _registered(project, service, several)


def _registered(project: Project, service: str, several: list[_Server]) -> Iterator[_Server]:
    """Those of the structs that a program registers: the only one, or those that the registering file names."""
    call = f"Register{service}Server("
    texts = [body for p in _holding(project, call, languages=("go",)) if call in (body := _body(project, p))]
    for server in several if texts else ():
        named = re.compile(rf"\b(?:New)?{re.escape(server.name)}\b")
        if len(several) == 1 or any(named.search(text) for text in texts):
            yield server


def _methods_of(project: Project, folder: str, struct: str) -> frozenset[str]:
    paths = (p for p in project.code.files("go", every_class=True) if posixpath.dirname(p) == folder)
    return frozenset(_plain(m) for p in paths for s, m in _GO_METHOD.findall(_body(project, p)) if s == struct)


def _declared(text: str) -> frozenset[str]:
    """What a text defines, or calls without a receiver: too much rather than too little."""
    return frozenset(_plain(m) for m in re.findall(r"(?<![.\w])(\w{1,80})\s{0,40}(?:<[^<>()]{0,80}>\s{0,40})?\(", text))


def _jvm(project: Project) -> Iterator[_Server]:
    for path in _holding(project, "ImplBase", languages=_JVM):
        body = _body(project, path)
        served = "@GrpcService" in body or "@GRpcService" in body
        for found in _JVM_CLASS.finditer(body):
            name = found["name"]
            if served or _is_named_elsewhere(project, name, path, _JVM):
                open_ = bool(re.search(rf"(?:abstract|open)\s{{1,40}}class\s{{1,40}}{re.escape(name)}\b", body))
                methods = None if open_ else _declared(body)
                yield _Server(found["service"], name, at_offset(path, body, found.start()), methods)


def _is_named_elsewhere(project: Project, name: str, path: str, languages: tuple[str, ...]) -> bool:
    """Whether another file names the class, or its own one makes it: what nothing names is served by nothing."""
    made = re.search(rf"\b{re.escape(name)}\s{{0,40}}\(\s{{0,40}}\)", _body(project, path))
    return made is not None or any(p != path for p in _holding(project, name, languages=languages))


def _csharp(project: Project) -> Iterator[_Server]:
    for path in _holding(project, "Base", languages=("csharp",)):
        body = _body(project, path)
        for found in _CS_CLASS.finditer(body):
            name = found["name"]
            mapped = re.compile(rf"MapGrpcService<\s{{0,40}}(?:\w{{1,80}}\.){{0,8}}{re.escape(name)}\s{{0,40}}>")
            if any(
                mapped.search(_body(project, p)) for p in _holding(project, "MapGrpcService", languages=("csharp",))
            ):
                parts = [
                    p
                    for p in project.code.holding(name, languages=("csharp",))
                    if f"partial class {name}" in _body(project, p)
                ]
                methods = frozenset().union(*(_declared(_body(project, p)) for p in {path, *parts}))
                yield _Server(found["service"], name, at_offset(path, body, found.start()), methods)


def _python(project: Project) -> Iterator[_Server]:
    for path in _holding(project, "Servicer", languages=("python",)):
        body = _body(project, path)
        for found in _PY_CLASS.finditer(body):
            call = f"add_{found['service']}Servicer_to_server("
            if any(True for _ in _holding(project, call, languages=("python",))):
                assigned = frozenset(map(_plain, re.findall(r"(?m)^[ \t]{1,20}(\w{1,80})[ \t]{0,40}=", body)))
                hidden = "setattr(" in body or "__getattr__" in body
                methods = None if hidden else _declared(body) | assigned
                yield _Server(found["service"], found["name"], at_offset(path, body, found.start()), methods)


def _added(project: Project, known: dict[str, list[Proto]]) -> Iterator[_Server]:
    for path in _holding(project, ".addService(", languages=JAVASCRIPT):
        body = _body(project, path)
        for found in _ADDED.finditer(body):
            service = _named(found["service"], known)
            if service is not None:
                at = at_offset(path, body, found.start())
                yield _Server(service, f"The server of {posixpath.basename(path)}", at, _given(body, found))


def _named(expression: str, known: dict[str, list[Proto]]) -> str | None:
    """The service that `proto.shop.v1.Orders.service`, `OrdersService` or `OrdersDefinition` is."""
    words = [w for w in re.findall(r"\w{1,80}", expression) if w not in {"service", "default"}]
    last = words[-1] if words else ""
    names = (last, last.removesuffix("Service"), last.removesuffix("Definition"), last.removesuffix("Client"))
    return next((n for n in names if n in known), None)


def _given(body: str, found: re.Match[str]) -> frozenset[str] | None:
    """The names of the methods of the object that `addService` is given."""
    if found["rest"] == "{":
        return _keys(body, found.end())
    name = found["rest"].rstrip(",) \t\r\n")
    made = re.search(rf"\b(?:const|let|var)\s{{1,40}}{re.escape(name)}\b[^=\n]{{0,120}}=\s{{0,40}}\{{", body)
    return _keys(body, made.end()) if made is not None else None


def _keys(body: str, start: int) -> frozenset[str] | None:
    """The keys of the object that opens before `start`; None where some come from elsewhere."""
    depth, piece, pieces = 0, start, []
    for index in range(start, min(len(body), start + 60_000)):
        sign = body[index]
        if depth == 0 and sign in ",}":
            pieces.append(body[piece:index])
            piece = index + 1
        if sign == "}" and depth == 0:
            break
        depth += (sign in "([{") - (sign in ")]}")
    else:
        return None
    keys = [(p, _KEY.match(p.strip()[:200])) for p in pieces if p.strip()]
    if any(key is None for _, key in keys):
        return None
    return frozenset(_plain(key["key"] or key["text"]) for _, key in keys if key is not None)


def _nest(project: Project, known: dict[str, list[Proto]]) -> Iterator[_Server]:
    """The methods that controllers of one program mark, by service; unknown where one mark cannot be read."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    places: dict[tuple[str, str], tuple[str, At]] = {}
    computed: set[str] = set()
    whole: set[tuple[str, str]] = set()
    for path in _holding(project, "@Grpc", "ControllerMethods()", languages=JAVASCRIPT):
        body, unit = _body(project, path), project.code.unit(path)
        whole |= {(unit, name) for name in re.findall(r"@(\w{1,80})ControllerMethods\(\)", body)}
        for mark in _HANDLES.finditer(body):
            service, rpc = _marked(project, path, body, mark)
            if service is None or rpc is None:
                computed.add(unit)
            elif service in known:
                found[unit, service].add(_plain(rpc))
                holder = list(_NEST_CLASS.finditer(body, 0, mark.start()))[-1:]
                name, start = (holder[0][1], holder[0].start()) if holder else (posixpath.basename(path), mark.start())
                places.setdefault((unit, service), (name, at_offset(path, body, start)))
    for key, methods in found.items():
        name, at = places[key]
        yield _Server(key[1], name, at, None if key in whole or key[0] in computed else frozenset(methods))


def _marked(project: Project, path: str, body: str, mark: re.Match[str]) -> tuple[str | None, str | None]:
    """Service and method of a mark: what it says, else the names of the class and of the method below it."""
    service, rpc = (_text(project, path, mark[k]) if mark[k] else "" for k in ("service", "rpc"))
    if service == "":
        holder = list(_NEST_CLASS.finditer(body, 0, mark.start()))[-1:]
        service = holder[0][1] if holder else None
    if rpc == "":
        below = _NEXT_METHOD.match(body[mark.end() : mark.end() + 2000].lstrip())
        rpc = below[1] if below is not None else None
    return service, rpc


def _text(project: Project, path: str, said: str) -> str | None:
    """What a literal or a constant of the project holds."""
    if said[0] in "'\"`":
        return said[1:-1]
    last = said.rsplit(".", 1)[-1]
    made = re.compile(
        rf"\b{re.escape(last)}\b(?:\s{{0,40}}:\s{{0,40}}[\w'\"]{{1,60}})?\s{{0,40}}[:=]\s{{0,40}}['\"`](\w{{1,100}})['\"`]"
    )
    held = (made.search(project.code.text(p)) for p in (path, *project.code.holding(last, languages=JAVASCRIPT)))
    return next((m[1] for m in held if m is not None), None)


def _call(
    project: Project, server: _Server, rpc: str, known: dict[str, list[Proto]], serving: frozenset[str]
) -> At | None:
    """Where code of the project calls a method of the service, with what was generated for its clients."""
    rivals = [s for s in known if s != server.service and any(rpc in p.rpcs.get(s, ()) for p in known[s])]
    for path in _holding(project, rpc, rpc[0].lower() + rpc[1:], languages=_ALL):
        language = project.code.language(path) or ""
        if path not in serving:
            body = _body(project, path)
            for found in _calls(body, rpc, language):
                if _is_client(project, body, server, found, language, rivals):
                    return at_offset(path, body, found.start("call"))
    return None


def _calls(body: str, rpc: str, language: str) -> Iterable[re.Match[str]]:
    lower = rpc[0].lower() + rpc[1:]
    names = {"go": rpc, "python": rpc, "csharp": f"{rpc}(?:Async)?"}.get(language, f"(?:{rpc}|{lower})")
    by_name = rf"(?P<receiver>[\w$.\[\]()!?]{{1,80}})\.\s{{0,80}}(?P<call>{names})\("
    by_text = rf"(?P<receiver>[\w$.]{{1,80}})(?:<[^()]{{0,300}}>)?\(\s{{0,80}}(?P<call>['\"`]{names}['\"`])"
    yield from re.finditer(by_name, body)
    if language in JAVASCRIPT:
        yield from re.finditer(by_text, body)


def _is_client(
    project: Project, body: str, server: _Server, found: re.Match[str], language: str, rivals: list[str]
) -> bool:
    """Whether a call goes to the service: its file holds the client, and what is called is not another one's."""
    receiver, stem = _plain(found["receiver"]), _plain(server.service).removesuffix("service")
    remote = any(word in receiver for word in ("client", "stub", "rpc"))
    meant = stem in receiver or (language in JAVASCRIPT and _holder(project, server.service, found["receiver"]))
    if not meant and (not remote or any(_holds_client(body, rival, language) for rival in rivals)):
        return False
    if language in JAVASCRIPT and meant and remote and "grpc" in body.lower():
        return found["call"][0].isupper() or not _is_wrapped(project, found["call"])
    return _holds_client(body, server.service, language)


def _holder(project: Project, service: str, receiver: str) -> bool:
    """Whether a client of the service is what some file of JavaScript gives the receiver's last name."""
    last = re.escape(re.findall(r"\w{1,80}", receiver)[-1]) if re.search(r"\w", receiver) else "-"
    given = re.compile(
        rf"\b{last}\s{{0,20}}[:=][^;:={{}}]{{1,200}}\([^;{{}}()]{{0,300}}['\"`]{re.escape(service)}['\"`]"
    )
    return any(given.search(_body(project, p)) for p in _holding(project, service, languages=JAVASCRIPT))


def _is_wrapped(project: Project, name: str) -> bool:
    """Whether some file of JavaScript defines a method of that name: which one a call means is not seen then."""
    defines = re.compile(
        rf"(?m)^[ \t]{{0,40}}(?:(?:public|async|static)[ \t]{{1,40}}){{0,3}}{re.escape(name)}[ \t]{{0,40}}(?:<[^<>\n]{{0,80}}>)?\(|\b{re.escape(name)}[ \t]{{0,40}}[:=][ \t]{{0,40}}(?:async\b|\()"
    )
    return any(defines.search(_body(project, p)) for p in _holding(project, name, languages=JAVASCRIPT))


def _holds_client(body: str, service: str, language: str) -> bool:
    name = re.escape(service)
    made = {
        "go": rf"\b(?:New)?{name}Client\b",
        "python": rf"\b{name}Stub\b",
        "csharp": rf"\b{name}Client\b",
        "java": rf"\b{name}(?:Grpc|\w{{0,20}}Stub)\b",
        "kotlin": rf"\b{name}(?:Grpc|GrpcKt|\w{{0,20}}Stub)\b",
    }.get(language, rf"\b{name}Client\b")
    if re.search(made, body) is not None:
        return True
    remote = language in JAVASCRIPT and re.search(r"\bClientGrpc\b|['\"](?:@grpc/grpc-js|nice-grpc|grpc)['\"]", body)
    return bool(remote) and re.search(rf"\b{name}\b", body) is not None
