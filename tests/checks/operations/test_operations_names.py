"""Names in scripts and documents, and contacts."""

from __future__ import annotations

from conftest import Look

COMPOSE = {
    "docker-compose.prod.yml": "services:\n  api:\n    image: api:1\n    container_name: shop-api\n  db: {image: 'postgres:16'}\n"
}
WORKLOAD = {
    "k8s/api.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{name: a, image: x}]}}}\n"
}


def test_a_script_that_asks_for_a_container_of_another_name_is_told(look: Look) -> None:
    script = "docker logs shop-api\ndocker exec shop-web ls\ndocker compose exec -T database psql\ndocker compose restart db\n"

    assert look("OPS-060", {**COMPOSE, "ops/check.sh": script}).failed == ["ops/check.sh:2", "ops/check.sh:3"]


def test_names_that_are_there_or_made_or_variable_are_left_alone(look: Look) -> None:
    script = 'docker exec shop-api-1 ls\ndocker run -d --name tunnel x\ndocker stop tunnel\ndocker logs "$NAME"\n'

    assert look("OPS-060", {**COMPOSE, "ops/check.sh": script}).failed == []


def test_a_document_that_scales_what_is_not_there_is_told(look: Look) -> None:
    text = "# Runbook\n\n```sh\nkubectl scale deployment %s --replicas=4\nkubectl logs deploy/my-app\n```\n"

    assert look("OPS-061", {"docs/runbook.md": text % "backend"}).outcomes == ["not_applicable"]
    assert look("OPS-061", {**WORKLOAD, "docs/runbook.md": text % "backend"}).failed == ["docs/runbook.md:4"]
    assert look("OPS-061", {**WORKLOAD, "docs/runbook.md": text % "api"}).failed == []


def test_a_contact_that_is_a_placeholder_is_told(look: Look) -> None:
    text = "# Runbook\n\n## Escalation\n\n- First: oncall@example.com\n- Then: +1 555-123-4567\n"

    assert look("OPS-062", {"docs/runbook.md": text}).failed == ["docs/runbook.md:5", "docs/runbook.md:6"]


def test_a_real_contact_and_an_example_of_a_login_are_left_alone(look: Look) -> None:
    text = "# Runbook\n\nWrite to ops@fleet.io.\n\n## Logins\n\nSign in as admin@example.com.\n"

    assert look("OPS-062", {"docs/runbook.md": text}).failed == []
