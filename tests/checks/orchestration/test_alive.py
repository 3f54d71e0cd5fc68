"""Liveness probes that ask more than the process."""

from __future__ import annotations

import pytest
from conftest import Look

POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: shop}
    spec:
      selector: {matchLabels: {app: shop}}
      template:
        metadata: {labels: {app: shop}}
        spec:
          containers:
            - name: shop
              image: shop:1
              readinessProbe: {httpGet: {path: /ready, port: 3000}}
              livenessProbe: {httpGet: {path: %s, port: 3000}}
    """
COMPOSE = "services:\n  shop:\n    build: .\n    image: shop:1\n"
NODE = """
    const app = require('express')();
    app.get('/live', (req, res) => res.json({ ok: true }));
    app.get('/ready', async (req, res) => {
      try {
        await pool.query('SELECT 1');
        res.json({ ok: true });
      } catch {
        res.status(503).end();
      }
    });
    app.get('/info', async (req, res) => {
      const up = await pool.query('SELECT 1').then(() => true, () => false);
      res.json({ database: up });
    });
    app.get('/far', async (req, res) => res.json(await told()));
    app.listen(3000);
    """
FILES = {
    "Dockerfile": "FROM node:22\nCOPY . .\n",
    "package.json": '{"name": "shop", "dependencies": {"express": "5"}}',
    "compose.yaml": COMPOSE,
    "server.js": NODE,
}
GO = """
    package main

    import "net/http"

    func main() {
        http.HandleFunc("/live", live)
        http.ListenAndServe(":3000", nil)
    }

    func live(w http.ResponseWriter, r *http.Request) {
        if err := db.PingContext(r.Context()); err != nil {
            http.Error(w, "away", http.StatusServiceUnavailable)
            return
        }
        w.WriteHeader(http.StatusOK)
    }
    """


@pytest.mark.parametrize(("path", "outcomes"), [("/ready", ["fail"]), ("/live", ["pass"])])
def test_a_liveness_probe_asks_no_store(look: Look, path: str, outcomes: list[str]) -> None:
    seen = look("ORC-036", {**FILES, "k8s/shop.yaml": POD % path})

    assert seen.outcomes == outcomes
    assert set(seen.failed) <= {"k8s/shop.yaml:13"}


@pytest.mark.parametrize("path", ["/info", "/far", "/nothing"])
def test_a_store_that_is_only_told_of_restarts_nothing(look: Look, path: str) -> None:
    assert look("ORC-036", {**FILES, "k8s/shop.yaml": POD % path}).outcomes in (["not_applicable"], [])


def test_a_handler_of_go_is_read(look: Look) -> None:
    files = {"Dockerfile": "FROM golang:1\nCOPY . .\n", "go.mod": "module shop\n", "compose.yaml": COMPOSE}
    seen = look("ORC-036", {**files, "main.go": GO, "k8s/shop.yaml": POD % "/live"})

    assert seen.failed == ["k8s/shop.yaml:13"]


def test_a_stack_on_one_host_restarts_nothing_by_it(look: Look) -> None:
    check = COMPOSE + "    healthcheck: {test: curl -f http://localhost:3000/ready}\n"

    assert look("ORC-036", {**FILES, "compose.yaml": check}).failed == []


POM = """
    <project>
      <groupId>a</groupId><artifactId>shop</artifactId><version>1</version>
      <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.3.0</version></parent>
      <dependencies>
        <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency>
        <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-actuator</artifactId></dependency>
        <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId></dependency>
      </dependencies>
    </project>
    """
SETTINGS = "spring:\n  datasource:\n    url: jdbc:postgresql://db:5432/shop\n"


def test_the_health_endpoint_of_spring_asks_its_stores(look: Look) -> None:
    files = {
        "Dockerfile": "FROM eclipse-temurin:21\nCOPY . .\n",
        "compose.yaml": COMPOSE,
        "pom.xml": POM,
        "src/main/java/a/Shop.java": "package a;\n@SpringBootApplication\npublic class Shop {\n}\n",
        "src/main/resources/application.yml": SETTINGS,
    }
    pod = POD.replace("3000", "8080")
    all_of_it = look("ORC-036", {**files, "k8s/shop.yaml": pod % "/actuator/health"})
    alone = look("ORC-036", {**files, "k8s/shop.yaml": pod % "/actuator/health/liveness"})
    set_so = SETTINGS + "management:\n  health:\n    db:\n      enabled: false\n"
    told = look(
        "ORC-036", {**files, "src/main/resources/application.yml": set_so, "k8s/shop.yaml": pod % "/actuator/health"}
    )

    assert all_of_it.failed == ["k8s/shop.yaml:13"]
    assert (alone.failed, told.failed) == ([], [])
