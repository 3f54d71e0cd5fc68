"""Does the cluster refuse what nobody should deploy?"""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.orchestration.common import Group, grade, groups
from kit.model import Clause, Fact, Severity, bad, ok, partial
from kit.project import Project
from kit.registry import check
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.kubernetes.pods import text_of

_KYVERNO = frozenset({"ClusterPolicy", "Policy"})
_GOVERNING = ("ResourceQuota", "LimitRange")
"""Kinds that only those write who look after the cluster and not just after one program."""


@check("ORC-060", "Admission policies are bound and enforced", Severity.LOW, Clause.DEPLOYMENT, effort_hours=8)
def policies_are_enforced(project: Project) -> Iterator[Fact]:
    """
    A rule that is only written down is broken by the first manifest in a hurry. An admission policy refuses it; one that
    audits writes a report that nobody reads.

    Decides: policies of Kyverno that validate, constraints of Gatekeeper and ValidatingAdmissionPolicies among the
    manifests: each is bound to something and refuses (`Enforce`, `deny`, `Deny`) instead of noting. Where manifests
    govern a cluster (quotas and limit ranges) and there is no policy, that is told once, unless a namespace
    enforces a Pod Security Standard.

    Fix: `validationActions: [Deny]` in the binding, `failureAction: Enforce` in the rule, no `enforcementAction: dryrun`.

    Blind to: policies that a platform team keeps in another repository.

    See: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
    """
    every = groups(project)
    facts = [fact for group in every for manifest in group.manifests for fact in _of(group, manifest)]
    yield from facts
    if not facts and not any(_refuses(manifest) for group in every for manifest in group.of("Namespace")):
        governed = [m for group in every for m in group.of(*_GOVERNING)]
        if governed:
            message = "The manifests govern a cluster, and no admission policy refuses what breaks its rules."
            yield bad(message, governed[0])


def _refuses(namespace: Manifest) -> bool:
    """Whether the admission that every cluster brings holds the pods of a namespace to a standard."""
    level = namespace.node.get("metadata", "labels", "pod-security.kubernetes.io/enforce")
    return level is not None and level.text in {"baseline", "restricted"}


def _of(group: Group, manifest: Manifest) -> Iterator[Fact]:
    if manifest.kind in _KYVERNO and manifest.group == "kyverno.io":
        yield from _kyverno(group, manifest)
    elif manifest.kind == "ConstraintTemplate":
        yield _template(group, manifest)
    elif manifest.group == "constraints.gatekeeper.sh":
        action = manifest.node.get("spec", "enforcementAction")
        yield _told(group, manifest, action, action is None or action.text in {"deny", "scoped"})
    elif manifest.kind == "ValidatingAdmissionPolicy":
        yield _bound(group, manifest)


def _kyverno(group: Group, manifest: Manifest) -> Iterator[Fact]:
    whole = manifest.node.get("spec", "validationFailureAction")
    for rule in manifest.node.each("spec", "rules", "*"):
        if "validate" in rule:
            action = rule.get("validate", "failureAction") or whole
            if action is None or action.text.lower() != "enforce":
                yield _told(group, manifest, action or rule, False)
                return
    if any("validate" in rule for rule in manifest.node.each("spec", "rules", "*")):
        yield _told(group, manifest, whole, True)


def _template(group: Group, manifest: Manifest) -> Fact:
    kind = text_of(manifest.node, "spec", "crd", "spec", "names", "kind")
    used = next(iter(group.of(kind)), None) if kind else None
    if used is not None:
        return ok(f"{manifest.title}: a constraint uses it.", manifest, used, **grade(group))
    return bad(f"{manifest.title}: no constraint of kind {kind} uses it; it refuses nothing.", manifest, **grade(group))


def _bound(group: Group, manifest: Manifest) -> Fact:
    bindings = group.of("ValidatingAdmissionPolicyBinding")
    binding = next((b for b in bindings if text_of(b.node, "spec", "policyName") == manifest.name), None)
    if binding is None:
        return bad(f"{manifest.title}: no binding puts it into force; it refuses nothing.", manifest, **grade(group))
    actions = binding.node.get("spec", "validationActions")
    denies = actions is not None and any(n.text == "Deny" for n in actions.children())
    return _told(group, manifest, actions or binding.node, denies)


def _told(group: Group, manifest: Manifest, place: Node | None, enforced: bool) -> Fact:
    if enforced:
        return ok(f"{manifest.title}: refuses what breaks it.", place or manifest, **grade(group))
    message = f"{manifest.title}: only notes what breaks it, and lets it in."
    return partial(message, place or manifest, **grade(group))
