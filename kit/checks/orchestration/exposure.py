"""Who is let in: ingresses, certificates, network policies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from difflib import get_close_matches

from kit.checks.orchestration.common import (
    Group,
    annotation,
    by_a_chart,
    grade,
    groups,
    is_kept_elsewhere,
    is_literal,
    same_namespace,
    told_once,
)
from kit.checks.shared.crowd import joined
from kit.checks.shared.texts import at_offset
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.manifests import Backend, Manifest
from kit.sources.kubernetes.pods import text_of

_POLICIES = ("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy")
_MANAGED_TLS = (
    "cert-manager.io/", "certmanager.k8s.io/", "certificate-arn", "managed-certificates", "pre-shared-cert",
    "router.tls", "ssl-cert", "aws-load-balancer-ssl", "appgw-ssl-certificate", "kubernetes.io/tls-acme",
)  # fmt: skip
_REDIRECTS = ("permanent-redirect", "temporal-redirect")
_INTERNAL = ("internal", "load-balancer-type", "aws-load-balancer-scheme")
_ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})


@check("ORC-013", "Ingresses lead to Services that exist", Severity.HIGH, Clause.EXECUTION, effort_hours=0.5)
@joined("Services that Ingresses lead to")
def backends_exist(project: Project) -> Iterator[Fact]:
    """
    An Ingress that names a Service or port that is not there answers every request with 503.

    Decides: each backend of an Ingress or HTTPRoute against the Services that are applied with it, and their ports.

    Fix: name a Service of the same namespace and one of its ports.

    Blind to: Services that other charts bring, traffic that a mesh leads elsewhere.

    See: https://kubernetes.io/docs/concepts/services-networking/ingress/
    """
    for group in groups(project):
        for manifest in group.manifests:
            for backend in manifest.backends:
                if is_literal(backend.service):
                    yield _backend(project, group, manifest, backend)


def _backend(project: Project, group: Group, manifest: Manifest, backend: Backend) -> Fact:
    found = [m for m in group.providing("Service", backend.service, manifest) if m.kind == "Service"]
    name = f"{manifest.title}: {backend.host or ''}{backend.path} leads to {backend.service}"
    if not found:
        elsewhere = project.manifests.providing("Service", backend.service)
        chart = by_a_chart(project, backend.service)
        if chart is not None:
            message = f"{name}, which a chart brings that is installed beside it."
            return unknown(message, backend, chart, **grade(group))
        near = get_close_matches(backend.service, [m.name for m in group.of("Service")], n=1, cutoff=0.9)
        if near and not elsewhere:
            message = f"{name}, a Service that nothing declares; the nearest is {near[0]}."
            return bad(message, backend, **grade(group))
        if elsewhere or not group.known or is_kept_elsewhere(project, group, manifest):
            return unknown(f"{name}, which is not applied with it.", backend, *elsewhere[:1], **grade(group))
        return bad(f"{name}, a Service that nothing declares.", backend, **grade(group))
    # Of namesakes, the one with the port is meant.
    for each in found:
        ports = {p for port in each.service_ports for p in (port.number, port.name)}
        if backend.port is None or backend.port in ports:
            return ok(f"{name}.", backend, each, **grade(group))
    return bad(f"{name}, which has no port {backend.port}.", backend, found[0], **grade(group))


@check("ORC-025", "What is open to the world speaks TLS", Severity.HIGH, Clause.DEPLOYMENT)
@told_once
def entrances_speak_tls(project: Project) -> Iterator[Fact]:
    """
    Passwords and sessions that cross the internet without TLS can be read by everybody on the way.

    Decides: each Ingress has `tls` for its hosts, or an annotation that has the platform bring a certificate; each
    Gateway listener is HTTPS or redirects; a chart whose values may add `tls` weighs less, as does
    what only the inner network gets to. A load balancer that is open to the world is no plain-HTTP one.

    Fix: add `tls: [{hosts: [...], secretName: ...}]` and a certificate issuer
    (`cert-manager.io/cluster-issuer`).

    Blind to: TLS that ends at a load balancer or CDN in front of the cluster.

    See: https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
    """
    for group in groups(project):
        for ingress in group.of("Ingress"):
            yield _left_out(project, ingress, group) or _ingress(project, group, ingress)
        for gateway in group.of("Gateway"):
            yield from _gateway(project, group, gateway)
        for service in group.of("Service"):
            if text_of(service.node, "spec", "type") == "LoadBalancer":
                yield from _load_balancer(group, service)


def _left_out(project: Project, ingress: Manifest, group: Group) -> Fact | None:
    """What can be said of a file that lies beside a kustomization and is not among its resources."""
    if not ingress.origin.startswith("plain"):
        return None
    folder = posixpath.dirname(ingress.path)
    beside = next(
        (k for k in project.kustomizations if k.dir.strip("./") == folder and ingress.path not in k.used), None
    )
    if beside is None:
        return None
    message = f"{ingress.title}: {beside.path} does not list it; whether anybody applies it cannot be seen."
    return unknown(message, ingress, beside, **grade(group))


def _ingress(project: Project, group: Group, ingress: Manifest) -> Fact:
    hosts = {n.text for n in ingress.node.each("spec", "rules", "*", "host")}
    tls = ingress.node.get("spec", "tls")
    covered = {n.text for n in ingress.node.each("spec", "tls", "*", "hosts", "*")}
    managed = annotation(ingress, *_MANAGED_TLS)
    if tls is None or not list(tls.children()):
        if managed is not None:
            return ok(f"{ingress.title}: the platform brings the certificate.", ingress, **grade(group))
        redirects = any("return 30" in text for text in ingress.annotations.values())
        if redirects or annotation(ingress, *_REDIRECTS) is not None:
            message = f"{ingress.title}: no TLS, and nothing but a redirect."
            return partial(message, ingress, severity=Severity.LOW, **grade(group))
        if (other := _brings_tls(project, ingress, hosts)) is not None:
            message = f"{ingress.title}: no TLS of its own; {other.title} sets it up for the same hosts."
            return unknown(message, ingress, other, **grade(group))
        if (entry := _entry_of_traefik(project, ingress)) is not None:
            message = (
                f"{ingress.title}: Traefik's entry point brings TLS; whether plain requests are sent there is not seen."
            )
            return unknown(message, ingress, entry, **grade(group))
        message = f"{ingress.title}: no TLS; all requests travel in clear."
        by_values = ingress.origin.startswith("helm:") and "tls:" in project.files.text(ingress.path)
        lesser = by_values or _is_inner(ingress, hosts)
        return bad(message, ingress, severity=Severity.MEDIUM if lesser else None, **grade(group))
    bare = sorted(h for h in hosts - covered if not _by_wildcard(h, covered))
    if covered and bare:
        return partial(f"{ingress.title}: TLS is set up, but not for {', '.join(bare)}.", tls, **grade(group))
    secret = text_of(ingress.node, "spec", "tls", 0, "secretName")
    if secret and managed is None and not group.providing("Secret", secret, ingress):
        message = f"{ingress.title}: TLS is set up with {secret}, which must be made elsewhere."
        return unknown(message, tls, **grade(group))
    return ok(f"{ingress.title}: TLS is set up.", tls, **grade(group))


_WITH_TLS = re.compile(
    r"(?m)^(?P<in>[ \t]{0,20})websecure:[^\n]{0,200}\n(?:(?P=in)[ \t][^\n]{0,200}\n|\n){0,60}?[ \t]{1,30}tls:[ \t]{0,20}\n[ \t]{1,30}enabled:[ \t]{0,20}true"
)


def _entry_of_traefik(project: Project, ingress: Manifest) -> At | None:
    """Where the values of Traefik's chart give the entry point of an Ingress of its class TLS by itself."""
    named = text_of(ingress.node, "spec", "ingressClassName") or ingress.annotations.get("kubernetes.io/ingress.class")
    if named is None or "traefik" not in named:
        return None
    for path in project.files.paths:
        text = project.files.text(path) if path.endswith((".yml", ".yaml")) else ""
        if "websecure:" in text and (found := _WITH_TLS.search(text)) is not None:
            return at_offset(path, text, found.start())
    return None


