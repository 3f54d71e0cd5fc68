"""Can it be told afterwards what happened in the account, its networks and its databases?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.infrastructure.common import Resource, resources
from kit.checks.infrastructure.settings import Setting, filled, is_on, judged, not_off
from kit.model import Clause, Fact, Severity, bad, ok
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node

_TRAIL = ("aws_cloudtrail",)


def _finite(node: Node) -> bool:
    return node.text != "0"


def _audits(node: Node) -> bool:
    return any(one.text == "audit" for one in node.children())


def _some_log(node: Node) -> bool:
    """Whether a block of log destinations turns at least one of them on."""
    return any(is_on(one) for one in node.each("**", "enabled"))


_RECORDS = (
    Setting(_TRAIL, ("enable_logging",), not_off, "records nothing; it is turned off.", Severity.HIGH, given=True),
    Setting(
        _TRAIL,
        ("is_multi_region_trail",),
        is_on,
        "records one region; what is done in another is seen by nobody.",
        Severity.MEDIUM,
    ),
    Setting(
        _TRAIL,
        ("include_global_service_events",),
        not_off,
        "leaves out what is done to users and roles.",
        Severity.MEDIUM,
        given=True,
    ),
    Setting(
        _TRAIL, ("enable_log_file_validation",), is_on, "nobody would notice if its records were changed afterwards."
    ),
    Setting(
        ("aws_eks_cluster",),
        ("enabled_cluster_log_types",),
        filled,
        "its control plane writes no log; who did what cannot be told.",
    ),
    Setting(
        ("aws_db_instance",),
        ("enabled_cloudwatch_logs_exports",),
        filled,
        "its logs are not exported; with the database goes what would explain its failure.",
    ),
    Setting(
        ("aws_docdb_cluster",),
        ("enabled_cloudwatch_logs_exports",),
        _audits,
        "its audit log is not exported; who read or changed what cannot be told.",
    ),
    Setting(
        ("aws_neptune_cluster",),
        ("enable_cloudwatch_logs_exports",),
        _audits,
        "its audit log is not exported; who read or changed what cannot be told.",
    ),
    Setting(
        ("aws_api_gateway_stage", "aws_apigatewayv2_stage"),
        ("access_log_settings",),
        filled,
        "writes no access log; who called what cannot be told.",
    ),
    Setting(
        ("aws_cloudfront_distribution",),
        ("logging_config",),
        filled,
        "writes no access log; who called what cannot be told.",
    ),
    Setting(("aws_redshift_cluster",), ("logging", "enable"), is_on, "writes no audit log."),
    Setting(("aws_msk_cluster",), ("logging_info",), _some_log, "its brokers' logs go nowhere."),
    Setting(
        ("aws_cloudwatch_log_group",),
        ("retention_in_days",),
        _finite,
        "its records are kept for ever; state for how long they are needed.",
    ),
)


@check("INF-016", "What happens in the cloud is recorded", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1)
def records_are_kept(project: Project) -> Iterator[Fact]:
    """
    After an incident the records of the account, the load balancer and the database say who did what; what was not
    recorded then cannot be had.

    Decides: trails record every region and cannot be changed unnoticed; load balancers, gateways, distributions,
    clusters and databases of AWS in Terraform write their logs; networks have flow logs; log groups say how long they
    keep them.

    Fix: `is_multi_region_trail = true`, `enable_log_file_validation = true`, `access_logs { enabled = true }`,
    `enabled_cloudwatch_logs_exports = ["postgresql"]`, `retention_in_days = 90`.

    Blind to: what an organisation records for all its accounts, destinations that are set up by hand.

    See: https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/detection.html
    """
    yield from judged(project, _RECORDS)
    for balancer in resources(project, "aws_lb", "aws_alb", "aws_elb"):
        yield from _access_log(balancer)
    yield from _flows(project)


def _access_log(balancer: Resource) -> Iterator[Fact]:
    """Access logs of a load balancer; a classic one writes them as soon as the block is there."""
    block = balancer.node.get("access_logs")
    enabled = block.get("enabled") if block is not None else None
    if block is None and balancer.wrapped:
        return
    holds = is_on(enabled) if enabled is not None else block is not None and balancer.type == "aws_elb"
    if holds or balancer.is_open("access_logs", "enabled"):
        yield ok(f"{balancer.title}: writes an access log.", block or balancer, **balancer.grade)
    else:
        message = f"{balancer.title}: writes no access log; who called what cannot be told."
        yield bad(message, enabled or block or balancer, **balancer.grade)


def _flows(project: Project) -> Iterator[Fact]:
    """Whether each network has a flow log; one in another module may name it by a variable."""
    logged = [r.text("vpc_id") for r in resources(project, "aws_flow_log")]
    elsewhere = any("var." in text or "local." in text for text in logged)
    for network in resources(project, "aws_vpc"):
        stated = network.node.get("enable_flow_log")
        if network.wrapped and (stated is None or not_off(stated)):
            continue
        if elsewhere or any(f"aws_vpc.{network.name}." in text for text in logged):
            yield ok(f"{network.title}: its traffic is recorded.", network, **network.grade)
        else:
            message = f"{network.title}: no flow log; what an intruder reached cannot be told."
            yield bad(message, stated or network, **network.grade)
