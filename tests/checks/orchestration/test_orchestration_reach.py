"""Probes against routes and ports, Services against pods."""

from __future__ import annotations

import pytest
from conftest import Look

SERVER = """
    const express = require("express");
    const app = express();
    app.get("/api/health", (req, res) => res.send("ok"));
    app.get("/api/orders", requireAuth, (req, res) => res.json([]));
    app.listen(3000);
    """
DOCKERFILE = """
    FROM node:22.12.0-slim
    WORKDIR /app
    COPY . .
    USER node
    CMD ["node", "server.js"]
    """
DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec:
      selector: {matchLabels: {app: api}}
      template:
        metadata: {labels: {app: api}}
        spec:
          containers:
            - name: api
              image: acme/api:1.4.0
              ports: [{name: http, containerPort: 3000}]
              readinessProbe:
                httpGet: {path: /api/health, port: 3000}
    """
SERVICE = """
    apiVersion: v1
    kind: Service
    metadata: {name: api}
    spec:
      selector: {app: api}
      ports:
        - {port: 80, targetPort: http}
    """
CODE = {
    "api/server.js": SERVER,
    "api/package.json": '{"name": "api", "dependencies": {"express": "5.0.0"}}',
    "api/Dockerfile": DOCKERFILE,
}


def test_a_probe_of_a_served_path_holds(look: Look) -> None:
    seen = look("ORC-003", {**CODE, "k8s/api.yaml": DEPLOYMENT})

    assert (seen.failed, seen.passed) == ([], ["k8s/api.yaml:14"])


def test_a_probe_of_a_path_that_nothing_serves_names_the_nearest(look: Look) -> None:
    seen = look("ORC-003", {**CODE, "k8s/api.yaml": DEPLOYMENT.replace("path: /api/health", "path: /health")})

    assert seen.failed == ["k8s/api.yaml:14"]
    assert "the nearest is /api/health" in seen.text


def test_a_probe_of_a_port_that_is_closed_fails(look: Look) -> None:
    seen = look("ORC-003", {**CODE, "k8s/api.yaml": DEPLOYMENT.replace("3000", "8080")})

    assert seen.failed == ["k8s/api.yaml:14"]
    assert "listens on 3000" in seen.text


def test_a_probe_of_a_port_name_that_is_not_declared_fails(look: Look) -> None:
    seen = look("ORC-003", {"k8s/api.yaml": DEPLOYMENT.replace("port: 3000", "port: web")})

    assert seen.failed == ["k8s/api.yaml:14"]


def test_the_port_of_a_variable_is_the_one_that_the_deployment_gives(look: Look) -> None:
    code = {**CODE, "api/server.js": SERVER.replace("3000", "process.env.PORT || 3000")}
    text = DEPLOYMENT.replace("3000", "8080").rstrip() + '\n              env: [{name: PORT, value: "8080"}]\n'
    seen = look("ORC-003", {**code, "k8s/api.yaml": text})

    assert seen.failed == []


def test_the_path_of_an_image_from_elsewhere_cannot_be_judged(look: Look) -> None:
    seen = look("ORC-003", {"k8s/api.yaml": DEPLOYMENT.replace("/api/health", "/anything")})

    assert seen.failed == []


def test_a_path_that_the_code_speaks_of_is_unknown(look: Look) -> None:
    code = {**CODE, "api/extra.js": 'module.exports = (app) => lightship(app, "/alive");\n'}
    code["api/server.js"] = SERVER.replace("/api/health", "/api/products")
    seen = look("ORC-003", {**code, "k8s/api.yaml": DEPLOYMENT.replace("/api/health", "/alive")})

    assert (seen.failed, seen.unknown) == ([], ["k8s/api.yaml:14"])


def test_a_platform_asks_for_a_path_too(look: Look) -> None:
    render = """
        services:
          - type: web
            name: api
            runtime: docker
            dockerfilePath: ./api/Dockerfile
            dockerContext: ./api
            healthCheckPath: /healthz
        """
    seen = look("ORC-003", {**CODE, "render.yaml": render})

    assert seen.failed == ["render.yaml:7"]


def test_a_page_that_nginx_falls_back_to_is_served(look: Look) -> None:
    files = {
        "web/nginx.conf": "server {\n  listen 3000;\n  location / { try_files $uri /index.html; }\n}\n",
        "web/Dockerfile": "FROM nginx:1.27.3\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\n",
        "k8s/web.yaml": DEPLOYMENT.replace("api", "web").replace("webVersion", "apiVersion"),
    }
    seen = look("ORC-003", files)

    assert (seen.failed, seen.passed) == ([], ["k8s/web.yaml:14"])


def test_a_probed_route_behind_a_login_is_no_health_check(look: Look) -> None:
    poor = look("ORC-024", {**CODE, "k8s/api.yaml": DEPLOYMENT.replace("/api/health", "/api/orders")})
    good = look("ORC-024", {"k8s/api.yaml": DEPLOYMENT})

    assert poor.failed == ["k8s/api.yaml:13"]
    assert good.failed == []


def test_a_service_that_selects_its_pods_holds(look: Look) -> None:
    seen = look("ORC-004", {"k8s/api.yaml": DEPLOYMENT, "k8s/service.yaml": SERVICE})

    assert (seen.failed, seen.passed) == ([], ["k8s/service.yaml:7"])


def test_a_service_that_selects_nothing_is_told_with_the_labels_that_are_there(look: Look) -> None:
    service = SERVICE.replace("{app: api}", "{app: shop-api}")
    seen = look("ORC-004", {"k8s/api.yaml": DEPLOYMENT, "k8s/service.yaml": service})

    assert seen.failed == ["k8s/service.yaml:5"]
    assert "app=api" in seen.text


def test_a_target_port_name_that_no_container_has_fails(look: Look) -> None:
    service = SERVICE.replace("targetPort: http", "targetPort: web")
    seen = look("ORC-004", {"k8s/api.yaml": DEPLOYMENT, "k8s/service.yaml": service})

    assert seen.failed == ["k8s/service.yaml:7"]


def test_a_target_port_that_nobody_listens_on_fails(look: Look) -> None:
    service = SERVICE.replace("targetPort: http", "targetPort: 8080")
    seen = look("ORC-004", {**CODE, "k8s/api.yaml": DEPLOYMENT, "k8s/service.yaml": service})
    assert seen.failed == ["k8s/service.yaml:7"]


def test_a_target_port_beside_the_one_that_is_declared_and_probed_fails(look: Look) -> None:
    service = SERVICE.replace("targetPort: http", "targetPort: 8080")
    agreed = look("ORC-004", {"k8s/api.yaml": DEPLOYMENT, "k8s/service.yaml": service})
    bare = DEPLOYMENT.partition("              ports:")[0]
    unseen = look("ORC-004", {"k8s/api.yaml": bare})

    assert agreed.failed == ["k8s/service.yaml:7"]
    assert (unseen.failed, unseen.unknown) == ([], ["k8s/service.yaml:7"])


def test_pods_that_an_operator_makes_are_unknown(look: Look) -> None:
    cluster = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: api}\nspec: {instances: 3}\n"
    seen = look("ORC-004", {"k8s/db.yaml": cluster, "k8s/service.yaml": SERVICE})

    assert (seen.failed, seen.unknown) == ([], ["k8s/service.yaml:5"])


@pytest.mark.parametrize(("namespace", "outcome"), [("telemetry", "unknown"), ("shop", "fail")])
def test_what_a_service_selects_where_the_project_runs_nothing_is_installed_there(
    look: Look, namespace: str, outcome: str
) -> None:
    service = SERVICE.replace("{app: api}", "{app: collector}").replace(
        "{name: api}", f"{{name: api, namespace: {namespace}}}"
    )
    pod = DEPLOYMENT.replace("metadata: {name: api}", "metadata: {name: api, namespace: shop}")

    assert look("ORC-004", {"k8s/api.yaml": pod, "k8s/service.yaml": service}).outcomes == [outcome]
