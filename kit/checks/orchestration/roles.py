"""What may programs and people do in the cluster?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.orchestration.common import Group, grade, groups
from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.kubernetes.pods import text_of

_READS = frozenset({"get", "list", "watch"})
_WRITES = frozenset({"create", "*"})
_ESCALATES = frozenset({"escalate", "bind", "impersonate"})
_INTO_PODS = {
    "pods/exec": "runs commands in pods",
    "pods/attach": "attaches to what runs in pods",
    "pods/portforward": "reaches every port of pods",
}


@check("ORC-015", "Roles allow what is needed, not everything", Severity.HIGH, Clause.DEPLOYMENT, effort_hours=2)
def roles_are_narrow(project: Project) -> Iterator[Fact]:
    """
    A wildcard in a role hands the cluster to whoever gets hold of one pod's token.

    Decides: each rule of a Role or ClusterRole that has `*` for verbs, resources or API groups; the verbs `escalate`,
    `bind` and `impersonate`; reading Secrets, making pods and getting into them; each binding to `cluster-admin` and
    to the account that every pod has.

    Fix: name the API groups, resources and verbs that the program calls, in a Role of its own namespace.

    Blind to: roles that the cluster already has.

    See: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
    """
    for group in groups(project):
        for role in group.of("Role", "ClusterRole"):
            found = [fact for rule in role.node.each("rules", "*") for fact in _rule(group, role, rule)]
            yield from found or [ok(f"{role.title}: names what it allows.", role, **grade(group))]
        for binding in group.of("RoleBinding", "ClusterRoleBinding"):
            yield from _binding(group, binding)


def _binding(group: Group, binding: Manifest) -> Iterator[Fact]:
    named = binding.node.get("roleRef", "name")
    if named is not None and named.text == "cluster-admin":
        people = {text_of(subject, "kind") for subject in binding.node.each("subjects", "*")} <= {"User", "Group"}
        # Somebody has to be the cluster's administrator; a pod has not.
        severity = Severity.MEDIUM if people else None
        yield bad(f"{binding.title}: gives all rights over the cluster.", named, severity=severity, **grade(group))
    for subject in binding.node.each("subjects", "*"):
        if (text_of(subject, "kind"), text_of(subject, "name")) == ("ServiceAccount", "default"):
            message = f"{binding.title}: gives rights to the account that every pod without one of its own has."
            yield partial(message, subject.at_or_self("name"), severity=Severity.MEDIUM, **grade(group))


def _rule(group: Group, role: Manifest, rule: Node) -> Iterator[Fact]:
    """What one rule allows too much, the widest of it only."""
    verbs, resources = ({n.text for n in rule.each(key, "*")} for key in ("verbs", "resources"))
    at = rule.at_or_self("verbs")
    if "*" in verbs and "*" in resources:
        yield bad(f"{role.title}: a rule allows everything on everything.", at, rule, **grade(group))
    elif "*" in resources and verbs - _READS:
        owned = {n.text for n in rule.each("apiGroups", "*")}
        of = f" of {listed(sorted(owned))}" if owned and not owned & {"", "*"} else ""
        message = f"{role.title}: a rule allows {listed(sorted(verbs))} on every resource{of}."
        severity = Severity.MEDIUM if of else Severity.HIGH
        yield bad(message, at, rule, severity=severity, **grade(group))
    elif verbs & _ESCALATES:
        message = f"{role.title}: a rule lets its holder take more rights ({listed(sorted(verbs))})."
        yield bad(message, at, **grade(group))
    elif "*" in verbs:
        message = f"{role.title}: a rule allows every verb on {listed(sorted(resources))}."
        yield partial(message, at, rule, severity=Severity.MEDIUM, **grade(group))
    elif resources & {"secrets", "*"} and verbs & _READS and "resourceNames" not in rule:
        yield _secrets(group, role, rule, at)
    else:
        yield from _into_pods(group, role, rule, at)


def _secrets(group: Group, role: Manifest, rule: Node, at: At) -> Fact:
    places = (at, rule.at_or_self("resources"))
    if role.kind == "ClusterRole":
        message = f"{role.title}: a rule reads the Secrets of every namespace."
        return partial(message, *places, severity=Severity.MEDIUM, **grade(group))
    message = f"{role.title}: a rule reads every Secret of its namespace; name those that are needed."
    return partial(message, *places, severity=Severity.LOW, **grade(group))


def _into_pods(group: Group, role: Manifest, rule: Node, at: At) -> Iterator[Fact]:
    verbs, resources = ({n.text for n in rule.each(key, "*")} for key in ("verbs", "resources"))
    inside = [what for name, what in _INTO_PODS.items() if name in resources and verbs & {*_WRITES, "get"}]
    places = (at, rule.at_or_self("resources"))
    if inside:
        message = f"{role.title}: a rule {' and '.join(inside)}; whoever has it has what they have."
        yield partial(message, *places, severity=Severity.MEDIUM, **grade(group))
    elif "pods" in resources and verbs & _WRITES:
        message = f"{role.title}: a rule makes pods, which may mount every Secret and account of the namespace."
        yield partial(message, *places, severity=Severity.MEDIUM, **grade(group))
    elif any(n.text == "*" for n in rule.each("apiGroups", "*")):
        message = f"{role.title}: a rule is for every API group, also those that are added later."
        yield partial(message, rule.at_or_self("apiGroups"), severity=Severity.LOW, **grade(group))
