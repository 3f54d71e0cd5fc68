"""Are keys, objects, tables and images kept so that a mistake can be taken back?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.infrastructure.buckets import kept_by_scripts
from kit.checks.infrastructure.common import Resource, off, on, resources
from kit.checks.infrastructure.settings import Setting, filled, is_on, judged, not_off
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node

_BALANCERS = ("aws_lb", "aws_alb")


@check("INF-018", "Keys are rotated and not lost in a day", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=0.5)
def keys_are_kept(project: Project) -> Iterator[Fact]:
    """
    A key that never changes opens everything that was ever encrypted with it; and with a key that is deleted, all its
    data is gone.

    Decides: `enable_key_rotation` of each symmetric key of AWS in Terraform.

    Fix: `enable_key_rotation = true`.

    Blind to: keys that are rotated by hand, keys whose material comes from outside.

    See: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    """
    for key in resources(project, "aws_kms_key"):
        spec, usage = key.text("customer_master_key_spec"), key.text("key_usage")
        at = key.node.at_or_self("enable_key_rotation")
        if (
            spec not in {"", "SYMMETRIC_DEFAULT"}
            or usage not in {"", "ENCRYPT_DECRYPT"}
            or key.is_open("enable_key_rotation")
        ):
            continue
        if on(key.get("enable_key_rotation")):
            yield ok(f"{key.title}: is rotated.", at, **key.grade)
        elif not key.wrapped or off(key.get("enable_key_rotation")):
            yield bad(f"{key.title}: is never rotated.", at, **key.grade)


@check("INF-019", "Stored objects and tables can be brought back", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=0.5)
def objects_come_back(project: Project) -> Iterator[Fact]:
    """
    A bucket or table without earlier versions loses for good what one wrong command, script or intruder deletes.

    Decides: versioning of each bucket of AWS in Terraform and templates, point-in-time recovery of each DynamoDB table in Terraform,
    CloudFormation, SAM and Serverless files, what becomes of the table there when its stack goes, and versioning of each bucket that scripts, manifests and compose files make with MinIO's `mc mb`. Buckets that are named as holding logs or
    build output are left out.

    Fix: `aws_s3_bucket_versioning` with `status = "Enabled"`, `point_in_time_recovery { enabled = true }`,
    `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` beside a table's properties, `mc version enable minio/uploads`.

    Blind to: copies that another service makes, replication that is set up elsewhere.

    See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
    """
    versioned = list(resources(project, "aws_s3_bucket_versioning"))
    for bucket in resources(project, "aws_s3_bucket"):
        if not any(word in bucket.name.lower() for word in _PASSING):
            yield from _versions(bucket, versioned)
    for bucket in resources(project, "AWS::S3::Bucket"):
        if not any(word in f"{bucket.name} {bucket.text('BucketName')}".lower() for word in _PASSING):
            yield from _versions_of_template(bucket)
    yield from judged(project, _TABLES)
    for table in resources(project, "AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable"):
        yield from _outlives_its_stack(table)
    yield from kept_by_scripts(project, _PASSING)


_PASSING = ("log", "artifact", "artefact", "build", "tmp", "temp", "cache")
_TABLES = (
    Setting(
        ("aws_dynamodb_table",),
        ("point_in_time_recovery", "enabled"),
        is_on,
        "cannot be brought back to an earlier moment.",
        Severity.MEDIUM,
    ),
    Setting(
        ("AWS::DynamoDB::Table",),
        ("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"),
        is_on,
        "cannot be brought back to an earlier moment.",
        Severity.MEDIUM,
    ),
    Setting(
        ("AWS::Serverless::SimpleTable",),
        ("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"),
        is_on,
        "cannot be brought back to an earlier moment.",
        Severity.MEDIUM,
    ),
)


def _outlives_its_stack(table: Resource) -> Iterator[Fact]:
    """Whether a table stays when somebody removes the stack, or changes what makes CloudFormation replace it."""
    policy = table.whole.get("DeletionPolicy") if table.whole is not None else None
    guard = table.get("DeletionProtectionEnabled")
    kept = next((n for n in (policy, guard) if n is not None and n.text.lower() not in {"delete", "false"}), None)
    if kept is None:
        message = f"{table.title}: goes with its stack; no deletion policy and no deletion protection keeps it."
        yield bad(message, policy or guard or table.whole or table, severity=Severity.MEDIUM, **table.grade)
    else:
        yield ok(f"{table.title}: stays when its stack goes.", kept, **table.grade)


def _versions(bucket: Resource, versioned: list[Resource]) -> Iterator[Fact]:
    own = bucket.node.get("versioning", "enabled") or bucket.node.get("versioning", "status")
    if own is None and bucket.wrapped and "versioning" not in bucket.node:
        return
    apart = next((v for v in versioned if f"aws_s3_bucket.{bucket.name}." in v.text("bucket")), None)
    stated = own or (apart.node.get("versioning_configuration", "status") if apart is not None else None)
    if stated is None and any(_by_variable(v) for v in versioned):
        return
    at = stated or bucket.node.get("versioning") or bucket
    if stated is not None and stated.text in {"true", "Enabled"}:
        yield ok(f"{bucket.title}: keeps earlier versions.", at, **bucket.grade)
    elif stated is None or stated.text in {"false", "Disabled", "Suspended"}:
        message = f"{bucket.title}: keeps no earlier versions; what is deleted or overwritten is lost."
        yield bad(message, at, **bucket.grade)


def _versions_of_template(bucket: Resource) -> Iterator[Fact]:
    stated = bucket.get("VersioningConfiguration", "Status")
    if stated is None or stated.text == "Suspended":
        message = f"{bucket.title}: keeps no earlier versions; what is deleted or overwritten is lost."
        yield bad(message, stated or bucket, **bucket.grade)
    elif stated.text == "Enabled":
        yield ok(f"{bucket.title}: keeps earlier versions.", stated, **bucket.grade)


def _by_variable(versioning: Resource) -> bool:
    """Whether it says by a variable, a loop or a module which buckets it is for."""
    return "aws_s3_bucket." not in versioning.text("bucket") or "each." in versioning.text("bucket")


def _immutable(node: Node) -> bool:
    return node.text.startswith("IMMUTABLE")


_IMAGES = (
    Setting(
        ("aws_ecr_repository",),
        ("image_tag_mutability",),
        _immutable,
        "a tag can be moved to another image; what runs under it cannot be told.",
    ),
    Setting(
        ("aws_ecr_repository",),
        ("image_scanning_configuration", "scan_on_push"),
        is_on,
        "its images are not scanned when they are pushed.",
    ),
)


@check("INF-020", "Image registries scan and keep their tags", Severity.LOW, Clause.DEPLOYMENT, effort_hours=0.5)
def registries_are_strict(project: Project) -> Iterator[Fact]:
    """
    With tags that can be moved, the version that is deployed again to go back is not the one that ran before.

    Decides: `image_tag_mutability` and `scan_on_push` of each ECR repository in Terraform.

    Fix: `image_tag_mutability = "IMMUTABLE"` and `image_scanning_configuration { scan_on_push = true }`.

    Blind to: scanning that is turned on for the whole registry.

    See: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
    """
    yield from judged(project, _IMAGES)


@check(
    "INF-022",
    "Caches, load balancers and releases outlast a mistake",
    Severity.LOW,
    Clause.DEPLOYMENT,
    effort_hours=0.5,
)
def the_rest_is_protected(project: Project) -> Iterator[Fact]:
    """
    A load balancer that one wrong plan deletes takes its address with it; a cache in one zone goes with that zone. ECS
    starts a release that does not come up again and again for hours, unless a circuit breaker takes it back.

    Decides: deletion protection of load balancers and how they treat malformed headers; zones, failover and snapshots of
    caches; minor upgrades of databases; the circuit breaker of ECS services, of AWS in Terraform.

    Fix: `enable_deletion_protection = true`, `drop_invalid_header_fields = true`, `az_mode = "cross-az"`,
    `automatic_failover_enabled = true`, `snapshot_retention_limit = 5`,
    `deployment_circuit_breaker { enable = true rollback = true }`.

    Blind to: plans that are reviewed by people.

    See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    """
    yield from judged(project, _PROTECTED)
    for cache in resources(project, "aws_elasticache_cluster"):
        yield from _cache(cache)
    for service in resources(project, "aws_ecs_service"):
        yield from _taken_back(service)
    for balancer in resources(project, *_BALANCERS):
        if balancer.text("load_balancer_type") in {"", "application"}:
            yield from _headers(balancer)


_PROTECTED = (
    Setting(
        _BALANCERS,
        ("enable_deletion_protection",),
        is_on,
        "nothing protects it from being deleted by mistake.",
    ),
    Setting(
        ("aws_db_instance",),
        ("auto_minor_version_upgrade",),
        not_off,
        "gets no minor upgrades, and with them no mended holes.",
        given=True,
    ),
    Setting(
        ("aws_elasticache_replication_group",),
        ("automatic_failover_enabled",),
        is_on,
        "nobody takes over when its primary fails.",
        Severity.MEDIUM,
    ),
    Setting(
        ("aws_elasticache_replication_group",),
        ("multi_az_enabled",),
        is_on,
        "all its nodes may be in one zone, and go with it.",
    ),
)


def _taken_back(service: Resource) -> Iterator[Fact]:
    """Whether a release that does not come up is taken back; CodeDeploy and other controllers see to it themselves."""
    if service.text("deployment_controller", "type") not in {"", "ECS"} or "cluster" not in service.node:
        return
    breaker = service.node.get("deployment_circuit_breaker")
    back = breaker.get("rollback") if breaker is not None else None
    if "alarms" in service.node or (back is not None and not off(back)):
        yield ok(f"{service.title}: a release that does not come up is taken back.", back or service, **service.grade)
    else:
        message = f"{service.title}: a release that does not come up is started over and over; nothing takes it back."
        yield bad(message, breaker or service, severity=Severity.MEDIUM, **service.grade)


def _cache(cache: Resource) -> Iterator[Fact]:
    engine, nodes = cache.text("engine"), cache.text("num_cache_nodes")
    kept, zones = cache.node.get("snapshot_retention_limit"), cache.node.get("az_mode")
    if engine in {"redis", "valkey"} and "replication_group_id" not in cache.node:
        if kept is not None and filled(kept):
            yield ok(f"{cache.title}: has snapshots.", kept, **cache.grade)
        else:
            message = f"{cache.title}: no snapshots; what it holds is gone with its node."
            yield bad(message, kept or cache, **cache.grade)
    if engine == "memcached" and nodes.isdigit() and int(nodes) > 1 and (zones is None or zones.text == "single-az"):
        yield bad(f"{cache.title}: all its nodes are in one zone.", zones or cache, **cache.grade)


def _headers(balancer: Resource) -> Iterator[Fact]:
    stated = balancer.node.get("drop_invalid_header_fields")
    if (stated is None and balancer.wrapped) or balancer.is_open("drop_invalid_header_fields"):
        return
    if on(stated) and stated is not None:
        yield ok(f"{balancer.title}: drops malformed headers.", stated, **balancer.grade)
    else:
        message = f"{balancer.title}: passes malformed headers on, which let requests be smuggled."
        yield partial(message, stated or balancer, **balancer.grade)
