"""What the pipelines do, and for which service."""

from __future__ import annotations

import pytest
from writing import Write


def workflow(*steps: str) -> str:
    lines = "".join(f"      - run: {step}\n" for step in steps)
    return f"on: push\njobs:\n  ci:\n    runs-on: ubuntu-latest\n    steps:\n{lines}"


SERVICES = {
    "api/Dockerfile": "FROM python:3.12\nCOPY . .\n",
    "web/Dockerfile": "FROM node:22\nCOPY . .\n",
}


@pytest.mark.parametrize(
    ("step", "does"),
    [
        ("pytest -q", {"test"}),
        ("npm run test:e2e", {"test"}),
        ("./mvnw -B verify", {"test"}),
        ("ruff check .", {"lint"}),
        ("alembic upgrade head", {"migrate"}),
        ("trivy image acme", {"scan"}),
        ("docker push acme", {"push"}),
        ("kubectl apply -f k8s", {"deploy"}),
        ("helm upgrade --install x ./chart", {"deploy"}),
        ("skaffold run -f skaffold.yaml", {"deploy"}),
        ("kustomize build .", set()),
        ("k6 run load.js", {"load-test"}),
        ('"k6 run --vus 10 \\\n  --out json=a.json load.js"', {"load-test"}),
        ("./mvnw -B package -DskipTests", {"build"}),
        ("mvn package -DskipTests=false", {"test", "build"}),
        ("./gradlew build -x test", {"build"}),
        ("docker build .", {"build"}),
        ("echo pytest", set()),
        ("ls -la", set()),
    ],
)
def test_a_step_is_told_by_its_command(project_of: Write, step: str, does: set[str]) -> None:
    system = project_of({**SERVICES, ".github/workflows/ci.yml": workflow(step)}).system

    assert {s.does for s in system.services[0].pipelines} == does


def test_a_step_that_names_a_service_is_of_that_service_alone(project_of: Write) -> None:
    system = project_of({**SERVICES, ".github/workflows/ci.yml": workflow("pytest api/tests", "ruff check .")}).system

    steps = {s.name: [(p.does, str(p.at)) for p in s.pipelines] for s in system.services}
    assert steps["api"] == [("test", ".github/workflows/ci.yml:6"), ("lint", ".github/workflows/ci.yml:7")]
    assert steps["web"] == [("lint", ".github/workflows/ci.yml:7")]


def test_a_step_that_only_calls_a_script_does_what_the_script_does(project_of: Write) -> None:
    ci = workflow("bash scripts/check.sh").replace("steps:\n", "steps:\n      - uses: actions/checkout@v4\n")
    files = {".github/workflows/ci.yml": ci, "scripts/check.sh": "set -e\npytest -q\n"}

    assert [s.does for s in project_of({**SERVICES, **files}).system.services[0].pipelines] == ["test"]


@pytest.mark.parametrize(
    ("runner", "step", "does"),
    [
        ("ubuntu-latest", "docker compose up -d db", set()),
        ("self-hosted", "docker compose up -d", {"deploy"}),
        ("ubuntu-latest", "DOCKER_HOST=ssh://shop docker compose up -d", {"deploy"}),
    ],
)
def test_compose_deploys_on_a_machine_that_stays(project_of: Write, runner: str, step: str, does: set[str]) -> None:
    ci = workflow(step).replace("ubuntu-latest", runner)
    system = project_of({**SERVICES, ".github/workflows/ci.yml": ci}).system

    assert {s.does for s in system.services[0].pipelines} == does
