"""Are networks, stores and databases of the cloud closed, encrypted and backed up?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.infrastructure.common import WORLD, Resource, off, on, resources
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
_MEANT_FOR_ALL = re.compile(r"public|static|asset|website|cdn|frontend|www", re.IGNORECASE)
_GROUPS = ("aws_security_group", "aws_default_security_group", "AWS::EC2::SecurityGroup")
_RULES = (
    "aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "google_compute_firewall",
    "azurerm_network_security_rule", "azurerm_network_security_group", "hcloud_firewall", "digitalocean_firewall",
    "openstack_networking_secgroup_rule_v2", "AWS::EC2::SecurityGroupIngress",
)  # fmt: skip
_DATABASES = (
    "aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "google_sql_database_instance",
    "azurerm_postgresql_flexible_server", "azurerm_mysql_flexible_server", "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
)  # fmt: skip


@dataclass(frozen=True)
class Opening:
    """Who may come in on which ports; `low` 0 and `high` 65535 for all."""

    sources: tuple[str, ...]
    low: int
    high: int
    at: At


@check("INF-003", "Only what is meant is open to the world", Severity.CRITICAL, Clause.DEPLOYMENT, effort_hours=1)
def firewalls_are_closed(project: Project) -> Iterator[Fact]:
    """
    A database or SSH port that the whole internet can reach is under attack within the hour.

    Decides: each inbound rule of security groups and firewalls of AWS, Google, Azure, Hetzner, DigitalOcean and
    OpenStack, in Terraform and CloudFormation; ports 80 and 443 may be open. Other ports are one step milder than
    those of databases and administration.

    Fix: name the addresses or the security group that may come in, or put the port behind a VPN or bastion.

    Blind to: rules made by dynamic blocks, addresses that a variable without default gives.

    See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    for resource in resources(project, *_GROUPS, *_RULES):
        for opening in _openings(resource):
            yield _opening(resource, opening)


def _opening(resource: Resource, opening: Opening) -> Fact:
    ports = str(opening.low) if opening.low == opening.high else f"{opening.low}–{opening.high}"
    every = (opening.low, opening.high) == (0, 65535)
    what = "every port" if every else f"port {ports}"
    if not WORLD & set(opening.sources):
        return ok(f"{resource.title}: {what} is open to named sources only.", opening, **resource.grade)
    if opening.low == opening.high and opening.low in _MEANT:
        return ok(f"{resource.title}: {what} is open to the world, as it is meant to be.", opening, **resource.grade)
    hit = next((name for port, name in _SENSITIVE.items() if opening.low <= port <= opening.high), None)
    message = f"{resource.title}: {what}{f' ({hit})' if hit and not every else ''} is open to the whole internet."
    severity = Severity.CRITICAL if hit else Severity.HIGH
    return bad(message, opening, severity=severity, **resource.grade)


def _openings(resource: Resource) -> Iterator[Opening]:
    kind = resource.type
    if kind in _GROUPS[:2]:
        yield from (_of_aws(resource, block) for block in resource.blocks("ingress") if block.is_map)
    elif kind in {"aws_security_group_rule", "aws_vpc_security_group_ingress_rule"}:
        yield from () if resource.text("type") == "egress" else (_of_aws(resource, resource.node),)
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


def _of_aws(resource: Resource, block: Node) -> Opening:
    sources = [s for key in ("cidr_blocks", "ipv6_cidr_blocks") for s in _texts(resource, block, key)]
    sources += [s for key in ("cidr_ipv4", "cidr_ipv6") for s in _texts(resource, block, key)]
    protocol = _text(resource, block, "protocol") or _text(resource, block, "ip_protocol")
    low, high = (_number(_text(resource, block, key)) for key in ("from_port", "to_port"))
    if protocol in {"-1", "all"} or low is None or high is None or (low, high) == (0, 0):
        low, high = 0, 65535
    return Opening(tuple(sources), low, high, block.at_or_self("from_port"))


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


