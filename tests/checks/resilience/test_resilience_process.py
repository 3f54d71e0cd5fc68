"""How processes end, and what is left when one of them is gone."""

from __future__ import annotations

from conftest import Look

PACKAGE = '{"name": "api", "dependencies": {"express": "^5.0.0"}}'
APP = """
import express from "express";
const app = express();
app.get("/orders", (req, res) => res.json([]));
const server = app.listen(3000);
"""


def test_a_service_that_does_not_hear_the_signal_is_found(look: Look) -> None:
    assert look("RES-004", {"package.json": PACKAGE, "app.js": APP}).failed == ["app.js:4"]


def test_a_service_that_closes_on_the_signal_holds_and_one_that_just_leaves_holds_in_part(look: Look) -> None:
    closing = APP + 'process.on("SIGTERM", () => server.close());\n'
    leaving = APP + 'process.on("SIGTERM", () => process.exit(0));\n'
    assert look("RES-004", {"package.json": PACKAGE, "app.js": closing}).passed == ["app.js:5"]
    assert look("RES-004", {"package.json": PACKAGE, "app.js": leaving}).outcomes == ["partial"]


def test_servers_that_end_by_themselves_hold(look: Look) -> None:
    seen = look("RES-004", {
        "pyproject.toml": '[project]\nname = "api"\ndependencies = ["fastapi", "uvicorn"]\n',
        "app.py": 'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/orders")\ndef orders():\n    return []\n',
    })  # fmt: skip
    assert seen.passed == ["pyproject.toml:3"]


def test_a_task_without_retries_is_found(look: Look) -> None:
    seen = look("RES-008", {
        "shop/tasks.py": """
        from celery import Celery
        app = Celery("shop")

        @app.task
        def ship(order):
            book(order)

        @app.task(autoretry_for=(OSError,), retry_backoff=True)
        def confirm(order):
            mail(order)

        def helper(order):
            return order
        """
    })  # fmt: skip
    assert seen.failed == ["shop/tasks.py:5"]
    assert seen.passed == ["shop/tasks.py:9"]


def test_a_queue_without_attempts_and_one_without_a_place_for_dead_messages_are_found(look: Look) -> None:
    seen = look("RES-008", {
        "q.js": 'import { Queue } from "bullmq";\nexport const mails = new Queue("mails");\n',
        "main.tf": 'resource "aws_sqs_queue" "orders" {\n  name = "orders"\n}\nresource "aws_sqs_queue" "bills" {\n  redrive_policy = "{}"\n}\n',
    })  # fmt: skip
    assert seen.failed == ["q.js:2", "main.tf:1"]
    assert seen.passed == ["main.tf:4"]


def test_a_go_server_without_read_timeouts_is_found(look: Look) -> None:
    seen = look("RES-010", {
        "a.go": 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":80", nil)\n}\n',
        "b.go": 'package main\n\nimport "net/http"\n\nvar s = http.Server{Addr: ":80", ReadHeaderTimeout: 5}\n',
    })  # fmt: skip
    assert seen.failed == ["a.go:6"]
    assert seen.passed == ["b.go:5"]


def test_a_body_limit_that_is_no_limit_is_found(look: Look) -> None:
    app = APP + 'app.use(express.json({ limit: "200mb" }));\napp.use(express.urlencoded());\n'
    seen = look("RES-010", {"package.json": PACKAGE, "app.js": app})
    assert seen.failed == ["app.js:5"]
    assert seen.passed == ["app.js:6"]


def test_a_store_that_runs_once_and_a_single_host_are_named(look: Look) -> None:
    store = """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: postgres}
    spec:
      replicas: 1
      template:
        metadata: {labels: {app: postgres}}
        spec:
          containers: [{name: postgres, image: "postgres:16"}]
    """
    assert look("RES-011", {"k8s/production/postgres.yaml": store}).failed == ["k8s/production/postgres.yaml:9"]


def test_a_development_compose_file_may_stand_alone(look: Look) -> None:
    compose = "services:\n  api: {image: a/api}\n  db: {image: 'postgres:16'}\n"
    assert look("RES-011", {"docker-compose.dev.yml": compose}).failed == []
    assert look("RES-011", {"docker-compose.prod.yml": compose}).outcomes == ["partial"]
