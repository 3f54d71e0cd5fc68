"""Services that are given each other's addresses."""

from __future__ import annotations

import pytest
from writing import Write

from kit.system.addresses import addressed

COMPOSE = """
    services:
      web:
        image: acme/web:1
        environment: {{ {variable} }}
      billing:
        image: acme/billing:1
    """


@pytest.mark.parametrize(
    ("variable", "found"),
    [
        ("BILLING_URL: 'http://billing:8080/v1'", [("web", "billing")]),
        ("BILLING_HOST: billing", [("web", "billing")]),
        ("UPSTREAM: 'billing:9000'", [("web", "billing")]),
        ("BILLING_URL: 'https://billing.acme.test'", []),
        ("MODE: billing", []),
        ("SELF_URL: 'http://web:80'", []),
    ],
)
def test_a_variable_that_holds_a_service_s_name_leads_to_it(
    project_of: Write, variable: str, found: list[tuple[str, str]]
) -> None:
    system = project_of({"compose.yml": COMPOSE.format(variable=variable)}).system

    assert list(addressed(system)) == found


def workload(name: str, env: str = "") -> str:
    return f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: {name}, image: acme/{name}:1, env: [{env}], ports: [{{containerPort: 80}}]}}]}}
"""


SERVICE = """apiVersion: v1
kind: Service
metadata: {name: payments, namespace: shop}
spec: {selector: {app: billing}, ports: [{port: 80, targetPort: 80}]}
"""


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("payments", [("web", "billing")]),
        ("payments.shop.svc.cluster.local", [("web", "billing")]),
        ("payments.shop", [("web", "billing")]),
        ("payments.example.org", []),
        ("billing", []),
    ],
)
def test_in_a_cluster_the_service_object_gives_the_name(
    project_of: Write, host: str, found: list[tuple[str, str]]
) -> None:
    env = f"{{name: PAYMENTS_URL, value: 'http://{host}/pay'}}"
    files = {"k8s/web.yaml": workload("web", env), "k8s/billing.yaml": workload("billing"), "k8s/service.yaml": SERVICE}

    assert list(addressed(project_of(files).system)) == found
