"""Ingresses, certificates and network policies."""

from __future__ import annotations

import pytest
from conftest import Look

INGRESS = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: shop}
    spec:
      tls:
        - {hosts: [shop.acme.io], secretName: shop-tls}
      rules:
        - host: shop.acme.io
          http:
            paths:
              - path: /
                pathType: Prefix
                backend: {service: {name: web, port: {number: 80}}}
    """
SERVICE = """
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec:
      type: ClusterIP
      selector: {app: web}
      ports: [{port: 80, targetPort: 8080}]
    """
POD = """
    apiVersion: v1
    kind: Pod
    metadata: {name: web, labels: {app: web}}
    spec: {containers: [{name: web, image: "acme/web:1.0.0"}]}
    """
POLICY = """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: web}
    spec:
      podSelector: {matchLabels: {app: web}}
      policyTypes: [Ingress, Egress]
      ingress:
        - from: [{podSelector: {matchLabels: {app: proxy}}}]
      egress:
        - to: [{namespaceSelector: {}}]
          ports: [{port: 53, protocol: UDP}]
    """


def test_a_backend_that_is_declared_holds(look: Look) -> None:
    seen = look("ORC-013", {"k8s/ingress.yaml": INGRESS, "k8s/web.yaml": SERVICE})

    assert (seen.failed, seen.passed) == ([], ["k8s/ingress.yaml:13"])


def test_a_backend_without_its_service_or_port_fails(look: Look) -> None:
    absent = look("ORC-013", {"k8s/ingress.yaml": INGRESS})
    closed = look("ORC-013", {"k8s/web.yaml": SERVICE.replace("port: 80", "port: 8080")})

    assert (absent.failed, closed.failed) == (["k8s/ingress.yaml:13"], ["k8s/ingress.yaml:13"])
    assert "has no port 80" in closed.text


def test_an_ingress_without_tls_fails(look: Look) -> None:
    bare = INGRESS.replace("tls:", "ingressClassName: nginx").replace(
        "        - {hosts: [shop.acme.io], secretName: shop-tls}\n", ""
    )
    seen = look("ORC-025", {"k8s/ingress.yaml": bare})

    assert seen.failed == ["k8s/ingress.yaml:1"]


def test_a_certificate_that_an_issuer_brings_holds(look: Look) -> None:
    annotated = "{name: shop, annotations: {cert-manager.io/cluster-issuer: letsencrypt}}"
    managed = look("ORC-025", {"k8s/ingress.yaml": INGRESS.replace("{name: shop}", annotated)})
    elsewhere = look("ORC-025", {"k8s/ingress.yaml": INGRESS})

    assert managed.passed == ["k8s/ingress.yaml:5"]
    assert elsewhere.unknown == ["k8s/ingress.yaml:5"]


def test_a_host_that_tls_leaves_out_is_named(look: Look) -> None:
    seen = look("ORC-025", {"k8s/ingress.yaml": INGRESS.replace("hosts: [shop.", "hosts: [www.")})

    assert seen.failed == ["k8s/ingress.yaml:5"]
    assert "not for shop.acme.io" in seen.text


def test_a_load_balancer_for_plain_http_fails_unless_it_is_internal(look: Look) -> None:
    open_ = SERVICE.replace("ClusterIP", "LoadBalancer")
    inner = open_.replace("{name: web}", "{name: web, annotations: {networking.gke.io/load-balancer-type: Internal}}")

    assert look("ORC-025", {"k8s/web.yaml": open_}).failed == ["k8s/web.yaml:5"]
    assert look("ORC-025", {"k8s/web.yaml": inner}).failed == []


def test_a_gateway_that_only_speaks_http_fails(look: Look) -> None:
    gateway = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: shop}
        spec:
          listeners:
            - {name: http, protocol: HTTP, port: 80}
        """
    beside = gateway.rstrip() + "\n            - {name: https, protocol: HTTPS, port: 443}\n"

    assert look("ORC-025", {"k8s/gateway.yaml": gateway}).failed == ["k8s/gateway.yaml:6"]
    assert look("ORC-025", {"k8s/gateway.yaml": beside}).passed == ["k8s/gateway.yaml:7"]


def test_workloads_without_any_policy_are_told_once(look: Look) -> None:
    seen = look("ORC-011", {"k8s/web.yaml": POD, "k8s/api.yaml": POD.replace("web", "api")})

    assert seen.failed == ["k8s"]


