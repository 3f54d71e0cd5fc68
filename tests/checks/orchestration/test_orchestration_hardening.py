"""What pods may do to their node, their cluster and their neighbours."""

from __future__ import annotations

import re

import pytest
from conftest import Look

POD = """
    apiVersion: v1
    kind: Pod
    metadata: {name: api, labels: {app: api}}
    spec:
      automountServiceAccountToken: false
      containers:
        - name: api
          image: acme/api:1.4.0
          securityContext:
            runAsNonRoot: true
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
      volumes: [{name: tmp, emptyDir: {}}]
    """
CREDENTIALS = """
    apiVersion: v1
    kind: Secret
    metadata: {name: db}
    stringData:
      username: shop
      password: hG7!kd93bTq2
    """


def test_a_confined_container_holds(look: Look) -> None:
    seen = look("ORC-007", {"k8s/api.yaml": POD})

    assert (seen.failed, seen.passed) == ([], ["k8s/api.yaml:9"])


def test_a_container_that_says_nothing_may_be_root(look: Look) -> None:
    text = POD.replace("            runAsNonRoot: true\n", "")
    seen = look("ORC-007", {"k8s/api.yaml": text})

    assert seen.failed == ["k8s/api.yaml:9"]
    assert "may run as root; it lacks runAsNonRoot" in seen.text


def test_user_zero_is_root_and_the_pod_s_user_counts(look: Look) -> None:
    root = look("ORC-007", {"k8s/api.yaml": POD.replace("runAsNonRoot: true", "runAsUser: 0")})
    user = look("ORC-007", {"k8s/api.yaml": POD.replace("runAsNonRoot: true", "runAsUser: 1000")})

    assert root.failed == ["k8s/api.yaml:10"]
    assert user.passed == ["k8s/api.yaml:9"]


def test_the_user_of_an_image_that_is_built_here_is_read(look: Look) -> None:
    bare = POD.replace("            runAsNonRoot: true\n", "")
    as_root = {"api/Dockerfile": "FROM node:22.12.0\nCMD node server.js\n", "k8s/api.yaml": bare}
    as_node = {"api/Dockerfile": "FROM node:22.12.0\nUSER node\nCMD node server.js\n"}

    assert "api: runs as root" in look("ORC-007", as_root).text
    assert look("ORC-007", as_node).outcomes == ["partial"]


def test_a_token_that_nothing_uses_is_told_once(look: Look) -> None:
    text = POD.replace("      automountServiceAccountToken: false\n", "")
    seen = look("ORC-012", {"k8s/api.yaml": text, "k8s/web.yaml": text.replace("api,", "web,")})

    assert seen.failed == ["k8s/api.yaml:1"]
    assert "2 of 2 workloads" in seen.text


def test_an_account_that_is_bound_to_a_role_uses_its_token(look: Look) -> None:
    account = POD.replace("automountServiceAccountToken: false", "serviceAccountName: api")
    binding = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: api}
        roleRef: {kind: Role, name: api, apiGroup: rbac.authorization.k8s.io}
        subjects: [{kind: ServiceAccount, name: api}]
        """
    seen = look("ORC-012", {"k8s/api.yaml": account, "k8s/binding.yaml": binding})

    assert (seen.failed, seen.passed) == ([], ["k8s"])


def test_rights_over_the_node_are_named_one_by_one(look: Look) -> None:
    text = POD.replace("allowPrivilegeEscalation: false", "privileged: true")
    text = text.replace("emptyDir: {}", "hostPath: {path: /var/run/docker.sock}")
    seen = look("ORC-016", {"k8s/api.yaml": text})

    assert seen.failed == ["k8s/api.yaml:14", "k8s/api.yaml:11"]
    assert "who controls it controls the node" in seen.text


def test_a_pod_in_its_box_holds(look: Look) -> None:
    assert look("ORC-016", {"k8s/api.yaml": POD}).passed == ["k8s/api.yaml:1"]


def test_wildcards_in_roles_and_cluster_admin_fail(look: Look) -> None:
    role = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: api}
        rules:
          - {apiGroups: [""], resources: [pods], verbs: [get, list]}
          - {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: api}
        roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
        subjects: []
        """
    narrow = role.partition("---")[0].replace('{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}', "{}")

    assert look("ORC-015", {"k8s/role.yaml": role}).failed == ["k8s/role.yaml:6", "k8s/role.yaml:11"]
    assert look("ORC-015", {"k8s/role.yaml": narrow}).passed == ["k8s/role.yaml:1"]


