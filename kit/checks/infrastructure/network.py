"""Who can reach what in the networks of the cloud?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.infrastructure.common import WORLD, Resource, is_unused, off, on, resources
from kit.model import At, Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node

_MEANT = frozenset({80, 443})
_SENSITIVE = {
    22: "SSH", 3389: "remote desktop", 23: "telnet", 5432: "PostgreSQL", 3306: "MySQL", 1433: "SQL Server",
    1521: "Oracle", 27017: "MongoDB", 6379: "Redis", 9200: "Elasticsearch", 5601: "Kibana", 11211: "memcached",
    2379: "etcd", 6443: "the Kubernetes API", 10250: "the kubelet", 2375: "the Docker API", 5672: "RabbitMQ",
    9092: "Kafka", 445: "SMB", 8086: "InfluxDB", 9000: "an administration port", 15672: "RabbitMQ's management",
}  # fmt: skip
_ADMIN = {port: _SENSITIVE[port] for port in (22, 3389)}
_SOURCES = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6", "cidr_block", "ipv6_cidr_block")
_GROUPS = ("aws_security_group", "aws_default_security_group", "AWS::EC2::SecurityGroup")
_RULES = (
    "aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "google_compute_firewall",
    "azurerm_network_security_rule", "azurerm_network_security_group", "hcloud_firewall", "digitalocean_firewall",
    "openstack_networking_secgroup_rule_v2", "AWS::EC2::SecurityGroupIngress",
)  # fmt: skip


@dataclass(frozen=True)
class Opening:
    """Who may come in on which ports; `low` 0 and `high` 65535 for all. `source` is where that is said."""

    sources: tuple[str, ...]
    low: int
    high: int
    at: At
    source: At | None = None

    @property
    def worldwide(self) -> bool:
        """Whether everybody may come in; any network with a mask of no bits is the whole internet."""
        return any(one in WORLD or one.endswith("/0") for one in self.sources)


@check("INF-003", "Only what is meant is open to the world", Severity.CRITICAL, Clause.DEPLOYMENT, effort_hours=1)
def firewalls_are_closed(project: Project) -> Iterator[Fact]:
    """
    A database or SSH port that the whole internet can reach is under attack within the hour.

    Decides: each inbound rule of security groups and firewalls of AWS, Google, Azure, Hetzner, DigitalOcean and
    OpenStack, in Terraform and CloudFormation; ports 80 and 443 may be open. Other ports are one step milder than
    those of databases and administration, and any of a group that only load balancers have, which answer nowhere but on
    their listeners, is two steps milder. Network ACLs for the ports of administration, the API of EKS clusters,
    and machines and containers of clusters that have public addresses.

    Fix: name the addresses or the security group that may come in, or put the port behind a VPN or bastion.

    Blind to: rules made by dynamic blocks, addresses that a variable without default gives.

    See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    listening = _of_balancers_only(project)
    for resource in resources(project, *_GROUPS, *_RULES):
        for opening in _openings(resource):
            yield _opening(
                resource, opening, answers_little=resource.name in listening, unused=is_unused(project, resource)
            )
    for resource in resources(project, "aws_launch_template", "aws_ecs_service"):
        yield from _addressed(resource)
    for resource in resources(project, "aws_network_acl", "aws_default_network_acl", "aws_network_acl_rule"):
        yield from _listed(resource)
    for resource in resources(project, "aws_eks_cluster"):
        yield _cluster(resource)


def _of_balancers_only(project: Project) -> set[str]:
    """The names of security groups that load balancers and endpoints of the network have, and nothing else that runs."""
    balancers: set[str] = set()
    others: set[str] = set()
    for module in project.terraform:
        for one in module.resources:
            held = balancers if one.type in {"aws_lb", "aws_alb", "aws_elb", "aws_vpc_endpoint"} else others
            for key in ("security_groups", "vpc_security_group_ids", "security_group_ids"):
                for place in (one.node, *one.node.each("*"), *one.node.each("*", "*")):
                    node = place.get(key) if place.is_map else None
                    if node is not None and not place.get("from_port"):
                        held.update(re.findall(r"aws_security_group\.(\w+)", str(node.value)))
        for call in module.modules:
            given = call.node.get("security_group_ids")
            held = balancers if "vpc-endpoints" in call.source else others
            held.update(re.findall(r"aws_security_group\.(\w+)", str(given.value) if given is not None else ""))
    return balancers - others