_INNER = re.compile(r"(?i)(?:^|\.)(?:internal|intranet|local|localhost|localdomain|lan|corp|test|home\.arpa)$")
"""Hosts that no name server of the world knows."""


def _is_inner(ingress: Manifest, hosts: set[str]) -> bool:
    """Whether the world does not get to an Ingress: its balancer is an inner one, or all of its hosts are."""
    schemes = [text for name, text in ingress.annotations.items() if name.endswith(("/scheme", "/internal"))]
    return bool({"internal", "true"} & set(schemes)) or (bool(hosts) and all(_INNER.search(h) for h in hosts))


def _brings_tls(project: Project, ingress: Manifest, hosts: set[str]) -> Manifest | None:
    """Another Ingress that has TLS for all of its hosts: controllers take both as one server."""
    for other in project.manifests.of("Ingress") if hosts else ():
        covered = {n.text for n in other.node.each("spec", "tls", "*", "hosts", "*")}
        if other.path != ingress.path and all(h in covered or _by_wildcard(h, covered) for h in hosts):
            return other
    return None


def _by_wildcard(host: str, covered: set[str]) -> bool:
    return f"*.{host.partition('.')[2]}" in covered


def _gateway(project: Project, group: Group, gateway: Manifest) -> Iterator[Fact]:
    """Listeners of the Gateway API, servers of Istio."""
    listeners = [
        *gateway.node.each("spec", "listeners", "*"),
        *gateway.node.each("spec", "servers", "*"),
    ]
    protocols = [(text_of(n, "protocol") or text_of(n, "port", "protocol"), n) for n in listeners]
    secure = any(p.upper() in {"HTTPS", "TLS"} for p, _ in protocols)
    for protocol, node in protocols:
        redirects = text_of(node, "tls", "httpsRedirect") == "true"
        if protocol.upper() != "HTTP" or redirects:
            yield ok(f"{gateway.title}: {protocol or 'the listener'} is not plain HTTP.", node, **grade(group))
        elif secure:
            message = f"{gateway.title}: plain HTTP is served beside HTTPS; see that it only redirects."
            yield partial(message, node, severity=Severity.LOW, **grade(group))
        else:
            by_values = gateway.origin.startswith("helm:") and "HTTPS" in project.files.text(gateway.path)
            message = f"{gateway.title}: only plain HTTP; all requests travel in clear."
            yield bad(message, node, severity=Severity.MEDIUM if by_values else None, **grade(group))


