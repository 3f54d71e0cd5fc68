"""Is what crosses networks of the cloud encrypted?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.infrastructure.common import Resource, resources
from kit.checks.infrastructure.settings import Setting, is_on, judged
from kit.model import Clause, Fact, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node

_OLD_PROTOCOLS = ("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016")
_SEARCH = ("aws_elasticsearch_domain", "aws_opensearch_domain")


def encrypted_entrances(project: Project) -> Iterator[Fact]:
    """Facts about the load balancers and distributions that take requests from the world."""
    listeners = list(resources(project, "aws_lb_listener", "aws_alb_listener"))
    inner = {
        b.name
        for b in resources(project, "aws_lb", "aws_alb")
        if (n := b.node.get("internal")) is not None and is_on(n)
    }
    for listener in listeners:
        balancer = listener.node.get("load_balancer_arn")
        names = set(re.findall(r"aws_a?lb\.([\w-]+)", balancer.text if balancer is not None else ""))
        if not names or not names <= inner:
            yield from _listener(listener)
    yield from _twice(listeners)
    for distribution in resources(project, "aws_cloudfront_distribution"):
        yield from _behaviours(distribution)
        yield _protocol(distribution)


def _twice(listeners: list[Resource]) -> Iterator[Fact]:
    """Listeners that the load balancer refuses, since another of the same module has their port."""
    seen: dict[tuple[object, str, str], Resource] = {}
    for one in listeners:
        balancer, port = one.node.get("load_balancer_arn"), one.text("port")
        if balancer is None or not port.isdigit() or "count" in one.node or "for_each" in one.node:
            continue
        first = seen.setdefault((one.module, balancer.text, port), one)
        if first is not one:
            message = f"{one.title}: {first.title} has port {port} of the same load balancer; AWS refuses the second."
            yield bad(message, one.node.at_or_self("port"), first, **one.grade)


def _listener(listener: Resource) -> Iterator[Fact]:
    protocol, port = listener.node.get("protocol"), listener.text("port")
    spoken = protocol.text if protocol is not None else {"80": "HTTP", "443": "HTTPS"}.get(port, "")
    if spoken not in {"HTTP", "HTTPS"}:
        return
    actions = [a for a in listener.blocks("default_action") if a.is_map]
    to = next((a.get("redirect", "protocol") for a in actions if _text(a, "type") == "redirect"), None)
    redirects = any(_text(a, "type") in {"redirect", "fixed-response"} for a in actions)
    if spoken == "HTTP" and to is not None and to.text == "HTTP":
        yield bad(f"{listener.title}: redirects to plain HTTP.", to, **listener.grade)
    elif spoken == "HTTPS" or redirects:
        yield ok(f"{listener.title}: HTTPS, or a redirect to it.", listener, **listener.grade)
    elif (made := listener.node.get("count")) is not None and "?" in made.text:
        message = (
            f"{listener.title}: forwards plain HTTP where `{made.text[:60]}` makes it; for whom, a variable decides."
        )
        yield unknown(message, made, protocol or listener, **listener.grade)
    else:
        yield bad(f"{listener.title}: forwards plain HTTP.", protocol or listener, **listener.grade)


def _behaviours(distribution: Resource) -> Iterator[Fact]:
    for route in ("default_cache_behavior", "ordered_cache_behavior"):
        for block in distribution.blocks(route):
            policy = block.get("viewer_protocol_policy") if block.is_map else None
            if policy is not None and policy.text == "allow-all":
                yield bad(f"{distribution.title}: serves plain HTTP beside HTTPS.", policy, **distribution.grade)


def _protocol(distribution: Resource) -> Fact:
    """The oldest TLS of a distribution; under CloudFront's own name nobody can choose it."""
    block = distribution.node.get("viewer_certificate")
    least = distribution.node.get("viewer_certificate", "minimum_protocol_version")
    if least is not None and least.text not in _OLD_PROTOCOLS:
        return ok(f"{distribution.title}: TLS 1.2 or newer.", least, **distribution.grade)
    message = f"{distribution.title}: lets callers fall back to TLS 1.0; ask for TLSv1.2_2021."
    own = block is None or is_on(block.get("cloudfront_default_certificate") or Node(False, block.at))
    severity = Severity.LOW if own else Severity.MEDIUM
    return bad(message, least or block or distribution, severity=severity, **distribution.grade)


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    return found.text if found is not None else ""


def _to_clients(node: Node) -> bool:
    return node.text == "TLS"


_INSIDE = (
    Setting(
        ("aws_elasticache_replication_group",),
        ("transit_encryption_enabled",),
        is_on,
        "what goes to and from the cache is not encrypted.",
    ),
    Setting(
        _SEARCH,
        ("domain_endpoint_options", "enforce_https"),
        is_on,
        "answers plain HTTP too.",
    ),
    Setting(
        _SEARCH,
        ("node_to_node_encryption", "enabled"),
        is_on,
        "its nodes speak unencrypted to each other.",
    ),
    Setting(
        ("aws_msk_cluster",),
        ("encryption_info", "encryption_in_transit", "client_broker"),
        _to_clients,
        "takes messages unencrypted too.",
        given=True,
    ),
    Setting(
        ("aws_msk_cluster",),
        ("encryption_info", "encryption_in_transit", "in_cluster"),
        is_on,
        "its brokers speak unencrypted to each other.",
        given=True,
    ),
)


@check("INF-021", "Traffic to stores is encrypted", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=1)
def traffic_inside_is_encrypted(project: Project) -> Iterator[Fact]:
    """
    Whoever gets onto one machine of a network reads what the others say to their caches and stores in clear.

    Decides: encryption in transit of caches, search domains and message brokers of AWS in Terraform.

    Fix: `transit_encryption_enabled = true`, `domain_endpoint_options { enforce_https = true }`,
    `node_to_node_encryption { enabled = true }`.

    Blind to: TLS that the clients ask for by themselves.

    See: https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/protecting-data-in-transit.html
    """
    yield from judged(project, _INSIDE)
