"""What commands and requests of a report reach: routes, modules, services of compose, migrations and schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.ground import Ground
from kit.claims.lookups.routes import served_at, sure_of_routes
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At
from kit.sources.commands.shell import commands as shell_commands

_REQUEST = re.compile(
    r"^\s*(?P<method>GET|POST|PUT|PATCH|DELETE)\s+(?:https?://[^\s/]+)?(?P<path>/[\w/:{}.*-]*)(?:\?\S*)?\s*(?:$|#|//|HTTP|-|→)",
    re.MULTILINE,
)
_CALLED = re.compile(
    r"^(?P<head>.*?)(?:https?://)(?:localhost|127\.0\.0\.1|0\.0\.0\.0|your[\w.-]*|<[^>]*>|\$\{?\w+\}?|[\w.-]*example\.\w+|[\w.-]*domain\.\w+)(?::\d+)?(?P<path>/[\w/:{}.-]*)?",
)
_METHOD = re.compile(r"(?:-X|--request)\s*(?:=\s*)?\"?(?P<method>GET|POST|PUT|PATCH|DELETE)")
_MODULE = re.compile(r"^[A-Za-z_]\w*(?:\.\w+)+$|^[A-Za-z_]\w*$")
_SERVERS = frozenset({"uvicorn", "gunicorn", "hypercorn", "daphne", "granian"})


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each request of a block of requests, and for what a command starts."""
    if statement.kind != "code":
        return
    requests = [(found["method"], found["path"]) for found in _REQUEST.finditer(statement.text)]
    for method, path in requests[:8]:
        yield from _route(method, path, ground)
    if requests:
        return
    for command in shell_commands(re.sub(r"\s+#\s.*$", "", statement.text, flags=re.M), "report", 1):
        words = [str(word) for word in command.words]
        if command.program in {"curl", "wget", "http", "https"}:
            yield from _requested(" ".join(words), ground)
        elif command.program in _SERVERS or command.program == "celery":
            yield from _started(command.program, words, ground)
        elif command.program in {"docker", "docker-compose"}:
            yield from _composed(words, ground)
        elif command.program == "alembic":
            yield from _file("alembic.ini", "alembic", ground)
        elif "prisma" in words[:2] and {"migrate", "generate", "db"} & set(words):
            yield from _file("schema.prisma", "prisma", ground)


def _route(method: str | None, path: str, ground: Ground) -> Iterator[Answer]:
    if not ground.project.routes or path == "/":
        return
    at = served_at(method, path, ground)
    about = f"routes {path}"
    if at is not None:
        yield Answer(Verdict.CONFIRMED, f"The code serves {path}.", ground.evidence([at]), about=about, exists=True)
    elif sure_of_routes(ground):
        yield Answer(Verdict.UNSUPPORTED, f"No route of the code serves {path}.", about=about, exists=True)


def _requested(text: str, ground: Ground) -> Iterator[Answer]:
    found = _CALLED.match(text)
    if found is None or not found["path"]:
        return
    method = _METHOD.search(text)
    yield from _route(method["method"] if method else None, found["path"].rstrip("/") or "/", ground)


def _started(program: str, words: list[str], ground: Ground) -> Iterator[Answer]:
    """A server or worker of Python is started with the module that holds its application."""
    named = next((words[i + 1] for i, w in enumerate(words[:-1]) if w in {"-A", "--app"}), None)
    if named is None and program in _SERVERS:
        named = next((w for w in words if ":" in w and not w.startswith("-")), None)
    module = (named or "").partition(":")[0]
    if not _MODULE.match(module):
        return
    path = module.replace(".", "/")
    found = ground.resolve(f"{path}.py") or ground.resolve(f"{path}/__init__.py")
    about = f"module {module}"
    if found:
        reason = f"{program} starts {module}, which is {found[0]}."
        yield Answer(Verdict.CONFIRMED, reason, ground.evidence([At(found[0])]), about=about)
    elif not ground.hollow:
        yield Answer(Verdict.UNSUPPORTED, f"{program} starts {module}; no such module is in the project.", about=about)


_ACTIONS = frozenset({"up", "logs", "exec", "restart", "build", "run", "start", "stop", "pull", "scale"})
_TAKING = frozenset(
    {"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--tail", "-u", "--user", "-e", "--scale", "-n"}
)


def _composed(words: list[str], ground: Ground) -> Iterator[Answer]:
    """The services that a call of compose names."""
    if "compose" not in words[0] and words[1:2] != ["compose"]:
        return
    services = {s.name: s.node.at for f in ground.project.compose for s in f.services}
    if not services:
        yield Answer(Verdict.UNSUPPORTED, "No compose file is in the project.", about="compose", exists=True)
        return
    named = _services(words)
    gone = [name for name in named if name not in services]
    if gone:
        yield Answer(
            Verdict.UNSUPPORTED, f"No compose file has a service {', '.join(gone)}.", about="compose", exists=True
        )
    elif named or not any(w in {"-f", "--file"} for w in words):
        places = [services[name] for name in named] or list(services.values())[:2]
        reason = f"Compose has {', '.join(named) or f'{len(services)} services'}."
        yield Answer(Verdict.CONFIRMED, reason, ground.evidence(places), about="compose", exists=True)


def _services(words: list[str]) -> list[str]:
    """The names behind the action; of a command that runs inside of a service its name alone."""
    at = next((i for i, w in enumerate(words) if w in _ACTIONS), None)
    if at is None:
        return []
    rest = [w for i, w in enumerate(words[at + 1 :], at + 1) if not w.startswith("-") and words[i - 1] not in _TAKING]
    names = [w for w in rest if re.fullmatch(r"[a-z][\w-]*", w)]
    return names[:1] if words[at] in {"exec", "run"} else names if len(names) == len(rest) else []


def _file(name: str, what: str, ground: Ground) -> Iterator[Answer]:
    found = ground.files.named(name)
    if found:
        reason = f"{what} is set up in {found[0]}."
        yield Answer(Verdict.CONFIRMED, reason, ground.evidence([At(found[0])]), about=f"file {name}", exists=True)
    elif not ground.hollow:
        yield Answer(Verdict.UNSUPPORTED, f"No {name} is in the project.", about=f"file {name}", exists=True)
