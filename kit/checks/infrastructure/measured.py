"""What a plan of Terraform would do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.shared.evidence import Told, told
from kit.checks.shared.words import listed
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.evidence.model import Change, Plan

_STATEFUL = re.compile(
    r"aws_(?:db_instance|rds_cluster|dynamodb_table|s3_bucket|efs_file_system|ebs_volume|elasticsearch_domain|opensearch_domain|redshift_cluster|docdb_cluster|neptune_cluster|msk_cluster|kms_key|backup_vault|kinesis_stream|secretsmanager_secret|cognito_user_pool)"
    r"|google_(?:sql_database_instance|sql_database|storage_bucket|bigquery_(?:dataset|table)|spanner_\w+|bigtable_\w+|compute_disk|filestore_instance|kms_crypto_key|alloydb_\w+)"
    r"|azurerm_(?:\w*(?:sql|postgresql|mysql|mariadb)\w*(?:server|database|instance)|cosmosdb_\w+|storage_(?:account|container|share)|managed_disk|key_vault\w*|kusto_\w+)"
    r"|digitalocean_(?:database_cluster|volume|spaces_bucket)|kubernetes_persistent_volume(?:_claim)?(?:_v1)?|hcloud_volume|mongodbatlas_cluster"
)


@check(
    "INF-070",
    "The plan destroys nothing that holds data",
    Severity.CRITICAL,
    Clause.DEPLOYMENT,
    blocker="would lose data",
    effort_hours=4,
)
def plan_destroys_no_data(project: Project) -> Iterator[Fact]:
    """
    A plan that replaces a database applies as quietly as one that adds a tag; the data is gone before anybody has read it.

    Decides: `terraform show -json` of a plan, or the stream of `terraform plan -json`: databases, buckets, volumes, keys and
    registries that would be destroyed or replaced fail; other things that would be destroyed show in part; a plan that ended
    in an error fails too.

    Fix: set `prevent_destroy` in their lifecycle, move the address (`moved {}`) where it was renamed only, and change what forces
    the replacement back, or back the data up and take it over.

    Blind to: what a provider loses when it changes something in place.

    See: https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
    """
    for plan in told(project, Plan):
        if plan.record.errored:
            yield bad(
                plan.said("The plan ended in an error; what it would do is not all known."),
                plan.at(),
                severity=Severity.HIGH,
                blocks=False,
                **plan.how,
            )
        gone = [c for c in plan.record.changes if "delete" in c.actions]
        holding = [c for c in gone if _STATEFUL.fullmatch(c.type)]
        for change in holding:
            yield bad(plan.said(_destroys(change)), plan.at(change.line), blocks=not plan.file.stale, **plan.how)
        yield from _rest(plan, [c for c in gone if c not in holding], held=not holding)


def _destroys(change: Change) -> str:
    what = "replace" if "create" in change.actions else "destroy"
    reason = f" ({change.reason.replace('_', ' ')})" if change.reason else ""
    return f"Applying the plan would {what} {change.address}{reason}; what it holds is lost."


def _rest(plan: Told[Plan], gone: list[Change], *, held: bool) -> Iterator[Fact]:
    destroyed = [c for c in gone if "create" not in c.actions]
    if destroyed:
        hold = "holds" if len(destroyed) == 1 else "hold"
        message = f"Applying the plan would destroy {listed([c.address for c in destroyed])}, which {hold} no data that we know of."
        yield partial(plan.said(message), plan.at(destroyed[0].line), severity=Severity.LOW, blocks=False, **plan.how)
    elif held and not plan.record.errored:
        changed = [c for c in plan.record.changes if set(c.actions) - {"no-op", "read"}]
        yield ok(
            plan.said(f"The plan changes {len(changed)} resources and destroys nothing for good."),
            plan.at(),
            **plan.how,
        )
