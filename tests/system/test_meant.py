"""What a compose file is for, told by what it holds and by what else runs the project."""

from __future__ import annotations

import pytest
from writing import Write

SHOP = "services:\n  shop:\n    build: .\n"
LIVE = f"{SHOP}    restart: always\n"
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: registry.example.org/shop:1.2}]}
"""
STORE = DEPLOYMENT.replace("registry.example.org/shop:1.2", "postgres:16")


def meant(project: Write, files: dict[str, str], path: str = "compose.yaml") -> tuple[str, bool]:
    made = project({"Dockerfile": "FROM node:22\nCOPY . .\n", "package.json": '{"name": "shop"}', **files})
    file = next(f for f in made.compose if f.path == path)
    return file.environment, file.live


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("k8s/shop.yaml", DEPLOYMENT),
        ("fly.toml", 'app = "shop"\n'),
        ("terraform/main.tf", 'resource "aws_ecs_task_definition" "shop" {\n  family = "shop"\n}\n'),
        (".github/workflows/cd.yml", "on: push\njobs:\n  cd:\n    steps:\n    - run: helm upgrade shop charts/shop\n"),
        ("copilot/shop/manifest.yml", "name: shop\ntype: Load Balanced Web Service\n"),
    ],
)
def test_a_file_that_builds_what_runs_elsewhere_is_a_developer_s(project_of: Write, path: str, text: str) -> None:
    assert meant(project_of, {"compose.yaml": LIVE, path: text}) == ("development", False)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("k8s/db.yaml", STORE),
        ("k8s/dev/shop.yaml", DEPLOYMENT),
        ("terraform/main.tf", 'resource "aws_s3_bucket" "shop" {\n  bucket = "shop"\n}\n'),
        (
            ".github/workflows/ci.yml",
            "on: push\njobs:\n  t:\n    steps:\n    - run: minikube start && kubectl apply -f x\n",
        ),
    ],
)
def test_what_runs_no_program_for_users_makes_no_file_a_developer_s(project_of: Write, path: str, text: str) -> None:
    assert meant(project_of, {"compose.yaml": LIVE, path: text}) == ("unknown", True)


def test_what_a_pipeline_brings_up_is_for_users(project_of: Write) -> None:
    brings = "on: push\njobs:\n  cd:\n    steps:\n    - run: ssh host docker compose up -d\n"
    files = {"compose.yaml": SHOP, "k8s/shop.yaml": DEPLOYMENT}

    assert meant(project_of, files) == ("development", False)
    assert meant(project_of, {**files, ".github/workflows/deploy.yml": brings}) == ("unknown", True)


def test_a_file_of_another_part_of_the_project_is_judged_by_itself(project_of: Write) -> None:
    files = {"blog/compose.yaml": LIVE, "shop/k8s/shop.yaml": DEPLOYMENT}

    assert meant(project_of, files, "blog/compose.yaml") == ("unknown", True)


def test_a_published_image_that_restarts_is_offered_beside_a_cluster(project_of: Write) -> None:
    offered = "services:\n  shop:\n    image: example/shop:1.2\n    restart: unless-stopped\n"

    assert meant(project_of, {"compose.yaml": offered, "k8s/shop.yaml": DEPLOYMENT}) == ("unknown", True)
    assert meant(project_of, {"compose.prod.yaml": LIVE, "k8s/shop.yaml": DEPLOYMENT}, "compose.prod.yaml") == (
        "production",
        True,
    )


@pytest.mark.parametrize(
    "text",
    [
        f"{LIVE}  mail:\n    image: axllent/mailpit\n",
        "services:\n  db:\n    image: postgres:16\n    restart: always\n",
        f"{SHOP}    ports: ['9229:9229']\n",
        f"{SHOP}    volumes: ['./src:/app/src']\n",
    ],
)
def test_what_only_a_developer_has_a_use_for(project_of: Write, text: str) -> None:
    assert meant(project_of, {"compose.yaml": text})[0] == "development"


@pytest.mark.parametrize(
    "more",
    [
        "    restart: unless-stopped\n",
        "    ports: ['443:8443']\n",
        "    environment: {NODE_ENV: production}\n",
        "    deploy: {replicas: 2}\n",
        "    environment: {SECRET: '${SECRET:?is needed}'}\n",
    ],
)
def test_what_looks_as_if_it_ran_for_users(project_of: Write, more: str) -> None:
    assert meant(project_of, {"compose.yaml": SHOP + more}) == ("unknown", True)
    assert meant(project_of, {"compose.yaml": SHOP}) == ("unknown", False)
    assert meant(project_of, {"compose.quickstart.yaml": SHOP + more}, "compose.quickstart.yaml") == (
        "unknown",
        False,
    )