def test_a_secret_in_clear_is_found_also_behind_base64(look: Look) -> None:
    coded = CREDENTIALS.replace("stringData", "data").replace("hG7!kd93bTq2", "aEc3IWtkOTNiVHEy")

    assert look("ORC-017", {"k8s/db.yaml": CREDENTIALS}).failed == ["k8s/db.yaml:6"]
    assert look("ORC-017", {"k8s/db.yaml": coded}).failed == ["k8s/db.yaml:6"]


def test_a_password_that_anybody_guesses_is_told_milder(look: Look) -> None:
    seen = look("ORC-017", {"k8s/db.yaml": CREDENTIALS.replace("hG7!kd93bTq2", "postgres")})

    assert [f.severity.value for f in seen.findings] == ["high"]


def test_placeholders_and_encrypted_secrets_hold(look: Look) -> None:
    filled = look("ORC-017", {"k8s/db.yaml": CREDENTIALS.replace("hG7!kd93bTq2", "${DB_PASSWORD}")})
    encrypted = CREDENTIALS.rstrip().replace("hG7!kd93bTq2", "ENC[AES256_GCM,data:x]") + "\n    sops: {}\n"
    sealed = look("ORC-017", {"k8s/db.yaml": encrypted})

    assert (filled.failed, sealed.failed) == ([], [])


def test_what_a_chart_makes_at_random_and_the_name_of_a_user_are_no_secrets_in_clear(look: Look) -> None:
    chart = {"shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n", "shop/values.yaml": "user: shop\n"}
    template = """
        apiVersion: v1
        kind: Secret
        metadata: {name: keys}
        data:
          encryption-key: {{ randAlphaNum 64 | sha256sum | b64enc }}
          accessKey: {{ .Values.user | b64enc }}
        """
    fixed = template.replace("randAlphaNum 64", '"q8Zr5tYw2LpX"')

    assert look("ORC-017", {**chart, "shop/templates/keys.yaml": template}).failed == []
    assert look("ORC-017", {**chart, "shop/templates/keys.yaml": fixed}).failed == ["shop/templates/keys.yaml:5"]


def test_an_agent_of_the_node_that_is_root_is_less_grave(look: Look) -> None:
    pod = """
        apiVersion: apps/v1
        kind: KIND
        metadata: {name: logs}
        spec:
          template:
            spec:
              containers: [{name: logs, image: "acme/logs:1", securityContext: {runAsUser: 0}}]
              volumes: [{name: logs, hostPath: {path: /var/log}}]
        """
    seen = [look("ORC-007", {"k8s/logs.yaml": pod.replace("KIND", kind)}) for kind in ("DaemonSet", "Deployment")]

    assert [f.severity.value for one in seen for f in one.findings] == ["medium", "high"]


def test_a_namespace_enforces_a_level_and_a_quota(look: Look) -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"
    level = namespace + "  labels: {pod-security.kubernetes.io/enforce: restricted}\n"
    quota = (
        "---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {name: all, namespace: shop}\nspec: {hard: {pods: 50}}\n"
    )

    assert look("ORC-027", {"k8s/shop.yaml": namespace}).outcomes == ["fail"]
    assert look("ORC-027", {"k8s/shop.yaml": level}).outcomes == ["partial"]
    assert look("ORC-027", {"k8s/shop.yaml": level + quota}).outcomes == ["pass"]


def test_each_key_of_a_secret_is_told_at_its_line(look: Look) -> None:
    two = CREDENTIALS.rstrip() + '\n      api-token: "x9Kq27Zt0vLmP4"\n'
    seen = look("ORC-017", {"k8s/db.yaml": two})

    assert seen.failed == ["k8s/db.yaml:6", "k8s/db.yaml:7"]


@pytest.mark.parametrize(("image", "severity"), [("prom/node-exporter:v1.8.0", "medium"), ("acme/api:1.0.0", "high")])
def test_a_known_monitor_looks_at_its_node(look: Look, image: str, severity: str) -> None:
    text = re.sub(r"image: \S+", f"image: {image}", POD).replace("emptyDir: {}", "hostPath: {path: /proc}")

    assert [f.severity for f in look("ORC-016", {"k8s/api.yaml": text}).findings if f.outcome == "fail"] == [severity]
