"""Are stores and databases of the cloud closed, encrypted and backed up?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.infrastructure.common import Resource, off, on, resources
from kit.model import Clause, Fact, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node

_MEANT_FOR_ALL = re.compile(r"public|static|asset|website|cdn|frontend|www", re.IGNORECASE)
_DATABASES = (
    "aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "google_sql_database_instance",
    "azurerm_postgresql_flexible_server", "azurerm_mysql_flexible_server", "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
)  # fmt: skip


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
    opened = {name for policy in resources(project, "AWS::S3::BucketPolicy") for name in _opened_by(policy)}
    for resource in resources(project, *_PUBLIC, *_ENCRYPTED, *_MACHINES):
        yield from _public(resource, opened)
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


_BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
"""The four settings that keep a bucket from being opened; one that is left out is off."""

_MACHINES = ("aws_instance", "aws_launch_template", "aws_launch_configuration")
_BY_ITS_OWN = ("snapshot_id", "kms_key_id", "no_device")
_DISKS = (("root_block_device",), ("ebs_block_device",), ("block_device_mappings", "ebs"))


def _disks(resource: Resource) -> Iterator[Fact]:
    """The disks of machines that say of themselves whether they are encrypted."""
    for route in _DISKS if resource.type in _MACHINES else ():
        for disk in (d for d in resource.blocks(*route) if d.is_map):
            stated = disk.get("encrypted")
            if on(stated) and stated is not None:
                yield ok(f"{resource.title}: a disk is encrypted.", stated, **resource.grade)
            elif off(stated) and stated is not None:
                yield bad(f"{resource.title}: a disk is not encrypted.", stated, **resource.grade)
            elif stated is None and not any(key in disk for key in _BY_ITS_OWN):
                message = f"{resource.title}: a disk is not encrypted unless the account sees to it."
                yield partial(message, disk, severity=Severity.MEDIUM, **resource.grade)


def _opened_by(policy: Resource) -> Iterator[str]:
    """The name of the template's bucket that a policy opens to everybody; SEC-061 tells of the policy."""
    statements = policy.blocks("PolicyDocument", "Statement")
    if any(s.is_map and _lets_everybody_in(s) for s in statements):
        yield policy.text("Bucket", "Ref") or policy.text("Bucket")


def _lets_everybody_in(statement: Node) -> bool:
    effect, principal = statement.get("Effect"), statement.get("Principal")
    if effect is None or effect.text != "Allow" or principal is None or "Condition" in statement:
        return False
    given = principal.get("AWS") if principal.is_map else principal
    return given is not None and any(n.text == "*" for n in (given.children() if given.is_list else (given,)))


_ASKED = re.compile(r"(?i)\bvar\.\w{0,60}(?:public|anonymous|world|open)\w{0,60}\s{0,9}(?:\?|==)")
"""A condition on a variable that is there to let everybody in."""


def _public(resource: Resource, opened: set[str]) -> Iterator[Fact]:
    for key in ("publicly_accessible", "PubliclyAccessible"):
        if on(resource.get(key)):
            at = resource.node.at_or_self(key)
            message = f"{resource.title}: the database can be reached from the whole internet."
            yield bad(message, at, severity=Severity.CRITICAL, **resource.grade)
    if resource.type not in _PUBLIC:
        return
    wide = list(dict.fromkeys(_open_keys(resource)))
    places = list(dict.fromkeys(resource.node.at_or_self(key) for key in wide))
    if wide and _MEANT_FOR_ALL.search(f"{resource.name} {resource.text('bucket')}"):
        message = f"{resource.title}: everybody may read it, as its name says; see that nothing private is put there."
        yield partial(message, *places, severity=Severity.LOW, **resource.grade)
    elif wide and (asked := resource.node.get("count")) is not None and _ASKED.search(asked.text):
        message = f"{resource.title}: {' and '.join(wide)} let everybody in where {asked.text} says so."
        yield partial(message, *places, severity=Severity.LOW, **resource.grade)
    elif wide:
        yield bad(f"{resource.title}: {' and '.join(wide)} let everybody in.", *places, **resource.grade)
    elif not (resource.type == "AWS::S3::Bucket" and opened & {resource.name, resource.text("BucketName")}):
        yield ok(f"{resource.title}: is not opened to everybody.", resource, **resource.grade)


def _open_keys(resource: Resource) -> Iterator[str]:
    for key in ("acl", "AccessControl"):
        if resource.text(key).lower().replace("-", "").startswith(("publicread", "authenticatedread")):
            yield key
    if resource.type == "aws_s3_bucket_public_access_block":
        yield from (
            key for key in _BLOCKS if off(resource.get(key)) or (key not in resource.node and not resource.wrapped)
        )
    members = {*resource.texts("member"), *resource.texts("members")}
    if members & {"allUsers", "allAuthenticatedUsers"}:
        yield "member" if "member" in resource.node else "members"
    if on(resource.get("allow_nested_items_to_be_public")) or on(resource.get("allow_blob_public_access")):
        yield "allow_nested_items_to_be_public"
    if resource.text("container_access_type") in {"blob", "container"}:
        yield "container_access_type"


def _encrypted(resource: Resource) -> Iterator[Fact]:
    key = _ENCRYPTED.get(resource.type)
    if key is None or resource.text("snapshot_identifier") or (resource.wrapped and key not in resource.node):
        return
    if "DBClusterIdentifier" in resource.node:
        return  # its disks are those of its cluster, which says so for all
    if resource.is_open(key):
        message = f"{resource.title}: whether it is encrypted is a variable without default."
        yield unknown(message, resource.node.at_or_self(key), **resource.grade)
    elif on(resource.get(key)) or "kms_key_id" in resource.node or _by_itself(resource):
        at = resource.node.at_or_self(key)
        yield ok(f"{resource.title}: is encrypted.", at, **resource.grade)
    else:
        message = f"{resource.title}: is not encrypted; {key} is not set."
        yield bad(message, resource.node.at_or_self(key), **resource.grade)


def _by_itself(resource: Resource) -> bool:
    """Whether the provider encrypts it whatever is written."""
    return resource.text("engine") == "valkey" or resource.text("engine_mode") == "serverless"


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
        if not resource.wrapped or "backup_retention_period" in resource.node:
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
    if resource.wrapped and node is None:
        return
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
    if resource.wrapped and node is None:
        return
    kept = on(node) or (node is None and resource.type.startswith("google"))
    prevented = on(resource.get("lifecycle", "prevent_destroy"))
    at = resource.node.at_or_self("deletion_protection")
    if kept or prevented:
        yield ok(f"{resource.title}: is protected from deletion.", at, **resource.grade)
    else:
        message = f"{resource.title}: nothing protects it from being deleted by mistake."
        yield bad(message, at, severity=Severity.MEDIUM, **resource.grade)
