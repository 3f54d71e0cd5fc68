"""What stands beside the stores, failures that are tried, mutation tests, buckets' versions, gone labels, closed routes."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Look

LOGIN = """
services:
  login:
    image: quay.io/keycloak/keycloak:26.0
    volumes:
      - realm_data:/opt/keycloak/data
volumes: {realm_data: {}}
"""


def test_realms_that_no_backup_saves_are_reported(look: Look) -> None:
    """REC-061"""
    dump = "#!/bin/sh\npg_dump shop > /backup/shop.sql\n"
    files = {"docker-compose.prod.yml": LOGIN, "ops/backup.sh": dump}
    packed = dump + "tar -czf /backup/realm.tgz -C /srv/volumes realm_data\n"

    assert look("REC-061", files).failed == ["docker-compose.prod.yml:5"]
    assert look("REC-061", {**files, "ops/backup.sh": packed}).passed == ["docker-compose.prod.yml:5"]
    assert look("REC-061", {**files, "ops/backup.sh": dump + "# realm_data\n"}).failed == ["docker-compose.prod.yml:5"]


@pytest.mark.parametrize(("database", "failed"), [("postgres", []), ("dev-file", ["docker-compose.prod.yml:6"])])
def test_realms_in_a_database_are_not_looked_for_in_a_volume(look: Look, database: str, failed: list[str]) -> None:
    """REC-061"""
    login = LOGIN.replace("    volumes:\n", f"    environment: {{KC_DB: {database}}}\n    volumes:\n")
    dump = "#!/bin/sh\npg_dump shop > /backup/shop.sql\n"

    assert look("REC-061", {"docker-compose.prod.yml": login, "ops/backup.sh": dump}).failed == failed


def test_nothing_is_said_where_no_backup_is_made(look: Look) -> None:
    """REC-061"""
    assert look("REC-061", {"docker-compose.prod.yml": LOGIN, "ops/backup.sh": "echo\n"}).outcomes == ["not_applicable"]


def workload(name: str) -> str:
    return f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: {name}, image: acme/{name}:1}}]}}
"""


def chaos(label: str) -> str:
    return f"""apiVersion: chaos-mesh.org/v1alpha1
kind: PodChaos
metadata: {{name: ends}}
spec:
  action: pod-kill
  selector:
    labelSelectors:
      app: {label}
"""


def test_an_experiment_that_hits_no_pod_is_reported(look: Look) -> None:
    """RES-062"""
    files = {"k8s/api.yaml": workload("api")}

    assert look("RES-062", {**files, "k8s/chaos.yaml": chaos("old")}).failed == ["k8s/chaos.yaml:7"]
    assert look("RES-062", {**files, "k8s/chaos.yaml": chaos("api")}).passed == ["k8s/chaos.yaml:1"]


def test_a_system_of_three_services_without_an_experiment_is_told_once(look: Look) -> None:
    """RES-062"""
    names = ("api", "shop", "mail")
    built = {f"{n}/Dockerfile": "FROM node:22\nCOPY . .\nCMD node main.js\n" for n in names}
    code = {f"{n}/package.json": f'{{"name": "{n}", "version": "1.0.0"}}' for n in names}
    files = {**built, **code, **{f"k8s/{n}.yaml": workload(n) for n in names}}

    assert look("RES-062", {k: v for k, v in files.items() if "mail" not in k}).outcomes == ["not_applicable"]
    assert look("RES-062", files).failed == ["."]
    assert look("RES-062", {**files, "tests/compose.yml": "services: {toxiproxy: {image: toxiproxy}}\n"}).failed == []


def test_mutation_tests_that_no_pipeline_runs_hold_in_part(look: Look) -> None:
    """TST-011"""
    flow = "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: {}\n"
    files = {"stryker.config.json": "{}", ".github/workflows/ci.yml": flow.format("npm test")}
    run = {**files, ".github/workflows/ci.yml": flow.format("npx stryker run")}

    assert look("TST-011", {"stryker.config.json": "{}"}).unknown == ["stryker.config.json"]
    assert look("TST-011", files).failed == ["stryker.config.json"]
    assert look("TST-011", run).passed == [".github/workflows/ci.yml:6"]


def test_a_bucket_that_a_script_makes_without_versions_is_reported(look: Look) -> None:
    """INF-019"""
    made = "#!/bin/sh\nmc mb --ignore-existing store/originals\n"

    assert look("INF-019", {"ops/buckets.sh": made}).failed == ["ops/buckets.sh:2"]
    enabled = made + "mc version enable store/originals\n"
    assert look("INF-019", {"ops/buckets.sh": enabled}).passed == ["ops/buckets.sh:3"]
    looped = made + 'for b in $ALL; do mc version enable "store/$b"; done\n'
    assert look("INF-019", {"ops/buckets.sh": looped}).outcomes == ["not_applicable"]
    assert look("INF-019", {"ops/buckets.sh": made.replace("originals", "app-logs")}).outcomes == ["not_applicable"]


def test_a_button_whose_word_no_page_has_is_reported(look: Look) -> None:
    """TST-061"""
    test = """
    import { test } from "@playwright/test";
    test("x", async ({ page }) => {
      await page.getByRole("button", { name: "Invite relatives" }).click();
    });
    """
    page = "export const P = () => <button>Invite friends</button>;\n"

    assert look("TST-061", {"src/P.tsx": page, "e2e/p.spec.ts": test}).failed == ["e2e/p.spec.ts:3"]
    shown = page.replace("friends", "relatives")
    assert look("TST-061", {"src/P.tsx": shown, "e2e/p.spec.ts": test}).failed == []
    translated = {"locales/en.json": '{"invite": "Invite relatives"}'}
    assert look("TST-061", {"src/P.tsx": page, "e2e/p.spec.ts": test, **translated}).failed == []


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        ("{\n  res.status(503).json({ error: 'Not yet.' });\n}", ["server.js:3"]),
        ("{\n  if (!ready) return res.status(503).end();\n  res.json([]);\n}", []),
        ("{\n  try { res.json(read()); } catch { res.status(503).end(); }\n}", []),
    ],
)
def test_a_handler_that_answers_nothing_but_503_is_reported(look: Look, body: str, failed: list[str]) -> None:
    """OPS-011"""
    code = f'const app = require("express")();\napp.get("/prints", (req, res) => {body});\napp.listen(80);\n'
    files = {"package.json": '{"name": "api", "dependencies": {"express": "4"}}', "server.js": code}

    assert look("OPS-011", files).failed == failed
