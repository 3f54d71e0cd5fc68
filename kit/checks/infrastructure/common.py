"""Which Terraform is judged, its values with the defaults of variables, and CloudFormation beside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kit.model import At, FileClass
from kit.project import Project
from kit.sources.formats.hcl import EXPRESSION
from kit.sources.formats.nodes import Node
from kit.sources.platforms.terraform import Terraform

ASIDE = frozenset({"development", "test"})
WORLD = frozenset({"0.0.0.0/0", "::/0", "*", "Internet", "Any", "any"})
_VARIABLE = re.compile(r"(?:\$\{)?var\.(\w+)\}?")
_WRAPPERS: dict[str, tuple[str, ...]] = {
    "s3-bucket": ("aws_s3_bucket", "aws_s3_bucket_public_access_block", "aws_s3_bucket_policy"),
    "rds": ("aws_db_instance",),
    "rds-aurora": ("aws_rds_cluster",),
    "security-group": ("aws_security_group",),
    "ec2-instance": ("aws_instance",),
    "autoscaling": ("aws_launch_configuration",),
    "alb": ("aws_lb",),
    "elb": ("aws_elb",),
    "vpc": ("aws_vpc",),
    "kms": ("aws_kms_key",),
    "sqs": ("aws_sqs_queue",),
    "sns": ("aws_sns_topic",),
    "ecr": ("aws_ecr_repository",),
}
"""Modules of the public registry that pass their arguments on to the resources that they make."""

_REGISTRY = re.compile(r"(?:registry\.terraform\.io/)?terraform-aws-modules/([a-z0-9-]+)/aws(?://.*)?")


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource of Terraform or CloudFormation; `module` None for the latter.

    `wrapped` says that it is the call of a registry's module that makes such a resource: what it does not set has a
    default that only that module's version knows. `calls` are the calls of its module within the project. `whole` is the
    declaration of CloudFormation, with what stands beside its properties.
    """

    type: str
    name: str
    node: Node
    module: Terraform | None
    wrapped: bool = False
    calls: tuple[Node, ...] = ()
    whole: Node | None = None

    @property
    def at(self) -> At:
        return self.node.at

    @property
    def title(self) -> str:
        return f"module.{self.name}" if self.wrapped else f"{self.type}.{self.name}"

    @property
    def grade(self) -> dict[str, Any]:
        """The keyword for a fact: the environment that its folder names."""
        named = self.module.environment if self.module is not None else "unknown"
        return {"environment": None if named == "unknown" else named}

    def get(self, *route: str | int) -> Node | None:
        """The node at the route, a variable's default in the place of the variable."""
        node = self.node.get(*route)
        return node if node is None else self.filled(node)

    def filled(self, node: Node) -> Node:
        """What the calls of the module give to the variable that the node names, else its default; the node itself
        where it names none, or the calls differ."""
        found = _VARIABLE.fullmatch(node.text) if node.tag == EXPRESSION else None
        given = [value for call in self.calls if found and (value := call.get(found[1])) is not None]
        if given and len(given) == len(self.calls):
            return given[0] if len({value.text for value in given}) == 1 else node
        variables = self.module.variables if self.module is not None and found else ()
        default = next((v.default for v in variables if found and v.name == found[1]), None)
        return default if default is not None else node

    def text(self, *route: str | int) -> str:
        """The scalar at the route; empty where there is none."""
        node = self.get(*route)
        return node.text if node is not None else ""

    def texts(self, *route: str | int) -> list[str]:
        """The items of the list at the route, or its one scalar."""
        node = self.get(*route)
        if node is None:
            return []
        return [self.filled(n).text for n in node.children()] if node.is_list else [node.text]

    def blocks(self, *route: str | int) -> list[Node]:
        """The blocks of one name, whether there are one or many."""
        node = self.node.get(*route)
        if node is None:
            return []
        return list(node.children()) if node.is_list else [node]

    def is_open(self, *route: str | int) -> bool:
        """Whether an expression that is not known from here decides the value at the route."""
        node = self.get(*route)
        return node is not None and node.tag == EXPRESSION


def modules(project: Project) -> list[Terraform]:
    """The Terraform modules that are not for development, tests or examples."""
    return [
        m
        for m in project.terraform
        if m.environment not in ASIDE and project.files.class_of(m.paths[0]) is FileClass.PRODUCTION
    ]


def roots(project: Project) -> list[Terraform]:
    """The modules that are applied themselves: no other calls them, and they configure a provider or a backend."""
    return [
        m
        for m in modules(project)
        if m.root and (m.resources or m.modules) and (m.providers or m.backend or m.lockfile)
    ]


def resources(project: Project, *types: str) -> Iterator[Resource]:
    """The resources of these types, of Terraform and CloudFormation."""
    for module in modules(project):
        calls = calls_of(project, module)
        for one in module.of(*types):
            yield Resource(one.type, one.name, one.node, module, calls=calls)
        yield from _wrapped(module, types)
    if any(t.startswith("AWS::") for t in types):
        yield from (r for r in cloudformation(project) if r.type in types)


def calls_of(project: Project, module: Terraform) -> tuple[Node, ...]:
    """The calls of a module by the others of the project."""
    here = posixpath.normpath(module.dir or ".")
    return tuple(
        call.node
        for other in project.terraform
        for call in other.modules
        if call.source.startswith(".") and posixpath.normpath(posixpath.join(other.dir or ".", call.source)) == here
    )


def is_unused(project: Project, resource: Resource) -> bool:
    """Whether a resource is one of a module that nothing calls, beside configurations of the project that call others."""
    module = resource.module
    kept = module is not None and "modules" in module.dir.split("/") and not resource.calls
    return kept and any(other.modules for other in project.terraform)


def _wrapped(module: Terraform, types: tuple[str, ...]) -> Iterator[Resource]:
    for call in module.modules:
        found = _REGISTRY.fullmatch(call.source)
        for type_ in _WRAPPERS.get(found[1], ()) if found else ():
            if type_ in types:
                yield Resource(type_, call.name, call.node, module, wrapped=True)


def cloudformation(project: Project) -> Iterator[Resource]:
    """The resources of CloudFormation and SAM templates, and of Serverless Framework files."""
    for root in _templates(project):
        for section in (root.get("Resources"), root.get("resources", "Resources")):
            for name, node in section.items() if section is not None else ():
                kind, properties = node.get("Type"), node.get("Properties") or Node({}, node.at)
                if kind is not None and kind.text.startswith("AWS::") and properties.is_map:
                    yield Resource(kind.text, name, properties, None, whole=node)


def _templates(project: Project) -> Iterator[Node]:
    endings = ("*.yaml", "*.yml", "*.json", "*.template")
    for path in project.files.glob(*endings, classes={FileClass.PRODUCTION}):
        if "AWS::" in project.files.text(path) and project.files.environment_of(path) not in ASIDE:
            yield project.documents.get(path).root
    for file in project.serverless:
        production = file.environment not in ASIDE and project.files.class_of(file.path) is FileClass.PRODUCTION
        if file.root is not None and production and file.in_code:
            yield file.root


def on(node: Node | None) -> bool:
    """Whether a value is true, in HCL, YAML or as text."""
    return node is not None and node.text.lower() == "true"


def off(node: Node | None) -> bool:
    """Whether a value is false."""
    return node is not None and node.text.lower() == "false"