def _opening(resource: Resource, opening: Opening, *, answers_little: bool = False, unused: bool = False) -> Fact:
    ports = str(opening.low) if opening.low == opening.high else f"{opening.low}–{opening.high}"
    every = (opening.low, opening.high) == (0, 65535)
    what = "every port" if every else f"port {ports}"
    if not opening.worldwide:
        return ok(f"{resource.title}: {what} is open to named sources only.", opening, **resource.grade)
    if opening.low == opening.high and opening.low in _MEANT:
        return ok(f"{resource.title}: {what} is open to the world, as it is meant to be.", opening, **resource.grade)
    hit = next((name for port, name in _SENSITIVE.items() if opening.low <= port <= opening.high), None)
    message = f"{resource.title}: {what}{f' ({hit})' if hit and not every else ''} is open to the whole internet."
    severity = Severity.CRITICAL if hit else Severity.HIGH
    if answers_little:
        message, severity = f"{message[:-1]}; what has the group answers on its own ports only.", Severity.MEDIUM
    if unused:
        message, severity = f"{message[:-1]}; nothing here calls the module.", Severity.MEDIUM
    return bad(message, *_places(opening), severity=severity, **resource.grade)


def _addressed(resource: Resource) -> Iterator[Fact]:
    """Machines and containers behind something else that have an address of the internet all the same."""
    for route in (
        ("network_interfaces", "associate_public_ip_address"),
        ("network_configuration", "assign_public_ip"),
    ):
        node = resource.get(*route)
        if node is not None and on(node):
            message = f"{resource.title}: gets an address of the internet; only its security group keeps others out."
            yield partial(message, node, severity=Severity.LOW, **resource.grade)


def _places(opening: Opening) -> tuple[At, ...]:
    return (opening.at,) if opening.source in {None, opening.at} else (opening.at, opening.source or opening.at)


def _listed(resource: Resource) -> Iterator[Fact]:
    """What a network ACL lets in. It is the second wall: ports that most subnets need open are not told."""
    single = resource.type.endswith("_rule")
    if single and on(resource.get("egress")):
        return
    for block in [resource.node] if single else resource.blocks("ingress"):
        allows = "allow" in {_text(resource, block, "rule_action"), _text(resource, block, "action")}
        opening = _of_aws(resource, block) if block.is_map and allows else None
        if opening is None or not opening.worldwide or (opening.low, opening.high) == (0, 65535):
            continue
        hit = next((name for port, name in _ADMIN.items() if opening.low <= port <= opening.high), None)
        if hit is not None:
            message = f"{resource.title}: the network ACL lets {hit} in from the whole internet."
            yield bad(message, *_places(opening), severity=Severity.MEDIUM, **resource.grade)


def _cluster(resource: Resource) -> Fact:
    """Who can reach the API of a Kubernetes cluster; AWS opens it to everybody unless told otherwise."""
    network = resource.get("vpc_config")
    public = network.get("endpoint_public_access") if network is not None else None
    sources = network.get("public_access_cidrs") if network is not None else None
    if off(public):
        return ok(f"{resource.title}: its API is not public.", public or resource, **resource.grade)
    if resource.is_open("vpc_config", "public_access_cidrs") or resource.is_open(
        "vpc_config", "endpoint_public_access"
    ):
        message = f"{resource.title}: who can reach its API is for a variable to say."
        return unknown(message, sources or public or resource, **resource.grade)
    named = resource.texts("vpc_config", "public_access_cidrs")
    if named and not any(one.endswith("/0") for one in named):
        return ok(f"{resource.title}: its API is open to named networks only.", sources or resource, **resource.grade)
    at = sources or public or resource
    message = f"{resource.title}: its Kubernetes API answers the whole internet."
    return bad(message, at, severity=Severity.MEDIUM, **resource.grade)


def _openings(resource: Resource) -> Iterator[Opening]:
    kind = resource.type
    if kind in _GROUPS[:2]:
        blocks = [*resource.blocks("ingress"), *resource.blocks("ingress_with_cidr_blocks")]
        yield from (_of_aws(resource, b) for b in blocks if b.is_map and not _pings(resource, b))
    elif kind in {"aws_security_group_rule", "aws_vpc_security_group_ingress_rule"}:
        named = resource.text("type") != "egress" and not _pings(resource, resource.node)
        yield from (_of_aws(resource, resource.node),) if named else ()
    elif kind == "google_compute_firewall" and resource.text("direction").upper() != "EGRESS":
        yield from _of_google(resource)
    elif kind.startswith("azurerm_"):
        blocks = [resource.node] if kind.endswith("_rule") else resource.blocks("security_rule")
        yield from (o for block in blocks for o in _of_azure(resource, block))
    elif kind == "AWS::EC2::SecurityGroup":
        yield from (_of_template(resource, block) for block in resource.blocks("SecurityGroupIngress"))
    elif kind == "AWS::EC2::SecurityGroupIngress":
        yield _of_template(resource, resource.node)
    else:
        yield from _of_others(resource)


