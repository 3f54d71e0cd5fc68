"""Whom do the policies of buckets, queues, keys, functions and roles let in?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.infrastructure.common import Resource, resources
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.formats.hcl import EXPRESSION, parse_hcl
from kit.sources.formats.json import parse_json
from kit.sources.formats.nodes import Node

_POLICIES: dict[str, str] = {
    "aws_s3_bucket": "policy",
    "aws_s3_bucket_policy": "policy",
    "aws_sqs_queue": "policy",
    "aws_sqs_queue_policy": "policy",
    "aws_sns_topic": "policy",
    "aws_sns_topic_policy": "policy",
    "aws_kms_key": "policy",
    "aws_secretsmanager_secret_policy": "policy",
    "aws_ecr_repository_policy": "policy",
    "aws_efs_file_system_policy": "policy",
    "aws_elasticsearch_domain_policy": "access_policies",
    "aws_elasticsearch_domain": "access_policies",
    "aws_opensearch_domain": "access_policies",
    "aws_glue_resource_policy": "policy",
    "aws_cloudwatch_log_destination_policy": "access_policy",
    "aws_api_gateway_rest_api_policy": "policy",
    "aws_iam_role": "assume_role_policy",
}
"""Resources with a policy that says who may use them, and where it stands."""

_NARROWS = re.compile(
    r"source(arn|account|owner|vpce?|orgid|orgpaths)|principal(orgid|orgpaths|account|arn)|externalid", re.I
)
_MEANT_FOR_ALL = re.compile(r"public|static|asset|website|cdn|frontend|www|site", re.IGNORECASE)
_READ_ONLY = frozenset({"s3:GetObject", "s3:GetObjectVersion"})
_DATA = re.compile(r"(?:\$\{)?data\.aws_iam_policy_document\.(\w+)(?:\[[^\]]*\])?\.json\}?")
_MOST_CHARACTERS = 50_000


@dataclass(frozen=True)
class Statement:
    """One statement of a policy: whom it lets do what, and the keys of its conditions."""

    allows: bool
    everybody: bool
    actions: tuple[str, ...]
    conditions: tuple[str, ...]
    at: At

    @property
    def narrowed(self) -> bool:
        """Whether a condition names who that is after all."""
        return any(_NARROWS.search(key) for key in self.conditions)


@check("INF-017", "Access policies name whom they let in", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=1)
def policies_name_somebody(project: Project) -> Iterator[Fact]:
    """
    A policy with the principal `*` is for every account of the provider and for everybody without one: buckets,
    queues and keys with it are found by those who look for them.

    Decides: the principals of each statement that allows something, in policies of buckets, queues, topics, keys,
    secrets, registries, file systems, search domains, functions and roles of AWS in Terraform, written as JSON, with
    `jsonencode` or as a policy document. A condition on the calling account, organisation or resource holds; one on
    addresses holds in part, and so does reading what is named as public.

    Fix: name the account, role or service: `Principal: {AWS: "arn:aws:iam::123456789012:role/app"}`.

    Blind to: policies from templates and variables, what the account forbids altogether.

    See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    for resource in resources(project, *_POLICIES):
        yield from _policy(resource)
    for permission in resources(project, "aws_lambda_permission"):
        principal = permission.node.get("principal")
        if principal is not None and principal.text == "*" and not _has_caller(permission):
            yield bad(f"{permission.title}: everybody may call the function.", principal, **permission.grade)
        elif principal is not None:
            yield ok(f"{permission.title}: names who may call the function.", principal, **permission.grade)


def _has_caller(permission: Resource) -> bool:
    return any(key in permission.node for key in ("source_account", "principal_org_id"))


