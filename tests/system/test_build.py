"""The whole map."""

from __future__ import annotations

from writing import Write


def test_nothing_that_runs_is_said_to_be_unknown(project_of: Write) -> None:
    system = project_of({"README.md": "# Notes\n"}).system

    assert system.services == ()
    assert "No service could be told" in system.unknown[0]


def test_the_name_that_a_pipeline_gives_an_image_joins_the_manifest_to_its_dockerfile(project_of: Write) -> None:
    system = project_of(
        {
            "backend/Dockerfile": "FROM python:3.12\nCOPY . .\n",
            "Makefile": "image:\n\tdocker build -t ghcr.io/acme/orders:1 backend\n",
            "k8s/x.yaml": """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: main}
                spec: {template: {spec: {containers: [{name: main, image: "ghcr.io/acme/orders:1"}]}}}
                """,
        }
    ).system

    (service,) = system.services
    assert (service.name, [d.workload for d in service.deployments]) == ("backend", ["Deployment"])


def test_targets_are_told_with_their_environments(project_of: Write) -> None:
    system = project_of(
        {
            "compose.yml": "services: {api: {image: acme/api}}\n",
            "docker-compose.prod.yml": "services: {api: {image: acme/api}}\n",
        }
    ).system

    assert ("compose:docker-compose.prod.yml", "production") in {(t, e) for t, e, _ in system.targets}


def test_migrations_belong_to_the_service_whose_code_holds_them(project_of: Write) -> None:
    system = project_of(
        {
            "api/Dockerfile": "FROM python:3.12\nCOPY . .\n",
            "api/app.py": "x = 1\n",
            "api/alembic.ini": "[alembic]\nscript_location = alembic\n",
            "api/alembic/env.py": "from alembic import context\n",
            "api/alembic/versions/1_first.py": "revision = '1'\ndown_revision = None\n\ndef upgrade():\n    pass\n",
            "web/Dockerfile": "FROM node:22\nCOPY . .\n",
        }
    ).system

    held = {s.name: bool(s.migrations) for s in system.services}
    assert held == {"api": True, "web": False}


def test_a_service_stands_where_it_runs_for_users_before_it_stands_among_tests(project_of: Write) -> None:
    db = "services:\n  db:\n    image: postgres:16\n    volumes: [data:/var/lib/postgresql/data]\n"
    project = project_of({"cypress/docker-compose.yml": db, "docker-compose.yml": db})

    (service,) = project.system.services
    assert service.at.path == "docker-compose.yml"