def _load_balancer(group: Group, service: Manifest) -> Iterator[Fact]:
    if annotation(service, *_INTERNAL) is not None:
        return
    ports = {p.number for p in service.service_ports}
    if ports & {443, 8443} or annotation(service, *_MANAGED_TLS) is not None:
        yield ok(f"{service.title}: the load balancer has a TLS port.", service, **grade(group))
    elif ports & {80, 8080, 3000, 8000}:
        message = f"{service.title}: a load balancer open to the world serves plain HTTP only."
        yield bad(message, service.node.at_or_self("spec", "type"), severity=Severity.MEDIUM, **grade(group))


@check(
    "ORC-011",
    "Network policies let in and out only what is meant",
    Severity.HIGH,
    Clause.DEPLOYMENT,
    effort_hours=4,
)
def network_policies(project: Project) -> Iterator[Fact]:
    """
    Without network policies every pod may talk to every other; one that is taken over reaches the database.

    Decides: each overlay or chart has policies at all; every workload is selected by one and every policy selects
    some; no rule lets in everybody or lets out to everywhere without naming ports.

    Fix: start with a policy that denies all (`podSelector: {}`, `policyTypes: [Ingress, Egress]`), then allow
    each path with a `podSelector` and a port.

    Blind to: whether the cluster's network plugin enforces policies, policies of a service mesh.

    See: https://kubernetes.io/docs/concepts/services-networking/network-policies/
    """
    for group in groups(project):
        policies = group.of(*_POLICIES)
        if policies:
            for policy in policies.of("NetworkPolicy"):
                yield from _policy(group, policy)
            yield from _unselected(group)
        elif group.workloads:
            idle = _idle(project)
            message = f"{group.name}: no network policy; every pod may talk to every other."
            if idle:
                message += f" {len(idle)} are written in the project, but nothing applies them here."
            yield bad(message, group, *idle[:1], severity=Severity.MEDIUM, **grade(group))


