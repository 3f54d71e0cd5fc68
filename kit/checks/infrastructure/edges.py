"""Where Traefik and Caddy end TLS: labels, arguments and files of the proxies that stand at the edge."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.infrastructure.common import ASIDE
from kit.model import At, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.sources.formats.nodes import Node

_LABEL = re.compile(r"traefik\.http\.routers\.([^.]+)\.(rule|tls\b.*|middlewares|entrypoints)", re.IGNORECASE)
_EVERYWHERE = re.compile(
    r"entrypoints\.[\w-]+\.http\.(?:tls(?:=true|\.certresolver|\b)|redirections\.entrypoint\.scheme=https)",
    re.IGNORECASE,
)
_IN_FILES = re.compile(
    r"(?m)^\s*(?:tls|certResolver|certificatesResolvers|certResolvers)\s*:|^\s*\[.*tls.*\]", re.IGNORECASE
)
_PLAIN = re.compile(r"http://|:80$|https?://localhost|localhost|127\.0\.0\.1")


def encrypted_by_labels(project: Project) -> Iterator[Fact]:
    """Facts about the Traefik and Caddy of compose files that are published, and Traefik's routes in a cluster."""
    for file in project.compose:
        if file.environment in ASIDE or project.files.class_of(file.path) is not FileClass.PRODUCTION:
            continue
        for service in file.services:
            image = (service.image or "").rsplit("/", 1)[-1]
            if image.startswith("traefik") and service.ports:
                yield _traefik(project, file, service)
            elif image.startswith("caddy") and service.ports:
                yield from _caddy(project, service)
    for route in project.manifests.effective.of("IngressRoute"):
        if route.environment not in ASIDE:
            tls = route.node.get("spec", "tls")
            if tls is not None:
                yield ok(f"{route.title}: TLS.", tls)
            else:
                yield unknown(f"{route.title}: no TLS of its own; the entry point of Traefik may bring it.", route)


def _traefik(project: Project, file: ComposeFile, proxy: ComposeService) -> Fact:
    everywhere = next((at for text, at in _arguments(proxy) if _EVERYWHERE.search(text)), None)
    routers = _routers(file)
    asked = [
        r for r in routers.values() if not any("redirect" in v.text.lower() for k, v in r.items() if k == "middlewares")
    ]
    bare = [r for r in asked if not any(key.startswith("tls") and node.text != "false" for key, node in r.items())]
    secure = next((n.at for r in asked if r not in bare for key, n in r.items() if key.startswith("tls")), None)
    if everywhere is not None:
        return ok(f"{proxy.name}: Traefik ends TLS at its entry points.", everywhere)
    if asked and not bare and secure is not None:
        return ok(f"{proxy.name}: Traefik ends TLS for each of its routes.", secure)
    if secure is not None:
        places = [next(iter(r.values())).at for r in bare]
        return partial(
            f"{proxy.name}: Traefik ends TLS, but not for these routes.", *places[:8], severity=Severity.MEDIUM
        )
    files = [p for p in _mounted(project, proxy) if p.endswith((".yml", ".yaml", ".toml"))]
    held = next((p for p in files if _IN_FILES.search(project.files.text(p))), None)
    if held is not None:
        return ok(f"{proxy.name}: Traefik's file sets TLS up.", At(held), proxy)
    grade = Severity.MEDIUM if file.environment == "unknown" else None
    return bad(f"{proxy.name}: Traefik is published and ends TLS nowhere.", proxy, severity=grade)


def _arguments(service: ComposeService) -> Iterator[tuple[str, At]]:
    command = service.node.get("command")
    for node in command.children() if command is not None and command.is_list else [command] if command else []:
        yield node.text, node.at
    for name, value in service.environment.items():
        yield f"{name.removeprefix('TRAEFIK_').replace('_', '.')}={value.value or ''}", value.at


def _routers(file: ComposeFile) -> dict[str, dict[str, Node]]:
    """What labels say of each HTTP router of Traefik."""
    found: dict[str, dict[str, Node]] = defaultdict(dict)
    for service in file.services:
        for key, node in service.labels.items():
            if (named := _LABEL.fullmatch(key)) is not None:
                found[named[1]][named[2].lower()] = node
    return found


def _mounted(project: Project, service: ComposeService) -> Iterator[str]:
    """The files of the project that a service mounts, those of mounted folders among them."""
    for volume in service.volumes:
        source = volume.source or ""
        if not source.startswith((".", "/")):
            continue
        path = posixpath.normpath(posixpath.join(service.directory, source))
        yield from (p for p in project.files.paths if p == path or p.startswith(f"{path}/"))


def _caddy(project: Project, service: ComposeService) -> Iterator[Fact]:
    for path in _mounted(project, service):
        if not posixpath.basename(path).startswith("Caddyfile"):
            continue
        sites = list(_sites(project.files.lines(path)))
        off = next(
            (
                At(path, n)
                for n, line in enumerate(project.files.lines(path), 1)
                if re.match(r"\s*auto_https\s+off", line)
            ),
            None,
        )
        plain = [At(path, number) for number, names in sites if all(_PLAIN.search(name) for name in names)]
        secure = [At(path, number) for number, names in sites if not all(_PLAIN.search(name) for name in names)]
        if secure and off is None:
            yield ok(f"{service.name}: Caddy brings a certificate for its sites by itself.", secure[0])
        elif plain or off:
            yield bad(f"{service.name}: Caddy serves plain HTTP only.", *([off] if off else plain[:4]), service)


def _sites(lines: tuple[str, ...] | list[str]) -> Iterator[tuple[int, list[str]]]:
    """The addresses of each site of a Caddyfile, with the line."""
    depth = 0
    for number, line in enumerate(lines, start=1):
        text = line.split(" #")[0].strip()
        if depth == 0 and text.endswith("{") and text != "{" and not text.startswith(("(", "#")):
            names = [name for name in re.split(r"[,\s]+", text[:-1]) if name]
            yield number, names
        if not text.startswith("#"):
            bare = re.sub(r"\{[\w$.:-]+\}", "", text)
            depth += bare.count("{") - bare.count("}")
