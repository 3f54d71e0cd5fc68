"""What rewrites requests, owns volumes and follows a repository: manifests whose fault shows only in the cluster."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from kit.checks.orchestration.common import Group, called, containers, grade, groups, service_of, told_once
from kit.checks.shared.deployed import manifests
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.manifests import Backend, Manifest
from kit.sources.kubernetes.pods import Container, number_of, text_of
from kit.system.model import Route, Service

_REWRITE = "nginx.ingress.kubernetes.io/rewrite-target"
_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_BRANCH = re.compile(r"HEAD|main|master|develop|dev|trunk", re.IGNORECASE)
_LOOSE = re.compile(r"[*x^~<>]|\|\|")
_ASIDE = re.compile(
    r"^/?(?:$|(?:_?health\w*|livez|readyz|metrics|ping|ready|live|favicon\.ico|docs|redoc|swagger[\w.-]*|openapi\.json)(?:/|$))"
)


@check(
    "ORC-032", "Rewritten requests reach the routes that are meant", Severity.HIGH, Clause.EXECUTION, effort_hours=0.5
)
def rewrites_reach_routes(project: Project) -> Iterator[Fact]:
    """
    `rewrite-target: /` on the path `/api` turns every request below it into one for `/`: the front page answers, and no
    route of the service is ever reached.

    Decides: Ingresses of ingress-nginx that rewrite: a target without a capture group on a path that has more below it; a
    target that names a group which the path does not capture; a prefix that is taken off while all routes of the service
    behind it begin with that prefix.

    Fix: `path: /api(/|$)(.*)` with `pathType: ImplementationSpecific` and `rewrite-target: /$2`; or no rewrite where the
    service serves under the prefix itself.

    Blind to: rewrites of other controllers, and snippets.

    See: https://kubernetes.github.io/ingress-nginx/examples/rewrite/
    """
    for group in groups(project):
        for manifest in group.of("Ingress"):
            target = manifest.annotations.get(_REWRITE)
            for backend in manifest.backends if target is not None and "{{" not in target else ():
                yield _rewritten(project, group, manifest, backend, target or "")


def _rewritten(project: Project, group: Group, manifest: Manifest, backend: Backend, target: str) -> Fact:
    name = f"{manifest.title}: {backend.path} is rewritten to {target}"
    kind = _path_type(manifest, backend)
    wanted = max((int(n) for n in re.findall(r"\$(\d)", target)), default=0)
    captured = len(_GROUP.findall(backend.path))
    if wanted > captured and not _captured_beside(manifest, backend):
        message = f"{name}, and the path captures {captured or 'nothing'}: what follows the prefix is lost."
        return bad(message, backend, **grade(group))
    if not wanted and not captured and backend.path.rstrip("/") and kind != "Exact":
        return bad(
            f"{name}: every request below it arrives there, and no route below is reached.", backend, **grade(group)
        )
    prefix = re.split(r"[(\[|$]", backend.path, maxsplit=1)[0].rstrip("/")
    service = _behind(project, group, manifest, backend)
    routes = _below(service, prefix) if service is not None and wanted and prefix else []
    if service is not None and routes:
        message = f"{name}, which takes {prefix} off; all routes of {service.name} begin with it and answer 404."
        return bad(message, backend, routes[0], **grade(group))
    return ok(f"{name}.", backend, **grade(group))


def _captured_beside(manifest: Manifest, backend: Backend) -> bool:
    """Whether another path of the host takes what follows this one: `/api` beside `/api/(.*)`."""
    start = backend.path.rstrip("/")
    below = tuple(f"{start}{more}" for more in ("/(", "(/"))
    return any(b.host == backend.host and b.path.startswith(below) for b in manifest.backends)


def _path_type(manifest: Manifest, backend: Backend) -> str:
    paths = manifest.node.each("spec", "rules", "*", "http", "paths", "*")
    return next((text_of(p, "pathType") for p in paths if text_of(p, "path") == backend.path), "")


def _behind(project: Project, group: Group, manifest: Manifest, backend: Backend) -> Service | None:
    for declared in group.providing("Service", backend.service, manifest):
        for workload in group.selected_by(declared):
            for container in workload.containers:
                found = service_of(project, workload, container)
                if found is not None and found.routes:
                    return found
    return None


def _below(service: Service, prefix: str) -> list[Route]:
    """The routes of a service, where all that are no matter of operation begin with the prefix."""
    routes = [r for r in service.routes if not _ASIDE.match(r.path)]
    known = all(r.prefix_known and r.mounted is not False for r in routes)
    return routes if known and all(r.path == prefix or r.path.startswith(f"{prefix}/") for r in routes) else []


@check("ORC-033", "Pods own the volumes that they write", Severity.MEDIUM, Clause.EXECUTION, effort_hours=0.5)
@told_once
def volumes_are_owned(project: Project) -> Iterator[Fact]:
    """
    A fresh volume belongs to root. A process under another user cannot write into it, and shows so at its first write.

    Decides: containers that run under a number which is not root's and mount a claim for writing: the pod gives
    `fsGroup`, or an init container changes the owner.

    Fix: `securityContext: {fsGroup: 1000}` in the pod, the group of the image's user.

    Blind to: storage classes that give volumes away by themselves, users that only an image names.

    See: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
    """
    for group in groups(project):
        for workload, container in containers(group):
            pod = workload.pod
            user = number_of(container.node, "securityContext", "runAsUser")
            user = user if user is not None else number_of(pod, "securityContext", "runAsUser")
            mount = _claimed(workload, container)
            if pod is None or not user or mount is None or container.init:
                continue
            name = called(workload, container)
            if number_of(pod, "securityContext", "fsGroup") is not None or _gives(workload):
                yield ok(f"{name}: the volume at {mount[0]} belongs to its group.", mount[1], **grade(group))
            else:
                message = f"{name}: runs as {user} and writes to {mount[0]}, a volume that belongs to root; no fsGroup is given."
                yield bad(message, mount[1], pod.get("securityContext") or pod, **grade(group))


def _claimed(workload: Manifest, container: Container) -> tuple[str, At] | None:
    """Where a container mounts a claim for writing."""
    claims = {v.name for v in workload.volumes if v.kind in {"persistentVolumeClaim", "ephemeral"}}
    claims |= {text_of(c, "metadata", "name") for c in workload.node.each("spec", "volumeClaimTemplates", "*")}
    return next(((m.path, m.at) for m in container.mounts if m.volume in claims and not m.read_only), None)


def _gives(workload: Manifest) -> bool:
    return any(c.init and re.search(r"\bch(?:own|mod|grp)\b", " ".join(c.command)) for c in workload.containers)


@check(
    "ORC-034", "Applications of Argo CD take what is there and stays", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=1
)
def applications_take_what_stays(project: Project) -> Iterator[Fact]:
    """
    An Application that names a folder which is not there never syncs. One that follows a branch brings each merge into the
    cluster, and there is no version to go back to.

    Decides: the sources of Argo CD's Applications: a path of this repository exists; a revision is a tag or commit, and a
    chart's version is exact. Following a branch is told once per file, as a lesser matter.

    Fix: correct `path`; name a tag or commit in `targetRevision`, moved by the pipeline that releases.

    Blind to: repositories of others, and what an ApplicationSet generates.

    See: https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/
    """
    sources = [(m, s) for m in manifests(project, "Application") if m.group == "argoproj.io" for s in _sources(m)]
    own = _own_repositories(project, [s for _, s in sources])
    following: dict[str, list[tuple[str, At]]] = defaultdict(list)
    for manifest, source in sources:
        path, chart, revision = text_of(source, "path"), text_of(source, "chart"), text_of(source, "targetRevision")
        at = source.at_or_self("targetRevision")
        there = posixpath.normpath(path) if path and "{{" not in path else ""
        if there and text_of(source, "repoURL") in own and not project.files.is_dir(there):
            message = f"{manifest.title}: takes {path}, which this repository does not have; it never syncs."
            yield bad(message, source.at_or_self("path"))
        elif chart and (not revision or _LOOSE.search(revision)):
            message = f"{manifest.title}: takes whichever version of the chart {chart} is newest."
            yield bad(message, at, severity=Severity.MEDIUM)
        elif not chart and (not revision or _BRANCH.fullmatch(revision)):
            following[at.path].append((manifest.name, at))
        else:
            yield ok(f"{manifest.title}: takes {revision}.", at)
    for found in following.values():
        message = f"{listed([n for n, _ in found])}: follows a branch; each merge is in the cluster at once, untagged."
        yield bad(message, *[at for _, at in found][:6], severity=Severity.LOW)


def _sources(manifest: Manifest) -> Iterator[Node]:
    one = manifest.node.get("spec", "source")
    if one is not None and one.is_map:
        yield one
    yield from (s for s in manifest.node.each("spec", "sources", "*") if s.is_map)


def _own_repositories(project: Project, sources: list[Node]) -> set[str]:
    """The addresses that are this repository's: by its name, or because several of their folders are here."""
    paths: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        paths[text_of(source, "repoURL")].add(text_of(source, "path"))
    found = set()
    for url, folders in paths.items():
        name = url.rstrip("/").removesuffix(".git").rpartition("/")[2].lower()
        here = [f for f in folders if f and f not in {".", "/"} and project.files.is_dir(posixpath.normpath(f))]
        if name and (
            (name == project.name.lower() and (here or len(folders) == 1))
            or len(here) > 1
            or (here and len(folders) > 1)
        ):
            found.add(url)
    return found
