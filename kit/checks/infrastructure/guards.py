"""What guards the account and its doors: a firewall, rules for logins, and a limit to what it may cost."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.checks.infrastructure.common import Resource, off, on, resources, roots
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node

_BUDGETS = (
    "aws_budgets_budget", "aws_ce_anomaly_monitor", "aws_ce_anomaly_subscription", "google_billing_budget",
    "azurerm_consumption_budget_subscription", "azurerm_consumption_budget_resource_group", "AWS::Budgets::Budget",
    "AWS::CE::AnomalyMonitor", "AWS::CE::AnomalySubscription",
)  # fmt: skip
_ALARMS = ("aws_cloudwatch_metric_alarm", "AWS::CloudWatch::Alarm")
_HEARS = (
    "notification",
    "subscriber",
    "all_updates_rule",
    "threshold_rule",
    "NotificationsWithSubscribers",
    "Subscribers",
)
_CLOUD = re.compile(r"^(?:aws|google|azurerm)_")


@check("INF-060", "Costs have a limit that tells somebody", Severity.LOW, Clause.DEPLOYMENT, effort_hours=1)
def costs_are_watched(project: Project) -> Iterator[Fact]:
    """
    A loop that calls a paid service, or a scale-out without end, is first noticed on the bill a month later.

    Decides: a budget, an anomaly monitor or an alarm on estimated charges in Terraform, CloudFormation and Serverless
    files that describe resources of AWS, Google Cloud or Azure. A budget that tells nobody holds in part; where there is
    none, that is told once.

    Fix: describe a budget that writes to somebody before it is spent.
    - aws: `resource "aws_budgets_budget" "monthly" { budget_type = "COST" limit_amount = "500" limit_unit = "USD"
      time_unit = "MONTHLY" notification { comparison_operator = "GREATER_THAN" threshold = 80 threshold_type = "PERCENTAGE"
      notification_type = "FORECASTED" subscriber_email_addresses = [var.owner] } }`.
    - google: `google_billing_budget` with `threshold_rules` and `all_updates_rule`.
    - azure: `azurerm_consumption_budget_subscription` with `notification`.

    Blind to: budgets of the organisation that are set up in the console.

    See: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
    """
    found = list(resources(project, *_BUDGETS))
    charges = [
        r for r in resources(project, *_ALARMS) if "EstimatedCharges" in (r.text("metric_name"), r.text("MetricName"))
    ]
    for budget in found:
        silent = "budget" in budget.type.lower() and not any(budget.node.get(key) is not None for key in _HEARS)
        tell, what = (partial, "a budget that tells nobody") if silent else (ok, "costs are watched")
        yield tell(f"{budget.title}: {what}.", budget, **budget.grade)
    yield from (ok(f"{r.title}: costs raise an alarm.", r, **r.grade) for r in charges)
    if not found and not charges:
        place = next(_paid(project), None)
        if place is not None:
            yield bad("Nothing tells anybody when the cloud's costs rise: there is no budget.", place)


def _paid(project: Project) -> Iterator[At]:
    """Where resources that cost by use are described; the first place stands for all."""
    for module in roots(project):
        if any(_CLOUD.match(r.type) for r in module.resources) or any("aws" in m.source for m in module.modules):
            yield At(module.dir or ".")
    for file in project.serverless:
        provider = file.provider.get("name") or file.provider
        if provider.text in {"aws", "google", "azure"} and project.files.class_of(file.path) is FileClass.PRODUCTION:
            yield provider.at


_FIREWALLS = (
    "aws_wafv2_web_acl", "aws_waf_web_acl", "aws_wafregional_web_acl", "AWS::WAFv2::WebACL", "AWS::WAF::WebACL",
    "google_compute_security_policy", "azurerm_web_application_firewall_policy", "cloudflare_ruleset",
)  # fmt: skip
_ASSOCIATED = (
    "aws_wafv2_web_acl_association", "aws_wafregional_web_acl_association", "AWS::WAFv2::WebACLAssociation",
)  # fmt: skip
_DOORS = (
    "aws_lb", "aws_alb", "aws_cloudfront_distribution", "aws_api_gateway_stage", "AWS::CloudFront::Distribution",
    "AWS::ElasticLoadBalancingV2::LoadBalancer", "google_compute_backend_service", "azurerm_application_gateway",
    "azurerm_cdn_frontdoor_profile",
)  # fmt: skip
_NAMED_BY = ("web_acl_id", "WebACLId", "security_policy", "firewall_policy_id", "waf_configuration")


@check(
    "INF-061", "A web application firewall stands before what is open", Severity.LOW, Clause.DEPLOYMENT, effort_hours=4
)
def doors_are_guarded(project: Project) -> Iterator[Fact]:
    """
    Scanners try the known holes of frameworks within hours of their publication; a firewall with managed rules gives the
    days that an update takes.

    Decides: firewalls in Terraform, CloudFormation and Serverless files (also by plugin), ModSecurity in nginx: each is
    associated with something. Where load balancers, distributions or gateways are open to the world and there is no
    firewall, that is told once.

    Fix: describe a firewall with the rules that the provider keeps, and name it at the door.
    - aws: an `aws_wafv2_web_acl` with `AWSManagedRulesCommonRuleSet`, and an `aws_wafv2_web_acl_association` with the load
      balancer, or `web_acl_id` of the distribution.
    - google: a `google_compute_security_policy`, and `security_policy` of the backend service.
    - azure: an `azurerm_web_application_firewall_policy`, and `firewall_policy_id` of the gateway.

    Blind to: firewalls of a service that the domain's name points to.

    See: https://owasp.org/www-community/Web_Application_Firewall
    """
    doors = [d for d in resources(project, *_DOORS) if d.text("internal") != "true" and d.text("Scheme") != "internal"]
    walls = list(resources(project, *_FIREWALLS))
    for wall in walls:
        yield _wall(project, wall, doors)
    others = [*_by_plugin(project), *_mod_security(project)]
    yield from (ok("A web application firewall is configured.", at) for at in others)
    if doors and not walls and not others and not _named_elsewhere(doors):
        message = f"{doors[0].title}: open to the world without a web application firewall."
        yield bad(message, doors[0], **doors[0].grade)


def _wall(project: Project, wall: Resource, doors: list[Resource]) -> Fact:
    users = [*resources(project, *_ASSOCIATED), *doors]
    named = re.compile(rf"(?<![\w-]){re.escape(wall.name)}(?![\w-])")
    elsewhere = wall.module is not None and any(
        named.search(n.text) for _, o in wall.module.outputs for n in o.strings()
    )
    used = wall.type == "cloudflare_ruleset" or any(named.search(n.text) for u in users for n in u.node.strings())
    if used or elsewhere:
        return ok(f"{wall.title}: stands before what is open to the world.", wall, **wall.grade)
    return bad(f"{wall.title}: a firewall that nothing is associated with; it stops no request.", wall, **wall.grade)


def _by_plugin(project: Project) -> Iterator[At]:
    for file in project.serverless:
        if any("waf" in plugin for plugin in file.plugins):
            custom = file.root.get("custom") if file.root is not None else None
            place = next((n for k, n in (custom.items() if custom is not None else ()) if "waf" in k.lower()), None)
            yield (place or file).at


def _mod_security(project: Project) -> Iterator[At]:
    for config in project.nginx:
        yield from (d.at for d in config.walk() if d.name == "modsecurity" and d.args[:1] == ("on",))


def _named_elsewhere(doors: list[Resource]) -> bool:
    return any(d.node.get(key) is not None for d in doors for key in _NAMED_BY) or any(
        d.node.get("DistributionConfig", "WebACLId") is not None for d in doors
    )


@check(
    "INF-062", "Logins ask for good passwords and a second factor", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=1
)
def logins_are_strict(project: Project) -> Iterator[Fact]:
    """
    Passwords are tried by the million from lists of other sites' users. A second factor stops nearly all of it, and a
    rule for length the rest.

    Decides: Cognito user pools in Terraform, CloudFormation and Serverless files, Auth0 in Terraform and exported Keycloak
    realms: whether a second factor may be used, and whether passwords have a minimum of at least eight characters.

    Fix: `mfa_configuration = "OPTIONAL"` with `software_token_mfa_configuration { enabled = true }`, and
    `password_policy { minimum_length = 12 }`.

    Blind to: rules that are set in the provider's console, and users who come from another provider.

    See: https://pages.nist.gov/800-63-4/sp800-63b.html
    """
    for pool in resources(project, "aws_cognito_user_pool", "AWS::Cognito::UserPool"):
        factor = pool.get("mfa_configuration") or pool.get("MfaConfiguration")
        policy = pool.get("password_policy", "minimum_length") or pool.get(
            "Policies", "PasswordPolicy", "MinimumLength"
        )
        yield _factor(pool.title, factor is not None and factor.text.upper() in {"ON", "OPTIONAL"}, factor, pool.at)
        yield from _length(pool.title, policy)
    for guard in resources(project, "auth0_guardian"):
        policy = guard.get("policy")
        yield _factor(guard.title, policy is not None and policy.text != "never", policy, guard.at)
    yield from _realms(project)


def _factor(title: str, allowed: bool, node: Node | None, at: At) -> Fact:
    if allowed:
        return ok(f"{title}: a second factor may be used.", node or at)
    if node is not None and ("var." in node.text or "${" in node.text):
        return unknown(f"{title}: the second factor is for a variable to say.", node)
    return bad(f"{title}: nobody can use a second factor; a guessed password is enough.", node or at)


def _length(title: str, node: Node | None) -> Iterator[Fact]:
    if node is None or not node.text.isdigit():
        return  # Cognito asks for eight characters where nothing is said.
    if int(node.text) < 8:
        yield bad(f"{title}: passwords of {node.text} characters are taken.", node)
    else:
        yield ok(f"{title}: passwords have at least {node.text} characters.", node)


def _realms(project: Project) -> Iterator[Fact]:
    for path in project.files.glob("*realm*.json", classes={FileClass.PRODUCTION}):
        root = project.documents.get(path).root
        if (
            "realm" not in root
            or "clients" not in root
            or project.files.environment_of(path) in {"development", "test"}
        ):
            continue
        name = f"Realm {next(root.each('realm')).text}"
        policy, protected = root.get("passwordPolicy"), root.get("bruteForceProtected")
        length = re.search(r"length\((\d+)\)", policy.text) if policy is not None else None
        if length is None or int(length[1]) < 8:
            yield bad(f"{name}: passwords of any length are taken.", policy or root)
        else:
            yield ok(f"{name}: passwords have at least {length[1]} characters.", policy or root)
        if off(protected):
            yield bad(f"{name}: passwords can be tried without end.", protected or root)
        elif on(protected):
            yield ok(f"{name}: whoever tries passwords is locked out.", protected or root)
