"""What may a pod do to its node, its cluster and its neighbours?"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from kit.checks.orchestration.common import (
    Group,
    called,
    containers,
    grade,
    groups,
    is_monitor,
    is_off_the_shelf,
    service_of,
    told_once,
)
from kit.checks.shared.crowd import crowded
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.kubernetes.pods import Container, text_of
from kit.sources.secrets.find import find_secrets, is_placeholder, is_secret_name
from kit.sources.secrets.values import is_weak

_STRONG_CAPABILITIES = frozenset({"ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "NET_ADMIN", "DAC_READ_SEARCH"})
_SAFE_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports",
    }
)  # fmt: skip
_SAFE_PREFIXES = ("net.ipv4.tcp_keepalive_", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem")
"""Kernel settings that belong to the pod alone and that Kubernetes allows."""

_SHARED = {"hostNetwork": "network", "hostPID": "processes", "hostIPC": "shared memory"}
_SECRET_FILES = ("key", "pem", "p12", "pfx", "dockerconfigjson", "dockercfg", "kubeconfig")


@check("ORC-007", "Pods run with no more rights than they need", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
@crowded("pods have more rights than they need")
@told_once
def pods_are_confined(project: Project) -> Iterator[Fact]:
    """
    A process that is root in its container, may gain more rights, and may write its own file system makes of every
    hole in the application one in the node.

    Decides: for each container `runAsNonRoot` (or a user other than 0), `allowPrivilegeEscalation: false`,
    `capabilities.drop: [ALL]` and `readOnlyRootFilesystem: true`, its own or the pod's. Whether the image that is
    built here runs as root is read from its Dockerfile.

    Fix: `securityContext: {runAsNonRoot: true, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true,
    capabilities: {drop: [ALL]}}`.

    Blind to: what admission policies add, users of images from elsewhere.

    See: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    """
    for group in groups(project):
        for workload, container in containers(group):
            yield _confined(project, group, workload, container)


def _confined(project: Project, group: Group, workload: Manifest, container: Container) -> Fact:
    name, own = called(workload, container), container.get("securityContext")
    at = own or container
    user = _setting(workload, container, "runAsUser")
    lacks = list(_lacking(workload, container))
    if user is not None and user.text == "0":
        more = [one for one in lacks if one != "runAsNonRoot"]
        also = f"; it lacks {listed(more)} too" if more else ""
        # An agent of the node reads files that are root's.
        agent = workload.kind == "DaemonSet" and any(v.kind == "hostPath" for v in workload.volumes)
        severity = Severity.MEDIUM if agent else Severity.HIGH
        return bad(f"{name}: runs as root (runAsUser: 0){also}.", user, at, severity=severity, **grade(group))
    if "runAsNonRoot" not in lacks:
        if not lacks:
            return ok(f"{name}: runs with no more rights than it needs.", at, **grade(group))
        message = f"{name}: does not run as root, but lacks {listed(lacks)}."
        return partial(message, at, severity=Severity.LOW, **grade(group))
    rootless = _image_user(project, workload, container)
    if rootless:
        message = f"{name}: its image is not root's, but nothing here holds it to that; it lacks {listed(lacks)}."
        return partial(message, at, severity=Severity.MEDIUM, **grade(group))
    severity = Severity.HIGH if rootless is False and not is_off_the_shelf(container) else Severity.MEDIUM
    as_root = "runs as root" if rootless is False else "may run as root"
    return bad(f"{name}: {as_root}; it lacks {listed(lacks)}.", at, severity=severity, **grade(group))


def _lacking(workload: Manifest, container: Container) -> Iterator[str]:
    user, non_root = (_setting(workload, container, key) for key in ("runAsUser", "runAsNonRoot"))
    if text(non_root) != "true" and text(user) in {"", "0"}:
        yield "runAsNonRoot"
    if text(container.get("securityContext", "allowPrivilegeEscalation")) != "false":
        yield "allowPrivilegeEscalation: false"
    dropped = {n.text.upper() for n in container.node.each("securityContext", "capabilities", "drop", "*")}
    if "ALL" not in dropped:
        yield "capabilities.drop: [ALL]"
    if text(container.get("securityContext", "readOnlyRootFilesystem")) != "true":
        yield "readOnlyRootFilesystem"


def _setting(workload: Manifest, container: Container, key: str) -> Node | None:
    """A setting of the container's security context, else of its pod's."""
    own = container.get("securityContext", key)
    return own or (workload.pod.get("securityContext", key) if workload.pod is not None else None)


def text(node: Node | None) -> str:
    """The scalar as text, empty for none."""
    return node.text if node is not None else ""


def _image_user(project: Project, workload: Manifest, container: Container) -> bool | None:
    """Whether the image runs as somebody other than root; None where it is not built here, or its base decides."""
    service = service_of(project, workload, container)
    build = service.build if service is not None else None
    dockerfile = next((d for d in project.dockerfiles if build and d.path == build.dockerfile and not d.error), None)
    if dockerfile is None or build is None:
        return None
    stage = (dockerfile.stage(build.target) if build.target else None) or dockerfile.final
    user = dockerfile.user(stage)
    if user is None:
        base = dockerfile.base_image(stage)
        return True if "nonroot" in base or "unprivileged" in base else (None if "/" in base else False)
    return dockerfile.expand(user).split(":")[0].strip() not in {"root", "0"}


@check(
    "ORC-012",
    "Pods have no token for the API that they do not use",
    Severity.LOW,
    Clause.DEPLOYMENT,
    effort_hours=0.5,
)
def tokens_are_not_mounted(project: Project) -> Iterator[Fact]:
    """
    By default every pod holds a token for the Kubernetes API: the first thing that an intruder looks for.

    Decides: `automountServiceAccountToken: false` of each workload or its ServiceAccount; one whose account is
    bound to a role uses it. Told once for all that are applied together.

    Fix: add `automountServiceAccountToken: false` to the pod, or to the ServiceAccount.

    Blind to: programs that use the token with the rights of the default account.

    See: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
    """
    for group in groups(project):
        bound = {
            text_of(subject, "name")
            for binding in group.of("RoleBinding", "ClusterRoleBinding")
            for subject in binding.node.each("subjects", "*")
        }
        holding = [w for w in group.workloads if _holds_token(group, w, bound)]
        if holding:
            names = listed((w.title for w in holding), 4)
            message = (
                f"{group.name}: {len(holding)} of {len(group.workloads)} workloads hold a token for nothing: {names}."
            )
            yield bad(message, *holding[:5], **grade(group))
        elif group.workloads:
            yield ok(f"{group.name}: no workload holds a token that it does not use.", group, **grade(group))


def _holds_token(group: Group, workload: Manifest, bound: set[str]) -> bool:
    assert workload.pod is not None
    account = text_of(workload.pod, "serviceAccountName") or "default"
    accounts = group.providing("ServiceAccount", account, workload)
    settings = [workload.pod, *(a.node for a in accounts if a.kind == "ServiceAccount")]
    annotated = any(a.annotations for a in accounts)  # Bound to an account of the cloud.
    return (
        account not in bound
        and not annotated
        and not any(text_of(node, "automountServiceAccountToken") == "false" for node in settings)
    )


@check("ORC-016", "No pod has the run of its node", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def pods_stay_in_their_box(project: Project) -> Iterator[Fact]:
    """
    A privileged container, the node's network or a mount of its file system makes a pod's compromise the node's.

    Decides: `privileged`, strong capabilities, `hostNetwork`, `hostPID`, `hostIPC`, `hostPort`, `hostPath` volumes,
    unsafe kernel settings and what takes off the runtime's shields, of each workload; for agents that run on every
    node (DaemonSets) and known monitors the finding is one step milder.

    Fix: take the right away; for files use a ConfigMap, a claim or an emptyDir.

    Blind to: what admission policies refuse.

    See: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    """
    for group in groups(project):
        for workload in group.workloads:
            rights = [*_rights(workload), *_shields(workload)]
            watches = all(is_monitor(c) for c in workload.containers)
            severity = Severity.MEDIUM if workload.kind == "DaemonSet" or watches else Severity.HIGH
            for what, at in rights:
                yield bad(f"{workload.title}: {what}.", at, severity=severity, **grade(group))
            if not rights:
                yield ok(f"{workload.title}: no rights over its node.", workload, **grade(group))


def _rights(workload: Manifest) -> Iterator[tuple[str, At]]:
    assert workload.pod is not None
    for key, what in _SHARED.items():
        node = workload.pod.get(key)
        if text(node) == "true" and node is not None:
            yield f"shares the node's {what}", node.at
    for node in workload.pod.each("volumes", "*", "hostPath"):
        path = text_of(node, "path")
        socket = "; who controls it controls the node" if path.endswith(".sock") else ""
        yield f"mounts {path} of the node{socket}", node.at
    for container in workload.containers:
        context = container.get("securityContext")
        privileged = container.get("securityContext", "privileged")
        if text(privileged) == "true" and privileged is not None:
            yield f"container {container.name} is privileged", privileged.at
        for node in context.each("capabilities", "add", "*") if context is not None else ():
            if node.text.upper().removeprefix("CAP_") in _STRONG_CAPABILITIES:
                yield f"container {container.name} has the capability {node.text}", node.at


def _shields(workload: Manifest) -> Iterator[tuple[str, At]]:
    """What opens a port of the node, sets its kernel, or takes off what the runtime puts around a container."""
    assert workload.pod is not None
    for node in workload.pod.each("securityContext", "sysctls", "*", "name"):
        name = node.text.replace("/", ".")
        if name not in _SAFE_SYSCTLS and not name.startswith(_SAFE_PREFIXES):
            yield f"sets the kernel's {name}, which its node shares or must allow", node.at
    shared = text_of(workload.pod, "hostNetwork") == "true"
    for container in workload.containers:
        for port in container.node.each("ports", "*") if not shared else ():
            if text_of(port, "hostPort") not in {"", "0"}:
                yield f"container {container.name} takes port {text_of(port, 'hostPort')} of its node", port.at
        if text_of(container.get("securityContext"), "procMount") == "Unmasked":
            yield (
                f"container {container.name} sees all of /proc",
                container.node.at_or_self("securityContext", "procMount"),
            )
    for holder in (workload.pod, *(c.node for c in workload.containers)):
        kind = holder.get("securityContext", "seccompProfile", "type")
        if kind is not None and kind.text == "Unconfined":
            yield "may make every system call (seccomp is Unconfined)", kind.at


@check("ORC-017", "No secret stands in a manifest", Severity.CRITICAL, Clause.ASSUMPTIONS, effort_hours=2)
def no_secrets_in_manifests(project: Project) -> Iterator[Fact]:
    """
    Base64 is no encryption: whoever can read the repository, now or in its history, has the secret.

    Decides: the entries of each Secret with a secret's name or form and a value that is no placeholder; one that
    anybody guesses is one step milder. SealedSecrets, ExternalSecrets and files encrypted with SOPS hold.

    Fix: make a new secret, take the value out of git, and bring it in with External Secrets, Sealed Secrets or SOPS.

    Blind to: secrets under harmless names.

    See: https://kubernetes.io/docs/concepts/security/secrets-good-practices/
    """
    for group in groups(project):
        for secret in group.of("Secret"):
            open_keys = [] if "sops" in secret.node else list(_in_clear(secret))
            for key, at, weak in open_keys:
                what = "is a value that anybody guesses" if weak else "stands in the repository"
                severity = Severity.HIGH if weak else Severity.CRITICAL
                message = f"{secret.title}: {key} {what}; who reads the file has the secret."
                yield bad(message, at, severity=severity, **grade(group))
            if not open_keys:
                yield ok(f"{secret.title}: holds no secret in clear.", secret, **grade(group))
        for kept in group.of("SealedSecret", "ExternalSecret", "VaultStaticSecret"):
            yield ok(f"{kept.title}: the secret is kept elsewhere or encrypted.", kept, **grade(group))


def _in_clear(secret: Manifest) -> Iterator[tuple[str, At, bool]]:
    """Key, place and whether its value is a weak one, of each entry that shows a secret."""
    for part in ("data", "stringData"):
        node = secret.node.get(part)
        for key, value in node.items() if node is not None else ():
            plain = _decoded(value.text) if part == "data" else value.text
            named = is_secret_name(key) or key.rsplit(".", 1)[-1] in _SECRET_FILES
            found = [hit for hit in find_secrets(f"{key}: {plain}") if not hit.placeholder]
            if not plain.strip() or is_placeholder(plain) or plain.startswith("ENC[") or _names_user(key, plain):
                continue
            if named or found:
                yield key, value.at, is_weak(plain)


def _names_user(key: str, plain: str) -> bool:
    """Whether the entry is the name that goes with a secret: an access key of words."""
    return (
        re.fullmatch(r"(?i)access[-_]?key(?:[-_]?id)?", key) is not None and re.fullmatch(r"[a-z-]+", plain) is not None
    )


def _decoded(text: str) -> str:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


@check("ORC-027", "Namespaces hold pods to a security level and to a quota", Severity.LOW, Clause.DEPLOYMENT)
def namespaces_have_bounds(project: Project) -> Iterator[Fact]:
    """
    A namespace that enforces a pod security level refuses the next privileged pod, whoever writes it.

    Decides: each Namespace that is declared has the label `pod-security.kubernetes.io/enforce`; a ResourceQuota is
    applied with it.

    Fix: label the namespace `pod-security.kubernetes.io/enforce: restricted` (or `baseline`), and add a
    ResourceQuota.

    Blind to: policy engines (Kyverno, Gatekeeper) that are set up elsewhere.

    See: https://kubernetes.io/docs/concepts/security/pod-security-admission/
    """
    for group in groups(project):
        engines = group.of("ClusterPolicy", "Policy", "K8sPSPCapabilities")
        for namespace in group.of("Namespace"):
            level = namespace.labels.get("pod-security.kubernetes.io/enforce")
            quotas = [q for q in group.of("ResourceQuota") if q.namespace in {None, namespace.name}]
            if engines:
                yield ok(
                    f"{namespace.title}: {engines[0].title} holds its pods to a level.",
                    engines[0],
                    **grade(group),
                )
            elif level in {None, "privileged"}:
                message = f"{namespace.title}: no pod security level is enforced; any pod may run privileged."
                yield bad(message, namespace, **grade(group))
            elif not quotas:
                message = f"{namespace.title}: holds pods to {level}, but no quota bounds what they use together."
                yield partial(message, namespace, **grade(group))
            else:
                yield ok(f"{namespace.title}: holds pods to {level} and to a quota.", namespace, **grade(group))
