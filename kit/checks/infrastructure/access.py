"""Who may do what in the cloud, and are its keys kept out of the files?"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from typing import Any

from kit.checks.infrastructure.common import ASIDE, Resource, modules, resources
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.formats.hcl import EXPRESSION
from kit.sources.formats.nodes import Node
from kit.sources.platforms.terraform import Terraform
from kit.sources.secrets.find import is_placeholder, is_secret_name
from kit.sources.secrets.values import is_weak

_POLICIES = (
    "aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy", "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::Serverless::Function",
)  # fmt: skip
_ATTACHMENTS = (
    "aws_iam_role_policy_attachment",
    "aws_iam_user_policy_attachment",
    "aws_iam_group_policy_attachment",
)
_GOOGLE = ("google_project_iam_member", "google_project_iam_binding", "google_folder_iam_member")
_MACHINES = ("aws_instance", "aws_launch_template", "aws_launch_configuration")
_ALL = re.compile(r"\bActions?\"?\s{0,40}[=:]\s{0,40}\[?\s{0,40}\"\*\"", re.IGNORECASE)
_EVERYTHING = re.compile(r"\bResources?\"?\s{0,40}[=:]\s{0,40}\[?\s{0,40}\"\*\"", re.IGNORECASE)
_SERVICE = re.compile(r"\bActions?\"?\s*[=:]\s*(?:\[[^\]]{0,2000}?)?\"([a-z0-9-]+):\*\"", re.IGNORECASE)
_DENIES = re.compile(r"\"?Effect\"?\s*[=:]\s*\"Deny\"")
_MOST_CHARACTERS = 50_000
_REFERS = re.compile(
    r"(_arn|_id|_name|_path|_file|_version|_rotation\w*|_length|_ttl|_type|_policy|_parameter)$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:var|local|data|module|each)\.[\w.]+")
"""A reference that stands in quotes by mistake: a name, and no secret."""


@check(
    "INF-006",
    "No credentials stand in infrastructure files",
    Severity.CRITICAL,
    Clause.ASSUMPTIONS,
    effort_hours=2,
)
def no_credentials(project: Project) -> Iterator[Fact]:
    """
    A password in a Terraform file is in the repository, in its history, in every plan and in the state.

    Decides: attributes and variable defaults with a secret's name and a literal value, in `.tf` and `.tfvars` files; a
    value that anybody guesses is one step milder. Arguments of Ansible's tasks too.

    Fix: take the value from a secret store (`aws_secretsmanager_secret_version`, `random_password`) or from
    `TF_VAR_...`, and change it.

    Blind to: secrets under harmless names.

    See: https://developer.hashicorp.com/terraform/language/manage-sensitive-data
    """
    for module in modules(project):
        found = [fact for path in module.paths for fact in _literals(project, module, path)]
        yield from found
        if not found:
            yield ok(f"{module.dir or '.'}: no credentials.", module, **_grade(module.environment))
    yield from _in_tasks(project)
    for path in project.files.glob("*.tfvars", "*.tfvars.json", classes={FileClass.PRODUCTION}):
        environment = project.files.environment_of(path)
        if environment not in ASIDE:
            for key, node in project.documents.get(path).root.items():
                if _is_secret(key, node):
                    yield _literal(key, node, _grade(environment))


def _in_tasks(project: Project) -> Iterator[Fact]:
    """Passwords that tasks of Ansible are given in clear, and that anybody guesses."""
    for task in project.tasks:
        environment = project.files.environment_of(task.at.path)
        if environment in ASIDE or project.files.class_of(task.at.path) is not FileClass.PRODUCTION:
            continue
        for key, node in task.args.items() if task.args.is_map else ():
            # What looks like a real secret is told of every file alike, by the check of secrets in files.
            if _is_secret(key, node) and is_weak(node.text) and "{{" not in node.text:
                message = f"The task '{task.name}' gives {task.module} a {key} that anybody guesses."
                yield bad(message, node, severity=Severity.HIGH, **_grade(environment))


def _literals(project: Project, module: Terraform, path: str) -> Iterator[Fact]:
    place = _grade(module.environment)
    for node in project.documents.get(path).root.walk():
        for key, value in node.items():
            if _is_secret(key, value):
                yield _literal(key, value, place)
    for variable in module.variables:
        default = variable.default
        if default is not None and default.at.path == path and _is_secret(variable.name, default):
            yield _literal(f"the default of variable {variable.name}", default, place)


def _is_secret(key: str, node: Node) -> bool:
    if node.is_map or node.is_list or node.tag == EXPRESSION or not isinstance(node.data, str):
        return False
    value = node.text
    if not is_secret_name(key) or _REFERS.search(key) or "${" in value or _NAMED.fullmatch(value):
        return False
    if value in {"seconds", "minutes", "hours", "days"}:
        return False  # how long what is called so is valid
    # A short lower-case word under such a name is the kind of secret or a name for it, not its value.
    return bool(value) and not is_placeholder(value) and not value.startswith(("arn:", "http", "/", "projects/"))


def _literal(name: str, node: Node, place: dict[str, Any]) -> Fact:
    severity = Severity.HIGH if is_weak(node.text) else Severity.CRITICAL
    what = "a value that anybody guesses" if is_weak(node.text) else "its value in clear"
    return bad(f"{name} has {what}; who reads the file or the state has it.", node, severity=severity, **place)


@check("INF-007", "Rights in the cloud are narrow", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=3)
def rights_are_narrow(project: Project) -> Iterator[Fact]:
    """
    With `Action: "*"` on `Resource: "*"` one leaked key is the whole account.

    Decides: statements of IAM policies in Terraform, CloudFormation and Serverless Framework files; attachments of
    administrator policies; owner and editor roles of Google projects; owner and contributor roles of Azure
    subscriptions. All actions of one service on everything hold in part, and so do policies of AWS that end in FullAccess
    and machines that hand their credentials to whatever asks without a token.

    Fix: name the actions that are called and the resources that they are called on.

    Blind to: permission boundaries and organisation policies, statements that expressions make.

    See: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    """
    for resource in resources(project, *_POLICIES):
        yield from _policy(resource)
    for module in modules(project):
        for one in module.data:
            if one.type == "aws_iam_policy_document":
                yield from _document(Resource(f"data.{one.type}", one.name, one.node, module))
    for resource in resources(project, *_ATTACHMENTS, *_GOOGLE, "azurerm_role_assignment"):
        yield _role(resource)
    for machine in resources(project, *_MACHINES):
        yield from _credentials(machine)
    for file in project.serverless:
        if file.environment not in ASIDE and project.files.class_of(file.path) is FileClass.PRODUCTION:
            for route in (("iam", "role", "statements"), ("iamRoleStatements",)):
                for statement in file.provider.each(*route, "*"):
                    yield _statement(posixpath.basename(file.path), statement, _grade(file.environment))


def _policy(resource: Resource) -> Iterator[Fact]:
    if resource.type.startswith("AWS::"):
        documents = [
            *resource.node.each("PolicyDocument"),
            *resource.node.each("Policies", "*", "PolicyDocument"),
            *(d for d in resource.node.each("Policies", "*") if "Statement" in d),
        ]
        for statement in (s for d in documents for s in d.each("Statement", "*")):
            yield _statement(resource.title, statement, resource.grade)
        return
    node = resource.get("policy")
    if node is None:
        return
    text = _without_denials(node.text[:_MOST_CHARACTERS])
    wide, everywhere = bool(_ALL.search(text)), bool(_EVERYTHING.search(text))
    whole = _SERVICE.search(text)
    if wide and everywhere and not _only_denies(text):
        yield bad(f"{resource.title}: allows everything on everything.", node, **resource.grade)
    elif whole is not None and everywhere:
        message = f"{resource.title}: allows all of {whole[1]} on everything."
        yield partial(message, node, severity=Severity.MEDIUM, **resource.grade)
    elif "Statement" in text:
        yield ok(f"{resource.title}: names what it allows.", node, **resource.grade)


def _without_denials(text: str) -> str:
    """The policy without the statements that only take rights away."""
    for found in reversed(list(_DENIES.finditer(text))):
        first, last = _brace(text, found.start(), -1), _brace(text, found.start(), 1)
        if first is not None and last is not None:
            text = text[:first] + text[last + 1 :]
    return text


def _brace(text: str, position: int, step: int) -> int | None:
    """Where the object that holds the position begins (step -1) or ends (step 1)."""
    depth = 0
    while 0 <= position < len(text):
        depth += step * ((text[position] == "{") - (text[position] == "}"))
        if depth < 0:
            return position
        position += step
    return None


def _only_denies(text: str) -> bool:
    """Whether the policy only takes rights away."""
    try:
        statements = json.loads(text).get("Statement", [])
        return all(s.get("Effect") == "Deny" for s in statements)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return not re.search(r"\"?Effect\"?\s*[=:]\s*\"Allow\"", text)


def _document(resource: Resource) -> Iterator[Fact]:
    blocks = [b for b in resource.blocks("statement") if b.is_map]
    denied = [b for b in blocks if resource.filled(b.get("effect") or b).text == "Deny"]
    for block in blocks:
        actions, targets = ([n.text for n in block.each(key, "*")] for key in ("actions", "resources"))
        if block in denied:
            continue
        if denied and "*" in actions and "*" in targets:
            message = f"{resource.title}: allows everything but what its other statements deny."
            yield partial(message, block, severity=Severity.MEDIUM, **resource.grade)
        else:
            yield _judged(resource.title, actions, targets, block.at, resource.grade)


def _statement(name: str, statement: Node, place: dict[str, Any]) -> Fact:
    actions, targets = (_listed(statement.get(key)) for key in ("Action", "Resource"))
    effect = statement.get("Effect")
    if effect is not None and effect.text == "Deny":
        return ok(f"{name}: takes rights away.", statement, **place)
    if "*" in actions and "*" in targets and statement.get("Condition") is not None:
        message = f"{name}: allows everything on everything where its conditions hold."
        return partial(message, statement, severity=Severity.MEDIUM, **place)
    return _judged(name, actions, targets, statement.at, place)


def _listed(node: Node | None) -> list[str]:
    if node is None:
        return []
    return [n.text for n in node.children()] if node.is_list else [node.text]


def _judged(name: str, actions: list[str], targets: list[str], at: At, place: dict[str, Any]) -> Fact:
    if "*" in actions and "*" in targets:
        return bad(f"{name}: allows everything on everything.", at, **place)
    whole = next((a for a in actions if a.endswith(":*") or a == "*"), None)
    if whole is not None and "*" in targets:
        message = f"{name}: allows all of {whole.split(':')[0]} on everything."
        return partial(message, at, severity=Severity.MEDIUM, **place)
    return ok(f"{name}: names what it allows.", at, **place)


def _role(resource: Resource) -> Fact:
    role = next((resource.text(k) for k in ("policy_arn", "role", "role_definition_name") if k in resource.node), "")
    if "policy_arn" in resource.node:
        wide = role.endswith(("/AdministratorAccess", "/PowerUserAccess"))
    elif resource.type.startswith("google"):
        wide = role in {"roles/owner", "roles/editor"}
    else:
        wide = role in {"Owner", "Contributor"} and "subscription" in resource.text("scope")
    shown = role.rsplit("/", 1)[-1] or "a role"
    if shown.endswith("FullAccess") and "policy_arn" in resource.node:
        message = f"{resource.title}: gives {shown}, every action of a service on everything."
        return partial(message, resource.node.at_or_self("policy_arn"), severity=Severity.LOW, **resource.grade)
    if wide:
        return bad(f"{resource.title}: gives {shown}, which may do almost anything.", resource, **resource.grade)
    return ok(f"{resource.title}: gives {shown}.", resource, **resource.grade)


def _credentials(machine: Resource) -> Iterator[Fact]:
    """Whether the machine's own credentials are given only to who first asks for a token (IMDSv2)."""
    profiled = "iam_instance_profile" in machine.node
    stated = machine.get("metadata_options", "http_tokens")
    if machine.wrapped or not profiled or machine.is_open("metadata_options", "http_tokens"):
        return
    if stated is not None and stated.text == "required":
        yield ok(f"{machine.title}: its credentials are given for a token only.", stated, **machine.grade)
    else:
        message = f"{machine.title}: a request that it can be made to send reads its credentials (IMDSv1 is open)."
        yield partial(message, stated or machine, severity=Severity.MEDIUM, **machine.grade)


def _grade(environment: str) -> dict[str, Any]:
    return {"environment": None if environment == "unknown" else environment}