def test_policies_that_nothing_applies_are_shown(look: Look) -> None:
    files = {
        "k8s/kustomization.yaml": "resources: [web.yaml]\n",
        "k8s/web.yaml": POD,
        "k8s/policies/kustomization.yaml": "kind: Component\nresources: [policy.yaml]\n",
        "k8s/policies/policy.yaml": POLICY,
    }
    seen = look("ORC-011", files)

    assert seen.failed == ["k8s/kustomization.yaml"]
    assert "nothing applies" in seen.text


def test_a_policy_that_names_peers_and_ports_holds(look: Look) -> None:
    seen = look("ORC-011", {"k8s/web.yaml": POD, "k8s/policy.yaml": POLICY})

    assert (seen.failed, seen.passed) == ([], ["k8s/policy.yaml:1"])


def test_rules_that_let_everybody_through_fail_at_their_line(look: Look) -> None:
    wide = POLICY.replace("{podSelector: {matchLabels: {app: proxy}}}", "{namespaceSelector: {}}")
    seen = look("ORC-011", {"k8s/web.yaml": POD, "k8s/policy.yaml": wide})
    empty = look("ORC-011", {"k8s/policy.yaml": POLICY.replace("- from: [{podSelector", "- x: [{podSelector")})

    assert (seen.failed, empty.failed) == (["k8s/policy.yaml:8"], ["k8s/policy.yaml:8"])


def test_a_workload_that_no_policy_selects_is_named(look: Look) -> None:
    files = {"k8s/web.yaml": POD, "k8s/policy.yaml": POLICY, "k8s/api.yaml": POD.replace("web", "api")}

    assert look("ORC-011", files).failed == ["k8s/api.yaml:1"]


def test_of_namesakes_the_service_with_the_port_is_meant(look: Look) -> None:
    other = SERVICE.replace("port: 80", "port: 8080")

    assert look("ORC-013", {"k8s/ingress.yaml": INGRESS, "k8s/a.yaml": other, "k8s/web.yaml": SERVICE}).failed == []


def test_the_install_of_the_projects_own_chart_brings_no_other_service(look: Look) -> None:
    files = {"k8s/ingress.yaml": INGRESS, "deploy/shop/Chart.yaml": "name: shop\nversion: 1.0.0\napiVersion: v2\n"}

    assert look("ORC-013", {**files, "ship.sh": "helm upgrade --install web deploy/shop\n"}).failed
    assert look("ORC-013", {**files, "ship.sh": "helm upgrade --install web bitnami/nginx\n"}).failed == []


def test_of_an_ingress_beside_a_kustomization_that_leaves_it_out_nothing_is_known(look: Look) -> None:
    beside = {"k8s/kustomization.yaml": "resources: [web.yaml]\n", "k8s/web.yaml": SERVICE}
    bare = INGRESS.replace("tls:", "notls:")

    assert look("ORC-025", {"k8s/ingress.yaml": bare}).outcomes == ["fail"]
    assert look("ORC-025", {**beside, "k8s/ingress.yaml": bare}).outcomes == ["unknown"]


def test_an_ingress_that_only_redirects_and_a_chart_that_may_have_tls_weigh_less(look: Look) -> None:
    bare = INGRESS.replace("tls:", "ingressClassName: nginx").replace(
        "        - {hosts: [shop.acme.io], secretName: shop-tls}\n", ""
    )
    annotated = "{name: shop, annotations: {nginx.ingress.kubernetes.io/server-snippet: 'return 301 https://b;'}}"

    def grave(files: dict[str, str]) -> list[str]:
        return [str(f.severity) for f in look("ORC-025", files).findings if f.outcome.open]

    assert grave({"k8s/ingress.yaml": bare}) == ["high"]
    assert grave({"k8s/ingress.yaml": bare.replace("{name: shop}", annotated)}) == ["low"]


@pytest.mark.parametrize(("namespace", "outcome"), [("argocd", "unknown"), ("shop", "fail")])
def test_a_service_of_a_namespace_in_which_the_project_runs_nothing_is_installed_there(
    look: Look, namespace: str, outcome: str
) -> None:
    files = {
        "k8s/ingress.yaml": INGRESS.replace("metadata: {", f"metadata: {{namespace: {namespace}, "),
        "k8s/pod.yaml": POD.replace("metadata: {name: web,", "metadata: {name: web, namespace: shop,"),
    }

    assert look("ORC-013", files).outcomes == [outcome]