@check("INF-004", "Stored data is encrypted and not public", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def storage_is_closed(project: Project) -> Iterator[Fact]:
    """
    A public bucket or database is the most common way for data to be lost to strangers; an unencrypted disk is
    readable by whoever gets a copy.

    Decides: access lists and public-access settings of buckets, `publicly_accessible` and encryption of databases,
    disks, file systems and caches.

    Fix: `storage_encrypted = true`, `publicly_accessible = false`, `acl = "private"` with an
    `aws_s3_bucket_public_access_block`.

    Blind to: what the account enforces, keys that are managed elsewhere.

    See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    for resource in resources(project, *_PUBLIC, *_ENCRYPTED, *_MACHINES):
        yield from _public(resource)
        yield from _encrypted(resource)
        yield from _disks(resource)


_PUBLIC = (
    "aws_s3_bucket", "aws_s3_bucket_acl", "aws_s3_bucket_public_access_block", "google_storage_bucket_iam_member",
    "google_storage_bucket_iam_binding", "google_storage_default_object_access_control", "azurerm_storage_account",
    "azurerm_storage_container", "AWS::S3::Bucket",
)  # fmt: skip
_ENCRYPTED: dict[str, str] = {
    "aws_db_instance": "storage_encrypted",
    "aws_rds_cluster": "storage_encrypted",
    "aws_docdb_cluster": "storage_encrypted",
    "aws_ebs_volume": "encrypted",
    "aws_efs_file_system": "encrypted",
    "aws_elasticache_replication_group": "at_rest_encryption_enabled",
    "AWS::RDS::DBInstance": "StorageEncrypted",
    "AWS::RDS::DBCluster": "StorageEncrypted",
}
"""Resources that are not encrypted unless they say so, and how they say it."""


_MACHINES = ("aws_instance", "aws_launch_template", "aws_launch_configuration")
_DISKS = (("root_block_device",), ("ebs_block_device",), ("block_device_mappings", "ebs"))


def _disks(resource: Resource) -> Iterator[Fact]:
    """The disks of machines that say of themselves whether they are encrypted."""
    for route in _DISKS if resource.type in _MACHINES else ():
        for disk in (d for d in resource.blocks(*route) if d.is_map):
            stated = disk.get("encrypted")
            if off(stated) and stated is not None:
                yield bad(f"{resource.title}: a disk is not encrypted.", stated, **resource.grade)
            elif on(stated) and stated is not None:
                yield ok(f"{resource.title}: a disk is encrypted.", stated, **resource.grade)


def _public(resource: Resource) -> Iterator[Fact]:
    for key in ("publicly_accessible", "PubliclyAccessible"):
        if on(resource.get(key)):
            at = resource.node.at_or_self(key)
            message = f"{resource.title}: the database can be reached from the whole internet."
            yield bad(message, at, severity=Severity.CRITICAL, **resource.grade)
    if resource.type not in _PUBLIC:
        return
    wide = list(dict.fromkeys(_open_keys(resource)))
    places = [resource.node.at_or_self(key) for key in wide]
    if wide and _MEANT_FOR_ALL.search(f"{resource.name} {resource.text('bucket')}"):
        message = f"{resource.title}: everybody may read it, as its name says; see that nothing private is put there."
        yield partial(message, *places, severity=Severity.LOW, **resource.grade)
    elif wide:
        yield bad(f"{resource.title}: {' and '.join(wide)} let everybody in.", *places, **resource.grade)
    else:
        yield ok(f"{resource.title}: is not opened to everybody.", resource, **resource.grade)


def _open_keys(resource: Resource) -> Iterator[str]:
    for key in ("acl", "AccessControl"):
        if resource.text(key).lower().replace("-", "").startswith(("publicread", "authenticatedread")):
            yield key
    if resource.type == "aws_s3_bucket_public_access_block":
        keys = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
        yield from (key for key in keys if off(resource.get(key)))
    members = {*resource.texts("member"), *resource.texts("members")}
    if members & {"allUsers", "allAuthenticatedUsers"}:
        yield "member" if "member" in resource.node else "members"
    if on(resource.get("allow_nested_items_to_be_public")) or on(resource.get("allow_blob_public_access")):
        yield "allow_nested_items_to_be_public"
    if resource.text("container_access_type") in {"blob", "container"}:
        yield "container_access_type"


def _encrypted(resource: Resource) -> Iterator[Fact]:
    key = _ENCRYPTED.get(resource.type)
    if key is None or resource.text("snapshot_identifier"):
        return
    if resource.is_open(key):
        message = f"{resource.title}: whether it is encrypted is a variable without default."
        yield unknown(message, resource.node.at_or_self(key), **resource.grade)
    elif on(resource.get(key)) or "kms_key_id" in resource.node or resource.text("engine") == "valkey":
        at = resource.node.at_or_self(key)
        yield ok(f"{resource.title}: is encrypted.", at, **resource.grade)
    else:
        message = f"{resource.title}: is not encrypted; {key} is not set."
        yield bad(message, resource.node.at_or_self(key), **resource.grade)


@check("INF-005", "Managed databases are backed up, redundant and protected", Severity.HIGH, Clause.DEPLOYMENT)
def databases_are_safe(project: Project) -> Iterator[Fact]:
    """
    A database without backups, in one zone, that one wrong `terraform destroy` deletes, is lost sooner or later.

    Decides: for each managed database the backup retention, a second zone, and the protection from deletion with a
    last snapshot.

    Fix: `backup_retention_period = 14`, `multi_az = true`, `deletion_protection = true`,
    `skip_final_snapshot = false`.

    Blind to: backups that another service makes.

    See: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_BestPractices.html
    """
    for resource in resources(project, *_DATABASES):
        if "replicate_source_db" in resource.node or "master_instance_name" in resource.node:
            continue
        yield _backed_up(resource)
        yield from _redundant(resource)
        yield from _protected(resource)


def _backed_up(resource: Resource) -> Fact:
    google = resource.get("settings", "backup_configuration", "enabled")
    key = "BackupRetentionPeriod" if resource.type.startswith("AWS::") else "backup_retention_period"
    days = resource.text(key)
    azure = resource.type.startswith("azurerm")
    cluster = resource.type in {"aws_rds_cluster", "aws_docdb_cluster"} or resource.type.startswith("AWS::")
    at = google or resource.node.at_or_self(key)
    if resource.is_open(key):
        return unknown(f"{resource.title}: how long backups are kept is a variable.", at, **resource.grade)
    kept = (
        on(google) if resource.type.startswith("google") else (days not in {"", "0"} or azure or (cluster and not days))
    )
    if not kept:
        message = f"{resource.title}: no automatic backups; what is lost is lost."
        return bad(message, at, **resource.grade)
    if days.isdigit() and int(days) < 7:
        message = f"{resource.title}: backups are kept for {days} days only."
        return partial(message, at, severity=Severity.MEDIUM, **resource.grade)
    return ok(f"{resource.title}: is backed up.", at, **resource.grade)


def _redundant(resource: Resource) -> Iterator[Fact]:
    settings = {
        "aws_db_instance": ("multi_az",),
        "AWS::RDS::DBInstance": ("MultiAZ",),
        "google_sql_database_instance": ("settings", "availability_type"),
        "azurerm_postgresql_flexible_server": ("high_availability",),
        "azurerm_mysql_flexible_server": ("high_availability",),
    }
    route = settings.get(resource.type)
    if route is None or "DBClusterIdentifier" in resource.node or resource.is_open(*route):
        return
    node = resource.get(*route)
    holds = on(node) or (node is not None and (node.is_map or node.text == "REGIONAL"))
    at = resource.node.at_or_self(*route)
    if holds:
        yield ok(f"{resource.title}: runs in more than one zone.", at, **resource.grade)
    else:
        message = f"{resource.title}: runs in one zone; when that fails, so does the system."
        yield bad(message, at, severity=Severity.MEDIUM, **resource.grade)


def _protected(resource: Resource) -> Iterator[Fact]:
    skips = resource.node.get("skip_final_snapshot")
    if on(skips) and skips is not None:
        message = f"{resource.title}: is deleted without a last snapshot."
        yield bad(message, skips, severity=Severity.MEDIUM, **resource.grade)
    if resource.type.startswith(("azurerm", "AWS::")) or resource.is_open("deletion_protection"):
        return
    node = resource.get("deletion_protection")
    kept = on(node) or (node is None and resource.type.startswith("google"))
    prevented = on(resource.get("lifecycle", "prevent_destroy"))
    at = resource.node.at_or_self("deletion_protection")
    if kept or prevented:
        yield ok(f"{resource.title}: is protected from deletion.", at, **resource.grade)
    else:
        message = f"{resource.title}: nothing protects it from being deleted by mistake."
        yield bad(message, at, severity=Severity.MEDIUM, **resource.grade)