def _pings(resource: Resource, block: Node) -> bool:
    """Whether a rule is about ICMP, whose numbers are no ports."""
    protocol = _text(resource, block, "protocol") or _text(resource, block, "ip_protocol")
    return protocol.lower() in {"icmp", "icmpv6", "1", "58"}


def _of_aws(resource: Resource, block: Node) -> Opening:
    given = [(s, block.at_or_self(key)) for key in _SOURCES for s in _texts(resource, block, key)]
    sources = [part.strip() for text, _ in given for part in text.split(",")]
    said = next((at for text, at in given if any(p.strip().endswith("/0") for p in text.split(","))), None)
    protocol = _text(resource, block, "protocol") or _text(resource, block, "ip_protocol")
    low, high = (_number(_text(resource, block, key)) for key in ("from_port", "to_port"))
    if protocol in {"-1", "all"} or low is None or high is None or (low, high) == (0, 0):
        low, high = 0, 65535
    return Opening(tuple(sources), low, high, block.at_or_self("from_port"), said)


def _of_template(resource: Resource, block: Node) -> Opening:
    sources = [_text(resource, block, key) for key in ("CidrIp", "CidrIpv6")]
    low, high = (_number(_text(resource, block, key)) for key in ("FromPort", "ToPort"))
    every = _text(resource, block, "IpProtocol") == "-1" or low is None or high is None
    return Opening(
        tuple(sources), 0 if every else low or 0, 65535 if every else high or 0, block.at_or_self("FromPort")
    )


def _of_google(resource: Resource) -> Iterator[Opening]:
    sources = tuple(resource.texts("source_ranges"))
    for block in resource.blocks("allow"):
        ports = _texts(resource, block, "ports")
        if not ports and _text(resource, block, "protocol") in {"icmp", "esp", "ah"}:
            continue
        yield from (Opening(sources, *_range(port), block.at_or_self("ports")) for port in ports or ["0-65535"])


def _of_azure(resource: Resource, block: Node) -> Iterator[Opening]:
    if _text(resource, block, "direction") != "Inbound" or _text(resource, block, "access") != "Allow":
        return
    sources = [
        *_texts(resource, block, "source_address_prefix"),
        *_texts(resource, block, "source_address_prefixes"),
    ]
    ports = [
        *_texts(resource, block, "destination_port_range"),
        *_texts(resource, block, "destination_port_ranges"),
    ]
    at = block.at_or_self("destination_port_range")
    yield from (Opening(tuple(sources), *_range(port), at) for port in ports)


def _of_others(resource: Resource) -> Iterator[Opening]:
    for block in resource.blocks("rule") if resource.type == "hcloud_firewall" else ():
        if _text(resource, block, "direction") == "in" and _text(resource, block, "protocol") != "icmp":
            sources = tuple(_texts(resource, block, "source_ips"))
            yield Opening(sources, *_range(_text(resource, block, "port")), block.at_or_self("port"))
    for block in resource.blocks("inbound_rule") if resource.type == "digitalocean_firewall" else ():
        if _text(resource, block, "protocol") != "icmp":
            sources = tuple(_texts(resource, block, "source_addresses"))
            yield Opening(sources, *_range(_text(resource, block, "port_range")), block.at_or_self("port_range"))
    if resource.type.startswith("openstack") and resource.text("direction") == "ingress":
        low, high = (_number(resource.text(key)) for key in ("port_range_min", "port_range_max"))
        every = low is None or high is None
        sources = tuple(resource.texts("remote_ip_prefix"))
        yield Opening(sources, 0 if every else low or 0, 65535 if every else high or 0, resource.at)


def _text(resource: Resource, block: Node, key: str) -> str:
    node = block.get(key)
    return resource.filled(node).text if node is not None else ""


def _texts(resource: Resource, block: Node, key: str) -> list[str]:
    node = block.get(key)
    if node is None:
        return []
    node = resource.filled(node)
    return [resource.filled(n).text for n in node.children()] if node.is_list else [node.text]


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,5}", text) else None


def _range(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text.strip())
    return (int(found[1]), int(found[2] or found[1])) if found else (0, 65535)
