"""What compose files bring into containers from outside: files of the host, and images by name."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.shared.crowd import joined
from kit.checks.shared.deployed import grade
from kit.checks.shared.images import services
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.containers.compose import ComposeFile, ComposeService
from kit.sources.containers.compose_fields import ComposeVolume
from kit.system.images import parse_image

_FILE = re.compile(
    r"[^/]+\.(?:conf|cfg|cnf|ini|ya?ml|json|toml|xml|properties|sh|sql|js|py|template|tmpl|rules|lua|vcl|list)"
)
_MADE = re.compile(
    r"(?:^|[/._-])(?:certs?|ssl|tls|keys?|secrets?|letsencrypt|acme|generated|dist|build|data|logs?|env|local)(?:$|[/._-])"
)
_DEFAULTED = re.compile(r"^\$\{\w+:?-([^${}]+)\}$")


@check("CON-068", "Files that are mounted into containers are there", Severity.HIGH, Clause.EXECUTION, effort_hours=0.5)
@joined("files that are mounted", counted=False)
def mounted_files_are_there(project: Project) -> Iterator[Fact]:
    """
    Docker makes an empty folder where a file to mount is missing. The program in the container finds a folder in place
    of its configuration, and stops.

    Decides: the files that compose services mount from beside the compose file, by a name that only a file has (`.conf`,
    `.yml`, `.sh`), are in the project; so are scripts that a service runs out of a folder it mounts. What git ignores, and
    what speaks of keys, certificates and output, may be made elsewhere and is unknown.

    Fix: commit the file, or correct the path; it counts from the compose file's folder.

    Blind to: files that are made on the host before the start.

    See: https://docs.docker.com/engine/storage/bind-mounts/#start-a-container-with-a-bind-mount
    """
    for file, service in services(project):
        for volume in service.volumes:
            yield from _mounted(project, file, service, volume)
        yield from _run_from_folder(project, file, service)


def _mounted(project: Project, file: ComposeFile, service: ComposeService, volume: ComposeVolume) -> Iterator[Fact]:
    path = service.host_path(volume)
    if path is None or path.startswith("..") or "$" in path or not _FILE.fullmatch(posixpath.basename(path)):
        return
    if posixpath.splitext(path)[1] != posixpath.splitext(volume.target)[1]:
        return
    if project.files.exists(path) or project.files.is_dir(path):
        yield ok(f"{service.name}: {path} is there to be mounted.", volume)
    elif project.files.ignored(path) or _MADE.search(path) or _is_written(project, path):
        yield unknown(f"{service.name}: mounts {path}, which has to be made on the host before the start.", volume)
    else:
        message = f"{service.name}: mounts {path}, which is not in the project; Docker makes a folder of that name"
        yield bad(f"{message}, and the container finds no {volume.target}.", volume, **grade(file.environment))


def _is_written(project: Project, path: str) -> bool:
    """Whether some script speaks of the file: it may make it."""
    name = posixpath.basename(path)
    return any(name in project.files.text(script.path) for script in project.scripts)


def _run_from_folder(project: Project, file: ComposeFile, service: ComposeService) -> Iterator[Fact]:
    text = " ".join(c.text for c in (service.entrypoint, service.command) if c is not None)
    for word in dict.fromkeys(re.findall(r"(?<![\w./-])(/[\w./-]{1,200}\.(?:sh|py|js))\b", text[:4000])):
        for volume in service.volumes:
            host, target = service.host_path(volume), volume.target.rstrip("/")
            if host is None or not word.startswith(f"{target}/") or not project.files.is_dir(host):
                continue
            path = posixpath.normpath(posixpath.join(host, word[len(target) + 1 :]))
            inner = [v for v in service.volumes if v is not volume and word.startswith(v.target.rstrip("/"))]
            if not inner and not project.files.exists(path) and not project.files.ignored(path):
                at = (service.command or service.entrypoint or service).at
                message = f"{service.name}: runs {word} out of {host}, which holds no {posixpath.basename(word)}"
                yield bad(f"{message}; the container ends at once.", at, volume, **grade(file.environment))


@check("CON-069", "Images in compose files have a version", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=0.5)
def images_have_versions(project: Project) -> Iterator[Fact]:
    """
    `latest` is another program after every pull. Nobody can tell which one ran yesterday, nor go back to it.

    Decides: the image of each compose service that is not built beside it: a tag other than `latest`, or a digest. A
    default that a variable falls back to counts. One finding per file.

    Fix: name the version: `image: traefik:v3.3.2`, and let a bot propose the next.

    Blind to: versions that only a variable names.

    See: https://docs.docker.com/reference/compose-file/services/#image
    """
    moving: dict[tuple[str, str], list[tuple[str, At]]] = defaultdict(list)
    firm: dict[str, At] = {}
    for file, service in services(project):
        node = service.node.get("image")
        image = parse_image(_effective(service.image or "")) if node is not None and service.build is None else None
        if (
            image is None
            or node is None
            or ("$" in (service.image or "") and _DEFAULTED.match(service.image or "") is None)
        ):
            continue
        if image.tag in {None, "latest"} and not image.digest:
            moving[(file.path, file.environment)].append((service.name, node.at))
        else:
            firm.setdefault(file.path, node.at)
    for (path, environment), found in moving.items():
        names = listed(list(dict.fromkeys(name for name, _ in found)))
        severity = {} if environment in {"production", "staging"} else {"severity": Severity.LOW}
        message = f"{path}: no version for the image of {names}; each pull may bring another program."
        yield bad(message, *(at for _, at in found[:6]), **grade(environment), **severity)
    for path, at in firm.items():
        if not any(p == path for p, _ in moving):
            yield ok(f"{path}: every image has a version.", at)


def _effective(written: str) -> str:
    found = _DEFAULTED.match(written)
    return found[1] if found is not None else written
