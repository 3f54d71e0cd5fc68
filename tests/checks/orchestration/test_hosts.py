"""Hosts and ports that pods are told."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Look

MANIFESTS = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: web}}
    spec:
      selector: {{matchLabels: {{app: web}}}}
      template:
        metadata: {{labels: {{app: web}}}}
        spec:
          containers:
            - name: web
              image: acme/web:1
              env:
                - {{name: ORDERS_URL, value: "{value}"}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {{name: orders}}
    spec:
      {more}
      selector: {{app: orders}}
      ports: [{{port: 80, targetPort: 8080}}]
    """


def manifests(value: str, more: str = "type: ClusterIP") -> dict[str, str]:
    return {"k8s/web.yaml": MANIFESTS.format(value=value, more=more)}


@pytest.mark.parametrize("value", ["http://orders:8080/v1", "orders.default.svc.cluster.local:8080", "orders:8080"])
def test_the_pods_own_port_is_none_of_the_service(look: Look, value: str) -> None:
    files = manifests(value, "type: ClusterIP")
    files["k8s/web.yaml"] = files["k8s/web.yaml"].replace("{name: orders}", "{name: orders, namespace: default}")
    seen = look("ORC-035", files)

    assert seen.failed == ["k8s/web.yaml:13"]
    assert "the Service has 80" in seen.text


def test_a_name_that_no_service_bears_beside_one_that_is_nearly_it(look: Look) -> None:
    seen = look("ORC-035", manifests("http://order:80"))

    assert seen.failed == ["k8s/web.yaml:13"]
    assert "there is orders" in seen.text


@pytest.mark.parametrize(
    "value", ["http://orders:80", "postgres:5432", "http://localhost:8080", "orders.example.org:8080", "${ORDERS}:8080"]
)
def test_other_systems_and_ports_that_fit_are_no_finding(look: Look, value: str) -> None:
    assert look("ORC-035", manifests(value)).failed == []


@pytest.mark.parametrize("more", ["clusterIP: None", "type: ExternalName"])
def test_a_service_without_an_address_of_its_own_leads_to_every_port(look: Look, more: str) -> None:
    assert look("ORC-035", manifests("http://orders:8080", more)).failed == []


def test_entries_of_a_config_map_are_read(look: Look) -> None:
    config = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data:
          ORDERS: http://orders:9090
        """
    assert look("ORC-035", {**manifests("x"), "k8s/settings.yaml": config}).failed == ["k8s/settings.yaml:5"]
