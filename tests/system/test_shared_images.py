"""Workloads joined to the services that they run."""

from __future__ import annotations

from pathlib import Path

from kit.project import Project

COMPOSE = """\
services:
  migrate: {build: ./api, image: acme/api:1.0.0, command: npm run migrate}
  api: {build: ./api, image: acme/api:1.0.0}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      initContainers: [{name: migrate, image: "acme/api:1.0.0"}]
      containers: [{name: api, image: "acme/api:1.0.0"}]
"""


def test_of_services_that_share_an_image_the_one_of_that_name_is_meant(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api/Dockerfile").write_text("FROM node:22.12.0\nCOPY . .\n", "utf-8")
    (tmp_path / "compose.yaml").write_text(COMPOSE, "utf-8")
    (tmp_path / "api.yaml").write_text(DEPLOYMENT, "utf-8")
    system = Project(tmp_path).system

    found = {s.name: [d.workload for d in s.deployments] for s in system.services}

    assert found == {"migrate": ["compose service", "Deployment init"], "api": ["compose service", "Deployment"]}


def test_a_workload_of_an_image_that_other_services_are_built_as_is_one_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api/Dockerfile").write_text("FROM node:22.12.0\nCOPY . .\n", "utf-8")
    demo = "services: {front: {build: ./api}, back: {build: ./api}}\n"
    (tmp_path / "compose.yaml").write_text(demo, "utf-8")
    (tmp_path / "Makefile").write_text("push:\n\tdocker build -t acme/shop:1 api\n", "utf-8")
    for image in ("shop", "other"):
        run = DEPLOYMENT.replace("initContainers:", "_:").replace("acme/api:1.0.0", f"acme/{image}:1")
        (tmp_path / f"{image}.yaml").write_text(run.replace("name: api", f"name: {image}"), "utf-8")

    built = {s.name: s.build.dockerfile if s.build else None for s in Project(tmp_path).system.services}

    assert built == {"front": "api/Dockerfile", "back": "api/Dockerfile", "shop": "api/Dockerfile", "other": None}
