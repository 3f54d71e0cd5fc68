"""Roles into pods and Secrets, rights for the default account, kernel settings, host ports, spread."""

from __future__ import annotations

import pytest
from conftest import Look

ROLE = """
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata: {name: helper}
    rules:
      - apiGroups: [""]
        resources: [RESOURCES]
        verbs: [get, VERB]
    """
POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec:
      replicas: 2
      selector: {matchLabels: {app: api}}
      template:
        metadata: {labels: {app: api}}
        spec:
          containers:
            - name: api
              image: acme/api:1.4.0
    """


@pytest.mark.parametrize(
    ("resource", "verb"),
    [("pods/exec", "create"), ("pods/portforward", "create"), ("pods", "create"), ("secrets", "list")],
)
def test_rules_into_pods_and_secrets_are_told(look: Look, resource: str, verb: str) -> None:
    text = ROLE.replace("RESOURCES", resource).replace("VERB", verb)

    assert look("ORC-015", {"k8s/role.yaml": text}).failed == ["k8s/role.yaml:7"]


def test_reading_pods_and_named_secrets_holds(look: Look) -> None:
    reads = ROLE.replace("RESOURCES", "pods").replace("VERB", "list")
    named = ROLE.replace("RESOURCES", "secrets").replace("VERB", "watch").rstrip() + "\n        resourceNames: [tls]\n"

    assert look("ORC-015", {"k8s/role.yaml": reads}).failed == []
    assert look("ORC-015", {"k8s/role.yaml": named}).failed == []


def test_the_account_that_every_pod_has_gets_no_rights(look: Look) -> None:
    text = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: read}
        subjects:
          - kind: ServiceAccount
            name: default
        roleRef: {kind: Role, name: read}
        """

    assert look("ORC-015", {"k8s/b.yaml": text}).failed == ["k8s/b.yaml:6"]
    assert look("ORC-015", {"k8s/b.yaml": text.replace("name: default", "name: reader")}).failed == []


def test_ports_and_kernel_of_the_node_are_left_alone(look: Look) -> None:
    port = POD.rstrip() + "\n              ports: [{containerPort: 80, hostPort: 80}]\n"
    kernel = POD.replace(
        "containers:", "securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}\n          containers:"
    )
    safe = kernel.replace("kernel.msgmax", "net/ipv4/tcp_syncookies")

    assert look("ORC-016", {"k8s/api.yaml": port}).failed == ["k8s/api.yaml:13"]
    assert look("ORC-016", {"k8s/api.yaml": kernel}).failed == ["k8s/api.yaml:10"]
    assert look("ORC-016", {"k8s/api.yaml": safe}).failed == []


def test_replicas_are_spread_over_nodes(look: Look) -> None:
    spread = POD.replace("containers:", "topologySpreadConstraints: [{maxSkew: 1}]\n          containers:")
    term = "{labelSelector: {matchLabels: {app: other}}, topologyKey: kubernetes.io/hostname}"
    wrong = POD.replace(
        "containers:",
        f"affinity: {{podAntiAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{term}]}}}}\n          containers:",
    )

    assert look("ORC-031", {"k8s/api.yaml": POD}).failed == ["k8s/api.yaml:9"]
    assert look("ORC-031", {"k8s/api.yaml": spread}).passed == ["k8s/api.yaml:10"]
    assert look("ORC-031", {"k8s/api.yaml": wrong}).outcomes == ["partial"]
    assert look("ORC-031", {"k8s/api.yaml": wrong.replace("app: other", "app: api")}).outcomes == ["pass"]


def test_a_label_with_a_wrong_value_is_refused(look: Look) -> None:
    assert look(
        "ORC-001", {"k8s/api.yaml": POD.replace("{name: api}", '{name: api, labels: {app: "a b"}}')}
    ).failed == ["k8s/api.yaml:3"]


def test_a_policy_that_selects_no_pod_does_nothing(look: Look) -> None:
    policy = """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: api}
        spec:
          podSelector: {matchLabels: {app: gone}}
          policyTypes: [Ingress]
        """
    seen = look("ORC-011", {"k8s/api.yaml": POD, "k8s/policy.yaml": policy})

    assert "k8s/policy.yaml:5" in seen.failed
    assert look("ORC-011", {"k8s/policy.yaml": policy.replace("gone", "api")}).failed == []
