"""Admission policies that are bound and enforced."""

from __future__ import annotations

from conftest import Look

KYVERNO = """
    apiVersion: kyverno.io/v1
    kind: ClusterPolicy
    metadata: {name: no-latest}
    spec:
      validationFailureAction: %s
      rules:
        - name: tags
          validate: {message: no latest}
"""


def test_a_policy_that_only_audits_holds_in_part(look: Look) -> None:
    assert look("ORC-060", {"k8s/policy.yaml": KYVERNO % "Audit"}).failed == ["k8s/policy.yaml:5"]
    assert look("ORC-060", {"k8s/policy.yaml": KYVERNO % "Enforce"}).passed == ["k8s/policy.yaml:5"]


def test_a_policy_without_a_binding_refuses_nothing(look: Look) -> None:
    policy = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: tags}\nspec: {}\n"
    binding = (
        "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n"
        "metadata: {name: tags}\nspec:\n  policyName: tags\n  validationActions: [Deny]\n"
    )

    assert look("ORC-060", {"k8s/policy.yaml": policy}).failed == ["k8s/policy.yaml:1"]
    assert look("ORC-060", {"k8s/policy.yaml": policy + binding}).passed == ["k8s/policy.yaml:11"]


def test_a_governed_cluster_without_a_policy_is_told_once(look: Look) -> None:
    quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: all}\nspec: {}\n"
    role = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"

    assert look("ORC-060", {"k8s/quota.yaml": quota}).failed == ["k8s/quota.yaml:1"]
    assert look("ORC-060", {"k8s/quota.yaml": role}).outcomes == ["not_applicable"]


def test_a_pod_security_standard_that_is_enforced_refuses_too(look: Look) -> None:
    quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: all}\nspec: {}\n---\n"
    space = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {pod-security.kubernetes.io/enforce: %s}}\n"

    assert look("ORC-060", {"k8s/quota.yaml": quota + space % "restricted"}).outcomes == ["not_applicable"]
    assert look("ORC-060", {"k8s/quota.yaml": quota + space % "privileged"}).failed == ["k8s/quota.yaml:1"]