def _idle(project: Project) -> list[Manifest]:
    """The policies of components and bases that no overlay takes in."""
    written = project.manifests.of(*_POLICIES)
    applied = {m.at for m in written.effective}
    return [m for m in written if m.at not in applied and project.files.class_of(m.path) is FileClass.PRODUCTION]


def _policy(group: Group, policy: Manifest) -> Iterator[Fact]:
    wide = [*_wide_rules(policy, "ingress", "from"), *_wide_rules(policy, "egress", "to")]
    for message, at, severity in wide:
        yield bad(f"{policy.title}: {message}", at, severity=severity, **grade(group))
    if _selects_nobody(group, policy):
        at, message = (
            policy.node.at_or_self("spec", "podSelector"),
            f"{policy.title}: no pod has the labels that it selects.",
        )
        yield partial(message, at, severity=Severity.MEDIUM, **grade(group))
    elif not wide:
        yield ok(f"{policy.title}: names who may talk to whom.", policy, **grade(group))


def _selects_nobody(group: Group, policy: Manifest) -> bool:
    """Whether what it names is not there, though pods are applied with it."""
    named = [*policy.node.each("spec", "podSelector", "matchLabels", "*")]
    beside = [w for w in group.workloads if same_namespace(w, policy)]
    return bool(named and beside) and group.known and not any(policy.selects(w.pod_labels) for w in group.workloads)


def _wide_rules(policy: Manifest, way: str, peers: str) -> Iterator[tuple[str, At, Severity]]:
    severity = Severity.HIGH if way == "ingress" else Severity.MEDIUM
    for rule in policy.node.each("spec", way, "*"):
        ports = rule.get("ports")
        if ports is not None and list(ports.children()):
            continue
        listed_peers = rule.get(peers)
        if listed_peers is None or not list(listed_peers.children()):
            yield f"an {way} rule without peers and ports allows everything.", rule.at, severity
            continue
        for peer in listed_peers.children():
            wide = _wide_peer(peer)
            if wide:
                yield (
                    f"{way} is allowed {'from' if way == 'ingress' else 'to'} {wide}.",
                    peer.at,
                    Severity.HIGH,
                )


def _wide_peer(peer: Node) -> str | None:
    if text_of(peer, "ipBlock", "cidr") in _ANYWHERE and peer.get("ipBlock", "except") is None:
        return "every address, on every port"
    spaces = peer.get("namespaceSelector")
    everywhere = spaces is not None and not list(spaces.children())
    return "all namespaces, on every port" if everywhere and "podSelector" not in peer else None


def _unselected(group: Group) -> Iterator[Fact]:
    if len(group.of("NetworkPolicy")) < len(group.of(*_POLICIES)):
        return
    for workload in group.workloads:
        policies = [p for p in group.of("NetworkPolicy") if same_namespace(p, workload)]
        if not any(p.selects(workload.pod_labels) for p in policies):
            message = f"{workload.title}: no network policy selects its pods."
            yield partial(message, workload, severity=Severity.MEDIUM, **grade(group))