def _policy(resource: Resource) -> Iterator[Fact]:
    node = resource.get(_POLICIES[resource.type])
    found = list(statements(resource, node)) if node is not None else []
    if node is None or not found:
        return
    opened = [s for s in found if s.allows and s.everybody and not s.narrowed]
    places = list(dict.fromkeys([node.at, *(s.at for s in opened)]))
    if not opened:
        yield ok(f"{resource.title}: its policy names whom it lets in.", node, **resource.grade)
        return
    actions = listed(sorted({a for s in opened for a in s.actions}), 4) or "everything"
    if _is_meant(resource, opened):
        message = f"{resource.title}: everybody may read it, as its name says; see that nothing private is put there."
        yield partial(message, *places, severity=Severity.LOW, **resource.grade)
    elif all(s.conditions for s in opened):
        message = f"{resource.title}: its policy lets everybody do {actions}; only a condition holds others back."
        yield partial(message, *places, severity=Severity.MEDIUM, **resource.grade)
    else:
        yield bad(f"{resource.title}: its policy lets everybody do {actions}.", *places, **resource.grade)


def _is_meant(resource: Resource, opened: list[Statement]) -> bool:
    named = f"{resource.name} {_text(resource.node, 'bucket')}"
    reads = all(set(s.actions) <= _READ_ONLY for s in opened)
    return resource.type.startswith("aws_s3") and reads and bool(_MEANT_FOR_ALL.search(named))


def statements(resource: Resource, node: Node) -> Iterator[Statement]:
    """The statements of a policy that is given as JSON text, with `jsonencode` or by a policy document."""
    named = _DATA.fullmatch(node.text.strip())
    if named is not None and resource.module is not None:
        for one in resource.module.data:
            if (one.type, one.name) == ("aws_iam_policy_document", named[1]):
                held = Resource(one.type, one.name, one.node, resource.module)
                yield from (_of_block(b) for b in held.blocks("statement") if b.is_map)
        return
    policy, before = _written(node)
    for item in _items(policy.get("Statement")) if policy is not None else ():
        if item.is_map:
            yield _of_json(item, _within(item.at, before))


def _within(at: At, before: int) -> At:
    """A place in a policy's own text as one in its file, with so many lines before it."""
    line, end = at.line or 1, at.end_line or at.line or 1
    return At(at.path, before + line, before + end)


def _written(node: Node) -> tuple[Node | None, int]:
    """The policy as a mapping (its JSON, or the object that `jsonencode` is given) and the lines before its text."""
    before = (node.at.line or 1) - 1
    text = node.text.rstrip()[:_MOST_CHARACTERS]
    encoded = re.fullmatch(r"jsonencode\((.*)\)", text, re.DOTALL)
    if encoded is not None:
        return parse_hcl(f"policy = {encoded[1]}\n", node.at.path).get("policy"), before
    if node.tag == EXPRESSION and not text.lstrip().startswith("{"):
        return None, before
    document = parse_json(re.sub(r"\$\{[^}\n]{0,300}\}", "x", text), node.at.path)
    heredoc = (node.raw or "").startswith("<<")
    whole = document.root if document.error is None and document.root.is_map else None
    return whole, before + 1 if heredoc else before


def _of_json(one: Node, at: At) -> Statement:
    principal = one.get("Principal")
    named = [n.text for n in principal.walk()] if principal is not None else []
    actions = [n.text for key in ("Action", "NotAction") for n in _items(one.get(key))]
    condition = one.get("Condition")
    keys = [key for group in (condition.children() if condition is not None else ()) for key, _ in group.items()]
    effect = one.get("Effect")
    allows = effect is not None and effect.text == "Allow"
    return Statement(allows, "*" in named, tuple(actions), tuple(k.replace("-", "") for k in keys), at)


def _of_block(block: Node) -> Statement:
    principals = [p for p in _items(block.get("principals")) if p.is_map]
    everybody = any(_text(p, "type") in {"*", "AWS"} and "*" in _texts(p, "identifiers") for p in principals)
    conditions = tuple(_text(c, "variable") for c in _items(block.get("condition")) if c.is_map)
    return Statement(_text(block, "effect") != "Deny", everybody, tuple(_texts(block, "actions")), conditions, block.at)


def _items(node: Node | None) -> list[Node]:
    if node is None:
        return []
    return list(node.children()) if node.is_list else [node]


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    return found.text if found is not None else ""


def _texts(node: Node, key: str) -> list[str]:
    return [one.text for one in _items(node.get(key))]
